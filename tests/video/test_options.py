"""The typed keywords of films are the settings and the fields of a film's recipe."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pinxit.recipe.recipe import Recipe
from pinxit.video.prepare import OPTIONS, prepare_video
from pinxit.video.recipe import VideoRecipe
from tests.video.clips import pan
from tests.video.test_keyframes import frames_in, written


def test_the_keywords_are_fields_of_the_recipe() -> None:
    given = {"work", "keyframes", "key_masks", *Recipe.model_fields}
    assert set(OPTIONS) == VideoRecipe.model_fields.keys() - given


class TestKeysByDefault:
    """The optimiser chooses keyframes unless something else is asked for that says which there are, or that needs none."""

    @pytest.mark.parametrize(
        ("options", "keys"),
        [
            ({}, ()),
            ({"engine": "optimizer"}, "auto"),
            ({"engine": "optimizer", "keys": ()}, ()),
            ({"engine": "optimizer", "keys": [2]}, (2,)),
            ({"engine": "optimizer", "consistency": "off"}, ()),
            ({"engine": "optimizer", "long_term": (2,)}, ()),
            ({"engine": "optimizer", "passes": 2}, ()),
        ],
    )
    def test_what_is_chosen(self, tmp_path: Path, options: dict[str, Any], keys: object) -> None:
        clip = frames_in(tmp_path / "clip", pan(2))
        assert prepare_video(clip, [("house:impasto", None)], **options).recipe.keys == keys

    def test_painted_frames_are_enough(self, tmp_path: Path) -> None:
        clip = frames_in(tmp_path / "clip", pan(2))
        first = written(tmp_path / "first.png", pan(1)[0])
        assert prepare_video(clip, key={1: first}, engine="optimizer").recipe.keys == ()
