"""The spec of a set of sprites."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import Field, model_validator

from pinxit.jobs.specs.base import MOST_STYLES, InputSpec, SettingsSpec, StyleSpec
from pinxit.surface.sprites import MOST_SPRITES

Cell = Annotated[int, Field(ge=1, le=8192)]


class SpritesSpec(SettingsSpec):
    """Paint a set of sprites, or of sheets of them, in one style; see `pinxit.surface.sprites.SpritesRecipe`."""

    work: Literal["sprites"] = "sprites"
    sprites: tuple[InputSpec, ...] = Field(
        min_length=1, max_length=MOST_SPRITES, description="A nine-patch is recognised by its name, NAME.9.png."
    )
    styles: tuple[StyleSpec, ...] = Field(min_length=1, max_length=MOST_STYLES)
    grid: tuple[Cell, Cell] | None = Field(None, description="Width and height of a sheet's cells, px.")

    renamed: ClassVar[dict[str, str]] = {"members": "sprites"}

    @classmethod
    def _normalized(cls, data: dict[str, Any]) -> dict[str, Any]:
        # A recipe's content is the one sprite of the set that it came with.
        return {name: value for name, value in data.items() if name != "content"}

    @model_validator(mode="after")
    def _is_a_set(self) -> Self:
        seen: set[str] = set()
        for sprite in self.sprites:
            if not sprite.sha256:
                raise ValueError(f"{sprite.name[:64]} is no sprite: upload a file")
            if sprite.sha256 in seen:
                raise ValueError(f"{sprite.name[:64]} is in the set twice: give each picture once")
            seen.add(sprite.sha256)
        if self.wrap != "none":
            raise ValueError("the borders of a sprite do not meet: leave wrap out")
        if self.init == "picture":
            raise ValueError("sprites are painted together and do not start from a picture: leave init out")
        if any(style.region is not None for style in self.styles):
            raise ValueError("sprites have no regions: leave region out")
        return self
