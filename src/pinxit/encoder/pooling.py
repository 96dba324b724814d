"""The three ways to halve feature maps, rescaled so that activations keep the magnitude they have after max pooling.

Gatys et al. (2016), section 2, replace VGG's max pooling by the average for smoother pictures. The mean of four activations is
smaller than their maximum, so every later layer would fire less and the layers' weights in the loss would shift. The gains undo
that. There is one for each pooling: the deeper the layer, the sparser its activations.
"""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor

from pinxit.recipe.choices import Pooling

# Ratio of the mean activation after max pooling to that after each other kind, at pool1 to pool4 of VGG-16: the geometric mean
# over four of scikit-image's photographs (astronaut, cat, coffee, rocket). tests/encoder/test_pooling.py measures it again.
GAIN: dict[Pooling, tuple[float, float, float, float]] = {
    "max": (1.0, 1.0, 1.0, 1.0),
    "average": (1.198, 1.607, 1.744, 1.929),
    "l2": (0.576, 0.697, 0.733, 0.771),
}


def pool(features: Tensor, kind: Pooling, number: int) -> Tensor:
    """Halve feature maps `(N, C, H, W)` to `(N, C, H // 2, W // 2)`.

    Args:
        features: the feature maps.
        kind: `max`; `average`, the mean of each 2×2; `l2`, the root of its summed squares. The last two are rescaled.
        number: the number of VGG's pooling layer, 1 to 4.
    """
    if kind == "max":
        return F.max_pool2d(features, 2)
    gain = GAIN[kind][number - 1]
    if kind == "average":
        return F.avg_pool2d(features, 2) * gain
    # The small constant keeps the root's gradient finite where all of a 2×2 is zero.
    return (F.avg_pool2d(features.square(), 2) * 4 + 1e-8).sqrt() * gain
