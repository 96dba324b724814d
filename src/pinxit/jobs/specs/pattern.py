"""The spec of a repeating pattern."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from pinxit.jobs.specs.base import SynthesisSpec
from pinxit.recipe.recipe import Finite
from pinxit.surface.pattern import Repeat

Color = Annotated[
    str, Field(pattern=r"^#[0-9a-f]{6}$", max_length=7), BeforeValidator(lambda text: str(text)[:8].lower())
]


class PatternSpec(SynthesisSpec):
    """Paint one repeat of a pattern, its colourways, and a sheet that shows the repeats side by side."""

    work: Literal["pattern"] = "pattern"
    repeat: Repeat = "straight"
    height: int = Field(1024, ge=64, le=8192, description="Of one repeat, px.")
    width: int = Field(1024, ge=64, le=8192, description="Of one repeat, px.")
    dpi: Finite = Field(300.0, ge=10, le=2400)
    palettes: tuple[Annotated[tuple[Color, ...], Field(min_length=2, max_length=24)], ...] = Field((), max_length=12)
    sheet: bool = False

    @classmethod
    def _normalized(cls, data: dict[str, Any]) -> dict[str, Any]:
        palette = data.pop("palette", None)
        if palette:
            data = {"palettes": [palette], **data}
        return super()._normalized(data)
