"""A network's painting keeps faces near the photograph, and strokes leave their features free."""

from __future__ import annotations

from typing import Literal

import numpy as np
import pytest

from pinxit import prepare, styles
from pinxit.faces import feature_map, find
from pinxit.image import fit, sample
from pinxit.image.picture import Pixels
from pinxit.network.gentle_faces import gentle_faces


def painted(faces: Literal["gentle", "style"]) -> Pixels:
    style = styles.draw("mosaic", 256)
    *_, last = prepare(sample("astronaut"), style, preset="instant", size=320, faces=faces).paint()
    return last.picture().pixels


def test_faces_are_gentle_unless_they_are_to_be_painted_like_the_rest() -> None:
    photograph = fit(sample("astronaut"), 320)
    gentle, style = painted("gentle"), painted("style")
    maps = gentle_faces(photograph)
    assert maps is not None

    def difference(one: Pixels) -> float:
        """Return how much the face's own light and dark differ from the photograph's."""
        inside = maps.face > 0.9
        ours, theirs = (pixels.mean(0)[inside] for pixels in (one, photograph.pixels))
        return 1 - float(np.corrcoef(ours, theirs)[0, 1])

    assert difference(gentle) < 0.6 * difference(style)


def test_strokes_leave_eyes_and_mouths_free() -> None:
    photograph = fit(sample("astronaut"), 320)
    maps = gentle_faces(photograph)
    assert maps is not None
    features = feature_map(find(photograph), photograph.height, photograph.width)
    assert maps.strokes[features == 1].max() == 0
    assert (maps.strokes[maps.face == 0] == 1).all()
    assert maps.strokes[(maps.face == 1) & (features == 0)].mean() == pytest.approx(0.5)


def test_a_picture_without_faces_is_painted_as_before() -> None:
    assert gentle_faces(fit(sample("coffee"), 320)) is None
