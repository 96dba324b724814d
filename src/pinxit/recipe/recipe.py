"""The recipe: everything that decides a result, in one object that is stored inside the picture it made.

`Settings` holds what a person may choose. The command line's options, the library's keyword arguments and the studio's API
are made from its fields, so that no two of them can differ. `Recipe` adds the pictures that the settings are applied to.
"""

from __future__ import annotations

import json
import re
from typing import Annotated, Any, Final, Literal, Self, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from pinxit.errors import PinxitError, printable
from pinxit.image.picture import Gamut
from pinxit.image.wrap import WrapName
from pinxit.recipe.choices import Device, EarlyStop, LossForm, Pooling, Precision, Solver
from pinxit.recipe.presets import GRAM, PRESETS

M = TypeVar("M", bound=BaseModel)

SCHEMA: Final = 1
MAX_SIZE = 16384  # px
# Most characters of a setting given as text: enough for all layers with their weights.
LONGEST_TEXT = 1024
_LAYER = re.compile(r"(conv|relu)[1-5]_[1-4]|pool[1-4]")


def _check_length(text: str) -> None:
    if len(text) > LONGEST_TEXT:
        raise ValueError(f"a setting has at most {LONGEST_TEXT} letters")


def _read_layers(value: object) -> object:
    """Read `relu1_1,relu2_1=0.5` as `{"relu1_1": 1.0, "relu2_1": 0.5}`."""
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
            raise ValueError(f"{name!r} is not a layer of VGG: layers have names such as conv4_2, relu3_1 and pool2")
    if not layers or not any(layers.values()):
        raise ValueError("at least one layer needs a weight above 0")
    return layers


def _read_numbers(value: object) -> object:
    """Read `200,100,50`, or one number, as a tuple."""
    if isinstance(value, str):
        _check_length(value)
        return tuple(part.strip() for part in value.split(","))
    return (value,) if isinstance(value, int | float) else value


def _read_gigabytes(value: object) -> object:
    """Read `4`, `4GB` or `512MB` as gigabytes."""
    if not isinstance(value, str):
        return value
    _check_length(value)
    match = re.fullmatch(r"([0-9.]+(?:e[+-]?[0-9]+)?)\s*(MB|GB|)", value.strip(), re.IGNORECASE)
    if match is None:
        raise ValueError("an amount of memory is given as 4GB or 512MB")
    return float(match[1]) / (1024 if match[2].upper() == "MB" else 1)


def _read_regions(value: object) -> object:
    """Read `2,0,1+3` as `((2,), (0,), (1, 3))`."""
    if not isinstance(value, str):
        return value
    _check_length(value)
    return tuple(tuple(part.split("+")) for part in value.split(","))


Finite = Annotated[float, Field(allow_inf_nan=False)]
Weight = Annotated[Finite, Field(ge=0, le=1e12)]
# VGG has fewer layers than the limit, and none has a longer name.
Layers = Annotated[
    dict[Annotated[str, Field(max_length=64)], Weight], Field(max_length=64), BeforeValidator(_read_layers)
]

# A picture has at most ten regions, and a job at most 64 style images.
_Numbers = Annotated[tuple[Annotated[int, Field(ge=0, lt=640)], ...], Field(min_length=1, max_length=640)]
Regions = Annotated[tuple[_Numbers, ...], Field(min_length=1, max_length=10), BeforeValidator(_read_regions)]


def _setting(default: Any, group: str, description: str, **constraints: Any) -> Any:
    return Field(default, description=description, json_schema_extra={"group": group}, **constraints)


class Settings(BaseModel):
    """Everything that a person may choose; the defaults are those of the preset `standard`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    preset: Literal["draft", "standard", "fine", "instant", "gatys"] = _setting(
        "standard",
        "Options",
        "Defaults of all other settings: draft is quick, standard balances time and quality, fine is for printing, instant "
        "paints by a network, gatys follows the original paper.",
    )
    size: int = _setting(
        512,
        "Options",
        "Longer side of the result, px; original keeps the content image's size. Time and memory grow with its square.",
        ge=16,
        le=MAX_SIZE,
    )
    content_weight: Weight = _setting(
        1.0, "Options", "α: weight of the content loss; higher values keep more of the photograph."
    )
    style_weight: Weight = _setting(
        16.0, "Options", "β: weight of the style loss; higher values give a stronger style."
    )
    style_scale: Finite = _setting(
        1.0,
        "Options",
        "Size of strokes and motifs relative to the style image's: 2 doubles it, 0.5 halves it.",
        ge=0.05,
        le=20,
    )
    engine: Literal["optimizer", "network"] = _setting(
        "optimizer",
        "Options",
        "What paints: the optimizer minimises the losses for each picture, for the best quality; the network paints in one "
        "pass, many times as fast, and ignores the weights and all settings under Schedule, Objective and Encoder.",
    )
    wrap: WrapName = _setting(
        "none",
        "Options",
        "Opposite borders that join without a seam: x joins left and right, as in a panorama; both makes a tile; half-drop and "
        "brick make tiles for these repeats. Sides become multiples of 16 px, or of 32 px where tiles are shifted.",
    )
    seed: int = _setting(
        0,
        "Options",
        "Seed of random choices, for init noise and for textures: the same seed gives the same result.",
        ge=0,
        lt=2**63,
    )

    iterations: Annotated[tuple[Annotated[int, Field(ge=1, le=100_000)], ...], BeforeValidator(_read_numbers)] = _setting(
        (90, 55, 25), "Schedule",
        "Iterations at each scale, coarse to fine; the last number also holds for all finer scales. Most go to the coarse "
        "scales, where iterations are cheap and forms settle.",
        min_length=1, max_length=16,
    )  # fmt: skip
    coarsest: int = _setting(
        128,
        "Schedule",
        "Longer side of the first scale, px; each following scale doubles it until the size is reached.",
        ge=16,
        le=MAX_SIZE,
    )
    seconds: Finite | None = _setting(
        None, "Schedule", "Time budget, s: painting stops then and keeps the best picture so far.", gt=0, le=1e7
    )
    tolerance: Finite = _setting(
        0.002,
        "Schedule",
        "Smallest worthwhile gain: a scale ends early when 10 iterations lower the loss by less than this share; 0 never ends "
        "early.",
        ge=0,
        lt=1,
    )
    solver: Solver = _setting(
        "lbfgs", "Schedule", "Optimisation method: lbfgs needs fewer iterations, adam less memory."
    )
    init: Literal["content", "noise", "style", "network", "picture"] = _setting(
        "content",
        "Schedule",
        "First picture that the optimizer improves: the content image, noise, the style image, the network's result, or a "
        "picture of your own, such as an earlier result.",
    )
    memory: Annotated[Finite, BeforeValidator(_read_gigabytes)] | None = _setting(
        None,
        "Schedule",
        "Memory limit, GB: a picture that needs more is processed in tiles, which leave no seams. By default most of the free "
        "memory may be used.",
        gt=0,
        le=1e6,
    )

    color: Literal["style", "keep", "match"] = _setting(
        "style",
        "Color",
        "Colours of the result: style uses the style image's; keep puts the content image's hues under the painted lightness; "
        "match gives the style image the content image's colours before painting.",
    )
    color_strength: Finite = _setting(
        1.0, "Color", "Strength of keep or match, from 0 (the style's colours) to 1 (the content image's).", ge=0, le=1
    )

    objective: Literal["neighbors", "gram"] = _setting(
        "neighbors",
        "Objective",
        "Style loss: neighbors paints each place like the most similar place of the style image, which keeps strokes coherent; "
        "gram gives the whole picture the style image's statistics, as Gatys et al. do.",
    )
    faces: Literal["gentle", "style", "keep"] = _setting(
        "gentle",
        "Objective",
        "Treatment of faces: gentle paints them so that people stay recognisable; style paints them like everything else; keep "
        "leaves them as they are in the photograph.",
    )
    match: Literal["soft", "regions", "off"] = _setting(
        "soft",
        "Objective",
        "Use of meaning by neighbors: soft favours places of the style image that show the same kind of thing, sky for sky, "
        "skin for skin; regions divides both pictures into parts and paints each part like its closest counterpart; off "
        "compares forms only.",
    )
    match_by: Literal["auto", "dino", "vgg"] = _setting(
        "auto",
        "Objective",
        "Features that recognise what things are: dino is better and is downloaded by pinxit weights pull dino; vgg needs no "
        "further download; auto takes dino where it is available. The recipe records which was used.",
    )
    assignment: Regions | None = _setting(
        None,
        "Objective",
        "For match regions: the region, or regions, of the style image for each region of the content image in order, such as "
        "2,0,1+3. By default each region gets the most similar one.",
    )
    smoothness: Weight = _setting(
        1.6, "Objective", "γ: weight of the total variation loss; higher values remove noise and fine grain."
    )
    content_layers: Layers = _setting(
        # relu4_2 alone does not hold eyes and edges; relu3_1 keeps faces readable and preserves thin objects.
        {"relu4_2": 0.5, "relu3_1": 0.5},
        "Objective",
        "VGG layers of the content loss, each as name or name=weight; deeper layers keep contents, earlier ones also edges.",
    )
    style_layers: Layers = _setting(
        # The neighbors place forms and strokes. Statistics of fine layers add palette and contrast; those of deep layers would
        # repeat motifs everywhere.
        {"relu1_1": 0.4, "relu2_1": 0.35, "relu3_1": 0.25},
        "Objective",
        "VGG layers of the style statistics, each as name or name=weight; early layers give palette and strokes, deep ones "
        "motifs.",
    )
    style_moments: Finite = _setting(
        # Gram matrices alone hardly capture how much features vary; means and deviations alone cannot distinguish strokes.
        0.8,
        "Objective",
        "Share of the style statistics that compares means and deviations, 0 to 1; the rest compares Gram matrices.",
        ge=0,
        le=1,
    )
    content_statistics: Literal["style", "content"] = _setting(
        "style",
        "Objective",
        "Statistics of the content targets: style gives the content's feature maps the style's means and deviations (AdaIN), "
        "so that the two losses agree; content keeps their own.",
    )
    content_similarity: Weight = _setting(
        # Keeps the composition where feature maps alone would lose it to the style; 6 keeps more, but strokes suffer.
        4.0,
        "Objective",
        "Weight of self-similarity in the content loss, relative to feature maps: it keeps which parts of the picture resemble "
        "each other, and so the composition.",
    )
    form: LossForm = _setting(
        "relative",
        "Objective",
        "Scale of the losses: relative divides each by its target's energy, so that weights mean the same for all pictures; "
        "gatys uses the paper's sums over its rescaled VGG.",
    )

    network: Literal["fine", "live"] = _setting(
        "fine", "Network", "Built-in network that paints: fine has the better quality; live is several times as fast."
    )
    strength: Finite = _setting(
        1.0, "Options", "Strength of the style, from 0 (the photograph) to 1 (the full style).", ge=0, le=1
    )

    encoder: Literal["vgg16", "vgg16-torchvision", "vgg19"] = _setting(
        "vgg16",
        "Encoder",
        "Network whose features define content and style: vgg16 with its authors' weights, vgg16-torchvision with "
        "torchvision's, or the deeper vgg19, which the original paper used.",
    )
    pooling: Pooling = _setting(
        "max",
        "Encoder",
        "Pooling of the encoder: max, as it was trained; average, as in the paper, for smoother pictures; or l2.",
    )
    device: Device = _setting(
        "auto", "Encoder", "Processor that computes; auto takes the fastest available: cuda, then mps, then cpu."
    )
    precision: Precision = _setting(
        "auto",
        "Encoder",
        "Number format of the encoder: bfloat16 halves time and memory on hardware that supports it; auto uses it there and "
        "float32 elsewhere.",
    )

    @model_validator(mode="after")
    def _is_sensible(self) -> Self:
        _check_layers(self.content_layers)
        _check_layers(self.style_layers)
        if self.content_weight == 0 and self.style_weight == 0:
            raise ValueError("content_weight and style_weight are both 0: there is nothing to minimise")
        if self.assignment is not None and self.match != "regions":
            raise ValueError("an assignment needs regions: set match to regions as well")
        return self

    @property
    def matched(self) -> bool:
        """Whether the search for neighbors uses meaning; see `match`."""
        searched = self.engine == "optimizer" and self.objective == "neighbors" and self.style_weight > 0
        return searched and self.match != "off"

    @classmethod
    def choose(cls, options: dict[str, Any]) -> Self:
        """Return the settings of a preset, with options applied on top.

        Args:
            options: values by field name; None means not chosen. Texts as on a command line are accepted.

        Raises:
            PinxitError: one sentence for the first thing wrong.
        """
        chosen = {name: value for name, value in options.items() if value is not None}
        preset = chosen.get("preset", "standard")
        if not isinstance(preset, str) or preset not in PRESETS:
            raise PinxitError(f"there is no preset {preset!r}: choose one of {', '.join(PRESETS)}.")
        settings = {**PRESETS[preset].settings, **chosen, "preset": preset}
        return validated(cls, {**GRAM, **settings} if settings.get("objective") == "gram" else settings)


def completed(data: Any) -> Any:
    """Add to settings recorded by version 0.1 what later versions need to paint the same.

    That version had one objective, painted faces like everything else, did not use meaning, and its optimiser had no strength.
    """
    if not isinstance(data, dict) or "objective" in data:
        return data
    strength = data.get("strength", 1.0) if data.get("engine") == "network" else 1.0
    return {"faces": "style", "match": "off", **data, "objective": "gram", "strength": strength}


Recorded = Annotated[Settings, BeforeValidator(completed)]
"""Settings inside another kind of recipe."""

LONGEST_NAME: Final = 255


def _storable(name: object) -> object:
    """Return a name that JSON and a terminal can hold, with undecodable bytes and line breaks in printable form."""
    if not isinstance(name, str) or printable(name) == name:
        return name
    return printable(name)[-LONGEST_NAME:]


class Input(BaseModel):
    """A picture that a result was made from, identified by its content, never by its path.

    Attributes:
        name: `house:swirl`, `sample:cat`, or a file's name without its folder, so that a person knows what to look for.
        sha256: hash of the file's bytes, or of the pixels of a picture without a file; empty for house and sample pictures.
        bytes: length of the file; 0 for a picture without a file.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Annotated[str, BeforeValidator(_storable)] = Field(max_length=LONGEST_NAME)
    sha256: str = Field("", pattern=r"^([0-9a-f]{64})?$")
    bytes: int = Field(0, ge=0, lt=2**63)


class Style(Input):
    """A style image and where it is applied.

    Attributes:
        share: its share in a mixture; only the ratio matters.
        region: mask of the part of the result that it is applied to.
        mask: mask of the part of the style image that is used.
    """

    share: Annotated[Finite, Field(gt=0, le=1e12)] = 1.0
    region: Input | None = None
    mask: Input | None = None


class Recipe(Settings):
    """Settings and the pictures they were applied to: enough to make the result again."""

    schema_version: Literal[1] = SCHEMA
    pinxit: str = Field(max_length=64, description="Version of pinxit that made the result.")
    content: Input
    styles: tuple[Style, ...] = Field(min_length=1, max_length=64)
    init_picture: Input | None = None
    keep: Input | None = Field(None, description="Mask of what stays as it is.")
    finer: Input | None = Field(None, description="Mask of where strokes are half as large.")
    broader: Input | None = Field(None, description="Mask of where strokes are twice as large.")
    detailed: Input | None = Field(None, description="Mask of where the content image's fine detail stays.")
    region_map: Input | None = Field(
        None,
        description="Map of the content image's regions for match regions: grey 0 to 15 is region 0, 16 to 31 region 1 …",
    )
    encoder_sha256: str = Field("", pattern=r"^([0-9a-f]{64})?$", description="Hash of a local weights file.")
    gamut: Gamut = Field(
        "srgb", description="Colour space that was painted in: p3 for a photograph with colours beyond sRGB."
    )
    done: tuple[Annotated[int, Field(ge=1, le=100_000)], ...] | None = Field(
        None, max_length=16, description="Iterations done at each scale; painting again does exactly these."
    )
    early_stop: EarlyStop | None = Field(
        None, description="What the network provided for the picture of a run that was stopped early."
    )

    @model_validator(mode="after")
    def _maps_regions(self) -> Self:
        if self.region_map is not None and self.match != "regions":
            raise ValueError("a region map needs regions: set match to regions as well")
        return self

    @model_validator(mode="before")
    @classmethod
    def _of_an_earlier_version(cls, data: Any) -> Any:
        return completed(data)

    @classmethod
    def make(cls, settings: Settings, **ingredients: Any) -> Self:
        """Return a recipe of settings and further fields.

        Raises:
            PinxitError: when a field is not allowed.
        """
        return validated(cls, {**settings.model_dump(), **ingredients})

    def change(self, changes: dict[str, Any]) -> Self:
        """Return the recipe with changed settings; its schedule is then run in full.

        If the objective changes, settings that had the old objective's defaults get the new one's.

        Raises:
            PinxitError: when a setting is not allowed.
        """
        if changes.get("objective", self.objective) != self.objective:
            of_neighbors = {name: type(self).model_fields[name].get_default() for name in GRAM}
            before, after = (GRAM, of_neighbors) if self.objective == "gram" else (of_neighbors, GRAM)
            now = self.model_dump(include=set(GRAM))
            changes = {name: after[name] for name in GRAM if now[name] == before[name]} | changes
        return validated(type(self), {**self.model_dump(), **changes, "done": None, "early_stop": None})

    def to_json(self) -> str:
        """Return the recipe as JSON text, ASCII only, since it is stored in files of many kinds."""
        return json.dumps(self.model_dump(mode="json"), ensure_ascii=True)

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Read a recipe from untrusted text.

        Raises:
            PinxitError: when it is no recipe, or is from a newer pinxit.
        """
        try:
            data = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise PinxitError("the recipe in this file is damaged: it is not JSON.") from error
        if not isinstance(data, dict):
            raise PinxitError("the recipe in this file is damaged: it is not a table of settings.")
        if data.get("schema_version") != SCHEMA:
            raise PinxitError(
                f"the recipe is of schema {data.get('schema_version')!r}, this pinxit reads {SCHEMA}: upgrade."
            )
        return validated(cls, data)


def work_of(text: str) -> str:
    """Return the kind of work that a recipe describes: `stylize`, or the command that can make the file again."""
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        return "stylize"  # reading it as such gives the error message
    work = data.get("work", "stylize") if isinstance(data, dict) else "stylize"
    return work if isinstance(work, str) else "stylize"


def validated_json(model: type[M], text: str) -> M:
    """Validate a recipe of one kind of work from untrusted JSON text.

    Raises:
        PinxitError: when it is not one.
    """
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise PinxitError("the recipe in this file is damaged: it is not JSON.") from error
    return validated(model, data)


def validated(model: type[M], data: dict[str, Any]) -> M:
    """Validate data against a model.

    Raises:
        PinxitError: one sentence for the first error.
    """
    try:
        return model.model_validate(data)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        problem = first["msg"].removeprefix("Value error, ")
        given = "" if not where or first["type"] == "missing" else f", not {str(first['input'])[:60]!r}"
        raise PinxitError(f"{where + ': ' if where else ''}{problem[0].lower()}{problem[1:]}{given}.") from error
