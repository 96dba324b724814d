"""The spec of one painted picture."""

from __future__ import annotations

from typing import Literal

from pinxit.jobs.specs.base import PaintingSpec


class StylizeSpec(PaintingSpec):
    """Paint a picture in the style of others."""

    work: Literal["stylize"] = "stylize"
