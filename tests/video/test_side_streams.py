"""Sound, subtitles and metadata of a clip are kept, or named before the first frame is painted."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from pinxit.errors import PinxitError
from pinxit.video.clip import Clip, open_source
from pinxit.video.job import VideoProgress
from pinxit.video.prepare import prepare_video
from tests.video.clips import OTHER, packets_of, pan, times_of, write

STYLE: list[tuple[str, float | None]] = [("house:ink", None)]
RATE = 48_000
HEADER = (
    b"[Script Info]\nScriptType: v4.00+\n\n[V4+ Styles]\n"
    b"Format: Name, Fontname, Fontsize, PrimaryColour, SecondaryColour, OutlineColour, BackColour, Bold, Italic, Underline, "
    b"StrikeOut, ScaleX, ScaleY, Spacing, Angle, BorderStyle, Outline, Shadow, Alignment, MarginL, MarginR, MarginV, Encoding\n"
    b"Style: Default,Arial,16,&Hffffff,&Hffffff,&H0,&H0,0,0,0,0,100,100,0,0,1,1,0,2,10,10,10,1\n\n"
    b"[Events]\nFormat: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text\n"
)


def film(clip: Path, target: Path, **options: Any) -> VideoProgress:
    """Paint a film and return its last progress; all notes must be known when the first frame is painted."""
    steps = list(prepare_video(clip, STYLE, **options).paint(target))
    first = next(step for step in steps if step.painted is not None)
    assert first.notes == steps[-1].notes
    return steps[-1]


def beep(begin: float, end: float, seconds: float, rate: int, channels: int) -> Any:
    """Return silence with a tone from `begin` to `end`, s: `(channels, samples)`, float32."""
    time = np.arange(round(seconds * rate)) / rate
    wave = np.where((time >= begin) & (time < end), 0.5 * np.sin(2 * np.pi * 440 * time), 0).astype(np.float32)
    return np.tile(wave, (channels, 1))


def heard(path: Path, number: int = 0) -> tuple[float, float]:
    """Return when a tone begins and ends, s after the first frame."""
    pieces, begin, rate = list[Any](), 0.0, 1
    with av.open(str(path)) as container:
        for frame in container.decode(container.streams.audio[number]):
            rate = frame.sample_rate
            begin = begin if pieces else float(frame.time or 0)
            samples = frame.to_ndarray().astype(float)
            samples = samples if frame.format.is_planar else samples.reshape(-1, len(frame.layout.channels)).T
            pieces.append(np.abs(samples).max(axis=0))
    loud = np.concatenate(pieces)
    (over,) = np.nonzero(loud > 0.3 * loud.max())
    begin -= times_of(path)[0]
    return begin + over[0] / rate, begin + over[-1] / rate


def with_sound(
    path: Path,
    codec: str,
    *,
    layout: str = "stereo",
    rate: int = RATE,
    languages: tuple[str, ...] = ("",),
    pictures: str,
) -> Path:
    """Write a clip of 1.5 s with a track for each language: a tone from 0.6 to 0.9 s, and 0.1 s later in each further track."""
    frames = pan(6, 32, 48)
    with av.open(str(path), "w") as container:
        stream: Any = container.add_stream(pictures, rate=4)
        stream.height, stream.width = frames[0].shape[:2]
        stream.pix_fmt = "yuvj420p" if pictures == "mjpeg" else "yuv420p"
        stream.options = {"bf": "0"}
        tracks: list[Any] = []
        for language in languages:
            track: Any = container.add_stream(codec, rate=rate, layout=layout)
            if language:
                track.metadata["language"] = language
            tracks.append(track)
        for number, pixels in enumerate(frames):
            frame = av.VideoFrame.from_ndarray(pixels, format="rgb24").reformat(format=stream.pix_fmt)
            frame.pts, frame.time_base = number, Fraction(1, 4)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
        for number, track in enumerate(tracks):
            channels = track.codec_context.layout.nb_channels
            wave = beep(0.6 + number / 10, 0.9 + number / 10, 1.5, rate, channels)
            audio = av.AudioFrame.from_ndarray(wave, format="fltp", layout=layout)
            audio.sample_rate, audio.pts, audio.time_base = rate, 0, Fraction(1, rate)
            resampler = av.AudioResampler(track.codec_context.format, layout, rate)
            for ready in [*resampler.resample(audio), None]:
                container.mux(track.encode(ready))
    return path


class TestSound:
    @pytest.mark.parametrize(
        ("name", "codec", "layout", "rate", "target", "wanted"),
        [
            ("a.avi", "pcm_s16le", "stereo", 44100, ".mp4", "aac"),
            ("a.mov", "pcm_s24be", "mono", 48000, ".mp4", "aac"),
            ("a.mkv", "pcm_f32le", "5.1", 48000, ".mp4", "aac"),
            ("a.avi", "adpcm_ima_wav", "mono", 22050, ".mp4", "aac"),
            ("a.avi", "pcm_s16le", "mono", 37800, ".mp4", "aac"),
            ("a.mkv", "flac", "5.1", 48000, ".mov", "aac"),
            ("a.mkv", "flac", "quad", 48000, ".webm", "opus"),
            ("a.mp4", "aac", "stereo", 44100, ".webm", "opus"),
            ("a.mkv", "flac", "stereo", 48000, ".mp4", "flac"),
            ("a.avi", "pcm_s16le", "stereo", 44100, ".mov", "pcm_s16le"),
            ("a.avi", "pcm_s16le", "stereo", 44100, ".mkv", "pcm_s16le"),
        ],
    )
    def test_is_copied_or_transcoded_and_reported(
        self, tmp_path: Path, name: str, codec: str, layout: str, rate: int, target: str, wanted: str
    ) -> None:
        pictures = "mjpeg" if name.endswith((".avi", ".mov")) else "libx264"
        clip = with_sound(tmp_path / name, codec, layout=layout, rate=rate, pictures=pictures)
        last = film(clip, tmp_path / f"out{target}")
        with av.open(str(tmp_path / f"out{target}")) as container:
            (track,) = container.streams.audio
            assert track.codec_context.codec.canonical_name == wanted
            channels = {"mono": 1, "stereo": 2, "quad": 5, "5.1": 6}[layout]  # quad has room in 5.0
            assert track.codec_context.layout.nb_channels == channels
        assert heard(tmp_path / f"out{target}") == pytest.approx((0.6, 0.9), abs=0.012)
        if wanted == codec:
            assert last.notes == ()
            assert packets_of(tmp_path / f"out{target}") == packets_of(clip)
        else:
            (note,) = last.notes
            assert f"sound ({codec}) as {'AAC' if wanted == 'aac' else 'Opus'}" in note

    @pytest.mark.parametrize("target", [".mp4", ".mkv", ".webm"])
    def test_a_part_is_in_sync(self, tmp_path: Path, target: str) -> None:
        clip = with_sound(tmp_path / "a.avi", "pcm_s16le", pictures="mjpeg")
        film(clip, tmp_path / f"out{target}", start=0.5, end=1.25)
        assert times_of(tmp_path / f"out{target}") == pytest.approx([0, 0.25, 0.5], abs=0.002)
        assert heard(tmp_path / f"out{target}") == pytest.approx((0.1, 0.4), abs=0.012)

    @pytest.mark.parametrize("target", [".mp4", ".mov", ".mkv", ".webm"])
    def test_languages_stay_with_their_tracks(self, tmp_path: Path, target: str) -> None:
        clip = with_sound(tmp_path / "a.mkv", "aac", languages=("deu", "fra", "jpn"), pictures="libx264")
        film(clip, tmp_path / f"out{target}")
        with av.open(str(tmp_path / f"out{target}")) as container:
            languages = [stream.language for stream in container.streams.audio]
        assert languages == ["ger" if target == ".mov" else "deu", "fra", "jpn"]
        for number in range(3):
            assert heard(tmp_path / f"out{target}", number)[0] == pytest.approx(0.6 + number / 10, abs=0.03)

    @pytest.mark.parametrize("target", ["out.gif", "out"])
    def test_targets_without_sound_are_reported(self, tmp_path: Path, target: str) -> None:
        clip = with_sound(tmp_path / "a.mkv", "aac", languages=("deu",), pictures="libx264")
        (note,) = film(clip, tmp_path / target).notes
        assert "left out: sound (aac, deu)" in note


def rich(path: Path) -> Path:
    """Write a clip of 1.5 s with subtitles, chapters, a title, a date, a comment and a location."""
    frames = pan(6, 32, 48)
    with av.open(str(path), "w") as container:
        stream: Any = container.add_stream("libx264", rate=4)
        stream.height, stream.width, stream.pix_fmt = *frames[0].shape[:2], "yuv420p"
        text: Any = container.add_stream("mov_text" if path.suffix == ".mp4" else "subrip")
        text.codec_context.subtitle_header = HEADER
        text.codec_context.time_base = Fraction(1, 1000)
        text.metadata["language"] = "fra"
        container.metadata.update(
            title="A walk", artist="Somebody", creation_time="2019-07-01T10:00:00.000000Z", comment="a remark",
            location="+51.4169-000.0806/",
        )  # fmt: skip
        chapters = [("One", 0, 500), ("Two", 500, 1500)]
        container.set_chapters(
            [
                {"id": number, "start": begin, "end": end, "time_base": Fraction(1, 1000), "metadata": {"title": title}}
                for number, (title, begin, end) in enumerate(chapters)
            ]
        )
        packets: list[Any] = []
        for number, pixels in enumerate(frames):
            frame = av.VideoFrame.from_ndarray(pixels, format="rgb24").reformat(format="yuv420p")
            frame.pts, frame.time_base = number, Fraction(1, 4)
            packets += stream.encode(frame)
        container.mux(packets + stream.encode(None))
        for begin, end, words in ((100, 700, b"Bonjour"), (800, 1400, b"Au revoir")):
            content = len(words).to_bytes(2, "big") + words if path.suffix == ".mp4" else words
            packet = av.Packet(content)
            packet.pts = packet.dts = begin
            packet.duration, packet.time_base, packet.stream = end - begin, Fraction(1, 1000), text
            container.mux(packet)
    return path


def subtitles_of(path: Path) -> list[tuple[float, float, str]]:
    """Return begin, end, s, and text of each subtitle."""
    found = []
    with av.open(str(path)) as container:
        packets: Any = container.demux(container.streams.subtitles[0])
        for packet in packets:
            for line in packet.decode() if packet.size else ():
                words = line.dialogue.decode()
                begin = packet.pts * packet.time_base
                if words:
                    found.append((float(begin), float(begin + packet.duration * packet.time_base), words))
    return found


def chapters_of(path: Path) -> list[tuple[str, float, float]]:
    with av.open(str(path)) as container:
        found: list[Any] = list(container.chapters())
    return [
        (one["metadata"]["title"], *(float(one[side] * one["time_base"]) for side in ("start", "end"))) for one in found
    ]


class TestSubtitlesAndMetadata:
    @pytest.mark.parametrize(
        ("source", "target"),
        [("a.mkv", ".mp4"), ("a.mp4", ".mp4"), ("a.mkv", ".mov"), ("a.mp4", ".mkv"), ("a.mkv", ".webm")],
    )
    def test_texts_and_times_are_kept(self, tmp_path: Path, source: str, target: str) -> None:
        out = tmp_path / f"out{target}"
        last = film(rich(tmp_path / source), out)
        assert [words for *_, words in subtitles_of(out)] == ["Bonjour", "Au revoir"]
        assert np.allclose([line[:2] for line in subtitles_of(out)], [(0.1, 0.7), (0.8, 1.4)], atol=0.002)
        assert [title for title, *_ in chapters_of(out)] == ["One", "Two"]
        assert np.allclose([line[1:] for line in chapters_of(out)], [(0, 0.5), (0.5, 1.5)], atol=0.002)
        with av.open(str(out)) as container:
            metadata = {key.lower(): value for key, value in container.metadata.items()}
            assert container.streams.subtitles[0].language == "fra"
        assert (metadata["title"], metadata["artist"]) == ("A walk", "Somebody")
        assert metadata["creation_time"].startswith("2019-07-01T10:00:00")
        assert metadata["comment"].startswith("{")
        if target == ".mov":
            assert any("left out: description" in note for note in last.notes)
        else:
            assert metadata["description"] == "a remark"

    def test_a_part_keeps_its_subtitles_and_chapters(self, tmp_path: Path) -> None:
        film(rich(tmp_path / "a.mkv"), tmp_path / "out.mkv", start=0.25, end=1.25)
        assert [words for *_, words in subtitles_of(tmp_path / "out.mkv")] == ["Bonjour", "Au revoir"]
        times = [line[:2] for line in subtitles_of(tmp_path / "out.mkv")]
        assert np.allclose(times, [(0, 0.45), (0.55, 1)], atol=0.002)
        assert np.allclose([line[1:] for line in chapters_of(tmp_path / "out.mkv")], [(0, 0.25), (0.25, 1)], atol=0.002)

    @pytest.mark.parametrize("target", ["out.mp4", "out.mkv"])
    def test_the_location_is_left_out(self, tmp_path: Path, target: str) -> None:
        last = film(rich(tmp_path / "a.mkv"), tmp_path / target)
        assert b"51.4169" in (tmp_path / "a.mkv").read_bytes()
        assert b"51.4169" not in (tmp_path / target).read_bytes()
        assert any("says where it was taken, which is left out" in note for note in last.notes)


def covered(path: Path) -> tuple[Path, bytes]:
    """Write a clip whose first stream is its cover, four times as large; return it and the cover's bytes."""
    plain = write(path.with_name(f"plain{path.suffix}"), pan(4), rate=Fraction(8))
    coder: Any = av.CodecContext.create("mjpeg", "w")
    coder.height, coder.width, coder.pix_fmt, coder.time_base = 240, 240, "yuvj420p", Fraction(1, 25)
    frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(OTHER[:240, :240]), format="rgb24").reformat(
        width=240, height=240, format="yuvj420p"
    )
    jpeg = bytes((list(coder.encode(frame)) + list(coder.encode(None)))[0])
    with av.open(str(plain)) as source, av.open(str(path), "w") as container:
        if path.suffix == ".mp4":
            cover: Any = container.add_stream("mjpeg", rate=1)
            cover.height, cover.width, cover.pix_fmt = 240, 240, "yuvj420p"
            cover.disposition = av.stream.Disposition.attached_pic
        else:
            container.add_attachment("cover.jpg", "image/jpeg", jpeg)
        copy = container.add_stream_from_template(source.streams.video[0], opaque=True)
        for packet in source.demux(video=0):
            if packet.size:
                packet.stream = copy
                container.mux(packet)
        if path.suffix == ".mp4":
            made = av.Packet(jpeg)
            made.pts = made.dts = 0
            made.stream, made.is_keyframe = cover, True
            container.mux(made)
    return path, jpeg


def covers_of(path: Path) -> Iterator[bytes]:
    with av.open(str(path)) as container:
        for packet in container.demux():
            if packet.size and packet.stream.disposition & av.stream.Disposition.attached_pic:
                yield bytes(packet)


class TestStreams:
    @pytest.mark.parametrize(
        ("source", "target"), [("a.mp4", ".mp4"), ("a.mkv", ".mp4"), ("a.mp4", ".mkv"), ("a.mp4", ".mov")]
    )
    def test_a_cover_is_not_painted_and_kept(self, tmp_path: Path, source: str, target: str) -> None:
        clip, jpeg = covered(tmp_path / source)
        last = film(clip, tmp_path / f"out{target}")
        assert (last.frames, open_source(tmp_path / f"out{target}").width) == (4, 96)
        assert list(covers_of(clip)) == [jpeg]
        if target == ".mov":
            assert "left out: its cover" in last.notes[0]
        else:
            assert list(covers_of(tmp_path / f"out{target}")) == [jpeg]

    def test_the_largest_video_stream_is_painted(self, tmp_path: Path) -> None:
        small, large = write(tmp_path / "1.mkv", pan(3, 32, 48)), write(tmp_path / "2.mkv", pan(3))
        with av.open(str(tmp_path / "both.mkv"), "w") as container:
            opened = [av.open(str(path)) for path in (small, large)]
            copies = [container.add_stream_from_template(one.streams.video[0], opaque=True) for one in opened]
            for one, copy in zip(opened, copies, strict=True):
                for packet in one.demux(video=0):
                    if packet.size:
                        packet.stream = copy
                        container.mux(packet)
                one.close()
        assert Clip(tmp_path / "both.mkv").width == 96
        assert "left out: another film (h264)" in film(tmp_path / "both.mkv", tmp_path / "out.mp4").notes[0]

    def test_names_from_a_file_are_printable_and_few(self, tmp_path: Path) -> None:
        plain = write(tmp_path / "plain.mp4", pan(2))
        with av.open(str(plain)) as source, av.open(str(tmp_path / "a.mkv"), "w") as container:
            container.metadata.update({"title": "caf\xe9", "bad\x1b]0;key": "1", **{f"key{n}": "x" for n in range(40)}})
            copy = container.add_stream_from_template(source.streams.video[0], opaque=True)
            for packet in source.demux(video=0):
                if packet.size:
                    packet.stream = copy
                    container.mux(packet)
        content = (tmp_path / "a.mkv").read_bytes()
        (tmp_path / "a.mkv").write_bytes(content.replace("caf\xe9".encode(), b"caf\xe9!"))
        (note,) = film(tmp_path / "a.mkv", tmp_path / "out.mp4").notes
        assert note.isprintable()
        assert note.endswith(" and 29 more.")

    def test_uneven_times_are_reported_for_a_folder_of_frames(self, tmp_path: Path) -> None:
        clip = write(tmp_path / "a.mp4", pan(3), times=[Fraction(0), Fraction(1, 10), Fraction(1, 2)])
        (note,) = film(clip, tmp_path / "out").notes
        assert "for different times" in note


class TestTimes:
    @pytest.mark.parametrize("target", [".mkv", ".webm", ".mp4", ".mov"])
    def test_the_rate_is_the_clips(self, tmp_path: Path, target: str) -> None:
        clip = write(tmp_path / "a.mp4", pan(6), rate=Fraction(30000, 1001))
        film(clip, tmp_path / f"out{target}")
        film(clip, tmp_path / f"part{target}", start=0.05, end=0.18)
        for name in ("out", "part"):
            with av.open(str(tmp_path / f"{name}{target}")) as container:
                rate = container.streams.video[0].average_rate
            assert rate is not None
            assert float(rate) == pytest.approx(30000 / 1001, rel=2e-3)

    @pytest.mark.parametrize("target", [".mkv", ".mp4", ".gif"])
    def test_uneven_times_and_the_last_frames_duration(self, tmp_path: Path, target: str) -> None:
        times = [Fraction(number, 100) for number in (0, 10, 30, 35, 60)]
        clip = tmp_path / "a.gif"
        with av.open(str(clip), "w", format="gif") as container:
            stream: Any = container.add_stream("gif", rate=10)
            stream.height, stream.width, stream.pix_fmt = 64, 96, "rgb8"
            stream.time_base = stream.codec_context.time_base = Fraction(1, 100)
            for time, pixels in zip(times, pan(5), strict=True):
                frame = av.VideoFrame.from_ndarray(pixels, format="rgb24").reformat(format="rgb8")
                frame.pts, frame.time_base = round(time * 100), Fraction(1, 100)
                for packet in stream.encode(frame):
                    packet.duration = 90
                    container.mux(packet)
        film(clip, tmp_path / "first.mkv")
        film(tmp_path / "first.mkv", tmp_path / f"out{target}")
        assert times_of(tmp_path / f"out{target}") == pytest.approx([float(time) for time in times], abs=0.002)
        with av.open(str(tmp_path / f"out{target}")) as container:
            assert float(container.duration or 0) / 1e6 == pytest.approx(1.5, abs=0.011)
            if target != ".gif":
                rate = container.streams.video[0].average_rate
                assert rate is not None
                assert float(rate) == pytest.approx(5 / 1.5, rel=0.01)

    def test_more_frames_than_a_gif_can_show(self, tmp_path: Path) -> None:
        clip = write(tmp_path / "a.mp4", pan(12), rate=Fraction(100))
        last = film(clip, tmp_path / "out.gif")
        assert times_of(tmp_path / "out.gif") == pytest.approx([number / 50 for number in range(6)], abs=1e-6)
        assert "6 are left out" in last.notes[0]


class TestCodecs:
    def test_prores_and_what_holds_it(self, tmp_path: Path) -> None:
        clip = write(tmp_path / "a.mp4", pan(3))
        film(clip, tmp_path / "out.mov", codec="prores_ks")
        with av.open(str(tmp_path / "out.mov")) as container:
            stream = container.streams.video[0]
            assert (stream.codec_context.name, stream.codec_context.pix_fmt) == ("prores", "yuv422p10le")
        film(tmp_path / "out.mov", tmp_path / "again.mp4")
        for name, options, message in (
            ("o.mp4", {}, r"an MP4 cannot hold what prores_ks writes: end its name in \.mov or \.mkv"),
            ("o.mov", {"crf": 5}, "prores_ks has no constant rate factor: leave --crf out"),
        ):
            with pytest.raises(PinxitError, match=message):
                film(clip, tmp_path / name, codec="prores_ks", **options)
            assert not list(tmp_path.glob("*o.m*.*"))

    def test_ten_bits_a_channel(self, tmp_path: Path) -> None:
        clip = write(tmp_path / "a.mp4", pan(2))
        film(clip, tmp_path / "out.mp4", codec="libx265", bits="10")
        with av.open(str(tmp_path / "out.mp4")) as container:
            assert container.streams.video[0].codec_context.pix_fmt == "yuv420p10le"
        with pytest.raises(PinxitError, match="libvpx-vp9 cannot encode the colours of a film with 10 bits a channel"):
            film(clip, tmp_path / "out.webm", bits=10)

    def test_an_odd_size_is_reported(self, tmp_path: Path) -> None:
        clip = write(tmp_path / "a.mkv", pan(2, 65, 97), codec="ffv1")
        (note,) = film(clip, tmp_path / "out.mp4").notes
        assert "97×65 px as 96×64" in note
        assert film(clip, tmp_path / "out").notes == ()
        assert open_source(tmp_path / "out").width == 97
