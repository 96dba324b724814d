"""A person's own preset as a file: settings under a name, and a picture of what they give.

The file is JSON: {"pinxit_preset": 1, "name": "…", "settings": {…}, "thumbnail": a PNG in base64, or null}. It may come from
anybody, so all of it is checked. It names no pictures and no paths.
"""

from __future__ import annotations

import base64
import binascii
import io
import re
import warnings
from typing import Any, Literal

import PIL.Image
from pydantic import BaseModel, ConfigDict, Field, field_validator

from pinxit import image as pictures
from pinxit.errors import PinxitError
from pinxit.image import Picture
from pinxit.recipe.presets import PRESETS
from pinxit.recipe.recipe import Settings

LONGEST_NAME = 64  # characters
_NAME_BYTES = 240  # a file's name has at most 255, and its ending needs some
THUMBNAIL_BYTES = 64 << 10
_THUMBNAIL_SIDE = 1024  # px: at most, so that a small file cannot hold a huge picture
_NOT_IN_NAMES = re.compile(r'[/\\:*?"<>|]|^[.\s]|[.\s]$')
# Settings that belong to a picture or a machine, not to a look.
OF_A_RUN = ("assignment", "memory", "device", "match_by", "precision", "seconds")


class PresetFile(BaseModel):
    """The content of a preset's file.

    Attributes:
        pinxit_preset: version of the format.
        name: what people call it.
        settings: values by name, as in a recipe; among them `preset`, on which the others are applied.
        thumbnail: a PNG in base64, which shows what it looks like.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    pinxit_preset: Literal[1] = 1
    name: str = Field(min_length=1, max_length=LONGEST_NAME)
    settings: dict[str, Any] = Field(max_length=100)
    thumbnail: str | None = Field(None, max_length=THUMBNAIL_BYTES * 4 // 3 + 4)

    def picture(self) -> Picture | None:
        """Return the thumbnail."""
        return None if self.thumbnail is None else pictures.read(base64.b64decode(self.thumbnail))

    @field_validator("name", mode="after")
    @classmethod
    def _is_a_name(cls, name: str) -> str:
        cleaned = " ".join(name.split())
        if not is_file_name(cleaned):
            raise ValueError("a preset's name can be a file's name, without / \\ : * ? \" < > |")
        if not cleaned or cleaned in PRESETS:
            raise ValueError("a preset of that name comes with pinxit, or it is empty: give it another name")
        return cleaned

    @field_validator("settings", mode="after")
    @classmethod
    def _are_settings(cls, settings: dict[str, Any]) -> dict[str, Any]:
        unknown = [name for name in settings if name not in Settings.model_fields]
        if unknown:
            raise ValueError(f"there is no setting {unknown[0][:40]!r}")
        if "assignment" in settings:
            raise ValueError("the assignment of regions belongs to certain pictures: leave it out of a preset")
        if settings.get("init") == "picture":
            raise ValueError("init: a preset names no pictures")
        try:
            Settings.choose(settings)
        except PinxitError as error:
            raise ValueError(str(error)) from error
        return settings

    @field_validator("thumbnail", mode="after")
    @classmethod
    def _is_a_picture(cls, thumbnail: str | None) -> str | None:
        if thumbnail is not None:
            _check_png(thumbnail)
        return thumbnail


def is_file_name(name: str) -> bool:
    """Whether a name can be that of a file, on any system."""
    return name.isprintable() and not _NOT_IN_NAMES.search(name) and len(name.encode()) <= _NAME_BYTES


def _check_png(text: str) -> None:
    """Raise ValueError unless a text is a small PNG in base64."""
    wrong = f"the thumbnail is not a PNG of at most {THUMBNAIL_BYTES >> 10} KB in base64: leave it out"
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise ValueError(wrong) from error
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", PIL.Image.DecompressionBombWarning)
            with PIL.Image.open(io.BytesIO(data), formats=["PNG"]) as picture:
                fits = len(data) <= THUMBNAIL_BYTES and max(picture.size) <= _THUMBNAIL_SIDE
                if fits:
                    picture.load()
    except Exception as error:  # of a file made to be wrong, Pillow raises almost anything
        raise ValueError(wrong) from error
    if not fits:
        raise ValueError(wrong)
