"""Loops that close: the end of the run is led back into its beginning, cell by cell, while the automaton goes on.

A cross-fade of two pictures would show both at once, greyish and doubled. Here the state is drawn towards the one recorded
before the loop began, more strongly from step to step, and the rule repairs in each step what the mixture has blurred. At the
end the states are equal, so the last frame is followed by the first as any frame by the next.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from pinxit.living.automaton import Automaton, Frame, frame_of, seed_state
from pinxit.living.recipe import LoopRecipe

GROWTH = 320
"""Steps from noise to a texture that has settled."""
RETURN = 96
"""Most steps over which the end is led back; at most half of the loop."""


def loop_frames(automaton: Automaton, recipe: LoopRecipe) -> Iterator[Frame]:
    """Yield the frames of a loop, `(size, size, 3)`.

    Args:
        automaton: the rule.
        recipe: size, length and speed of the loop, and the seed.
    """
    steps = recipe.frames * recipe.speed
    back = min(RETURN, steps // 2)
    state = automaton.run(seed_state(recipe.size, recipe.size, recipe.seed), GROWTH)
    before = []
    for _ in range(back):
        before.append(state.astype(np.float16))
        state = automaton.step(state)
    for step in range(steps):
        if step % recipe.speed == 0:
            yield frame_of(state)
        state = automaton.step(state)
        returned = step + 1 - (steps - back)
        if returned > 0:
            # At the very end the state is that of the first frame, which is not shown twice.
            share = np.float32((returned / back) ** 3)
            state = state + share * (before[returned % back].astype(np.float32) - state)
