"""The page as Vite built it.

Its files are listed once, before the first request, so that no request is ever turned into a path.
"""

from __future__ import annotations

import gzip
from collections.abc import Mapping
from pathlib import Path

from fastapi import APIRouter, Request
from fastapi.responses import FileResponse, HTMLResponse, Response

from pinxit.studio.api_errors import ApiError
from pinxit.works import PAGES

BUILD_FOLDER = Path(__file__).parent / "page"
# Addresses that all serve the page, whose own router shows the right view.
ROUTES = tuple(dict.fromkeys(("", *PAGES.values(), "gallery", "taste", "jobs", "blind")))
_MEDIA_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".ico": "image/x-icon",
    ".jpg": "image/jpeg",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".mjs": "text/javascript; charset=utf-8",
    ".onnx": "application/octet-stream",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".wasm": "application/wasm",
    ".webmanifest": "application/manifest+json",
    ".webp": "image/webp",
    ".woff2": "font/woff2",
}
_GZIP = ".gz"
# Content encoding → file suffix, the preferred first.
_ENCODINGS = {"br": ".br", "gzip": _GZIP}
_FOREVER = "public, max-age=31536000, immutable"
_NOT_BUILT_PAGE = (
    '<!doctype html><html lang="en"><meta charset="utf-8"><title>pinxit studio</title>'
    "<p>The studio’s page is not built yet: run <code>make studio</code> in the checkout.</p>"
)


def router(folder: Path = BUILD_FOLDER) -> APIRouter:
    """Return the routes that serve a built page, from the folder into which it was built."""
    files = _find_files(folder)
    routes = APIRouter(include_in_schema=False)

    def index(request: Request) -> Response:
        if "index.html" not in files:
            return HTMLResponse(_NOT_BUILT_PAGE, 404)
        return _serve(files, "index.html", request)

    def file(name: str, request: Request) -> Response:
        if name not in files and name + _GZIP not in files:
            raise ApiError(404, "not_found", "there is nothing at this address.")
        return _serve(files, name, request)

    for route in ROUTES:
        routes.add_api_route(f"/{route}", index, methods=["GET", "HEAD"])
    routes.add_api_route("/{name:path}", file, methods=["GET", "HEAD"])
    return routes


def _find_files(folder: Path) -> dict[str, Path]:
    """Return the files by their names within the page; links, which may lead out of it, are left out."""
    if not folder.is_dir():
        return {}
    return {
        path.relative_to(folder).as_posix(): path
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.is_symlink() and path.suffix in {*_MEDIA_TYPES, *_ENCODINGS.values()}
    }


def _serve(files: Mapping[str, Path], name: str, request: Request) -> Response:
    media_type = _MEDIA_TYPES.get(Path(name).suffix, "application/octet-stream")
    headers = {
        "Cache-Control": _FOREVER if name.startswith("assets/") else "no-cache",
        "Vary": "Accept-Encoding",
    }
    accepted = {part.partition(";")[0].strip() for part in request.headers.get("accept-encoding", "").split(",")}
    for encoding, suffix in _ENCODINGS.items():
        if encoding in accepted and name + suffix in files:
            headers["Content-Encoding"] = encoding
            return FileResponse(files[name + suffix], headers=headers, media_type=media_type)
    if name not in files:  # only its compressed form was built, and the client does not accept that
        return Response(gzip.decompress(files[name + _GZIP].read_bytes()), headers=headers, media_type=media_type)
    return FileResponse(files[name], headers=headers, media_type=media_type)
