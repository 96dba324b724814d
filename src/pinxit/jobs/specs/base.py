"""The parts that specs share: inputs, styles, settings, and the limits of a server."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Final, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from pinxit import styles as house
from pinxit.errors import PinxitError
from pinxit.image import sample_names
from pinxit.inputs import HOUSE, SAMPLE
from pinxit.recipe.recipe import Finite, Input, Settings
from pinxit.video.recipe import MAX_NUMBER

# Longest side by engine, px. Limits for a server with many clients: larger pictures are for the command line.
LARGEST: Final = {"optimizer": 4096, "network": 8192}
MOST_STYLES = 16
# Fields in which recipes record how a picture came about. Specs may contain them, and they are ignored: another machine has
# other memory, and a run that was stopped early is to be completed now.
_BOOKKEEPING = frozenset(
    (
        *("pinxit", "schema_version", "done", "early_stop", "memory", "encoder_sha256", "map", "asset", "rate", "bits"),
        *("keyframes", "key_masks", "keys", "gamut"),
    )
)
# Fields of a recipe that have no meaning without a content image.
_WITHOUT_CONTENT: Final = (("content_weight", 0), ("color", "style"), ("keep", None))


class InputSpec(Input):
    """A picture, a clip or a network: `house:NAME`, `sample:NAME`, or an uploaded file by its SHA-256."""

    @model_validator(mode="after")
    def _is_known(self) -> Self:
        for prefix, names in ((HOUSE, house.names()), (SAMPLE, sample_names())):
            if self.name.startswith(prefix):
                name = self.name.removeprefix(prefix)
                if self.sha256 or name not in names:
                    near = difflib.get_close_matches(name, names, n=1)
                    hint = f": did you mean {prefix}{near[0]}" if near else ""
                    raise ValueError(f"there is no {self.name[:64]}{hint}")
                return self
        if not self.sha256:
            raise ValueError(
                f"{self.name[:64]!r} is not a picture: name house:NAME, sample:NAME, or an uploaded file by its sha256"
            )
        return self


class StyleSpec(InputSpec):
    """A style image, its share, and the region it applies to; see `pinxit.recipe.recipe.Style`."""

    share: Annotated[Finite, Field(gt=0, le=1e12)] = 1.0
    region: InputSpec | None = None
    mask: InputSpec | None = None


class TimedStyleSpec(InputSpec):
    """A style image of a video, and the time in s at which, or from which until which, it is the only style, or its region."""

    share: Annotated[Finite, Field(gt=0, le=1e12)] = 1.0
    region: InputSpec | None = Field(None, description="Mask of the part that it paints, which follows what it shows.")
    region_frame: int = Field(1, ge=1, le=MAX_NUMBER, description="The frame that the mask is drawn on, from 1.")
    at: Finite | None = Field(None, ge=0, le=1e7)
    until: Finite | None = Field(None, ge=0, le=1e7)


class SharedStyleSpec(InputSpec):
    """A style image and its share."""

    share: Annotated[Finite, Field(gt=0, le=1e12)] = 1.0


class BaseSpec(BaseModel):
    """The fields and the reading of recipes that all specs share."""

    if TYPE_CHECKING:  # fields of every spec, each with its own type
        work: str
        styles: tuple[InputSpec, ...]

    model_config = ConfigDict(frozen=True, extra="forbid")

    # Names of fields in a recipe, and what the spec calls them.
    renamed: ClassVar[dict[str, str]] = {}

    @model_validator(mode="before")
    @classmethod
    def _from_recipe(cls, data: Any) -> Any:
        """Flatten a recipe's inner tables and leave out what describes how it was made."""
        if not isinstance(data, dict):
            return data
        flat: dict[str, Any] = {}
        for inner in (data.get("painted"), data.get("settings"), data):
            flat |= inner if isinstance(inner, dict) else {}
        ignored = (_BOOKKEEPING - cls.model_fields.keys()) | {"painted", "settings", "memory"}
        flat = {cls.renamed.get(name, name): value for name, value in flat.items() if name not in ignored}
        normalized: dict[str, Any] = _without_none(cls._normalized(flat))
        return normalized

    @classmethod
    def _normalized(cls, data: dict[str, Any]) -> dict[str, Any]:
        """Return flat recipe data with the fields of this spec; kinds of work override it."""
        return data

    def to_data(self) -> dict[str, Any]:
        """Return the chosen fields as JSON data."""
        return {"work": getattr(self, "work"), **self.model_dump(mode="json", exclude_unset=True)}  # noqa: B009

    def inputs(self) -> Iterator[tuple[str, InputSpec]]:
        """Yield all inputs, each after its dotted path within the spec, as `styles.0.mask`."""
        for name in type(self).model_fields:
            value = getattr(self, name)
            for number, one in enumerate(value if isinstance(value, tuple) else (value,)):
                if not isinstance(one, InputSpec):
                    continue
                where = f"{name}.{number}" if isinstance(value, tuple) else name
                yield where, one
                for part in ("region", "mask"):
                    inner = getattr(one, part, None)
                    if inner is not None:
                        yield f"{where}.{part}", inner


class SettingsSpec(BaseSpec, Settings):
    """A spec with settings of an engine."""

    @model_validator(mode="after")
    def _fits_on_a_server(self) -> Self:
        check_size(self.settings)
        return self

    @property
    def settings(self) -> dict[str, Any]:
        """The settings that were chosen."""
        chosen = self.model_fields_set & Settings.model_fields.keys()
        return {name: getattr(self, name) for name in sorted(chosen)}


class ContentSpec(SettingsSpec):
    """A spec with a content image and style images."""

    content: InputSpec
    styles: tuple[StyleSpec, ...] = Field(min_length=1, max_length=MOST_STYLES)
    keep: InputSpec | None = None
    init_picture: InputSpec | None = None

    @model_validator(mode="after")
    def _starts_somewhere(self) -> Self:
        if (self.init == "picture") != (self.init_picture is not None):
            raise ValueError('init "picture" and init_picture belong together: give both or neither')
        return self


class PaintingSpec(ContentSpec):
    """A spec of flat pictures, with masks for their parts."""

    finer: InputSpec | None = Field(None, description="A mask: white where strokes are half as large.")
    broader: InputSpec | None = Field(None, description="A mask: white where strokes are twice as large.")
    detailed: InputSpec | None = Field(None, description="A mask: white where the photograph's fine detail stays.")
    region_map: InputSpec | None = Field(None, description="A map of the content image's regions; see the recipe.")


class SynthesisSpec(SettingsSpec):
    """A spec of a surface made from style images alone, guided by a picture on request."""

    styles: tuple[StyleSpec, ...] = Field(min_length=1, max_length=MOST_STYLES)
    like: InputSpec | None = Field(None, description="A picture to guide its structure.")

    renamed: ClassVar[dict[str, str]] = {"content": "like"}

    @classmethod
    def _normalized(cls, data: dict[str, Any]) -> dict[str, Any]:
        like = data.get("like")
        # Recipes of syntheses name "quilt", which is not a picture, as the content image.
        if isinstance(like, dict) and like.get("name") == "quilt" and not like.get("sha256"):
            del data["like"]
        if not data.get("like"):
            data = {name: value for name, value in data.items() if (name, value) not in _WITHOUT_CONTENT}
        # Both follow from the other fields.
        return {name: value for name, value in data.items() if name not in ("wrap", "size")}


def check_size(settings: dict[str, Any]) -> None:
    """Check that a server takes pictures as large as these settings ask for.

    Raises:
        ValueError: when they are too large, or the settings do not go together.
    """
    try:
        chosen = Settings.choose(settings)
    except PinxitError as error:
        raise ValueError(str(error)) from error
    if chosen.size > LARGEST[chosen.engine]:
        raise ValueError(
            f"a size of {chosen.size} px is more than the {LARGEST[chosen.engine]} px that are painted here"
        )


def _without_none(data: Any, depth: int = 4) -> Any:
    """Return data without fields that are None: not chosen. Nothing in a spec lies deeper than a style's mask."""
    if isinstance(data, dict) and depth:
        return {name: _without_none(value, depth - 1) for name, value in data.items() if value is not None}
    return [_without_none(value, depth - 1) for value in data] if isinstance(data, list | tuple) and depth else data
