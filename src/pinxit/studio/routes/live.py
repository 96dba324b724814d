"""What is computed while the request waits: previews, matching regions, and networks and snapshots of the camera page."""

from __future__ import annotations

import time
import uuid
from typing import Annotated

import anyio.to_thread
from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from pinxit.jobs.errors import Refused
from pinxit.jobs.results import Result, ResultFile
from pinxit.jobs.specs.base import SharedStyleSpec
from pinxit.jobs.specs.stylize import StylizeSpec
from pinxit.jobs.timestamps import now
from pinxit.recipe.recipe import Finite
from pinxit.studio import thumbnails
from pinxit.studio.config import API
from pinxit.studio.routes.files import BINARY_BODY, SmallKind, binary_response, receive_file
from pinxit.studio.routes.jobs import with_default_work
from pinxit.studio.state import AppStateDep

routes = APIRouter(prefix=API, tags=["at once"])


class LiveModel(BaseModel):
    """The network that the page is to run.

    Attributes:
        styles: the styles in which it paints.
        strength: 0 is the camera's picture, 1 the style in full.
        size: the longer side of the frames for which it is made, px.
    """

    model_config = ConfigDict(extra="forbid")

    styles: tuple[SharedStyleSpec, ...] = Field(min_length=1, max_length=16)
    strength: Finite = Field(1.0, ge=0, le=1)
    size: int = Field(480, ge=64, le=1920)


@routes.post("/preview", response_class=Response, responses={**binary_response("image/webp")})
async def preview(
    request: Request,
    order: Annotated[StylizeSpec, BeforeValidator(with_default_work)],
    studio: AppStateDep,
    kind: SmallKind = "webp",
) -> Response:
    """Paint an order small by the network, to show how it would look; it makes no job and keeps nothing."""
    begin = time.perf_counter()
    # While a slider moves, the page asks for one preview after another and abandons the earlier ones.
    picture = await studio.paint_limiter.run(studio.task_pool.preview, order, is_disconnected=request.is_disconnected)
    seconds = f"{time.perf_counter() - begin:.3f}"
    if kind == "png":
        picture = await anyio.to_thread.run_sync(thumbnails.to_png, picture)
    return Response(picture, media_type=f"image/{kind}", headers={"X-Seconds": seconds})


class Regions(BaseModel):
    """The regions of pictures, and the style regions in which each content region is painted.

    Attributes:
        content: regions of the content image: rows of cells from the top left, each the number of its region, from 0.
        styles: the same for each style image; numbers go on from one style image to the next.
        assignment: for each region of the content image, the regions of the style images in which it is painted.
    """

    content: list[list[int]]
    styles: list[list[list[int]]]
    assignment: list[list[int]]


@routes.post("/correspondence")
async def correspondence(
    request: Request, order: Annotated[StylizeSpec, BeforeValidator(with_default_work)], studio: AppStateDep
) -> Regions:
    """Return the regions of an order with `match` `regions`, and their assignment; it makes no job and keeps nothing.

    `assignment` is the order's own, or else the most similar regions; the setting `assignment` takes it in the same form.
    """
    found = await studio.paint_limiter.run(
        studio.task_pool.correspondence, order, is_disconnected=request.is_disconnected
    )
    return Regions.model_validate(found)


@routes.post("/live/model", response_class=Response, responses={**binary_response("application/octet-stream")})
async def model(wanted: LiveModel, studio: AppStateDep) -> Response:
    """Return a style's network as an ONNX file, with which the page paints the camera's picture itself."""
    styles = [style.model_dump(mode="json") for style in wanted.styles]
    onnx = await studio.paint_limiter.run(studio.task_pool.live_model, styles, wanted.strength, wanted.size)
    return Response(onnx, media_type="application/octet-stream")


@routes.post("/snapshots", status_code=201, openapi_extra=BINARY_BODY)
async def snapshot(
    request: Request,
    studio: AppStateDep,
    title: Annotated[str, Query(max_length=255)] = "",
    style: Annotated[list[Annotated[str, Query(max_length=255)]] | None, Query(max_length=16)] = None,
) -> Result:
    """Keep a picture that the page has painted, as a result of the work `live`."""
    file, _ = await receive_file(request, studio, "snapshot")
    if file.kind != "picture":
        raise Refused("a snapshot must be a picture.", "not_a_picture")
    result = Result(
        id=str(uuid.uuid4()),
        work="live",
        title=title,
        made=now(),
        styles=tuple(style or ()),
        bytes=file.bytes,
        cover=file.id,
        files=(ResultFile.of(file, "picture"),),
    )
    await anyio.to_thread.run_sync(studio.store.results.put, result)
    studio.jobs.events.publish("result", result.model_dump(mode="json"))
    return result
