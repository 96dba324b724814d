"""Repeated nearest-neighbour search: when, what it resets, and that a resumed run has the same neighbours."""

from __future__ import annotations

import math
from itertools import islice
from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from pinxit.encoder.vgg import Encoder
from pinxit.faces import face_map, feature_map, find
from pinxit.image import Picture, fit, resize, sample
from pinxit.image.picture import Pixels
from pinxit.metrics.faces import face_agreement
from pinxit.objective.objective import Losses, Objective
from pinxit.optimize import loop
from pinxit.optimize.descent import Descent
from pinxit.optimize.paint import paint
from pinxit.optimize.state import State
from pinxit.optimize.stopping import WINDOW, Plateau
from pinxit.preparation import prepare
from pinxit.recipe.choices import Solver
from pinxit.recipe.inputs import JobInputs, StyleInput
from pinxit.recipe.masks import resize_mask
from pinxit.recipe.recipe import Settings
from tests.conftest import as_tensor


class Bowl:
    """An objective whose minimum is where it was last set."""

    def __init__(self) -> None:
        self.bottom = torch.full((1, 3, 4, 4), 0.2)
        self.matched: list[Tensor] = []

    def __call__(self, picture: Tensor) -> tuple[Losses, Tensor]:
        stiffness = torch.logspace(0, 2, 48).reshape(1, 3, 4, 4)
        difference = picture - self.bottom
        nothing = torch.zeros(())
        return Losses(
            1 + (stiffness * difference.square()).sum(), nothing, nothing, nothing
        ), 2 * stiffness * difference

    def match(self, picture: Tensor) -> None:
        self.matched.append(picture.clone())
        self.bottom = torch.full((1, 3, 4, 4), 0.8)


@pytest.mark.parametrize(("solver", "steps"), [("lbfgs", 60), ("adam", 300)])
def test_after_a_match_the_losses_begin_anew(solver: Solver, steps: int) -> None:
    """Or the lowest loss at the former bottom would count for ever, and nothing after it."""
    bowl = Bowl()
    descent = Descent(torch.full((1, 3, 4, 4), 0.5), bowl, solver, match=bowl.match)
    for _ in range(steps):
        descent.step()
    before = descent.best
    assert descent.match()
    assert torch.equal(bowl.matched[-1], before), "the best picture is what is looked at"
    assert descent.best_loss == math.inf
    descent.step()
    assert math.isfinite(descent.best_loss)
    assert torch.equal(descent.best, before), "it goes on from there"
    for _ in range(steps):
        descent.step()
    torch.testing.assert_close(descent.best, torch.full((1, 3, 4, 4), 0.8), atol=0.02, rtol=0)


def test_an_objective_that_matches_nothing_goes_on() -> None:
    bowl = Bowl()
    descent = Descent(torch.full((1, 3, 4, 4), 0.5), bowl, "lbfgs")
    descent.step()
    loss = descent.best_loss
    assert not descent.match()
    assert descent.best_loss == loss
    assert not bowl.matched


def test_a_scale_begins_with_a_match_of_what_the_one_before_left() -> None:
    """The first has nothing to look at but the content image, which the objective knows."""
    bowl = Bowl()
    first = Descent(torch.full((1, 3, 4, 4), 0.5), bowl, "lbfgs", match=bowl.match)
    assert not bowl.matched
    second = Descent(torch.full((1, 3, 4, 4), 0.3), bowl, "lbfgs", first, match=bowl.match)
    assert torch.equal(bowl.matched[0], second.best)


def test_a_restored_descent_looks_at_what_was_looked_at() -> None:
    bowl = Bowl()
    descent = Descent(torch.full((1, 3, 4, 4), 0.5), bowl, "lbfgs", match=bowl.match)
    for _ in range(5):
        descent.step()
    descent.match()
    looked_at = bowl.matched[-1]
    for _ in range(5):
        descent.step()
    again = Bowl()
    other = Descent(torch.full((1, 3, 4, 4), 0.5), again, "lbfgs", match=again.match)
    other.restore(descent.state())
    assert torch.equal(again.matched[-1], looked_at)
    for _ in range(5):
        descent.step()
        other.step()
    assert torch.equal(descent.best, other.best)


def test_a_plateau_forgets() -> None:
    plateau = Plateau(0.01)
    for _ in range(WINDOW):
        plateau.reached(1.0)
    plateau.restart()
    assert [plateau.reached(2.0) for _ in range(WINDOW + 1)] == [False] * WINDOW + [True]


BETWEEN_MATCHES = 4


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> tuple[Settings, JobInputs]:
    """Two scales of which each is searched for anew on the way, sooner than in use."""
    monkeypatch.setattr(loop, "BETWEEN_MATCHES", BETWEEN_MATCHES)
    content, style = (resize(sample(name), 64, 64) for name in ("cat", "coffee"))
    small: dict[str, Any] = {"size": 64, "coarsest": 32, "iterations": (6, 5), "tolerance": 0.0, "device": "cpu"}
    return Settings.choose(small), JobInputs(content, (StyleInput(style),))


def kept(state: State) -> State:
    """A state that later steps do not change, as a file's would be."""
    return {name: value.clone() if isinstance(value, Tensor) else value for name, value in state.items()}


def test_a_run_that_was_cut_off_makes_the_same_picture(encoder: Encoder, run: tuple[Settings, JobInputs]) -> None:
    """Before, at and after a search on the way, at the end of a scale, and the same in the second."""
    settings, ingredients = run
    cuts = (BETWEEN_MATCHES, BETWEEN_MATCHES + 1, 6, 7, 6 + BETWEEN_MATCHES)
    states, last = {}, None
    for number, last in enumerate(paint(settings, encoder, ingredients), start=1):
        if number in cuts:
            states[number] = kept(last.state())
    assert last is not None
    whole = last.picture().pixels
    for cut, state in states.items():
        *_, again = paint(settings, encoder, ingredients, state)
        assert again.done == last.done
        assert again.total == last.total, cut
        assert np.array_equal(again.picture().pixels, whole), cut


def test_searches_after_every_so_many_iterations(
    encoder: Encoder, run: tuple[Settings, JobInputs], monkeypatch: pytest.MonkeyPatch
) -> None:
    settings, ingredients = run
    evaluations, searches = 0, []
    evaluate, match = Objective.__call__, Objective.match

    def counted(self: Objective, picture: Tensor) -> tuple[Losses, Tensor]:
        nonlocal evaluations
        evaluations += 1
        return evaluate(self, picture)

    def noted(self: Objective, picture: Tensor) -> None:
        searches.append((evaluations, picture.shape[3]))
        match(self, picture)

    monkeypatch.setattr(Objective, "__call__", counted)
    monkeypatch.setattr(Objective, "match", noted)
    list(paint(settings, encoder, ingredients))
    assert searches == [(4, 32), (6, 64), (6 + 4, 64)]
    searches.clear()
    gram = Settings.choose({**settings.model_dump(), "objective": "gram"})
    list(islice(paint(gram, encoder, ingredients), 8))
    assert not searches


def test_a_search_does_not_end_a_scale(encoder: Encoder, run: tuple[Settings, JobInputs]) -> None:
    """The loss after it may be higher than before, which is no plateau."""
    settings, ingredients = run
    patient = settings.model_copy(update={"tolerance": 1e-9, "size": 32, "iterations": (40,)})
    assert len(list(paint(patient, encoder, ingredients))) == 40


FACES: dict[str, Any] = {"size": 144, "coarsest": 144, "iterations": (8,), "tolerance": 0.0, "device": "cpu"}


def painted(faces: Any, **options: Any) -> Picture:
    *_, last = prepare("sample:astronaut", "house:mosaic", faces=faces, **{**FACES, **options}).paint()
    return last.picture()


def face_of_the_astronaut() -> Pixels:
    """Her face, found in the whole photograph and brought to the size at which it is painted."""
    photograph = sample("astronaut")
    found = find(photograph)
    assert len(found) == 1
    return resize_mask(face_map(found, photograph.height, photograph.width), 144, 144)


def test_kept_faces_stay_pixel_by_pixel() -> None:
    photograph, on_face = fit(sample("astronaut"), 144), face_of_the_astronaut()
    kept = np.abs(painted("keep", init="noise").pixels - photograph.pixels)
    assert float(kept[:, on_face == 1].max()) == 0
    assert float(kept[:, on_face == 0].mean()) > 0.05


@pytest.mark.slow(reason="paints a portrait twice")
def test_gentle_faces_stay_who_they_are(encoder: Encoder) -> None:
    """Eyes and mouth are where they were, and look as they did; where there is no face, all is painted as ever."""
    photograph = sample("astronaut")
    small = fit(photograph, 160)
    features = torch.from_numpy(feature_map(find(photograph), 160, 160))[None, None]
    options: dict[str, Any] = {"size": 160, "coarsest": 80, "iterations": (14, 8)}
    gentle, styled = (painted(faces, **options) for faces in ("gentle", "style"))

    def likeness(result: Picture, where: Tensor) -> float:
        """The mean cosine between what a layer sees in the result and in the photograph, means over the picture taken off."""
        ours, theirs = (encoder(as_tensor(each), ["relu3_1"])["relu3_1"] for each in (result, small))
        ours, theirs = (each - each.mean((2, 3), keepdim=True) for each in (ours, theirs))
        count = F.avg_pool2d(where, 4)[0, 0]
        return float((F.cosine_similarity(ours, theirs)[0] * count).sum() / count.sum())

    assert likeness(gentle, features) > likeness(styled, features) + 0.1
    assert likeness(gentle, 1 - features) == pytest.approx(likeness(styled, 1 - features), abs=0.03)
    moved = [face_agreement(result, photograph) for result in (gentle, styled)]
    assert moved[0].found == 1
    assert moved[0].eyes is not None
    assert moved[0].mouth is not None
    assert moved[0].eyes < 0.1
    assert moved[0].mouth < 0.1
    assert moved[1].eyes is None or moved[0].eyes < 0.6 * moved[1].eyes


def test_a_network_keeps_faces_too() -> None:
    photograph, on_face = fit(sample("astronaut"), 144), face_of_the_astronaut()
    changed = np.abs(painted("keep", engine="network").pixels - photograph.pixels)
    assert float(changed[:, on_face == 1].max()) == 0
    assert float(changed[:, on_face == 0].mean()) > 0.02


def test_a_picture_without_faces_says_that_nothing_is_kept() -> None:
    assert any("no face" in note for note in prepare("sample:coffee", "house:mosaic", faces="keep", **FACES).notes)
    assert not any(
        "no face" in note for note in prepare("sample:astronaut", "house:mosaic", faces="keep", **FACES).notes
    )
    assert not any("no face" in note for note in prepare("sample:coffee", "house:mosaic", **FACES).notes)
