"""What a person sees of a cluster's work: counts, notes, failures by their cause, and Ctrl-C."""

from __future__ import annotations

import math
from collections.abc import Iterator

import pytest

from pinxit.cli.cluster_progress import ClusterProgress
from pinxit.cli.display import duration
from pinxit.cluster.scheduler import SchedulerProgress
from pinxit.cluster.tasks import Outcome


def happened(*outcomes: Outcome, notes: tuple[str, ...] = (), share: float = 0.5) -> SchedulerProgress:
    return SchedulerProgress(outcomes, notes, share, 3, "iteration 4", 60.0)


def test_counts_what_was_painted_done_before_and_failed(capfd: pytest.CaptureFixture[str]) -> None:
    taken: list[str] = []
    progress = ClusterProgress(4, "pictures", before=1)
    steps = [
        happened(Outcome("a.jpg", "painted"), notes=("a worker has died: a.jpg is given to another",)),
        happened(Outcome("b.jpg", "already_done"), Outcome("c.jpg", "failed", "c.jpg is damaged: get it again.")),
        happened(Outcome("d.jpg", "failed", "there is no memory left.")),
    ]
    progress.follow(steps, "painted/", lambda outcome: taken.append(outcome.name))
    assert (progress.painted, progress.before, progress.done) == (1, 2, 3)
    assert [one.name for one in progress.failures] == ["c.jpg", "d.jpg"]
    assert taken == ["a.jpg"]
    assert not progress.interrupted
    said = capfd.readouterr().err
    assert "a worker has died: a.jpg is given to another" in said
    assert "c.jpg is damaged: get it again." in said
    assert "c.jpg: c.jpg" not in said, "a sentence that names the file is not preceded by its name"
    assert "d.jpg: there is no memory left." in said


def test_each_cause_is_said_once_the_most_frequent_first(capsys: pytest.CaptureFixture[str]) -> None:
    progress = ClusterProgress(4, "pictures")
    progress.failures = [Outcome(f"{name}.jpg", "failed", f"{name}.jpg is damaged.") for name in "abc"]
    progress.failures.insert(1, Outcome("x.jpg", "failed", "the disk is full."))
    progress.warn_failures()
    assert capsys.readouterr().err.splitlines() == [
        "pinxit: 3 failed because it is damaged: a.jpg, b.jpg, c.jpg.",
        "pinxit: 1 failed because the disk is full: x.jpg.",
    ]


def test_ctrl_c_keeps_what_was_counted() -> None:
    def steps() -> Iterator[SchedulerProgress]:
        yield happened(Outcome("a.jpg", "painted"))
        raise KeyboardInterrupt

    progress = ClusterProgress(2, "pictures")
    progress.follow(steps(), "painted/")
    assert progress.interrupted
    assert progress.done == 1


def test_the_time_left_is_in_proportion_to_the_share() -> None:
    assert happened(share=0.25).seconds_left == pytest.approx(180)
    assert happened(share=0).seconds_left == math.inf
    assert happened(share=1).seconds_left == 0


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.4, "0 s"),
        (59.4, "59 s"),
        (59.6, "1 min 0 s"),
        (3599, "59 min 59 s"),
        (3600, "1 h 0 min"),
        (7500, "2 h 5 min"),
    ],
)
def test_durations(seconds: float, text: str) -> None:
    assert duration(seconds) == text
