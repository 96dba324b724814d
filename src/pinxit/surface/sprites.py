"""Style transfer for a set of sprites, painted alike: a job whose content image is a canvas with all of them on it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Annotated, Literal, Unpack

import numpy as np
from pydantic import Field

from pinxit import inputs
from pinxit.errors import PinxitError
from pinxit.image import Picture, resize
from pinxit.image.high_bit_depth import white_of
from pinxit.image.reader import bytes_of, open_image, translate_read_errors
from pinxit.job import Job
from pinxit.layout import FLAT, Layout
from pinxit.preparation import StyleImage, job_from_recipe, prepare
from pinxit.recipe.inputs import JobInputs
from pinxit.recipe.options import SettingsOptions
from pinxit.recipe.recipe import Input, Recipe, Settings
from pinxit.surface.atlas import AtlasCanvas, lay_out
from pinxit.surface.edges import settle

if TYPE_CHECKING:
    from pinxit.encoder.vgg import Encoder
    from pinxit.network.weights import NetworkWeights
    from pinxit.optimize.progress import OptimizerProgress
    from pinxit.optimize.state import State
    from pinxit.recipe.progress import Progress

Window = tuple[slice, slice]
# Each sprite's recipe lists the whole set, with a hundred bytes for each member.
MOST_SPRITES = 1000
_NINE_PATCH = ".9.png"
_DEEP_GRAY = ("I", "I;16", "I;16B", "I;16L", "I;16N")


class SpritesRecipe(Recipe):
    """A recipe whose `content` is one sprite of a set.

    Its `size` is the longer side to which smaller sprites are enlarged, by a whole factor.

    Attributes:
        members: the whole set, which was painted together.
        grid: width and height of a sheet's cells, px; None where sprites are no sheets.
    """

    work: Literal["sprites"] = "sprites"
    members: tuple[Input, ...] = Field(min_length=1, max_length=MOST_SPRITES)
    grid: tuple[Annotated[int, Field(ge=1)], Annotated[int, Field(ge=1)]] | None = None


@dataclass(frozen=True, eq=False)
class Sprite:
    """A sprite, or a sheet of them.

    Attributes:
        path: its file.
        picture: the picture in it.
        entry: its entry in a recipe.
        bits: bits a channel of its file.
        border: px around the picture that hold marks: 1 for a nine-patch, else 0.
    """

    path: Path
    picture: Picture
    entry: Input
    bits: Literal[8, 16]
    border: int

    @property
    def empty(self) -> bool:
        """Whether it is fully transparent."""
        return self.picture.alpha is not None and not self.picture.alpha.any()

    def cells(self, grid: tuple[int, int] | None) -> Iterator[Window]:
        """Yield rows and columns of the cells that are not fully transparent; each cell is painted by itself.

        Raises:
            PinxitError: when the grid does not divide the sheet.
        """
        height, width = self.picture.height, self.picture.width
        across, down = (width, height) if grid is None or self.border else grid
        if width % across or height % down:
            raise PinxitError(
                f"{self.entry.name} has {width}×{height} px, which cells of {across}×{down} px do not divide: "
                "give --grid the width and height of one cell."
            )
        for top in range(0, height, down):
            for left in range(0, width, across):
                cell = (
                    slice(top + self.border, top + down - self.border),
                    slice(left + self.border, left + across - self.border),
                )
                if self.picture.alpha is None or self.picture.alpha[cell].any():
                    yield cell


def read_sprite(path: Path, name: str = "") -> Sprite:
    """Read a sprite with its depth, and the marks of a nine-patch exactly as in the file.

    Args:
        path: its file.
        name: the file's original name, if it differs from the present one.

    Raises:
        PinxitError: when it is not a picture.
    """
    picture, entry = inputs.load(path, 0)
    content = bytes_of(path)
    with translate_read_errors(str(path), content), open_image(content) as image:
        bits: Literal[8, 16] = 16 if white_of(image, content) or image.mode in _DEEP_GRAY else 8
        raw = np.asarray(image.convert("RGBA"), np.float32) / 255 if (name or path.name).endswith(_NINE_PATCH) else None
    if raw is None or min(raw.shape[:2]) < 3 or raw.shape[:2] != (picture.height, picture.width):
        return Sprite(path, picture, entry, bits, 0)
    # The marks keep their colours under full transparency, too, which the reader replaces.
    marks = np.ones(raw.shape[:2], bool)
    marks[1:-1, 1:-1] = False
    pixels = np.where(marks, raw[..., :3].transpose(2, 0, 1), picture.pixels)
    return Sprite(path, picture.with_pixels(np.ascontiguousarray(pixels)), entry, bits, 1)


@dataclass(frozen=True)
class CanvasLayout(Layout):
    """The layout of a set of sprites: a canvas of all, painted at its own size with strokes scaled to one sprite.

    Attributes:
        size: the canvas's longer side, px.
        stroke: the longer side, px, that the style's strokes are scaled to: the median of the pieces'.
    """

    size: int
    stroke: float

    def paint_by_network(
        self, recipe: Recipe, ingredients: JobInputs, networks: Mapping[str, NetworkWeights]
    ) -> Iterator[Progress]:
        """Paint the canvas by feed-forward networks."""
        return FLAT.paint_by_network(self._for_canvas(recipe), ingredients, networks)

    def paint_by_optimizer(
        self, recipe: Recipe, encoder: Encoder, ingredients: JobInputs, state: State | None
    ) -> Iterator[OptimizerProgress]:
        """Paint the canvas by the optimiser."""
        return FLAT.paint_by_optimizer(self._for_canvas(recipe), encoder, ingredients, state)

    def _for_canvas(self, recipe: Recipe) -> Recipe:
        """Return the recipe for the canvas. A sprite counts as half a picture: the coarsest scale has half the side."""
        coarsest = max(1, round(recipe.coarsest / 2 * self.size / self.stroke))
        scale = recipe.style_scale * self.stroke / self.size
        return recipe.model_copy(update={"size": self.size, "style_scale": scale, "coarsest": coarsest})


@dataclass(frozen=True, kw_only=True)
class SpritesJob(Job):
    """A job that paints a set of sprites; see `Job`.

    Attributes:
        sprites: the set.
        canvas: all of them, laid out.
        pieces: for each sprite its cells, each with the number of its spot on the canvas.
    """

    recipe: SpritesRecipe
    sprites: tuple[Sprite, ...]
    canvas: AtlasCanvas
    pieces: tuple[tuple[tuple[Window, int], ...], ...]

    @property
    def notes(self) -> list[str]:
        """Notes for the person, see `Job`; on every sprite, not on the canvas."""
        own = [f"{sprite.entry.name} {note}" for sprite in self.sprites for note in sprite.picture.notes]
        return own + super().notes

    @property
    def sprite(self) -> Sprite:
        """The sprite that is the recipe's content, and the result."""
        return next(sprite for sprite in self.sprites if sprite.entry == self.recipe.content)

    def result(self, progress: Progress) -> tuple[Picture, SpritesRecipe]:
        """Return the painted sprite, and the recipe that makes exactly this picture again."""
        canvas, recipe = super().result(progress)
        assert isinstance(recipe, SpritesRecipe)  # noqa: S101 - for the type checker
        return self._cut(canvas, self.sprites.index(self.sprite)), recipe

    def results(self, progress: Progress) -> Iterator[tuple[Sprite, Picture, SpritesRecipe]]:
        """Yield every sprite of the set, its painted picture, and the recipe that makes it again."""
        canvas, recipe = super().result(progress)
        for number, sprite in enumerate(self.sprites):
            own = recipe.model_copy(update={"content": sprite.entry})
            assert isinstance(own, SpritesRecipe)  # noqa: S101 - for the type checker
            yield sprite, self._cut(canvas, number), own

    def of(self, sprite: Sprite) -> SpritesJob:
        """Return the same job with another sprite as the result."""
        return replace(self, recipe=self.recipe.model_copy(update={"content": sprite.entry}))

    def _cut(self, canvas: Picture, number: int) -> Picture:
        """Cut a sprite from the painted canvas, at its own size and with its own transparency."""
        own = self.sprites[number].picture
        pixels = own.pixels.copy()
        canvas = resize(canvas, self.canvas.picture.height, self.canvas.picture.width)
        for cell, piece in self.pieces[number]:
            spot = self.canvas.spots[piece]
            height, width = (span.stop - span.start for span in cell)
            alpha = None if own.alpha is None else own.alpha[cell]
            large = resize(_cell(own, cell), spot.height, spot.width)
            painted = resize(large.with_pixels(canvas.pixels[:, *spot.window]), height, width).pixels
            pixels[:, *cell] = painted if alpha is None else settle(painted, alpha)
        return own.with_pixels(pixels)


def prepare_sprites(
    sprites: Sequence[Sprite],
    style: inputs.PictureLike | StyleImage | Sequence[inputs.PictureLike | StyleImage],
    *,
    grid: tuple[int, int] | None = None,
    encoder_weights: str | Path | None = None,
    **options: Unpack[SettingsOptions],
) -> SpritesJob:
    """Check the options, read the styles, and make the recipe; see `pinxit.prepare`.

    Args:
        sprites: the set; none may be fully transparent.
        style: as for `prepare`.
        grid: width and height of a sheet's cells, px.
        encoder_weights: as for `prepare`.
        options: as for `prepare`; `size` is the longer side to which smaller sprites, or cells, are enlarged for painting, by
            default half the preset's size.

    Raises:
        PinxitError: one sentence for the first thing wrong.
    """
    if options.get("size") is None:
        options["size"] = Settings.choose({"preset": options.get("preset")}).size // 2
    job = prepare(sprites[0].path, style, encoder_weights=encoder_weights, **options)
    if job.recipe.wrap != "none":
        raise PinxitError(
            "the borders of a sprite do not meet: leave --wrap out, or make a tile by pinxit texture --tile."
        )
    if job.recipe.init == "picture":
        raise PinxitError("sprites are painted together and cannot start from another picture: leave --init FILE out.")
    members = [sprite.entry.model_dump() for sprite in sprites]
    return _job(job, SpritesRecipe.make(job.recipe, members=members, grid=grid), sprites)


def sprites_from_recipe(
    recipe: SpritesRecipe, *, look_in: Sequence[Path] = (), **changes: Unpack[SettingsOptions]
) -> SpritesJob:
    """Prepare the job that a recipe describes; see `pinxit.job_from_recipe`.

    Args:
        recipe: the recipe.
        look_in: folders to search for the pictures.
        changes: changed settings.
    """
    job = job_from_recipe(recipe, look_in=look_in, **changes)
    sprites = [replace(read_sprite(inputs.locate(entry, look_in), entry.name), entry=entry) for entry in recipe.members]
    return _job(job, SpritesRecipe.make(job.recipe), sprites)


def _job(job: Job, recipe: SpritesRecipe, sprites: Sequence[Sprite]) -> SpritesJob:
    if len(sprites) > MOST_SPRITES:
        raise PinxitError(f"a set has at most {MOST_SPRITES} sprites, not {len(sprites)}: paint it in several folders.")
    pieces: dict[bytes, int] = {}
    large: list[Picture] = []
    placed = []
    for sprite in sprites:
        own = []
        for cell in sprite.cells(recipe.grid):
            part = _cell(sprite.picture, cell)
            # Equal cells are painted once, so that they stay equal.
            key = b"".join(plane.tobytes() for plane in (part.pixels, part.alpha) if plane is not None)
            key += str(part.pixels.shape).encode()
            if key not in pieces:
                pieces[key] = len(large)
                times = max(1, round(recipe.size / max(part.height, part.width)))
                large.append(resize(part, times * part.height, times * part.width))
            own.append((cell, pieces[key]))
        placed.append(tuple(own))
    canvas = lay_out(large)
    styles = tuple(replace(style, region=canvas.visible) for style in job.ingredients.styles)
    ingredients = replace(job.ingredients, content=canvas.picture, styles=styles)
    layout = CanvasLayout(
        max(canvas.picture.height, canvas.picture.width),
        median(max(piece.height, piece.width) for piece in large),
    )
    return SpritesJob(
        recipe=recipe,
        ingredients=ingredients,
        encoder_file=job.encoder_file,
        networks=job.networks,
        layout=layout,
        sprites=tuple(sprites),
        canvas=canvas,
        pieces=tuple(placed),
    )


def _cell(picture: Picture, cell: Window) -> Picture:
    alpha = None if picture.alpha is None else np.ascontiguousarray(picture.alpha[cell])
    return Picture(np.ascontiguousarray(picture.pixels[:, *cell]), alpha)
