"""The recipe: everything that decides a result, in one object that travels inside the picture it made.

`Settings` is what a person may choose; the command line's options, the library's keyword arguments and every later
interface are made from its fields, so that no two of them can differ. `Recipe` adds what the settings are applied to.
"""

from __future__ import annotations

import json
import re
from typing import Annotated, Any, Final, Literal, Self, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from pinxit.errors import PinxitError, printable
from pinxit.picture.presets import PRESETS
from pinxit.picture.wrap import WrapName

M = TypeVar("M", bound=BaseModel)

SCHEMA: Final = 1
MAX_SIZE = 16384
# As long a text as a setting is read from: all layers with their weights.
LONGEST_TEXT = 1024
_LAYER = re.compile(r"(conv|relu)[1-5]_[1-4]|pool[1-4]")


def _check_length(text: str) -> None:
    if len(text) > LONGEST_TEXT:
        raise ValueError(f"a setting has at most {LONGEST_TEXT} letters")


def _read_layers(value: object) -> object:
    """`relu1_1,relu2_1=0.5` → `{"relu1_1": 1.0, "relu2_1": 0.5}`."""
    if not isinstance(value, str):
        return value
    _check_length(value)
    layers: dict[str, float] = {}
    for part in value.split(","):
        name, _, weight = part.strip().partition("=")
        try:
            layers[name] = float(weight or 1)
        except ValueError as error:
            raise ValueError(f"{part.strip()!r} is not a layer, or layer=weight") from error
    return layers


def _check_layers(layers: dict[str, float]) -> dict[str, float]:
    for name in layers:
        if not _LAYER.fullmatch(name):
            raise ValueError(f"{name!r} is not a layer of VGG: they are called conv4_2, relu3_1, pool2")
    if not layers or not any(layers.values()):
        raise ValueError("at least one layer needs a weight above 0")
    return layers


def _read_numbers(value: object) -> object:
    """`200,100,50` or one number → a tuple."""
    if isinstance(value, str):
        _check_length(value)
        return tuple(part.strip() for part in value.split(","))
    return (value,) if isinstance(value, int | float) else value


def _read_gigabytes(value: object) -> object:
    """`4`, `4GB` or `512MB` → gigabytes."""
    if not isinstance(value, str):
        return value
    _check_length(value)
    match = re.fullmatch(r"([0-9.]+(?:e[+-]?[0-9]+)?)\s*(MB|GB|)", value.strip(), re.IGNORECASE)
    if match is None:
        raise ValueError("a memory is given as 4GB or 512MB")
    return float(match[1]) / (1024 if match[2].upper() == "MB" else 1)


Finite = Annotated[float, Field(allow_inf_nan=False)]
Weight = Annotated[Finite, Field(ge=0, le=1e12)]
# There are fewer taps than that, and none has a longer name.
Layers = Annotated[
    dict[Annotated[str, Field(max_length=64)], Weight], Field(max_length=64), BeforeValidator(_read_layers)
]


def _setting(default: Any, group: str, description: str, **constraints: Any) -> Any:
    return Field(default, description=description, json_schema_extra={"group": group}, **constraints)


class Settings(BaseModel):
    """What a person may choose. The defaults are those of the preset `standard`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    preset: Literal["draft", "standard", "fine", "instant", "gatys"] = _setting(
        "standard",
        "Options",
        "Where the other settings start from: draft to try, fine to print, instant by a network, gatys the paper itself.",
    )
    size: int = _setting(512, "Options", "Longer side of the result, px, or original.", ge=16, le=MAX_SIZE)
    content_weight: Weight = _setting(1.0, "Options", "α: how much the content image counts.")
    style_weight: Weight = _setting(10.0, "Options", "β: how much the style counts.")
    style_scale: Finite = _setting(1.0, "Options", "Size of the style's strokes: 2 doubles them.", ge=0.05, le=20)
    engine: Literal["optimizer", "network"] = _setting(
        "optimizer",
        "Options",
        "What paints: the optimiser, pixel by pixel, or a network that learnt to, at once; it has a strength, but reads "
        "neither weights nor what stands under Schedule, Objective and Encoder.",
    )
    wrap: WrapName = _setting(
        "none",
        "Options",
        "Which borders meet without a seam: x, left and right, as a panorama's do; both, as a tile's; half-drop and brick, "
        "as in these repeats. Sides become multiples of 16 px, where they are shifted of 32.",
    )
    seed: int = _setting(0, "Options", "Where chance starts from (--init noise).", ge=0, lt=2**63)

    iterations: Annotated[tuple[Annotated[int, Field(ge=1, le=100_000)], ...], BeforeValidator(_read_numbers)] = _setting(
        (90, 50, 20), "Schedule", "Iterations at each scale, coarse to fine; the last holds for all further ones.",
        min_length=1, max_length=16,
    )  # fmt: skip
    coarsest: int = _setting(
        128, "Schedule", "Longer side of the first scale, px; each next doubles.", ge=16, le=MAX_SIZE
    )
    seconds: Finite | None = _setting(None, "Schedule", "Time budget: stop after so many seconds.", gt=0, le=1e7)
    tolerance: Finite = _setting(
        0.002, "Schedule", "Leave a scale when 10 iterations improve the loss by a smaller share.", ge=0, lt=1
    )
    solver: Literal["lbfgs", "adam"] = _setting("lbfgs", "Schedule", "How the objective is minimised.")
    init: Literal["content", "noise", "style", "network", "picture"] = _setting(
        "content",
        "Schedule",
        "Start from: content, noise, style, what the network paints, or a picture, such as an earlier result.",
    )
    memory: Annotated[Finite, BeforeValidator(_read_gigabytes)] | None = _setting(
        None, "Schedule", "GB that may be used: larger pictures are seen in tiles.", gt=0, le=1e6
    )

    color: Literal["style", "keep", "match"] = _setting(
        "style",
        "Color",
        "Whose colours: the style's; keep takes the content image's onto the painted lightness; "
        "match first gives the style image the content image's colours.",
    )
    color_strength: Finite = _setting(1.0, "Color", "How far keep or match go, 0 to 1.", ge=0, le=1)

    smoothness: Weight = _setting(1.0, "Objective", "γ: weight of the total variation.")
    content_layers: Layers = _setting(
        # relu4_2 alone leaves eyes and edges to chance; a little of relu3_1 keeps faces readable and strokes free.
        {"relu4_2": 0.7, "relu3_1": 0.3},
        "Objective",
        "Taps of the content loss, name or name=weight.",
    )
    style_layers: Layers = _setting(
        # Equal weights drown faces in large motifs: the fine layers give palette and strokes, the deep ones wallpaper.
        {"relu1_1": 0.3, "relu2_1": 0.3, "relu3_1": 0.2, "relu4_1": 0.12, "relu5_1": 0.08},
        "Objective",
        "Taps of the style loss, name or name=weight.",
    )
    style_moments: Finite = _setting(
        # Gram matrices alone hardly see how much features vary; means and deviations alone cannot tell strokes apart.
        0.5,
        "Objective",
        "Share of the style loss that is about means and deviations, 0 to 1; the rest is about Gram matrices.",
        ge=0,
        le=1,
    )
    content_statistics: Literal["style", "content"] = _setting(
        "style",
        "Objective",
        "Whose means and deviations the content's feature maps are compared with: the style's (AdaIN) or their own.",
    )
    content_similarity: Weight = _setting(
        # Keeps the composition where feature maps alone give it up to the style; 4 is nearer still, and strokes suffer.
        2.0,
        "Objective",
        "For content, what it counts which parts of the picture resemble which, against the feature maps themselves.",
    )
    form: Literal["relative", "gatys"] = _setting(
        "relative", "Objective", "Losses as shares of the target's energy, or the paper's, over its rescaled VGG."
    )

    network: Literal["fine", "live"] = _setting(
        "fine", "Network", "Which one paints: live is several times as fast, and coarser."
    )
    strength: Finite = _setting(
        1.0, "Network", "How far the network goes: 0 is the photograph, 1 the style in full.", ge=0, le=1
    )

    encoder: Literal["vgg16", "vgg16-torchvision", "vgg19"] = _setting("vgg16", "Encoder", "The network that sees.")
    pooling: Literal["max", "average", "l2"] = _setting("max", "Encoder", "How it halves feature maps.")
    device: Literal["auto", "cpu", "cuda", "mps"] = _setting("auto", "Encoder", "Where it computes.")
    precision: Literal["auto", "float32", "bfloat16"] = _setting("auto", "Encoder", "In what precision it computes.")

    @model_validator(mode="after")
    def _is_sensible(self) -> Self:
        _check_layers(self.content_layers)
        _check_layers(self.style_layers)
        if self.content_weight == 0 and self.style_weight == 0:
            raise ValueError("content_weight and style_weight are both 0: there is nothing to minimise")
        return self

    @classmethod
    def choose(cls, options: dict[str, Any]) -> Self:
        """Settings from a preset and what was chosen on top of it.

        Args:
            options: field names and values; None means not chosen. Texts as on a command line are read too.

        Raises:
            PinxitError: one sentence for the first thing wrong.
        """
        chosen = {name: value for name, value in options.items() if value is not None}
        preset = chosen.get("preset", "standard")
        if not isinstance(preset, str) or preset not in PRESETS:
            raise PinxitError(f"there is no preset {preset!r}: choose one of {', '.join(PRESETS)}.")
        return validated(cls, {**PRESETS[preset].settings, **chosen, "preset": preset})


LONGEST_NAME: Final = 255


def _storable(name: object) -> object:
    """A name that JSON and a terminal can hold: of bytes that are no text, and of line breaks, the printable form."""
    if not isinstance(name, str) or printable(name) == name:
        return name
    return printable(name)[-LONGEST_NAME:]


class Input(BaseModel):
    """A picture that went into a result, known by its content, never by its place.

    Attributes:
        name: `house:swirl`, `sample:cat`, or a file's name without its folder, to tell a person what to look for.
        sha256: of the file's bytes; of the pixels for a picture that was no file; empty for house and sample pictures.
        bytes: the file's length, 0 where there was none.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Annotated[str, BeforeValidator(_storable)] = Field(max_length=LONGEST_NAME)
    sha256: str = Field("", pattern=r"^([0-9a-f]{64})?$")
    bytes: int = Field(0, ge=0, lt=2**63)


class Style(Input):
    """A style image and where it goes.

    Attributes:
        share: in a mixture; only the ratio matters.
        region: the mask of the part of the result that it is for.
        mask: the mask of its own part that is meant.
    """

    share: Annotated[Finite, Field(gt=0, le=1e12)] = 1.0
    region: Input | None = None
    mask: Input | None = None


class Recipe(Settings):
    """Settings and what they were applied to: enough to make the picture again."""

    schema_version: Literal[1] = SCHEMA
    pinxit: str = Field(max_length=64, description="The version that made it.")
    content: Input
    styles: tuple[Style, ...] = Field(min_length=1, max_length=64)
    init_picture: Input | None = None
    keep: Input | None = Field(None, description="The mask of what stays as it is.")
    encoder_sha256: str = Field("", pattern=r"^([0-9a-f]{64})?$", description="Of a weights file given by hand.")
    done: tuple[Annotated[int, Field(ge=1, le=100_000)], ...] | None = Field(
        None, max_length=16, description="Iterations done at each scale; an engine given them does exactly those."
    )

    @classmethod
    def make(cls, settings: Settings, **ingredients: Any) -> Self:
        """Settings applied to ingredients; PinxitError when one of those is not allowed."""
        return validated(cls, {**settings.model_dump(), **ingredients})

    def change(self, changes: dict[str, Any]) -> Self:
        """The recipe with other settings, its schedule to be run anew; PinxitError when one is not allowed."""
        return validated(type(self), {**self.model_dump(), **changes, "done": None})

    def to_json(self) -> str:
        """The recipe as JSON text, ASCII only: it goes into files of many kinds."""
        return json.dumps(self.model_dump(mode="json"), ensure_ascii=True)

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Read a recipe, which may come from anybody's file.

        Raises:
            PinxitError: when it is not one, or is from a newer pinxit.
        """
        try:
            data = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise PinxitError("the recipe in this file is damaged: it is no JSON.") from error
        if not isinstance(data, dict):
            raise PinxitError("the recipe in this file is damaged: it is no table of settings.")
        if data.get("schema_version") != SCHEMA:
            raise PinxitError(
                f"the recipe is of schema {data.get('schema_version')!r}, this pinxit reads {SCHEMA}: upgrade."
            )
        return validated(cls, data)


def work_of(text: str) -> str:
    """Which work a recipe describes: `stylize`, or the command that made the file and knows how to make it again."""
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        return "stylize"  # whose reader says what is wrong with it
    work = data.get("work", "stylize") if isinstance(data, dict) else "stylize"
    return work if isinstance(work, str) else "stylize"


def validated_json(model: type[M], text: str) -> M:
    """A recipe of a work of its own, which may come from anybody's file; PinxitError when it is not one."""
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise PinxitError("the recipe in this file is damaged: it is no JSON.") from error
    return validated(model, data)


def validated(model: type[M], data: dict[str, Any]) -> M:
    """A model of some data; PinxitError, one sentence, for the first thing wrong with it."""
    try:
        return model.model_validate(data)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        problem = first["msg"].removeprefix("Value error, ")
        given = "" if not where or first["type"] == "missing" else f", not {str(first['input'])[:60]!r}"
        raise PinxitError(f"{where + ': ' if where else ''}{problem[0].lower()}{problem[1:]}{given}.") from error
