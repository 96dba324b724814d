"""Self-similarity: independent of colours, and the same in one piece or in tiles."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from pinxit.encoder.border import cut
from pinxit.encoder.tiles import divide
from pinxit.encoder.vgg import Encoder
from pinxit.image import Picture, resize
from pinxit.objective.objective import LossWeights, Objective
from pinxit.objective.self_similarity import CELLS, cell_sums, distances, similarity_loss
from tests.conftest import as_tensor
from tests.objective.test_objective import one

TAP = "relu3_1"


def cells(encoder: Encoder, picture: Tensor, side: int = 2**31) -> Tensor:
    tiles = divide(picture, side, "vgg16", [TAP])
    maps = [cut(encoder(tile.see(picture), [TAP])[TAP], tile.positions(TAP)) for tile in tiles]
    return torch.stack([cell_sums(part, TAP, tile) for part, tile in zip(maps, tiles, strict=True)]).sum(0)


@pytest.mark.parametrize(("height", "width"), [(192, 288), (130, 171), (40, 200)])
def test_cells_are_means_of_positions_and_tiles_add_up_to_them(
    encoder: Encoder, cat: Picture, height: int, width: int
) -> None:
    picture = as_tensor(resize(cat, height, width))
    whole = cells(encoder, picture)
    maps = encoder(picture, [TAP])[TAP]
    sides = [min(CELLS, side) for side in maps.shape[2:]]
    assert whole.shape == (256, sides[0] * sides[1])
    torch.testing.assert_close(whole.mean(), maps.mean(), rtol=0.05, atol=0)
    if all(side % CELLS == 0 for side in maps.shape[2:]):
        torch.testing.assert_close(whole, F.adaptive_avg_pool2d(maps, CELLS)[0].flatten(1))
    # Rounding now and then tips a pooling to the other of two equal neighbours.
    assert float((cells(encoder, picture, 96) - whole).norm() / whole.norm()) < 1e-3


def test_only_what_resembles_what_counts() -> None:
    generator = torch.Generator().manual_seed(0)
    content, other = (torch.rand(8, 30, generator=generator) for _ in range(2))
    target = distances(content)
    turn = torch.linalg.qr(torch.randn(8, 8, generator=generator))[0]
    assert float(similarity_loss(content, target)) == 0
    assert float(similarity_loss(3 * turn @ content, target)) == pytest.approx(0, abs=1e-4)
    assert float(similarity_loss(other, target)) > 0.1
    # Each row says how far a cell is from the others, in shares of what they are on average.
    torch.testing.assert_close(target.sum(0), torch.ones(30), rtol=0.05, atol=0)


def test_a_picture_of_one_colour_asks_for_little(encoder: Encoder, cat: Picture, coffee: Picture) -> None:
    """It has no structure, and what rounding makes of it must not become one."""
    grey, painted = torch.full((1, 3, 96, 96), 0.5), as_tensor(resize(cat, 96, 96))

    def judged(picture: Tensor, similarity: float) -> tuple[float, float]:
        weights = LossWeights(1.0, 0.0, 0.0, {TAP: 1.0}, {"relu1_1": 1.0}, "relative", similarity=similarity)
        losses, gradient = Objective(encoder, weights, grey, one(as_tensor(coffee)))(picture)
        return float(losses.content), float(gradient.norm())

    assert judged(grey, 4.0)[0] < 0.1
    assert judged(grey, 4.0)[1] < 1
    assert judged(painted, 4.0)[0] - judged(painted, 0.0)[0] < 8
    assert judged(painted, 4.0)[1] < 2 * judged(painted, 0.0)[1]
