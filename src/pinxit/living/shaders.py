"""Living textures as shaders: the rule with its weights, in the languages of browsers and game engines.

Every shader computes what `Automaton.step` does, in float32, and begins with the noise of `seed_state`. Weights are written as
numbers between the operations, so that a shader needs no buffers and its compiler can plan with them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from string import Template

import numpy as np

from pinxit.living.automaton import LIMIT, SEED_SPREAD, Automaton
from pinxit.version import __version__

_FOLDER = Path(__file__).parent / "shaders"
_VECTOR = {"glsl": "vec4", "wgsl": "vec4<f32>", "hlsl": "float4", "gdshader": "vec4"}
"""A language's name of four numbers, by the ending of its template."""
_SEEN = [f"{part}{group}" for part in "sxyl" for group in range(3)]
"""Variables of a shader in the order of the inner layer's columns: what a cell sees, four channels in each."""
_GODOT_SEEN = """\
vec4 nw# = cell(state, c + ivec2(-1, -1), size, #);
vec4 no# = cell(state, c + ivec2(0, -1), size, #);
vec4 ne# = cell(state, c + ivec2(1, -1), size, #);
vec4 we# = cell(state, c + ivec2(-1, 0), size, #);
vec4 s# = cell(state, c, size, #);
vec4 ea# = cell(state, c + ivec2(1, 0), size, #);
vec4 sw# = cell(state, c + ivec2(-1, 1), size, #);
vec4 so# = cell(state, c + ivec2(0, 1), size, #);
vec4 se# = cell(state, c + ivec2(1, 1), size, #);
vec4 x# = ne# + 2.0 * ea# + se# - nw# - 2.0 * we# - sw#;
vec4 y# = sw# + 2.0 * so# + se# - nw# - 2.0 * no# - ne#;
vec4 l# = nw# + ne# + sw# + se# + 2.0 * (no# + we# + ea# + so#) - 12.0 * s#;"""


def glsl(automaton: Automaton, title: str) -> str:
    """Return a fragment shader for WebGL 2."""
    return _shader(automaton, title, "glsl")


def wgsl(automaton: Automaton, title: str) -> str:
    """Return a compute shader for WebGPU."""
    return _shader(automaton, title, "wgsl")


def unity(automaton: Automaton, title: str) -> str:
    """Return a compute shader for Unity, in HLSL."""
    return _shader(automaton, title, "hlsl")


def godot(automaton: Automaton, title: str) -> str:
    """Return a canvas item shader for Godot 3 and 4."""
    return _shader(automaton, title, "gdshader")


def page(automaton: Automaton, title: str) -> str:
    """Return an HTML page that runs the texture in WebGL 2 and needs nothing else."""
    # `</` would end the script, and whatever a file is called must stay text.
    shader = json.dumps(glsl(automaton, title)).replace("</", "<\\/")
    shown = _plain(title).replace("&", "&amp;").replace("<", "&lt;")
    return Template((_FOLDER / "page.html").read_text("utf-8")).substitute(
        shader=shader, title=shown, version=__version__
    )


def _shader(automaton: Automaton, title: str, language: str) -> str:
    template = Template((_FOLDER / f"rule.{language}").read_text("utf-8"))
    indent = "      " if language == "gdshader" else "  "
    seen = "\n".join(_GODOT_SEEN.replace("#", str(part)) for part in range(3))
    rule = "\n".join(_rule(automaton, _VECTOR[language]))
    return template.substitute(
        title=_plain(title),
        version=__version__,
        spread=_number(SEED_SPREAD),
        rule=re.sub("^", indent, rule, flags=re.MULTILINE),
        **({"seen": re.sub("^", indent, seen, flags=re.MULTILINE)} if language == "gdshader" else {}),
    )


def _rule(automaton: Automaton, vector: str) -> Iterator[str]:
    """Yield the statements of the perceptron: h is a unit of the inner layer, n0 to n2 become the cell's new numbers."""

    def four(numbers: np.ndarray) -> str:
        return f"{vector}({', '.join(f'{int(number)}.' for number in numbers)})"

    for unit, weights in enumerate(automaton.inner):
        groups = weights.reshape(-1, 4)
        seen = " + ".join(
            f"dot({four(group)}, {name})" for group, name in zip(groups, _SEEN, strict=True) if group.any()
        )
        scale, bias = _number(automaton.inner_scale[unit]), _number(automaton.bias[unit])
        yield f"h = max(0., {scale} * ({seen or '0.'}) + {bias});"
        changes = automaton.outer[:, unit].reshape(-1, 4)
        yield " ".join(f"n{part} += h * {four(change)};" for part, change in enumerate(changes) if change.any())
    limit = np.full(4, LIMIT)
    for part, scales in enumerate(automaton.outer_scale.reshape(-1, 4)):
        changed = f"s{part} + n{part} * {vector}({', '.join(map(_number, scales))})"
        yield f"n{part} = clamp({changed}, {four(-limit)}, {four(limit)});"


def _number(value: float) -> str:
    return f"{float(value):.10f}"


def _plain(title: str) -> str:
    """Return a title that cannot end a comment's line."""
    return " ".join("".join(each if each.isprintable() else " " for each in title).split())
