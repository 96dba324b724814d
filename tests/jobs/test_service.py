"""Specs become results: queued, painted, cancelled, paused, resumed."""

from __future__ import annotations

import contextlib
import functools
import operator
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from pinxit import image as pictures
from pinxit.jobs.errors import Conflict, Full, Missing, NoRoom, Refused
from pinxit.jobs.events import Event
from pinxit.jobs.service import JobService
from pinxit.jobs.store import Store
from tests.clock import PATIENCE, under_load
from tests.jobs.conftest import LONG, QUICK, wait, wait_for, wait_for_progress

Running = Callable[..., contextlib.AbstractContextManager[JobService]]


def test_an_order_becomes_a_result(jobs: JobService, store: Store) -> None:
    with jobs.events.subscribe() as events:
        job, created = jobs.put("a", QUICK, title="My <cat>")
        assert created
        assert job.state == "queued"
        assert job.position == 0
        done = wait_for(jobs, "a", "succeeded", "failed")
        seen: list[Event] = []
        while not seen or seen[-1].data.get("state") != "succeeded":
            event = events.get(PATIENCE)
            assert event is not None
            seen.append(event)
    assert done.result == "a"
    assert done.attempts == 1
    assert [event.number for event in seen] == sorted({event.number for event in seen})
    assert {event.name for event in seen} == {"hello", "job", "progress", "result"}
    result = store.results.get("a")
    assert result.title == "My <cat>"
    assert not result.draft
    assert [part.role for part in result.files] == ["picture", "original"]
    path = store.files.path(result.files[0].id)
    assert pictures.read(path).width == 96
    assert '"house:swirl"' in (pictures.read_recipe(path) or "")
    assert result.cover == result.files[0].id


def test_a_warm_worker_paints_at_once_and_is_replaced(running: Running, store: Store) -> None:
    before = _children()
    with running(keep_warm=True) as jobs:
        warm = jobs.supervisor.warm_worker
        assert warm is not None
        jobs.put("a", {**LONG, "iterations": [2]})
        wait(lambda: jobs.supervisor.workers.get("a"), bool)
        assert jobs.supervisor.workers["a"] is warm
        wait_for(jobs, "a", "succeeded")
        next_one = wait(lambda: jobs.supervisor.warm_worker, bool)
        assert next_one is not None
        os.kill(next_one.pid, signal.SIGKILL)
        wait(lambda: next_one.is_alive, operator.not_)
        jobs.put("b", QUICK)
        assert wait_for(jobs, "b", "succeeded").attempts == 1
    assert _children() <= before


def test_an_id_that_left_a_result_takes_no_other_order(running: Running, store: Store) -> None:
    other = {**QUICK, "styles": [{"name": "house:waves"}]}
    with running() as jobs:
        jobs.put("a", QUICK)
        wait_for(jobs, "a", "succeeded")
        jobs.delete("a")
        with pytest.raises(Conflict, match="another id") as refused:
            jobs.put("a", other)
        assert refused.value.code == "id_taken"
    with running() as jobs:  # another server knows it as well
        with pytest.raises(Conflict, match="another id"):
            jobs.put("a", other)
        first = store.results.get("a")
        job, created = jobs.put("a", QUICK)
        assert created
        assert wait_for(jobs, job.id, "succeeded").result == "a"
        assert store.results.get("a") == first, "it was there already"
        jobs.delete("a")
        store.delete("a")
        jobs.put("a", other)
        wait_for(jobs, "a", "succeeded")
    assert store.results.get("a").styles == ("house:waves",)


def test_a_result_of_another_order_does_not_end_a_job(running: Running, store: Store) -> None:
    with running() as jobs:
        jobs.put("a", QUICK)
        wait_for(jobs, "a", "succeeded")
        earlier = store.results.get("a")
        jobs.put("b", {**QUICK, "styles": [{"name": "house:waves"}]})
        jobs.pause("b")
        # Of a version that did not say which order it was: it stands there when the worker begins.
        store.results.put(earlier.model_copy(update={"id": "b", "order_sha256": ""}))
        jobs.resume("b")
        wait_for(jobs, "b", "succeeded")
        assert store.results.get("b").styles == ("house:waves",)
        store.results.put(earlier.model_copy(update={"id": "c", "order_sha256": ""}))
        with pytest.raises(Conflict, match="another id"):
            jobs.put("c", QUICK)


def test_the_same_again_is_the_same_job(jobs: JobService) -> None:
    job, created = jobs.put("a", QUICK)
    again, anew = jobs.put("a", QUICK)
    assert (created, anew) == (True, False)
    assert again.created == job.created
    with pytest.raises(Conflict):
        jobs.put("a", {**QUICK, "size": 97})
    with pytest.raises(Conflict):
        jobs.put("a", QUICK, priority=1)
    wait_for(jobs, "a", "succeeded")
    assert jobs.put("a", QUICK)[1] is False


def test_what_is_missing_is_reported(jobs: JobService) -> None:
    lost = {**QUICK, "content": {"name": "photo.jpg", "sha256": "0" * 64}}
    with pytest.raises(Missing):
        jobs.put("a", lost)
    for call in (jobs.get, jobs.cancel, jobs.stop, jobs.pause, jobs.resume, jobs.retry, jobs.delete, jobs.preview):
        with pytest.raises(Missing):
            call("missing")
    for id in ("", "../x", "a/b", "a.1", "x" * 65, "ü"):
        with pytest.raises(Refused):
            jobs.put(id, QUICK)
    assert jobs.list() == []


@pytest.mark.slow(reason="paints four pictures one after the other")
def test_higher_priorities_begin_first_and_others_in_their_order(jobs: JobService) -> None:
    jobs.put("first", LONG)
    wait_for_progress(jobs, "first")
    for id, priority in (("b", 0), ("c", 0), ("urgent", 5), ("late", -5)):
        jobs.put(id, QUICK, priority)
    assert [(job.id, job.position) for job in sorted(jobs.list("queued"), key=lambda job: job.position or 0)] == [
        ("urgent", 0), ("b", 1), ("c", 2), ("late", 3),
    ]  # fmt: skip
    jobs.cancel("first")
    for id in ("urgent", "b", "c", "late"):
        wait_for(jobs, id, "succeeded")
    began = [jobs.get(id).started or "" for id in ("urgent", "b", "c", "late")]
    assert began == sorted(began)


@pytest.mark.parametrize(("id", "priority", "code"), [("a/b", 0, "bad_id"), ("a", 1000, "bad_priority")])
def test_an_order_that_cannot_be_kept_is_refused(jobs: JobService, id: str, priority: int, code: str) -> None:
    with pytest.raises(Refused) as refused:
        jobs.put(id, QUICK, priority)
    assert refused.value.code == code
    assert not jobs.list()


@pytest.mark.slow(reason="paints three pictures one after the other")
def test_one_that_waits_can_be_moved_to_the_front(jobs: JobService) -> None:
    jobs.put("first", LONG)
    wait_for_progress(jobs, "first")
    for id in ("b", "c", "d"):
        jobs.put(id, QUICK)
    moved = jobs.next("d")
    assert (moved.state, moved.position) == ("queued", 0)
    assert jobs.next("c").position == 0
    assert jobs.next("c").position == 0, "it is the first already"
    assert jobs.put("d", QUICK)[1] is False, "the same order again is the same job"
    with pytest.raises(Conflict):
        jobs.next("first")
    jobs.cancel("first")
    for id in ("c", "d", "b"):
        wait_for(jobs, id, "succeeded")
    began = [jobs.get(id).started or "" for id in ("c", "d", "b")]
    assert began == sorted(began)


def test_a_full_queue_and_a_full_store_say_so(running: Running, store: Store) -> None:
    with running(most_queued=2) as jobs:
        jobs.put("first", LONG)
        wait_for_progress(jobs, "first")
        jobs.put("b", QUICK)
        jobs.put("c", QUICK)
        with pytest.raises(Full) as full:
            jobs.put("d", QUICK)
        assert full.value.retry_after > 0
        assert jobs.put("c", QUICK)[1] is False
        for id in ("b", "c", "first"):
            jobs.cancel(id)
        store.quota = 1
        with pytest.raises(NoRoom):
            jobs.put("e", QUICK)
        wait_for(jobs, "first", "cancelled")


def test_cancelling_takes_less_than_two_seconds_and_keeps_nothing(jobs: JobService, store: Store) -> None:
    jobs.put("a", LONG)
    wait_for_progress(jobs, "a", 3)
    start = time.monotonic()
    jobs.cancel("a")
    done = wait_for(jobs, "a", "cancelled")
    assert time.monotonic() - start < under_load(2)
    assert done.result is None
    assert len(store.results) == 0
    with pytest.raises(Conflict):
        jobs.cancel("a")


def test_stopping_keeps_what_there_is_as_a_result(jobs: JobService, store: Store) -> None:
    jobs.put("a", {**LONG, "size": 128, "coarsest": 64})
    progress = wait_for_progress(jobs, "a", 3).progress or {}
    assert (progress["size"], progress["full_size"], progress["early_stop"]) == (64, 128, "network")
    jobs.stop("a")
    wait_for(jobs, "a", "succeeded")
    result = store.results.get("a")
    assert result.kept
    assert result.draft
    assert result.recipe is not None
    assert result.recipe["done"][0] >= 3
    assert result.recipe["early_stop"] == "network"
    assert pictures.read(store.files.path(result.files[0].id)).width == 128


@pytest.mark.slow(reason="starts two workers one after the other")
def test_stopping_one_that_is_just_being_taken_up_again_keeps_what_there_was(jobs: JobService, store: Store) -> None:
    jobs.put("a", LONG)
    wait_for_progress(jobs, "a", 3)
    jobs.pause("a")
    wait_for(jobs, "a", "paused")
    jobs.resume("a")
    wait_for(jobs, "a", "running")
    jobs.stop("a")
    wait_for(jobs, "a", "succeeded")
    assert store.results.get("a").recipe["done"][0] >= 3  # type: ignore[index]


@pytest.mark.slow(reason="paints at 768 px")
def test_cancelling_does_not_wait_for_a_long_iteration(jobs: JobService, store: Store) -> None:
    # So large, and so precise, that the next iteration cannot end while the request is on its way.
    jobs.put("a", {**LONG, "size": 768, "coarsest": 768, "precision": "float32"})
    first = wait_for_progress(jobs, "a", 1)
    start = time.monotonic()
    jobs.cancel("a")
    done = wait_for(jobs, "a", "cancelled")
    assert time.monotonic() - start < under_load(2)
    assert done.progress == first.progress
    assert len(store.results) == 0


def test_cancelling_one_that_waits(jobs: JobService, store: Store) -> None:
    jobs.put("first", LONG)
    jobs.put("b", QUICK)
    assert jobs.cancel("b").state == "cancelled"
    assert jobs.get("b").position is None
    jobs.cancel("first")
    wait_for(jobs, "first", "cancelled")
    time.sleep(0.6)  # would it begin, it had begun by now
    assert jobs.get("b").attempts == 0
    jobs.delete("b")
    with pytest.raises(Missing):
        jobs.get("b")


@pytest.mark.parametrize("verb", ["cancel", "pause"])
def test_a_request_at_the_very_moment_when_its_turn_comes(
    jobs: JobService, monkeypatch: pytest.MonkeyPatch, verb: str
) -> None:
    """The queue has handed it out already, and its thread is about to begin."""
    about_to, may_begin, perform = threading.Event(), threading.Event(), jobs._queue._perform

    def wait(*args: Any) -> Any:
        about_to.set()
        assert may_begin.wait(PATIENCE)
        return perform(*args)

    monkeypatch.setattr(jobs._queue, "_perform", wait)
    jobs.put("a", LONG)
    assert about_to.wait(PATIENCE)
    state = getattr(jobs, verb)("a").state
    may_begin.set()
    jobs.put("b", QUICK)
    wait_for(jobs, "b", "succeeded")
    after = jobs.get("a")
    assert (after.state, after.attempts) == (state, 0)


@pytest.mark.slow(reason="starts the queue four times, and workers each time")
def test_a_paused_job_makes_way_and_goes_on_after_a_restart_where_it_was(running: Running, store: Store) -> None:
    with running() as jobs:
        jobs.put("long", LONG)
        jobs.put("short", QUICK)
        wait_for_progress(jobs, "long", 5)
        jobs.pause("long")
        wait_for(jobs, "long", "paused")
        reached = sum(jobs.get("long").progress["done"])  # type: ignore[index]
        wait_for(jobs, "short", "succeeded")
        with pytest.raises(Conflict):
            jobs.delete("long")
    with running() as jobs:
        assert jobs.get("long").state == "paused"
        assert jobs.get("short").state == "succeeded"
        time.sleep(0.6)
        assert jobs.get("long").state == "paused"
        jobs.resume("long")
        first = wait_for_progress(jobs, "long").progress
        assert first is not None
        assert sum(first["done"]) > reached
        jobs.pause("long")
        wait_for(jobs, "long", "paused")
        assert jobs.cancel("long").state == "cancelled"
    with running() as jobs:
        assert jobs.get("long").state == "cancelled"
        jobs.delete("long")
    with running() as jobs:
        assert [job.id for job in jobs.list()] == ["short"]


def test_pausing_one_that_waits(running: Running) -> None:
    with running() as jobs:
        jobs.put("first", LONG)
        jobs.put("b", QUICK)
        assert jobs.pause("b").state == "paused"
        jobs.cancel("first")
        wait_for(jobs, "first", "cancelled")
    with running() as jobs:
        assert jobs.get("b").state == "paused"
        jobs.resume("b")
        wait_for(jobs, "b", "succeeded")


@pytest.mark.slow(reason="paints a hundred and fifty iterations in two workers")
def test_one_that_was_cancelled_may_be_tried_again_and_has_one_result(jobs: JobService, store: Store) -> None:
    order = {**LONG, "iterations": [150]}
    jobs.put("a", {**order, "content": {"name": "sample:coffee"}})
    wait_for_progress(jobs, "a", 2)
    jobs.cancel("a")
    wait_for(jobs, "a", "cancelled", "succeeded")
    if jobs.get("a").state == "cancelled":
        jobs.retry("a")
    done = wait_for(jobs, "a", "succeeded")
    assert done.run == 2
    assert [result.id for result in store.results] == ["a"]
    assert not store.results.get("a").draft


@pytest.mark.slow(reason="paints a hundred iterations in two servers")
def test_a_stop_of_the_server_loses_nothing(running: Running, store: Store) -> None:
    with running() as jobs:
        jobs.put("a", {**LONG, "iterations": [100]})
        jobs.put("b", QUICK)
        wait_for_progress(jobs, "a", 10)
    with running() as jobs:
        assert jobs.get("a").state in ("queued", "running")
        first = wait_for_progress(jobs, "a").progress
        assert first is not None
        assert sum(first["done"]) > 10
        wait_for(jobs, "a", "succeeded")
        wait_for(jobs, "b", "succeeded")
    assert sorted(result.id for result in store.results) == ["a", "b"]


@pytest.mark.slow(reason="paints the same picture twice, in three workers")
def test_a_killed_worker_is_replaced_and_the_picture_is_the_same(jobs: JobService, store: Store) -> None:
    order = {**LONG, "iterations": [60]}
    jobs.put("whole", order)
    wait_for(jobs, "whole", "succeeded")
    jobs.put("killed", order)
    wait_for_progress(jobs, "killed", 10)
    (painter,) = jobs.supervisor.workers.values()
    os.kill(painter.pid, signal.SIGKILL)
    done = wait_for(jobs, "killed", "succeeded", "failed")
    assert done.state == "succeeded"
    assert done.attempts == 2

    def pixels(id: str) -> Any:
        return pictures.read(store.files.path(store.results.get(id).files[0].id)).pixels

    np.testing.assert_array_equal(pixels("whole"), pixels("killed"))


@pytest.mark.slow(reason="starts a worker after each kill")
def test_a_job_that_kills_its_workers_fails_and_others_go_on(running: Running) -> None:
    def next_worker(jobs: JobService, attempts: int) -> int:
        wait(lambda: jobs.get("poison"), lambda job: job.attempts >= attempts and "poison" in jobs.supervisor.workers)
        return jobs.supervisor.workers["poison"].pid

    with running() as jobs:
        jobs.put("poison", LONG)
        jobs.put("good", QUICK)
        os.kill(next_worker(jobs, 1), signal.SIGKILL)
        os.kill(next_worker(jobs, 2), signal.SIGKILL)
        next_worker(jobs, 3)
    with running() as jobs:
        # What happened before the restart counts.
        os.kill(next_worker(jobs, 1), signal.SIGKILL)
        failed = wait_for(jobs, "poison", "failed", "succeeded")
        assert failed.error is not None
        assert failed.error["code"] == "worker_lost"
        wait_for(jobs, "good", "succeeded")
        jobs.retry("poison")
        wait_for_progress(jobs, "poison")
        jobs.cancel("poison")
        wait_for(jobs, "poison", "cancelled")


def test_a_worker_that_hangs_is_ended(running: Running) -> None:
    with running(seconds_silent=1.0) as jobs:
        jobs.put("a", LONG)
        for attempt in (1, 2, 3):
            wait(lambda: jobs.get("a").attempts, functools.partial(operator.le, attempt))
            wait(lambda: jobs.supervisor.workers, bool)
            os.kill(jobs.supervisor.workers["a"].pid, signal.SIGSTOP)
        failed = wait_for(jobs, "a", "failed")
        assert failed.error is not None
        assert failed.error["code"] == "hung"


@pytest.mark.skipif(sys.platform != "linux", reason="limits another process")
def test_a_lack_of_memory_is_told_and_the_next_job_runs(jobs: JobService) -> None:
    import resource

    jobs.put("a", {**LONG, "size": 1024, "coarsest": 1024})
    jobs.put("b", QUICK)
    wait(lambda: jobs.supervisor.workers.get("a"), bool)
    resource.prlimit(jobs.supervisor.workers["a"].pid, resource.RLIMIT_DATA, (700 << 20, 700 << 20))
    failed = wait_for(jobs, "a", "failed", "succeeded")
    assert failed.error is not None
    assert failed.error["code"] == "out_of_memory"
    wait_for(jobs, "b", "succeeded")


def _children() -> set[int]:
    """Other tests may have some, too."""
    import psutil

    return {process.pid for process in psutil.Process().children(recursive=True)}


def test_what_waits_counts_in_the_quota_and_goes_with_it(jobs: JobService, store: Store) -> None:
    """Fifty orders as large as there may be: they count while they are there, and leave nothing."""
    jobs.put("first", LONG)
    wait_for(jobs, "first", "running")
    before = store.used()
    name, icons = "house:swirl", [{"name": "sample:cat", "bytes": 2**62}] * 64
    order = {"work": "theme", "styles": [{"name": name, "share": 1e11 + 0.5}] * 16, "icons": icons}
    for number in range(50):
        jobs.put(f"job-{number}", order)
    store.make_room(0)
    assert store.used() - before > 50 * 5000
    for number in range(50):
        jobs.cancel(f"job-{number}")
        jobs.delete(f"job-{number}")
    store.make_room(0)
    # Pages that are not full stay.
    assert store.used() - before < 200_000
