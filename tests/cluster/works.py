"""A work that misbehaves as it is told: what Ray's nodes run must be in a module that they can import."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path

from pinxit.cluster import files
from pinxit.cluster.units import Bench, Outcome, Step


@dataclass(frozen=True)
class Unit:
    name: str


@dataclass(frozen=True)
class Writing:
    """Writes each unit's name into a file of that name, and the process's number into a log."""

    folder: str
    seconds: float = 0.0
    bytes_on_bench: int = 0

    @property
    def supplies(self) -> list[str]:
        return []

    def check(self) -> None:
        pass

    def paint(self, unit: Unit, bench: Bench) -> Generator[Step, None, Outcome]:
        with (Path(self.folder) / "log").open("a") as log:
            log.write(f"{unit.name}\n")
        if unit.name == "crashes":
            os.kill(os.getpid(), signal.SIGKILL)
        if unit.name == "raises":
            raise ZeroDivisionError("by nothing")
        with bench.cleared() as folder:
            (folder / "much").write_bytes(bytes(self.bytes_on_bench))
        for part in range(10):
            time.sleep(self.seconds / 10)
            yield Step(part / 10, f"part {part}")
        files.publish(unit.name.encode(), str(Path(self.folder) / f"{unit.name}.txt"), overwrite=True)
        return Outcome(unit.name, "painted")
