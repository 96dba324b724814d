"""A job as it stands, and how to tell it from what the queue's database knows."""

from __future__ import annotations

import datetime
import re
import time
import uuid
from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict

from pinxit.jobs.engine import Outcome
from pinxit.jobs.errors import Refused
from pinxit.jobs.orders import read_order
from pinxit.jobs.places import without_places

State = Literal["queued", "running", "paused", "succeeded", "failed", "cancelled"]
ENDED: Final = ("succeeded", "failed", "cancelled")
ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")


class Job(BaseModel):
    """A job, as it stands.

    Attributes:
        position: how many are to begin before it, while it is queued.
        run: how often it was taken up: once, and once more for each `resume` and `retry`.
        attempts: how many workers it has had.
        progress: see `pinxit.jobs.worker`; the last one where it has ended.
        error: `code` and `message`.
        result: what it made.
    """

    model_config = ConfigDict(frozen=True)

    id: str
    work: str
    title: str
    state: State
    priority: int
    position: int | None = None
    created: str
    started: str | None = None
    ended: str | None = None
    run: int = 1
    attempts: int = 0
    progress: dict[str, Any] | None = None
    error: dict[str, str] | None = None
    result: str | None = None
    order: dict[str, Any]

    @property
    def body(self) -> dict[str, Any]:
        """What was asked for."""
        return {"order": self.order, "priority": self.priority, "title": self.title}


def now() -> str:
    """The time as jobs tell it."""
    return told(time.time() * 1000)


def told(milliseconds: float) -> str:
    """A time as jobs tell it."""
    return datetime.datetime.fromtimestamp(milliseconds / 1000, datetime.UTC).isoformat(timespec="milliseconds")


def accepted(id: str, body: dict[str, Any], run: int = 1) -> Job:
    """A job as it begins."""
    return Job(id=id, work=body["order"]["work"], state="queued", created=now(), run=run, **body)


def id_of(run: Any) -> tuple[str, int | None]:
    """The job and the number of a run that the database knows, or a made-up id and None for one that nobody calls so here."""
    name = str(getattr(run, "workflow_id", run))
    *home, id, number = ["", *name.split(".")]
    if len(home) <= 2 and ID.fullmatch(id) and re.fullmatch(r"[1-9][0-9]{0,5}", number):
        return id, int(number)
    return str(uuid.uuid5(uuid.NAMESPACE_URL, name)), None


def remembered(run: Any, before: Job | None) -> Job:
    """A job from a run of it that the database knows.

    Args:
        run: as DBOS tells it, or its bare name where that cannot be read.
        before: the job as the run before left it.

    Returns:
        The job; a failed one where a row is not what pinxit writes, or the order not one that this version knows.
    """
    try:
        job = _read(run, before)
    except (AttributeError, LookupError, OSError, OverflowError, TypeError, ValueError):
        id, number = id_of(run)
        error = {"code": "job_unreadable", "message": "what the database says of this job cannot be read: delete it."}
        at, title = now(), str(getattr(run, "workflow_id", run))[:255]
        return Job(
            id=id, work="unknown", title=title, state="failed", priority=0, created=at, ended=at, run=number or 1,
            error=error, order={},
        )  # fmt: skip
    if job.state in ENDED:
        return job
    try:
        read_order(job.order)
    except (Refused, RecursionError) as refusal:
        reason = str(refusal).rstrip(".")
        message = f"this version of pinxit does not know such an order ({reason}): upgrade it and try again, or delete the job."
        error = {"code": "order_unknown", "message": message}
        return job.model_copy(update={"state": "failed", "error": error, "ended": now()})
    return job


def outcome_of(job: Job) -> Outcome:
    """How a job that has ended, or was put aside, did so."""
    told = {"state": job.state, "error": job.error, "result": job.result}
    return {name: value for name, value in told.items() if value is not None}


def _read(run: Any, before: Job | None) -> Job:
    id, number = id_of(run)
    if number is None:
        raise ValueError("it is not called as runs are here")
    _, _, body = run.input["args"]
    outcome, state = _ending(run)
    if state == "running":
        raise ValueError("no run ends so")
    return Job(
        id=id,
        work=body["order"]["work"],
        title=body["title"],
        state=state,
        priority=body["priority"],
        created=before.created if before else told(run.created_at),
        started=None if run.dequeued_at is None else told(run.dequeued_at),
        ended=told(run.completed_at) if state in ENDED and run.completed_at is not None else None,
        run=number,
        attempts=(before.attempts if before else 0) + (run.recovery_attempts or 0),
        error=error_of(outcome),
        result=outcome.get("result"),
        order=body["order"],
    )


def error_of(outcome: Outcome) -> dict[str, str] | None:
    """What went wrong, where anything did, in a sentence that tells no places on this machine."""
    error: dict[str, str] | None = outcome.get("error")
    return error and {**error, "message": without_places(error["message"])}


def wish_of(run: Any) -> str:
    """What was wished of a run and may not be done yet."""
    return str((run.attributes or {}).get("wish", ""))


def _ending(run: Any) -> tuple[Outcome, Any]:
    if run.status == "SUCCESS":
        # One that was put aside may have been cancelled since.
        given_up = run.output["state"] == "paused" and wish_of(run) == "cancel"
        return run.output, "cancelled" if given_up else run.output["state"]
    # Cancelled before it began; or it ended as it was told to, which a full disk had no room to record.
    if run.status == "CANCELLED" or (run.status == "ERROR" and wish_of(run) in ("cancel", "pause")):
        return {}, "paused" if wish_of(run) == "pause" else "cancelled"
    if run.status in ("ENQUEUED", "PENDING", "DELAYED"):  # what was at work is about to be again
        return {}, "queued"
    error = {"code": "worker_lost", "message": "it brought the server down too often: choose a smaller size."}
    return {"error": error}, "failed"
