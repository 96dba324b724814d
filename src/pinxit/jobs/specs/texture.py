"""The spec of a texture."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from pinxit.jobs.specs.base import SynthesisSpec


class TextureSpec(SynthesisSpec):
    """Paint a texture, seamless on request, with the maps that light it."""

    work: Literal["texture"] = "texture"
    height: int = Field(1024, ge=64, le=4096)
    width: int = Field(1024, ge=64, le=4096)
    tile: bool = False
    maps: bool = False

    @classmethod
    def _normalized(cls, data: dict[str, Any]) -> dict[str, Any]:
        if data.get("wrap") == "both":
            data = {"tile": True, **data}
        return super()._normalized(data)
