from __future__ import annotations

import pytest

from pinxit.optimize.loss_weights import NEIGHBORS, loss_weights
from pinxit.recipe.recipe import Settings

CHOSEN = {
    "content_weight": 2.0,
    "style_weight": 6.0,
    "smoothness": 0.5,
    "content_layers": {"relu2_1": 1.0},
    "style_layers": {"relu1_1": 3.0},
    "style_moments": 0.25,
    "content_similarity": 0.75,
    "content_statistics": "style",
    "objective": "neighbors",
}


def test_are_those_of_the_settings_and_fall_with_the_strength() -> None:
    settings = Settings.choose({**CHOSEN, "strength": 0.5})
    weights = loss_weights(settings)
    assert (weights.content, weights.style, weights.smoothness) == (2.0, 6.0, 0.25)
    assert (weights.content_layers, weights.style_layers) == ({"relu2_1": 1.0}, {"relu1_1": 3.0})
    assert (weights.moments, weights.similarity, weights.strength) == (0.25, 0.75, 0.5)
    assert weights.form == settings.form
    # The content's features take on the style's moments as far as the style counts: 6 of 8.
    assert weights.adain == pytest.approx(0.75 * 0.5)
    assert weights.neighbors == pytest.approx(NEIGHBORS * 0.5)


@pytest.mark.parametrize(
    ("changes", "neighbors", "adain"),
    [
        ({"objective": "gram"}, 0.0, 0.75),
        ({"style_weight": 0.0}, 0.0, 0.0),
        ({"content_statistics": "content"}, NEIGHBORS, 0.0),
        ({"strength": 0.0}, 0.0, 0.0),
    ],
)
def test_losses_that_are_off(changes: dict[str, object], neighbors: float, adain: float) -> None:
    weights = loss_weights(Settings.choose({**CHOSEN, **changes}))
    assert (weights.neighbors, weights.adain) == pytest.approx((neighbors, adain))


def test_layers_of_a_content_loss_that_is_off_are_not_computed() -> None:
    weights = loss_weights(Settings.choose({**CHOSEN, "content_weight": 0.0}))
    assert (weights.content, weights.content_layers) == (0.0, {})
    assert weights.adain == 1.0
