"""A colour scheme in the file formats of design tools and style sheets."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from pinxit.design.colors import Color
from pinxit.design.roles import Scheme

# px: radii of corners, and spaces.
RADII = {"small": 6, "medium": 12, "large": 20}
SPACES = {"1": 4, "2": 8, "3": 12, "4": 16, "6": 24, "8": 32, "12": 48}


def design_tokens(scheme: Scheme, recipe: str) -> str:
    """Write W3C design tokens (Design Tokens Format Module 2025.10), with the recipe as an extension."""
    colors: dict[str, Any] = {"$type": "color"}
    for mode, roles in scheme.modes.items():
        colors[mode] = {role: {"$value": _value(color)} for role, color in roles.items()}
    colors["palette"] = {
        str(number): {
            "$value": _value(swatch.color),
            "$description": f"{swatch.share:.0%} of the painting",
        }
        for number, swatch in enumerate(scheme.palette, start=1)
    }
    tokens = {
        "$description": "A theme that pinxit found in a painting.",
        "color": colors,
        "radius": _dimensions(RADII),
        "space": _dimensions(SPACES),
        "$extensions": {"pinxit": json.loads(recipe)},
    }
    return json.dumps(tokens, indent=2, ensure_ascii=True) + "\n"


def css(scheme: Scheme) -> str:
    """Write CSS custom properties: light, dark where the system prefers it, and either by `data-theme` on any element."""
    light, dark = (_properties(roles) for roles in (scheme.light, scheme.dark))
    shared = "".join(f"  --radius-{name}: {px}px;\n" for name, px in RADII.items())
    shared += "".join(f"  --space-{name}: {px}px;\n" for name, px in SPACES.items())
    shared += "".join(
        f"  --palette-{number}: {swatch.color.hex};\n" for number, swatch in enumerate(scheme.palette, start=1)
    )
    indented = "".join(f"  {line}\n" for line in dark.splitlines())
    return (
        f":root {{\n{shared}}}\n\n"
        f":root {{\n  color-scheme: light;\n{light}}}\n\n"
        f"@media (prefers-color-scheme: dark) {{\n  :root {{\n    color-scheme: dark;\n{indented}  }}\n}}\n\n"
        f'[data-theme="dark"] {{\n  color-scheme: dark;\n{dark}}}\n\n'
        f'[data-theme="light"] {{\n  color-scheme: light;\n{light}}}\n'
    )


def tailwind(scheme: Scheme) -> str:
    """Write a Tailwind preset whose colours are the custom properties, so that both modes work."""
    colors = {role: f"var(--color-{role})" for role in scheme.light}
    colors |= {f"palette-{number}": f"var(--palette-{number})" for number in range(1, len(scheme.palette) + 1)}
    theme = {
        "colors": colors,
        "borderRadius": {name: f"var(--radius-{name})" for name in RADII},
        "spacing": {f"theme-{name}": f"var(--space-{name})" for name in SPACES},
    }
    return (
        "// Import theme.css once, and name this file under `presets` in tailwind.config.js.\n"
        "/** @type {import('tailwindcss').Config} */\n"
        "module.exports = {\n"
        "  darkMode: ['selector', '[data-theme=\"dark\"]'],\n"
        f"  theme: {{ extend: {json.dumps(theme, indent=2)} }},\n"
        "};\n"
    )


def _properties(roles: Mapping[str, Color]) -> str:
    return "".join(f"  --color-{role}: {color.hex};\n" for role, color in roles.items())


def _value(color: Color) -> dict[str, Any]:
    components = [round(number, 5) for number in color.components]
    return {"colorSpace": "srgb", "components": components, "alpha": 1, "hex": color.hex}


def _dimensions(sizes: Mapping[str, int]) -> dict[str, Any]:
    values = {name: {"$value": {"value": px, "unit": "px"}} for name, px in sizes.items()}
    return {"$type": "dimension", **values}
