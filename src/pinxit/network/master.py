"""A larger network as a teacher: what it paints is what is to be painted (Hinton, Vinyals, Dean, "Distilling", 2015)."""

from __future__ import annotations

import torch
from torch import Tensor

from pinxit.network.finished import finished
from pinxit.network.teacher import Verdict
from pinxit.network.transformer import Network


class Master:
    """Compares a network's paintings with another's of the same photographs in the same styles, as these will be shown.

    So live pictures, which nothing makes livelier, are painted lively.

    No VGG has to look at them, so a lesson costs a tenth of `Teacher`'s.

    Args:
        network: the other; it learns nothing.
    """

    def __init__(self, network: Network) -> None:
        self.network = network.requires_grad_(requires_grad=False)

    def __call__(self, painted: Tensor, photographs: Tensor, paintings: Tensor) -> Verdict:
        """See `Teacher`; the verdict's content is about pixels, its style about differences of neighbours: strokes."""
        with torch.no_grad():
            wanted = finished(self.network(photographs, paintings), photographs, paintings).clamp(0, 1)
        strokes = sum(_error(painted.diff(dim=axis), wanted.diff(dim=axis)) for axis in (2, 3))
        overshoot = (painted - painted.clamp(0, 1)).square().mean((1, 2, 3))
        return Verdict(_error(painted, wanted), torch.as_tensor(strokes), overshoot, torch.zeros_like(overshoot))


def _error(painted: Tensor, wanted: Tensor) -> Tensor:
    """Mean squared difference of each picture, `(N,)`, as a share of the variance of what was wanted."""
    variance = wanted.var((1, 2, 3)) + 1e-4
    return (painted - wanted).square().mean((1, 2, 3)) / variance
