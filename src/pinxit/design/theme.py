"""Themes: colours, backgrounds, icons, buttons and avatars for an interface, made from paintings."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from pinxit import inputs, preparation
from pinxit.design import glyphs
from pinxit.design.colors import CONTROL, TEXT
from pinxit.design.legible import toned
from pinxit.design.palette import palette
from pinxit.design.roles import FILLED, Scheme, scheme
from pinxit.errors import PinxitError
from pinxit.image import Picture, cover, fit, resize
from pinxit.image.alpha import bleed
from pinxit.image.picture import Pixels
from pinxit.job import Job
from pinxit.preparation import StyleImage
from pinxit.recipe.recipe import Finite, Input, Recorded, Settings, validated
from pinxit.version import __version__

# px: widths and heights for a screen, a telephone, and the preview card of a link.
BACKGROUNDS = ((1920, 1080), (1080, 1920), (1200, 630))
_FACES = 4  # avatars that are drawn where none are given
_GAP = 16  # px between pieces on a sheet
# Most icons of a person's own, which are painted on one sheet, and the longest side of one, px.
_MAX_ICONS, _MAX_ICON_SIDE = 200, 1024
_SVG, _DRAWN = ".svg", 256  # px: longer side of an icon that is a drawing
# Share of the painted relief that is left on backgrounds with text, and on icons and buttons.
_QUIET, _FIRM = 0.22, 0.6
# Contrast for text on backgrounds: these are JPEGs, whose compression must not take a pixel below the required contrast.
_TEXT = TEXT + 0.35
BUTTONS = ("primary", "accent", "success", "danger")


Side = Annotated[int, Field(ge=64, le=8192)]


class ThemeRecipe(BaseModel):
    """Everything that decides a theme.

    Attributes:
        work: the kind of work, for `pinxit redo`.
        pictures, shares: the paintings and their weights.
        settings: settings of the engine.
        backgrounds: widths and heights, px.
        icons, avatars: a person's own, in the order in which they are painted.
        asset: the picture of the theme that contains this recipe.
        done: iterations that the engine did at each scale for that picture.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    work: Literal["theme"] = "theme"
    schema_version: Literal[1] = 1
    pinxit: str = Field(max_length=64)
    pictures: tuple[Input, ...] = Field(min_length=1, max_length=16)
    shares: tuple[Annotated[Finite, Field(gt=0, le=1e12)], ...] = Field(min_length=1, max_length=16)
    settings: Recorded
    backgrounds: tuple[tuple[Side, Side], ...] = Field(BACKGROUNDS, min_length=1, max_length=16)
    icons: tuple[Input, ...] = Field((), max_length=_MAX_ICONS)
    avatars: tuple[Input, ...] = Field((), max_length=_MAX_ICONS)
    asset: str = Field("", max_length=255)
    done: tuple[Annotated[int, Field(ge=1, le=100_000)], ...] | None = Field(None, max_length=16)

    def to_json(self) -> str:
        """Return the recipe as JSON text, ASCII only."""
        return json.dumps(self.model_dump(mode="json"), ensure_ascii=True)

    @classmethod
    def from_json(cls, text: str) -> ThemeRecipe:
        """Read a recipe from untrusted text.

        Raises:
            PinxitError: when it is no recipe of a theme.
        """
        return validated(cls, json.loads(text))


@dataclass(frozen=True)
class ThemeSheet:
    """A part of a theme: pieces on one picture that the engine paints at once, so that they match.

    Attributes:
        name: name of the part: `background …`, `avatars`, …
        content: the picture to paint.
        places: rows and columns of each piece.
        shapes: transparency of the pieces that have one, kept bit for bit.
        frames: nine-patches, whose outermost pixels are kept bit for bit: they are marks for programs.
    """

    name: str
    content: Picture
    places: Mapping[str, tuple[slice, slice]]
    shapes: Mapping[str, Pixels]
    frames: Mapping[str, Picture]


@dataclass(frozen=True)
class Theme:
    """A theme to paint: a recipe with its pictures read and its colours computed.

    Attributes:
        recipe: the recipe.
        pictures: the paintings.
        scheme: the colours of the interface.
        icons: a person's own icons by name.
        avatars: a person's own pictures for avatars.
    """

    recipe: ThemeRecipe
    pictures: tuple[Picture, ...]
    scheme: Scheme
    icons: Mapping[str, Picture]
    avatars: tuple[Picture, ...]

    @property
    def part_names(self) -> list[str]:
        """The names of the parts, in the order in which they are painted."""
        backgrounds = [f"background {width}x{height}" for width, height in self.recipe.backgrounds]
        return [*backgrounds, "avatars", "icons and buttons", *(["your icons"] if self.icons else [])]

    @property
    def part_of_asset(self) -> str:
        """The name of the part that the recipe's one picture belongs to."""
        folder, _, name = self.recipe.asset.rpartition("/")
        if folder == "backgrounds":
            return f"background {name.rpartition('-')[2]}"
        return {"avatars": "avatars", "icons/own": "your icons"}.get(folder, "icons and buttons")

    def part(self, name: str) -> ThemeSheet:
        """Draw a part, ready for painting."""
        colors = [one.color for one in self.scheme.palette]
        if name.startswith("background"):
            width, height = (int(side) for side in name.split()[1].split("x"))
            land = glyphs.landscape(colors, height, width)
            return ThemeSheet(name, land, {"": (slice(0, height), slice(0, width))}, {}, {})
        if name == "avatars":
            faces = [cover(one, glyphs.AVATAR, glyphs.AVATAR) for one in self.avatars]
            faces = faces or [glyphs.face(colors, number) for number in range(_FACES)]
            disc = glyphs.disc()
            return _pack(name, {f"{n:02d}": Picture(one.pixels, disc) for n, one in enumerate(faces, start=1)})
        if name == "your icons":
            return _pack(name, self.icons)
        pieces = {one: Picture(self._ground(glyphs.ICON, glyphs.ICON), glyphs.glyph(one)) for one in glyphs.GLYPHS}
        pieces |= {f"button {role}": Picture(self._ground(*glyphs.BUTTON), glyphs.button()) for role in BUTTONS}
        return _pack(name, pieces)

    def job(self, part: ThemeSheet) -> Job:
        """Return the job that paints a part, at its own size or the settings' size, whichever is smaller."""
        settings = self.recipe.settings
        size = min(settings.size, max(part.content.height, part.content.width))
        styles = [StyleImage(one, share) for one, share in zip(self.pictures, self.recipe.shares, strict=True)]
        painting = preparation.prepare(part.content, styles, **{**settings.model_dump(), "size": size})
        if self.recipe.done is None:
            return painting
        return dataclasses.replace(painting, recipe=painting.recipe.model_copy(update={"done": self.recipe.done}))

    def assets(self, part: ThemeSheet, painted: Picture) -> dict[str, Picture]:
        """Cut a painted part into the theme's pictures.

        Args:
            part: the part.
            painted: the painted picture, at any size.

        Returns:
            The pictures by the names of their files without ending.
        """
        whole = resize(Picture(painted.pixels), part.content.height, part.content.width).pixels
        pieces = {name: np.ascontiguousarray(whole[:, *place]) for name, place in part.places.items()}
        if part.name.startswith("background"):
            return self._backgrounds(part.name.split()[1], pieces[""])
        if part.name == "avatars":
            return {f"avatars/{name}": Picture(pixels, part.shapes[name]) for name, pixels in pieces.items()}
        if part.name == "your icons":
            return {f"icons/own/{name}": _framed(pixels, part, name) for name, pixels in pieces.items()}
        return self._drawn(part, pieces)

    def _ground(self, height: int, width: int) -> Pixels:
        light = self.scheme.light
        return glyphs.ground([light["accent"], light["primary"], light["text"]], height, width)

    def _backgrounds(self, size: str, pixels: Pixels) -> dict[str, Picture]:
        found = {f"backgrounds/painted-{size}": Picture(pixels)}
        for mode, colors in self.scheme.modes.items():
            written = [colors["text"], colors["muted"], *(colors[f"{role}-text"] for role in FILLED)]
            found[f"backgrounds/{mode}-{size}"] = Picture(toned(pixels, colors["background"], written, _TEXT, _QUIET))
        return found

    def _drawn(self, part: ThemeSheet, pieces: Mapping[str, Pixels]) -> dict[str, Picture]:
        """Return icons and buttons in the colours of each mode."""
        found = {}
        for mode, colors in self.scheme.modes.items():
            grounds = [colors["background"], colors["surface"]]
            for name, pixels in pieces.items():
                shape = part.shapes[name]
                if not name.startswith("button"):
                    face = toned(pixels, colors["primary"], grounds, CONTROL, _FIRM, shape)
                    found[f"icons/{mode}/{name}"] = Picture(face, shape)
                    continue
                role = name.split()[1]
                face = toned(pixels, colors[role], [colors[f"on-{role}"]], TEXT, _FIRM, shape)
                found[f"buttons/{mode}/{role}"] = Picture(face, shape)
                found[f"buttons/{mode}/{role}.9"] = _nine_patch(Picture(face, shape))
        return found


def prepare_theme(
    pictures: Sequence[inputs.PictureLike],
    shares: Sequence[float] | None = None,
    icons: Sequence[Path] = (),
    avatars: Sequence[inputs.PictureLike] = (),
    backgrounds: Sequence[tuple[int, int]] = BACKGROUNDS,
    settings: dict[str, Any] | None = None,
) -> Theme:
    """Read the pictures and compute the colours of a theme.

    Args:
        pictures: one painting or several.
        shares: weights of the paintings; equal by default.
        icons: PNG files with transparency, painted in addition to the icons that pinxit draws; `name.9.png` is a nine-patch.
        avatars: pictures for round avatars; by default some are drawn.
        backgrounds: widths and heights, px.
        settings: settings of the engine; by default the network paints.

    Raises:
        PinxitError: one sentence for the first thing wrong.
    """
    chosen = {name: value for name, value in (settings or {}).items() if value is not None}
    if not {"preset", "engine"} & chosen.keys():
        chosen = {"preset": "instant", "size": max(max(size) for size in backgrounds), **chosen}
    ready = preparation.with_features(Settings.choose(chosen))
    if shares is not None and len(shares) != len(pictures):
        raise PinxitError(f"--blend has {len(shares)} shares for {len(pictures)} pictures: give one each.")
    names = [_icon_name(path) for path in icons]
    read = [inputs.load_style(source, 1024) for source in pictures]
    own = [inputs.load(path, _DRAWN) for path in icons]
    if len(set(names)) < len(names):
        raise PinxitError("two icons have the same name, such as a PNG and an SVG: give each a name of its own.")
    faces = [inputs.load(source, 512) for source in avatars]
    recipe = validated(
        ThemeRecipe,
        {
            "pinxit": __version__,
            "pictures": [entry for _, entry in read],
            "shares": shares or [1.0] * len(read),
            "settings": ready,
            "backgrounds": backgrounds,
            "icons": [entry for _, entry in own],
            "avatars": [entry for _, entry in faces],
        },
    )
    drawn = [_icon_of(entry.name, picture) for picture, entry in own]
    return _theme(recipe, [one for one, _ in read], names, drawn, [one for one, _ in faces])


def theme_from_recipe(recipe: ThemeRecipe, look_in: Iterable[Path] = ()) -> Theme:
    """Prepare the theme that a recipe describes; its pictures are found by their content.

    Args:
        recipe: the recipe.
        look_in: folders to search for the pictures.

    Raises:
        PinxitError: when a picture cannot be found.
    """
    folders = list(look_in)
    return _theme(
        recipe,
        [inputs.find(entry, 1024, folders) for entry in recipe.pictures],
        [_icon_name(Path(entry.name)) for entry in recipe.icons],
        [_icon_of(entry.name, inputs.find(entry, _DRAWN, folders)) for entry in recipe.icons],
        [inputs.find(entry, 512, folders) for entry in recipe.avatars],
    )


def _theme(
    recipe: ThemeRecipe, read: list[Picture], names: list[str], own: list[Picture], faces: list[Picture]
) -> Theme:
    for name, icon in zip(names, own, strict=True):
        if max(icon.height, icon.width) > _MAX_ICON_SIDE:
            raise PinxitError(f"the icon {name}.png has more than {_MAX_ICON_SIDE} px a side: make it smaller.")
        if name.endswith(".9") and min(icon.height, icon.width) < 5:
            raise PinxitError(
                f"the nine-patch {name}.png has fewer than 5 px a side: there is nothing within its frame."
            )
    found = scheme(palette(read, recipe.shares))
    return Theme(recipe, tuple(read), found, dict(zip(names, own, strict=True)), tuple(faces))


def _icon_name(path: Path) -> str:
    if path.suffix.lower() not in (".png", _SVG):
        raise PinxitError(f"{path.name} is not a PNG or SVG: give icons as PNG with transparency or as SVG.")
    return path.stem


def _icon_of(name: str, picture: Picture) -> Picture:
    """Return an icon at the size at which it is painted: its own, or `_DRAWN` for a drawing, which has any size."""
    return fit(picture, _DRAWN) if name.lower().endswith(_SVG) else picture


def _pack(name: str, pieces: Mapping[str, Picture]) -> ThemeSheet:
    """Lay out pieces in rows on one sheet; the space between them takes the nearest piece's colours."""
    frames = {key: piece for key, piece in pieces.items() if key.endswith(".9")}
    inner = {
        key: Picture(piece.pixels[:, 1:-1, 1:-1], None if piece.alpha is None else piece.alpha[1:-1, 1:-1])
        if key in frames
        else piece
        for key, piece in pieces.items()
    }
    area = sum((one.height + _GAP) * (one.width + _GAP) for one in inner.values())
    limit = max(int(area**0.5 * 1.05), *(one.width + 2 * _GAP for one in inner.values()))
    places: dict[str, tuple[slice, slice]] = {}
    top = left = _GAP
    row = 0
    for key, one in sorted(inner.items(), key=lambda item: -item[1].height):
        if left + one.width + _GAP > limit:
            top, left, row = top + row + _GAP, _GAP, 0
        places[key] = (slice(top, top + one.height), slice(left, left + one.width))
        left, row = left + one.width + _GAP, max(row, one.height)
    pixels = np.zeros((3, top + row + _GAP, limit), np.float32)
    seen = np.zeros(pixels.shape[1:], np.float32)
    for key, one in inner.items():
        pixels[:, *places[key]] = one.pixels
        seen[places[key]] = 1
    ordered = {key: places[key] for key in pieces}
    shapes = {key: one.alpha for key, one in inner.items() if one.alpha is not None}
    return ThemeSheet(name, Picture(bleed(pixels, seen)), ordered, shapes, frames)


def _framed(pixels: Pixels, part: ThemeSheet, name: str) -> Picture:
    """Return a painted icon of a person's own with its transparency and, for a nine-patch, its frame."""
    shape = part.shapes.get(name)
    frame = part.frames.get(name)
    if frame is None:
        return Picture(pixels, shape)
    whole, alpha = frame.pixels.copy(), None if frame.alpha is None else frame.alpha.copy()
    whole[:, 1:-1, 1:-1] = pixels
    return Picture(whole, alpha)


def _nine_patch(face: Picture) -> Picture:
    """Add Android's frame of one pixel, in which black marks the parts that may be stretched and the area for contents."""
    height, width = face.height + 2, face.width + 2
    pixels, alpha = np.zeros((3, height, width), np.float32), np.zeros((height, width), np.float32)
    pixels[:, 1:-1, 1:-1] = face.pixels
    alpha[1:-1, 1:-1] = 1.0 if face.alpha is None else face.alpha
    inset = glyphs.INSET + 1
    for edge in (0, -1):
        alpha[edge, inset:-inset] = 1
        alpha[inset:-inset, edge] = 1
    return Picture(pixels, alpha)
