"""The taste of the person who uses a studio: the profile in its folder, and statistics of pictures, each measured once."""

from __future__ import annotations

import contextlib
import hashlib
import os
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from pinxit.design import taste
from pinxit.design.taste import RatedPicture, Taste
from pinxit.errors import PinxitError
from pinxit.files.atomic import write_atomic
from pinxit.jobs.disk import translate_disk_errors
from pinxit.jobs.errors import Missing, Refused
from pinxit.jobs.specs.base import InputSpec
from pinxit.recipe.recipe import Input

PROFILE = "taste.json"  # as `pinxit taste --profile` reads and writes it
# s: statistics that were not used for so long are measured again.
_SECONDS_KEPT = 90 * 86400.0


class TasteStore:
    """The profile, and measured statistics.

    Args:
        home: the studio's folder.
        measure: measures a picture, see `TaskPool.measure`.
    """

    def __init__(self, home: Path, measure: Callable[[InputSpec], list[float]]) -> None:
        self._file, self._folder, self._measure = home / PROFILE, home / "measured", measure
        self._lock = threading.RLock()
        self._known: tuple[tuple[int, int] | None, Taste] = (None, Taste())
        self._folder.mkdir(exist_ok=True)
        for path in self._folder.iterdir():
            with contextlib.suppress(OSError):
                if path.stat().st_mtime < time.time() - _SECONDS_KEPT:
                    path.unlink()

    def profile(self) -> Taste:
        """Return the profile, read again where the file has changed.

        Raises:
            Refused: when the file is damaged.
        """
        with self._lock:
            state = None
            with contextlib.suppress(FileNotFoundError):
                found = self._file.stat()
                state = (found.st_mtime_ns, found.st_size)
            if state is None:
                self._known = (None, Taste())
            elif state != self._known[0]:
                try:
                    self._known = (state, taste.load(self._file))
                except PinxitError as error:
                    raise Refused(
                        f"{PROFILE} in the studio's folder cannot be read: delete the taste on the page Taste.",
                        "taste_damaged",
                    ) from error
            return self._known[1]

    def files(self) -> set[str]:
        """Return the SHA-256 of the rated files, which the page Taste shows."""
        with contextlib.suppress(Refused):
            known = self.profile()
            return {one.sha256 for one in (*known.liked, *known.disliked) if one.sha256}
        return set()

    def rate(self, entry: InputSpec, liked: bool | None) -> Taste:
        """Remember that a picture is liked or disliked, or forget it.

        Args:
            entry: the picture.
            liked: None to forget it.

        Returns:
            The new profile.
        """
        rated = None if liked is None else self.measured(entry)
        with self._lock:
            known = self.profile()
            kept = {
                side: tuple(one for one in getattr(known, side) if key(one) != key(entry))
                for side in ("liked", "disliked")
            }
            known = known.model_copy(update=kept)
            if rated is not None:
                known = known.judge(rated, liked=bool(liked))
            with translate_disk_errors():
                taste.save(known, self._file)
            return self.profile()

    def forget(self) -> None:
        """Delete the profile."""
        with self._lock:
            taste.forget(self._file, [])

    def rank(
        self, entries: Sequence[InputSpec], seconds: float
    ) -> tuple[list[float | None], list[tuple[int, float]], int]:
        """Predict how much the person would like pictures.

        Args:
            entries: the pictures.
            seconds: after so long, pictures that were never measured are left for the next call.

        Returns:
            The score of each picture, higher is better, None where it is not known; indices and shares of those to mix, see
            `taste.choose`; and how many are left to measure. Nothing is known, and nothing is measured, before something was
            rated.
        """
        known = self.profile()
        if not known.liked and not known.disliked:
            return [None] * len(entries), [], 0
        end = time.monotonic() + seconds
        found: dict[int, RatedPicture] = {}
        left = 0
        for number, entry in enumerate(entries):
            if self._read(entry) is None and time.monotonic() > end:
                left += 1
                continue
            with contextlib.suppress(Missing, Refused):
                found[number] = self.measured(entry)
        places, candidates = list(found), list(found.values())
        scores: list[float | None] = [None] * len(entries)
        if not candidates:
            return scores, [], left
        for place, score in zip(places, taste.scores(known, candidates), strict=True):
            scores[place] = round(float(score), 4)
        return scores, [(places[at], share) for at, share in taste.choose(known, candidates)], left

    def measured(self, entry: InputSpec) -> RatedPicture:
        """Return a picture's statistics, from the disk where it was measured before.

        Raises:
            Missing: when there is no such picture.
            Refused: when it cannot be read.
        """
        numbers = self._read(entry)
        if numbers is None:
            numbers = np.asarray(self._measure(entry), np.float32)
            with translate_disk_errors():
                write_atomic(numbers.astype("<f4").tobytes(), self._path(entry), overwrite=True)
        return taste.rated(entry, numbers)

    def _read(self, entry: Input) -> taste.Vector | None:
        path = self._path(entry)
        with contextlib.suppress(OSError):
            content = path.read_bytes()
            if len(content) == 4 * taste.LENGTH:
                os.utime(path)
                return np.frombuffer(content, "<f4")
        return None

    def _path(self, entry: Input) -> Path:
        return self._folder / hashlib.sha256(key(entry).encode()).hexdigest()


def key(entry: Input) -> str:
    """Return what identifies a picture, whatever it is called: its content, or the name of a drawn one."""
    return entry.sha256 or entry.name
