"""The steps of Adam and L-BFGS, and the vectors that L-BFGS keeps, against their equations."""

from __future__ import annotations

import copy
import itertools

import pytest
import torch

from pinxit.optimize import half_vector
from pinxit.optimize.adam import MEMORY, MOMENTUM, RATE, Adam
from pinxit.optimize.half_vector import HalfVector, product
from pinxit.optimize.lbfgs import LBFGS
from pinxit.optimize.stopping import WINDOW, Plateau


def noise(seed: int, count: int = 12) -> torch.Tensor:
    return torch.randn(count, generator=torch.Generator().manual_seed(seed))


class TestAdam:
    def test_steps_are_the_papers(self) -> None:
        """Kingma and Ba (2015), algorithm 1, number by number."""
        adam, gradients = Adam(), [2.0, -0.5, 0.0, 7.0]
        mean = square = 0.0
        for count, gradient in enumerate(gradients, start=1):
            mean = MOMENTUM * mean + (1 - MOMENTUM) * gradient
            square = MEMORY * square + (1 - MEMORY) * gradient**2
            wanted = -RATE * (mean / (1 - MOMENTUM**count)) / ((square / (1 - MEMORY**count)) ** 0.5 + 1e-8)
            found = adam.step(torch.zeros(1), torch.tensor([gradient]))
            assert float(found) == pytest.approx(wanted, rel=1e-5)

    def test_nothing_to_go_down_is_no_step(self) -> None:
        assert float(Adam().step(torch.zeros(1), torch.zeros(1))) == 0

    def test_is_restored_to_the_same_steps(self) -> None:
        first, second = Adam(), Adam()
        second.restore(first.state())
        for seed in range(3):
            first.step(noise(9), noise(seed))
        second.restore(copy.deepcopy(first.state()))
        assert torch.equal(first.step(noise(9), noise(5)), second.step(noise(9), noise(5)))


class TestLBFGS:
    def test_steps_are_newtons_with_the_matrix_of_the_last_pairs(self) -> None:
        """The inverse Hessian written out: Nocedal and Wright, "Numerical Optimization", equation 7.16."""
        stiffness = torch.diag(torch.tensor([1.0, 3.0, 10.0, 0.5]))
        solver, history = LBFGS(history=2), []
        point = torch.tensor([[[[1.0, -2.0, 0.5, 3.0]]]])
        for number in range(6):
            gradient = (stiffness @ point.flatten()).view_as(point)
            history.append((point.flatten(), gradient.flatten()))
            step = solver.step(point, gradient)
            if number:
                pairs = [(b[0] - a[0], b[1] - a[1]) for a, b in itertools.pairwise(history)][-2:]
                s, y = pairs[-1]
                assert solver.length == pytest.approx(float(s @ y / (y @ y)), rel=1e-5)
                inverse = torch.eye(4) * (s @ y) / (y @ y)
                for s, y in pairs:
                    turn = torch.eye(4) - torch.outer(y, s) / (s @ y)
                    inverse = turn.T @ inverse @ turn + torch.outer(s, s) / (s @ y)
                torch.testing.assert_close(step.flatten(), -inverse @ gradient.flatten(), rtol=1e-3, atol=1e-4)
            point = point + step

    def test_the_first_step_is_one_unit_long_and_the_next_four_times_as_long_where_nothing_is_learnt(self) -> None:
        solver, gradient = LBFGS(), torch.tensor([[[[3.0, -1.0]]]])
        first = solver.step(torch.zeros(1, 1, 1, 2), gradient)
        assert first.flatten().tolist() == pytest.approx([-0.75, 0.25])
        # The gradient has not changed: there is no curvature along the step.
        second = solver.step(first, gradient)
        assert second.flatten().tolist() == pytest.approx([-3.0, 1.0])
        third = solver.step(first + second, gradient)
        assert third.flatten().tolist() == pytest.approx([-12.0, 4.0])

    def test_a_small_gradient_is_followed_as_it_is(self) -> None:
        gradient = torch.tensor([[[[0.25, -0.25]]]])
        assert torch.equal(LBFGS().step(torch.zeros(1, 1, 1, 2), gradient), -gradient)
        nothing = torch.zeros(1, 1, 1, 2)
        assert torch.equal(LBFGS().step(nothing, nothing), nothing)

    def test_a_first_guess_of_the_length_is_the_first_step(self) -> None:
        gradient = torch.tensor([[[[3.0, -1.0]]]])
        step = LBFGS(length=0.5).step(torch.zeros(1, 1, 1, 2), gradient)
        assert step.flatten().tolist() == [-1.5, 0.5]

    @pytest.mark.parametrize("half", [False, True])
    @pytest.mark.parametrize("steps", [0, 1, 4])
    def test_is_restored_to_the_same_steps(self, half: bool, steps: int) -> None:
        first, second = LBFGS(history=2, half=half), LBFGS(history=2, half=half)
        for seed in range(steps):
            # An uphill gradient of a bowl, so that pairs are kept.
            first.step(noise(seed).view(1, 1, 3, 4), noise(seed).view(1, 1, 3, 4))
        second.restore(first.state())
        point = noise(20).view(1, 1, 3, 4)
        assert torch.equal(first.step(point, 2 * point), second.step(point, 2 * point))

    @pytest.mark.parametrize("half", [False, True])
    def test_what_was_learnt_is_restored_where_the_next_step_teaches_nothing(self, half: bool) -> None:
        first, second = LBFGS(half=half), LBFGS(half=half)
        point = noise(1).view(1, 1, 3, 4)
        for factor in (1.0, 0.25):
            # Large numbers, so that half precision has a scale of its own.
            first.step(factor * point, 3e6 * factor * point)
        assert first.length == pytest.approx(1 / 3e6, rel=1e-2)
        second.restore(first.state())
        # The gradient falls along the step: there is no curvature, and the pair is not kept.
        steps = [solver.step(point, 0.1 * point) for solver in (first, second)]
        assert torch.equal(*steps)
        assert second.length == first.length

    def test_pairs_of_a_state_without_scales_were_in_single_precision(self) -> None:
        first, second = LBFGS(), LBFGS()
        point = noise(1).view(1, 1, 3, 4)
        for factor in (1.0, 0.25):
            first.step(factor * point, 2 * factor * point)
        second.restore({name: value for name, value in first.state().items() if not name.startswith("scales")})
        assert torch.equal(first.step(0.1 * point, point), second.step(0.1 * point, point))

    @pytest.mark.parametrize("half", [False, True])
    def test_pairs_are_kept_in_half_precision_where_that_was_asked_for(self, half: bool) -> None:
        solver = LBFGS(half=half)
        for factor in (1.0, 0.25):
            solver.step(factor * noise(1).view(1, 1, 3, 4), factor * noise(1).view(1, 1, 3, 4))
        state = solver.state()
        for name in ("s0", "y0"):
            kept = state[name]
            assert isinstance(kept, torch.Tensor)
            assert kept.dtype == (torch.float16 if half else torch.float32)


class TestHalfVectors:
    @pytest.fixture(autouse=True)
    def in_pieces(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(half_vector, "_AT_ONCE", 5)

    @pytest.mark.parametrize("factor", [1e-12, 1.0, 3e9])
    def test_elements_keep_eleven_bits_at_any_scale(self, factor: float) -> None:
        vector = noise(0) * factor
        kept = HalfVector(vector, half=True)
        assert kept.values.dtype == torch.float16
        # The greatest element becomes 2^14 to 2^15, whichever sign it has.
        assert 2**14 <= float(kept.values.abs().max()) <= 2**15
        restored = torch.cat([part for _, part in kept.parts()])
        torch.testing.assert_close(restored, vector, rtol=2**-11, atol=0)
        for sign in (1, -1):
            assert 2**14 <= float(HalfVector(sign * vector.abs(), half=True).values.abs().max()) <= 2**15

    @pytest.mark.parametrize(("half", "digits"), [(False, 1e-6), (True, 2e-3)])
    def test_products_and_sums(self, half: bool, digits: float) -> None:
        one, other = noise(1), noise(2)
        kept, second = HalfVector(one, half), HalfVector(other, half)
        assert kept.dot(other) == pytest.approx(float(one @ other), abs=10 * digits)
        assert product(kept, second) == pytest.approx(float(one @ other), abs=10 * digits)
        total = other.clone()
        kept.add_to(total, -2.0)
        torch.testing.assert_close(total, other - 2 * one, rtol=0, atol=10 * digits)

    def test_a_vector_in_its_own_precision_is_kept_whole(self) -> None:
        vector = noise(3)
        kept = HalfVector(vector, half=False)
        ((where, part),) = kept.parts()
        assert part is vector
        assert kept.scale == 1
        assert where == slice(0, len(vector))

    def test_is_restored(self) -> None:
        kept = HalfVector(noise(4), half=True)
        again = HalfVector.restored(kept.values, kept.scale)
        assert product(again, kept) == product(kept, kept)


class TestPlateau:
    def test_ends_when_the_last_window_improved_by_less_than_the_tolerance(self) -> None:
        for last, ends in ((0.901, True), (0.899, False)):
            plateau = Plateau(0.1)
            for loss in [1.0] * WINDOW:
                assert not plateau.reached(loss)
            assert plateau.reached(last) is ends
            assert plateau.best[-1] == last

    def test_compares_with_the_loss_just_before_the_window(self) -> None:
        plateau = Plateau(0.1)
        losses = [200.0, 150.0, *[100.0] * (WINDOW - 2), 95.0]
        assert not any(plateau.reached(loss) for loss in losses), "200 fell to 95"
        assert not plateau.reached(94.0), "150 fell to 94"
        assert plateau.reached(93.0), "100 fell to 93"
        assert not plateau.reached(89.0), "100 fell to 89"

    def test_a_loss_that_rises_counts_as_the_best_before(self) -> None:
        plateau = Plateau(0.1)
        plateau.reached(1.0)
        plateau.reached(2.0)
        assert plateau.best == [1.0, 1.0]

    def test_restarted_it_knows_no_loss(self) -> None:
        plateau = Plateau(0.1)
        for _ in range(WINDOW):
            plateau.reached(1.0)
        plateau.restart()
        assert not plateau.reached(1.0)
        assert plateau.best == [1.0]
