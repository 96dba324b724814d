from __future__ import annotations

import numpy as np
import torch

from pinxit.recipe.style_cache import StyleCache, digest


def test_what_is_known_is_not_made_again_until_it_is_forgotten() -> None:
    cache = StyleCache(2 * 800)
    made: list[str] = []

    def recall(key: str) -> None:
        cache.get(key, lambda: made.append(key) or [np.zeros(100)])  # type: ignore[func-returns-value]

    for key in ("a", "b", "a", "c", "a", "b"):
        recall(key)
    assert made == ["a", "b", "c", "b"], "b was used longest ago when c came"


def test_what_is_too_large_is_returned_and_not_kept() -> None:
    cache = StyleCache(100)
    for _ in range(2):
        assert len(cache.get("large", lambda: [np.zeros(100)])[0]) == 100


def test_a_digest_tells_values_shapes_and_places_apart() -> None:
    plane = torch.arange(6.0).reshape(2, 3)
    assert digest(plane) == digest(plane.clone())
    different = {
        digest(plane),
        digest(plane + 1),
        digest(plane.reshape(3, 2)),
        digest(plane, None),
        digest(None, plane),
    }
    assert len(different) == 5
