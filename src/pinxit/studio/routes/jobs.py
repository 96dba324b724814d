"""Jobs: put an order in, watch it, say when it is enough."""

from __future__ import annotations

import uuid
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from pinxit.jobs.errors import Missing
from pinxit.jobs.orders import Order
from pinxit.jobs.record import ID, Job, State
from pinxit.studio.parts import Here, Parts
from pinxit.studio.rate import client_of
from pinxit.studio.routes.files import binary
from pinxit.studio.settings import API

routes = APIRouter(prefix=f"{API}/jobs", tags=["jobs"])

JobId = Annotated[uuid.UUID, Path(description="Chosen by whoever puts the job.")]


def _plain(id: str) -> str:
    """The same id however it is written, as far as it is a UUID."""
    try:
        return str(uuid.UUID(id))
    except ValueError:
        return id


# Jobs that were not put over this API may have other ids.
KnownId = Annotated[str, Path(pattern=rf"^{ID.pattern}$"), AfterValidator(_plain)]
Verb = Literal["cancel", "stop", "pause", "resume", "retry"]


def with_work(data: Any) -> Any:
    """A recipe taken from a picture is an order; the oldest say nothing of their work."""
    return {"work": "stylize", **data} if isinstance(data, dict) else data


AnyOrder = Annotated[Order, BeforeValidator(with_work)]


class NewJob(BaseModel):
    """A job to be done.

    Attributes:
        order: what is to be made.
        priority: higher ones go first.
        title: what the result is called; by what went in where it is left out.
    """

    model_config = ConfigDict(extra="forbid")

    order: AnyOrder
    priority: int = Field(0, ge=-100, le=100)
    title: str = Field("", max_length=255)


@routes.put("/{id}", responses={201: {"model": Job, "description": "It is new."}})
async def put(id: JobId, new: NewJob, request: Request, here: Here, response: Response) -> Job:
    """Put a job under an id of your own. Put again, as after a lost connection, it is still one job."""
    job, created = await here.queueing.run(_put, here, request, str(id), new)
    response.status_code = 201 if created else 200
    return job


@routes.post("", status_code=201)
async def post(new: NewJob, request: Request, here: Here) -> Job:
    """Put a job under an id that the studio chooses."""
    return (await here.queueing.run(_put, here, request, str(uuid.uuid4()), new))[0]


def _put(here: Parts, request: Request, id: str, new: NewJob) -> tuple[Job, bool]:
    here.turns.take(client_of(request.scope), id)
    return here.jobs.put(id, new.order, priority=new.priority, title=new.title)


@routes.get("")
def jobs(here: Here, state: State | None = None, limit: Annotated[int, Query(ge=1, le=500)] = 100) -> list[Job]:
    """The jobs, the newest first."""
    return here.jobs.list(state=state, limit=limit)


@routes.get("/{id}")
def job(id: KnownId, here: Here) -> Job:
    """One job as it stands."""
    return here.jobs.get(id)


@routes.get("/{id}/preview", response_class=Response, responses={**binary("image/jpeg")})
def preview(
    id: KnownId,
    here: Here,
    n: Annotated[int, Query(ge=0, le=2**31, description="Progress's `preview`: another number, another picture.")] = 0,
) -> Response:
    """The picture as it stands."""
    picture = here.jobs.preview(id)
    if picture is None:
        raise Missing("there is no preview of this job yet.", "preview_not_found")
    return Response(picture, media_type="image/jpeg")


@routes.post("/{id}/{verb}")
async def say(id: KnownId, verb: Verb, here: Here) -> Job:
    """Cancel it, stop it and keep what there is, pause it, resume it, or try it again."""
    calls = {
        "cancel": here.jobs.cancel,
        "stop": here.jobs.stop,
        "pause": here.jobs.pause,
        "resume": here.jobs.resume,
        "retry": here.jobs.retry,
    }
    return await here.queueing.run(calls[verb], id)


@routes.delete("/{id}", status_code=204)
async def delete(id: KnownId, here: Here) -> None:
    """Forget a job that has ended; its result stays in the gallery."""
    await here.queueing.run(here.jobs.delete, id)
