"""Textures meet themselves by measurement, their maps too, and come out of their recipes again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from pinxit import image as pictures
from pinxit import styles
from pinxit.errors import PinxitError
from pinxit.image import Picture
from pinxit.image.picture import Pixels
from pinxit.image.wrap import NONE, WRAPS, WrapName
from pinxit.metrics.seams import seams
from pinxit.surface.maps import MAPS, map_of
from pinxit.surface.texture import TextureRecipe, prepare_texture, texture_from_recipe
from tests.surface.commands import run

QUICK: dict[str, Any] = {"iterations": 4, "coarsest": 64, "device": "cpu"}
OPTIONS = ("--iterations", "4", "--coarsest", "64", "--device", "cpu")


def painted(style: str = "house:swirl", height: int = 64, width: int = 64, **options: Any) -> Picture:
    work = prepare_texture([style], height, width, **{**QUICK, **options})
    *_, last = work.paint()
    return work.result(last)[0]


@pytest.fixture(scope="module")
def tile() -> Picture:
    """At a size that is no multiple of 16, painted through two scales."""
    return painted(height=136, width=130, tile=True, iterations=(6, 3))


def test_a_tile_has_the_size_asked_for_and_no_seam(tile: Picture) -> None:
    assert (tile.height, tile.width) == (136, 130)
    assert max(seams(tile, WRAPS["both"]).values()) <= 1


def test_the_measure_sees_a_seam() -> None:
    """A photograph does not meet itself; and where nothing meets, nothing is measured."""
    photograph = pictures.fit(pictures.sample("coffee"), 96)
    assert min(seams(photograph, WRAPS["both"]).values()) > 2
    assert seams(photograph, NONE) == {}


def test_without_tile_it_does_not_meet_itself() -> None:
    assert max(seams(painted(), WRAPS["both"]).values()) > 1.5


def test_it_has_the_styles_colours_and_contrast(tile: Picture) -> None:
    def colors(pixels: Pixels) -> NDArray[np.float32]:
        return np.concatenate([pixels.mean((1, 2)), pixels.std((1, 2))])

    found = colors(tile.pixels)
    own, other = (np.abs(colors(styles.draw(name, 136).pixels) - found).max() for name in ("swirl", "batik"))
    assert own < 0.06 < 0.12 < other


def test_a_seed_is_a_texture() -> None:
    first, same, other = (painted(seed=seed, iterations=1).pixels for seed in (0, 0, 1))
    assert np.array_equal(first, same)
    assert np.abs(first - other).mean() > 0.05


def test_canvases_of_two_shapes_are_two_jobs() -> None:
    """Their recipes of painting may be one: a run that was cut off must not go on on the other."""
    tall, wide = (prepare_texture(["house:swirl"], *size, **QUICK).job for size in ((64, 128), (128, 64)))
    assert tall.recipe == wide.recipe
    assert tall.kind != wide.kind


def test_another_size_by_redo_keeps_the_shape() -> None:
    work = prepare_texture(["house:swirl"], 64, 128, **QUICK)
    again = texture_from_recipe(work.recipe, size=256)
    assert (again.recipe.height, again.recipe.width, again.job.recipe.size) == (128, 256, 256)


def test_like_a_picture_it_has_its_structure() -> None:
    photograph = pictures.cover(pictures.sample("coffee"), 64, 64)
    guided = painted(like=photograph, iterations=2).pixels.mean(0)
    free = painted(iterations=2).pixels.mean(0)
    light = photograph.pixels.mean(0)
    assert np.corrcoef(guided.ravel(), light.ravel())[0, 1] > 0.5 > np.corrcoef(free.ravel(), light.ravel())[0, 1]


@pytest.mark.parametrize("name", ["both", "half-drop", "brick"])
def test_a_picture_to_be_like_is_made_to_meet_itself(name: WrapName) -> None:
    from pinxit.synthesis import prepare_synthesis

    job = prepare_synthesis(["house:swirl"], 96, 128, like="sample:coffee", wrap=name, **QUICK)
    assert max(seams(job.ingredients.content, WRAPS[name]).values()) < 3


def test_the_network_meets_itself_too() -> None:
    picture = painted(tile=True, engine="network", height=96, width=96)
    assert max(seams(picture, WRAPS["both"]).values()) <= 1


class TestMaps:
    def test_they_meet_themselves_where_the_texture_does(self, tile: Picture) -> None:
        # Moved over the border and back, the same: nothing in a map knows where the border is.
        moved = Picture(np.roll(tile.pixels, (40, 30), (1, 2)))
        for name in MAPS:
            here, there = (map_of(one, name, WRAPS["both"]).pixels for one in (tile, moved))
            assert np.abs(np.roll(here, (40, 30), (1, 2)) - there).max() < 1e-4, name

    def test_green_is_up_and_red_is_right(self) -> None:
        """A lit mound: its upper flank faces up, its right flank right, its top the eye."""
        rows, columns = np.mgrid[-32:32, -32:32] / 32
        mound = np.exp(-4 * (rows**2 + columns**2)).astype(np.float32)
        normal = map_of(Picture(np.stack([mound] * 3)), "normal", WRAPS["both"]).pixels
        assert normal[1, 20, 32] > 0.55 > 0.45 > normal[1, 44, 32]
        assert normal[0, 32, 44] > 0.55 > 0.45 > normal[0, 32, 20]
        assert normal[2, 32, 32] > 0.95
        lengths = np.linalg.norm(2 * normal - 1, axis=0)
        assert np.abs(lengths - 1).max() < 1e-5

    def test_of_a_flat_picture_they_are_flat(self) -> None:
        flat = Picture(np.full((3, 64, 64), 0.3, np.float32))
        assert np.allclose(map_of(flat, "normal", NONE).pixels[2], 1)
        assert float(np.ptp(map_of(flat, "roughness", NONE).pixels)) == 0


@pytest.mark.usefixtures("own_cache")
class TestCommand:
    def test_texture_maps_and_redo(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.chdir(tmp_path)
        pictures.write(pictures.fit(pictures.sample("coffee"), 96), "a.png")
        run(
            "texture",
            "a.png",
            "house:glass",
            "--blend",
            "2,1",
            "--size",
            "80x64",
            "--tile",
            "--maps",
            "-o",
            "t.png",
            *OPTIONS,
        )
        names = ["t.png", "t_height.png", "t_normal.png", "t_roughness.png"]
        assert sorted(path.name for path in tmp_path.iterdir()) == ["a.png", *names]
        assert {pictures.read(name).pixels.shape for name in names} == {(3, 64, 80)}
        text = pictures.read_recipe("t.png")
        assert text is not None
        recipe = TextureRecipe.model_validate_json(text)
        assert str(tmp_path) not in text
        assert [style.share for style in recipe.painted.styles] == [2, 1]
        run("redo", "t.png")
        for name in names:
            assert Path(name.replace("t", "t-redo", 1)).read_bytes() == Path(name).read_bytes()
        run("redo", "t_normal.png", "-o", "n.png")
        assert Path("n.png").read_bytes() == Path("t_normal.png").read_bytes()

    @pytest.mark.parametrize(
        ("arguments", "sentence"),
        [
            (("house:swirl", "--size", "big"), "--size is a side in px"),
            (("house:swirl", "--size", "16"), "64 to 16384 px"),
            (("house:none",), "house:none"),
            (("house:swirl", "house:glass", "--blend", "1"), "1 shares for 2 styles"),
            (("house:swirl", "--content-weight", "2"), "--like"),
            (("house:swirl", "--like", "nothing.jpg"), "nothing.jpg"),
            (("house:swirl", "-o", "there.png"), "--overwrite"),
            (("house:swirl", "-o", "new.png", "--maps"), "new_height.png"),
        ],
    )
    def test_mistakes_are_one_sentence(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], sentence: str
    ) -> None:
        monkeypatch.chdir(tmp_path)
        for name in ("there.png", "new_height.png"):
            Path(name).write_bytes(b"precious")
        with pytest.raises(PinxitError, match=sentence) as raised:
            run("texture", *arguments, *OPTIONS)
        assert str(raised.value).endswith(".")
        assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == dict.fromkeys(
            ("there.png", "new_height.png"), b"precious"
        )

    @pytest.mark.parametrize("change", [{"height": 10**9}, {"painted": {}}, {"unknown": 1}])
    def test_a_hostile_recipe_is_refused(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: dict[str, object]
    ) -> None:
        import json

        monkeypatch.chdir(tmp_path)
        work = prepare_texture(["house:swirl"], 64, 64, **QUICK)
        recipe = TextureRecipe(height=64, width=64, painted=work.job.recipe)
        text = json.dumps({**json.loads(recipe.to_json()), **change})
        pictures.write(Picture(np.zeros((3, 64, 64), np.float32)), "t.png", recipe=text)
        with pytest.raises(PinxitError):
            run("redo", "t.png")
        assert [path.name for path in tmp_path.iterdir()] == ["t.png"]

    def test_redo_takes_the_encoders_own_weights(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.chdir(tmp_path)
        run("texture", "house:swirl", "--size", "64", "-o", "t.png", *OPTIONS)
        with pytest.raises(PinxitError, match=r"missing\.pth"):
            run("redo", "t.png", "--encoder-weights", "missing.pth")
