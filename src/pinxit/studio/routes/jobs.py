"""Jobs: put an order into the queue, watch it, control it."""

from __future__ import annotations

import uuid
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from pinxit.jobs.errors import Missing
from pinxit.jobs.record import ID, JobRecord, State
from pinxit.jobs.specs import Spec
from pinxit.studio.config import API
from pinxit.studio.rate_limit import client_address
from pinxit.studio.routes.files import binary_response
from pinxit.studio.state import AppState, AppStateDep

routes = APIRouter(prefix=f"{API}/jobs", tags=["jobs"])
# Beside the jobs.
estimates = APIRouter(prefix=API, tags=["jobs"])

NewJobId = Annotated[uuid.UUID, Path(description="Chosen by the client.")]


def _canonical_id(id: str) -> str:
    """Return a UUID in its canonical form, and any other id unchanged."""
    try:
        return str(uuid.UUID(id))
    except ValueError:
        return id


# Jobs that were not put through this API may have ids that are no UUIDs.
JobId = Annotated[str, Path(pattern=rf"^{ID.pattern}$"), AfterValidator(_canonical_id)]
Command = Literal["cancel", "stop", "pause", "resume", "retry", "next"]


def with_default_work(data: Any) -> Any:
    """Return an order's data with `work`, which the oldest recipes in pictures lack: they are all `stylize`."""
    return {"work": "stylize", **data} if isinstance(data, dict) else data


AnySpec = Annotated[Spec, BeforeValidator(with_default_work)]


class NewJob(BaseModel):
    """A job to do.

    Attributes:
        order: what to make.
        priority: jobs with a higher one go first.
        title: what to call the result; made from the inputs' names where it is empty.
    """

    model_config = ConfigDict(extra="forbid")

    order: AnySpec
    priority: int = Field(0, ge=-100, le=100)
    title: str = Field("", max_length=255)


@routes.put("/{id}", responses={201: {"model": JobRecord, "description": "The job is new."}})
async def put(id: NewJobId, new: NewJob, request: Request, studio: AppStateDep, response: Response) -> JobRecord:
    """Put a job under an id of your own. Putting it again, as after a lost connection, does not make a second job."""
    job, created = await studio.queue_limiter.run(_put, studio, request, str(id), new)
    response.status_code = 201 if created else 200
    return job


@routes.post("", status_code=201)
async def post(new: NewJob, request: Request, studio: AppStateDep) -> JobRecord:
    """Put a job under an id that the studio chooses."""
    return (await studio.queue_limiter.run(_put, studio, request, str(uuid.uuid4()), new))[0]


def _put(studio: AppState, request: Request, id: str, new: NewJob) -> tuple[JobRecord, bool]:
    studio.client_quota.take(client_address(request.scope), id)
    return studio.jobs.put(id, new.order, priority=new.priority, title=new.title)


@routes.get("")
def jobs(
    studio: AppStateDep, state: State | None = None, limit: Annotated[int, Query(ge=1, le=500)] = 100
) -> list[JobRecord]:
    """List the jobs, the newest first."""
    return studio.jobs.list(state=state, limit=limit)


class EstimateRequest(BaseModel):
    """Orders to estimate.

    Attributes:
        orders: what might be made.
    """

    model_config = ConfigDict(extra="forbid")

    orders: list[AnySpec] = Field(min_length=1, max_length=16)


class Estimates(BaseModel):
    """Estimates of times.

    Attributes:
        seconds: for each order how long it will take on this machine, s; null where nothing like it was made here yet.
    """

    seconds: list[float | None]


@estimates.post("/estimates")
def estimate(request: EstimateRequest, studio: AppStateDep) -> Estimates:
    """Estimate how long orders would take, from the jobs that were finished here."""
    return Estimates(seconds=[studio.jobs.run_times.estimate(order) for order in request.orders])


@routes.get("/{id}")
def job(id: JobId, studio: AppStateDep) -> JobRecord:
    """Return a job in its current state."""
    return studio.jobs.get(id)


@routes.get("/{id}/preview", response_class=Response, responses={**binary_response("image/jpeg")})
def preview(
    id: JobId,
    studio: AppStateDep,
    n: Annotated[
        int, Query(ge=0, le=2**31, description="The progress's `preview`, so that each preview has its own address.")
    ] = 0,
) -> Response:
    """Return the picture that a job has painted so far."""
    picture = studio.jobs.preview(id)
    if picture is None:
        raise Missing("there is no preview of this job yet.", "preview_not_found")
    return Response(picture, media_type="image/jpeg")


@routes.post("/{id}/{verb}")
async def control(id: JobId, verb: Command, studio: AppStateDep) -> JobRecord:
    """Cancel a job, stop it and keep its result so far, pause it, resume it, try it again, or move it to the front."""
    calls = {
        "cancel": studio.jobs.cancel,
        "stop": studio.jobs.stop,
        "pause": studio.jobs.pause,
        "resume": studio.jobs.resume,
        "retry": studio.jobs.retry,
        "next": studio.jobs.next,
    }
    return await studio.queue_limiter.run(calls[verb], id)


@routes.delete("/{id}", status_code=204)
async def delete(id: JobId, studio: AppStateDep) -> None:
    """Forget a job that has ended; its result stays in the gallery."""
    await studio.queue_limiter.run(studio.jobs.delete, id)
