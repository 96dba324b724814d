"""Equations as MathML, made when the site is built: browsers draw it themselves, without scripts and fonts from elsewhere."""

from __future__ import annotations

import html
import re
from typing import Any

from latex2mathml.converter import convert

_EQUATION = re.compile(r'<(span|div) class="arithmatex">(?:\\\((.*?)\\\)|\\\[(.*?)\\\])</\1>', re.DOTALL)


def on_page_content(content: str, **_: Any) -> str:
    """Replace LaTeX, as `pymdownx.arithmatex` leaves it, by MathML."""
    return _EQUATION.sub(_as_mathml, content)


def _as_mathml(found: re.Match[str]) -> str:
    tag, inline, block = found.groups()
    display = "inline" if block is None else "block"
    mathml: str = convert(html.unescape(inline or block), display=display)
    return f'<{tag} class="math">{mathml}</{tag}>'
