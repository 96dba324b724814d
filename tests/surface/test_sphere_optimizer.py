"""What belongs to what, on a sphere: each face is seen with its surroundings, and the search heeds it."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest
import torch

from pinxit import PinxitError
from pinxit.encoder.vgg import Encoder
from pinxit.image import resize, sample
from pinxit.image.picture import Picture
from pinxit.recipe.inputs import JobInputs, StyleInput
from pinxit.recipe.recipe import Input, Recipe, Settings, Style
from pinxit.surface import projection
from pinxit.surface.panorama import prepare_panorama
from pinxit.surface.sphere import FACES
from pinxit.surface.sphere_optimizer import _CELLS, _SEEN, _meanings

PANORAMA = resize(sample("coffee"), 64, 128)


def test_every_face_has_the_meaning_of_what_it_shows(encoder: Encoder) -> None:
    """A sphere turned by a quarter shows on each of four faces what its neighbour showed."""
    settings = Settings(match="soft", match_by="vgg", device="cpu")
    recipe = Recipe.make(settings, pinxit="0", content=Input(name="a"), styles=[Style(name="b")])
    style = StyleInput(resize(sample("cat"), 64, 64))

    def faces_of(panorama: Picture) -> dict[str, torch.Tensor]:
        strip = projection.as_strip(projection.panorama(panorama, 4 * _SEEN), _SEEN)
        meanings = _meanings(recipe, encoder, JobInputs(Picture(strip), (style,)))
        assert meanings.content.shape[2:] == (6 * _CELLS, _CELLS)
        return dict(zip(FACES, torch.chunk(meanings.content[0], 6, 1), strict=True))

    here = faces_of(PANORAMA)
    turned = faces_of(Picture(np.roll(PANORAMA.pixels, 32, 2)))
    around = [name for name in FACES if name[1] != "y"]

    def alike(one: str, other: str) -> float:
        # Principal components are of all faces, so that the two spheres' are the same but for signs and order.
        a, b = (faces[name].flatten(1) for faces, name in ((here, one), (turned, other)))
        a, b = (v.T @ v for v in (a, b))
        return float(torch.corrcoef(torch.stack([a.flatten(), b.flatten()]))[0, 1])

    for name in around:
        best = max(around, key=lambda other: alike(name, other))
        assert best != name
        assert alike(name, best) > 0.9


@pytest.mark.slow(reason="paints a panorama by the optimiser")
def test_a_panorama_is_painted_by_what_things_are(encoder: Encoder) -> None:
    options: dict[str, Any] = {
        "size": 128,
        "iterations": 8,
        "tolerance": 0.0,
        "coarsest": 64,
        "device": "cpu",
        "faces": "style",
    }
    pictures = []
    for match in ("off", "soft", "regions"):
        job = prepare_panorama(PANORAMA, "sample:cat", **options, match=match)
        *_, last = job.paint()
        pictures.append(job.result(last)[0].pixels)
    assert np.abs(pictures[0] - pictures[1]).mean() > 0.002
    assert np.abs(pictures[0] - pictures[2]).mean() > 0.002


def test_a_panorama_takes_no_assignment() -> None:
    with pytest.raises(PinxitError, match=re.escape("a panorama has other regions: leave it out.")):
        prepare_panorama(PANORAMA, "sample:cat", size=128, match="regions", assignment=((0,),))
