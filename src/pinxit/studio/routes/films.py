"""Frames of a film: to choose from, one of them painted, and what a key or a region changes in the frames around it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field

from pinxit.jobs.files import File
from pinxit.jobs.specs.video import VideoSpec
from pinxit.studio.config import API
from pinxit.studio.state import AppState, AppStateDep

routes = APIRouter(prefix=f"{API}/films", tags=["films"])

Number = Annotated[int, Field(ge=1, le=10_000_000)]


class FilmPart(BaseModel):
    """A film whose frames are to be shown.

    Attributes:
        order: the film's order; its clip, start and end matter.
        count: how many frames, spread evenly.
        side: longer side of their pictures, px.
        also: numbers of more frames, from 1.
    """

    model_config = ConfigDict(extra="forbid")

    order: VideoSpec
    count: int = Field(9, ge=1, le=48)
    side: int = Field(256, ge=32, le=512)
    also: tuple[Number, ...] = Field((), max_length=48)


class FilmKey(BaseModel):
    """A frame of a film.

    Attributes:
        order: the film's order.
        number: the frame's number, from 1.
    """

    model_config = ConfigDict(extra="forbid")

    order: VideoSpec
    number: Number


class FilmFrame(BaseModel):
    """A frame's picture.

    Attributes:
        number: the frame's number, from 1.
        picture: a WebP in Base64.
    """

    number: int
    picture: str


class StripFrame(FilmFrame):
    """A frame of the clip.

    Attributes:
        seconds: its time in the clip, s.
    """

    seconds: float


class FilmStrip(BaseModel):
    """Frames of the part of a clip that is painted.

    Attributes:
        count: how many frames the part has.
        frames: some of them, spread evenly.
    """

    count: int
    frames: list[StripFrame]


@routes.post("/strip")
async def strip(request: Request, part: FilmPart, studio: AppStateDep) -> FilmStrip:
    """Return frames of the clip, unpainted, with the numbers by which `keys` and `keyframes` name them."""
    found = await studio.paint_limiter.run(
        studio.task_pool.film_strip,
        part.order,
        part.count,
        part.side,
        part.also,
        is_disconnected=request.is_disconnected,
    )
    return FilmStrip.model_validate(found)


@routes.post("/effect")
async def effect(request: Request, wanted: FilmKey, studio: AppStateDep) -> list[FilmFrame]:
    """Paint frames around a key small, by the network, as the order's keys make them; it makes no job and keeps nothing."""
    found = await studio.paint_limiter.run(
        studio.task_pool.film_effect, wanted.order, wanted.number, is_disconnected=request.is_disconnected
    )
    return [FilmFrame.model_validate(one) for one in found]


@routes.post("/regions")
async def regions(request: Request, wanted: FilmKey, studio: AppStateDep) -> list[FilmFrame]:
    """Paint frames around one on which a region is drawn, by the network, with the regions followed; it keeps nothing."""
    found = await studio.paint_limiter.run(
        studio.task_pool.film_regions, wanted.order, wanted.number, is_disconnected=request.is_disconnected
    )
    return [FilmFrame.model_validate(one) for one in found]


@routes.post("/key", status_code=201)
async def key(wanted: FilmKey, studio: AppStateDep) -> File:
    """Paint a frame by itself, by the network and at the film's size, and store it: to be edited, and given back as a key."""
    return await studio.paint_limiter.run(_key, studio, wanted)


def _key(studio: AppState, wanted: FilmKey) -> File:
    png = studio.task_pool.film_key(wanted.order, wanted.number)
    return studio.store_made(f"frame_{wanted.number:04}.png", png)
