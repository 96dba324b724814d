"""The losses for one style are those of any style, computed faster."""

from __future__ import annotations

import pytest
import torch

from pinxit.encoder.vgg import Encoder
from pinxit.image import Picture, resize
from pinxit.network.conditioning import read_at
from pinxit.network.training import one_style
from pinxit.network.training.one_style import OneStyleLoss
from pinxit.network.training.perceptual_loss import PerceptualLoss
from tests.conftest import as_tensor


def test_the_style_is_compared_as_a_whole(
    encoder: Encoder, cat: Picture, coffee: Picture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(one_style, "SIZES", (96,))
    photographs, painted = (as_tensor(resize(one, 48, 48)) for one in (cat, coffee))
    paintings = as_tensor(read_at(coffee, 96))
    ours = OneStyleLoss(encoder, [coffee], coffee)(painted, photographs, paintings)
    usual = PerceptualLoss(encoder)(painted, photographs, paintings)
    torch.testing.assert_close(ours.style, usual.style)
    torch.testing.assert_close(ours.content, usual.content)


def test_several_style_images_are_one_style(encoder: Encoder, cat: Picture, coffee: Picture) -> None:
    loss = PerceptualLoss(encoder)
    one, other = (as_tensor(resize(picture, 48, 48)) for picture in (cat, coffee))
    painted = torch.cat([one, other], 3)
    both, single = (loss.compare(painted, painted, loss.targets(several)) for several in ([one, other], [one]))
    assert float(both.style) < float(single.style)
