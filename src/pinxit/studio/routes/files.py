"""Uploads, downloads and thumbnails. Uploads are streamed, and their contents decide what they are."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, BinaryIO, Literal
from urllib.parse import quote

import anyio.to_thread
from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import FileResponse, Response, StreamingResponse

from pinxit.jobs.errors import Refused
from pinxit.jobs.files import File, Incoming
from pinxit.studio.config import API, MB
from pinxit.studio.state import AppState, AppStateDep

routes = APIRouter(prefix=f"{API}/files", tags=["files"])

FileId = Annotated[str, Path(description="SHA-256 of the file's bytes.", pattern=r"^[0-9a-f]{64}$")]
Name = Annotated[str, Query(description="What people call the file; it has no other effect.", max_length=255)]
ExportKind = Annotated[Literal["jpeg", "png", "webp", "tiff"], Query(description="TIFF has 16 bits a channel.")]
ExportSide = Annotated[
    int | None, Query(description="Longest side, px; a smaller picture keeps its size.", ge=16, le=16384)
]
SmallKind = Annotated[Literal["webp", "png"], Query(description="PNG is for programs that read no WebP.")]
Side = Annotated[int, Query(description="Longer side of the picture, px.", ge=16, le=1024)]

# A file's id is the digest of its contents, so what it stands for never changes.
CACHE_FOREVER = {"Cache-Control": "private, max-age=31536000, immutable"}
# Endings and media types by `kind`.
_EXPORTS = {
    "jpeg": (".jpg", "image/jpeg"),
    "png": (".png", "image/png"),
    "webp": (".webp", "image/webp"),
    "tiff": (".tif", "image/tiff"),
}
# bytes: of a pixel in the largest kind of file.
_EXPORT_BYTES = 8
# Bytes of an upload after which the free space is checked again.
_CHECK_SPACE_EVERY = 64 * MB
# An uploaded file may be a web page: opened in a browser, it may load and run nothing.
_INERT = {"Content-Security-Policy": "default-src 'none'; sandbox"}
BINARY_BODY = {
    "requestBody": {
        "required": True,
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    }
}


def binary_response(media: str) -> Mapping[int | str, dict[str, object]]:
    """Return OpenAPI's description of a response that is a file of a media type."""
    return {200: {"content": {media: {"schema": {"type": "string", "format": "binary"}}}, "description": "The bytes."}}


class UploadedFile(File):
    """A file that was just uploaded.

    Attributes:
        recipe: the recipe in a picture that pinxit painted; null in any other file.
    """

    recipe: dict[str, Any] | None = None


@routes.post(
    "",
    status_code=201,
    responses={200: {"model": UploadedFile, "description": "The file was there already."}},
    openapi_extra=BINARY_BODY,
)
async def upload(request: Request, studio: AppStateDep, response: Response, name: Name = "") -> UploadedFile:
    """Upload a picture, a clip or a network. Its content decides which it is; the same content is the same file."""
    file, stored = await receive_file(request, studio, name)
    response.status_code = 201 if stored else 200
    return file


async def receive_file(request: Request, studio: AppState, name: str) -> tuple[UploadedFile, bool]:
    """Stream a request's body into the store, after a worker has inspected it.

    Args:
        request: the request.
        studio: its store and workers.
        name: what people call the file.

    Returns:
        The file, and whether the store needed it: because it is new, or was lost or damaged.

    Raises:
        PinxitError: when it is too large, when there is no room for it, or when it is no file that pinxit can use.
    """
    await anyio.to_thread.run_sync(studio.store.make_room, int(request.headers.get("content-length", "0")))
    with studio.store.files.new(studio.config.limits.upload_bytes) as incoming:
        buffer, checked = bytearray(), 0
        async for chunk in request.stream():
            buffer += chunk
            if len(buffer) >= MB:
                await anyio.to_thread.run_sync(incoming.write, bytes(buffer))
                buffer.clear()
            if incoming.bytes - checked >= _CHECK_SPACE_EVERY:
                # Other uploads come in at the same time, and not all of them declare their length.
                await anyio.to_thread.run_sync(studio.store.make_room, 0)
                checked = incoming.bytes
        file, stored = await studio.decode_limiter.run(_commit, studio, incoming, bytes(buffer), name)
    studio.metrics.received_bytes.inc(file.bytes)
    return file, stored


def _commit(studio: AppState, incoming: Incoming, rest: bytes, name: str) -> tuple[UploadedFile, bool]:
    incoming.write(rest)
    incoming.flush()
    facts = studio.task_pool.inspect(incoming.path)
    studio.store.make_room(0)
    file, stored = incoming.commit(name, facts)
    return UploadedFile(**file.model_dump(), recipe=facts.get("recipe")), stored


@routes.get("/{id}/about")
def about(id: FileId, studio: AppStateDep) -> File:
    """Describe a file: its name, kind, media type and size."""
    return studio.store.files.get(id)


@routes.get("/{id}", response_class=FileResponse, responses={**binary_response("*/*")})
def download(id: FileId, studio: AppStateDep) -> FileResponse:
    """Return a file's bytes, or a range of them."""
    file = studio.store.files.get(id)
    return FileResponse(
        studio.store.files.path(id), media_type=file.media, filename=file.name, headers={**CACHE_FOREVER, **_INERT}
    )


@routes.get("/{id}/export", response_class=StreamingResponse, responses={**binary_response("image/*")})
async def export(id: FileId, studio: AppStateDep, kind: ExportKind, side: ExportSide = None) -> StreamingResponse:
    """Return a picture as another kind of file, at most so large, with the recipe in it."""
    file = studio.store.files.get(id)
    if file.kind != "picture":
        raise Refused("only pictures are exported: download this file as it is.", "not_a_picture")
    await anyio.to_thread.run_sync(studio.store.make_room, (file.width or 0) * (file.height or 0) * _EXPORT_BYTES)
    written = await studio.decode_limiter.run(_export, studio, file, kind, side)
    ending, media = _EXPORTS[kind]
    return written_response(written, f"{file.name.rpartition('.')[0] or file.name}{ending}", media)


def written_response(written: BinaryIO, name: str, media: str) -> StreamingResponse:
    """Return an open file as a download, which closes it.

    Args:
        written: the file.
        name: what the browser saves it as.
        media: its media type.
    """
    headers = {**as_download(name), "Content-Length": str(written.seek(0, os.SEEK_END)), **_INERT}
    written.seek(0)
    return StreamingResponse(_chunks(written), media_type=media, headers=headers)


def as_download(name: str) -> dict[str, str]:
    """Return the header by which a browser saves a response under a name."""
    return {"Content-Disposition": f"attachment; filename*=utf-8''{quote(name)}"}


def _export(studio: AppState, file: File, kind: str, side: int | None) -> BinaryIO:
    """Return the exported picture as an open file without a name, which is gone when it is closed."""
    with studio.store.files.new() as place:
        studio.task_pool.export(studio.store.files.path(file.id), place.path, kind.upper(), side)
        return place.path.open("rb")


def _chunks(file: BinaryIO) -> Iterator[bytes]:
    with file:
        while chunk := file.read(MB):
            yield chunk


@routes.get("/{id}/thumbnail", response_class=Response, responses={**binary_response("image/webp")})
async def thumbnail(id: FileId, studio: AppStateDep, side: Side = 256) -> Response:
    """Return a small copy of a picture, or of a clip's first frame."""
    files = studio.store.files
    path = await anyio.to_thread.run_sync(files.path, id)
    webp = await anyio.to_thread.run_sync(files.thumbnails.find, id, side)
    if webp is None:
        webp = await studio.decode_limiter.run(
            files.thumbnails.get, id, side, lambda: studio.task_pool.thumbnail(path, side)
        )
    return Response(webp, media_type="image/webp", headers=CACHE_FOREVER)
