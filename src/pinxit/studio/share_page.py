"""A page that shows a result to anyone: one HTML file that holds all it needs and may load nothing else."""

from __future__ import annotations

import base64
import hashlib
import html
import json
from dataclasses import dataclass
from importlib.resources import files
from pathlib import PurePath
from string import Template

from pinxit.jobs.results import Result
from pinxit.version import __version__

_SCRIPT = """
const range = document.querySelector("figure input");
if (range) range.addEventListener("input", () => range.parentElement.style.setProperty("--at", range.value + "%"));
"""


@dataclass(frozen=True)
class SharedPicture:
    """A picture or a film that is embedded in the page.

    Attributes:
        media: its media type.
        content: its bytes.
    """

    media: str
    content: bytes

    @property
    def data_uri(self) -> str:
        """The whole content as a `data:` address."""
        return f"data:{self.media};base64,{base64.b64encode(self.content).decode()}"


def render_share_page(result: Result, painted: SharedPicture, before: SharedPicture | None) -> str:
    """Return the page's HTML.

    Args:
        result: the result that it shows.
        painted: the result's picture or film.
        before: the content image to compare it with; None shows the result alone.
    """
    package = files("pinxit.studio")
    style = package.joinpath("share_page.css").read_text(encoding="utf-8")
    return Template(package.joinpath("share_page.html").read_text(encoding="utf-8")).substitute(
        # The page itself forbids everything but showing its own contents.
        policy=html.escape(
            f"default-src 'none'; img-src data:; media-src data:; style-src {_hash(style)}; script-src {_hash(_SCRIPT)}; "
            "base-uri 'none'; form-action 'none'"
        ),
        title=html.escape(result.title or "pinxit"),
        style=style,
        figure=_figure(painted, before),
        line=html.escape(
            " · ".join(part for part in (result.made[:10], ", ".join(map(_style_title, result.styles))) if part)
        ),
        recipe=_recipe(result),
        version=html.escape(__version__),
        script=_SCRIPT,
    )


def _style_title(name: str) -> str:
    """Return what a person calls a style: `house:swirl` is Swirl, `wall.jpg` is wall."""
    kind, colon, rest = name.partition(":")
    return rest.capitalize() if colon and kind in ("house", "sample") else PurePath(name).stem or name


def _figure(painted: SharedPicture, before: SharedPicture | None) -> str:
    if painted.media.startswith("video/"):
        return f'<video src="{painted.data_uri}" controls loop muted playsinline></video>'
    picture = f'<img src="{painted.data_uri}" alt="After">'
    if before is None:
        return picture
    return (
        f'{picture}<img class="before" src="{before.data_uri}" alt="Before"><span class="edge"></span>'
        '<input type="range" min="0" max="100" value="50" aria-label="Before and after">'
    )


def _recipe(result: Result) -> str:
    if result.recipe is None:
        return ""
    text = json.dumps(result.recipe, indent=2, ensure_ascii=False)
    return f"<details><summary>Recipe</summary><pre>{html.escape(text)}</pre></details>"


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
