"""Painted frames of an unfinished film, kept in a folder beside its target: after `kill -9`, the same command continues."""

from __future__ import annotations

import contextlib
import glob
import hashlib
import itertools
import os
import re
import shutil
import stat
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np

from pinxit.errors import PinxitError
from pinxit.files.atomic import write_atomic
from pinxit.video.animation import ANIMATIONS, write_animation
from pinxit.video.codec import CODECS, CodecSettings, container_of
from pinxit.video.encoding import VideoWriter
from pinxit.video.gif import displayable, write_gif
from pinxit.video.mux import CodedSegments, RawFrames, SideStreams, mux
from pinxit.video.optical_flow import Bytes
from pinxit.video.plan import VideoPlan
from pinxit.video.recipe import RECIPE_FILE

# frames: length of a segment. A `kill -9` loses at most one, ten seconds of work at ten frames a second. Each segment begins
# with an intra-coded frame; a longer segment would contain about as many.
SEGMENT_FRAMES = 96
FRAMES = "frames"
_FRAME = re.compile(r"frame_(\d{6})\.png")


class VideoStore:
    """The folder of an unfinished film.

    Args:
        target: the file or folder of the finished film.
        recipe: the recipe's JSON text. Each recipe has its own folder, so that trying other settings loses nothing.

    Raises:
        PinxitError: when the folder cannot be made, or belongs to another account.
    """

    def __init__(self, target: Path, recipe: str) -> None:
        self.target, self.recipe = target, recipe
        name = hashlib.sha256(recipe.encode()).hexdigest()[:8]
        self.folder = target.with_name(f".{target.name}.{name}.unfinished")
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            _check_own(self.folder)
        except OSError as error:
            raise PinxitError(f"{target} cannot be written ({error.strerror}): choose another folder.") from error

    @contextlib.contextmanager
    def whole(self) -> Iterator[Path]:
        """Give a temporary path for the film, and rename it to the target when the context ends; after an error, remove it.

        Processes that join the same film at the same time get different paths.
        """
        path = self.folder / f"whole.{os.getpid()}{self.target.suffix.lower()}"
        try:
            yield path
            path.replace(self.target)
        finally:
            path.unlink(missing_ok=True)

    def clear(self) -> None:
        """Remove all unfinished films of the target, once it is written."""
        for folder in self.target.parent.glob(f".{glob.escape(self.target.name)}.????????.unfinished"):
            shutil.rmtree(folder, ignore_errors=True)


def _check_own(folder: Path) -> None:
    """Refuse a folder that another account prepared under the predictable name: a link, or one in a folder open to all."""
    above, here = folder.parent.stat(), folder.lstat()
    # Folders open to all have the sticky bit. Windows has neither the bit nor numbered accounts.
    if not stat.S_ISDIR(here.st_mode) or (above.st_mode & stat.S_ISVTX and here.st_uid != os.getuid()):
        raise PinxitError(f"{folder} is a link, or another account's: remove it, or choose another name for the film.")


class SegmentFiles:
    """Encoded segments of a film that is painted from beginning to end; no segment crosses a cut.

    Args:
        store: the folder of the unfinished film.
        plan: the plan of the film, or of the part that is painted here.
        codec: the encoder's settings.
    """

    def __init__(self, store: VideoStore, plan: VideoPlan, codec: CodecSettings) -> None:
        self._store, self._plan, self._codec = store, plan, codec
        self.folder = store.folder
        self._writer: VideoWriter | None = None
        self._ends = {
            begin: min(begin + SEGMENT_FRAMES, piece.end)
            for piece in plan.pieces
            for begin in range(piece.begin, piece.end, SEGMENT_FRAMES)
        }
        self._begin = self.done = plan.first
        while self.done in self._ends and self.has(self.done):
            self._begin, self.done = self.done, self._ends[self.done]

    def has(self, begin: int) -> bool:
        """Return whether the segment that begins with a frame is finished."""
        return self._video_file(begin).exists() and self._last_frame_file(begin).exists()

    def files(self) -> list[Path]:
        """Return the files of all segments, in order."""
        return [path for begin in self._ends for path in (self._last_frame_file(begin), self._video_file(begin))]

    def last(self) -> Bytes:
        """Return the last painted frame."""
        return _read(self._last_frame_file(self._begin))

    def add(self, time: Fraction, pixels: Bytes) -> None:
        """Add the next frame, shown from `time` s on."""
        if self._writer is None:
            self._begin = self.done
            self._writer = VideoWriter(self._partial_file(), self._plan.height, self._plan.width, self._codec)
        self._writer.add(time, pixels)
        self.done += 1
        if self.done == self._ends[self._begin]:
            self._writer.close()
            self._writer = None
            # A segment counts as finished once its video has its name, so the last frame is written before.
            _write(self._last_frame_file(self._begin), pixels)
            self._partial_file().replace(self._video_file(self._begin))

    def finish(self, side_streams: SideStreams | None) -> None:
        """Join the segments and the side streams to the target."""
        plan = self._plan
        segments = [(self._video_file(begin), plan.times[begin]) for begin in self._ends]
        with self._store.whole() as whole:
            mux(
                whole,
                container_of(self._store.target),
                CodedSegments(segments, plan.length, plan.rate),
                side_streams,
                self._store.recipe,
            )

    def _video_file(self, begin: int) -> Path:
        return self._store.folder / f"piece_{begin + 1:07}.mp4"

    def _last_frame_file(self, begin: int) -> Path:
        return self._store.folder / f"piece_{begin + 1:07}.png"

    def _partial_file(self) -> Path:
        return self._store.folder / "piece.part"


class PictureFiles:
    """Pictures by their frames' numbers, each in a lossless file.

    Args:
        folder: where they are; it is made if need be.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(exist_ok=True)

    def __contains__(self, number: int) -> bool:
        return self.file(number).exists()

    def read(self, number: int) -> Bytes:
        """Return a frame `(H, W, 3 or 4)` as it was written, numbered from 0."""
        return _read(self.file(number))

    def write(self, number: int, pixels: Bytes) -> None:
        """Write a frame, whole or not at all."""
        _write(self.file(number), pixels)

    def file(self, number: int) -> Path:
        """Return the path of a frame's file."""
        return self._folder / f"frame_{number + 1:06}.png"


class FrameFiles(PictureFiles):
    """Painted frames, each in a lossless picture file.

    Args:
        store: the folder of the unfinished film.
        name: name of the folder in it.
        first: number of the first frame.
    """

    def __init__(self, store: VideoStore, name: str = FRAMES, first: int = 0) -> None:
        super().__init__(store.folder / name)
        self.store, self.folder = store, store.folder
        self.done = first
        while self.done in self:
            self.done += 1

    def last(self) -> Bytes:
        """Return the last painted frame."""
        return self.read(self.done - 1)

    def add(self, time: Fraction, pixels: Bytes) -> None:
        """Add the next frame."""
        self.write(self.done, pixels)
        self.done += 1

    def finish(self, plan: VideoPlan, codec: CodecSettings | None, side_streams: SideStreams | None) -> None:
        """Join the frames to the target.

        Args:
            plan: the plan of the film.
            codec: the encoder's settings, where the target is a clip.
            side_streams: what the target holds besides the pictures.
        """
        target = self.store.target
        if codec is not None:
            codec = replace(codec, rate=plan.rate)
            frames = RawFrames(lambda: self._painted(plan), plan.height, plan.width, codec, plan.length)
            with self.store.whole() as whole:
                mux(whole, container_of(target), frames, side_streams, self.store.recipe)
        elif target.suffix.lower() == ".gif":
            cuts = {shot.begin for shot in plan.shots}
            marked = ((*frame, number in cuts) for number, frame in enumerate(self._painted(plan)))
            with self.store.whole() as whole:
                write_gif(
                    whole,
                    itertools.compress(marked, displayable(plan.times)),
                    plan.rate,
                    plan.length,
                    self.store.recipe,
                )
        elif target.suffix.lower() in ANIMATIONS:
            with self.store.whole() as whole:
                write_animation(
                    whole,
                    target.suffix.lower(),
                    self._painted(plan),
                    rate=plan.rate,
                    length=plan.length,
                    recipe=self.store.recipe,
                )
        else:
            self._move_to(target, plan)

    def _move_to(self, target: Path, plan: VideoPlan) -> None:
        """Move the frames to the target, a folder."""
        if plan.transparent:
            for number, (_, pixels, alpha) in enumerate(self._painted(plan)):
                _write(self.file(number), pixels if alpha is None else np.dstack([pixels, alpha]))
        write_atomic(self.store.recipe.encode(), self._folder / RECIPE_FILE, overwrite=True)
        if target.exists():
            _remove_frames(target)
            for path in self._folder.iterdir():
                path.replace(target / path.name)
        else:
            self._folder.rename(target)

    def _painted(self, plan: VideoPlan) -> Iterator[tuple[Fraction, Bytes, Bytes | None]]:
        """Yield the frames: time in the film, s, pixels, and their opacity `(H, W)` or None."""
        alphas = plan.alphas() if plan.transparent else itertools.repeat(None, plan.count)
        for number, (time, alpha) in enumerate(zip(plan.times, alphas, strict=True)):
            yield time, self.read(number), alpha


def _remove_frames(folder: Path) -> None:
    """Remove the frames and the recipe of an earlier film from a folder, and nothing else."""
    for path in folder.iterdir():
        if _FRAME.fullmatch(path.name) or path.name == RECIPE_FILE:
            path.unlink()


def _write(path: Path, pixels: Bytes) -> None:
    order = cv2.COLOR_RGBA2BGRA if pixels.shape[2] == 4 else cv2.COLOR_RGB2BGR
    coded = cv2.imencode(".png", cv2.cvtColor(pixels, order), [cv2.IMWRITE_PNG_COMPRESSION, 1])[1]
    write_atomic(coded.tobytes(), path, overwrite=True)


def _read(path: Path) -> Bytes:
    found = cv2.imdecode(np.fromfile(path, np.uint8), cv2.IMREAD_UNCHANGED)
    if found is None or found.ndim != 3:
        raise PinxitError(f"{path} is damaged: remove its folder, and the film begins anew.")
    order = cv2.COLOR_BGRA2RGBA if found.shape[2] == 4 else cv2.COLOR_BGR2RGB
    return np.asarray(cv2.cvtColor(found, order), np.uint8)


def check_target(target: Path, *, overwrite: bool) -> None:
    """Check, before any painting, that a film could be written: a clip, a GIF, an animated WebP or APNG, or a folder of frames.

    Args:
        target: the file or folder of the film.
        overwrite: replace an existing target.

    Raises:
        PinxitError: when it could not be written.
    """
    kind = target.suffix.lower()
    if kind and kind not in (".gif", *ANIMATIONS) and kind not in CODECS:
        raise PinxitError(
            f"{target} is not a kind of film that pinxit writes: end its name in {', '.join([*CODECS, '.gif', *ANIMATIONS])}, "
            "or in nothing for a folder of frames."
        )
    try:
        if kind and target.is_dir():
            raise PinxitError(f"{target} is a folder: name a file in it.")
        if not kind and target.exists() and not target.is_dir():
            raise PinxitError(f"{target} is a file: name a folder, or end its name in .mp4.")
        exists = any(target.iterdir()) if target.is_dir() else target.exists()
        nearest = next(parent for parent in target.absolute().parents if parent.exists())
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "its name is not allowed"
        raise PinxitError(f"{target} cannot be written ({reason}): choose another name.") from error
    if exists and not overwrite:
        raise PinxitError(f"{target} exists: choose another name, or add --overwrite.")
    if not nearest.is_dir() or not os.access(nearest, os.W_OK | os.X_OK):
        raise PinxitError(f"{target} cannot be written: you may not write into {nearest}.")
