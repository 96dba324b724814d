"""How the tests are divided among the workers of pytest-xdist.

A file's tests run in one worker, so that a studio, a browser or a painted picture that they share exists once. So do all
tests of the cluster, which share a Ray cluster. What takes longest begins, so that the workers end together.
"""

from __future__ import annotations

import os
import signal
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

import pytest
from xdist.scheduler import LoadScopeScheduling

if TYPE_CHECKING:
    from xdist.remote import Producer

ONE_UNIT = "tests/cluster"
FIRST = (
    "cluster", "telemetry", "test_install.py", "plugins", "studio", "jobs", "video", "surface", "network", "cli", "living",
    "docs", "styles", "optimize", "objective",
)  # fmt: skip


class FileScheduling(LoadScopeScheduling):  # type: ignore[misc]
    """One unit of work for each file, and one for the cluster; in the order in which the tests are collected."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        return ONE_UNIT if file.startswith(ONE_UNIT) else file


def pytest_configure(config: pytest.Config) -> None:
    """Give each worker one thread, and so the processes that it starts: the workers share the cores.

    They inherit it, because NumPy and PyTorch read it once, when they are imported.
    """
    if config.getoption("numprocesses", None):
        os.environ["OMP_NUM_THREADS"] = "1"
    # A shell's background job ignores it, and programs that tests interrupt would inherit that.
    if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int | None:
    """Return what `-n auto` means: one worker more than there are cores, because tests also wait for pages and limits."""
    if "PYTEST_XDIST_AUTO_NUM_WORKERS" in os.environ:
        return None  # xdist reads it
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return (cores or 1) + 1


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> FileScheduling:
    """Divide the tests by files."""
    config.option.loadscopereorder = False
    return FileScheduling(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put what takes longest first."""
    items.sort(key=_place)


def _place(item: pytest.Item) -> int:
    # A package, or a file beside the packages.
    place = next(iter(PurePosixPath(item.nodeid.partition("::")[0]).parts[1:]), "")
    return FIRST.index(place) if place in FIRST else len(FIRST)
