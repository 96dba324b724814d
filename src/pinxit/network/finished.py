"""What becomes of a network's paintings before anybody sees them, for PyTorch: a network is to learn what will be seen.

The same as `pinxit.network.lively` does with arrays, and for a batch. Gradients pass through all of it: a network that could
not see that what it mutes is brought out again would learn to overdo it.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor

from pinxit.network.colormaps import least_map, limited
from pinxit.network.lively import MESH, OWN
from pinxit.network.steering import directions_of, steered
from pinxit.picture import histogram, octaves
from pinxit.picture.recolor import GRAIN, LEAST_SPREAD

AXES = torch.from_numpy(histogram.AXES)
KERNEL = torch.tensor([1.0, 4, 6, 4, 1]) / 16


def finished(painted: Tensor, photographs: Tensor, paintings: Tensor) -> Tensor:
    """Pictures `(N, 3, H, W)` as they leave a network, as they will be shown; they may overshoot [0, 1].

    Args:
        painted: of those photographs, in the manner of those paintings.
        photographs: in the colours of the paintings.
        paintings: `(N, 3, H', W')`.
    """
    strokes = _calm(_corrected(painted, paintings) - photographs)
    with torch.no_grad():
        directions = directions_of(paintings)
        details, _ = _taken_apart(paintings)
        wanted = [_covariance(detail) for detail in details]
        turned = [_mapped(AXES, detail) for detail in details]
        shapes = [_quantiles(one.flatten(2) / _deviations(one)) for one in turned]
    pictures = photographs + _scaled(strokes, [1 - own for own in OWN])
    return _corrected(_nearer(steered(pictures, directions), wanted, shapes), paintings)


def _corrected(pictures: Tensor, like: Tensor) -> Tensor:
    """Pictures with the mean colours and the covariances of others."""
    centred, wanted = (one - one.mean((2, 3), keepdim=True) for one in (pictures, like))
    linear = least_map(_covariance(centred), _covariance(wanted), LEAST_SPREAD**2)
    return _mapped(linear, centred) + like.mean((2, 3), keepdim=True)


def _scaled(pictures: Tensor, times: Sequence[float]) -> Tensor:
    """See `pinxit.picture.octaves.scaled`."""
    details, whole = _taken_apart(pictures)
    whole = times[-1] * whole
    for number, detail in reversed(list(enumerate(details))):
        whole = _twice(whole, detail) + times[min(number, len(times) - 1)] * detail
    return whole


def _nearer(pictures: Tensor, wanted: list[Tensor], shapes: list[Tensor]) -> Tensor:
    details, whole = _taken_apart(pictures)
    for number, detail in reversed(list(enumerate(details))):
        if number < len(wanted):
            linear = limited(least_map(_covariance(detail), wanted[number], GRAIN), octaves.MOST_TIMES)
            detail = _mapped(AXES.T, _shaped(_mapped(AXES @ linear, detail), shapes[number]))
        whole = _twice(whole, detail) + detail
    return whole


def _shaped(turned: Tensor, shape: Tensor) -> Tensor:
    """Colours turned with a histogram of that shape, see `pinxit.picture.histogram.matched`; the curve counts as constant."""
    deviations = _deviations(turned)
    flat = turned.flatten(2) / deviations
    with torch.no_grad():
        own = _quantiles(flat)
        moves = shape - own
        after = torch.searchsorted(own, flat.contiguous()).clamp(1, own.shape[2] - 1)
        (before, near), (behind, far) = ((own.gather(2, place), moves.gather(2, place)) for place in (after - 1, after))
    part = ((flat - before) / (behind - before).clamp_min(1e-6)).clamp(0, 1)
    return (deviations * (flat + near + part * (far - near))).view_as(turned)


def _quantiles(flat: Tensor) -> Tensor:
    """Of values `(N, 3, P)`, `(N, 3, Q)`."""
    ordered = flat[:, :, :: histogram.step(flat.shape[2])].sort(2).values
    return ordered[:, :, torch.from_numpy(histogram.ranks(ordered.shape[2]))]


def _deviations(turned: Tensor) -> Tensor:
    """Of colours turned whose mean is 0, `(N, 3, 1)`."""
    return (turned.flatten(2).square().mean(2, keepdim=True) + GRAIN).sqrt()


def _taken_apart(pictures: Tensor) -> tuple[list[Tensor], Tensor]:
    found, whole = list[Tensor](), pictures
    while len(found) < octaves.MOST and min(whole.shape[2:]) >= octaves.SMALLEST_SIDE:
        half = _filtered(F.pad(whole, (2, 2, 2, 2), mode="reflect"), KERNEL)[:, :, ::2, ::2]
        found.append(whole - _twice(half, whole))
        whole = half
    return found, whole


def _twice(pictures: Tensor, like: Tensor) -> Tensor:
    """Pictures enlarged to the size of others."""
    kernel = (4 * torch.outer(KERNEL, KERNEL)).expand(3, 1, -1, -1)
    large = F.conv_transpose2d(F.pad(pictures, (1, 1, 1, 1), mode="replicate"), kernel, stride=2, groups=3)
    return large[:, :, 4 : 4 + like.shape[2], 4 : 4 + like.shape[3]]


def _calm(pictures: Tensor) -> Tensor:
    return _filtered(F.pad(pictures, (2, 2, 2, 2), mode="reflect"), torch.from_numpy(MESH))


def _filtered(padded: Tensor, kernel: Tensor) -> Tensor:
    """By a kernel of one axis, along both."""
    rows = F.conv2d(padded, kernel.view(1, 1, -1, 1).expand(3, -1, -1, -1), groups=3)
    return F.conv2d(rows, kernel.view(1, 1, 1, -1).expand(3, -1, -1, -1), groups=3)


def _covariance(centred: Tensor) -> Tensor:
    """Of colours whose mean is 0, `(N, 3, 3)`."""
    flat = centred.flatten(2)
    return flat @ flat.transpose(1, 2) / flat.shape[2]


def _mapped(linear: Tensor, pictures: Tensor) -> Tensor:
    return (linear @ pictures.flatten(2)).view_as(pictures)
