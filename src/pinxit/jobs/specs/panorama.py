"""The spec of a 360° panorama."""

from __future__ import annotations

from typing import Any, Literal

from pinxit.jobs.specs.base import ContentSpec


class PanoramaSpec(ContentSpec):
    """Paint a 360° panorama, or the cube map of one."""

    work: Literal["panorama"] = "panorama"
    cubemap: bool = False

    @classmethod
    def _normalized(cls, data: dict[str, Any]) -> dict[str, Any]:
        if data.pop("side", None):
            data = {"cubemap": True, **data}
        if not data.get("sides"):
            data.pop("sides", None)
        if data.get("wrap") == "none":
            del data["wrap"]
        return data
