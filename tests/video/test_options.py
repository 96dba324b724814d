"""The typed keywords of films are the settings and the fields of a film's recipe."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pinxit.errors import PinxitError
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


class TestRefused:
    """Options that no film has, each with one sentence."""

    @pytest.mark.parametrize(
        ("options", "sentence"),
        [
            ({"init": "noise"}, "a film begins as its frames do"),
            ({"faces": "keep"}, "--faces keep is for films by the optimiser"),
            ({"engine": "optimizer", "assignment": "0", "match": "regions"}, "a film's frames have others"),
            ({"shares": [1, 2]}, "2 shares are given for 1 styles"),
            (
                {"engine": "optimizer", "encoder_weights": "gone.safetensors"},
                "there is no weights file gone.safetensors",
            ),
        ],
    )
    def test_a_setting(self, tmp_path: Path, options: dict[str, Any], sentence: str) -> None:
        clip = frames_in(tmp_path / "clip", pan(2))
        with pytest.raises(PinxitError, match=sentence):
            prepare_video(clip, [("house:impasto", None)], **options)

    @pytest.mark.parametrize(
        ("names", "sentence"),
        [
            (["first.png"], "first.png does not say which frame it is"),
            (["frame0.png"], "frame0.png does not say which frame it is"),
            (["frame2.png", "key02.png"], "are the same frame: leave one out"),
        ],
    )
    def test_painted_frames(self, tmp_path: Path, names: list[str], sentence: str) -> None:
        clip = frames_in(tmp_path / "clip", pan(2))
        for name in names:
            written(tmp_path / "keys" / name, pan(1)[0])
        with pytest.raises(PinxitError, match=sentence):
            prepare_video(clip, keyframes=tmp_path / "keys")

    def test_a_folder_of_keyframes_that_is_not_there(self, tmp_path: Path) -> None:
        clip = frames_in(tmp_path / "clip", pan(2))
        with pytest.raises(PinxitError, match=r"there is no folder .*gone: check the name of the folder of keyframes"):
            prepare_video(clip, keyframes=tmp_path / "gone")

    def test_no_style(self, tmp_path: Path) -> None:
        with pytest.raises(PinxitError, match="no style is given"):
            prepare_video(frames_in(tmp_path / "clip", pan(2)))
