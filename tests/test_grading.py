"""Photographs graded like others: by the command, by the library, again from the recipe, and what is refused."""

from __future__ import annotations

import io
import json
from pathlib import Path

import numpy as np
import pytest

import pinxit as library
from pinxit import image as pictures
from pinxit.errors import PinxitError
from pinxit.grading import GradeRecipe, prepare_grade, read_table, write_table
from pinxit.image import Picture
from pinxit.image.writer import to_bytes
from pinxit.recipe.recipe import validated_json
from tests.command_line import pinxit


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two photographs, one of them graded with its lookup table."""
    folder = tmp_path_factory.mktemp("grade")
    for name, sample in (("photo", "coffee"), ("film", "rocket")):
        pictures.write(pictures.fit(pictures.sample(sample), 160), folder / f"{name}.png")
    pinxit("grade", "photo.png", "--style", "film.png", "--lut", "look.cube", "-o", "graded.png", folder=folder)
    return folder


def test_the_command_writes_picture_and_table(folder: Path) -> None:
    photo, graded = (pictures.read(folder / name) for name in ("photo.png", "graded.png"))
    assert np.abs(graded.pixels - photo.pixels).max() > 0.1
    by_table = read_table(folder / "look.cube").apply(photo.pixels)
    assert np.abs(by_table - graded.pixels).max() < 0.6 / 255, "the table is the grade"


def test_a_table_as_the_style_gives_the_same(folder: Path, tmp_path: Path) -> None:
    pinxit("grade", str(folder / "photo.png"), "-s", str(folder / "look.cube"), "-o", "by.png", folder=tmp_path)
    first, second = (pictures.read(path).pixels for path in (folder / "graded.png", tmp_path / "by.png"))
    assert np.abs(first - second).max() < 4 / 255, "between entries, a table of a table is a little smoother"


def test_redo_makes_the_same_again(folder: Path, tmp_path: Path) -> None:
    pinxit("redo", str(folder / "graded.png"), "-o", "again.png", folder=tmp_path)
    assert (tmp_path / "again.png").read_bytes() == (folder / "graded.png").read_bytes()


def test_redo_varies_the_strength_alone(folder: Path, tmp_path: Path) -> None:
    pinxit("redo", str(folder / "graded.png"), "--strength", "0", "-o", "none.png", folder=tmp_path)
    np.testing.assert_array_equal(
        pictures.read(tmp_path / "none.png").pixels, pictures.read(folder / "photo.png").pixels
    )
    refused = pinxit("redo", str(folder / "graded.png"), "--size", "64", folder=tmp_path, check=2)
    assert "only --strength can be changed" in refused.stderr


def test_the_recipe_has_everything(folder: Path) -> None:
    recipe = validated_json(GradeRecipe, pictures.read_recipe(folder / "graded.png") or "")
    assert (recipe.content.name, recipe.styles[0].name) == ("photo.png", "film.png")
    assert (recipe.strength, recipe.skin) == (1, 0.6)


def test_several_styles_are_mixed_by_their_shares() -> None:
    photo = pictures.fit(pictures.sample("coffee"), 96)
    first, second = np.zeros((2, 96, 96, 3), np.float32) + np.linspace(0, 1, 96, dtype=np.float32)[:, None]
    first[..., 2] *= 0.6
    second[..., 0] *= 0.6
    styles = [pictures.from_array(one) for one in (first, second)]
    balance = [
        np.diff(prepare_grade(photo, styles, shares=[share, 4 - share]).result().pixels.mean(axis=(1, 2))[[0, 2]])[0]
        for share in (3.9, 2, 0.1)
    ]
    assert balance[0] < balance[1] - 0.05 < balance[2] - 0.1


def test_the_same_kind_comes_out_of_the_library(tmp_path: Path) -> None:
    photo = pictures.fit(pictures.sample("coffee"), 64)
    file = to_bytes(photo)
    graded = library.grade(file, "house:ink")
    (tmp_path / "graded.png").write_bytes(graded)
    assert json.loads(pictures.read_recipe(tmp_path / "graded.png") or "")["work"] == "grade"
    array = library.grade(pictures.to_array(photo), "house:ink")
    assert array.dtype == np.uint8
    assert library.grade(io.BytesIO(file), "house:ink").getvalue() == graded
    assert isinstance(library.grade(photo, "house:ink"), Picture)


def test_a_path_gives_a_path(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    made = library.grade(folder / "photo.png", folder / "film.png", lut="look.cube")
    assert made == Path("photo-graded.png")
    assert (tmp_path / "look.cube").exists()
    with pytest.raises(PinxitError, match="exists"):
        library.grade(folder / "photo.png", folder / "film.png")


def test_transparency_stays_and_hidden_colors_do_not_count() -> None:
    photo = pictures.fit(pictures.sample("coffee"), 64)
    alpha = np.ones((photo.height, photo.width), np.float32)
    alpha[:, :20] = 0
    through = Picture(photo.pixels, alpha)
    other = photo.pixels.copy()
    other[:, :, :20] = np.array([1, 0, 1], np.float32)[:, None, None]
    graded = prepare_grade(Picture(other, alpha), ["house:ink"])
    np.testing.assert_array_equal(graded.result().alpha, alpha)
    whole = prepare_grade(through, ["house:ink"])
    assert np.abs(graded.table.entries - whole.table.entries).max() < 0.05


def test_16_bits_keep_their_depth(tmp_path: Path, folder: Path) -> None:
    pinxit("grade", str(folder / "photo.png"), "-s", "house:ink", "--bits", "16", "-o", "deep.png", folder=tmp_path)
    deep = pictures.read(tmp_path / "deep.png")
    job = prepare_grade(folder / "photo.png", ["house:ink"])
    assert np.abs(deep.pixels - job.result().pixels).max() < 1 / 65535


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("grade photo.png -s film.png -s look.cube", "look.cube is a whole grade"),
        ("grade photo.png -s film.png --lut look.txt", "end its name in .cube"),
        ("grade photo.png -s film.png --lut look.cube", "look.cube exists"),
        ("grade photo.png -s film.png -o graded.png", "graded.png exists"),
        ("grade photo.png -s film.png -o photo.png --overwrite", "photo.png"),
        ("grade photo.png -s film.png --strength 2", "strength: input should be less than or equal to 1, not '2.0'"),
        ("grade photo.png -s film.png --skin -1", "skin: input should be greater than or equal to 0"),
        ("grade photo.png -s film.png --start 3", "--start is for films"),
        ("grade photo.png -s missing.cube", "missing.cube cannot be read"),
        ("grade photo.png -s film.png --blend 1,2", "--blend has 2 shares for 1 styles"),
        ("grade photo.png -s film.png -o out.xyz", "end its name in"),
    ],
)
def test_mistakes_are_one_sentence(line: str, sentence: str, folder: Path) -> None:
    before = sorted(folder.iterdir())
    refused = pinxit(*line.split(), folder=folder, check=2)
    assert sentence in refused.stderr
    assert refused.stderr.count("\n") == 1
    assert sorted(folder.iterdir()) == before


def test_a_table_is_written_whole_and_never_over_another(tmp_path: Path) -> None:
    table = prepare_grade(pictures.fit(pictures.sample("coffee"), 64), ["house:ink"], skin=0).table
    path = write_table(table, tmp_path / "look.cube")
    np.testing.assert_allclose(read_table(path).entries, table.entries, atol=6e-7)
    with pytest.raises(PinxitError, match="exists"):
        write_table(table, path)
