"""An automaton for tests: no painting taught it, but it moves, and its numbers stay small."""

from __future__ import annotations

import numpy as np

from pinxit.living.automaton import CHANNELS, FILTERS, INNER, Automaton, quantized


def lively(seed: int = 0) -> Automaton:
    """Return a rule of random weights, small enough to stay finite for a dozen steps."""
    random = np.random.default_rng(seed)
    inner, inner_scale = quantized(random.normal(0, 0.12, (INNER, FILTERS * CHANNELS)).astype(np.float32))
    outer, outer_scale = quantized(random.normal(0, 0.004, (CHANNELS, INNER)).astype(np.float32))
    bias = random.normal(0, 0.1, INNER).astype(np.float32)
    return Automaton(inner, inner_scale, bias, outer, outer_scale)


def drifting() -> Automaton:
    """Return a rule by which the picture drifts to the right: each number follows its left neighbour's, and none fades."""
    inner = np.zeros((INNER, FILTERS * CHANNELS), np.float32)
    outer = np.zeros((CHANNELS, INNER), np.float32)
    for channel in range(CHANNELS):
        # A rectified unit for either sign of the change across, of which a part is subtracted.
        for sign in (1, -1):
            unit = 2 * channel + (sign < 0)
            inner[unit, CHANNELS + channel] = sign
            outer[channel, unit] = -0.006 * sign
    inner_codes, inner_scale = quantized(inner)
    outer_codes, outer_scale = quantized(outer)
    return Automaton(inner_codes, inner_scale, np.zeros(INNER, np.float32), outer_codes, outer_scale)
