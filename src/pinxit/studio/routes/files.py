"""Files in and out: streamed, decided by their content, looked at in a worker."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import anyio.to_thread
from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import FileResponse, Response

from pinxit.jobs.files import File, Incoming
from pinxit.studio.parts import Here, Parts
from pinxit.studio.settings import API, MB

routes = APIRouter(prefix=f"{API}/files", tags=["files"])

FileId = Annotated[str, Path(description="SHA-256 of the file's bytes.", pattern=r"^[0-9a-f]{64}$")]
Name = Annotated[str, Query(description="What a person calls it; it tells a person and nothing else.", max_length=255)]
Side = Annotated[int, Query(description="Longer side of the picture, px.", ge=16, le=1024)]

# The name of a file says what is in it: whoever has it needs no other.
FOREVER = {"Cache-Control": "private, max-age=31536000, immutable"}
# Room is looked for again after so many bytes.
_CHECKED_EVERY = 64 * MB
# Whatever a file holds, as a page of its own it may do nothing.
INERT = {"Content-Security-Policy": "default-src 'none'; sandbox"}
ANY_BODY = {
    "requestBody": {
        "required": True,
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    }
}


def binary(media: str) -> Mapping[int | str, dict[str, object]]:
    """How OpenAPI is told that an answer is a file."""
    return {200: {"content": {media: {"schema": {"type": "string", "format": "binary"}}}, "description": "The bytes."}}


class Uploaded(File):
    """A file that has just come.

    Attributes:
        recipe: the order that made it, where pinxit did.
    """

    recipe: dict[str, Any] | None = None


@routes.post(
    "",
    status_code=201,
    responses={200: {"model": Uploaded, "description": "It was there already."}},
    openapi_extra=ANY_BODY,
)
async def upload(request: Request, here: Here, response: Response, name: Name = "") -> Uploaded:
    """Hand over a picture, a clip or a network. What it is, its content decides; the same content is the same file."""
    file, stored = await receive(request, here, name)
    response.status_code = 201 if stored else 200
    return file


async def receive(request: Request, here: Parts, name: str) -> tuple[Uploaded, bool]:
    """Stream a request's body into the store, looked at in a worker before it counts as there.

    Returns:
        The file, and whether it was missing: new, lost or damaged.
    """
    await anyio.to_thread.run_sync(here.store.make_room, int(request.headers.get("content-length", "0")))
    with here.store.files.new(here.studio.limits.upload_bytes) as incoming:
        buffer, checked = bytearray(), 0
        async for part in request.stream():
            buffer += part
            if len(buffer) >= MB:
                await anyio.to_thread.run_sync(incoming.write, bytes(buffer))
                buffer.clear()
            if incoming.bytes - checked >= _CHECKED_EVERY:
                # Others come in beside it, and not all say how long they are.
                await anyio.to_thread.run_sync(here.store.make_room, 0)
                checked = incoming.bytes
        file, stored = await here.looking.run(_take, here, incoming, bytes(buffer), name)
    here.metrics.received.inc(file.bytes)
    return file, stored


def _take(here: Parts, incoming: Incoming, rest: bytes, name: str) -> tuple[Uploaded, bool]:
    incoming.write(rest)
    incoming.flush()
    facts = here.quick.inspect(incoming.path)
    here.store.make_room(0)
    file, stored = incoming.commit(name, facts)
    return Uploaded(**file.model_dump(), recipe=facts.get("recipe")), stored


@routes.get("/{id}/about")
def about(id: FileId, here: Here) -> File:
    """What is known about a file."""
    return here.store.files.get(id)


@routes.get("/{id}", response_class=FileResponse, responses={**binary("*/*")})
def download(id: FileId, here: Here) -> FileResponse:
    """A file's bytes; ranges of them too, for players."""
    file = here.store.files.get(id)
    return FileResponse(
        here.store.files.path(id), media_type=file.media, filename=file.name, headers={**FOREVER, **INERT}
    )


@routes.get("/{id}/thumbnail", response_class=Response, responses={**binary("image/webp")})
async def thumbnail(id: FileId, here: Here, side: Side = 256) -> Response:
    """A picture, or a clip's first frame, small."""
    webp = await here.looking.run(lambda: here.quick.thumbnail(here.store.files.path(id), side))
    return Response(webp, media_type="image/webp", headers=FOREVER)
