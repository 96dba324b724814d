"""What judges must agree with what anybody sees."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from pinxit.encoder.vgg import Encoder
from pinxit.image import cover, fit, sample
from pinxit.metrics import content_distance as content_metrics
from pinxit.metrics import style_distance as style_metrics
from pinxit.metrics.content_distance import content_distance, edge_agreement
from pinxit.metrics.judge import judge
from pinxit.metrics.style_distance import style_distance
from pinxit.recipe.recipe import Settings
from pinxit.styles import draw
from tests.conftest import as_tensor


@pytest.fixture(scope="module")
def cat() -> Tensor:
    return as_tensor(cover(sample("cat"), 160, 160))


@pytest.fixture(scope="module")
def coffee() -> Tensor:
    return as_tensor(cover(sample("coffee"), 160, 160))


@pytest.fixture(scope="module")
def swirl() -> Tensor:
    return as_tensor(fit(draw("swirl", 320), 160))


def test_no_judge_looks_where_the_objective_does() -> None:
    settings = Settings()
    minimised = set(settings.content_layers) | set(settings.style_layers)
    assert minimised.isdisjoint({*style_metrics.TAPS, content_metrics.TAP})


def test_a_picture_is_nearest_to_itself(encoder: Encoder, cat: Tensor, coffee: Tensor) -> None:
    assert style_distance(encoder, cat, cat) == pytest.approx(0, abs=1e-6)
    assert content_distance(encoder, cat, cat) == pytest.approx(0, abs=1e-6)
    assert edge_agreement(cat, cat) == pytest.approx(1, abs=1e-4)
    assert style_distance(encoder, cat, coffee) > 0.2
    assert content_distance(encoder, cat, coffee) > 0.1
    assert edge_agreement(cat, coffee) < 0.5


def test_style_forgets_where_and_content_does_not(encoder: Encoder, cat: Tensor, coffee: Tensor) -> None:
    """The same picture with its quarters exchanged is the same texture, and another scene."""
    moved = cat.roll((80, 80), (2, 3))
    assert style_distance(encoder, moved, cat) < 0.3 * style_distance(encoder, coffee, cat)
    assert content_distance(encoder, moved, cat) > 0.5 * content_distance(encoder, coffee, cat)


def test_content_forgets_colours(encoder: Encoder, cat: Tensor, coffee: Tensor) -> None:
    tinted = cat * torch.tensor([0.5, 0.8, 1.0])[None, :, None, None]
    assert content_distance(encoder, tinted, cat) < 0.3 * content_distance(encoder, coffee, cat)
    assert edge_agreement(tinted, cat) > 0.95


def test_sizes_may_differ(encoder: Encoder, swirl: Tensor) -> None:
    larger = as_tensor(fit(draw("swirl", 640), 176))
    assert style_distance(encoder, larger, swirl) < 0.3


@pytest.mark.slow(reason="paints by the optimiser and judges three pictures")
def test_a_painting_is_between_photograph_and_style(encoder: Encoder) -> None:
    """The whole way: painting brings the style nearer and takes the content away, both measured."""
    from pinxit.preparation import prepare

    photograph, style = cover(sample("cat"), 128, 128), draw("swirl", 256)
    *_, progress = prepare(photograph, style, size=128, coarsest=128, iterations=40, device="cpu").paint()
    before, after, pure = (
        judge(encoder, picture, photograph, [style], 128)
        for picture in (photograph, progress.picture(), fit(style, 128))
    )
    assert after.style < 0.7 * before.style
    assert before.content < after.content < pure.content
    assert before.edges > after.edges > pure.edges
