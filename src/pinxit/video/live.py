"""Live painting: frames of a camera or a clip are painted as they arrive, without delay and without knowledge of later ones."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from time import monotonic
from typing import Any

import cv2
import numpy as np

from pinxit import inputs
from pinxit.errors import PinxitError
from pinxit.image.picture import Pixels
from pinxit.network import weights
from pinxit.network.conditioning import SMALLEST_SIDE, Conditioning, EncodedStyles
from pinxit.network.weights import NetworkWeights
from pinxit.onnx_runtime.session import run_session
from pinxit.recipe.inputs import StyleInput, normalized_shares
from pinxit.texture.color_transfer import colors_of, mix_colors
from pinxit.video.optical_flow import Bytes, pixels_of

# The statistics that the network normalises by, and the colours, follow the scene: they are measured at intervals and blended
# in, because a jump would be visible.
SECONDS_BETWEEN_MEASUREMENTS = 1.0
UPDATE_SHARE = 0.3  # share of a new measurement in the blend
MEASURED_SIDE = 320  # px: longer side of the frame that is measured


class LiveStylizer:
    """A stylizer of live frames in a mixture of styles.

    Args:
        network: the network.
        styles: the style images, with their shares.
        size: longer side at which style images are read, px.
        strength: 0 is the frame, 1 the full style.

    Attributes:
        grid: both sides of frames must be multiples of this, px.
    """

    def __init__(
        self, network: NetworkWeights, styles: Sequence[StyleInput], size: float, strength: float = 1.0
    ) -> None:
        self.grid = network.shape.grid
        self._strength = strength
        encoded = EncodedStyles(network, [style.picture for style in styles], size)
        self._mixture = encoded.mix(normalized_shares(style.share for style in styles))
        self._scene: Conditioning | None = None
        self._session: Any = None
        self._measured_at = -SECONDS_BETWEEN_MEASUREMENTS
        self._pending: Future[tuple[Conditioning, Any]] | None = None
        self._executor = ThreadPoolExecutor(1)

    def __call__(self, frame: Bytes) -> Bytes:
        """Return a frame `(H, W, 3)` painted; H and W must be multiples of `grid`."""
        now = monotonic()
        if self._session is None:
            self._scene, self._session = self._measure(frame, None)
            self._measured_at = now
        elif self._pending is None and now - self._measured_at > SECONDS_BETWEEN_MEASUREMENTS:
            self._pending = self._executor.submit(self._measure, frame.copy(), self._scene)
            self._measured_at = now
        elif self._pending is not None and self._pending.done():
            self._scene, self._session = self._pending.result()
            self._pending = None
        painted: Bytes = run_session(self._session, {"frame": frame})[0]
        weight = min(1.0, 2 * self._strength)  # as for a picture: below a strength of 0.5 the photograph shows through
        return painted if weight == 1 else np.asarray(cv2.addWeighted(painted, weight, frame, 1 - weight, 0), np.uint8)

    def close(self) -> None:
        """Stop measuring in the background."""
        self._executor.shutdown(cancel_futures=True)

    def _measure(self, frame: Bytes, before: Conditioning | None) -> tuple[Conditioning, Any]:
        """Measure the scene on a frame, and return it with a session of the network for it."""
        small = self._small(frame)
        own = colors_of(small)
        if before is not None and before.statistics.moments is None:
            before = None  # a camera that started in the dark has measured nothing to blend with
        if before is not None:
            own = mix_colors([before.own, own], [1 - UPDATE_SHARE, UPDATE_SHARE])
        scene, _ = self._mixture.condition(small, self._strength, own)
        if before is not None:
            scene = replace(scene, statistics=before.statistics.interpolate(scene.statistics, UPDATE_SHARE))
        return scene, self._mixture.stylizer.frame_session(scene.code, scene.statistics, scene.recoloring)

    def _small(self, frame: Bytes) -> Pixels:
        height, width = frame.shape[:2]
        scale = min(1.0, MEASURED_SIDE / max(height, width))
        size = [max(SMALLEST_SIDE, round(side * scale)) for side in (width, height)]
        return pixels_of(np.asarray(cv2.resize(frame, size, interpolation=cv2.INTER_AREA), np.uint8))


def prepare_live(
    styles: Sequence[inputs.PictureLike],
    shares: Sequence[float] | None = None,
    *,
    size: int = 640,
    scale: float = 1.0,
    strength: float = 1.0,
    network: str = "live",
) -> LiveStylizer:
    """Prepare the painting of live frames.

    Args:
        styles: at least one style image; a network trained on one style must be the only one.
        shares: weight of each style relative to the others; equal by default.
        size: longer side of the frames, px.
        scale: size of the style's strokes, relative to the style image.
        strength: 0 is the frame, 1 the full style.
        network: name of the shipped network that paints.

    Raises:
        PinxitError: for the first mistake in the arguments.
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
        loaded = weights.load(Path(str(styles[0])))
    else:
        loaded = weights.shipped(network)
    read = [inputs.load_style(style, round(size * scale))[0] for style in styles]
    mixed = [StyleInput(picture, share) for picture, share in zip(read, shares or [1.0] * len(read), strict=True)]
    return LiveStylizer(loaded, mixed, size * scale, strength)
