"""The page as Vite built it: every file is known by name before the first request, so that no path is ever made of one."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from fastapi import APIRouter, Request
from fastapi.responses import FileResponse, HTMLResponse, Response

from pinxit.studio.problems import Problem

BUILT = Path(__file__).parent / "page"
# Addresses within the page: it finds its way from there itself.
ROUTES = (
    "", "paint", "gallery", "jobs", "video", "live", "train", "textures", "patterns", "themes", "panoramas",
)  # fmt: skip
_MEDIA = {
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
# In the order of preference.
_PACKED = {"br": ".br", "gzip": ".gz"}
_FOREVER = "public, max-age=31536000, immutable"
_MISSING = (
    '<!doctype html><html lang="en"><meta charset="utf-8"><title>pinxit studio</title>'
    "<p>The studio’s page is not built yet: run <code>make studio</code> in the checkout.</p>"
)


def router(folder: Path = BUILT) -> APIRouter:
    """The routes that serve a built page.

    Args:
        folder: where the build wrote it.
    """
    files = _files(folder)
    routes = APIRouter(include_in_schema=False)

    def index(request: Request) -> Response:
        if "index.html" not in files:
            return HTMLResponse(_MISSING, 404)
        return _serve(files, "index.html", request)

    def file(name: str, request: Request) -> Response:
        if name not in files:
            raise Problem(404, "not_found", "there is nothing at this address.")
        return _serve(files, name, request)

    for route in ROUTES:
        routes.add_api_route(f"/{route}", index, methods=["GET", "HEAD"])
    routes.add_api_route("/{name:path}", file, methods=["GET", "HEAD"])
    return routes


def _files(folder: Path) -> dict[str, Path]:
    """Name within the page → the file; links are not followed out of it."""
    if not folder.is_dir():
        return {}
    return {
        path.relative_to(folder).as_posix(): path
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.is_symlink() and path.suffix in {*_MEDIA, *_PACKED.values()}
    }


def _serve(files: Mapping[str, Path], name: str, request: Request) -> Response:
    path = files[name]
    headers = {
        "Cache-Control": _FOREVER if name.startswith("assets/") else "no-cache",
        "Vary": "Accept-Encoding",
    }
    taken = {part.partition(";")[0].strip() for part in request.headers.get("accept-encoding", "").split(",")}
    for encoding, ending in _PACKED.items():
        if encoding in taken and name + ending in files:
            headers["Content-Encoding"] = encoding
            return FileResponse(files[name + ending], headers=headers, media_type=_MEDIA[path.suffix])
    return FileResponse(path, headers=headers, media_type=_MEDIA.get(path.suffix, "application/octet-stream"))
