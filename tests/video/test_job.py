"""Films through the library: containers, temporal consistency, styles over time, both engines, resuming."""

from __future__ import annotations

import itertools
import json
import sys
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from pinxit import image as pictures
from pinxit.errors import PinxitError
from pinxit.image import Picture
from pinxit.network.detail import DetailTransfer
from pinxit.texture.color_transfer import UNCHANGED
from pinxit.texture.steerable_pyramid import BANDS
from pinxit.video import resume
from pinxit.video.clip import open_source
from pinxit.video.job import VideoProgress
from pinxit.video.network import NetworkFrameStylizer
from pinxit.video.optical_flow import Bytes, pixels_of
from pinxit.video.prepare import prepare_video, video_from_recipe
from pinxit.video.recipe import VideoRecipe, read_recipe
from pinxit.video.shot_detection import detect_shots
from pinxit.video.warp import Warp
from tests.video.clips import OTHER, packets_of, pan, times_of, write

STYLE: list[tuple[str, float | None]] = [("house:impasto", None)]
PATIENT: dict[str, Any] = {"engine": "optimizer", "coarsest": 64, "iterations": "6", "size": 64, "device": "cpu"}


def film(clip: Path, target: Path, styles: Sequence[tuple[str, float | None]] = STYLE, **options: Any) -> VideoProgress:
    *_, last = prepare_video(clip, styles, **options).paint(target)
    return last


def frames_of(path: Path) -> list[Bytes]:
    source = open_source(path)
    return [frame.picture(source.height, source.width) for frame in source.frames()]


def folder_of(path: Path, frames: list[Bytes]) -> Path:
    path.mkdir()
    for number, frame in enumerate(frames, start=1):
        pictures.write(Picture(pixels_of(frame)), path / f"frame_{number}.png")
    return path


def error(painted: list[Bytes]) -> float:
    """Return the warping error of a painted `pan`, whose flow is known."""
    warp = Warp(*painted[0].shape[:2])
    flow = np.full((*painted[0].shape[:2], 2), (1.5, 0.5), np.float32)
    inner = (slice(4, -4), slice(4, -4))
    pairs = itertools.pairwise(painted)
    return float(np.mean([np.square(warp(a, flow)[inner].astype(float) - b[inner]).mean() for a, b in pairs]))


class TestContainers:
    def test_length_rate_and_sound_are_kept(self, tmp_path: Path) -> None:
        clip = write(tmp_path / "a.mp4", pan(30), rate=Fraction(30000, 1001), sound=True)
        film(clip, tmp_path / "out.mp4")
        assert times_of(tmp_path / "out.mp4") == pytest.approx(times_of(clip), abs=2e-5)
        assert packets_of(tmp_path / "out.mp4") == packets_of(clip)
        assert open_source(tmp_path / "out.mp4").rate == pytest.approx(Fraction(30000, 1001), rel=1e-3)
        assert not list(tmp_path.glob(".*"))

    def test_times_of_frames_are_kept(self, tmp_path: Path) -> None:
        times = [Fraction(number * number, 100) for number in range(8)]
        clip = write(tmp_path / "a.mp4", pan(8), times=times)
        for name in ("b.mov", "b.webm"):
            film(clip, tmp_path / name)
            assert times_of(tmp_path / name) == pytest.approx([float(time) for time in times], abs=1e-3)

    def test_rotated_clips_become_upright_and_keep_their_pixel_aspect(self, tmp_path: Path) -> None:
        clip = write(tmp_path / "a.mp4", pan(3), turned=90, aspect=Fraction(4, 3))
        film(clip, tmp_path / "out.mp4")
        source = open_source(tmp_path / "out.mp4")
        assert (source.width, source.height) == (64, 96)
        assert source.pixel_aspect == Fraction(3, 4)

    @pytest.mark.parametrize("matrix", [1, 5])
    def test_colours_are_read_as_they_were_coded(self, tmp_path: Path, matrix: int) -> None:
        red = [np.full((64, 64, 3), (200, 40, 60), np.uint8)] * 2
        found = frames_of(write(tmp_path / "a.mp4", red, matrix=matrix))[0]
        assert np.abs(found.astype(int) - red[0]).max() <= 3

    def test_colours_are_written_as_they_are_read(self, tmp_path: Path) -> None:
        clip = write(tmp_path / "a.mp4", pan(3))
        film(clip, tmp_path / "frames")
        film(clip, tmp_path / "out.mp4", crf=4)
        pairs = zip(frames_of(tmp_path / "frames"), frames_of(tmp_path / "out.mp4"), strict=True)
        for exact, coded in pairs:
            assert np.abs(cv2.blur(exact, (9, 9)).astype(int) - cv2.blur(coded, (9, 9))).mean() < 2

    def test_folders_and_gifs(self, tmp_path: Path) -> None:
        clip = folder_of(tmp_path / "clip", pan(12))
        film(clip, tmp_path / "out.gif", rate=20)
        assert times_of(tmp_path / "out.gif") == pytest.approx([number / 20 for number in range(12)], abs=1e-6)
        film(tmp_path / "out.gif", tmp_path / "film")
        names = sorted(path.name for path in (tmp_path / "film").iterdir())
        assert names == [*(f"frame_{number:06}.png" for number in range(1, 13)), "recipe.json"]

    def test_start_end_and_size(self, tmp_path: Path) -> None:
        clip = write(tmp_path / "a.mp4", pan(48, 66, 90), sound=True)
        last = film(clip, tmp_path / "out.mp4", start=0.5, end=1.25, size=61)
        assert last.frames == 18
        source = open_source(tmp_path / "out.mp4")
        assert (source.width, source.height) == (60, 44)
        assert times_of(tmp_path / "out.mp4")[0] == 0
        # As long as the film, give or take a packet of 1024 samples on either side.
        assert len(packets_of(tmp_path / "out.mp4")) == pytest.approx(0.75 * 44100 / 1024, abs=2.5)


class TestConsistency:
    def test_halves_the_warping_error(self, tmp_path: Path) -> None:
        clip = folder_of(tmp_path / "clip", pan(8, 96, 128))
        errors = {}
        for consistency in ("off", "on"):
            film(clip, tmp_path / consistency, consistency=consistency)
            errors[consistency] = error(frames_of(tmp_path / consistency))
        assert errors["on"] < errors["off"] / 2

    @pytest.mark.slow(reason="paints sixty frames")
    def test_stays_sharp_and_does_not_drift(self, tmp_path: Path) -> None:
        """Compare the last of sixty frames with a painting of it alone.

        The frames are larger than what a painted pixel depends on; otherwise borders would decide everything.
        """
        frames = [np.asarray(cv2.resize(frame, (288, 192)), np.uint8) for frame in pan(60)]
        made = prepare_video(folder_of(tmp_path / "clip", frames), STYLE)
        for _ in made.paint(tmp_path / "out"):
            pass
        stylizer = NetworkFrameStylizer(made.recipe, made.styles, made.networks)
        (shot,) = detect_shots(made.source.frames(), 192, 288)
        stylizer.analyze_shot(shot, Fraction(0))
        fresh = stylizer.paint_frame(frames[-1], 0.0, stylizer.analyses[0]).astype(int)
        painted = frames_of(tmp_path / "out")[-1].astype(int)
        rough = [float(np.abs(np.diff(frame, axis=1)).mean()) for frame in (painted, fresh)]
        assert rough[0] > 0.75 * rough[1]
        assert np.abs(painted.mean(axis=(0, 1)) - fresh.mean(axis=(0, 1))).max() < 4

    def test_a_frame_has_the_detail_of_a_picture(self, tmp_path: Path) -> None:
        frames = pan(4, 192, 288)
        made = prepare_video(folder_of(tmp_path / "clip", frames), STYLE)
        stylizer = NetworkFrameStylizer(made.recipe, made.styles, made.networks)
        (shot,) = detect_shots(made.source.frames(), 192, 288)
        stylizer.analyze_shot(shot, Fraction(0))
        analysis = stylizer.analyses[0]
        (style,) = analysis.styles
        unchanged = DetailTransfer(np.tile(np.eye(3, dtype=np.float32), (BANDS, 1, 1)), [], UNCHANGED)
        plain = replace(analysis, styles=(replace(style, detail=unchanged),))
        with_detail, without_detail, picture = (
            np.asarray(frame, np.float32) / 255
            for frame in (
                stylizer.paint_frame(frames[0], 0.0, analysis),
                stylizer.paint_frame(frames[0], 0.0, plain),
                stylizer.paint_alone(frames[0], 0.0),
            )
        )
        ours, plain_detail, wanted = (
            float(np.abs(np.diff(frame, axis=1)).mean()) for frame in (with_detail, without_detail, picture)
        )
        assert abs(ours / wanted - 1) < 0.5 * abs(plain_detail / wanted - 1)

    def test_a_cut_starts_anew(self, tmp_path: Path) -> None:
        clip = folder_of(tmp_path / "clip", [*pan(8), *pan(8, photo=OTHER)])
        alone = folder_of(tmp_path / "alone", pan(8, photo=OTHER))
        film(clip, tmp_path / "both")
        film(alone, tmp_path / "second")
        both, second = frames_of(tmp_path / "both"), frames_of(tmp_path / "second")
        for after_cut, by_itself in zip(both[8:], second, strict=True):
            assert np.array_equal(after_cut, by_itself)

    def test_any_flow_may_be_plugged_in(self, tmp_path: Path) -> None:
        called = []

        def still(first: Bytes, second: Bytes) -> Any:
            called.append((first, second))
            return np.zeros((*first.shape[:2], 2), np.float32)

        clip = folder_of(tmp_path / "clip", pan(3))
        for _ in prepare_video(clip, STYLE, flow=still).paint(tmp_path / "out"):
            pass
        assert len(called) == 4

    def test_styles_change_over_time(self, tmp_path: Path) -> None:
        clip = folder_of(tmp_path / "clip", [pan(1)[0]] * 14)
        timed = [("house:impasto", 1 / 24), ("house:ink", 7 / 24)]
        film(clip, tmp_path / "both", timed, consistency="on")
        for name in ("impasto", "ink"):
            film(clip, tmp_path / name, [(f"house:{name}", None)])
        both, first, second = (frames_of(tmp_path / name) for name in ("both", "impasto", "ink"))
        far = [float(np.abs(frame.astype(int) - second[0]).mean()) for frame in both]
        assert np.array_equal(both[0], first[0])
        assert far[-1] < far[0] / 3
        assert all(later < earlier + 1 for earlier, later in itertools.pairwise(far))

    def test_keyframes_are_kept_and_followed(self, tmp_path: Path) -> None:
        clip = folder_of(tmp_path / "clip", pan(6))
        keys = tmp_path / "keys"
        keys.mkdir()
        key = 255 - pan(6)[2]
        pictures.write(Picture(pixels_of(key)), keys / "mine_0003.png")
        film(clip, tmp_path / "out", keyframes=keys)
        painted = frames_of(tmp_path / "out")
        assert np.array_equal(painted[2], key)
        follow = 255 - pan(6)[5]
        inner = (slice(6, -6), slice(6, -6))
        near = [float(np.abs(painted[5][inner].astype(int) - frame[inner]).mean()) for frame in (follow, pan(6)[5])]
        assert near[0] < near[1] / 3

    def test_a_keyframe_of_another_shape_is_refused(self, tmp_path: Path) -> None:
        clip = folder_of(tmp_path / "clip", pan(3))
        keys = folder_of(tmp_path / "keys", [OTHER[:64, :64]])
        with pytest.raises(PinxitError, match=r"keyframe 1 has 64×64 px, another shape than the film's 96×64"):
            film(clip, tmp_path / "out", keyframes=keys)
        assert sorted(path.name for path in tmp_path.iterdir()) == ["clip", "keys"]
        large = folder_of(tmp_path / "large", [np.asarray(cv2.resize(255 - pan(1)[0], (191, 128)), np.uint8)])
        film(clip, tmp_path / "out", keyframes=large)


class TestOptimizer:
    @pytest.mark.slow(reason="paints two films by the optimiser")
    def test_halves_the_warping_error(self, tmp_path: Path) -> None:
        clip = folder_of(tmp_path / "clip", pan(3, 48, 64))
        errors = {}
        for consistency in ("off", "on"):
            film(clip, tmp_path / consistency, consistency=consistency, **PATIENT)
            errors[consistency] = error(frames_of(tmp_path / consistency))
        assert errors["on"] < errors["off"] / 2

    @pytest.mark.slow(reason="paints two films by the optimiser")
    def test_passes_and_long_term(self, tmp_path: Path) -> None:
        clip = folder_of(tmp_path / "clip", pan(4, 48, 64))
        last = film(clip, tmp_path / "out", passes=2, long_term=(2,), **{**PATIENT, "iterations": "2"})
        assert last.frames == 8
        assert len(frames_of(tmp_path / "out")) == 4


class TestResuming:
    @pytest.mark.parametrize("kind", ["out.mp4", "out"])
    def test_resumes_to_the_same_film(self, tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(resume, "SEGMENT_FRAMES", 4)
        clip = write(tmp_path / "a.mp4", pan(11))
        film(clip, tmp_path / f"whole{Path(kind).suffix}")
        for _ in range(2):
            for progress in prepare_video(clip, STYLE).paint(tmp_path / kind):
                if progress.painted is not None and progress.frame in (6, 9):
                    break
        begun = next(item for item in prepare_video(clip, STYLE).paint(tmp_path / kind) if item.painted is not None)
        assert begun.frame >= 5
        film(clip, tmp_path / kind)
        same = zip(frames_of(tmp_path / kind), frames_of(tmp_path / f"whole{Path(kind).suffix}"), strict=True)
        assert all(np.array_equal(*pair) for pair in same)
        assert times_of(tmp_path / "out.mp4" if kind == "out.mp4" else clip) == pytest.approx(times_of(clip))

    def test_another_recipe_starts_anew(self, tmp_path: Path) -> None:
        clip = folder_of(tmp_path / "clip", pan(4))
        next(item for item in prepare_video(clip, STYLE).paint(tmp_path / "out") if item.frame == 2)
        first = next(
            item
            for item in prepare_video(clip, [("house:ink", None)]).paint(tmp_path / "out")
            if item.painted is not None
        )
        assert first.frame == 1

    def test_a_truncated_clip_yields_what_it_has(self, tmp_path: Path) -> None:
        clip = write(tmp_path / "a.mkv", pan(40))
        clip.write_bytes(clip.read_bytes()[: clip.stat().st_size // 2])
        last = film(clip, tmp_path / "out")
        assert 4 < last.frames < 40
        broken = write(tmp_path / "b.mp4", pan(40))
        broken.write_bytes(broken.read_bytes()[: broken.stat().st_size * 2 // 3])
        last = film(broken, tmp_path / "out.mp4")
        assert 4 < last.frames < 40
        assert f"is damaged: {last.frames} frames of 40 can be read" in last.notes[0]


class TestMistakes:
    def test_one_sentence_each(self, tmp_path: Path) -> None:
        clip = write(tmp_path / "a.mp4", pan(4), sound=True)
        mute = tmp_path / "sound.mp4"
        _sound_alone(mute)
        (tmp_path / "text.mp4").write_bytes(b"no film")
        (tmp_path / "list.m3u8").write_text(f"#EXTM3U\n#EXTINF:1,\n{clip}\n#EXT-X-ENDLIST\n")
        tiny = write(tmp_path / "tiny.mkv", [np.zeros((8, 8, 3), np.uint8)] * 2, codec="ffv1")
        target = tmp_path / "out.mp4"
        for name, message in {
            "nothing.mp4": "there is no clip",
            "sound.mp4": "only sound",
            "text.mp4": "not a clip that can be read",
            "list.m3u8": "not a clip that can be read",
            "tiny.mkv": "8×8 px",
        }.items():
            with pytest.raises(PinxitError, match=message):
                film(tmp_path / name, target)
        assert tiny.exists()
        for options, message in (
            ({"start": 3.0}, "no frames"),
            ({"start": 3.0, "end": 2.0}, "end before it begins"),
            ({"codec": "nonsense"}, "no codec"),
            ({"codec": "aac"}, "codec for audio"),
            ({"codec": "libvpx"}, "cannot hold"),
            ({"passes": 2}, "optimizer"),
            ({"init": "noise"}, "--init"),
        ):
            with pytest.raises(PinxitError, match=message):
                film(clip, target, **options)
        with pytest.raises(PinxitError, match="some styles have a time"):
            film(clip, target, [("house:ink", 0.0), ("house:swirl", None)])
        with pytest.raises(PinxitError, match="no style"):
            prepare_video(clip)
        for name, message in (
            ("out.txt", "not a kind of film"),
            ("a.mp4", "exists"),
            ("a.mp4/out.mp4", "cannot be written"),
        ):
            with pytest.raises(PinxitError, match=message):
                film(clip, tmp_path / name)
        assert not target.exists()

    def test_two_at_once(self, tmp_path: Path) -> None:
        clip = write(tmp_path / "a.mp4", pan(4))
        first = prepare_video(clip, STYLE).paint(tmp_path / "out.mp4")
        next(first)
        other = prepare_video(clip, [("house:impasto", None)]).paint(tmp_path / "out.mp4")
        with pytest.raises(PinxitError, match=r"out\.mp4 is being written by another pinxit"):
            next(other)
        assert [*first][-1].frames == 4
        assert sorted(path.name for path in tmp_path.iterdir()) == ["a.mp4", "out.mp4"]

    def test_frames_that_change_their_size(self, tmp_path: Path) -> None:
        clip = folder_of(tmp_path / "clip", pan(3))
        pictures.write(Picture(pixels_of(OTHER[:40, :40])), clip / "frame_4.png")
        with pytest.raises(PinxitError, match="40×40 px"):
            film(clip, tmp_path / "out")
        (tmp_path / "a.ts").write_bytes(
            write(tmp_path / "1.ts", pan(8)).read_bytes() + write(tmp_path / "2.ts", pan(8, 48, 64)).read_bytes()
        )
        with pytest.raises(PinxitError, match=r"change their size after 0\.3 s, from 96×64 to 64×48 px"):
            film(tmp_path / "a.ts", tmp_path / "out.mp4")


class TestRecipe:
    @pytest.mark.parametrize("kind", ["out.mp4", "out.webm", "out.gif", "out"])
    def test_travels_and_makes_the_film_again(self, tmp_path: Path, kind: str) -> None:
        clip = write(tmp_path / "a.mp4", pan(3))
        film(clip, tmp_path / kind)
        text = read_recipe(tmp_path / kind)
        assert text is not None
        assert json.loads(text)["work"] == "video"
        assert str(tmp_path) not in text
        again = video_from_recipe(VideoRecipe.from_json(text))
        for _ in again.paint(tmp_path / f"again{Path(kind).suffix}"):
            pass
        pairs = zip(frames_of(tmp_path / kind), frames_of(tmp_path / f"again{Path(kind).suffix}"), strict=True)
        assert all(np.array_equal(*pair) for pair in pairs)

    def test_a_folder_is_found_again_elsewhere(self, tmp_path: Path) -> None:
        clip = folder_of(tmp_path / "clip", pan(3))
        recipe = prepare_video(clip, STYLE).recipe
        (tmp_path / "away").mkdir()
        clip.rename(tmp_path / "away" / "clip")
        assert video_from_recipe(recipe, look_in=[tmp_path]).source.count == 3
        (tmp_path / "away" / "clip" / "frame_1.png").unlink()
        with pytest.raises(PinxitError, match="cannot find the folder"):
            video_from_recipe(recipe, look_in=[tmp_path])

    def test_shares_over_time(self, tmp_path: Path) -> None:
        clip = folder_of(tmp_path / "clip", pan(1))
        timed = prepare_video(clip, [("house:ink", 2.0), ("house:swirl", 4.0), ("house:impasto", 5.0)]).recipe
        assert timed.shares(0) == [1, 0, 0]
        assert timed.shares(3) == [0.5, 0.5, 0]
        assert timed.shares(4) == [0, 1, 0]
        assert timed.shares(9) == [0, 0, 1]
        mixed = prepare_video(clip, [("house:ink", None), ("house:swirl", None)], shares=[3, 1]).recipe
        assert mixed.shares(7) == [0.75, 0.25]


def _sound_alone(path: Path) -> None:
    import av

    with av.open(str(path), "w") as container:
        tone: Any = container.add_stream("aac", rate=44100, layout="mono")
        audio = av.AudioFrame.from_ndarray(np.zeros((1, 4096), np.float32), format="fltp", layout="mono")
        audio.sample_rate, audio.pts = 44100, 0
        for packet in [*tone.encode(audio), *tone.encode(None)]:
            container.mux(packet)


def test_a_missing_extra_is_reported_with_the_command_that_installs_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "av", None)
    with pytest.raises(PinxitError, match=r'pip install "pinxit\[video\]"'):
        prepare_video(tmp_path / "a.mp4", STYLE)
