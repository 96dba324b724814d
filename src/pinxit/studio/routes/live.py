"""What is painted at once: previews, and what the page's own camera needs."""

from __future__ import annotations

import time
import uuid
from typing import Annotated

import anyio.to_thread
from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from pinxit.jobs.errors import Refused
from pinxit.jobs.orders import SharedOrderStyle, StylizeOrder
from pinxit.jobs.results import Part, Result, now
from pinxit.picture.recipe import Finite
from pinxit.studio.parts import Here
from pinxit.studio.routes.files import ANY_BODY, binary, receive
from pinxit.studio.routes.jobs import with_work
from pinxit.studio.settings import API

routes = APIRouter(prefix=API, tags=["at once"])


class LiveModel(BaseModel):
    """Which network the page is to run.

    Attributes:
        styles: whose manner it paints in.
        strength: 0 is the camera's picture, 1 the style in full.
        size: the longer side of the frames that it is meant for, px.
    """

    model_config = ConfigDict(extra="forbid")

    styles: tuple[SharedOrderStyle, ...] = Field(min_length=1, max_length=16)
    strength: Finite = Field(1.0, ge=0, le=1)
    size: int = Field(480, ge=64, le=1920)


@routes.post("/preview", response_class=Response, responses={**binary("image/webp")})
async def preview(request: Request, order: Annotated[StylizeOrder, BeforeValidator(with_work)], here: Here) -> Response:
    """How an order would look, painted small by the network: no job, nothing kept."""
    begin = time.perf_counter()
    # While a dial is turned, one preview after another is asked for and given up.
    picture = await here.painting.run(here.quick.preview, order, left=request.is_disconnected)
    seconds = f"{time.perf_counter() - begin:.3f}"
    return Response(picture, media_type="image/webp", headers={"X-Seconds": seconds})


@routes.post("/live/model", response_class=Response, responses={**binary("application/octet-stream")})
async def model(wanted: LiveModel, here: Here) -> Response:
    """A style's network as an ONNX file, for the page to paint the camera's picture by itself."""
    styles = [style.model_dump(mode="json") for style in wanted.styles]
    onnx = await here.painting.run(here.quick.live_model, styles, wanted.strength, wanted.size)
    return Response(onnx, media_type="application/octet-stream")


@routes.post("/snapshots", status_code=201, openapi_extra=ANY_BODY)
async def snapshot(
    request: Request,
    here: Here,
    title: Annotated[str, Query(max_length=255)] = "",
    style: Annotated[list[Annotated[str, Query(max_length=255)]] | None, Query(max_length=16)] = None,
) -> Result:
    """Keep a picture that the page has painted: it becomes a result of the work `live`."""
    file, _ = await receive(request, here, "snapshot")
    if file.kind != "picture":
        raise Refused("a snapshot is a picture.", "not_a_picture")
    part = Part(
        role="picture",
        id=file.id,
        name=file.name,
        media=file.media,
        bytes=file.bytes,
        width=file.width,
        height=file.height,
    )
    result = Result(
        id=str(uuid.uuid4()),
        work="live",
        title=title,
        made=now(),
        styles=tuple(style or ()),
        bytes=file.bytes,
        cover=file.id,
        files=(part,),
    )
    await anyio.to_thread.run_sync(here.store.results.put, result)
    here.hub.tell("result", result.model_dump_json())
    return result
