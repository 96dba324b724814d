"""A set of sprites in the manner of others, drawn by one hand: a job whose content image is a canvas with all of them on it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Annotated, Any, Literal

import numpy as np
from pydantic import Field

from pinxit import inputs
from pinxit.errors import PinxitError
from pinxit.job import Job, StyleImage, prepare, prepare_again
from pinxit.picture import Picture, resize
from pinxit.picture.deep import white_of
from pinxit.picture.ingredients import Ingredients
from pinxit.picture.reader import bytes_of, one_sentence, opened
from pinxit.picture.recipe import Input, Recipe, Settings
from pinxit.surface.edges import settle
from pinxit.surface.sheet import Canvas, lay_out

if TYPE_CHECKING:
    from pinxit.encoder.vgg import Encoder
    from pinxit.optimize import paint as optimize
    from pinxit.optimize.state import State
    from pinxit.picture.progress import Progress

Window = tuple[slice, slice]
# A set is named in each sprite's recipe, a hundred bytes for each of its members.
MOST_SPRITES = 1000
_NINE_PATCH = ".9.png"
_DEEP_GREY = ("I", "I;16", "I;16B", "I;16L", "I;16N")


class SpritesRecipe(Recipe):
    """A recipe whose `content` is one sprite of a set, and `size` the longer side to which smaller ones are enlarged,
    in whole times.

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
        picture: as it was read.
        entry: its content.
        bits: a channel, in its file.
        border: how many px round it are no picture but marks: 1 for a nine-patch.
    """

    path: Path
    picture: Picture
    entry: Input
    bits: Literal[8, 16]
    border: int

    @property
    def empty(self) -> bool:
        """Whether nothing of it is seen."""
        return self.picture.alpha is not None and not self.picture.alpha.any()

    def cells(self, grid: tuple[int, int] | None) -> Iterator[Window]:
        """Rows and columns of what is painted each by itself, where something is seen.

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
    """Read a sprite with its depth, and the marks of a nine-patch as they stand in the file.

    Args:
        path: its file.
        name: what the file was called, if not as it is now.

    Raises:
        PinxitError: when it is no picture.
    """
    picture, entry = inputs.load(path, 0)
    content = bytes_of(path)
    with one_sentence(str(path), content), opened(content) as image:
        bits: Literal[8, 16] = 16 if white_of(image, content) or image.mode in _DEEP_GREY else 8
        raw = np.asarray(image.convert("RGBA"), np.float32) / 255 if (name or path.name).endswith(_NINE_PATCH) else None
    if raw is None or min(raw.shape[:2]) < 3 or raw.shape[:2] != (picture.height, picture.width):
        return Sprite(path, picture, entry, bits, 0)
    # Colours under full transparency too: the reader lets others grow in there.
    marks = np.ones(raw.shape[:2], bool)
    marks[1:-1, 1:-1] = False
    pixels = np.where(marks, raw[..., :3].transpose(2, 0, 1), picture.pixels)
    return Sprite(path, picture.with_pixels(np.ascontiguousarray(pixels)), entry, bits, 1)


@dataclass(frozen=True, kw_only=True)
class SpritesJob(Job):
    """See `Job`.

    Attributes:
        sprites: the set.
        canvas: all of them, laid out.
        pieces: for each sprite its cells, and where on the canvas each is.
        stroke: the longer side, px, of the picture that the style image is for.
    """

    recipe: SpritesRecipe
    sprites: tuple[Sprite, ...]
    canvas: Canvas
    pieces: tuple[tuple[tuple[Window, int], ...], ...]
    stroke: float

    @property
    def notes(self) -> list[str]:
        """See `Job`; on every sprite, not on the canvas."""
        own = [f"{sprite.entry.name} {note}" for sprite in self.sprites for note in sprite.picture.notes]
        return own + super().notes

    @property
    def sprite(self) -> Sprite:
        """The one that is the recipe's content, and the result."""
        return next(sprite for sprite in self.sprites if sprite.entry == self.recipe.content)

    def result(self, progress: Progress) -> tuple[Picture, SpritesRecipe]:
        """The sprite as it is painted, and the recipe that makes exactly it again."""
        canvas, recipe = super().result(progress)
        assert isinstance(recipe, SpritesRecipe)  # noqa: S101 - for the type checker
        return self._cut(canvas, self.sprites.index(self.sprite)), recipe

    def of(self, sprite: Sprite) -> SpritesJob:
        """The same job, of which another sprite is the result."""
        return replace(self, recipe=self.recipe.model_copy(update={"content": sprite.entry}))

    def _by_network(self, recipe: Recipe, ingredients: Ingredients) -> Iterator[Progress]:
        return super()._by_network(self._on_canvas(recipe), ingredients)

    def _descend(
        self, recipe: Recipe, encoder: Encoder, ingredients: Ingredients, state: State | None
    ) -> Iterator[optimize.Progress]:
        return super()._descend(self._on_canvas(recipe), encoder, ingredients, state)

    def _on_canvas(self, recipe: Recipe) -> Recipe:
        """The recipe for the canvas, which is painted at its own size, in strokes for a sprite's.

        A sprite is half a picture: its forms settle at half the side.
        """
        size = max(self.canvas.picture.height, self.canvas.picture.width)
        coarsest = max(1, round(recipe.coarsest / 2 * size / self.stroke))
        scale = recipe.style_scale * self.stroke / size
        return recipe.model_copy(update={"size": size, "style_scale": scale, "coarsest": coarsest})

    def _cut(self, canvas: Picture, number: int) -> Picture:
        """A sprite out of the painted canvas, at its own size, with its own transparency."""
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
    **options: Any,
) -> SpritesJob:
    """Check the options, read the styles, write the recipe; see `pinxit.prepare`.

    Args:
        sprites: the set; something must be seen of each.
        style: as for `prepare`.
        grid: width and height of a sheet's cells, px.
        options: as for `prepare`; `size` is the longer side to which smaller sprites, or cells, are enlarged to be painted,
            half the preset's size where left out.

    Raises:
        PinxitError: one sentence for the first thing wrong.
    """
    if options.get("size") is None:
        options["size"] = Settings.choose({"preset": options.get("preset")}).size // 2
    job = prepare(sprites[0].path, style, **options)
    if job.recipe.wrap != "none":
        raise PinxitError("a sprite ends where it ends: leave --wrap out, or make a tile by pinxit texture --tile.")
    if job.recipe.init == "picture":
        raise PinxitError("sprites are painted together and start from no other picture: leave --init FILE out.")
    members = [sprite.entry.model_dump() for sprite in sprites]
    return _job(job, SpritesRecipe.make(job.recipe, members=members, grid=grid), sprites)


def prepare_sprites_again(recipe: SpritesRecipe, *, look_in: Sequence[Path] = (), **changes: Any) -> SpritesJob:
    """The job that a recipe describes; see `pinxit.prepare_again`."""
    job = prepare_again(recipe, look_in=look_in, **changes)
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
            # Cells that are the same are painted once, and stay the same.
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
    return SpritesJob(
        recipe=recipe,
        ingredients=ingredients,
        encoder_file=job.encoder_file,
        networks=job.networks,
        sprites=tuple(sprites),
        canvas=canvas,
        pieces=tuple(placed),
        stroke=median(max(piece.height, piece.width) for piece in large),
    )


def _cell(picture: Picture, cell: Window) -> Picture:
    alpha = None if picture.alpha is None else np.ascontiguousarray(picture.alpha[cell])
    return Picture(np.ascontiguousarray(picture.pixels[:, *cell]), alpha)
