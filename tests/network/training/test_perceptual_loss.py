"""The perceptual losses equal their definitions, and detect what a network must not paint."""

from __future__ import annotations

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from pinxit.encoder.vgg import Encoder
from pinxit.image import Picture, resize
from pinxit.network.training.flat_art import draw_flat_art
from pinxit.network.training.perceptual_loss import (
    BLOCK,
    COHERENCE,
    COMPLETENESS,
    GRAM_SHARE,
    GUIDANCE,
    MOMENT_VIEWS,
    MOMENTS,
    NEIGHBOR_VIEWS,
    SIMILARITY,
    SIMILARITY_VIEWS,
    TONE,
    PerceptualLoss,
    View,
    grid,
    neighbor_distances,
    tone_difference,
    unevenness,
)
from tests.conftest import as_tensor


def features(encoder: Encoder, picture: Tensor, view: View) -> np.ndarray:
    """Return the feature map of a view, `(C, positions)`."""
    distance, tap = view
    seen = F.avg_pool2d(picture, distance) if distance > 1 else picture
    return encoder(seen, [tap])[tap][0].flatten(1).double().numpy()


def cosines(ours: np.ndarray, theirs: np.ndarray) -> np.ndarray:
    ours, theirs = (each / np.linalg.norm(each, axis=0) for each in (ours, theirs))
    return np.asarray(ours.T @ theirs)


@torch.no_grad()
def test_the_losses_of_a_batch_equal_their_definitions(encoder: Encoder, cat: Picture, coffee: Picture) -> None:
    # So small that every position is compared.
    photographs = torch.cat([as_tensor(resize(one, 48, 48)) for one in (cat, coffee)])
    painting = as_tensor(resize(coffee, 48, 64)).flip(3)
    painted = (0.7 * photographs + 0.4 * photographs.flip(0).flip(3) - 0.05).clamp(-0.2, 1.2)
    losses = PerceptualLoss(encoder)(painted, photographs, painting)
    for number in range(2):
        photograph, result = (one[number : number + 1] for one in (photographs, painted))
        style, content = 0.0, TONE * float(tone_difference(result, photograph))
        for view, weight in NEIGHBOR_VIEWS.items():
            ours, own, theirs = (features(encoder, one, view) for one in (result, photograph, painting))
            mean = theirs.mean(1, keepdims=True)
            apart = 1 - cosines(ours - mean, theirs - mean)
            like = cosines(own - own.mean(1, keepdims=True), theirs - mean).argmax(1)
            style += weight * (
                COHERENCE * apart.min(1).mean() + COMPLETENESS * apart.min(0).mean()
                + GUIDANCE * apart[np.arange(len(like)), like].mean()
            )  # fmt: skip
        for view in MOMENT_VIEWS:
            ours, theirs = (features(encoder, one, view) for one in (result, painting))
            grams = [flat @ flat.T / flat.shape[1] for flat in (ours, theirs)]
            moments = [np.stack([flat.mean(1), flat.std(1)]) for flat in (ours, theirs)]
            gram, moment = (((a - b) ** 2).sum() / (b**2).sum() for a, b in (grams, moments))
            style += MOMENTS / len(MOMENT_VIEWS) * (GRAM_SHARE * gram + (1 - GRAM_SHARE) * moment) ** 0.5
        for (distance, tap), weight in SIMILARITY_VIEWS.items():
            content += SIMILARITY * weight * difference(encoder, (distance, tap), result, photograph)
        assert float(losses.style[number]) == pytest.approx(style, rel=1e-2)
        assert float(losses.content[number]) == pytest.approx(content, rel=2e-2)
    torch.testing.assert_close(losses.overshoot, (painted - painted.clamp(0, 1)).square().mean((1, 2, 3)))
    assert float(losses.overshoot.max()) > 0


def difference(encoder: Encoder, view: View, ours: Tensor, theirs: Tensor) -> float:
    """Return the difference of two pictures' self-similarities (STROTSS, equation 8)."""
    parts = []
    for picture in (ours, theirs):
        distance, tap = view
        maps = encoder(F.avg_pool2d(picture, distance) if distance > 1 else picture, [tap])[tap][0]
        cells = F.adaptive_avg_pool2d(maps, (min(24, maps.shape[1]), min(24, maps.shape[2]))).flatten(1)
        vectors = F.normalize(cells, dim=0)
        apart = 1 - vectors.T @ vectors
        parts.append(apart / apart.sum(0))
    return float((parts[0] - parts[1]).abs().mean() * len(parts[0]))


def test_a_picture_of_the_style_images_own_strokes_is_coherent_and_one_of_all_of_them_complete() -> None:
    style = torch.randn(16, 40, generator=torch.Generator().manual_seed(0))
    few = style[:, :4].repeat(1, 10)
    coherence, completeness, _ = neighbor_distances(few, few, style)
    assert float(coherence) == pytest.approx(0, abs=1e-5)
    assert float(completeness) > 0.3
    all_of_them = style[:, torch.randperm(40, generator=torch.Generator().manual_seed(1))]
    coherence, completeness, guidance = neighbor_distances(all_of_them, style, style)
    assert max(float(coherence), float(completeness)) == pytest.approx(0, abs=1e-5)
    assert float(guidance) > 0.3  # the strokes are in other places than the photograph asks for
    assert float(neighbor_distances(style, style, style)[2]) == pytest.approx(0, abs=1e-5)


@torch.no_grad()
def test_a_grid_is_seen_and_strokes_are_none(cat: Picture) -> None:
    plain = as_tensor(resize(cat, 192, 192))
    blocks = (torch.arange(192) % BLOCK == 0).float()
    lines = 0.1 * (blocks[:, None] + blocks[None, :])
    # Of changing sign: no position is brighter than another, but some vary more.
    signs = torch.randint(0, 2, (192, 192), generator=torch.Generator().manual_seed(0)) * 2 - 1
    shown = [float(grid(one)) for one in (plain, plain + lines, plain + signs * lines)]
    assert shown[0] < 0.02
    assert min(shown[1:]) > 10 * shown[0]


def test_texture_on_what_was_drawn_even_is_seen_and_on_a_photograph_is_not(cat: Picture) -> None:
    noise = 0.05 * torch.randn(1, 3, 96, 96, generator=torch.Generator().manual_seed(0))
    photograph, drawn = as_tensor(resize(cat, 96, 96)), as_tensor(draw_flat_art(96, 4))
    assert float(unevenness(drawn, drawn)) < 1e-3
    assert float(unevenness(drawn + noise, drawn)) > 0.05
    assert float(unevenness(photograph + noise, photograph)) < 0.01


def test_flat_art_is_even_in_places_and_each_picture_differs() -> None:
    pictures = [draw_flat_art(96, seed) for seed in range(12)]
    even = [float((np.abs(np.diff(one.pixels, axis=2)).max(0) < 1e-3).mean()) for one in pictures]
    assert np.mean(even) > 0.4
    assert min(even) < 0.9
    assert len({one.pixels.tobytes() for one in pictures}) == 12


def test_a_dark_area_that_becomes_light_is_seen_and_strokes_are_not() -> None:
    photograph = torch.full((1, 3, 64, 64), 0.2)
    photograph[..., 32:] = 0.8
    strokes = 0.1 * torch.randn(photograph.shape, generator=torch.Generator().manual_seed(0))
    assert float(tone_difference(0.5 * photograph + strokes, photograph)) < 0.03
    assert float(tone_difference(1 - photograph, photograph)) > 1.9
