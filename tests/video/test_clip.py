"""Decoding of clips: display matrices, interlacing, high dynamic range, transparency."""

from __future__ import annotations

import struct
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
import PIL.Image
import pytest

from pinxit import image as pictures
from pinxit.errors import PinxitError
from pinxit.image import Picture
from pinxit.video.clip import open_source
from pinxit.video.job import VideoProgress
from pinxit.video.optical_flow import Bytes, pixels_of
from pinxit.video.prepare import prepare_video
from tests.video.clips import OTHER, PHOTO, pan, write

STYLE: list[tuple[str, float | None]] = [("house:ink", None)]


def film(clip: Path, target: Path, **options: Any) -> VideoProgress:
    *_, last = prepare_video(clip, STYLE, **options).paint(target)
    return last


def frames_of(path: Path) -> list[Bytes]:
    source = open_source(path)
    return [frame.picture(source.height, source.width) for frame in source.frames()]


def alphas_of(path: Path) -> list[Bytes]:
    source = open_source(path)
    assert source.alpha
    return [frame.alpha(source.height, source.width) for frame in source.frames() if frame.alpha is not None]


def far(one: Bytes, other: Bytes) -> float:
    return float(np.abs(one.astype(float) - other).mean())


def with_matrix(path: Path, matrix: tuple[int, int, int, int]) -> Path:
    """Write an MP4 with a display matrix: a, b, c, d (ISO/IEC 14496-12, 8.3.2)."""
    content = bytearray(write(path, pan(2)).read_bytes())
    place = content.index(b"tkhd") + 44
    a, b, c, d = (entry << 16 for entry in matrix)
    content[place : place + 36] = struct.pack(">9i", a, b, 0, c, d, 0, 0, 0, 1 << 30)
    path.write_bytes(bytes(content))
    return path


class TestDisplayMatrix:
    # x' = a x + c y and y' = b x + d y, where y points down.
    @pytest.mark.parametrize(
        ("matrix", "upright"),
        [
            ((1, 0, 0, 1), lambda frame: frame),
            ((-1, 0, 0, 1), lambda frame: frame[:, ::-1]),
            ((1, 0, 0, -1), lambda frame: frame[::-1]),
            ((-1, 0, 0, -1), lambda frame: frame[::-1, ::-1]),
            ((0, 1, -1, 0), lambda frame: np.rot90(frame, -1)),
            ((0, -1, 1, 0), lambda frame: np.rot90(frame)),
            ((0, 1, 1, 0), lambda frame: frame.swapaxes(0, 1)),
            ((0, -1, -1, 0), lambda frame: frame[::-1, ::-1].swapaxes(0, 1)),
        ],
    )
    def test_turned_and_mirrored(self, tmp_path: Path, matrix: tuple[int, int, int, int], upright: Any) -> None:
        clip = with_matrix(tmp_path / "a.mp4", matrix)
        found, wanted = frames_of(clip)[0], upright(pan(2)[0])
        assert found.shape == wanted.shape
        assert far(found, wanted) < 4


def combs(frame: Bytes) -> float:
    """Return how much rows differ from the mean of their neighbours."""
    return float(np.abs(frame[1:-1].astype(float) - frame[:-2] / 2 - frame[2:] / 2).mean())


class TestInterlaced:
    def test_one_picture_is_made_of_two_fields(self, tmp_path: Path) -> None:
        """A camera moves 12 px between two frames, so that each frame's two fields form combs."""
        wide = np.asarray(cv2.GaussianBlur(cv2.resize(PHOTO, (480, 360)), (0, 0), 2), np.uint8)
        moments = [np.ascontiguousarray(wide[100:196, 60 + 6 * n : 188 + 6 * n]) for n in range(12)]
        combed = [
            np.where(np.arange(96)[:, None, None] % 2 == 1, *pair)
            for pair in zip(moments[::2], moments[1::2], strict=True)
        ]
        with av.open(str(tmp_path / "a.mp4"), "w") as container:
            stream: Any = container.add_stream("libx264", rate=25)
            stream.height, stream.width, stream.pix_fmt = 96, 128, "yuv420p"
            stream.options = {"crf": "4", "x264-params": "bff=1"}
            for number, pixels in enumerate(combed):
                frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(pixels), format="rgb24").reformat(
                    format="yuv420p"
                )
                frame.pts, frame.time_base = number, Fraction(1, 25)
                container.mux(stream.encode(frame))
            container.mux(stream.encode(None))
        found = frames_of(tmp_path / "a.mp4")
        assert len(found) == 6
        assert max(map(combs, found)) < 0.2 * min(map(combs, combed))
        assert all(far(frame, moment) < 4 for frame, moment in zip(found, moments[::2], strict=True))
        last = film(tmp_path / "a.mp4", tmp_path / "out.mp4")
        assert (last.frames, "is interlaced" in last.notes[0]) == (6, True)

    def test_progressive_frames_pass_as_they_are(self, tmp_path: Path) -> None:
        clip = write(tmp_path / "a.mp4", pan(3))
        assert all(far(found, wanted) < 4 for found, wanted in zip(frames_of(clip), pan(3), strict=True))
        assert open_source(clip).notes == []


# Signals of ITU-R BT.2408 (table 1): diffuse white, and a grey card of 18 %, whose signal in standard range is 0.42.
PQ, HLG = 16, 18
WHITE, GREY = {PQ: 0.5807, HLG: 0.75}, {PQ: 0.38, HLG: 0.38}


def high(path: Path, patches: list[tuple[float, float, float]], transfer: int) -> Path:
    """Write a lossless clip of patches side by side, 32 px each; `patches` holds coded red, green and blue in BT.2020."""
    signal = np.repeat(np.array(patches)[None], 32, axis=1).repeat(32, axis=0).reshape(32, -1, 3)
    red, green, blue = (signal[..., channel] for channel in range(3))
    luma = 0.2627 * red + 0.6780 * green + 0.0593 * blue
    planes = (64 + 876 * luma, 512 + 896 * (blue - luma) / 1.8814, 512 + 896 * (red - luma) / 1.4746)
    with av.open(str(path), "w") as container:
        stream: Any = container.add_stream("ffv1", rate=8)
        stream.height, stream.width, stream.pix_fmt = *luma.shape, "yuv444p10le"
        context = stream.codec_context
        context.color_trc, context.color_primaries, context.colorspace, context.color_range = transfer, 9, 9, 1
        for number in range(2):
            frame = av.VideoFrame(luma.shape[1], luma.shape[0], "yuv444p10le")
            for plane, values in zip(frame.planes, planes, strict=True):
                whole = np.zeros((plane.height, plane.line_size // 2), np.uint16)
                whole[:, : plane.width] = values.round()
                plane.update(whole.tobytes())
            frame.pts, frame.time_base = number, Fraction(1, 8)
            frame.color_trc, frame.color_primaries, frame.colorspace, frame.color_range = transfer, 9, 9, 1
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


class TestHighRange:
    @pytest.mark.parametrize("transfer", [PQ, HLG])
    def test_white_greys_and_highlights(self, tmp_path: Path, transfer: int) -> None:
        white, grey = WHITE[transfer], GREY[transfer]
        levels = [0, grey / 2, grey, (grey + white) / 2, white, (white + 1) / 2, 1]
        (found, _) = frames_of(high(tmp_path / "a.mkv", [(level,) * 3 for level in levels], transfer))
        colors = found[16, 16::32].astype(int)
        assert np.ptp(colors, axis=1).max() <= 1  # greys are grey
        values = colors[:, 1]
        assert values[0] <= 1
        assert values[2] == pytest.approx(0.425 * 255, abs=4)
        assert 232 <= values[4] <= 245  # white, with room for brighter light
        assert values[6] == 255
        assert (np.diff(values) > 0).all() or transfer == PQ
        assert (np.diff(values) >= 0).all()

    def test_colours_are_what_they_were(self, tmp_path: Path) -> None:
        """Colours of BT.709 at half the light of diffuse white, coded in BT.2020 and PQ."""
        to_2020 = np.array([[0.6274, 0.3293, 0.0433], [0.0691, 0.9195, 0.0114], [0.0164, 0.0880, 0.8956]])
        light = 0.5 * np.array([[1, 0.1, 0.1], [0.1, 1, 0.1], [0.1, 0.1, 1], [1, 0.6, 0.4]])
        power = (light @ to_2020.T * 203 / 10000) ** (2610 / 16384)
        coded = ((3424 / 4096 + 2413 / 128 * power) / (1 + 2392 / 128 * power)) ** (2523 / 32)
        (found, _) = frames_of(high(tmp_path / "a.mkv", [tuple(one) for one in coded], PQ))
        assert np.abs(found[16, 16::32].astype(float) - 255 * light ** (1 / 2.4)).max() < 5

    def test_is_reported_or_refused(self, tmp_path: Path) -> None:
        clip = high(tmp_path / "a.mkv", [(0.5, 0.5, 0.5), (0.6, 0.4, 0.3)], HLG)
        last = film(clip, tmp_path / "out.mp4")
        assert "has a high dynamic range (HLG): it is brought to standard range" in last.notes[0]
        with pytest.raises(PinxitError, match="leave --hdr refuse out"):
            film(clip, tmp_path / "no.mp4", hdr="refuse")


# A soft disc moves over a hidden magenta that must never become visible.
HIDDEN = (255, 0, 255)


def disc(number: int, *, soft: bool = True) -> Bytes:
    """`(64, 96, 4)`."""
    rows, columns = np.mgrid[:64, :96]
    distance = np.hypot(rows - 32, columns - 40 - 3 * number)
    alpha = (1 - (distance - 18) / (6 if soft else 1e-9)).clip(0, 1)
    colors = np.where((alpha > 0)[..., None], pan(number + 1, photo=OTHER)[number], HIDDEN)
    return np.dstack([colors, (alpha * 255).round()]).astype(np.uint8)


def sequence(path: Path, *, soft: bool = True) -> Path:
    path.mkdir()
    for number in range(4):
        assert cv2.imwrite(str(path / f"f_{number}.png"), cv2.cvtColor(disc(number, soft=soft), cv2.COLOR_RGBA2BGRA))
    return path


def opaque(path: Path) -> Path:
    """Write the same sequence, opaque and without the hidden colour."""
    path.mkdir()
    for number in range(4):
        pictures.write(Picture(pixels_of(pan(number + 1, photo=OTHER)[number])), path / f"f_{number}.png")
    return path


def magenta(pixels: Bytes, alpha: Bytes) -> float:
    """Return the largest excess of magenta over green among visible pixels."""
    seen = pixels.astype(float)[alpha > 40]
    return float((np.minimum(seen[:, 0], seen[:, 2]) - seen[:, 1]).max())


class TestTransparency:
    @pytest.mark.parametrize(
        ("name", "codec", "off"),
        [
            ("out", None, 0),
            ("out.mov", None, 0),
            ("out.mov", "qtrle", 0),
            ("out.mkv", "ffv1", 0),
            ("out.webm", None, 6),
        ],
    )
    def test_is_kept_as_it_is(self, tmp_path: Path, name: str, codec: str | None, off: int) -> None:
        clip, out = sequence(tmp_path / "clip"), tmp_path / name
        film(clip, out, codec=codec)
        found = alphas_of(out)
        assert max(int(np.abs(one.astype(int) - disc(n)[..., 3]).max()) for n, one in enumerate(found)) <= off
        film(opaque(tmp_path / "opaque"), tmp_path / "plain")
        most = max(magenta(frame, disc(n)[..., 3]) for n, frame in enumerate(frames_of(tmp_path / "plain")))
        for number, frame in enumerate(frames_of(out)):
            assert magenta(frame, disc(number)[..., 3]) < max(most, 20) + 25

    def test_in_a_gif(self, tmp_path: Path) -> None:
        last = film(sequence(tmp_path / "clip"), tmp_path / "out.gif")
        assert any("half transparent" in note for note in last.notes)
        for number, alpha in enumerate(alphas_of(tmp_path / "out.gif")):
            assert np.array_equal(alpha > 0, disc(number)[..., 3] >= 128)
        again = film(tmp_path / "out.gif", tmp_path / "again.gif")
        assert again.notes == ()
        for one, other in zip(alphas_of(tmp_path / "out.gif"), alphas_of(tmp_path / "again.gif"), strict=True):
            assert np.array_equal(one, other)

    @pytest.mark.parametrize("kind", ["clip.webm", "clip.mov"])
    def test_in_coded_clips(self, tmp_path: Path, kind: str) -> None:
        film(sequence(tmp_path / "frames"), tmp_path / kind)
        before = alphas_of(tmp_path / kind)
        film(tmp_path / kind, tmp_path / "out")
        for one, other in zip(before, alphas_of(tmp_path / "out"), strict=True):
            assert np.array_equal(one, other)

    def test_is_laid_on_white_where_the_container_cannot_hold_it(self, tmp_path: Path) -> None:
        last = film(sequence(tmp_path / "clip"), tmp_path / "out.mp4")
        assert any("is transparent in parts, which libx264 in an MP4 cannot hold" in note for note in last.notes)
        for number, frame in enumerate(frames_of(tmp_path / "out.mp4")):
            assert frame[disc(number)[..., 3] == 0].mean() > 250
            assert magenta(frame, np.full((64, 96), 255, np.uint8)) < 60

    @pytest.mark.slow(reason="paints a film by the optimiser")
    def test_with_the_optimiser(self, tmp_path: Path) -> None:
        patient: dict[str, Any] = {
            "engine": "optimizer",
            "coarsest": 64,
            "iterations": "1",
            "size": 64,
            "device": "cpu",
        }
        film(sequence(tmp_path / "clip"), tmp_path / "out", passes=2, **patient)
        assert [alpha.shape for alpha in alphas_of(tmp_path / "out")] == [(43, 64)] * 4
        assert alphas_of(tmp_path / "out")[0][0, 0] == 0

    def test_an_opaque_gif_is_not_called_transparent(self, tmp_path: Path) -> None:
        film(write(tmp_path / "a.mp4", pan(3)), tmp_path / "a.gif")
        assert film(tmp_path / "a.gif", tmp_path / "out.mp4").notes == ()


def test_an_avif_sequence_is_read_whole(tmp_path: Path) -> None:
    """The file holds its first picture apart as well, as a stream of the same size."""
    path = tmp_path / "a.avif"
    first, *others = (PIL.Image.new("RGB", (64, 48), (level, 100, 200)) for level in (10, 90, 170, 250))
    first.save(path, save_all=True, append_images=others, duration=100)
    reds = [float(frame[..., 0].mean()) for frame in frames_of(path)]
    assert reds == pytest.approx([10, 90, 170, 250], abs=4)
