"""What may be painted with and without uploading anything: the styles that pinxit draws, the networks learnt, the samples."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Path
from fastapi.responses import Response
from pydantic import BaseModel

from pinxit import styles as house
from pinxit.inputs import HOUSE, SAMPLE
from pinxit.jobs.errors import Missing
from pinxit.picture import sample_names
from pinxit.studio.parts import Here, Parts
from pinxit.studio.routes.files import FOREVER, Side, binary
from pinxit.studio.settings import API

routes = APIRouter(prefix=API, tags=["styles"])

Known = Annotated[str, Path(pattern=r"^(house|sample):[a-z]+$", description="`house:swirl`, `sample:cat`.")]


class Choice(BaseModel):
    """A picture to choose.

    Attributes:
        name: what an order names it by.
        title: what it looks like.
        sha256: of a network's file; empty for what pinxit knows by its name.
        kind: where it comes from.
        thumbnail: the address of a small picture of it.
    """

    name: str
    title: str
    sha256: str = ""
    kind: Literal["house", "sample", "network"]
    thumbnail: str


@routes.get("/styles")
def styles(here: Here) -> list[Choice]:
    """The styles that pinxit draws itself, and the networks that were taught here, the newest first."""
    drawn = [
        Choice(
            name=f"{HOUSE}{name}",
            title=house.describe(name),
            kind="house",
            thumbnail=f"{API}/styles/{HOUSE}{name}/picture?side=256",
        )
        for name in house.names()
    ]
    return _networks(here) + drawn


@routes.get("/samples")
def samples() -> list[Choice]:
    """Photographs to try it with."""
    return [
        Choice(
            name=f"{SAMPLE}{name}",
            title=name,
            kind="sample",
            thumbnail=f"{API}/samples/{SAMPLE}{name}/picture?side=256",
        )
        for name in sample_names()
    ]


@routes.get("/styles/{name}/picture", response_class=Response, responses={**binary("image/webp")})
@routes.get("/samples/{name}/picture", response_class=Response, responses={**binary("image/webp")})
async def picture(name: Known, here: Here, side: Side = 512) -> Response:
    """One of them."""
    prefix, _, rest = name.partition(":")
    if rest not in (house.names() if prefix == "house" else sample_names()):
        raise Missing(f"there is no {name}.", "style_not_found")
    webp = await here.looking.run(here.draw, name, side)
    return Response(webp, media_type="image/webp", headers=FOREVER)


def _networks(here: Parts) -> list[Choice]:
    found, _ = here.store.results.list(work="train", limit=200)
    return [
        Choice(
            name=part.name,
            title=result.title,
            sha256=part.id,
            kind="network",
            thumbnail=f"{API}/files/{result.cover or part.id}/thumbnail?side=256",
        )
        for result in found
        for part in result.files
        if part.role == "network"
    ]
