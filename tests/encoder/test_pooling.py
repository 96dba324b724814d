from __future__ import annotations

import math

import pytest
import torch

from pinxit import image as pictures
from pinxit.encoder.pooling import GAIN, pool
from pinxit.encoder.vgg import Encoder
from pinxit.recipe.choices import Pooling

BEFORE_POOLING = ("relu1_2", "relu2_2", "relu3_3", "relu4_3")


@pytest.mark.parametrize("kind", ["average", "l2"])
def test_gains_keep_the_magnitude_of_max_pooling(encoder: Encoder, kind: Pooling) -> None:
    """The numbers in the source, measured again on the photographs they were measured on."""
    logs = [0.0] * 4
    names = ("astronaut", "cat", "coffee", "rocket")
    for name in names:
        photograph = torch.from_numpy(pictures.fit(pictures.sample(name), 256).pixels)[None]
        with torch.no_grad():
            features = encoder(photograph, BEFORE_POOLING)
        for number, tap in enumerate(BEFORE_POOLING):
            ratio = pool(features[tap], "max", number + 1).mean() / pool(features[tap], kind, number + 1).mean()
            logs[number] += math.log(float(ratio)) / len(names)
    # 256 px photographs are sharper than the full-size ones measured for the source: a tenth leaves room for that.
    assert all(abs(value) < 0.1 for value in logs), logs


@pytest.mark.parametrize("kind", list(GAIN))
def test_halves_and_drops_fractions(kind: Pooling) -> None:
    assert pool(torch.rand(1, 2, 7, 8), kind, 1).shape == (1, 2, 3, 4)


def test_l2_gradient_is_finite_where_all_is_silent() -> None:
    features = torch.zeros(1, 1, 4, 4, requires_grad=True)
    pool(features, "l2", 1).sum().backward()  # type: ignore[no-untyped-call]
    assert features.grad is not None
    assert bool(torch.isfinite(features.grad).all())
