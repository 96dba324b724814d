"""One style is learnt as it will be used: at its size, in the photograph's own light and dark, from all of its strokes."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from pinxit import styles
from pinxit.encoder.vgg import Encoder
from pinxit.image import Picture, resize
from pinxit.network.conditioning import read_at
from pinxit.network.training import one_style
from pinxit.network.training.one_style import TONE, OneStyleDataset, OneStyleLoss, tone_difference
from pinxit.network.training.perceptual_loss import PerceptualLoss
from tests.conftest import as_tensor


def test_batches_are_the_same_for_the_same_number_and_have_the_whole_style(cat: Picture) -> None:
    style = styles.draw("swirl", 128)
    dataset = OneStyleDataset([cat], style)
    batches = [dataset.batch(number, 64) for number in range(12)]
    assert np.array_equal(batches[3].photographs, OneStyleDataset([cat], style).batch(3, 64).photographs)
    assert {one.photographs.shape for one in batches} == {(1, 3, 64, 64)}
    assert {one.paintings.shape[3] for one in batches} == {read_at(style, size).width for size in one_style.SIZES}


def test_the_style_is_compared_as_a_whole_and_light_with_the_photograph(
    encoder: Encoder, cat: Picture, coffee: Picture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(one_style, "SIZES", (96,))
    photographs, painted = (as_tensor(resize(one, 48, 48)) for one in (cat, coffee))
    paintings = as_tensor(read_at(coffee, 96))
    ours = OneStyleLoss(encoder, [coffee], coffee)(painted, photographs, paintings)
    usual = PerceptualLoss(encoder)(painted, photographs, paintings)
    torch.testing.assert_close(ours.style, usual.style)
    torch.testing.assert_close(ours.content, usual.content + TONE * tone_difference(painted, photographs))


def test_several_style_images_are_one_style(encoder: Encoder, cat: Picture, coffee: Picture) -> None:
    loss = PerceptualLoss(encoder)
    one, other = (as_tensor(resize(picture, 48, 48)) for picture in (cat, coffee))
    painted = torch.cat([one, other], 3)
    both, single = (loss.compare(painted, painted, [loss.targets(several)]) for several in ([one, other], [one]))
    assert float(both.style) < float(single.style)


def test_a_dark_area_that_becomes_light_is_seen_and_strokes_are_not() -> None:
    photograph = torch.full((1, 3, 64, 64), 0.2)
    photograph[..., 32:] = 0.8
    strokes = 0.1 * torch.randn(photograph.shape, generator=torch.Generator().manual_seed(0))
    assert float(tone_difference(0.5 * photograph + strokes, photograph)) < 0.03
    assert float(tone_difference(1 - photograph, photograph)) > 1.9
