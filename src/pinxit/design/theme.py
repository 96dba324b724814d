"""A theme: what is read, what it is made of, and what the engine paints for it."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from pinxit import __version__, inputs, job
from pinxit.design import drawing
from pinxit.design.colors import CONTROL, TEXT
from pinxit.design.palette import palette
from pinxit.design.roles import FILLED, Scheme, scheme
from pinxit.design.tone import toned
from pinxit.errors import PinxitError
from pinxit.job import Job, StyleImage
from pinxit.picture import Picture, cover, resize
from pinxit.picture.alpha import bleed
from pinxit.picture.picture import Pixels
from pinxit.picture.recipe import Finite, Input, Settings, validated

# Width and height, px: a screen, a telephone, a card for links.
BACKGROUNDS = ((1920, 1080), (1080, 1920), (1200, 630))
_FACES = 4
_GAP = 16
# A set of a person's own icons is painted on one sheet.
_MOST_ICONS, _LARGEST_ICON = 200, 1024
# How much of the painted relief is left where something is written on it.
_QUIET, _FIRM = 0.22, 0.6
# Backgrounds are JPEGs: what those change must not take a pixel below what text needs.
_TEXT = TEXT + 0.35
BUTTONS = ("primary", "accent", "success", "danger")


Side = Annotated[int, Field(ge=64, le=8192)]


class ThemeRecipe(BaseModel):
    """All that decides a theme.

    Attributes:
        work: what `pinxit redo` is to do with it.
        pictures, shares: the paintings, and how much each counts.
        settings: how the engine paints.
        backgrounds: widths and heights, px.
        icons, avatars: a person's own, in the order in which they are painted.
        asset: which of the theme's pictures the recipe stands in.
        done: iterations that the engine did at each scale for it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    work: Literal["theme"] = "theme"
    schema_version: Literal[1] = 1
    pinxit: str = Field(max_length=64)
    pictures: tuple[Input, ...] = Field(min_length=1, max_length=16)
    shares: tuple[Annotated[Finite, Field(gt=0, le=1e12)], ...] = Field(min_length=1, max_length=16)
    settings: Settings
    backgrounds: tuple[tuple[Side, Side], ...] = Field(BACKGROUNDS, min_length=1, max_length=16)
    icons: tuple[Input, ...] = Field((), max_length=_MOST_ICONS)
    avatars: tuple[Input, ...] = Field((), max_length=_MOST_ICONS)
    asset: str = Field("", max_length=255)
    done: tuple[Annotated[int, Field(ge=1, le=100_000)], ...] | None = Field(None, max_length=16)

    def to_json(self) -> str:
        """As JSON text, ASCII only."""
        return json.dumps(self.model_dump(mode="json"), ensure_ascii=True)

    @classmethod
    def from_json(cls, text: str) -> ThemeRecipe:
        """From a file, which may be anybody's; PinxitError when it is no recipe of this work."""
        return validated(cls, json.loads(text))


@dataclass(frozen=True)
class Part:
    """Pieces of one picture that the engine paints at once, so that they look drawn by one hand.

    Attributes:
        name: `background …`, `icons`, …
        content: what is painted.
        places: where each piece lies on it.
        shapes: the transparency of those that have one, kept to the bit.
        frames: the outermost pixels of nine-patches, kept to the bit: what they mark is for programs, not for the eye.
    """

    name: str
    content: Picture
    places: Mapping[str, tuple[slice, slice]]
    shapes: Mapping[str, Pixels]
    frames: Mapping[str, Picture]


@dataclass(frozen=True)
class Theme:
    """A recipe with its pictures read and its colours found."""

    recipe: ThemeRecipe
    pictures: tuple[Picture, ...]
    scheme: Scheme
    icons: Mapping[str, Picture]
    avatars: tuple[Picture, ...]

    @property
    def part_names(self) -> list[str]:
        """What is to be painted, in order."""
        backgrounds = [f"background {width}x{height}" for width, height in self.recipe.backgrounds]
        return [*backgrounds, "avatars", "icons and buttons", *(["your icons"] if self.icons else [])]

    @property
    def part_of_asset(self) -> str:
        """Which of them the recipe's one picture belongs to."""
        folder, _, name = self.recipe.asset.rpartition("/")
        if folder == "backgrounds":
            return f"background {name.rpartition('-')[2]}"
        return {"avatars": "avatars", "icons/own": "your icons"}.get(folder, "icons and buttons")

    def part(self, name: str) -> Part:
        """One of them, drawn and ready to be painted."""
        colors = [one.color for one in self.scheme.palette]
        if name.startswith("background"):
            width, height = (int(side) for side in name.split()[1].split("x"))
            land = drawing.landscape(colors, height, width)
            return Part(name, land, {"": (slice(0, height), slice(0, width))}, {}, {})
        if name == "avatars":
            faces = [cover(one, drawing.AVATAR, drawing.AVATAR) for one in self.avatars]
            faces = faces or [drawing.face(colors, number) for number in range(_FACES)]
            disc = drawing.disc()
            return _packed(name, {f"{n:02d}": Picture(one.pixels, disc) for n, one in enumerate(faces, start=1)})
        if name == "your icons":
            return _packed(name, self.icons)
        pieces = {one: Picture(self._ground(drawing.ICON, drawing.ICON), drawing.glyph(one)) for one in drawing.GLYPHS}
        pieces |= {f"button {role}": Picture(self._ground(*drawing.BUTTON), drawing.button()) for role in BUTTONS}
        return _packed(name, pieces)

    def job(self, part: Part) -> Job:
        """What the engine has to do for a part: as large as it is, but no larger than the settings say."""
        settings = self.recipe.settings
        size = min(settings.size, max(part.content.height, part.content.width))
        styles = [StyleImage(one, share) for one, share in zip(self.pictures, self.recipe.shares, strict=True)]
        painting = job.prepare(part.content, styles, **{**settings.model_dump(), "size": size})
        if self.recipe.done is None:
            return painting
        return dataclasses.replace(painting, recipe=painting.recipe.model_copy(update={"done": self.recipe.done}))

    def assets(self, part: Part, painted: Picture) -> dict[str, Picture]:
        """The theme's pictures that a painted part gives, by the names of their files without ending."""
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
        return drawing.ground([light["accent"], light["primary"], light["text"]], height, width)

    def _backgrounds(self, size: str, pixels: Pixels) -> dict[str, Picture]:
        found = {f"backgrounds/painted-{size}": Picture(pixels)}
        for mode, colors in self.scheme.modes.items():
            written = [colors["text"], colors["muted"], *(colors[f"{role}-text"] for role in FILLED)]
            found[f"backgrounds/{mode}-{size}"] = Picture(toned(pixels, colors["background"], written, _TEXT, _QUIET))
        return found

    def _drawn(self, part: Part, pieces: Mapping[str, Pixels]) -> dict[str, Picture]:
        """Icons and buttons in the colours of each mode."""
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


def prepare(
    pictures: Sequence[inputs.PictureLike],
    shares: Sequence[float] | None = None,
    icons: Sequence[Path] = (),
    avatars: Sequence[inputs.PictureLike] = (),
    backgrounds: Sequence[tuple[int, int]] = BACKGROUNDS,
    settings: dict[str, Any] | None = None,
) -> Theme:
    """Read the pictures and find their colours.

    Args:
        pictures: one painting or several.
        shares: how much each counts; equal where left out.
        icons: PNG files with transparency, painted beside those that pinxit draws; `name.9.png` is a nine-patch.
        avatars: pictures to make round avatars of; some are drawn where there are none.
        backgrounds: widths and heights, px.
        settings: the engine's; the network where nothing is chosen.

    Raises:
        PinxitError: one sentence for the first thing wrong.
    """
    chosen = {name: value for name, value in (settings or {}).items() if value is not None}
    if not {"preset", "engine"} & chosen.keys():
        chosen = {"preset": "instant", "size": max(max(size) for size in backgrounds), **chosen}
    ready = Settings.choose(chosen)
    if shares is not None and len(shares) != len(pictures):
        raise PinxitError(f"--blend has {len(shares)} shares for {len(pictures)} pictures: give one each.")
    names = [_icon_name(path) for path in icons]
    read = [inputs.load_style(source, 1024) for source in pictures]
    own = [inputs.load(path, 256) for path in icons]
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
    return _theme(recipe, [one for one, _ in read], names, [one for one, _ in own], [one for one, _ in faces])


def prepare_again(recipe: ThemeRecipe, look_in: Iterable[Path] = ()) -> Theme:
    """What a recipe describes, its pictures found again by their content."""
    folders = list(look_in)
    return _theme(
        recipe,
        [inputs.find(entry, 1024, folders) for entry in recipe.pictures],
        [_icon_name(Path(entry.name)) for entry in recipe.icons],
        [inputs.find(entry, 256, folders) for entry in recipe.icons],
        [inputs.find(entry, 512, folders) for entry in recipe.avatars],
    )


def _theme(
    recipe: ThemeRecipe, read: list[Picture], names: list[str], own: list[Picture], faces: list[Picture]
) -> Theme:
    for name, icon in zip(names, own, strict=True):
        if max(icon.height, icon.width) > _LARGEST_ICON:
            raise PinxitError(f"the icon {name}.png has more than {_LARGEST_ICON} px a side: make it smaller.")
        if name.endswith(".9") and min(icon.height, icon.width) < 5:
            raise PinxitError(
                f"the nine-patch {name}.png has fewer than 5 px a side: there is nothing within its frame."
            )
    found = scheme(palette(read, recipe.shares))
    return Theme(recipe, tuple(read), found, dict(zip(names, own, strict=True)), tuple(faces))


def _icon_name(path: Path) -> str:
    if path.suffix.lower() == ".svg":
        raise PinxitError(f"{path.name} is an SVG, which pinxit cannot draw: export it as PNG with transparency first.")
    if path.suffix.lower() != ".png":
        raise PinxitError(f"{path.name} is no PNG: give icons as PNG files with transparency.")
    return path.stem


def _packed(name: str, pieces: Mapping[str, Picture]) -> Part:
    """Pieces on one sheet in rows, with room between them that takes the nearest piece's colours."""
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
    return Part(name, Picture(bleed(pixels, seen)), ordered, shapes, frames)


def _framed(pixels: Pixels, part: Part, name: str) -> Picture:
    """A person's own icon as it was painted, with its transparency, and the frame of a nine-patch."""
    shape = part.shapes.get(name)
    frame = part.frames.get(name)
    if frame is None:
        return Picture(pixels, shape)
    whole, alpha = frame.pixels.copy(), None if frame.alpha is None else frame.alpha.copy()
    whole[:, 1:-1, 1:-1] = pixels
    return Picture(whole, alpha)


def _nine_patch(face: Picture) -> Picture:
    """The same with Android's frame of one pixel: black marks what may be stretched, and what may be written on."""
    height, width = face.height + 2, face.width + 2
    pixels, alpha = np.zeros((3, height, width), np.float32), np.zeros((height, width), np.float32)
    pixels[:, 1:-1, 1:-1] = face.pixels
    alpha[1:-1, 1:-1] = 1.0 if face.alpha is None else face.alpha
    inset = drawing.INSET + 1
    for edge in (0, -1):
        alpha[edge, inset:-inset] = 1
        alpha[inset:-inset, edge] = 1
    return Picture(pixels, alpha)
