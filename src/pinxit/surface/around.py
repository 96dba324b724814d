"""The sphere as the optimiser paints it: six faces that are one picture, each seen with what lies beyond its edges.

Feature maps of a face are computed with a margin that is taken from its neighbours, and only what belongs to the face itself
is kept. The six together are the feature maps of the whole sphere, every place of it counted once: the content loss compares
them, one Gram matrix sums over them, and the gradient of what a face sees in its margin goes to the neighbour's pixels. There
is one painting, seen from six sides, so there is nothing to blend and no seam that could be left.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Iterable
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor
from torch.utils.checkpoint import checkpoint

from pinxit.encoder.border import cut
from pinxit.encoder.tiles import ALIGNMENT, Tile, margin
from pinxit.encoder.vgg import Encoder
from pinxit.objective.guided import Region
from pinxit.objective.objective import Losses, Objective, Weights
from pinxit.objective.smoothness import total_variation
from pinxit.picture.picture import Pixels
from pinxit.picture.wrap import NONE, Wrap
from pinxit.surface.sphere import FACES, of_face, on_face

# relu5_1 sees 58 px around, but what is half as far counts for nearly all of it.
MARGIN = 32
_DEEPEST = "relu5_1"
_LEAST_WEIGHT = 1e-4


def margin_of(side: int) -> int:
    """How far a face is seen beyond its edges, px, in whole strides: small faces would otherwise see behind the viewer."""
    return max(ALIGNMENT, min(MARGIN, side // 4 // ALIGNMENT * ALIGNMENT))


class Surroundings:
    """Gives each of six equi-angular faces its margin, out of its neighbours' pixels, by bicubic interpolation.

    Args:
        side: of a face, px.
        margin: px beyond each edge.
        device: where the faces are.
    """

    def __init__(self, side: int, margin: int, device: torch.device) -> None:
        self._side, self._margin = side, margin
        whole = side + 2 * margin
        inside = np.zeros((whole, whole), bool)
        inside[margin:-margin, margin:-margin] = True
        outside = np.flatnonzero(~inside)
        taps = [_taps(of_face(face, side, margin).reshape(-1, 3)[outside], side) for face in FACES.values()]
        self._outside = torch.from_numpy(outside).to(device)
        places, weights = (np.concatenate(part) for part in zip(*taps, strict=True))
        matrix = _sparse(places, weights, len(FACES) * side**2)
        self._matrices = (matrix.to(device), matrix.t().to_sparse_csr().to(device))

    def __call__(self, strip: Tensor) -> Tensor:
        """The faces with their margins, `(6, 3, E, E)`, of a strip of them `(1, 3, 6 side, side)`."""
        around: Tensor = _Product.apply(strip[0].flatten(1).T, *self._matrices)  # type: ignore[no-untyped-call]
        wide = F.pad(faces_of(strip), (self._margin,) * 4).flatten(2)
        wide = wide.index_copy(2, self._outside, around.reshape(6, -1, 3).transpose(1, 2))
        whole = self._side + 2 * self._margin
        return wide.reshape(6, 3, whole, whole)


class _Product(torch.autograd.Function):
    """A sparse matrix by a dense one, with the transpose at hand for the gradient."""

    @staticmethod
    def forward(ctx: Any, dense: Tensor, matrix: Tensor, transpose: Tensor) -> Tensor:
        ctx.transpose = transpose
        return matrix @ dense.contiguous()

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, None, None]:
        return ctx.transpose @ gradient.contiguous(), None, None


def faces_of(strip: Tensor) -> Tensor:
    """`(6, C, side, side)` of a strip `(1, C, 6 side, side)`."""
    return torch.stack(torch.chunk(strip[0], len(FACES), 1))


class SphereEncoder(Encoder):
    """An encoder to which a strip of six faces is a sphere; any other picture is what it is to the encoder itself.

    Args:
        encoder: sees the faces one by one.
        side: of a face, px, a multiple of the deepest stride.
        most: the greatest side, px, to see at a time: a larger face is seen in parts, and every part anew for its gradient,
            so that no more than one part's feature maps are kept.
    """

    def __init__(self, encoder: Encoder, side: int, most: int) -> None:
        self.architecture, self.pooling = encoder.architecture, encoder.pooling
        self.device, self.dtype = encoder.device, encoder.dtype
        self._encoder = encoder
        self._side = side
        self._margin = margin_of(side)
        self._surroundings = Surroundings(side, self._margin, encoder.device)
        whole = side + 2 * self._margin
        # All faces at once where there is room: one by one, small ones take twice the time.
        self._at_once = len(FACES) * whole**2 <= most**2
        parts = (
            1 if self._at_once else math.ceil(side / max(ALIGNMENT, most - 2 * margin(self.architecture, [_DEEPEST])))
        )
        step = math.ceil(side / parts / ALIGNMENT) * ALIGNMENT
        spans = [slice(start + self._margin, min(start + step, side) + self._margin) for start in range(0, side, step)]
        self._tiles = [[self._tile(rows, columns, whole) for columns in spans] for rows in spans]

    def __call__(self, picture: Tensor, taps: Iterable[str], wrap: Wrap = NONE) -> dict[str, Tensor]:
        """See `Encoder`; the strip's feature maps are a strip of the six faces' maps."""
        if picture.shape[2:] != (len(FACES) * self._side, self._side):
            return self._encoder(picture, taps, wrap)
        taps = sorted(set(taps))
        wide = self._surroundings(picture.to(self.device))
        together = [self._face(faces, taps) for faces in torch.split(wide, len(FACES) if self._at_once else 1)]
        return {
            tap: torch.cat([face for maps in together for face in torch.split(maps[number], 1)], 2)
            for number, tap in enumerate(taps)
        }

    def _face(self, face: Tensor, taps: list[str]) -> list[Tensor]:
        """The maps of one face, or several, without their margins."""
        parts = [[self._see(cut(face, tile.outer), tile, taps) for tile in row] for row in self._tiles]
        return [
            torch.cat([torch.cat([part[number] for part in row], 3) for row in parts], 2) for number in range(len(taps))
        ]

    def _see(self, part: Tensor, tile: Tile, taps: list[str]) -> tuple[Tensor, ...]:
        def see(part: Tensor) -> tuple[Tensor, ...]:
            features = self._encoder(part, taps)
            # Cloned, or the margins would be kept with them.
            return tuple(cut(features[tap], tile.positions(tap)).clone() for tap in taps)

        if self._at_once or not part.requires_grad:
            return see(part)
        seen: tuple[Tensor, ...] = checkpoint(see, part, use_reentrant=False, preserve_rng_state=False)
        return seen

    def _tile(self, rows: slice, columns: slice, whole: int) -> Tile:
        reach = margin(self.architecture, [_DEEPEST])
        down, right = (slice(max(0, span.start - reach), min(whole, span.stop + reach)) for span in (rows, columns))
        return Tile((rows, columns), (down, right), whole, whole)


class SphereObjective:
    """The objective for a strip of six faces; see `Objective`.

    Args:
        encoder: sees the sphere.
        weights: what counts how much.
        content: the content image's faces, `(1, 3, 6 side, side)`.
        regions: what goes where, their masks strips too.
    """

    def __init__(self, encoder: SphereEncoder, weights: Weights, content: Tensor, regions: list[Region]) -> None:
        self._smoothness = weights.smoothness
        # Within the strip, faces lie side by side that are none on the sphere: its smoothness is judged apart.
        flat = Weights(**{**vars(weights), "smoothness": 0.0})
        self._objective = Objective(encoder, flat, content, regions)
        self._surroundings = Surroundings(content.shape[3], 1, encoder.device)

    def __call__(self, strip: Tensor) -> tuple[Losses, Tensor]:
        """The losses, and the gradient of the total by the strip."""
        losses, gradient = self._objective(strip)
        leaf = strip.detach().clone().requires_grad_()
        smoothness = total_variation(self._surroundings(leaf))
        (smoothness * self._smoothness).backward()  # type: ignore[no-untyped-call]
        assert leaf.grad is not None  # noqa: S101 - for the type checker
        smoothness = smoothness.detach()
        total = losses.total + self._smoothness * smoothness
        return Losses(total, losses.content, losses.style, smoothness), gradient + leaf.grad


def _taps(directions: NDArray[Any], side: int) -> tuple[NDArray[Any], NDArray[Any]]:
    """Where each direction's 4×4 surrounding pixels are in a strip of faces, and how much they count: `(N, 16)` each."""
    axes = np.array([face.ahead for face in FACES.values()], np.float32)
    number = np.argmax(directions @ axes.T, 1)
    columns, rows = np.empty(len(number)), np.empty(len(number))
    for index, face in enumerate(FACES.values()):
        here = number == index
        columns[here], rows[here] = on_face(face, directions[here])
    indices, weights = [], []
    for steps in (rows, columns):
        places = (steps + 1) / 2 * side - 0.5
        first = np.floor(places)
        shift = (places - first)[:, None]
        offsets = np.arange(-1, 3)
        weights.append(_cubic(np.abs(offsets - shift)))
        # At a face's own edge the outermost pixel stands for the one beyond: a part of a pixel off, in corners alone.
        indices.append((first[:, None] + offsets).clip(0, side - 1).astype(np.int64))
    (down, right), (down_weights, right_weights) = indices, weights
    place = (number[:, None, None] * side + down[:, :, None]) * side + right[:, None, :]
    weight = down_weights[:, :, None] * right_weights[:, None, :]
    return place.reshape(-1, 16), weight.reshape(-1, 16).astype(np.float32)


def _sparse(places: NDArray[np.int64], weights: Pixels, columns: int) -> Tensor:
    """The matrix `(N, columns)` with those weights at those places of each row; faces meet pixel by pixel, so most are 0."""
    rows, used = np.nonzero(np.abs(weights) > _LEAST_WEIGHT)
    indices = torch.from_numpy(np.stack([rows, places[rows, used]]))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # PyTorch calls its sparse matrices a beta
        return torch.sparse_coo_tensor(
            indices, torch.from_numpy(weights[rows, used]), (len(places), columns), is_coalesced=False
        ).to_sparse_csr()


def _cubic(distance: NDArray[Any]) -> NDArray[Any]:
    """Keys's interpolating kernel ("Cubic convolution interpolation", 1981), a = −0.5."""
    near = (1.5 * distance - 2.5) * distance**2 + 1
    far = ((-0.5 * distance + 2.5) * distance - 4) * distance + 2
    return np.where(distance <= 1, near, np.where(distance < 2, far, 0))
