"""Taste: what the person likes and dislikes, and pictures ordered by it. The profile never leaves the studio's folder."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from pinxit.design.taste import Taste
from pinxit.jobs.specs.base import InputSpec
from pinxit.recipe.recipe import Input
from pinxit.studio.config import API
from pinxit.studio.state import AppState, AppStateDep

routes = APIRouter(prefix=f"{API}/taste", tags=["taste"])

# s: a picture that is measured for the first time takes a tenth of a second or more; other requests wait at most so long.
_SECONDS = 2.0


class TasteProfile(BaseModel):
    """The pictures that the person rated, in the order of their ratings."""

    liked: list[Input]
    disliked: list[Input]


class Rating(BaseModel):
    """A rating of a picture.

    Attributes:
        picture: the picture.
        rating: null forgets it.
    """

    model_config = ConfigDict(extra="forbid")

    picture: InputSpec
    rating: Literal["like", "dislike"] | None


class Candidates(BaseModel):
    """The pictures to order."""

    model_config = ConfigDict(extra="forbid")

    pictures: Annotated[tuple[InputSpec, ...], Field(min_length=1, max_length=500)]


class Share(BaseModel):
    """One of the pictures that suit the person best, and its share in a mixture of them."""

    index: int
    share: float


class Ranking(BaseModel):
    """How much the person would like pictures.

    Attributes:
        scores: of each picture; higher is better, 0 is neutral, null is unknown.
        mixture: those to mix, the best first.
        left: how many pictures are still to be measured: ask again.
    """

    scores: list[float | None]
    mixture: list[Share]
    left: int


@routes.get("")
def profile(studio: AppStateDep) -> TasteProfile:
    """Return the pictures that were liked and disliked."""
    return _answer(studio.taste.profile())


@routes.put("/ratings")
async def rate(new: Rating, studio: AppStateDep) -> TasteProfile:
    """Like or dislike a picture, or forget its rating."""
    return await studio.paint_limiter.run(_rate, studio, new)


@routes.delete("", status_code=204)
def forget(studio: AppStateDep) -> None:
    """Delete the whole profile."""
    studio.taste.forget()


@routes.post("/rank")
async def rank(wanted: Candidates, studio: AppStateDep) -> Ranking:
    """Order pictures by taste. It only reads: what is measured is kept for the next time."""
    scores, mixture, left = await studio.paint_limiter.run(studio.taste.rank, wanted.pictures, _SECONDS)
    return Ranking(scores=scores, mixture=[Share(index=at, share=share) for at, share in mixture], left=left)


def _rate(studio: AppState, new: Rating) -> TasteProfile:
    liked = None if new.rating is None else new.rating == "like"
    return _answer(studio.taste.rate(new.picture, liked))


def _answer(known: Taste) -> TasteProfile:
    liked, disliked = (
        [Input(name=one.name, sha256=one.sha256, bytes=one.bytes) for one in side]
        for side in (known.liked, known.disliked)
    )
    return TasteProfile(liked=liked, disliked=disliked)
