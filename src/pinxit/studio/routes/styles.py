"""What can be painted without an upload: the house styles, the networks trained here, and the samples."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Path
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import Response
from pydantic import BaseModel

from pinxit import styles as house_styles
from pinxit.image import sample_names
from pinxit.inputs import HOUSE, SAMPLE
from pinxit.jobs.errors import Missing
from pinxit.studio import thumbnails
from pinxit.studio.config import API
from pinxit.studio.routes.files import CACHE_FOREVER, Side, SmallKind, binary_response
from pinxit.studio.state import AppState, AppStateDep

routes = APIRouter(prefix=API, tags=["styles"])

BuiltInName = Annotated[str, Path(pattern=r"^(house|sample):[a-z]+$", description="`house:swirl`, `sample:cat`.")]


class PictureChoice(BaseModel):
    """A style or a photograph to choose.

    Attributes:
        name: the name by which an order refers to it.
        title: what to call it.
        sha256: digest of a network's file; empty for house styles and samples.
        kind: where it comes from.
        thumbnail: the address of a small picture of it.
    """

    name: str
    title: str
    sha256: str = ""
    kind: Literal["house", "sample", "network"]
    thumbnail: str


@routes.get("/styles")
def styles(studio: AppStateDep) -> list[PictureChoice]:
    """List the networks that were trained here, the newest first, and the house styles."""
    drawn = [
        PictureChoice(
            name=f"{HOUSE}{name}",
            title=house_styles.describe(name),
            kind="house",
            thumbnail=f"{API}/styles/{HOUSE}{name}/picture?side={thumbnails.SIDE}",
        )
        for name in house_styles.names()
    ]
    return _networks(studio) + drawn


@routes.get("/samples")
def samples() -> list[PictureChoice]:
    """List the sample photographs."""
    return [
        PictureChoice(
            name=f"{SAMPLE}{name}",
            title=name,
            kind="sample",
            thumbnail=f"{API}/samples/{SAMPLE}{name}/picture?side={thumbnails.SIDE}",
        )
        for name in sample_names()
    ]


@routes.get("/styles/{name}/picture", response_class=Response, responses={**binary_response("image/webp")})
@routes.get("/samples/{name}/picture", response_class=Response, responses={**binary_response("image/webp")})
async def picture(name: BuiltInName, studio: AppStateDep, side: Side = 512, kind: SmallKind = "webp") -> Response:
    """Return the picture of a house style or a sample."""
    prefix, _, rest = name.partition(":")
    if rest not in (house_styles.names() if prefix == "house" else sample_names()):
        raise Missing(f"there is no {name}.", "style_not_found")
    if side == thumbnails.SIDE:
        webp = await run_in_threadpool(thumbnails.thumbnail, name)
    else:
        webp = await studio.decode_limiter.run(studio.draw, name, side)
    if kind == "png":
        return Response(await run_in_threadpool(thumbnails.to_png, webp), media_type="image/png", headers=CACHE_FOREVER)
    return Response(webp, media_type="image/webp", headers=CACHE_FOREVER)


def _networks(studio: AppState) -> list[PictureChoice]:
    trained, _ = studio.store.results.list(work="train", limit=200)
    return [
        PictureChoice(
            name=part.name,
            title=result.title,
            sha256=part.id,
            kind="network",
            thumbnail=f"{API}/files/{result.cover or part.id}/thumbnail?side=256",
        )
        for result in trained
        for part in result.files
        if part.role == "network"
    ]
