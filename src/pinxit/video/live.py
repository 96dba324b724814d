"""Frames painted as they come, from a camera or a clip: nothing is known of those to come, and none may wait."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Any

import cv2
import numpy as np

from pinxit import inputs
from pinxit.errors import PinxitError
from pinxit.network import weights
from pinxit.network.paint import SMALLEST_SIDE, read_at
from pinxit.network.painter import Measured, opened
from pinxit.network.weights import Array, Weights
from pinxit.picture.ingredients import LoadedStyle
from pinxit.picture.picture import Pixels
from pinxit.picture.recolor import Colors, colors_of, mix_colors, recolor, recoloring, toward
from pinxit.video.flow import Bytes, pixels_of

# What the network subtracts, divides by and recolours follows the scene: measured now and then, and taken over in part, for
# a jump would be seen.
SECONDS_BETWEEN_LOOKS = 1.0
TAKEN_OVER = 0.3
# The longer side of what is measured, px.
MEASURED = 320


@dataclass(frozen=True)
class _Scene:
    """What painting needs to know of a scene.

    Attributes:
        own: its colours.
        measured: what its painting needs.
    """

    own: Colors
    measured: Measured


class LiveBrush:
    """Paints frames in the manner of a mixture of styles.

    Args:
        network: what paints.
        styles: with their shares.
        size: the longer side at which style images are read, px.
        strength: 0 is the frame, 1 the style in full.
    """

    def __init__(self, network: Weights, styles: Sequence[LoadedStyle], size: float, strength: float = 1.0) -> None:
        self.grid = network.shape.grid
        self._reader, self._painter = opened(network)
        self._strength = strength
        whole = sum(style.share for style in styles)
        shares = [style.share / whole for style in styles]
        pixels = [read_at(style.picture, size).pixels for style in styles]
        codes = np.stack([self._reader.read(one) for one in pixels])
        self._code: Array = np.tensordot(np.array(shares, np.float32), codes, 1)
        self._colors = mix_colors([colors_of(one) for one in pixels], shares)
        self._scene: _Scene | None = None
        self._session: Any = None
        self._looked = -SECONDS_BETWEEN_LOOKS
        self._looking: Future[tuple[_Scene, Any]] | None = None
        self._aside = ThreadPoolExecutor(1)

    def __call__(self, frame: Bytes) -> Bytes:
        """A frame `(H, W, 3)`, H and W multiples of `grid`, painted."""
        now = monotonic()
        if self._session is None:
            self._scene, self._session = self._look(frame, None)
            self._looked = now
        elif self._looking is None and now - self._looked > SECONDS_BETWEEN_LOOKS:
            self._looking = self._aside.submit(self._look, frame.copy(), self._scene)
            self._looked = now
        elif self._looking is not None and self._looking.done():
            self._scene, self._session = self._looking.result()
            self._looking = None
        painted: Bytes = self._session.run(None, {"frame": frame})[0]
        shown = min(1.0, 2 * self._strength)  # as for a picture: below half a strength the photograph shows through
        return painted if shown == 1 else np.asarray(cv2.addWeighted(painted, shown, frame, 1 - shown, 0), np.uint8)

    def close(self) -> None:
        """Let go of what goes on aside."""
        self._aside.shutdown(cancel_futures=True)

    def _look(self, frame: Bytes, before: _Scene | None) -> tuple[_Scene, Any]:
        """What a frame tells of the scene, and the network for it."""
        small = self._small(frame)
        affine = self._painter.affine(self._reader.between(small, self._code, self._strength))
        own = colors_of(small)
        if before is not None and before.measured.moments is None:
            before = None  # a camera that began in the dark tells nothing of the scene that follows
        if before is not None:
            own = mix_colors([before.own, own], [1 - TAKEN_OVER, TAKEN_OVER])
        measured, _ = self._painter.measure(
            recolor(small, own, self._colors, self._strength), affine, toward(own, self._colors, self._strength)
        )
        if before is not None:
            measured = before.measured.toward(measured, TAKEN_OVER)
        colors = recoloring(own, self._colors, self._strength)
        return _Scene(own, measured), self._painter.filming(affine, measured, colors)

    def _small(self, frame: Bytes) -> Pixels:
        height, width = frame.shape[:2]
        scale = min(1.0, MEASURED / max(height, width))
        size = [max(SMALLEST_SIDE, round(side * scale)) for side in (width, height)]
        return pixels_of(np.asarray(cv2.resize(frame, size, interpolation=cv2.INTER_AREA), np.uint8))


def prepare(
    styles: Sequence[inputs.PictureLike],
    shares: Sequence[float] | None = None,
    *,
    size: int = 640,
    scale: float = 1.0,
    strength: float = 1.0,
    network: str = "live",
) -> LiveBrush:
    """A brush for frames of a size, from style images.

    Args:
        styles: at least one; a network that was trained on one stands alone.
        shares: how much each counts; equal where left out.
        size: the frames' longer side, px.
        scale: of the style's strokes.
        strength: 0 is the frame, 1 the style in full.
        network: which of the shipped ones paints.

    Raises:
        PinxitError: one sentence for the first thing wrong.
    """
    if not styles:
        raise PinxitError("no style is given: name at least one picture, or house:NAME (`pinxit styles` shows them).")
    if shares is not None and len(shares) != len(styles):
        raise PinxitError(f"{len(shares)} shares are given for {len(styles)} styles: give one each.")
    if network not in weights.SHAPES:
        raise PinxitError(f"there is no network {network!r}: choose one of {', '.join(weights.SHAPES)}.")
    if any(inputs.is_network(style) for style in styles):
        if len(styles) > 1:
            raise PinxitError("a network that was trained on one style cannot mix it with others: give it alone.")
        paints = weights.load(Path(str(styles[0])))
    else:
        paints = weights.shipped(network)
    read = [inputs.load_style(style, round(size * scale))[0] for style in styles]
    mixed = [LoadedStyle(picture, share) for picture, share in zip(read, shares or [1.0] * len(read), strict=True)]
    return LiveBrush(paints, mixed, size * scale, strength)
