"""The spec of a trained network."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from pinxit.jobs.specs.base import MOST_STYLES, BaseSpec, SharedStyleSpec
from pinxit.recipe.recipe import Finite
from pinxit.training import STEPS, STYLE_WEIGHT


class TrainSpec(BaseSpec):
    """Train a network on one style."""

    work: Literal["train"] = "train"
    styles: tuple[SharedStyleSpec, ...] = Field(min_length=1, max_length=MOST_STYLES)
    steps: int = Field(STEPS, ge=1, le=100_000)
    style_weight: Finite = Field(STYLE_WEIGHT, gt=0, le=1e6)
