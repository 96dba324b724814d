"""Textures: a new picture in a style's manner, which may meet itself on all sides, and the maps that light it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from pinxit import inputs
from pinxit.job import StyleImage
from pinxit.picture import Picture, resize
from pinxit.picture.calm import calmest
from pinxit.picture.progress import Progress
from pinxit.picture.recipe import MAX_SIZE, Recipe
from pinxit.picture.wrap import WRAPS
from pinxit.surface.maps import MapName, map_of
from pinxit.synthesis import Synthesis, prepare_synthesis, prepare_synthesis_again

# Below this there is no room for a motif and its neighbour.
LEAST_SIZE = 64


class TextureRecipe(BaseModel):
    """All that decides a texture.

    Attributes:
        height, width: of the texture, px; it is painted at the nearest size at which its borders meet evenly.
        maps: whether normal, height and roughness maps were made with it.
        map: which of the maps the file is; None for the texture itself.
        painted: how it was painted.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    work: Literal["texture"] = "texture"
    height: int = Field(ge=LEAST_SIZE, le=MAX_SIZE)
    width: int = Field(ge=LEAST_SIZE, le=MAX_SIZE)
    maps: bool = False
    map: MapName | None = None
    painted: Recipe

    def to_json(self) -> str:
        """As JSON text."""
        return self.model_dump_json()


@dataclass(frozen=True)
class Texture(Synthesis):
    """A texture to be painted; driven like a `pinxit.job.Job`.

    Attributes:
        job: what paints it.
        recipe: of the file that is wanted.
    """

    recipe: TextureRecipe

    def result(self, progress: Progress) -> tuple[Picture, TextureRecipe]:
        """The file as it stands at `progress`, and the recipe that makes exactly it again."""
        picture, painted = self.job.result(progress)
        wrap = WRAPS[painted.wrap]
        texture = calmest(resize(picture, self.recipe.height, self.recipe.width, wrap), wrap)
        recipe = self.recipe.model_copy(update={"painted": painted})
        return texture if recipe.map is None else map_of(texture, recipe.map, wrap), recipe

    def map(self, name: MapName) -> Texture:
        """The same, to be one of its maps."""
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
    **options: Any,
) -> Texture:
    """A texture in the manner of one or several pictures.

    Args:
        styles: whose manner it has.
        height, width: px.
        tile: whether it meets itself on all sides.
        maps: whether maps are wanted; see `pinxit.surface.maps`.
        like: a picture to guide its structure.
        encoder_weights: a local checkpoint of the encoder.
        options: any of the settings but `size` and `wrap`.

    Raises:
        PinxitError: one sentence for the first thing wrong.
    """
    wrap = "both" if tile else "none"
    job = prepare_synthesis(styles, height, width, like=like, encoder_weights=encoder_weights, wrap=wrap, **options)
    return Texture(job, TextureRecipe(height=height, width=width, maps=maps, painted=job.recipe))


def prepare_texture_again(
    recipe: TextureRecipe,
    *,
    look_in: Iterable[Path] = (),
    encoder_weights: str | Path | None = None,
    **changes: Any,
) -> Texture:
    """The texture that a recipe describes, `changes` among its settings; a new `size` is its longer side."""
    height, width = recipe.height, recipe.width
    size = changes.pop("size", None)
    if size is not None:
        # What is no size is refused where every setting is read.
        longer = recipe.painted.change({"size": size}).size
        height, width = (max(LEAST_SIZE, round(side * longer / max(height, width))) for side in (height, width))
    job = prepare_synthesis_again(
        recipe.painted, height, width, look_in=look_in, encoder_weights=encoder_weights, **changes
    )
    return Texture(job, recipe.model_copy(update={"height": height, "width": width}))
