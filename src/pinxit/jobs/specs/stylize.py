"""The spec of one painted picture."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from pinxit.jobs.specs.base import ContentSpec, InputSpec


class StylizeSpec(ContentSpec):
    """Paint a picture in the style of others."""

    work: Literal["stylize"] = "stylize"
    region_map: InputSpec | None = Field(None, description="A map of the content image's regions; see the recipe.")
