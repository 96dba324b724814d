"""The style shelf: own styles, favourites and tags."""

from __future__ import annotations

from fastapi import APIRouter
from pydantic import BaseModel

from pinxit.jobs.shelf import ShelfEntry
from pinxit.studio.config import API
from pinxit.studio.state import AppStateDep

routes = APIRouter(prefix=f"{API}/shelf", tags=["styles"])


class ShelfList(BaseModel):
    """The entries of the shelf, the latest first."""

    entries: list[ShelfEntry]


@routes.get("")
def shelf(studio: AppStateDep) -> ShelfList:
    """Return everything on the shelf. Its files are never removed to make room."""
    return ShelfList(entries=studio.shelf.all())


@routes.put("/entries")
def put(entry: ShelfEntry, studio: AppStateDep) -> ShelfList:
    """Replace what is known of one style; an entry without anything is removed."""
    if entry.picture.sha256 and not entry.is_empty:
        studio.store.files.get(entry.picture.sha256)
    return ShelfList(entries=studio.shelf.put(entry))
