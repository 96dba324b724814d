"""Discarded results are hidden at once, can be restored for half a minute, and are deleted then."""

from __future__ import annotations

import contextlib
from collections.abc import Callable

import pytest

from pinxit.jobs.errors import Missing
from pinxit.jobs.service import JobService
from pinxit.jobs.store import Store
from tests.jobs.conftest import QUICK, wait, wait_for

Running = Callable[..., contextlib.AbstractContextManager[JobService]]


def test_results_are_hidden_restored_and_deleted(
    store: Store, running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    with running() as jobs:
        for id, seed in (("a", 1), ("b", 2)):
            jobs.put(id, {**QUICK, "seed": seed})
            wait_for(jobs, id, "succeeded")
        file = store.files.path(store.results.get("a").files[0].id)
        store.discard(["a", "b"])
        assert store.results.list()[0] == []
        assert [jobs.get(id).result for id in ("a", "b")] == [None, None]
        with pytest.raises(Missing):
            store.results.get("a")
        assert file.exists()
        store.restore(["a", "b"])
        assert {result.id for result in store.results.list()[0]} == {"a", "b"}
        assert jobs.get("a").result == "a"

        monkeypatch.setattr("pinxit.jobs.store._SECONDS_TO_RESTORE", 0.05)
        store.discard(["a"])
        wait(file.exists, lambda exists: not exists)
        with pytest.raises(Missing):
            store.restore(["a"])
        with pytest.raises(Missing):
            store.discard(["a"])
        assert store.results.get("b")
    with running() as jobs:  # what the database remembers of the job has not changed
        assert jobs.get("a").result is None
        assert jobs.get("b").result == "b"


def test_discarding_again_begins_anew_and_a_stop_deletes(store: Store, running: Running) -> None:
    with running() as jobs:
        jobs.put("a", QUICK)
        wait_for(jobs, "a", "succeeded")
    file = store.files.path(store.results.get("a").files[0].id)
    store.discard(["a"])
    first = store._discarded["a"]
    store.discard(["a"])
    assert store._discarded["a"] >= first
    store.close()
    assert not file.exists()
    again = Store(store.home)
    assert len(again.results) == 0
    again.close()
