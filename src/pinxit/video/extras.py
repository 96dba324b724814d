"""What a clip holds besides its pictures, and what of it a target can hold: found out before anything is painted."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from pinxit.errors import PinxitError
from pinxit.video import sound, subtitles
from pinxit.video.clip import open_clip, pictures_of
from pinxit.video.coding import NAMES, Coding, kind_of
from pinxit.video.ffmpeg import library
from pinxit.video.joining import OF_QUICKTIME, Cargo, Frames, Part, join

# Packets of the clip that are read to find out what containers make of its streams, and how many of each are tried.
_READ, _TRIED = 1000, 8
# What a file says of how it was made, which is not true of the film's.
_OF_THE_FILE = ("major_brand", "minor_version", "compatible_brands", "encoder", "software", "duration", "comment")
_OF_THE_PLACE = ("location", "gps", "iso6709", "xyz")
_OF_APPLE = "com.apple.quicktime."
_APPLE = {"make": "make", "model": "model", "creationdate": "date"}
_COVERS = ("mjpeg", "png")
# Of a list that a file makes as long as it likes, so much is told.
_LISTED, _LETTERS = 12, 60
# MP4 may hold them, and hardly any player of MP4 knows them.
_UNPLAYED = ("pcm_", "adpcm_", "vorbis", "mp2")


@dataclass(frozen=True)
class Extras:
    """What goes along, and what is told of it.

    Attributes:
        parts: streams of the clip that go along.
        texts: what it says of itself.
        notes: what is recoded and what is left out, each a predicate for the clip.
    """

    parts: tuple[Part, ...] = ()
    texts: Mapping[str, str] | None = None
    notes: tuple[str, ...] = ()

    def cargo(self, path: Path, begin: Fraction, end: Fraction | None) -> Cargo:
        """Return what is to be joined to the pictures of a film."""
        return Cargo(lambda: open_clip(path), self.parts, self.texts, begin, end)


def extras_of(path: Path, target: Path, coding: Coding | None) -> Extras:
    """Return what of a clip goes into a target, after trying it with the beginning of each stream.

    Args:
        path: the clip.
        target: the film's file, or a folder.
        coding: of the pictures; None for GIFs and folders, which hold nothing else.

    Raises:
        PinxitError: when they cannot be put together.
    """
    kind = kind_of(target)
    with open_clip(path) as clip:
        streams = [
            stream for stream in clip.streams if stream.index != pictures_of(clip).index and not _is_index(stream)
        ]
        known = {key.lower(): value for key, value in clip.metadata.items()}
        told = {key: value for key, value in known.items() if not _is_private(key) and key not in _OF_THE_FILE}
        # What telephones call by a name of their own, other containers have a place for.
        texts = {_APPLE.get(key.removeprefix(_OF_APPLE), key): value for key, value in told.items()}
        own = known.get("comment", "")
        if own and not own.lstrip().startswith("{"):
            texts.setdefault("description", own)  # the comment is where the recipe goes
        lost: list[str] = []
        recoded: list[str] = []
        parts: list[Part] = []
        begun = _begun(clip, streams) if coding is not None else {}
        for stream in streams:
            part = None if coding is None else _part(kind, stream, begun.get(stream.index, []))
            if part is None:
                lost.append(_name(stream))
                continue
            parts.append(part)
            if part.codec:
                recoded.append(f"{_name(stream)} as {sound.NAMES.get(part.codec, part.codec)}")
        chapters = clip.chapters()
    extras = Extras(tuple(parts), texts)
    if coding is None:
        lost += [f"{len(chapters)} chapters"] * bool(chapters) + list(texts)
    else:
        lost += _missing(path, kind, coding, extras)
    notes = []
    holds = f"{NAMES.get(kind, 'a folder of frames')} cannot hold"
    if recoded:
        notes.append(f"has what {holds} as it is, which is recoded: {_list(recoded)}.")
    if lost:
        notes.append(f"has what {holds}, which is left out: {_list(lost)}.")
    if any(_is_private(key) for key in known):
        notes.append("says where it was taken, which is left out.")
    return replace(extras, notes=tuple(notes))


def _list(names: Sequence[str]) -> str:
    """Names that a file gave, as a line that can do a terminal no harm."""
    plain = ["".join(letter if letter.isprintable() else "?" for letter in name)[:_LETTERS] for name in names[:_LISTED]]
    more = len(names) - len(plain)
    return ", ".join(plain) + (f" and {more} more" if more else "")


def _is_private(key: str) -> bool:
    return any(word in key for word in _OF_THE_PLACE)


def _is_index(stream: Any) -> bool:
    """Whether a stream belongs to the chapters, or tells the time code that the pictures' stream tells too."""
    from av.stream import Discard, Disposition

    if stream.discard == Discard.all or stream.disposition & Disposition.timed_thumbnails:
        return True
    return stream.type == "data" and "timecode" in stream.metadata


def _begun(clip: Any, streams: Sequence[Any]) -> dict[int, list[Any]]:
    """The first packets of some streams, by their number."""
    found: dict[int, list[Any]] = {stream.index: [] for stream in streams}
    av = library()
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


def _part(kind: str, stream: Any, packets: Sequence[Any]) -> Part | None:
    """How a stream gets into a container; None where it cannot."""
    from av.stream import Disposition

    if stream.type == "attachment":
        return Part(stream.index, "attached") if kind == "matroska" else None
    if stream.type not in ("audio", "subtitle", "video") or stream.codec_context is None:
        return None  # data of a telephone or a camera, which may tell the place
    name = stream.codec_context.codec.canonical_name
    if stream.type == "video":
        cover = stream.disposition & Disposition.attached_pic and name in _COVERS and kind in ("mp4", "matroska")
        return Part(stream.index, "cover") if cover else None
    if not (kind == "mp4" and name.startswith(_UNPLAYED)) and _is_held(kind, stream, packets):
        return Part(stream.index, "copied")
    if stream.type == "audio":
        part = Part(stream.index, "sound", sound.CODECS[kind])
        return part if _is_coded(kind, stream, packets, part) else None
    part = Part(stream.index, "subtitles", subtitles.CODECS[kind])
    return part if _is_coded(kind, stream, packets, part) else None


def _is_held(kind: str, stream: Any, packets: Sequence[Any]) -> bool:
    """Whether a container takes a stream as it is."""
    av = library()
    file = io.BytesIO()
    try:
        with av.open(file, "w", format=kind) as out:
            copy = out.add_stream_from_template(stream)
            out.start_encoding()
            for packet in packets:
                if packet.dts is not None:
                    out.mux(_copied(packet, copy))
        file.seek(0)
        with av.open(file) as back:
            return [one.type for one in back.streams] == [stream.type]
    except (av.FFmpegError, OSError, ValueError):
        return False


def _is_coded(kind: str, stream: Any, packets: Sequence[Any], part: Part) -> bool:
    """Whether a stream can be recoded for a container."""
    av = library()
    try:
        with av.open(io.BytesIO(), "w", format=kind) as out:
            if part.how == "sound":
                coder: Any = sound.SoundCoder(stream, out, part.codec, Fraction(0), None)
                coded = [one for packet in packets for one in coder.packets(packet)] + list(coder.rest())
            else:
                coder = subtitles.SubtitleCoder(stream, out, part.codec)
                out.start_encoding()
                coded = [one for packet in packets for one in coder.packets(packet)]
            out.mux(coded)
        return bool(coded) or not packets
    except (av.FFmpegError, OSError, ValueError):
        return False


def _copied(packet: Any, stream: Any) -> Any:
    """A packet of its own: what is muxed is changed."""
    made = library().Packet(bytes(packet))
    made.pts, made.dts, made.duration, made.time_base = packet.pts, packet.dts, packet.duration, packet.time_base
    made.is_keyframe, made.stream = packet.is_keyframe, stream
    return made


def _missing(path: Path, kind: str, coding: Coding, extras: Extras) -> list[str]:
    """What a small film with all that goes along does not tell when it is read again."""
    file = io.BytesIO()
    black = np.zeros((64, 64, 3), np.uint8)
    frames = Frames(lambda: iter([(Fraction(0), black, None)]), 64, 64, coding, 1 / coding.rate)
    cargo = replace(extras.cargo(path, Fraction(0), None), most=_READ)
    join(file, kind, frames, cargo, "{}")
    file.seek(0)
    with open_clip(path) as clip, library().open(file) as film:
        there = {key.lower(): str(value) for key, value in film.metadata.items()}
        lost = [key for key in extras.texts or {} if key not in there and key != "timecode"]
        count = len(clip.chapters())
        if len(film.chapters()) < count:
            lost.append(f"{count} chapters")
        for kind_of_stream in ("audio", "subtitle"):
            before = [
                clip.streams[part.index] for part in extras.parts if clip.streams[part.index].type == kind_of_stream
            ]
            after = [stream for stream in film.streams if stream.type == kind_of_stream]
            lost += list(_untold(before, after))
    return lost


def _untold(before: Sequence[Any], after: Sequence[Any]) -> Iterator[str]:
    """The languages and titles of streams that have not arrived."""
    if len(before) != len(after):
        raise PinxitError(f"{len(before) - len(after)} streams of the clip get lost: try another ending.")
    for old, new in zip(before, after, strict=True):
        said = {key.lower(): value for key, value in new.metadata.items()}
        if old.language not in (None, "und", new.language) and OF_QUICKTIME.get(old.language) != new.language:
            yield f"the language of {_name(old)}"
        title = old.metadata.get("title")
        if title and title not in (said.get("title"), said.get("handler_name"), said.get("name")):
            yield f"the title of {_name(old)}"


def _name(stream: Any) -> str:
    """What a person calls a stream."""
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
