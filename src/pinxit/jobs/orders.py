"""Orders: what is to be made, as a request says it and as a recipe in a picture says it again.

An order is flat: the fields of `Settings` that were chosen, the pictures, and what the work adds. It names its pictures by
their content or as `house:NAME` and `sample:NAME`, never by a place.
"""

from __future__ import annotations

import difflib
import functools
import hashlib
import json
from collections.abc import Iterator
from typing import Annotated, Any, ClassVar, Final, Literal, Self, TypeAlias

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, TypeAdapter, ValidationError, model_validator

from pinxit import styles as house
from pinxit.design.pattern import Repeat
from pinxit.errors import PinxitError
from pinxit.inputs import HOUSE, SAMPLE
from pinxit.jobs.errors import Refused
from pinxit.network.weights import ENDING
from pinxit.picture import sample_names
from pinxit.picture.recipe import LONGEST_TEXT, Finite, Input, Settings, Weight
from pinxit.training import STEPS, STYLE_WEIGHT

# What one server does for many: larger ones are for the command line.
LARGEST: Final = {"optimizer": 4096, "network": 8192}
MOST_CELLS, MOST_VARIED = 25, 2
MOST_STYLES = 16
# What recipes say of their own making, which an order may repeat and nobody heeds: another machine has other memory, and
# what was stopped early is now to be done in full.
_BOOKKEEPING = frozenset(
    ("pinxit", "schema_version", "done", "memory", "encoder_sha256", "map", "asset", "rate", "bits", "keyframes")
)


def _check_known(entry: Input) -> None:
    """Raise ValueError unless it is a name that pinxit knows, or a file's content."""
    for prefix, names in ((HOUSE, house.names()), (SAMPLE, sample_names())):
        if entry.name.startswith(prefix):
            name = entry.name.removeprefix(prefix)
            if entry.sha256 or name not in names:
                near = difflib.get_close_matches(name, names, n=1)
                hint = f": did you mean {prefix}{near[0]}" if near else ""
                raise ValueError(f"there is no {entry.name[:64]}{hint}")
            return
    if not entry.sha256:
        raise ValueError(
            f"{entry.name[:64]!r} is no picture: name house:NAME, sample:NAME, or an uploaded file by its sha256"
        )


class OrderInput(Input):
    """A picture, a clip or a network: `house:NAME`, `sample:NAME`, or an uploaded file by its SHA-256."""

    @model_validator(mode="after")
    def _is_known(self) -> Self:
        _check_known(self)
        return self


class OrderStyle(OrderInput):
    """A style image and where it goes; see `pinxit.picture.recipe.Style`."""

    share: Annotated[Finite, Field(gt=0, le=1e12)] = 1.0
    region: OrderInput | None = None
    mask: OrderInput | None = None


class TimedOrderStyle(OrderInput):
    """A style image of a film, and when the film is in it alone, s."""

    share: Annotated[Finite, Field(gt=0, le=1e12)] = 1.0
    at: Finite | None = Field(None, ge=0, le=1e7)


class SharedOrderStyle(OrderInput):
    """A style image without a place."""

    share: Annotated[Finite, Field(gt=0, le=1e12)] = 1.0


class _Request(BaseModel):
    """What all orders share."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    # What a recipe calls otherwise than an order.
    renamed: ClassVar[dict[str, str]] = {}

    @model_validator(mode="before")
    @classmethod
    def _from_recipe(cls, data: Any) -> Any:
        """What a recipe has more, or has within it, laid flat or left out."""
        if not isinstance(data, dict):
            return data
        flat: dict[str, Any] = {}
        for inner in (data.get("painted"), data.get("settings"), data):
            flat |= inner if isinstance(inner, dict) else {}
        ignored = (_BOOKKEEPING - cls.model_fields.keys()) | {"painted", "settings", "memory"}
        flat = {cls.renamed.get(name, name): value for name, value in flat.items() if name not in ignored}
        laid: dict[str, Any] = _without_none(cls._laid_flat(flat))
        return laid

    @classmethod
    def _laid_flat(cls, data: dict[str, Any]) -> dict[str, Any]:
        return data

    def to_data(self) -> dict[str, Any]:
        """As JSON data, only what was chosen."""
        return {"work": getattr(self, "work"), **self.model_dump(mode="json", exclude_unset=True)}  # noqa: B009

    def inputs(self) -> Iterator[tuple[str, OrderInput]]:
        """All that goes in, each with where it stands in the order."""
        for name in type(self).model_fields:
            value = getattr(self, name)
            for number, one in enumerate(value if isinstance(value, tuple) else (value,)):
                if not isinstance(one, OrderInput):
                    continue
                where = f"{name}.{number}" if isinstance(value, tuple) else name
                yield where, one
                for part in ("region", "mask"):
                    inner = getattr(one, part, None)
                    if inner is not None:
                        yield f"{where}.{part}", inner


def _without_none(data: Any, depth: int = 4) -> Any:
    """The same without what is None: not chosen. Nothing in an order lies deeper than a style's mask."""
    if isinstance(data, dict) and depth:
        return {name: _without_none(value, depth - 1) for name, value in data.items() if value is not None}
    return [_without_none(value, depth - 1) for value in data] if isinstance(data, list | tuple) and depth else data


class _Order(_Request, Settings):
    """An order with settings."""

    @model_validator(mode="after")
    def _is_for_a_server(self) -> Self:
        _check_size(self.settings)
        return self

    @property
    def settings(self) -> dict[str, Any]:
        """The settings that were chosen."""
        chosen = self.model_fields_set & Settings.model_fields.keys()
        return {name: getattr(self, name) for name in sorted(chosen)}


def _check_size(settings: dict[str, Any]) -> None:
    try:
        chosen = Settings.choose(settings)
    except PinxitError as error:
        raise ValueError(str(error)) from error
    if chosen.size > LARGEST[chosen.engine]:
        raise ValueError(
            f"a size of {chosen.size} px is more than the {LARGEST[chosen.engine]} px that are painted here"
        )


class _Stylized(_Order):
    content: OrderInput
    styles: tuple[OrderStyle, ...] = Field(min_length=1, max_length=MOST_STYLES)
    keep: OrderInput | None = None
    init_picture: OrderInput | None = None

    @model_validator(mode="after")
    def _starts_somewhere(self) -> Self:
        if (self.init == "picture") != (self.init_picture is not None):
            raise ValueError('init "picture" and init_picture belong together: give both or neither')
        return self


class StylizeOrder(_Stylized):
    """Paint a picture in the manner of others."""

    work: Literal["stylize"] = "stylize"


# As large as the largest setting, which is a seed.
Varied = Annotated[Finite, Field(ge=-(2.0**63), le=2.0**63)]


class SweepOrder(_Stylized):
    """Paint a picture several times, one or two settings varied, on one labelled sheet."""

    work: Literal["sweep"] = "sweep"
    vary: dict[
        Annotated[str, Field(max_length=64)],
        Annotated[tuple[Varied | Annotated[str, Field(max_length=LONGEST_TEXT)], ...], Field(max_length=64)],
    ] = Field(min_length=1, max_length=MOST_VARIED)

    @model_validator(mode="after")
    def _is_one_sheet(self) -> Self:
        cells = 1
        for name, values in self.vary.items():
            if name not in Settings.model_fields.keys() - {"memory", "device", "precision"}:
                raise ValueError(f"{name[:40]!r} is no setting that can be varied")
            if not values:
                raise ValueError(f"no values are given for {name}")
            if name == "init" and "picture" in values:
                raise ValueError("init cannot be varied with a picture among its values")
            cells *= len(values)
        if cells > MOST_CELLS:
            raise ValueError(f"these are {cells} pictures, a sheet holds {MOST_CELLS}: vary less")
        for cell in self.cells():
            _check_size(cell)
        return self

    def cells(self) -> list[dict[str, Any]]:
        """The settings of each picture, what varies last the fastest."""
        cells: list[dict[str, Any]] = [{}]
        for name, values in self.vary.items():
            cells = [{**cell, name: value} for cell in cells for value in values]
        return [{"preset": "draft", **self.settings, **cell} for cell in cells]


class VideoOrder(_Order):
    """Paint a clip so that it does not flicker."""

    work: Literal["video"] = "video"
    clip: OrderInput
    styles: tuple[TimedOrderStyle, ...] = Field(min_length=1, max_length=MOST_STYLES)
    consistency: Literal["on", "off"] = "on"
    start: Finite = Field(0.0, ge=0, le=1e7, description="Where in the clip it begins, s.")
    end: Finite | None = Field(None, gt=0, le=1e7, description="Where in the clip it ends, s.")
    codec: Literal["libx264"] | None = None
    crf: int | None = Field(None, ge=0, le=51)
    hdr: Literal["tonemap", "refuse"] = Field("tonemap", description="What to do with high dynamic range.")
    temporal_weight: Weight = 200.0
    long_term: tuple[Annotated[int, Field(ge=2, le=100)], ...] = Field((), max_length=8)
    passes: int = Field(1, ge=1, le=30)

    renamed: ClassVar[dict[str, str]] = {"content": "clip"}

    @classmethod
    def _laid_flat(cls, data: dict[str, Any]) -> dict[str, Any]:
        # A film begins as its frames do.
        return {name: value for name, value in data.items() if (name, value) != ("init", "content")}

    @model_validator(mode="after")
    def _is_possible(self) -> Self:
        if not self.clip.sha256:
            raise ValueError(f"{self.clip.name} is a picture, not a clip: upload one")
        if self.end is not None and self.end <= self.start:
            raise ValueError("the film would end before it begins: end must be later than start")
        timed = [style.at is not None for style in self.styles]
        if any(timed) and not all(timed):
            raise ValueError("some styles have a time and some have none: give each one")
        return self


class _Synthesized(_Order):
    styles: tuple[OrderStyle, ...] = Field(min_length=1, max_length=MOST_STYLES)
    like: OrderInput | None = Field(None, description="A picture to guide its structure.")

    renamed: ClassVar[dict[str, str]] = {"content": "like"}

    @classmethod
    def _laid_flat(cls, data: dict[str, Any]) -> dict[str, Any]:
        like = data.get("like")
        # What such a recipe calls the content image that is none; nor is there anything that a content image weighs.
        if isinstance(like, dict) and like.get("name") == "quilt" and not like.get("sha256"):
            del data["like"]
        if not data.get("like"):
            data = {name: value for name, value in data.items() if (name, value) not in _WITHOUT_CONTENT}
        # Which borders meet, and how large that is painted, follows from the rest.
        return {name: value for name, value in data.items() if name not in ("wrap", "size")}


_WITHOUT_CONTENT: Final = (("content_weight", 0), ("color", "style"), ("keep", None))


class TextureOrder(_Synthesized):
    """Paint a texture, seamless if wanted, with the maps that light it."""

    work: Literal["texture"] = "texture"
    height: int = Field(1024, ge=64, le=4096)
    width: int = Field(1024, ge=64, le=4096)
    tile: bool = False
    maps: bool = False

    @classmethod
    def _laid_flat(cls, data: dict[str, Any]) -> dict[str, Any]:
        if data.get("wrap") == "both":
            data = {"tile": True, **data}
        return super()._laid_flat(data)


Color = Annotated[
    str, Field(pattern=r"^#[0-9a-f]{6}$", max_length=7), BeforeValidator(lambda text: str(text)[:8].lower())
]


class PatternOrder(_Synthesized):
    """Paint one repeat of a pattern, its colourways, and a sheet that shows how it is laid."""

    work: Literal["pattern"] = "pattern"
    repeat: Repeat = "straight"
    height: int = Field(1024, ge=64, le=8192, description="Of one repeat, px.")
    width: int = Field(1024, ge=64, le=8192, description="Of one repeat, px.")
    dpi: Finite = Field(300.0, ge=10, le=2400)
    palettes: tuple[Annotated[tuple[Color, ...], Field(min_length=2, max_length=24)], ...] = Field((), max_length=12)
    sheet: bool = False

    @classmethod
    def _laid_flat(cls, data: dict[str, Any]) -> dict[str, Any]:
        palette = data.pop("palette", None)
        if palette:
            data = {"palettes": [palette], **data}
        return super()._laid_flat(data)


class PanoramaOrder(_Stylized):
    """Paint a 360° panorama, or the cube map of one."""

    work: Literal["panorama"] = "panorama"
    cubemap: bool = False

    @classmethod
    def _laid_flat(cls, data: dict[str, Any]) -> dict[str, Any]:
        if data.pop("side", None):
            data = {"cubemap": True, **data}
        if not data.get("sides"):
            data.pop("sides", None)
        if data.get("wrap") == "none":
            del data["wrap"]
        return data


class ThemeOrder(_Order):
    """Make an interface's theme from paintings."""

    work: Literal["theme"] = "theme"
    styles: tuple[SharedOrderStyle, ...] = Field(min_length=1, max_length=MOST_STYLES)
    icons: tuple[OrderInput, ...] = Field((), max_length=64)
    avatars: tuple[OrderInput, ...] = Field((), max_length=32)
    backgrounds: tuple[tuple[Annotated[int, Field(ge=64, le=4096)], Annotated[int, Field(ge=64, le=4096)]], ...] = (
        Field((), max_length=8, description="Widths and heights, px; three usual ones where left out.")
    )

    @classmethod
    def _laid_flat(cls, data: dict[str, Any]) -> dict[str, Any]:
        pictures, shares = data.pop("pictures", None), data.pop("shares", None)
        if isinstance(pictures, list | tuple):
            shares = shares if isinstance(shares, list | tuple) else [1.0] * len(pictures)
            data["styles"] = [
                {**one, "share": share} if isinstance(one, dict) else one
                for one, share in zip(pictures, shares, strict=False)
            ]
        return data


class TrainOrder(_Request):
    """Teach a network one manner."""

    work: Literal["train"] = "train"
    styles: tuple[SharedOrderStyle, ...] = Field(min_length=1, max_length=MOST_STYLES)
    steps: int = Field(STEPS, ge=1, le=100_000)
    style_weight: Finite = Field(STYLE_WEIGHT, gt=0, le=1e6)


Order: TypeAlias = Annotated[
    StylizeOrder | SweepOrder | VideoOrder | TextureOrder | PatternOrder | PanoramaOrder | ThemeOrder | TrainOrder,
    Field(discriminator="work"),
]
"""Any order; `work` says which."""

WORKS: Final = ("stylize", "sweep", "video", "texture", "pattern", "panorama", "theme", "train")


@functools.cache
def adapter() -> TypeAdapter[Order]:
    """What reads any order."""
    return TypeAdapter(Order)


def read_order(data: Any) -> Order:
    """An order of some data, which may come from anybody: a request's body, or a recipe.

    Raises:
        Refused: with one sentence on the first thing wrong.
    """
    if isinstance(data, dict) and "work" not in data:
        data = {"work": "stylize", **data}
    try:
        order: Order = adapter().validate_python(data)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        where = ".".join(str(part)[:64] for part in first["loc"] if part not in WORKS)
        problem = first["msg"].removeprefix("Value error, ").rstrip(".")
        raise Refused(f"{where + ': ' if where else ''}{problem[:1].lower()}{problem[1:]}.", "order_refused") from error
    return order


def files_of(order: Any) -> dict[str, str]:
    """Return the stored files that an order names, whether this version knows such an order or not.

    Args:
        order: as it was put, or anything else that JSON may hold.

    Returns:
        By each file's SHA-256 what people call it.
    """
    found: dict[str, str] = {}
    left = [order]
    while left:
        one = left.pop()
        if isinstance(one, dict):
            if isinstance(sha256 := one.get("sha256"), str) and sha256:
                found[sha256] = str(one.get("name", "the file"))
            left += one.values()
        elif isinstance(one, list | tuple):
            left += one
    return found


def fingerprint(order: Order) -> str:
    """The SHA-256, in hexadecimal, of all that an order asks for: two orders with the same one are the same order."""
    return hashlib.sha256(json.dumps(order.to_data(), sort_keys=True).encode()).hexdigest()


def title_of(order: Order) -> str:
    """What a result is called when nobody says: `photo-starry_night`."""

    def stem(entry: Input) -> str:
        return entry.name.partition(":")[2] or entry.name.removesuffix(ENDING).rpartition(".")[0] or entry.name

    content = getattr(order, "content", None) or getattr(order, "clip", None)
    names = [stem(entry) for entry in ([content] if content else []) + list(order.styles[:2])]
    return "-".join(names)[:255]
