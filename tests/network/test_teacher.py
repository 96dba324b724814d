"""The losses for batches are the optimiser's own, pair by pair."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F

from pinxit.encoder.vgg import Encoder
from pinxit.network.teacher import BLOCK, CONTENT_LAYERS, DEEPEST, SIMILARITY, STYLE_LAYERS, Teacher, grid
from pinxit.objective.guided import Region, Style
from pinxit.objective.objective import Objective, Weights
from pinxit.picture import Picture, resize
from pinxit.picture.recipe import Settings
from tests.conftest import as_tensor


@torch.no_grad()
def test_a_batch_is_judged_as_the_optimiser_judges_each_pair(encoder: Encoder, cat: Picture, coffee: Picture) -> None:
    photographs = torch.cat([as_tensor(resize(cat, 64, 64)), as_tensor(resize(coffee, 64, 64))])
    paintings = photographs.flip(0)
    painted = (0.7 * photographs + 0.3 * paintings.flip(3)).clamp(0, 1)
    verdict = Teacher(encoder)(painted, photographs, paintings)
    weights = Weights(1, 1, 0, CONTENT_LAYERS, STYLE_LAYERS, "relative", 1.0, Settings().style_moments, SIMILARITY)
    for number in range(2):
        photograph, painting, result = (one[number : number + 1] for one in (photographs, paintings, painted))
        with torch.enable_grad():
            losses, _ = Objective(encoder, weights, photograph, [Region([Style(painting)])])(result)
        assert float(verdict.content[number]) == pytest.approx(float(losses.content), rel=1e-2)
        assert float(verdict.style[number]) == pytest.approx(float(losses.style) ** 0.5, rel=1e-2)
    assert float(verdict.overshoot.max()) == 0


@torch.no_grad()
def test_from_afar_the_style_counts_at_every_size(encoder: Encoder, cat: Picture, coffee: Picture) -> None:
    photograph, painting = as_tensor(resize(cat, 128, 128)), as_tensor(resize(coffee, 128, 128))
    painted = (0.7 * photograph + 0.3 * painting.flip(3)).clamp(0, 1)
    verdict = Teacher(encoder, distances=(1, 2, 4))(painted, photograph, painting)
    near = {tap: weight for tap, weight in STYLE_LAYERS.items() if tap < "relu4"}
    far = {tap: weight for tap, weight in STYLE_LAYERS.items() if tap != DEEPEST}
    expected = 0.0
    for layers, distance in ((near, 1), (STYLE_LAYERS, 2), (far, 4)):
        weights = Weights(1, 1, 0, CONTENT_LAYERS, layers, "relative", 1.0, Settings().style_moments)
        pictures = (photograph, painting, painted)
        # The nearest look is at the middle.
        seen = [one[:, :, 32:96, 32:96] if distance == 1 else F.avg_pool2d(one, distance) for one in pictures]
        with torch.enable_grad():
            losses, _ = Objective(encoder, weights, seen[0], [Region([Style(seen[1])])])(seen[2])
        expected += float(losses.style)
    whole = sum(sum(layers.values()) for layers in (near, STYLE_LAYERS, far))
    assert float(verdict.style) == pytest.approx((expected / whole) ** 0.5, rel=1e-2)


@torch.no_grad()
def test_a_grid_is_seen_and_strokes_are_none(cat: Picture) -> None:
    plain = as_tensor(resize(cat, 192, 192))
    blocks = (torch.arange(192) % BLOCK == 0).float()
    lines = 0.1 * (blocks[:, None] + blocks[None, :])
    # Of changing sign: no position is brighter than another, but some are livelier.
    signs = torch.randint(0, 2, (192, 192), generator=torch.Generator().manual_seed(0)) * 2 - 1
    seen = [float(grid(one)) for one in (plain, plain + lines, plain + signs * lines)]
    assert seen[0] < 0.02
    assert min(seen[1:]) > 10 * seen[0]
