"""How steady a film is: the difference of a painted frame from an earlier one that is warped to it, in pixels and in features.

The warping error is that of Ruder et al., "Artistic Style Transfer for Videos" (2016), and Lai et al., "Learning Blind Video
Temporal Consistency" (2018). The perceptual distance is made as LPIPS (Zhang et al., 2018), without its learned weights, at
taps that the objective does not use. Both are small for a blurred film too, so `sharpness` belongs beside them.
"""

from __future__ import annotations

import cv2
import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

from pinxit.encoder.vgg import Encoder
from pinxit.metrics.style_distance import TAPS


def warping_error(painted: NDArray[np.uint8], warped: NDArray[np.uint8], mask: NDArray[np.float32]) -> float:
    """Return the mean squared difference where both show the same, range [0, 1].

    Args:
        painted: a painted frame, `(H, W, 3)`.
        warped: an earlier painted frame, warped to it.
        mask: where both show the same things, `(H, W)`, range [0, 1].
    """
    squared = np.square((painted.astype(np.float32) - warped) / 255).mean(axis=2)
    return float((squared * mask).sum() / max(float(mask.sum()), 1.0))


@torch.no_grad()
def perceptual_distance(
    encoder: Encoder, painted: NDArray[np.uint8], warped: NDArray[np.uint8], mask: NDArray[np.float32]
) -> float:
    """Return the mean over taps of the cosine distance of features where both show the same: 0 for the same, at most 2.

    Args:
        encoder: VGG-16, which computes the features.
        painted: a painted frame, `(H, W, 3)`, sides of at least 16 px.
        warped: an earlier painted frame, warped to it.
        mask: where both show the same things, `(H, W)`, range [0, 1].
    """
    # Elsewhere both get the same pixels, so that features near the mask's border do not see a difference there.
    own = np.asarray(painted, np.float32)
    same = np.asarray(warped + (1 - mask[..., None]) * (own - warped), np.float32)
    ours, theirs = (encoder(_tensor(frame, encoder), TAPS) for frame in (own, same))
    area = max(float(mask.mean()), 1e-6)
    distances = [1 - F.cosine_similarity(ours[tap].float(), theirs[tap].float()).mean() for tap in TAPS]
    return float(sum(distances)) / len(TAPS) / area


def sharpness(frame: NDArray[np.uint8]) -> float:
    """Return the mean absolute difference of a frame `(H, W, 3)` from itself blurred by a Gaussian of one pixel, in levels."""
    gray = np.asarray(cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY), np.float32)
    return float(np.abs(gray - cv2.GaussianBlur(gray, (0, 0), 1.0)).mean())


def _tensor(frame: NDArray[np.float32], encoder: Encoder) -> Tensor:
    pixels = np.ascontiguousarray(frame.transpose(2, 0, 1)) / np.float32(255)
    return torch.from_numpy(pixels)[None].to(encoder.device)
