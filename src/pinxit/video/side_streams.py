"""Plan what goes from a clip into a film besides the pictures, before anything is painted, by trying it out."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from pinxit.errors import PinxitError
from pinxit.video import audio, subtitles
from pinxit.video.clip import open_clip, video_stream
from pinxit.video.codec import CONTAINER_NAMES, CodecSettings, container_of
from pinxit.video.ffmpeg import import_av
from pinxit.video.mux import QUICKTIME_LANGUAGES, RawFrames, SideStream, SideStreams, mux

_READ = 1000  # packets of the clip that are read to try out its streams
_TRIED = 8  # packets of each stream that are tried
# Keys of metadata that describe the clip's file, not the film's.
_FILE_KEYS = ("major_brand", "minor_version", "compatible_brands", "encoder", "software", "duration", "comment")
# Parts of keys that hold a location.
_LOCATION_KEYS = ("location", "gps", "iso6709", "xyz")
# Prefix of Apple's keys, and the common names of some.
_APPLE_PREFIX = "com.apple.quicktime."
_APPLE_KEYS = {"make": "make", "model": "model", "creationdate": "date"}
_COVER_CODECS = ("mjpeg", "png")
# A file can hold any number of long names; messages show this many, of this many characters.
_LISTED, _CHARACTERS = 12, 60
# MP4 can hold these codecs, but hardly any player of MP4 supports them.
_UNPLAYED = ("pcm_", "adpcm_", "vorbis", "mp2")


@dataclass(frozen=True)
class SideStreamPlan:
    """The streams and metadata of a clip that go into a film.

    Attributes:
        streams: the streams of the clip that go into the film.
        metadata: metadata of the whole file.
        notes: what is transcoded and what is left out, each a predicate for the clip.
    """

    streams: tuple[SideStream, ...] = ()
    metadata: Mapping[str, str] | None = None
    notes: tuple[str, ...] = ()

    def between(self, path: Path, begin: Fraction, end: Fraction | None) -> SideStreams:
        """Return the side streams of a part of the clip.

        Args:
            path: the clip.
            begin: start of the part, s on the clip's own clock.
            end: end of the part; None is the clip's end.
        """
        return SideStreams(lambda: open_clip(path), self.streams, self.metadata, begin, end)


def plan_side_streams(path: Path, target: Path, codec: CodecSettings | None) -> SideStreamPlan:
    """Plan what goes from a clip into a target, by trying it with the beginning of each stream.

    Args:
        path: the clip.
        target: the film's file, or a folder.
        codec: how the pictures are encoded; None for GIFs and folders, which hold nothing else.

    Raises:
        PinxitError: when the streams cannot be muxed.
    """
    container = container_of(target)
    with open_clip(path) as clip:
        streams = [
            stream for stream in clip.streams if stream.index != video_stream(clip).index and not _is_index(stream)
        ]
        known = {key.lower(): value for key, value in clip.metadata.items()}
        public = {key: value for key, value in known.items() if not _is_private(key) and key not in _FILE_KEYS}
        # Containers have common keys for what telephones store under Apple's.
        metadata = {_APPLE_KEYS.get(key.removeprefix(_APPLE_PREFIX), key): value for key, value in public.items()}
        comment = known.get("comment", "")
        if comment and not comment.lstrip().startswith("{"):
            metadata.setdefault("description", comment)  # the film's comment holds the recipe
        lost: list[str] = []
        transcoded: list[str] = []
        side_streams: list[SideStream] = []
        first_packets = _first_packets(clip, streams) if codec is not None else {}
        for stream in streams:
            side = None if codec is None else _side_stream(container, stream, first_packets.get(stream.index, []))
            if side is None:
                lost.append(_name(stream))
                continue
            side_streams.append(side)
            if side.codec:
                transcoded.append(f"{_name(stream)} as {audio.CODEC_NAMES.get(side.codec, side.codec)}")
        chapters = clip.chapters()
    plan = SideStreamPlan(tuple(side_streams), metadata)
    if codec is None:
        lost += [f"{len(chapters)} chapters"] * bool(chapters) + list(metadata)
    else:
        lost += _lost_in_trial(path, container, codec, plan)
    notes = []
    holds = f"{CONTAINER_NAMES.get(container, 'a folder of frames')} cannot hold"
    if transcoded:
        notes.append(f"has what {holds} as it is, which is recoded: {_list(transcoded)}.")
    if lost:
        notes.append(f"has what {holds}, which is left out: {_list(lost)}.")
    if any(_is_private(key) for key in known):
        notes.append("says where it was taken, which is left out.")
    return replace(plan, notes=tuple(notes))


def _list(names: Sequence[str]) -> str:
    """Return names from a file as one line, shortened and without control characters, which could harm a terminal."""
    plain = ["".join(each if each.isprintable() else "?" for each in name)[:_CHARACTERS] for name in names[:_LISTED]]
    more = len(names) - len(plain)
    return ", ".join(plain) + (f" and {more} more" if more else "")


def _is_private(key: str) -> bool:
    return any(word in key for word in _LOCATION_KEYS)


def _is_index(stream: Any) -> bool:
    """Return whether a stream belongs to the chapters, or repeats the time code of the video stream."""
    from av.stream import Discard, Disposition

    if stream.discard == Discard.all or stream.disposition & Disposition.timed_thumbnails:
        return True
    return stream.type == "data" and "timecode" in stream.metadata


def _first_packets(clip: Any, streams: Sequence[Any]) -> dict[int, list[Any]]:
    """Return the first packets of some streams, by the number of the stream."""
    found: dict[int, list[Any]] = {stream.index: [] for stream in streams}
    av = import_av()
    packets = clip.demux() if streams else iter(())
    for _ in range(_READ):
        try:
            packet = next(packets)
        except (StopIteration, av.FFmpegError):
            break
        of_stream = found.get(packet.stream_index)
        if of_stream is not None and packet.size and len(of_stream) < _TRIED:
            of_stream.append(packet)
        if all(len(one) == _TRIED for one in found.values()):
            break
    return found


def _side_stream(container: str, stream: Any, packets: Sequence[Any]) -> SideStream | None:
    """Return how a stream gets into a container, or None where it cannot."""
    from av.stream import Disposition

    if stream.type == "attachment":
        return SideStream(stream.index, "attached") if container == "matroska" else None
    if stream.type not in ("audio", "subtitle", "video") or stream.codec_context is None:
        return None  # data of a telephone or a camera, which may include the location
    name = stream.codec_context.codec.canonical_name
    if stream.type == "video":
        is_cover = stream.disposition & Disposition.attached_pic and name in _COVER_CODECS
        return SideStream(stream.index, "cover") if is_cover and container in ("mp4", "matroska") else None
    if not (container == "mp4" and name.startswith(_UNPLAYED)) and _can_copy(container, stream, packets):
        return SideStream(stream.index, "copied")
    if stream.type == "audio":
        side = SideStream(stream.index, "sound", audio.CODECS[container])
    else:
        side = SideStream(stream.index, "subtitles", subtitles.CODECS[container])
    return side if _can_transcode(container, stream, packets, side) else None


def _can_copy(container: str, stream: Any, packets: Sequence[Any]) -> bool:
    """Return whether a container holds a stream as it is."""
    av = import_av()
    file = io.BytesIO()
    try:
        with av.open(file, "w", format=container) as out:
            copy = out.add_stream_from_template(stream)
            out.start_encoding()
            for packet in packets:
                if packet.dts is not None:
                    out.mux(_copy_of_packet(packet, copy))
        file.seek(0)
        with av.open(file) as written:
            return [one.type for one in written.streams] == [stream.type]
    except (av.FFmpegError, OSError, ValueError):
        return False


def _can_transcode(container: str, stream: Any, packets: Sequence[Any], side: SideStream) -> bool:
    """Return whether a stream can be transcoded for a container."""
    av = import_av()
    try:
        with av.open(io.BytesIO(), "w", format=container) as out:
            if side.mode == "sound":
                transcoder: Any = audio.AudioTranscoder(stream, out, side.codec, Fraction(0), None)
                encoded = [one for packet in packets for one in transcoder.packets(packet)] + list(transcoder.flush())
            else:
                transcoder = subtitles.SubtitleTranscoder(stream, out, side.codec)
                out.start_encoding()
                encoded = [one for packet in packets for one in transcoder.packets(packet)]
            out.mux(encoded)
        return bool(encoded) or not packets
    except (av.FFmpegError, OSError, ValueError):
        return False


def _copy_of_packet(packet: Any, stream: Any) -> Any:
    """Return a copy of a packet, because muxing changes it."""
    made = import_av().Packet(bytes(packet))
    made.pts, made.dts, made.duration, made.time_base = packet.pts, packet.dts, packet.duration, packet.time_base
    made.is_keyframe, made.stream = packet.is_keyframe, stream
    return made


def _lost_in_trial(path: Path, container: str, codec: CodecSettings, plan: SideStreamPlan) -> list[str]:
    """Mux a short film with all side streams, read it again, and return the names of what is missing."""
    file = io.BytesIO()
    black = np.zeros((64, 64, 3), np.uint8)
    frames = RawFrames(lambda: iter([(Fraction(0), black, None)]), 64, 64, codec, 1 / codec.rate)
    side_streams = replace(plan.between(path, Fraction(0), None), max_packets=_READ)
    mux(file, container, frames, side_streams, "{}")
    file.seek(0)
    with open_clip(path) as clip, import_av().open(file) as film:
        kept = {key.lower(): str(value) for key, value in film.metadata.items()}
        lost = [key for key in plan.metadata or {} if key not in kept and key != "timecode"]
        count = len(clip.chapters())
        if len(film.chapters()) < count:
            lost.append(f"{count} chapters")
        sides = [clip.streams[side.index] for side in plan.streams]
        for kind in ("audio", "subtitle"):
            before = [stream for stream in sides if stream.type == kind]
            after = [stream for stream in film.streams if stream.type == kind]
            lost += list(_lost_labels(before, after))
    return lost


def _lost_labels(before: Sequence[Any], after: Sequence[Any]) -> Iterator[str]:
    """Yield which languages and titles of streams are missing afterwards."""
    if len(before) != len(after):
        raise PinxitError(f"{len(before) - len(after)} streams of the clip would be lost: choose another ending.")
    for old, new in zip(before, after, strict=True):
        found = {key.lower(): value for key, value in new.metadata.items()}
        if old.language not in (None, "und", new.language) and QUICKTIME_LANGUAGES.get(old.language) != new.language:
            yield f"the language of {_name(old)}"
        title = old.metadata.get("title")
        if title and title not in (found.get("title"), found.get("handler_name"), found.get("name")):
            yield f"the title of {_name(old)}"


def _name(stream: Any) -> str:
    """Return a stream's name in messages."""
    from av.stream import Disposition

    codec = "unknown" if stream.codec_context is None else stream.codec_context.codec.canonical_name
    if stream.type == "video":
        return "its cover" if stream.disposition & Disposition.attached_pic else f"another film ({codec})"
    if stream.type == "data":
        return f"data ({stream.metadata.get('handler_name') or 'without a name'})"
    if stream.type == "attachment":
        return f"an attachment ({stream.metadata.get('filename') or 'without a name'})"
    kind = {"audio": "sound", "subtitle": "subtitles"}.get(stream.type, stream.type)
    language = "" if stream.language in (None, "und") else f", {stream.language}"
    return f"{kind} ({codec}{language})"
