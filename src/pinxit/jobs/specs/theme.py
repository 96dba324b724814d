"""The spec of an interface's theme."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from pinxit.jobs.specs.base import MOST_STYLES, InputSpec, SettingsSpec, SharedStyleSpec


class ThemeSpec(SettingsSpec):
    """Make an interface's theme from paintings."""

    work: Literal["theme"] = "theme"
    styles: tuple[SharedStyleSpec, ...] = Field(min_length=1, max_length=MOST_STYLES)
    icons: tuple[InputSpec, ...] = Field((), max_length=64)
    avatars: tuple[InputSpec, ...] = Field((), max_length=32)
    backgrounds: tuple[tuple[Annotated[int, Field(ge=64, le=4096)], Annotated[int, Field(ge=64, le=4096)]], ...] = (
        Field((), max_length=8, description="Widths and heights, px; three usual ones where left out.")
    )

    @classmethod
    def _normalized(cls, data: dict[str, Any]) -> dict[str, Any]:
        pictures, shares = data.pop("pictures", None), data.pop("shares", None)
        if isinstance(pictures, list | tuple):
            shares = shares if isinstance(shares, list | tuple) else [1.0] * len(pictures)
            data["styles"] = [
                {**one, "share": share} if isinstance(one, dict) else one
                for one, share in zip(pictures, shares, strict=False)
            ]
        return data
