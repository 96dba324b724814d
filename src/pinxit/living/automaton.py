"""A neural cellular automaton: a grid of cells that paints a texture, step by step and without an end.

Niklasson, Mordvintsev, Randazzo and Levin, "Self-Organising Textures" (Distill, 2021). Each cell has twelve numbers, of which
the first three are its colour. In a step every cell reads itself and its eight neighbours through four fixed filters, and a
small perceptron says by how much its numbers change. Opposite borders of the grid join, so the texture has no seam.

Unlike the paper's, all cells change in every step, and the grid begins with noise: a shader needs no source of chance then, and
cells move evenly instead of flickering.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pinxit.image import Picture

State = NDArray[np.float32]
"""The cells' numbers, `(H, W, CHANNELS)`."""
Frame = NDArray[np.uint8]
"""What a grid shows, `(H, W, 3)`."""

CHANNELS = 12
FILTERS = 4
"""Itself, the two Sobel filters, and a Laplacian."""
INNER = 64
"""Units of the perceptron's inner layer."""
MIDDLE_GRAY = 0.5
"""Added to the first three numbers of a cell to give its colour."""
SEED_SPREAD = 0.5
"""Width of the uniform distribution that a grid begins with, around 0."""
LIMIT = 2.0
"""Largest size of a cell's numbers: they are cut off there in every step, so that no grid can grow beyond all bounds."""
LARGEST_CODE = 127
"""Weights are whole numbers from −127 to 127, times a scale for each unit."""


@dataclass(frozen=True, eq=False)
class Automaton:
    """The rule that all cells follow.

    Attributes:
        inner: weights of the inner layer, `(INNER, FILTERS · CHANNELS)`, int8; a column is `filter · CHANNELS + channel`.
        inner_scale: what a row of `inner` is multiplied by, `(INNER,)`, float32.
        bias: of the inner layer, `(INNER,)`, float32.
        outer: weights of the outer layer, `(CHANNELS, INNER)`, int8.
        outer_scale: what a row of `outer` is multiplied by, `(CHANNELS,)`, float32.
    """

    inner: NDArray[np.int8]
    inner_scale: NDArray[np.float32]
    bias: NDArray[np.float32]
    outer: NDArray[np.int8]
    outer_scale: NDArray[np.float32]

    def step(self, state: State) -> State:
        """Return the state after one step."""
        height, width, _ = state.shape
        above, below = np.roll(state, 1, 0), np.roll(state, -1, 0)
        column, slope = above + 2 * state + below, below - above
        left, right = np.roll(column, 1, 1), np.roll(column, -1, 1)
        across = right - left
        down = np.roll(slope, 1, 1) + 2 * slope + np.roll(slope, -1, 1)
        around = left + 2 * column + right - 16 * state
        seen = np.concatenate([state, across, down, around], 2).reshape(height * width, -1)
        inner = np.maximum(seen @ (self.inner * self.inner_scale[:, None]).T + self.bias, 0)
        change = inner @ (self.outer * self.outer_scale[:, None]).T
        return np.asarray(np.clip(state + change.reshape(state.shape), -LIMIT, LIMIT), np.float32)

    def run(self, state: State, steps: int) -> State:
        """Return the state after a number of steps."""
        for _ in range(steps):
            state = self.step(state)
        return state


def quantized(weights: NDArray[np.float32]) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """Return a matrix as whole numbers, and the scale of each row that they are multiplied by."""
    scale = np.maximum(np.abs(weights).max(1), np.float32(1e-8)) / np.float32(LARGEST_CODE)
    return np.rint(weights / scale[:, None]).astype(np.int8), scale.astype(np.float32)


def seed_state(height: int, width: int, seed: int = 0) -> State:
    """Return the noise that a grid begins with; a hash of a cell's place, so that shaders begin with the same.

    Args:
        height: of the grid, cells.
        width: of the grid, cells.
        seed: other seeds give other noise; 0 to 2³² − 1.
    """
    rows, columns, channels = np.ogrid[:height, :width, :CHANNELS]
    mixed = _times(rows, 0x9E3779B1) ^ _times(columns, 0x85EBCA77) ^ _times(channels + 1, 0xC2B2AE3D) ^ np.uint32(seed)
    mixed = _times(mixed ^ (mixed >> np.uint32(15)), 0x2C1B3C6D)
    mixed = _times(mixed ^ (mixed >> np.uint32(12)), 0x297A2D39)
    mixed ^= mixed >> np.uint32(15)
    noise = (mixed >> np.uint32(8)).astype(np.float32) / np.float32(2**24)
    return (noise - np.float32(0.5)) * np.float32(SEED_SPREAD)


def _times(numbers: NDArray[np.integer], factor: int) -> NDArray[np.uint32]:
    """Multiply modulo 2³²."""
    return (numbers.astype(np.uint64) * np.uint64(factor) & np.uint64(0xFFFFFFFF)).astype(np.uint32)


def picture_of(state: State) -> Picture:
    """Return what a grid shows, a pixel a cell."""
    return Picture(np.ascontiguousarray((state[..., :3] + MIDDLE_GRAY).clip(0, 1).transpose(2, 0, 1)))


def frame_of(state: State) -> Frame:
    """Return what a grid shows, in 8 bits."""
    return np.asarray(np.rint((state[..., :3] + MIDDLE_GRAY).clip(0, 1) * 255), np.uint8)
