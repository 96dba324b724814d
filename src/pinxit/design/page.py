"""A self-contained page that shows a theme; it may load nothing from elsewhere."""

from __future__ import annotations

import base64
import html
import math
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from string import Template

from pinxit.design.colors import Color, contrast
from pinxit.design.glyphs import AVATAR, ICON
from pinxit.design.roles import FILLED, Scheme, text_pairs
from pinxit.design.theme import BUTTONS, Theme
from pinxit.design.tokens import css
from pinxit.image import Picture, fit, to_bytes

# JPEG quality and largest width, px, of the page's pictures, which are only for viewing.
_QUALITY, _WIDEST = 82, 1600


def page(theme: Theme, assets: Mapping[str, Picture]) -> str:
    """Return the page as HTML.

    Args:
        theme: the theme.
        assets: its pictures, by the names of their files without ending.
    """
    scheme = theme.scheme
    names = [entry.name for entry in theme.recipe.pictures]
    title = Path(names[0]).stem.split(":")[-1].replace("_", " ").replace("-", " ").strip().capitalize() or "Theme"
    template = Template(files("pinxit.design").joinpath("page.html").read_text(encoding="utf-8"))
    return template.substitute(
        title=html.escape(title),
        names=html.escape(", ".join(names)),
        css=css(scheme),
        pictures=_pictures(theme, assets),
        strip=_strip(scheme, labels=False),
        swatches=_strip(scheme, labels=True),
        painting=_jpeg(fit(theme.pictures[0], 640)),
        roles="".join(_role(scheme, role) for role in ("background", "surface", "text", *FILLED)),
        buttons="".join(_button(role) for role in FILLED),
        painted_buttons="".join(_painted(role) for role in BUTTONS),
        bars="".join(_bar(role, width) for role, width in (("primary", 82), ("accent", 64), ("success", 41))),
        icons=_icons(assets),
        avatars="".join(
            f'<img src="{_png(fit(one, AVATAR // 2))}" alt="Avatar">'
            for name, one in assets.items()
            if name.startswith("avatars/")
        ),
        backgrounds=_backgrounds(),
        sizes=", ".join(f"{width}×{height}" for width, height in theme.recipe.backgrounds),
        contrasts="".join(_contrast(scheme, text, ground) for text, ground in text_pairs()),
    )


def _data(kind: str, content: bytes) -> str:
    return f"data:image/{kind};base64,{base64.b64encode(content).decode()}"


def _png(picture: Picture) -> str:
    return _data("png", to_bytes(picture))


def _jpeg(picture: Picture) -> str:
    return _data("jpeg", to_bytes(picture, kind="JPEG", quality=_QUALITY))


def _pictures(theme: Theme, assets: Mapping[str, Picture]) -> str:
    """Return the larger pictures as custom properties, so that each is contained once."""
    # The background whose proportions are nearest to 1.9 fills a page best.
    width, height = min(theme.recipe.backgrounds, key=lambda size: abs(math.log(size[0] / size[1] / 1.9)))
    backs = {kind: assets[f"backgrounds/{kind}-{width}x{height}"] for kind in ("painted", "light", "dark")}
    backs_shown = {kind: _jpeg(fit(one, min(_WIDEST, max(width, height)))) for kind, one in backs.items()}
    shared = "".join(f"--picture-{kind}: url({uri});" for kind, uri in backs_shown.items())
    rules = [f":root {{ {shared} }}"]
    for mode in ("light", "dark"):
        buttons = "".join(
            f"--button-{name.rsplit('/', 1)[1]}: url({_png(one)});"
            for name, one in assets.items()
            if name.startswith(f"buttons/{mode}/") and not name.endswith(".9")
        )
        rules.append(f'[data-theme="{mode}"] {{ --picture-quiet: var(--picture-{mode}); {buttons} }}')
    return "\n".join(rules)


def _strip(scheme: Scheme, *, labels: bool) -> str:
    cells = []
    for swatch in scheme.palette:
        ink = (
            "#000" if contrast(swatch.color, Color(0, 0, 0)) > contrast(swatch.color, Color(255, 255, 255)) else "#fff"
        )
        label = f'<span class="hex">{swatch.color.hex}</span>' if labels else ""
        style = f"flex:{max(swatch.share, 0.04):.3f};background:{swatch.color.hex};color:{ink}"
        cells.append(f'<span style="{style}">{label}</span>')
    return "".join(cells)


def _role(scheme: Scheme, role: str) -> str:
    written = f"on-{role}" if role in FILLED else "background" if role == "text" else "text"
    ratios = "/".join(f"{contrast(mode[written], mode[role]):.1f}" for mode in scheme.modes.values())
    hexes = "".join(f'<span class="hex for-{name}">{colors[role].hex}</span>' for name, colors in scheme.modes.items())
    return (
        f'<div class="card role"><div style="background:var(--color-{role});color:var(--color-{written})">'
        f"Aa<small>{ratios}</small></div><div><span>{role}</span>{hexes}</div></div>"
    )


def _button(role: str) -> str:
    style = f"background:var(--color-{role});color:var(--color-on-{role})"
    return f'<button class="button" type="button" style="{style}">{role.capitalize()}</button>'


def _painted(role: str) -> str:
    label = "A wider one" if role == "primary" else role.capitalize()
    style = f"border-image-source:var(--button-{role});color:var(--color-on-{role})"
    return f'<button class="painted" type="button" style="{style}">{label}</button>'


def _bar(role: str, width: int) -> str:
    bar = f'<div class="bar"><i style="width:{width}%;background:var(--color-{role})"></i></div>'
    return f'<div style="margin-bottom:14px"><label>{role.capitalize()} · {width}</label>{bar}</div>'


def _icons(assets: Mapping[str, Picture]) -> str:
    figures = []
    for name, one in assets.items():
        folder, _, title = name.rpartition("/")
        if folder not in ("icons/light", "icons/own"):
            continue
        images = (
            [("for-light", one), ("for-dark", assets[f"icons/dark/{title}"])] if folder != "icons/own" else [("", one)]
        )
        tags = "".join(
            f'<img class="{kind}" src="{_png(fit(icon, min(ICON, max(icon.height, icon.width))))}" alt="">'
            for kind, icon in images
        )
        figures.append(f'<figure class="card">{tags}<figcaption>{html.escape(title)}</figcaption></figure>')
    return "".join(figures)


def _backgrounds() -> str:
    """Return the painted background, and the quiet ones with text of their mode."""
    painted = '<div style="background-image:var(--picture-painted)"></div>'
    quiet = "".join(
        f'<div data-theme="{mode}" style="background-image:var(--picture-quiet);color:var(--color-text)">'
        f'<span><b>{mode.capitalize()}</b> · text, <span class="muted">muted</span></span></div>'
        for mode in ("light", "dark")
    )
    return painted + quiet


def _contrast(scheme: Scheme, text: str, ground: str) -> str:
    ratios = "".join(f"<td>{contrast(mode[text], mode[ground]):.1f}</td>" for mode in scheme.modes.values())
    sample = f'<span class="sample" style="color:var(--color-{text});background:var(--color-{ground})">{text}</span>'
    return f"<tr><td>{sample}</td><td>{ground}</td>{ratios}</tr>"
