"""A landscape to paint: a moon in a windy sky over hills and water, as tone and direction at every point.

A manner needs something to be a manner of: light and dark, large and small, edges and calm. Every seed has its own.
"""

from __future__ import annotations

import numpy as np

from pinxit.styles.canvas import Canvas
from pinxit.styles.palette import Floats


class Scene:
    """Tones and directions of one landscape.

    Args:
        canvas: gives the size and the chance.
    """

    def __init__(self, canvas: Canvas) -> None:
        random = canvas.random
        self._bottom = canvas.bottom
        self.moon = (canvas.right * random.uniform(0.2, 0.8), canvas.bottom * random.uniform(0.15, 0.35))
        self.radius = random.uniform(0.07, 0.11)
        self._cloud = canvas.noise(0.35, 3)
        self._wind = canvas.noise(0.55, 1)
        self._ridges = [canvas.noise(scale, 3) for scale in (0.5, 0.4, 0.3)]
        self._heights = [0.52, 0.66, 0.82]
        self._vortices = [
            (canvas.right * random.uniform(0.05, 0.95), canvas.bottom * random.uniform(0.05, 0.5), random.uniform(0.08, 0.2),
             random.choice([-1, 1]))
            for _ in range(4)
        ]  # fmt: skip

    def _plane(self, x: Floats, y: Floats) -> Floats:
        """Which ground a point lies on: 0 the sky, 1 to 3 the hills from far to near."""
        plane = np.zeros_like(x, dtype=np.float32)
        for number, (ridge, height) in enumerate(zip(self._ridges, self._heights, strict=True), start=1):
            crest = (height + 0.22 * (ridge(x, np.full_like(x, number)) - 0.5)) * self._bottom
            plane = np.where(y > crest, number, plane)
        return plane

    def tone(self, x: Floats, y: Floats) -> Floats:
        """How light it is, 0 to 1."""
        distance = np.hypot(x - self.moon[0], y - self.moon[1])
        moon = np.clip((self.radius - distance) / 0.012 + 0.5, 0, 1)
        glow = np.exp(-np.maximum(distance - self.radius, 0) / 0.16)
        sky = 0.30 + 0.42 * (self._cloud(x, y) - 0.5) + 0.45 * glow
        plane = self._plane(x, y)
        ground = 0.62 - 0.15 * plane + 0.5 * (self._cloud(x * 1.7 + 3, y * 2.6 + plane) - 0.5)
        tone: Floats = np.where(plane > 0, ground, np.maximum(sky, moon * 0.97)).clip(0.02, 1)
        return tone

    def direction(self, x: Floats, y: Floats) -> Floats:
        """The angle in which things flow, radians: round the moon and the vortices, along the wind and the hills."""
        wind = (self._wind(x, y) - 0.5) * 2.4
        u, v = np.cos(wind), np.sin(wind) * 0.8
        for cx, cy, size, turn in [*self._vortices, (*self.moon, self.radius * 1.4, 1)]:
            dx, dy = x - cx, y - cy
            distance = np.hypot(dx, dy) + 1e-6
            pull = 2.2 * np.exp(-((distance / (1.6 * size)) ** 2)) * turn
            u, v = u - dy / distance * pull, v + dx / distance * pull
        flow = np.arctan2(v, u)
        plane = self._plane(x, y)
        hills = (self._wind(x * 1.5 + plane, y * 1.5) - 0.5) * 2.2 + 0.35 * (plane - 2)
        angle: Floats = np.where(plane > 0, hills, flow)
        return angle

    def follow(self, x: Floats, y: Floats, length: Floats | float, points: int = 9) -> Floats:
        """Curves of a length along the flow, middles at the points given: `(N,)` → `(N, points, 2)`."""
        half = points // 2
        step = np.asarray(length) / (points - 1)
        line = np.empty((len(x), points, 2))
        for sign in (-1, 1):
            px, py = x.copy(), y.copy()
            line[:, half] = np.stack([px, py], 1)
            for at in range(1, half + 1):
                angle = self.direction(px, py)
                px, py = px + sign * step * np.cos(angle), py + sign * step * np.sin(angle)
                line[:, half + sign * at] = np.stack([px, py], 1)
        return line
