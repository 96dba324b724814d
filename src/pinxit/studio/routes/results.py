"""The gallery of results."""

from __future__ import annotations

import json
from typing import Annotated, BinaryIO, Literal

import anyio.to_thread
from fastapi import APIRouter, Path, Query
from fastapi.responses import FileResponse, Response, StreamingResponse
from pydantic import BaseModel, ConfigDict, Field

from pinxit.jobs.errors import Missing, Refused
from pinxit.jobs.results import Result
from pinxit.jobs.specs import read_spec
from pinxit.jobs.specs.stylize import StylizeSpec
from pinxit.studio.archive import safe_name, zip_results
from pinxit.studio.config import API
from pinxit.studio.routes.files import as_download, binary_response, written_response
from pinxit.studio.share_page import SharedPicture, render_share_page
from pinxit.studio.state import AppState, AppStateDep

routes = APIRouter(prefix=f"{API}/results", tags=["gallery"])

RESULT_ID = r"^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$"
ResultId = Annotated[str, Path(pattern=RESULT_ID)]
LayeredKind = Annotated[Literal["psd", "ora"], Query(description="Photoshop's file, or OpenRaster for other programs.")]
_LAYERED_MEDIA = {"psd": "image/vnd.adobe.photoshop", "ora": "image/openraster"}
# bytes: of a pixel in eight layers of four channels.
_LAYERED_BYTES = 32
# Results in one ZIP; their ids make up the address, whose length is limited.
_MAX_ARCHIVED = 200
# bytes: largest picture or film that a page to share embeds as it is; a larger one is replaced by a small picture.
_MAX_SHARED_BYTES = 24 << 20
# px: longer side of such a picture.
_SHARED_SIDE = 2048
# A theme's own page may run its scripts, but neither load anything nor reach the studio.
_THEME_PAGE_POLICY = (
    "sandbox allow-scripts; default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'unsafe-inline'; "
    "frame-ancestors 'self'"
)


class ResultPage(BaseModel):
    """Some results, the newest first.

    Attributes:
        results: at most as many as were asked for.
        next: the value of `before` for the next page; null on the last page.
    """

    results: list[Result]
    next: str | None


class ResultChange(BaseModel):
    """The fields of a result that can be changed; null leaves one as it is."""

    model_config = ConfigDict(extra="forbid")

    kept: bool | None = None
    title: str | None = Field(None, max_length=255)


@routes.get("", response_model=ResultPage)
def results(
    studio: AppStateDep,
    q: Annotated[
        str, Query(max_length=255, description="Words that all occur in the title or in a style's name.")
    ] = "",
    style: Annotated[str, Query(max_length=255, description="A part of a style's name.")] = "",
    work: Annotated[str, Query(max_length=32)] = "",
    kept: bool | None = None,
    draft: bool | None = None,
    before: Annotated[str, Query(max_length=128, description="`next` of the previous page.")] = "",
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    content: Annotated[
        str,
        Query(max_length=255, description="Only paintings of this content image: its SHA-256, or `sample:NAME`."),
    ] = "",
) -> Response:
    """List results, the newest first."""
    found, following = studio.store.results.list(q, style, work, kept, draft, before, limit, content)
    # The results are valid already; having the framework check them again takes longer than finding them.
    page = ResultPage.model_construct(results=found, next=following)
    return Response(page.model_dump_json(), media_type="application/json")


@routes.get("/archive", response_class=StreamingResponse, responses={**binary_response("application/zip")})
def archive(
    id: Annotated[
        list[Annotated[str, Field(pattern=RESULT_ID)]],
        Query(min_length=1, max_length=_MAX_ARCHIVED, description="A result; may be given many times."),
    ],
    studio: AppStateDep,
) -> StreamingResponse:
    """Return the files of several results as one ZIP."""
    found = [studio.store.results.get(one) for one in dict.fromkeys(id)]
    return StreamingResponse(
        zip_results(found, studio.store.files),
        media_type="application/zip",
        headers=as_download("pinxit-results.zip"),
    )


@routes.get("/{id}")
def result(id: ResultId, studio: AppStateDep) -> Result:
    """Return a result."""
    return studio.store.results.get(id)


@routes.patch("/{id}")
def change(id: ResultId, change: ResultChange, studio: AppStateDep) -> Result:
    """Star a result or change its title."""
    changed = studio.store.results.change(id, kept=change.kept, title=change.title)
    studio.jobs.events.publish("result", changed.model_dump(mode="json"))
    return changed


@routes.delete("/{id}", status_code=204)
def delete(id: ResultId, studio: AppStateDep) -> None:
    """Delete a result, and the files that only it needs."""
    studio.store.delete(id)


class ResultIds(BaseModel):
    """Results by their ids."""

    model_config = ConfigDict(extra="forbid")

    ids: list[Annotated[str, Field(pattern=RESULT_ID)]] = Field(min_length=1, max_length=2000)


@routes.post("/discard", status_code=204)
def discard(results: ResultIds, studio: AppStateDep) -> None:
    """Hide results and delete them half a minute later, unless they are restored."""
    studio.store.discard(results.ids)


@routes.post("/restore", status_code=204)
def restore(results: ResultIds, studio: AppStateDep) -> None:
    """Show discarded results again."""
    studio.store.restore(results.ids)


@routes.get("/{id}/recipe", response_class=Response, responses={**binary_response("application/json")})
def recipe(id: ResultId, studio: AppStateDep) -> Response:
    """Return a result's recipe, which can be put as an order again, here or elsewhere."""
    found = studio.store.results.get(id)
    if found.recipe is None:
        raise Missing("this result has no recipe: it was taken from the camera.", "recipe_not_found")
    text = json.dumps(found.recipe, indent=2, ensure_ascii=False)
    return Response(text, media_type="application/json", headers=as_download(f"{_named(studio, id)}.json"))


@routes.get("/{id}/layers", response_class=StreamingResponse, responses={**binary_response("image/*")})
async def layers(id: ResultId, studio: AppStateDep, kind: LayeredKind) -> StreamingResponse:
    """Return a painting with its layers: photograph, colour, strokes, painting, and each region."""
    found = studio.store.results.get(id)
    picture = next((file for file in found.files if file.role == "picture"), None)
    spec = read_spec(found.recipe) if found.work == "stylize" and found.recipe is not None else None
    if picture is None or not isinstance(spec, StylizeSpec):
        raise Refused("only paintings of a photograph have layers: download this result as it is.", "no_layers")
    await anyio.to_thread.run_sync(
        studio.store.make_room, (picture.width or 0) * (picture.height or 0) * _LAYERED_BYTES
    )
    written = await studio.decode_limiter.run(_write_layers, studio, spec, picture.id, kind)
    name = f"{picture.name.rpartition('.')[0] or picture.name}.{kind}"
    return written_response(written, name, _LAYERED_MEDIA[kind])


def _write_layers(studio: AppState, spec: StylizeSpec, picture: str, kind: str) -> BinaryIO:
    """Return the painting with its layers as an open file without a name, which is gone when it is closed."""
    files = studio.store.files
    with files.new() as place:
        studio.task_pool.export_layers(spec, files.path(picture), place.path, kind.upper())
        return place.path.open("rb")


@routes.get("/{id}/share", response_class=Response, responses={**binary_response("text/html")})
async def shared(id: ResultId, studio: AppStateDep) -> Response:
    """Return a page to share: picture, before and after, and recipe, in one file that loads nothing."""
    text = await studio.decode_limiter.run(_share_page, studio, id)
    return Response(text, media_type="text/html", headers=as_download(f"{_named(studio, id)}.html"))


@routes.get("/{id}/page", response_class=FileResponse, responses={**binary_response("text/html")})
def page(id: ResultId, studio: AppStateDep) -> Response:
    """Return a theme's own page, in a sandbox: it can neither load nor reach anything."""
    for part in studio.store.results.get(id).files:
        if part.role == "page":
            return FileResponse(
                studio.store.files.path(part.id),
                media_type="text/html; charset=utf-8",
                headers={"Content-Security-Policy": _THEME_PAGE_POLICY},
            )
    raise Missing("this result has no page.", "page_not_found")


def _named(studio: AppState, id: str) -> str:
    """Return a result's title as the name of a file."""
    return safe_name(studio.store.results.get(id).title)


def _share_page(studio: AppState, id: str) -> str:
    found, files = studio.store.results.get(id), studio.store.files
    parts = {part.role: part for part in reversed(found.files)}
    shown = parts.get("film") or parts.get("picture") or parts.get("sheet") or next(iter(found.files), None)
    if shown is None:
        raise Missing("this result has no picture to share.", "picture_not_found")
    path = files.path(shown.id)
    if shown.media.startswith(("image/", "video/")) and shown.bytes <= _MAX_SHARED_BYTES:
        painted = SharedPicture(shown.media, path.read_bytes())
    else:
        cover = files.path(found.cover) if found.cover else path
        painted = SharedPicture("image/webp", studio.task_pool.thumbnail(cover, _SHARED_SIDE))
    before = None
    if "original" in parts and painted.media.startswith("image/"):
        side = min(_SHARED_SIDE, max(shown.width or 1024, shown.height or 1024))
        original = files.path(parts["original"].id)
        before = SharedPicture("image/webp", studio.task_pool.thumbnail(original, side))
    return render_share_page(found, painted, before)
