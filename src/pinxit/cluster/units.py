"""What is handed out: a unit of work, what comes of it, and the bench it is done on."""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import tempfile
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Protocol

from pinxit.cluster import files
from pinxit.errors import PinxitError

# What a disk says that is full or broken: the node's misfortune, not the unit's.
_DISK = (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO)
_BENCHES = "pinxit-painter-"


@dataclass(frozen=True)
class Outcome:
    """What came of a unit.

    Attributes:
        name: the unit's.
        state: painted now, done before, failed for good, or `elsewhere`: not to be done on this node.
        sentence: what is wrong.
        report: what there is to say of a result, for a program to read.
    """

    name: str
    state: Literal["painted", "before", "failed", "elsewhere"]
    sentence: str = ""
    report: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Step:
    """Where a painter is in its unit: the share that is done, and a line for a person."""

    share: float
    facts: str = ""


class Unit(Protocol):
    """Something that one painter does in one go.

    Attributes:
        name: for a person.
    """

    @property
    def name(self) -> str: ...  # noqa: D102 - told above


class Work(Protocol):
    """What all units have in common; each painter holds one, and with it what stays warm between units."""

    @property
    def supplies(self) -> Sequence[str]:
        """Files on the driver's machine that every painter needs, by name."""

    def check(self) -> None:
        """Raise PinxitError where a node cannot do any unit, for it sees none of the files."""

    def paint(self, unit: Any, bench: Bench) -> Generator[Step, None, Outcome]:
        """Do a unit whole: what is done already is not done again, what breaks off leaves nothing behind."""


def driver_bench(work: Work) -> Bench:
    """The driver's own, on which it finds out what is wrong before anybody is hired."""
    return Bench({name: files.read(name) for name in work.supplies})


class Bench:
    """A painter's own folder, and in it copies of the files it was supplied with.

    Args:
        supplies: name → bytes.

    Attributes:
        folder: its own.
        warm: what a work keeps from unit to unit.
    """

    def __init__(self, supplies: Mapping[str, bytes]) -> None:
        _clear_benches(Path(tempfile.gettempdir()))
        self.folder = Path(tempfile.mkdtemp(prefix=f"{_BENCHES}{os.getpid()}-"))
        self.warm: dict[str, Any] = {}
        self._copies: dict[str, Path] = {}
        for name, content in supplies.items():
            parent, _, own = name.rpartition("/")
            # What was in one folder is in one folder here too.
            folder = self._copies.setdefault(parent, self.folder / "supplies" / str(len(self._copies)))
            folder.mkdir(parents=True, exist_ok=True)
            self._copies[name] = files.place_in(folder, own, name)
            self._copies[name].write_bytes(content)

    def path(self, name: str) -> str:
        """Where a file is that the driver knows by a name; what was not supplied is called as it is."""
        return str(self._copies.get(name, name))

    def close(self) -> None:
        """Remove it."""
        shutil.rmtree(self.folder, ignore_errors=True)

    @contextlib.contextmanager
    def cleared(self) -> Any:
        """A folder for one unit."""
        folder = self.folder / "unit"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def _clear_benches(folder: Path) -> None:
    """Painters that were killed could not clear theirs."""
    for bench in folder.glob(f"{_BENCHES}*"):
        pid = bench.name.removeprefix(_BENCHES).split("-")[0]
        if pid.isdigit() and not Path(f"/proc/{pid}").exists() and Path("/proc/self").exists():
            shutil.rmtree(bench, ignore_errors=True)


def disk_trouble(error: BaseException | None) -> str:
    """What is wrong with the disk, if that is what an error is about; nothing if not."""
    while error is not None:
        number = getattr(error, "errno", None)  # FFmpeg's errors have one and are no OSError
        if number in _DISK:
            return os.strerror(number).lower()
        error = error.__cause__ or error.__context__
    return ""


def judged(name: str, error: Exception) -> Outcome:
    """What an error means for a unit."""
    trouble = disk_trouble(error)
    if trouble:
        return Outcome(name, "elsewhere", trouble)
    if isinstance(error, PinxitError):
        return Outcome(name, "failed", str(error))
    return Outcome(name, "failed", f"failed unexpectedly ({type(error).__name__}: {error}), please report it.")
