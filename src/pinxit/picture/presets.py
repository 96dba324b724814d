"""Named starting points for the settings, chosen by looking: README.md shows what each does to the same picture."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Preset:
    """A line for a person, and the settings that differ from `standard`."""

    summary: str
    settings: dict[str, Any] = field(default_factory=dict)


PRESETS: dict[str, Preset] = {
    "draft": Preset("a look in a few seconds", {"size": 256, "iterations": (60, 30)}),
    "standard": Preset("the balance of time and quality"),
    "fine": Preset("for printing and close looks", {"size": 1024, "iterations": (150, 100, 60, 30)}),
    "instant": Preset("by a network, at once", {"size": 1024, "engine": "network"}),
    # To the letter of Gatys, Ecker and Bethge (CVPR 2016), section 3: noise to start from, average pooling, content at
    # conv4_2, style at conv1_1 … conv5_1 with w_l = 1/5, the feature maps after their ReLU, filters
    # rescaled to a mean activation of one, 512 px, L-BFGS. One
    # number departs: the paper's α/β = 1e-3, with its equations as they are printed, paints the photograph back (its style
    # loss stops at a third of where it began); 1e-7 is where the style comes out, about what Gatys's published code amounts to.
    "gatys": Preset(
        "the paper itself, from noise",
        {
            "form": "gatys",
            "content_weight": 1.0,
            "style_weight": 1e7,
            "content_layers": {"relu4_2": 1.0},
            "style_layers": {f"relu{block}_1": 0.2 for block in range(1, 6)},
            "style_moments": 0.0,
            "content_statistics": "content",
            "content_similarity": 0.0,
            "smoothness": 0.0,
            "pooling": "average",
            # From noise, with hardly any weight on content, 8 bits of a gradient are too few for it to come out.
            "precision": "float32",
            "init": "noise",
            "coarsest": 16384,
            "iterations": (500,),
            "tolerance": 0.0,
        },
    ),
}
