"""Write a clip of rising smoke, simulated, to look at how films of it are painted.

    python benchmarks/smoke.py smoke.mp4

Smoke is hard on films: it has no borders, and nothing in it keeps its form. The simulation is Stam's ("Stable Fluids", 1999)
with the vorticity confinement of Fedkiw, Stam and Jensen ("Visual Simulation of Smoke", 2001); its borders meet.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from fractions import Fraction
from itertools import islice
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from pinxit.video.codec import CodecSettings
from pinxit.video.encoding import VideoWriter
from pinxit.video.optical_flow import Bytes, pixel_grid, remap

HEIGHT, WIDTH, RATE = 270, 480, Fraction(24)
FIRST, COUNT = 40, 60  # frames: smoke has begun to rise, and the clip's length
_SOURCES = ((190, 1.0), (300, 0.7))  # columns, px, and densities
_LIFT, _CURL = 0.06, 0.35


def main() -> None:
    """Write the clip."""
    parser = argparse.ArgumentParser()
    parser.add_argument("clip", type=Path)
    clip = parser.parse_args().clip
    reel = VideoWriter(clip, HEIGHT, WIDTH, CodecSettings("libx264", 12, RATE))
    for number, frame in enumerate(islice(smoke(), FIRST, FIRST + COUNT)):
        reel.add(number / RATE, frame)
    reel.close()


def smoke() -> Iterator[Bytes]:
    """Yield frames of smoke before a wall."""
    generator = np.random.default_rng(1)
    places = pixel_grid(HEIGHT, WIDTH)
    wall = cv2.GaussianBlur(generator.random((HEIGHT, WIDTH, 3)).astype(np.float32), (0, 0), 30)
    wall = (wall - wall.min()) / np.ptp(wall) * 50 + np.array([40, 55, 80])
    down, across = np.fft.fftfreq(HEIGHT)[:, None], np.fft.fftfreq(WIDTH)[None]
    power = across**2 + down**2
    power[0, 0] = 1
    density: Any = np.zeros((HEIGHT, WIDTH), np.float32)
    right: Any = density.copy()
    below: Any = density.copy()
    curl: Any
    number = 0
    while True:
        for column, share in _SOURCES:
            apart = (places[..., 0] - column - 6 * np.sin(number * 0.3)) ** 2 + (places[..., 1] - HEIGHT + 15) ** 2
            puff = np.exp(-apart / 120)
            density = np.maximum(density, puff * share * (0.75 + 0.25 * generator.random()))
            below = below - puff * 1.2
            right = right + puff * generator.normal() * 1.5
        below = below - _LIFT * density
        curl = np.gradient(below, axis=1) - np.gradient(right, axis=0)
        up, left = np.gradient(np.abs(curl))
        length = np.hypot(left, up) + 1e-4
        right, below = right + _CURL * up / length * curl, below - _CURL * left / length * curl
        # What flows together is taken away, frequency by frequency.
        ahead, beside = np.fft.fft2(right), np.fft.fft2(below)
        together = (across * ahead + down * beside) / power
        right = np.real(np.fft.ifft2(ahead - across * together)).astype(np.float32)
        below = np.real(np.fft.ifft2(beside - down * together)).astype(np.float32)
        before = (places - np.dstack([right, below])).astype(np.float32)
        right, below, density = (
            remap(field.astype(np.float32), before, cv2.INTER_LINEAR) * kept
            for field, kept in ((right, 0.995), (below, 0.995), (density, 0.997))
        )
        cover = 1 - np.exp(-2.2 * density)[..., None]
        light = np.array([215, 210, 205]) * (0.75 + 0.25 * (1 + curl[..., None]).clip(0.2, 1.3))
        yield np.asarray((wall + cover * (light - wall)).clip(0, 255), np.uint8)
        number += 1


if __name__ == "__main__":
    main()
