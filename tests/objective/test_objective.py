from __future__ import annotations

import pytest
import torch

from pinxit.encoder.vgg import Encoder
from pinxit.objective.objective import Form, Objective, Weights
from pinxit.picture import Picture
from tests.conftest import as_tensor


def weights(form: Form = "relative", **changes: float) -> Weights:
    parts = {"content": 1.0, "style": 10.0, "smoothness": 0.0} | changes
    return Weights(**parts, content_layers={"relu3_1": 1.0}, style_layers={"relu1_1": 0.5, "relu2_1": 0.5}, form=form)


@pytest.mark.parametrize("form", ["relative", "gatys"])
def test_is_zero_where_content_and_style_are_one_picture(encoder: Encoder, cat: Picture, form: Form) -> None:
    picture = as_tensor(cat)
    losses = Objective(encoder, weights(form), picture, [(picture, 1.0)])(picture)
    assert float(losses.total) == 0


def test_total_is_the_weighted_sum(encoder: Encoder, cat: Picture, coffee: Picture) -> None:
    objective = Objective(
        encoder, weights(content=2.0, style=3.0, smoothness=5.0), as_tensor(cat), [(as_tensor(coffee), 1.0)]
    )
    losses = objective(as_tensor(cat) * 0.9)
    expected = 2 * losses.content + 3 * losses.style + 5 * losses.smoothness
    torch.testing.assert_close(losses.total, expected)
    assert min(float(losses.content), float(losses.style), float(losses.smoothness)) > 0


def test_shares_mix_the_targets(encoder: Encoder, cat: Picture, coffee: Picture) -> None:
    a, b = as_tensor(cat), as_tensor(coffee)
    mixed = Objective(encoder, weights(), a, [(a, 0.25), (b, 0.75)]).style_targets["relu2_1"]
    alone = [Objective(encoder, weights(), a, [(one, 1.0)]).style_targets["relu2_1"] for one in (a, b)]
    torch.testing.assert_close(mixed, 0.25 * alone[0] + 0.75 * alone[1])


def test_relative_losses_do_not_change_with_the_pictures_size(encoder: Encoder, cat: Picture, coffee: Picture) -> None:
    """The same picture twice as large weighs the same; in the paper's form its content counts several times as much."""

    def content_and_style(form: Form, factor: int) -> tuple[float, float]:
        a, b = (as_tensor(one).repeat_interleave(factor, 2).repeat_interleave(factor, 3) for one in (cat, coffee))
        losses = Objective(encoder, weights(form), a, [(b, 1.0)])(a * 0.5)
        return float(losses.content), float(losses.style)

    small, large = content_and_style("relative", 1), content_and_style("relative", 2)
    assert small == pytest.approx(large, rel=0.5)
    papers_small, papers_large = content_and_style("gatys", 1), content_and_style("gatys", 2)
    assert papers_large[0] > 2 * papers_small[0]


def test_gradient_against_finite_differences(cat: Picture, coffee: Picture) -> None:
    from pinxit.encoder import weights as stored

    exact = Encoder("vgg16", stored.load("vgg16"), dtype=torch.float64)
    content, style = (as_tensor(one)[:, :, :24, :24].double() for one in (cat, coffee))
    objective = Objective(exact, weights(smoothness=0.1), content, [(style, 1.0)])
    picture = (0.5 * content + 0.25).requires_grad_()
    (gradient,) = torch.autograd.grad(objective(picture).total, picture)
    direction = torch.randn(picture.shape, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        ends = [float(objective(picture + h * direction).total) for h in (1e-6, -1e-6)]
    assert float((gradient * direction).sum()) == pytest.approx((ends[0] - ends[1]) / 2e-6, rel=1e-4)
