"""The spec of a sheet of variations."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from pinxit.jobs.specs.base import PaintingSpec, check_size
from pinxit.recipe.recipe import LONGEST_TEXT, Finite, Settings

MOST_CELLS, MOST_VARIED = 25, 2
# The largest setting is a seed, which has 63 bits.
Value = Annotated[Finite, Field(ge=-(2.0**63), le=2.0**63)]


class SweepSpec(PaintingSpec):
    """Paint a picture several times on one labelled sheet, varying one or two settings."""

    work: Literal["sweep"] = "sweep"
    vary: dict[
        Annotated[str, Field(max_length=64)],
        Annotated[tuple[Value | Annotated[str, Field(max_length=LONGEST_TEXT)], ...], Field(max_length=64)],
    ] = Field(min_length=1, max_length=MOST_VARIED)

    @model_validator(mode="after")
    def _fits_on_a_sheet(self) -> Self:
        cells = 1
        for name, values in self.vary.items():
            if name not in Settings.model_fields.keys() - {"memory", "device", "precision"}:
                raise ValueError(f"{name[:40]!r} is not a setting that can be varied")
            if not values:
                raise ValueError(f"no values are given for {name}")
            if name == "init" and "picture" in values:
                raise ValueError("init cannot be varied with a picture among its values")
            cells *= len(values)
        if cells > MOST_CELLS:
            raise ValueError(f"these are {cells} pictures, a sheet holds {MOST_CELLS}: vary less")
        for cell in self.cells():
            check_size(cell)
        return self

    def cells(self) -> list[dict[str, Any]]:
        """Return the settings of each picture; the last varied setting changes fastest."""
        cells: list[dict[str, Any]] = [{}]
        for name, values in self.vary.items():
            cells = [{**cell, name: value} for cell in cells for value in values]
        return [{"preset": "draft", **self.settings, **cell} for cell in cells]
