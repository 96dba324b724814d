"""The values of those settings whose meaning a higher package defines, so that each is spelled once."""

from __future__ import annotations

from typing import Literal

Pooling = Literal["max", "average", "l2"]
Device = Literal["auto", "cpu", "cuda", "mps"]
Precision = Literal["auto", "float32", "bfloat16"]
Solver = Literal["lbfgs", "adam"]
LossForm = Literal["relative", "gatys"]
EarlyStop = Literal["network", "detail"]
"""What the network provides for the picture of a run that was stopped early: the whole picture, or only what is finer than the
optimiser's scale."""
