"""Colour grading: previews."""

from __future__ import annotations

import time

from fastapi import APIRouter, Request
from fastapi.responses import Response

from pinxit.jobs.specs.grade import GradeSpec
from pinxit.studio.config import API
from pinxit.studio.routes.files import binary_response
from pinxit.studio.state import AppStateDep

routes = APIRouter(prefix=f"{API}/grade", tags=["grade"])


@routes.post("/preview", response_class=Response, responses={**binary_response("image/webp")})
async def preview(request: Request, order: GradeSpec, studio: AppStateDep) -> Response:
    """Grade a small copy of the photograph; it makes no job and keeps nothing."""
    begin = time.perf_counter()
    picture = await studio.paint_limiter.run(
        studio.task_pool.grade_preview, order, is_disconnected=request.is_disconnected
    )
    seconds = f"{time.perf_counter() - begin:.3f}"
    return Response(picture, media_type="image/webp", headers={"X-Seconds": seconds})
