"""People's answers to blind comparisons: one line of JSON for each, appended to a file that is never rewritten."""

from __future__ import annotations

import os
import threading
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from pinxit.jobs.disk import translate_disk_errors
from pinxit.jobs.errors import NoRoom

ResultId = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$")]
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Choice = Literal["a", "b", "same"]
# Characters of a setting's value; the longest are lists of layers.
LONGEST_VALUE = 200
# More answers than people give: a program that sends them is stopped before it fills the disk.
MOST_ANSWERS = 100_000
_LONGEST_LINE = 64 << 10  # bytes


class Answer(BaseModel):
    """Which of two results, shown without their names, a person found closer to the style image.

    Attributes:
        time: when, ISO 8601.
        shown: the ids of the results shown as A and B.
        sha256: of their pictures, in the same order.
        answer: `a`, `b`, or `same`.
        differed: the values of A and of B, as text, by the name of each setting that differed.
    """

    model_config = ConfigDict(frozen=True)

    time: str = Field(max_length=40)
    shown: tuple[ResultId, ResultId]
    sha256: tuple[Sha256, Sha256]
    answer: Choice
    differed: dict[
        Annotated[str, Field(max_length=64)],
        tuple[Annotated[str, Field(max_length=LONGEST_VALUE)], Annotated[str, Field(max_length=LONGEST_VALUE)]],
    ] = Field(max_length=100)

    @property
    def pair(self) -> frozenset[str]:
        """The ids of both results, without their order."""
        return frozenset(self.shown)


class Answers:
    """All answers, in memory and in the file; the latest answer to a pair counts.

    Args:
        path: the file, which the first answer creates. Lines that cannot be read are skipped.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._lines = 0
        self._by_pair: dict[frozenset[str], Answer] = {}
        if path.is_file():
            with path.open("rb") as file:
                while (line := file.readline(_LONGEST_LINE)) and self._lines < MOST_ANSWERS:
                    self._lines += 1
                    try:
                        answer = Answer.model_validate_json(line)
                    except ValidationError:
                        continue  # cut short by a loss of power, or written by a newer version
                    self._by_pair[answer.pair] = answer

    def put(self, answer: Answer) -> None:
        """Append an answer and flush it to the disk.

        Raises:
            NoRoom: when the disk is full, or there are too many answers.
        """
        with self._lock:
            if self._lines >= MOST_ANSWERS:
                raise NoRoom(f"{MOST_ANSWERS} answers are kept: move {self._path.name} out of the studio's folder.")
            with translate_disk_errors(), self._path.open("ab+") as file:
                # A line cut short by a loss of power must not swallow the next one.
                if file.tell():
                    file.seek(-1, os.SEEK_END)
                    if file.read(1) != b"\n":
                        file.write(b"\n")
                file.write(answer.model_dump_json().encode() + b"\n")
                file.flush()
                os.fsync(file.fileno())
            self._lines += 1
            self._by_pair[answer.pair] = answer

    def get(self, pair: frozenset[str]) -> Answer | None:
        """Return the answer to a pair of results, given by their ids; None where there is none."""
        with self._lock:
            return self._by_pair.get(pair)

    def all(self) -> list[Answer]:
        """Return the latest answer to each pair."""
        with self._lock:
            return list(self._by_pair.values())
