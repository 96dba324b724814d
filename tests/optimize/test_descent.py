from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Tensor

from pinxit.errors import PinxitError
from pinxit.objective.objective import Losses
from pinxit.optimize.descent import Descent
from pinxit.optimize.stopping import WINDOW, Plateau
from pinxit.recipe.choices import Solver


def judged(picture: Tensor, total: Callable[[Tensor], Tensor]) -> tuple[Losses, Tensor]:
    """A function of the picture as an objective."""
    leaf = picture.clone().requires_grad_()
    loss = total(leaf)
    (gradient,) = torch.autograd.grad(loss, leaf)
    nothing = torch.zeros(())
    return Losses(loss.detach(), nothing, nothing, nothing), gradient


TARGET = torch.linspace(0.2, 0.8, 48).reshape(1, 3, 4, 4)


def bowl(picture: Tensor) -> tuple[Losses, Tensor]:
    stiffness = torch.logspace(0, 2, 48).reshape(1, 3, 4, 4)
    return judged(picture, lambda leaf: (stiffness * (leaf - TARGET).square()).sum())


@pytest.mark.parametrize(("solver", "steps"), [("lbfgs", 60), ("adam", 300)])
def test_finds_the_bottom(solver: Solver, steps: int) -> None:
    descent = Descent(torch.full_like(TARGET, 0.5), bowl, solver)
    for _ in range(steps):
        descent.step()
    torch.testing.assert_close(descent.best, TARGET, atol=0.02, rtol=0)


def test_one_step_is_one_evaluation() -> None:
    evaluations = 0

    def counted(picture: Tensor) -> tuple[Losses, Tensor]:
        nonlocal evaluations
        evaluations += 1
        return bowl(picture)

    descent = Descent(torch.zeros_like(TARGET), counted, "lbfgs")
    for _ in range(7):
        descent.step()
    assert evaluations == 7


def test_best_is_the_picture_with_the_lowest_loss() -> None:
    seen: list[tuple[float, Tensor]] = []

    def watched(picture: Tensor) -> tuple[Losses, Tensor]:
        losses, gradient = bowl(picture)
        seen.append((float(losses.total), picture.clone()))
        return losses, gradient

    descent = Descent(torch.zeros_like(TARGET), watched, "adam")
    for _ in range(40):
        descent.step()
    loss, picture = min(seen, key=lambda pair: pair[0])
    assert descent.best_loss == loss
    assert torch.equal(descent.best, picture)


def test_a_broken_evaluation_goes_back_to_the_best() -> None:
    count = 0

    def breaks_once(picture: Tensor) -> tuple[Losses, Tensor]:
        nonlocal count
        count += 1
        return judged(picture, lambda leaf: leaf.sum() * float("nan")) if count == 10 else bowl(picture)

    descent = Descent(torch.zeros_like(TARGET), breaks_once, "lbfgs")
    for _ in range(60):
        descent.step()
    torch.testing.assert_close(descent.best, TARGET, atol=0.02, rtol=0)


def test_an_objective_that_is_always_nan_is_one_sentence() -> None:
    descent = Descent(TARGET, lambda picture: judged(picture, lambda leaf: leaf.sum() * float("nan")), "lbfgs")
    with pytest.raises(PinxitError, match="NaN or infinite"):
        descent.step()


def test_plateau() -> None:
    falling = Plateau(0.01)
    assert not any(falling.reached(0.9**step) for step in range(50))
    flat = Plateau(0.01)
    reached = [flat.reached(1.0) for _ in range(WINDOW + 1)]
    assert reached == [False] * WINDOW + [True]
    never = Plateau(0.0)
    assert not any(never.reached(1.0) for _ in range(50))


def test_the_step_length_goes_over_to_the_next_scale() -> None:
    """Four times the pixels share the same loss, so that each curves it by a fourth as much."""

    def mean_bowl(picture: Tensor) -> tuple[Losses, Tensor]:
        return judged(picture, lambda leaf: (leaf - 0.5).square().mean())

    coarse = Descent(torch.full((1, 3, 4, 4), 0.4), mean_bowl, "lbfgs")
    for _ in range(3):
        coarse.step()
    fine = Descent(torch.full((1, 3, 8, 8), 0.4), mean_bowl, "lbfgs", before=coarse)
    fine.step()
    fine.step()
    assert fine.best_loss < 1e-6


def test_finds_its_way_where_the_objective_curves_downwards() -> None:
    """A hilltop teaches no curvature: steps must grow until they leave it, however small the first one is."""

    def hilltop(picture: Tensor) -> tuple[Losses, Tensor]:
        return judged(picture, lambda leaf: 1 + torch.cos(6 * (leaf - 0.4)).mean())

    descent = Descent(torch.full((1, 3, 64, 64), 0.5), hilltop, "lbfgs")
    for _ in range(30):
        descent.step()
    assert float((descent.best - (0.4 + torch.pi / 6)).abs().max()) < 0.02


def test_a_step_too_long_is_followed_by_shorter_ones() -> None:
    """A plain before a cliff: the curvature learnt on the plain asks for a step far over the edge (as white noise does)."""

    def cliff(picture: Tensor) -> tuple[Losses, Tensor]:
        def height(leaf: Tensor) -> Tensor:
            plain = (1 - leaf).mean() + 5e-2 * (leaf - 0.1).square().mean()
            return plain + 1e3 * (leaf - 0.6).relu().square().mean()

        return judged(picture, height)

    descent = Descent(torch.full((1, 3, 64, 64), 0.1), cliff, "lbfgs")
    for _ in range(60):
        descent.step()
    assert float((descent.best - 0.6).abs().max()) < 0.02
