"""Memory plans fit their budget, and half precision hardly changes the losses."""

from __future__ import annotations

import gc
import weakref
from collections import Counter

import pytest
import torch
from torch import Tensor

from pinxit.encoder.vgg import Encoder
from pinxit.errors import PinxitError
from pinxit.image import Picture
from pinxit.objective.objective import Objective
from pinxit.objective.regions import Region, StyleTarget
from pinxit.optimize import memory
from pinxit.optimize.descent import Descent
from pinxit.optimize.half_vector import HalfVector, product
from pinxit.optimize.lbfgs import HISTORY, LBFGS
from pinxit.optimize.loss_weights import loss_weights
from pinxit.optimize.memory import GIB, LEAST_HISTORY, LEAST_SIDE, Demand, MemoryPlan, demand_of, peak, plan
from pinxit.optimize.paint import paint
from pinxit.optimize.regions import to_tensor
from pinxit.recipe.inputs import JobInputs, StyleInput
from pinxit.recipe.recipe import Settings

STANDARD = Demand(("relu4_2", "relu3_1"), styles=1, regions=1, iterations=25)


class TestPlan:
    @pytest.mark.parametrize(("size", "budget"), [(2048, 2), (4096, 7), (8192, 24)])
    def test_posters_fit_in_half_precision(self, size: int, budget: float) -> None:
        room = plan(size, size, budget * GIB, STANDARD)
        assert room.compact
        assert LEAST_HISTORY < room.history < HISTORY
        assert LEAST_SIDE <= room.side < size
        assert 0.98 * budget * GIB < peak(size, size, room, STANDARD) <= budget * GIB

    def test_what_fits_is_not_touched(self) -> None:
        room = plan(512, 512, 2 * GIB, STANDARD)
        assert room == MemoryPlan(room.side, HISTORY, compact=False)
        assert room.side >= 512

    def test_no_more_history_than_iterations_leave(self) -> None:
        few = plan(4096, 4096, 7 * GIB, Demand(("relu4_2", "relu3_1"), 1, 1, iterations=3))
        assert few.history == 2
        assert not few.compact
        assert plan(64, 64, GIB, Demand((), iterations=1)).history == 1

    def test_the_refusal_names_the_largest_size_that_fits(self) -> None:
        with pytest.raises(PinxitError, match=r"raise --memory, or choose a size of at most (\d+) px") as refusal:
            plan(6144, 8192, 10 * GIB, STANDARD)
        size = int(str(refusal.value).split("at most ")[1].split(" px")[0])
        assert plan(round(size * 0.75), size, 10 * GIB, STANDARD).compact
        with pytest.raises(PinxitError):
            plan(round((size + 16) * 0.75), size + 16, 10 * GIB, STANDARD)

    def test_a_budget_that_nothing_fits_is_told_without_a_size(self) -> None:
        with pytest.raises(PinxitError, match=r"no smaller size needs so little\.$"):
            plan(512, 512, 0.3 * GIB, STANDARD)

    def test_styles_and_regions_count(self) -> None:
        several = Demand(("relu4_2",), styles=3, regions=2)
        one = Demand(("relu4_2",), styles=1, regions=1)
        assert several.fixed() - one.fixed() == 2 * memory.PER_STYLE
        assert several.per_pixel(compact=False) - one.per_pixel(compact=False) == 96 * 4 / 16
        assert one.per_pixel(compact=False) - memory.PER_PIXEL == 512 * 4 / 64 + 96 * 4 / 16


def test_what_does_not_fit_is_refused_before_anything_is_painted(
    encoder: Encoder, cat: Picture, coffee: Picture
) -> None:
    recipe = Settings.choose({"size": 8192, "coarsest": 64, "memory": 2, "device": "cpu"})
    with pytest.raises(PinxitError, match="choose a size of at most"):
        paint(recipe, encoder, JobInputs(cat, (StyleInput(coffee),)))


def test_the_demand_is_that_of_the_settings(cat: Picture, coffee: Picture) -> None:
    style, elsewhere = StyleInput(coffee), StyleInput(coffee, region=cat.pixels[0])
    ingredients = JobInputs(cat, (style, style, elsewhere))
    recipe = Settings.choose({"content_layers": "relu4_2"})
    assert demand_of(recipe, ingredients, 7) == Demand(("relu4_2",), styles=3, regions=2, iterations=7)
    assert demand_of(Settings.choose({"objective": "gram", "content_weight": 0}), ingredients, 7) == Demand((), 0, 0, 7)


class TestKept:
    vector = torch.randn(2**20 + 1000, generator=torch.Generator().manual_seed(1)) * 1e-9

    def test_in_full_precision_it_is_the_vector(self) -> None:
        assert HalfVector(self.vector, half=False).values is self.vector

    def test_half_precision_keeps_eleven_bits_of_whatever_is_small(self) -> None:
        kept = HalfVector(self.vector, half=True)
        assert kept.values.dtype == torch.float16
        back = torch.zeros_like(self.vector)
        kept.add_to(back, 1.0)
        large = self.vector.abs() > 1e-12
        assert ((back - self.vector).abs() / self.vector.abs())[large].max() <= 2**-11
        assert kept.dot(self.vector) == pytest.approx(float(self.vector.dot(self.vector)), rel=1e-3)
        assert product(kept, kept) == pytest.approx(float(back.double().square().sum()), rel=1e-5)

    def test_a_vector_of_zeros_stays_one(self) -> None:
        kept = HalfVector(torch.zeros(5), half=True)
        assert kept.dot(torch.ones(5)) == 0

    def test_great_values_do_not_overflow(self) -> None:
        kept = HalfVector(torch.tensor([1e30, -3e30, 0.0]), half=True)
        assert kept.dot(torch.ones(3)) == pytest.approx(-2e30, rel=1e-3)


def test_a_compact_descent_ends_where_the_full_one_does(encoder: Encoder, cat: Picture, coffee: Picture) -> None:
    recipe = Settings.choose({})
    content, regions = to_tensor(cat), [Region([StyleTarget(to_tensor(coffee))])]

    def after(compact: bool) -> float:
        objective = Objective(encoder, loss_weights(recipe), content, regions, compact=compact)
        descent = Descent(content, objective, "lbfgs", history=8, half=compact)
        for _ in range(12):
            descent.step()
        return descent.best_loss

    full, half = after(False), after(True)
    assert half != full, "the half-precision path is not taken"
    assert half == pytest.approx(full, rel=0.01)


def test_a_state_in_half_precision_goes_on_where_it_was() -> None:
    stiffness = torch.logspace(0, 2, 48).reshape(1, 3, 4, 4)

    def gradient(picture: Tensor) -> Tensor:
        return 2 * stiffness * (picture - 0.3)

    solver, picture = LBFGS(history=3, half=True), torch.zeros(1, 3, 4, 4)
    for _ in range(5):
        picture = picture + solver.step(picture, gradient(picture))
    other = LBFGS(history=3, half=True)
    other.restore(solver.state())
    assert Counter(str(value.dtype) for value in solver.state().values() if isinstance(value, Tensor)) == {
        "torch.float16": 6,
        "torch.float32": 2,
    }
    assert torch.equal(solver.step(picture, gradient(picture)), other.step(picture, gradient(picture)))


def test_a_closed_descent_keeps_what_the_next_scale_needs(encoder: Encoder, cat: Picture, coffee: Picture) -> None:
    content = to_tensor(cat)
    objective = Objective(
        encoder, loss_weights(Settings.choose({})), content, [Region([StyleTarget(to_tensor(coffee))])]
    )
    descent = Descent(content, objective, "lbfgs", match=objective.match)
    for _ in range(3):
        descent.step()
    best, state = descent.best, descent.state()
    held = weakref.ref(objective)
    descent.close()
    del objective
    gc.collect()
    assert held() is None, "feature maps of a scale that is done fill memory at the next"
    assert descent.best is best
    after = descent.state()
    assert after["solver.length"] == state["solver.length"]
    assert not [name for name in after if name.startswith("solver.s0")]
