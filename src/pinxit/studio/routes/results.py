"""The gallery."""

from __future__ import annotations

import json
from typing import Annotated

from fastapi import APIRouter, Path, Query
from fastapi.responses import FileResponse, Response
from pydantic import BaseModel, ConfigDict, Field

from pinxit.jobs.errors import Missing
from pinxit.jobs.results import Result
from pinxit.studio import share
from pinxit.studio.parts import Here, Parts
from pinxit.studio.routes.files import binary
from pinxit.studio.settings import API

routes = APIRouter(prefix=f"{API}/results", tags=["gallery"])

ResultId = Annotated[str, Path(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$")]
# A picture up to so many bytes goes into a shared page as it is.
_MOST_SHARED = 24 << 20
_SHARED_SIDE = 2048
# The theme's page is a page of its own, scripts included, and has nothing to do with the studio's.
_SANDBOX = (
    "sandbox allow-scripts; default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'unsafe-inline'; "
    "frame-ancestors 'self'"
)


class Page(BaseModel):
    """Some results, the newest first.

    Attributes:
        results: see there.
        next: `before` of the next page; none where this is the last.
    """

    results: list[Result]
    next: str | None


class Change(BaseModel):
    """What may be changed about a result."""

    model_config = ConfigDict(extra="forbid")

    kept: bool | None = None
    title: str | None = Field(None, max_length=255)


@routes.get("")
def results(
    here: Here,
    q: Annotated[str, Query(max_length=255, description="Words that all stand in the title or a style's name.")] = "",
    style: Annotated[str, Query(max_length=255, description="A part of a style's name.")] = "",
    work: Annotated[str, Query(max_length=32)] = "",
    kept: bool | None = None,
    draft: bool | None = None,
    before: Annotated[str, Query(max_length=128, description="`next` of the page before.")] = "",
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> Page:
    """What was made, the newest first."""
    found, following = here.store.results.list(q, style, work, kept, draft, before, limit)
    return Page(results=found, next=following)


@routes.get("/{id}")
def result(id: ResultId, here: Here) -> Result:
    """One result."""
    return here.store.results.get(id)


@routes.patch("/{id}")
def change(id: ResultId, change: Change, here: Here) -> Result:
    """Star it, or call it something else."""
    changed = here.store.results.change(id, kept=change.kept, title=change.title)
    here.hub.tell("result", changed.model_dump_json())
    return changed


@routes.delete("/{id}", status_code=204)
def delete(id: ResultId, here: Here) -> None:
    """Remove it and the files that nothing else needs."""
    here.store.delete(id)


@routes.get("/{id}/recipe", response_class=Response, responses={**binary("application/json")})
def recipe(id: ResultId, here: Here) -> Response:
    """All that decides it: to be put into an order again, here or elsewhere."""
    found = here.store.results.get(id)
    if found.recipe is None:
        raise Missing("this result has no recipe: it was taken from the camera.", "recipe_not_found")
    text = json.dumps(found.recipe, indent=2, ensure_ascii=False)
    return Response(text, media_type="application/json", headers=_attached(f"{id}.json"))


@routes.get("/{id}/share", response_class=Response, responses={**binary("text/html")})
async def shared(id: ResultId, here: Here) -> Response:
    """A page to give away: picture, before and after, recipe, all in one file that loads nothing."""
    text = await here.looking.run(_share, here, id)
    return Response(text, media_type="text/html", headers=_attached(f"{id}.html"))


@routes.get("/{id}/page", response_class=FileResponse, responses={**binary("text/html")})
def page(id: ResultId, here: Here) -> Response:
    """A theme's own page, shut in: it may neither load nor reach anything."""
    for part in here.store.results.get(id).files:
        if part.role == "page":
            return FileResponse(
                here.store.files.path(part.id),
                media_type="text/html; charset=utf-8",
                headers={"Content-Security-Policy": _SANDBOX},
            )
    raise Missing("this result has no page.", "page_not_found")


def _attached(name: str) -> dict[str, str]:
    return {"Content-Disposition": f'attachment; filename="pinxit-{name}"'}


def _share(here: Parts, id: str) -> str:
    found = here.store.results.get(id)
    parts = {part.role: part for part in reversed(found.files)}
    shown = parts.get("film") or parts.get("picture") or parts.get("sheet") or next(iter(found.files), None)
    if shown is None:
        raise Missing("this result has no picture to share.", "picture_not_found")
    path = here.store.files.path(shown.id)
    if shown.media.startswith(("image/", "video/")) and shown.bytes <= _MOST_SHARED:
        painted = share.Shown(shown.media, path.read_bytes())
    else:
        cover = here.store.files.path(found.cover) if found.cover else path
        painted = share.Shown("image/webp", here.quick.thumbnail(cover, _SHARED_SIDE))
    before = None
    if "original" in parts and painted.media.startswith("image/"):
        side = min(_SHARED_SIDE, max(shown.width or 1024, shown.height or 1024))
        before = share.Shown("image/webp", here.quick.thumbnail(here.store.files.path(parts["original"].id), side))
    return share.page(found, painted, before)
