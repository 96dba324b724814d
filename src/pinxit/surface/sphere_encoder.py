"""Encoder and objective for a sphere that is painted as six cube faces.

Feature maps of a face are computed with a margin taken from its neighbours; afterwards only the face's own part is kept. The
six together are the feature maps of the sphere, with every place counted once: the content loss compares them, one Gram
matrix sums over them, and the gradient of a margin flows to the neighbour's pixels. There is one painting, not six that are
blended, so no seam can appear.
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
from pinxit.image.picture import Pixels
from pinxit.image.wrap import NONE, Wrap
from pinxit.objective.correspondence import Meanings
from pinxit.objective.objective import Losses, LossWeights, Objective, Subjects
from pinxit.objective.regions import Region
from pinxit.objective.total_variation import total_variation
from pinxit.surface.sphere import FACES, of_face, on_face

# px: relu5_1 depends on 58 px around a position, but nearly all of its weight lies within half of that.
MARGIN = 32
_DEEPEST = "relu5_1"
_LEAST_WEIGHT = 1e-4


def margin_of(side: int) -> int:
    """Return the margin of a face, px, in whole strides; it is smaller on small faces, or it would reach behind the viewer."""
    return max(ALIGNMENT, min(MARGIN, side // 4 // ALIGNMENT * ALIGNMENT))


class Surroundings:
    """Margins of six equi-angular faces, interpolated bicubically from their neighbours' pixels.

    Args:
        side: of a face, px.
        margin: px beyond each edge.
        device: the device of the faces.
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
        """Return the faces with their margins, `(6, 3, E, E)`, of a strip `(1, 3, 6 side, side)`."""
        around: Tensor = _Product.apply(strip[0].flatten(1).T, *self._matrices)  # type: ignore[no-untyped-call]
        wide = F.pad(faces_of(strip), (self._margin,) * 4).flatten(2)
        wide = wide.index_copy(2, self._outside, around.reshape(6, -1, 3).transpose(1, 2))
        whole = self._side + 2 * self._margin
        return wide.reshape(6, 3, whole, whole)


class _Product(torch.autograd.Function):
    """The product of a sparse and a dense matrix, with the transpose prepared for the gradient."""

    @staticmethod
    def forward(ctx: Any, dense: Tensor, matrix: Tensor, transpose: Tensor) -> Tensor:
        ctx.transpose = transpose
        return matrix @ dense.contiguous()

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, None, None]:
        return ctx.transpose @ gradient.contiguous(), None, None


def faces_of(strip: Tensor) -> Tensor:
    """Return the faces `(6, C, side, side)` of a strip `(1, C, 6 side, side)`."""
    return torch.stack(torch.chunk(strip[0], len(FACES), 1))


class SphereEncoder(Encoder):
    """An encoder that treats a strip of six faces as a sphere, and any other picture as flat.

    Args:
        encoder: the encoder of the faces.
        side: of a face, px, a multiple of the deepest stride.
        most: the largest side, px, that is encoded at once. A larger face is encoded in parts, and each part again for its
            gradient, so that only one part's feature maps are kept.
    """

    def __init__(self, encoder: Encoder, side: int, most: int) -> None:
        self.architecture, self.pooling = encoder.architecture, encoder.pooling
        self.device, self.dtype = encoder.device, encoder.dtype
        self._encoder = encoder
        self._side = side
        self._margin = margin_of(side)
        self._surroundings = Surroundings(side, self._margin, encoder.device)
        whole = side + 2 * self._margin
        # All faces are encoded at once where there is room: one by one, small faces take twice the time.
        self._at_once = len(FACES) * whole**2 <= most**2
        parts = (
            1 if self._at_once else math.ceil(side / max(ALIGNMENT, most - 2 * margin(self.architecture, [_DEEPEST])))
        )
        step = math.ceil(side / parts / ALIGNMENT) * ALIGNMENT
        spans = [slice(start + self._margin, min(start + step, side) + self._margin) for start in range(0, side, step)]
        self._tiles = [[self._tile(rows, columns, whole) for columns in spans] for rows in spans]

    def __call__(self, picture: Tensor, taps: Iterable[str], wrap: Wrap = NONE) -> dict[str, Tensor]:
        """Encode a picture as `Encoder` does; the feature maps of a strip are strips of the six faces' maps."""
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
        """Return the feature maps of one face, or several, without their margins."""
        parts = [[self._see(cut(face, tile.outer), tile, taps) for tile in row] for row in self._tiles]
        return [
            torch.cat([torch.cat([part[number] for part in row], 3) for row in parts], 2) for number in range(len(taps))
        ]

    def _see(self, part: Tensor, tile: Tile, taps: list[str]) -> tuple[Tensor, ...]:
        def see(part: Tensor) -> tuple[Tensor, ...]:
            features = self._encoder(part, taps)
            # They are cloned, since a view would keep the margins in memory.
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
        encoder: the encoder of the sphere.
        weights: weights of the losses.
        content: the content image's faces, `(1, 3, 6 side, side)`.
        regions: regions and their styles, with strips as masks.
        subjects: parts that must stay recognisable, with strips as planes.
        meanings: semantic features for the search for nearest neighbors; those of the content are a strip.
        compact: whether what is kept for the whole sphere is in half precision.
    """

    def __init__(
        self,
        encoder: SphereEncoder,
        weights: LossWeights,
        content: Tensor,
        regions: list[Region],
        subjects: Subjects | None = None,
        meanings: Meanings | None = None,
        compact: bool = False,
    ) -> None:
        self._smoothness = weights.smoothness
        # Faces that touch in the strip may not touch on the sphere: total variation is computed separately.
        flat = LossWeights(**{**vars(weights), "smoothness": 0.0})
        self._objective = Objective(
            encoder, flat, content, regions, subjects=subjects, meanings=meanings, compact=compact
        )
        self._surroundings = Surroundings(content.shape[3], 1, encoder.device)

    def __call__(self, strip: Tensor) -> tuple[Losses, Tensor]:
        """Return the losses, and the gradient of the total with respect to the strip."""
        losses, gradient = self._objective(strip)
        leaf = strip.detach().clone().requires_grad_()
        smoothness = total_variation(self._surroundings(leaf))
        (smoothness * self._smoothness).backward()  # type: ignore[no-untyped-call]
        assert leaf.grad is not None  # noqa: S101 - for the type checker
        smoothness = smoothness.detach()
        total = losses.total + self._smoothness * smoothness
        return Losses(total, losses.content, losses.style, smoothness), gradient + leaf.grad

    def match(self, strip: Tensor) -> None:
        """Search for nearest neighbors anew; see `Objective.match`."""
        self._objective.match(strip)


def _taps(directions: NDArray[Any], side: int) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return the positions of each direction's 4×4 nearest pixels in a strip of faces, and their weights: `(N, 16)` each."""
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
        # At a face's own edge the outermost pixel replaces the one beyond: an error of a fraction of a pixel, in corners only.
        indices.append((first[:, None] + offsets).clip(0, side - 1).astype(np.int64))
    (down, right), (down_weights, right_weights) = indices, weights
    place = (number[:, None, None] * side + down[:, :, None]) * side + right[:, None, :]
    weight = down_weights[:, :, None] * right_weights[:, None, :]
    return place.reshape(-1, 16), weight.reshape(-1, 16).astype(np.float32)


def _sparse(places: NDArray[np.int64], weights: Pixels, columns: int) -> Tensor:
    """Return a matrix `(N, columns)` with those weights at those places of each row; most weights are negligible."""
    rows, used = np.nonzero(np.abs(weights) > _LEAST_WEIGHT)
    indices = torch.from_numpy(np.stack([rows, places[rows, used]]))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # PyTorch warns that its sparse matrices are in beta
        return torch.sparse_coo_tensor(
            indices, torch.from_numpy(weights[rows, used]), (len(places), columns), is_coalesced=False
        ).to_sparse_csr()


def _cubic(distance: NDArray[Any]) -> NDArray[Any]:
    """Return Keys's interpolating kernel ("Cubic convolution interpolation", 1981), a = −0.5."""
    near = (1.5 * distance - 2.5) * distance**2 + 1
    far = ((-0.5 * distance + 2.5) * distance - 4) * distance + 2
    return np.where(distance <= 1, near, np.where(distance < 2, far, 0))
