"""What is painted of a film so far, in a folder beside its target: `kill -9`, and the same command goes on from there."""

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
from pinxit.picture.metadata import MAX_CHARACTERS
from pinxit.picture.writer import write_whole
from pinxit.video.coding import CODECS, Coding, kind_of
from pinxit.video.flow import Bytes
from pinxit.video.gif import shown, write_gif
from pinxit.video.joining import Cargo, Frames, Reels, join
from pinxit.video.plan import Plan
from pinxit.video.reel import Reel

# Frames of a piece: at ten a second, so many seconds are lost by a `kill -9`; and each begins with a frame that is coded by
# itself, which a longer one would need now and then too.
PIECE = 96
RECIPE = "recipe.json"
FRAMES = "frames"
_FRAME = re.compile(r"frame_(\d{6})\.png")


class Store:
    """The folder of a film that is being painted.

    Args:
        target: the file or folder that the film is to be.
        recipe: its JSON text: each has a folder of its own, so that nothing that is changed costs what was painted before.
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
        """Give the film a path before it has its name, and its name when it is whole; no half of it stays.

        Whoever else puts the same one together has another path.
        """
        path = self.folder / f"whole.{os.getpid()}{self.target.suffix.lower()}"
        try:
            yield path
            path.replace(self.target)
        finally:
            path.unlink(missing_ok=True)

    def clear(self) -> None:
        """Forget it, and whatever else was begun for the target: the film is there."""
        for folder in self.target.parent.glob(f".{glob.escape(self.target.name)}.????????.unfinished"):
            shutil.rmtree(folder, ignore_errors=True)


def _check_own(folder: Path) -> None:
    """Refuse a folder whose name somebody else took, who knew it: a link, or, where all may write, another account's."""
    above, here = folder.parent.stat(), folder.lstat()
    # The sticky bit is that of folders where all may write; Windows has neither it nor accounts by number.
    if not stat.S_ISDIR(here.st_mode) or (above.st_mode & stat.S_ISVTX and here.st_uid != os.getuid()):
        raise PinxitError(f"{folder} is a link, or another account's: remove it, or choose another name for the film.")


class Pieces:
    """Coded pieces of a film that is painted from beginning to end, none of them across a cut.

    Args:
        store: where.
        plan: of the film, or of the part of it that is painted here.
        coding: how they are coded.
    """

    def __init__(self, store: Store, plan: Plan, coding: Coding) -> None:
        self._store, self._plan, self._coding = store, plan, coding
        self._reel: Reel | None = None
        self._ends = {
            begin: min(begin + PIECE, stretch.end)
            for stretch in plan.stretches
            for begin in range(stretch.begin, stretch.end, PIECE)
        }
        self._begin = self.done = plan.first
        while self.done in self._ends and self.has(self.done):
            self._begin, self.done = self.done, self._ends[self.done]

    def has(self, begin: int) -> bool:
        """Whether the piece that begins with a frame is there."""
        return self._piece(begin).exists() and self._last(begin).exists()

    def files(self) -> list[Path]:
        """Of all pieces, in order."""
        return [path for begin in self._ends for path in (self._last(begin), self._piece(begin))]

    def last(self) -> Bytes:
        """The last frame of those that are done."""
        return _read(self._last(self._begin))

    def add(self, time: Fraction, pixels: Bytes) -> None:
        """The next frame, shown from `time` s on."""
        if self._reel is None:
            self._begin = self.done
            self._reel = Reel(self._partial(), self._plan.height, self._plan.width, self._coding)
        self._reel.add(time, pixels)
        self.done += 1
        if self.done == self._ends[self._begin]:
            self._reel.close()
            self._reel = None
            # The piece counts as done when it has its name, so its last frame comes first.
            _write(self._last(self._begin), pixels)
            self._partial().replace(self._piece(self._begin))

    def finish(self, cargo: Cargo | None) -> None:
        """Join the pieces, and what else goes along, to the target."""
        plan = self._plan
        reels = [(self._piece(begin), plan.times[begin]) for begin in self._ends]
        with self._store.whole() as whole:
            join(whole, kind_of(self._store.target), Reels(reels, plan.length, plan.rate), cargo, self._store.recipe)

    def _piece(self, begin: int) -> Path:
        return self._store.folder / f"piece_{begin + 1:07}.mp4"

    def _last(self, begin: int) -> Path:
        return self._store.folder / f"piece_{begin + 1:07}.png"

    def _partial(self) -> Path:
        return self._store.folder / "piece.part"


class Stills:
    """The frames of a film, each a picture without loss.

    Args:
        store: where.
        name: of the folder in it.
        first: number of the first frame.
    """

    def __init__(self, store: Store, name: str = FRAMES, first: int = 0) -> None:
        self.store = store
        self._folder = store.folder / name
        self._folder.mkdir(exist_ok=True)
        self.done = first
        while self.done in self:
            self.done += 1

    def last(self) -> Bytes:
        """The last frame of those that are done, from the first on."""
        return self.read(self.done - 1)

    def add(self, time: Fraction, pixels: Bytes) -> None:
        """The next frame."""
        self.write(self.done, pixels)
        self.done += 1

    def __contains__(self, number: int) -> bool:
        return self.file(number).exists()

    def read(self, number: int) -> Bytes:
        """A frame `(H, W, 3)`; the first has number 0."""
        return _read(self.file(number))

    def write(self, number: int, pixels: Bytes) -> None:
        """A frame, whole or not at all."""
        _write(self.file(number), pixels)

    def file(self, number: int) -> Path:
        """Where a frame is, or will be."""
        return self._folder / f"frame_{number + 1:06}.png"

    def finish(self, plan: Plan, coding: Coding | None, cargo: Cargo | None) -> None:
        """Make the target of them.

        Args:
            plan: of the film.
            coding: how, where it is a clip.
            cargo: what else goes along.
        """
        target = self.store.target
        if coding is not None:
            evenly = replace(coding, rate=plan.rate)
            frames = Frames(lambda: self._painted(plan), plan.height, plan.width, evenly, plan.length)
            with self.store.whole() as whole:
                join(whole, kind_of(target), frames, cargo, self.store.recipe)
        elif target.suffix.lower() == ".gif":
            cuts = {shot.begin for shot in plan.shots}
            begun = ((*frame, number in cuts) for number, frame in enumerate(self._painted(plan)))
            with self.store.whole() as whole:
                write_gif(
                    whole, itertools.compress(begun, shown(plan.times)), plan.rate, plan.length, self.store.recipe
                )
        else:
            self._become(target, plan)

    def _become(self, target: Path, plan: Plan) -> None:
        """Make the folder of the frames the target."""
        if plan.clear:
            for number, (_, pixels, alpha) in enumerate(self._painted(plan)):
                _write(self.file(number), pixels if alpha is None else np.dstack([pixels, alpha]))
        write_whole(self.store.recipe.encode(), self._folder / RECIPE, overwrite=True)
        if target.exists():
            _remove_film(target)
            for path in self._folder.iterdir():
                path.replace(target / path.name)
        else:
            self._folder.rename(target)

    def _painted(self, plan: Plan) -> Iterator[tuple[Fraction, Bytes, Bytes | None]]:
        """The frames with their times in the film, s, and their opacity `(H, W)` or None."""
        alphas = plan.alphas() if plan.clear else itertools.repeat(None, plan.count)
        for number, (time, alpha) in enumerate(zip(plan.times, alphas, strict=True)):
            yield time, self.read(number), alpha


def _remove_film(folder: Path) -> None:
    """What an earlier film left in its folder, and nothing else."""
    for path in folder.iterdir():
        if _FRAME.fullmatch(path.name) or path.name == RECIPE:
            path.unlink()


def text(path: Path) -> str:
    """What a small file says; nothing where there is none."""
    try:
        with path.open(encoding="utf-8") as file:
            return file.read(MAX_CHARACTERS)
    except (OSError, UnicodeDecodeError):
        return ""


def _write(path: Path, pixels: Bytes) -> None:
    order = cv2.COLOR_RGBA2BGRA if pixels.shape[2] == 4 else cv2.COLOR_RGB2BGR
    coded = cv2.imencode(".png", cv2.cvtColor(pixels, order), [cv2.IMWRITE_PNG_COMPRESSION, 1])[1]
    write_whole(coded.tobytes(), path, overwrite=True)


def _read(path: Path) -> Bytes:
    found = cv2.imdecode(np.fromfile(path, np.uint8), cv2.IMREAD_COLOR)
    if found is None:
        raise PinxitError(f"{path} is damaged: remove its folder, and the film begins anew.")
    return np.ascontiguousarray(found[..., ::-1])


def check_target(target: Path, *, overwrite: bool) -> None:
    """Find out before the painting whether a film could be written: a clip, a GIF, or a folder of frames.

    Raises:
        PinxitError: where not.
    """
    kind = target.suffix.lower()
    if kind and kind != ".gif" and kind not in CODECS:
        raise PinxitError(
            f"{target} says no kind of film that pinxit writes: end its name in {', '.join([*CODECS, '.gif'])}, "
            "or in nothing for a folder of frames."
        )
    try:
        if kind and target.is_dir():
            raise PinxitError(f"{target} is a folder: name a file in it.")
        if not kind and target.exists() and not target.is_dir():
            raise PinxitError(f"{target} is a file: name a folder, or end its name in .mp4.")
        there = any(target.iterdir()) if target.is_dir() else target.exists()
        nearest = next(parent for parent in target.absolute().parents if parent.exists())
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "its name is not allowed"
        raise PinxitError(f"{target} cannot be written ({reason}): choose another name.") from error
    if there and not overwrite:
        raise PinxitError(f"{target} exists: choose another name, or add --overwrite.")
    if not nearest.is_dir() or not os.access(nearest, os.W_OK | os.X_OK):
        raise PinxitError(f"{target} cannot be written: you may not write into {nearest}.")
