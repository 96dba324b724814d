"""The spec of a graded photograph."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from pinxit.grading import SKIN, STRENGTH
from pinxit.jobs.specs.base import MOST_STYLES, BaseSpec, InputSpec, SharedStyleSpec
from pinxit.recipe.recipe import Finite


class GradeSpec(BaseSpec):
    """Give a photograph the colours of other pictures; see `pinxit.grading.GradeRecipe`."""

    work: Literal["grade"] = "grade"
    content: InputSpec
    styles: tuple[SharedStyleSpec, ...] = Field(min_length=1, max_length=MOST_STYLES)
    strength: Finite = Field(STRENGTH, ge=0, le=1, description="How far the colours go.")
    skin: Finite = Field(SKIN, ge=0, le=1, description="How much of their colour the skins of people keep.")
