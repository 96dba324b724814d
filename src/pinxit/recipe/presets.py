"""Presets: named defaults for the settings, chosen by looking at results; README.md shows each on the same picture."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Preset:
    """A named set of defaults.

    Attributes:
        summary: one line for a person.
        settings: the settings that differ from `standard`.
    """

    summary: str
    settings: dict[str, Any] = field(default_factory=dict)


GRAM: dict[str, Any] = {
    "iterations": (90, 50, 20),
    "style_weight": 10.0,
    "smoothness": 1.0,
    "content_layers": {"relu4_2": 0.7, "relu3_1": 0.3},
    # Equal weights drown faces in large motifs: the fine layers give palette and strokes, the deep ones wallpaper.
    "style_layers": {"relu1_1": 0.3, "relu2_1": 0.3, "relu3_1": 0.2, "relu4_1": 0.12, "relu5_1": 0.08},
    "style_moments": 0.5,
    "content_similarity": 2.0,
}
"""The settings of the objective `gram` that differ from `neighbors`."""

PRESETS: dict[str, Preset] = {
    "draft": Preset("a first look in a few seconds", {"size": 256, "iterations": (18, 5)}),
    "standard": Preset("the balance of time and quality"),
    "fine": Preset("for printing and close viewing", {"size": 1024, "iterations": (120, 80, 40, 25)}),
    "instant": Preset("by a network, at once", {"size": 1024, "engine": "network"}),
    # This follows Gatys, Ecker and Bethge (CVPR 2016), section 3: a start from noise, average pooling, content at conv4_2,
    # style at conv1_1 … conv5_1 with w_l = 1/5, feature maps after their ReLU, filters rescaled to a mean activation of one,
    # 512 px, L-BFGS. One number differs: with the paper's α/β = 1e-3 and its equations as printed, the photograph comes back
    # (the style loss stops at a third of its initial value). With 1e-7 the style appears; Gatys's published code has about
    # that ratio.
    "gatys": Preset(
        "the paper itself, from noise",
        {
            "objective": "gram",
            "faces": "style",
            "match": "off",
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
            # From noise and with so little weight on content, a gradient of 8 bits cannot recover the content.
            "precision": "float32",
            "init": "noise",
            "coarsest": 16384,
            "iterations": (500,),
            "tolerance": 0.0,
        },
    ),
}
