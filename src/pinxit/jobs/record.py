"""The state of a job, and how to read it from the queue's database."""

from __future__ import annotations

import re
import uuid
from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict

from pinxit.jobs.errors import Refused
from pinxit.jobs.queue import Outcome
from pinxit.jobs.redaction import redact_paths
from pinxit.jobs.specs import read_spec
from pinxit.jobs.timestamps import iso_time, now

State = Literal["queued", "running", "paused", "succeeded", "failed", "cancelled"]
ENDED: Final = ("succeeded", "failed", "cancelled")
ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")


class JobRecord(BaseModel):
    """A job's state.

    Attributes:
        id: the job's id.
        work: the kind of work.
        title: the result's title.
        state: where the job stands.
        priority: higher ones begin first.
        position: how many jobs begin before it, while it is queued.
        created: when it was accepted, ISO 8601.
        started: when its first worker began.
        ended: when it ended.
        run: how many runs it has had: one, and one more for each `resume` and `retry`.
        attempts: how many workers it has had.
        progress: the latest facts from its worker; see `pinxit.jobs.worker`.
        error: `code` and `message`.
        result: the id of the result.
        estimate: how long it will take on this machine, s; None where nothing like it was made here yet.
        order: the spec, as JSON data.
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
    estimate: float | None = None
    order: dict[str, Any]

    @property
    def body(self) -> dict[str, Any]:
        """The request that was accepted."""
        return {"order": self.order, "priority": self.priority, "title": self.title}


def new_record(id: str, body: dict[str, Any], run: int = 1) -> JobRecord:
    """Return a new job from a request's body."""
    return JobRecord(id=id, work=body["order"]["work"], state="queued", created=now(), run=run, **body)


def id_of(run: Any) -> tuple[str, int | None]:
    """Return the job's id and the number of a run in the database; a made-up id and None for a name that is not pinxit's."""
    name = str(getattr(run, "workflow_id", run))
    *home, id, number = ["", *name.split(".")]
    if len(home) <= 2 and ID.fullmatch(id) and re.fullmatch(r"[1-9][0-9]{0,5}", number):
        return id, int(number)
    return str(uuid.uuid5(uuid.NAMESPACE_URL, name)), None


def record_of_run(run: Any, before: JobRecord | None) -> JobRecord:
    """Return a job's state from one of its runs in the database.

    Args:
        run: DBOS's description, or only the run's name where that cannot be read.
        before: the job's state after the run before.

    Returns:
        The job; a failed one where the row was not written by pinxit, or this version does not know its spec.
    """
    try:
        job = _read(run, before)
    except (AttributeError, LookupError, OSError, OverflowError, TypeError, ValueError):
        id, number = id_of(run)
        error = {"code": "job_unreadable", "message": "what the database says of this job cannot be read: delete it."}
        at, title = now(), str(getattr(run, "workflow_id", run))[:255]
        return JobRecord(
            id=id, work="unknown", title=title, state="failed", priority=0, created=at, ended=at, run=number or 1,
            error=error, order={},
        )  # fmt: skip
    if job.state in ENDED:
        return job
    try:
        read_spec(job.order)
    except (Refused, RecursionError) as refusal:
        reason = str(refusal).rstrip(".")
        message = f"this version of pinxit does not know such an order ({reason}): upgrade it and try again, or delete the job."
        error = {"code": "order_unknown", "message": message}
        return job.model_copy(update={"state": "failed", "error": error, "ended": now()})
    return job


def outcome_of(job: JobRecord) -> Outcome:
    """Return the outcome of a job that has ended or was paused."""
    outcome = {"state": job.state, "error": job.error, "result": job.result}
    return {name: value for name, value in outcome.items() if value is not None}


def _read(run: Any, before: JobRecord | None) -> JobRecord:
    id, number = id_of(run)
    if number is None:
        raise ValueError("its name is not that of a run")
    _, _, body = run.input["args"]
    outcome, state = _ending(run)
    if state == "running":
        raise ValueError("no run ends so")
    return JobRecord(
        id=id,
        work=body["order"]["work"],
        title=body["title"],
        state=state,
        priority=body["priority"],
        created=before.created if before else iso_time(run.created_at),
        started=None if run.dequeued_at is None else iso_time(run.dequeued_at),
        ended=iso_time(run.completed_at) if state in ENDED and run.completed_at is not None else None,
        run=number,
        attempts=(before.attempts if before else 0) + (run.recovery_attempts or 0),
        error=error_of(outcome),
        result=outcome.get("result"),
        order=body["order"],
    )


def error_of(outcome: Outcome) -> dict[str, str] | None:
    """Return an outcome's error without paths of this machine; None where there is none."""
    error: dict[str, str] | None = outcome.get("error")
    return error and {**error, "message": redact_paths(error["message"])}


def requested_of(run: Any) -> str:
    """Return the request recorded with a run, which may not be fulfilled yet; empty where there is none."""
    return str((run.attributes or {}).get("wish", ""))


def _ending(run: Any) -> tuple[Outcome, Any]:
    if run.status == "SUCCESS":
        # A paused run may have been cancelled since.
        is_cancelled = run.output["state"] == "paused" and requested_of(run) == "cancel"
        return run.output, "cancelled" if is_cancelled else run.output["state"]
    # Cancelled before it began; or it ended as requested, which a full disk had no room to record.
    if run.status == "CANCELLED" or (run.status == "ERROR" and requested_of(run) in ("cancel", "pause")):
        return {}, "paused" if requested_of(run) == "pause" else "cancelled"
    if run.status in ("ENQUEUED", "PENDING", "DELAYED"):  # an interrupted run begins again
        return {}, "queued"
    error = {"code": "worker_lost", "message": "it crashed the server too often: choose a smaller size."}
    return {"error": error}, "failed"
