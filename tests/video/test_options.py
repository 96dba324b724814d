"""The typed keywords of films are the settings and the fields of a film's recipe."""

from __future__ import annotations

from pinxit.recipe.recipe import Recipe
from pinxit.video.prepare import OPTIONS
from pinxit.video.recipe import VideoRecipe


def test_the_keywords_are_fields_of_the_recipe() -> None:
    given = {"work", "keyframes", "key_masks", *Recipe.model_fields}
    assert set(OPTIONS) == VideoRecipe.model_fields.keys() - given
