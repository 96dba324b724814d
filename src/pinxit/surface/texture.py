"""Textures: a new picture in a style, which may be a seamless tile, and the maps for lighting it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Unpack

from pydantic import BaseModel, ConfigDict, Field

from pinxit import inputs
from pinxit.image import Picture, resize
from pinxit.image.seam_position import cut_at_calmest
from pinxit.image.wrap import WRAPS, WrapName
from pinxit.preparation import StyleImage
from pinxit.recipe.options import SettingsOptions
from pinxit.recipe.progress import Progress
from pinxit.recipe.recipe import MAX_SIZE, Recipe
from pinxit.surface.maps import MapName, map_of
from pinxit.synthesis import Preparing, Synthesis, ignore, prepare_synthesis, synthesis_from_recipe

# px: a smaller texture has no room for a motif and its neighbour.
LEAST_SIZE = 64


class TextureRecipe(BaseModel):
    """Everything that decides a texture.

    Attributes:
        height, width: size of the texture, px; it is painted at the nearest size at which its borders meet evenly.
        maps: whether normal, height and roughness maps are made as well.
        map: the map that the file contains; None for the texture itself.
        painted: recipe of the painting.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    work: Literal["texture"] = "texture"
    height: int = Field(ge=LEAST_SIZE, le=MAX_SIZE)
    width: int = Field(ge=LEAST_SIZE, le=MAX_SIZE)
    maps: bool = False
    map: MapName | None = None
    painted: Recipe

    def to_json(self) -> str:
        """Return the recipe as JSON text."""
        return self.model_dump_json()


@dataclass(frozen=True)
class Texture(Synthesis):
    """A texture to paint, with the interface of `pinxit.job.Job`.

    Attributes:
        job: the job that paints it.
        recipe: recipe of the file.
    """

    recipe: TextureRecipe

    def result(self, progress: Progress) -> tuple[Picture, TextureRecipe]:
        """Return the file's picture at `progress`, and the recipe that makes exactly this picture again."""
        picture, painted = self.job.result(progress)
        wrap = WRAPS[painted.wrap]
        texture = cut_at_calmest(resize(picture, self.recipe.height, self.recipe.width, wrap), wrap)
        recipe = self.recipe.model_copy(update={"painted": painted})
        return texture if recipe.map is None else map_of(texture, recipe.map, wrap), recipe

    def map(self, name: MapName) -> Texture:
        """Return the same texture with one of its maps as the result."""
        return Texture(self.job, self.recipe.model_copy(update={"map": name}))


def prepare_texture(
    styles: Sequence[inputs.PictureLike | StyleImage],
    height: int = 1024,
    width: int = 1024,
    *,
    tile: bool = False,
    maps: bool = False,
    like: inputs.PictureLike | None = None,
    encoder_weights: str | Path | None = None,
    on_preparing: Preparing = ignore,
    **options: Unpack[SettingsOptions],
) -> Texture:
    """Prepare a texture in the style of one or several pictures.

    Args:
        styles: the style images.
        height: px.
        width: px.
        tile: whether it is a seamless tile.
        maps: whether maps are made as well; see `pinxit.surface.maps`.
        like: a picture whose structure guides it.
        encoder_weights: a local checkpoint of the encoder.
        on_preparing: see `pinxit.synthesis.prepare_synthesis`.
        options: any of the settings but `size` and `wrap`.

    Raises:
        PinxitError: one sentence for the first thing wrong.
    """
    wrap: WrapName = "both" if tile else "none"
    # A `wrap` among the options is refused by Python, rather than overridden.
    job = prepare_synthesis(
        styles,
        height,
        width,
        like=like,
        encoder_weights=encoder_weights,
        on_preparing=on_preparing,
        wrap=wrap,
        **options,  # type: ignore[misc]
    )
    return Texture(job, TextureRecipe(height=height, width=width, maps=maps, painted=job.recipe))


def texture_from_recipe(
    recipe: TextureRecipe,
    *,
    look_in: Iterable[Path] = (),
    encoder_weights: str | Path | None = None,
    **changes: Unpack[SettingsOptions],
) -> Texture:
    """Prepare the texture that a recipe describes.

    Args:
        recipe: the recipe.
        look_in: folders to search for the style images.
        encoder_weights: a local checkpoint of the encoder.
        changes: changed settings; `size` is the longer side of the texture.

    Raises:
        PinxitError: when a style image cannot be found, or a setting is not allowed.
    """
    height, width = recipe.height, recipe.width
    size = changes.pop("size", None)
    if size is not None:
        # Changing the recipe validates the size.
        longer = recipe.painted.change({"size": size}).size
        height, width = (max(LEAST_SIZE, round(side * longer / max(height, width))) for side in (height, width))
    job = synthesis_from_recipe(
        recipe.painted, height, width, look_in=look_in, encoder_weights=encoder_weights, **changes
    )
    return Texture(job, recipe.model_copy(update={"height": height, "width": width}))
