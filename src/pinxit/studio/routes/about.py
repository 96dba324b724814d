"""The studio's version, limits, settings, health, metrics and API reference."""

from __future__ import annotations

from typing import Any, Literal

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response
from prometheus_client import CONTENT_TYPE_LATEST
from pydantic import BaseModel

from pinxit.jobs.specs.base import LARGEST
from pinxit.recipe.presets import PRESETS
from pinxit.recipe.recipe import Settings
from pinxit.studio import api_docs
from pinxit.studio.config import API
from pinxit.studio.state import AppStateDep
from pinxit.version import __version__
from pinxit.works import JOBS, PAGES

routes = APIRouter(prefix=API, tags=["about"])
# Routes outside the API's prefix, beside the page.
root = APIRouter(include_in_schema=False)


class PresetInfo(BaseModel):
    """A named starting point for the settings."""

    name: str
    summary: str
    settings: dict[str, Any]


class ClientLimits(BaseModel):
    """The limits of a client.

    Attributes:
        upload_bytes: largest file.
        body_bytes: largest body of any other request.
        requests_per_second: requests from one client.
        heavy_requests_per_second: requests from one client that cost decoding or painting.
        largest: largest size of a picture by engine, px.
        quota_bytes: disk space that the studio may use.
        painters: jobs that run at once.
    """

    upload_bytes: int
    body_bytes: int
    requests_per_second: float
    heavy_requests_per_second: float
    largest: dict[str, int]
    quota_bytes: int
    painters: int


class About(BaseModel):
    """The studio's version, what it can make, and its limits.

    Attributes:
        works: the kinds of work that its gallery may hold.
    """

    name: Literal["pinxit"] = "pinxit"
    version: str
    api: str = API
    works: list[str]
    engines: list[str]
    presets: list[PresetInfo]
    limits: ClientLimits
    used_bytes: int


class SettingsForm(BaseModel):
    """What the page builds its forms from.

    Attributes:
        settings: the JSON schema of all settings.
        presets: all values of each preset.
        works: the kinds of work that a gallery may hold.
        pages: for each kind of work that orders may ask for, the address of the page that makes such orders.
    """

    settings: dict[str, Any]
    presets: dict[str, dict[str, Any]]
    works: list[str]
    pages: dict[str, str]


class Health(BaseModel):
    """The studio's health.

    Attributes:
        status: `busy` while every painter paints; `degraded` while the queue's database is away, when accepted jobs are known
            and go on but no new ones are accepted; `ready` otherwise.
        database: whether the queue's database answers.
        queued: jobs that wait.
        running: jobs that paint.
    """

    status: Literal["ready", "busy", "degraded"]
    database: Literal["there", "away"]
    queued: int
    running: int


@routes.get("/")
def about(studio: AppStateDep) -> About:
    """Describe the studio: its version, what it can make, and its limits."""
    config, limits = studio.config, studio.config.limits
    return About(
        version=__version__,
        works=list(PAGES),
        engines=list(LARGEST),
        presets=[
            PresetInfo(name=name, summary=preset.summary, settings=_settings_of(name))
            for name, preset in PRESETS.items()
        ],
        limits=ClientLimits(
            upload_bytes=limits.upload_bytes,
            body_bytes=limits.body_bytes,
            requests_per_second=limits.requests,
            heavy_requests_per_second=limits.heavy,
            largest=dict(LARGEST),
            quota_bytes=config.quota,
            painters=studio.jobs.at_once,
        ),
        used_bytes=studio.store.used(),
    )


@routes.get("/schema")
def schema() -> SettingsForm:
    """Return the settings as a JSON schema, with groups and descriptions, all values of each preset, and the works."""
    return SettingsForm(
        settings=Settings.model_json_schema(),
        presets={name: _settings_of(name) for name in PRESETS},
        works=list(PAGES),
        pages={name: PAGES[name] for name in JOBS},
    )


def _settings_of(preset: str) -> dict[str, Any]:
    return Settings.choose({"preset": preset}).model_dump(mode="json")


@root.get("/healthz")
async def health(studio: AppStateDep) -> Health:
    """Report the studio's health. The response is always 200 and immediate: read `status`."""
    # From memory, and without a thread, because other requests may hold all of them: see `JobService.counts`.
    count = studio.jobs.counts()
    queued, running = count.get("queued", 0), count.get("running", 0)
    if studio.jobs.database_is_away:
        return Health(status="degraded", database="away", queued=queued, running=running)
    return Health(
        status="busy" if running >= studio.jobs.at_once else "ready", database="there", queued=queued, running=running
    )


@root.get("/metrics")
def metrics(studio: AppStateDep) -> Response:
    """Return the metrics for Prometheus."""
    return Response(studio.metrics.text(), media_type=CONTENT_TYPE_LATEST)


@root.get("/docs")
def docs(request: Request) -> HTMLResponse:
    """Return the API's reference for people."""
    page = api_docs.render_docs(request.app.openapi())
    return HTMLResponse(page, headers={"Content-Security-Policy": api_docs.CONTENT_SECURITY_POLICY})
