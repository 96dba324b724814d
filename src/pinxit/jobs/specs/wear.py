"""The spec of a dressed photograph."""

from __future__ import annotations

from typing import Annotated, Literal, Self, cast

from pydantic import Field, model_validator

from pinxit.design.garment import GarmentOptions, GarmentRecipe, Side
from pinxit.errors import PinxitError
from pinxit.jobs.specs.base import MOST_STYLES, InputSpec, SettingsSpec
from pinxit.recipe.recipe import Finite
from pinxit.version import __version__


class WearSpec(SettingsSpec):
    """Put a pattern or a style on a garment, a wall or a sofa; see `pinxit.design.garment.GarmentRecipe`."""

    work: Literal["wear"] = "wear"
    photo: InputSpec
    mask: InputSpec = Field(description="White for the part to dress.")
    patterns: tuple[InputSpec, ...] = Field((), max_length=MOST_STYLES)
    styles: tuple[InputSpec, ...] = Field((), max_length=MOST_STYLES)
    scale: Finite = Field(0.3, ge=0.01, le=20, description="Width of one repeat, in widths of the masked part.")
    angle: Finite = Field(0.0, ge=-360, le=360)
    hue: Finite = Field(0.0, ge=-360, le=360)
    folds: Finite = Field(1.0, ge=0, le=10)
    shading: Finite = Field(1.0, ge=0, le=3)
    printed: bool = False
    corners: tuple[Annotated[tuple[Side, ...], Field(min_length=2, max_length=2)], ...] | None = Field(
        None, min_length=4, max_length=4, description="Of a wall, px, clockwise from its upper left."
    )
    variations: int | None = Field(None, ge=1, le=60)
    cell: int = Field(360, ge=64, le=2048)

    @model_validator(mode="after")
    def _is_a_recipe(self) -> Self:
        if self.patterns and self.settings:
            raise ValueError(f"{next(iter(self.settings))} is for the engine, which paints a style: leave it out")
        if self.init == "picture":
            raise ValueError("a garment does not start from a picture: leave init out")
        pictures = self.model_dump(mode="json", include={"photo", "mask", "patterns", "styles"})
        try:
            GarmentRecipe.make(pinxit=__version__, **pictures, **self.options)
        except PinxitError as error:
            raise ValueError(str(error)) from error
        return self

    @property
    def options(self) -> GarmentOptions:
        """The chosen options of the design."""
        chosen = {name: getattr(self, name) for name in GarmentOptions.__annotations__ if name in self.model_fields_set}
        return cast(GarmentOptions, chosen)
