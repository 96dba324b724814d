"""Blind comparison: two results of the same photograph and style, shown without saying how they were painted."""

from __future__ import annotations

import itertools
from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict

from pinxit.jobs import comparisons
from pinxit.jobs.answers import Answer, Choice, ResultId
from pinxit.jobs.comparisons import MOST_RESULTS, Comparison, picture_of
from pinxit.jobs.timestamps import now
from pinxit.recipe.recipe import Input
from pinxit.studio.config import API
from pinxit.studio.state import AppStateDep

routes = APIRouter(prefix=f"{API}/blind", tags=["blind comparison"])


class BlindResult(BaseModel):
    """A result without its name.

    Attributes:
        id: the result's id.
        picture: id of the file to show.
    """

    id: str
    picture: str


class BlindPair(BaseModel):
    """Two results to compare, A and B in random order.

    Attributes:
        content: the photograph.
        styles: the styles in which it was painted.
    """

    content: Input
    styles: list[Input]
    a: BlindResult
    b: BlindResult


class BlindPairs(BaseModel):
    """Pairs without an answer.

    Attributes:
        pairs: some of them.
        left: how many there are.
        answered: how many pairs have an answer.
    """

    pairs: list[BlindPair]
    left: int
    answered: int


class NewAnswer(BaseModel):
    """Which of two results is nearer to the painting.

    Attributes:
        a: the result that was shown as A.
        b: the result that was shown as B.
        answer: `a`, `b`, or `same`.
    """

    model_config = ConfigDict(extra="forbid")

    a: ResultId
    b: ResultId
    answer: Choice


class BlindCount(BaseModel):
    """How often each of two values of a setting was found nearer to the painting.

    Attributes:
        setting: its name.
        values: the two, as text.
        wins: how often the result with each of them was chosen.
        same: how often neither was.
    """

    model_config = ConfigDict(from_attributes=True)

    setting: str
    values: tuple[str, str]
    wins: tuple[int, int]
    same: int


class BlindCounts(BaseModel):
    """All answers by what differed: an answer counts for each setting in which the two results differed.

    Attributes:
        answered: how many pairs have an answer.
        counts: the most answered first.
    """

    answered: int
    counts: list[BlindCount]


@routes.get("/pairs")
def pairs(studio: AppStateDep, limit: Annotated[int, Query(ge=1, le=50)] = 10) -> BlindPairs:
    """List pairs to judge: the newest finished paintings that share photograph and style and differ in settings."""
    results, _ = studio.store.results.list(work="stylize", draft=False, limit=MOST_RESULTS)
    answers = studio.store.answers
    left = [comparison for comparison in comparisons.comparisons(results) if answers.get(comparison.pair) is None]
    shown = [_blind_pair(comparison) for comparison in itertools.islice(left, limit)]
    return BlindPairs(pairs=shown, left=len(left), answered=len(answers.all()))


@routes.post(
    "/answers", status_code=201, responses={200: {"model": Answer, "description": "The answer was there already."}}
)
def answer(new: NewAnswer, studio: AppStateDep, response: Response) -> Answer:
    """Record which result is nearer to the painting, in a file in the studio's folder; nothing is sent anywhere.

    Of two answers to the same pair the later one counts.
    """
    store = studio.store
    comparison = comparisons.comparison(store.results.get(new.a), store.results.get(new.b))
    if new.a != comparison.a.id:  # shown the other way round, by another program than the page
        swapped = {name: (b, a) for name, (a, b) in comparison.differed.items()}
        comparison = Comparison(comparison.b, comparison.a, swapped)
    recorded = Answer(
        time=now(),
        shown=(new.a, new.b),
        sha256=(picture_of(comparison.a), picture_of(comparison.b)),
        answer=new.answer,
        differed=comparison.differed,
    )
    before = store.answers.get(comparison.pair)
    if before is not None and before.model_copy(update={"time": recorded.time}) == recorded:
        response.status_code = 200
        return before
    store.make_room(len(recorded.model_dump_json()))
    store.answers.put(recorded)
    return recorded


@routes.get("/counts")
def counts(studio: AppStateDep) -> BlindCounts:
    """Count which values were found nearer to the painting, for each setting that differed."""
    answers = studio.store.answers.all()
    found = [BlindCount.model_validate(count) for count in comparisons.counts(answers)]
    return BlindCounts(answered=len(answers), counts=found)


def _blind_pair(comparison: Comparison) -> BlindPair:
    recipe = comparison.a.recipe or {}
    return BlindPair(
        content=_input(recipe["content"]),
        styles=[_input(style) for style in recipe["styles"]],
        a=BlindResult(id=comparison.a.id, picture=picture_of(comparison.a)),
        b=BlindResult(id=comparison.b.id, picture=picture_of(comparison.b)),
    )


def _input(entry: dict[str, object]) -> Input:
    return Input.model_validate({name: value for name, value in entry.items() if name in Input.model_fields})
