"""The losses for batches are the optimiser's own, pair by pair, of pictures as they will be shown."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from pinxit.encoder.vgg import Encoder
from pinxit.network.finished import finished
from pinxit.network.teacher import BLOCK, SIMILARITY, SIMILARITY_LOOKS, STYLE_LOOKS, Teacher, grid
from pinxit.objective.guided import Region, Style
from pinxit.objective.objective import Objective, Weights
from pinxit.picture import Picture, resize
from pinxit.picture.recipe import Settings
from tests.conftest import as_tensor


def seen(picture: Tensor, distance: int) -> Tensor:
    """The nearest look is at the middle."""
    return picture[:, :, 32:96, 32:96] if distance == 1 else F.avg_pool2d(picture, distance)


@torch.no_grad()
def test_a_batch_is_judged_as_the_optimiser_judges_each_pair(encoder: Encoder, cat: Picture, coffee: Picture) -> None:
    photographs = torch.cat([as_tensor(resize(cat, 128, 128)), as_tensor(resize(coffee, 128, 128))])
    paintings = photographs.flip(0)
    painted = (0.7 * photographs + 0.3 * paintings.flip(3)).clamp(0, 1)
    verdict = Teacher(encoder)(painted, photographs, paintings)
    shown = finished(painted, photographs, paintings)
    for number in range(2):
        photograph, painting, result = (one[number : number + 1] for one in (photographs, paintings, shown))
        style = content = 0.0
        for distance in (1, 2, 4):
            pictures = [seen(one, distance) for one in (photograph, painting, result)]
            layers = {tap: weight for (at, tap), weight in STYLE_LOOKS.items() if at == distance}
            alike = {tap: weight for (at, tap), weight in SIMILARITY_LOOKS.items() if at == distance}
            weights = Weights(1, 1, 0, {"relu4_2": 1}, layers, "relative", 1.0, Settings().style_moments)
            with torch.enable_grad():
                losses, _ = Objective(encoder, weights, pictures[0], [Region([Style(pictures[1])])])(pictures[2])
            style += float(losses.style)
            content += float(losses.content) if distance == 2 else 0.0
            for tap, weight in alike.items():
                content += SIMILARITY * weight * difference(encoder, tap, pictures[2], pictures[0])
        assert float(verdict.content[number]) == pytest.approx(content, rel=2e-2)
        assert float(verdict.style[number]) == pytest.approx(style**0.5, rel=1e-2)
    torch.testing.assert_close(verdict.overshoot, (shown - shown.clamp(0, 1)).square().mean((1, 2, 3)))
    assert 0 < float(verdict.overshoot.max()) < 0.05


def difference(encoder: Encoder, tap: str, ours: Tensor, theirs: Tensor) -> float:
    """Of two pictures' self-similarities (STROTSS, equation 8), position by position."""
    parts = []
    for picture in (ours, theirs):
        maps = encoder(picture, [tap])[tap][0]
        vectors = F.normalize(
            F.adaptive_avg_pool2d(maps, (min(24, maps.shape[1]), min(24, maps.shape[2]))).flatten(1), dim=0
        )
        apart = 1 - vectors.T @ vectors
        parts.append(apart / apart.sum(0))
    return float((parts[0] - parts[1]).abs().mean() * len(parts[0]))


@torch.no_grad()
def test_a_grid_is_seen_and_strokes_are_none(cat: Picture) -> None:
    plain = as_tensor(resize(cat, 192, 192))
    blocks = (torch.arange(192) % BLOCK == 0).float()
    lines = 0.1 * (blocks[:, None] + blocks[None, :])
    # Of changing sign: no position is brighter than another, but some are livelier.
    signs = torch.randint(0, 2, (192, 192), generator=torch.Generator().manual_seed(0)) * 2 - 1
    shown = [float(grid(one)) for one in (plain, plain + lines, plain + signs * lines)]
    assert shown[0] < 0.02
    assert min(shown[1:]) > 10 * shown[0]
