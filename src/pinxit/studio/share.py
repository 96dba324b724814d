"""One page that shows a result to anybody: all it needs is inside it, and it may load nothing from elsewhere."""

from __future__ import annotations

import base64
import hashlib
import html
import json
from dataclasses import dataclass
from importlib.resources import files
from string import Template

from pinxit import __version__
from pinxit.jobs.results import Result

_SCRIPT = """
const range = document.querySelector("figure input");
if (range) range.addEventListener("input", () => range.parentElement.style.setProperty("--at", range.value + "%"));
"""


@dataclass(frozen=True)
class Shown:
    """A picture or a film to be put into the page.

    Attributes:
        media: its media type.
        content: its bytes.
    """

    media: str
    content: bytes

    @property
    def uri(self) -> str:
        """It as an address that holds all of it."""
        return f"data:{self.media};base64,{base64.b64encode(self.content).decode()}"


def page(result: Result, painted: Shown, before: Shown | None) -> str:
    """The page's text.

    Args:
        result: what it shows.
        painted: its picture or film.
        before: the content image, to be compared with.
    """
    here = files("pinxit.studio")
    style = here.joinpath("share.css").read_text(encoding="utf-8")
    return Template(here.joinpath("share.html").read_text(encoding="utf-8")).substitute(
        # The page says itself what it may do, and that is to show what is in it.
        policy=html.escape(
            f"default-src 'none'; img-src data:; media-src data:; style-src {_hash(style)}; script-src {_hash(_SCRIPT)}; "
            "base-uri 'none'; form-action 'none'"
        ),
        title=html.escape(result.title or "pinxit"),
        style=style,
        figure=_figure(painted, before),
        line=html.escape(" · ".join(part for part in (result.made[:10], ", ".join(result.styles)) if part)),
        recipe=_recipe(result),
        version=html.escape(__version__),
        script=_SCRIPT,
    )


def _figure(painted: Shown, before: Shown | None) -> str:
    if painted.media.startswith("video/"):
        return f'<video src="{painted.uri}" controls loop muted playsinline></video>'
    picture = f'<img src="{painted.uri}" alt="After">'
    if before is None:
        return picture
    return (
        f'{picture}<img class="before" src="{before.uri}" alt="Before"><span class="edge"></span>'
        '<input type="range" min="0" max="100" value="50" aria-label="Before and after">'
    )


def _recipe(result: Result) -> str:
    if result.recipe is None:
        return ""
    text = json.dumps(result.recipe, indent=2, ensure_ascii=False)
    return f"<details><summary>Recipe</summary><pre>{html.escape(text)}</pre></details>"


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
