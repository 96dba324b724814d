"""Garments and rooms: the mask that marks on a photograph lead to, and previews."""

from __future__ import annotations

import time

from fastapi import APIRouter, Request
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict

from pinxit.jobs.files import File
from pinxit.jobs.specs.base import InputSpec
from pinxit.jobs.specs.wear import WearSpec
from pinxit.studio.config import API
from pinxit.studio.routes.files import binary_response
from pinxit.studio.state import AppState, AppStateDep

routes = APIRouter(prefix=f"{API}/wear", tags=["garments"])


class Marks(BaseModel):
    """Marks on a photograph.

    Attributes:
        photo: the photograph.
        marks: a picture of its shape, white where something is certainly part of the garment.
    """

    model_config = ConfigDict(extra="forbid")

    photo: InputSpec
    marks: InputSpec


@routes.post("/preview", response_class=Response, responses={**binary_response("image/webp")})
async def preview(request: Request, order: WearSpec, studio: AppStateDep) -> Response:
    """Dress a small copy of the photograph, styles by the network; it makes no job and keeps nothing."""
    begin = time.perf_counter()
    picture = await studio.paint_limiter.run(
        studio.task_pool.wear_preview, order, is_disconnected=request.is_disconnected
    )
    seconds = f"{time.perf_counter() - begin:.3f}"
    return Response(picture, media_type="image/webp", headers={"X-Seconds": seconds})


@routes.post("/mask", status_code=201)
async def mask(wanted: Marks, studio: AppStateDep) -> File:
    """Find the garment, wall or sofa that the marks lie on, and store its mask."""
    return await studio.paint_limiter.run(_find, studio, wanted)


def _find(studio: AppState, wanted: Marks) -> File:
    return studio.store_made("mask.png", studio.task_pool.find_mask(wanted.photo, wanted.marks))
