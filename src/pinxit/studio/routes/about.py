"""What the studio is and how it does."""

from __future__ import annotations

from typing import Any, Literal

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response
from prometheus_client import CONTENT_TYPE_LATEST
from pydantic import BaseModel

from pinxit import __version__
from pinxit.jobs.orders import LARGEST, WORKS
from pinxit.picture.presets import PRESETS
from pinxit.picture.recipe import Settings
from pinxit.studio import reference
from pinxit.studio.parts import Here
from pinxit.studio.settings import API

routes = APIRouter(prefix=API, tags=["about"])
# At the root, beside the page.
root = APIRouter(include_in_schema=False)


class Preset(BaseModel):
    """A named starting point for the settings."""

    name: str
    summary: str
    settings: dict[str, Any]


class LimitsTold(BaseModel):
    """What one client may ask for."""

    upload_bytes: int
    body_bytes: int
    requests_per_second: float
    heavy_requests_per_second: float
    largest: dict[str, int]
    quota_bytes: int
    painters: int


class About(BaseModel):
    """What this is and what may be asked of it."""

    name: Literal["pinxit"] = "pinxit"
    version: str
    api: str = API
    works: list[str]
    engines: list[str]
    presets: list[Preset]
    limits: LimitsTold
    used_bytes: int


class Form(BaseModel):
    """All that a form for the settings needs."""

    settings: dict[str, Any]
    presets: dict[str, dict[str, Any]]


class Health(BaseModel):
    """How it does.

    Attributes:
        status: `busy` while every painter paints, `degraded` while the queue's database is away: what was accepted before is
            known and goes on, nothing new is accepted; else `ready`.
        database: whether the queue's database answers.
    """

    status: Literal["ready", "busy", "degraded"]
    database: Literal["there", "away"]
    queued: int
    running: int


@routes.get("/")
def about(here: Here) -> About:
    """What this is and what may be asked of it."""
    studio, limits = here.studio, here.studio.limits
    return About(
        version=__version__,
        works=[*WORKS, "live"],
        engines=list(LARGEST),
        presets=[Preset(name=name, summary=preset.summary, settings=_full(name)) for name, preset in PRESETS.items()],
        limits=LimitsTold(
            upload_bytes=limits.upload_bytes,
            body_bytes=limits.body_bytes,
            requests_per_second=limits.requests,
            heavy_requests_per_second=limits.heavy,
            largest=dict(LARGEST),
            quota_bytes=studio.quota,
            painters=here.jobs.at_once,
        ),
        used_bytes=here.store.used(),
    )


@routes.get("/schema")
def schema() -> Form:
    """The settings as a JSON schema, with groups and descriptions, and what each preset makes of them."""
    return Form(settings=Settings.model_json_schema(), presets={name: _full(name) for name in PRESETS})


def _full(preset: str) -> dict[str, Any]:
    return Settings.choose({"preset": preset}).model_dump(mode="json")


@root.get("/healthz")
async def health(here: Here) -> Health:
    """Always 200, and always at once: read `status`."""
    # From memory and without a thread, which others may have taken: see `pinxit.jobs.jobs.Jobs.counts`.
    count = here.jobs.counts()
    queued, running = count.get("queued", 0), count.get("running", 0)
    if here.jobs.database_is_away:
        return Health(status="degraded", database="away", queued=queued, running=running)
    return Health(
        status="busy" if running >= here.jobs.at_once else "ready", database="there", queued=queued, running=running
    )


@root.get("/metrics")
def metrics(here: Here) -> Response:
    """For Prometheus."""
    return Response(here.metrics.text(), media_type=CONTENT_TYPE_LATEST)


@root.get("/docs")
def docs(request: Request) -> HTMLResponse:
    """The reference, for people."""
    return HTMLResponse(reference.page(request.app.openapi()), headers={"Content-Security-Policy": reference.POLICY})
