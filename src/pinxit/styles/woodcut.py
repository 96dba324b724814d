"""Woodcut: black lines carved with the form, rays round the sun, furrows down the mountains, ripples on the water.

Every part has a coordinate across its lines; ink stays where a line is broader than the tone is light. Under the black
block lie three tints, printed a little out of register.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pinxit.image.colorspaces import oklab_to_colors
from pinxit.styles.canvas import Canvas
from pinxit.styles.palette import Floats, Palette, mix

PALETTE = ("#17141a", "#27485a", "#9c2f22", "#5f7d58", "#d0702c", "#94bfb8", "#e8b95c", "#f5e7c6")
_INK, _INDIGO, _RED, _MOSS, _ORANGE, _FOAM, _OCHRE, _PAPER = range(8)
_PITCH = 0.0165  # from one line to the next


def draw(canvas: Canvas, random: np.random.Generator, palette: Palette) -> None:
    """Carve sky, mountains, water and pines; print the tints, then the ink."""
    block = _Block(canvas)
    sun = (
        canvas.right * random.uniform(0.28, 0.72),
        canvas.bottom * random.uniform(0.24, 0.32),
        random.uniform(0.085, 0.11),
    )
    shore = canvas.bottom * random.uniform(0.66, 0.7)
    hand = canvas.cloud(random, 0.05, 2) * np.float32(0.006)  # a gouge wavers
    _sky(block, canvas, random, palette.lab, sun, hand)
    _mountains(block, canvas, random, palette.lab, sun[0], shore)
    _water(block, canvas, random, palette.lab, sun[0], shore, hand)
    _pines(block, canvas, random, palette.lab, hand)

    grain = canvas.cloud(random, 0.007, 3, stretch=(5, 0.35))
    tint = block.tint[:, (np.arange(canvas.width) - round(0.0035 / canvas.pixel)).clip(0)]
    canvas.lay(oklab_to_colors(mix(palette.lab[_PAPER], tint, 0.86 + 0.1 * grain)))
    # A line is as broad as its place is dark, and swells and thins as the hand presses.
    across = np.abs(block.phase % 1 - 0.5) * 2
    ink = ((1 - block.tone) * 1.06 - 0.03 + 0.16 * canvas.cloud(random, 0.03, 2) - across) * block.pitch / 2
    worn = (1.6 + grain + 1.5 * canvas.cloud(random, 0.0035, 2)).clip(0, 1)
    canvas.lay(palette[_INK], canvas.smooth(ink + 0.0006 * grain) * (0.55 + 0.45 * worn))


class _Block:
    """The carved block: maps of `(H, W)`.

    Attributes:
        phase: coordinate across the lines; one line lies between two whole numbers.
        pitch: distance between lines.
        tone: lightness wanted, 0 to 1.
        tint: the colour printed under it, OKLab.
    """

    def __init__(self, canvas: Canvas) -> None:
        self.phase, self.pitch, self.tone = np.zeros((3, canvas.height, canvas.width), np.float32)
        self.tint = np.zeros((canvas.height, canvas.width, 3), np.float32)

    def carve(
        self, where: NDArray[np.bool_], phase: Floats, pitch: Floats | float, tone: Floats | float, tint: Floats
    ) -> None:
        """Carve a part over what was there; all arguments broadcast to `(H, W)`."""
        for old, new in ((self.phase, phase), (self.pitch, pitch), (self.tone, tone)):
            np.copyto(old, new, where=where, casting="same_kind")
        np.copyto(self.tint, tint, where=where[..., None])


def _sky(
    block: _Block,
    canvas: Canvas,
    random: np.random.Generator,
    lab: Floats,
    sun: tuple[float, float, float],
    hand: Floats,
) -> None:
    """Carve evenly spaced rays (a new one begins where two have spread apart), clouds and the sun."""
    dx, dy = canvas.x - sun[0], canvas.y - sun[1]
    away = np.hypot(dx, dy) + np.float32(1e-6)
    doubled = 2 ** np.floor(np.log2(np.maximum(away / sun[2], 1)))
    rays = 40 * doubled
    phase = np.arctan2(dy, dx) / (2 * np.pi) * rays + 4 * hand
    begun = away / sun[2] / doubled - 1  # 0 where rays have just begun, 1 where the next begin
    tone = np.where(np.round(phase) % 2 == 0, 0.96 / (1 + begun), 0.48 * begun)
    cloud = canvas.cloud(random, 0.12, 3, stretch=(2.4, 0.7))
    tint = mix(lab[_OCHRE], lab[_ORANGE], np.clip((away - 0.14) * 2.2 + 0.3 * cloud, 0, 1))
    tint = mix(tint, lab[_RED], np.clip(away * 1.7 - 0.75 + 0.4 * cloud, 0, 0.9))
    block.carve(away > 0, phase, 2 * np.pi * away / rays, np.where(cloud > 0.31, 0, tone), tint)
    block.carve(
        cloud > 0.36, (canvas.y + hand + 0.02 * cloud) / _PITCH, _PITCH, 0.62 + 0.9 * (cloud - 0.36), lab[_PAPER]
    )
    block.carve(away < sun[2] + 0.006, away, _PITCH, 0.0, lab[_PAPER])  # a black rim
    fine = 0.7 * _PITCH
    block.carve(away < sun[2], away / fine, fine, 1.02 - 0.35 * (dy / sun[2]).clip(0, 1), lab[_PAPER])


def _mountains(
    block: _Block, canvas: Canvas, random: np.random.Generator, lab: Floats, sun: float, shore: float
) -> None:
    """Carve cones, furrowed from the peak down, with snow above and light on the sun's side."""
    for place, size, color in ((0.35, 0.42, _INDIGO), (0.72, 0.3, _INDIGO), (0.5, 0.2, _MOSS), (0.1, 0.16, _MOSS)):
        peak = canvas.right * (place + random.uniform(-0.12, 0.12)) % canvas.right
        top = shore - canvas.bottom * size * random.uniform(0.75, 1.0)
        rough = canvas.cloud(random, 0.05, 4)
        dx, below = canvas.x - peak, canvas.y - top
        depth = below - 0.72 * np.abs(dx) ** 0.92 - 0.03 * rough[:1]
        furrow = np.arctan2(dx, below + 0.05) * (6 + 50 * size) + 0.5 * rough
        lit = dx * (1 if sun > peak else -1) + 0.35 * rough * below > 0
        snow = below < size * (0.32 + 0.16 * np.sin(furrow * 2.4) + 0.2 * rough)
        tone = (np.where(lit, 0.86 - 0.7 * depth, 0.30 - 0.3 * rough) + 0.16 * snow).clip(0.1, 0.97)
        tint = np.where(snow[..., None], lab[_PAPER], mix(lab[color], lab[_FOAM], np.where(lit, 0.55, 0.15)))
        inside = (depth > 0) & (canvas.y < shore)
        block.carve(inside, furrow * 1.6, _PITCH, np.where(depth < 0.007, 0, tone), tint)


def _water(
    block: _Block, canvas: Canvas, random: np.random.Generator, lab: Floats, sun: float, shore: float, hand: Floats
) -> None:
    """Carve ripples, wider nearer by, with the sun's path in them."""
    below = canvas.y - shore
    near = (below / (canvas.bottom - shore)).clip(0, 1)
    bend = np.sin(canvas.x / (0.05 + 0.05 * near) + 5 * canvas.cloud(random, 0.09, 2, (2, 0.6)))
    ripple = below / (0.011 + 0.013 * near) + 0.55 * bend + 20 * hand
    path = np.exp(-(((canvas.x - sun) / (0.05 + 0.16 * near)) ** 2))
    swell = canvas.cloud(random, 0.07, 2, stretch=(2.2, 0.5))
    tone = (0.5 + 0.34 * path + 0.3 * swell - 0.1 * near).clip(0.06, 0.95)
    water = mix(lab[_FOAM], lab[_INDIGO], (0.15 + 0.6 * near + 0.5 * swell).clip(0, 1))
    block.carve(below > 0, ripple, _PITCH, tone, mix(water, lab[_OCHRE], path))


def _pines(block: _Block, canvas: Canvas, random: np.random.Generator, lab: Floats, hand: Floats) -> None:
    """Carve three pines on one side, in front of everything."""
    foot, ragged = (
        canvas.right * (0.04 if random.random() < 0.5 else 0.8),
        canvas.cloud(random, 0.02, 2, stretch=(1, 0.6)),
    )
    for tree in range(3):
        stem, top = foot + 0.07 * tree + random.uniform(-0.01, 0.01), canvas.bottom * random.uniform(0.34, 0.6)
        up = (canvas.y - top) / (canvas.bottom * 1.02 - top)
        tiers = up * int(random.integers(9, 13)) % 1
        beside = np.abs(canvas.x - stem)
        reach = (0.012 + 0.085 * up) * (0.45 + 0.55 * tiers) * (1 + 0.5 * ragged)
        inside = (up > 0) & (beside < np.maximum(reach, 0.004))
        tone = np.where(canvas.x > stem, 0.45, 0.2) * (beside > 0.006)
        needles = (0.8 * canvas.y - 0.55 * beside + hand) / (0.8 * _PITCH)
        block.carve(inside, needles, 0.8 * _PITCH, tone, lab[_MOSS])
