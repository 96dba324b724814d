"""Repeats meet themselves as they are laid, have the size and resolution asked for, and come in other colours."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import PIL.Image
import pytest
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

from pinxit import image as pictures
from pinxit.cli.pattern import read_size
from pinxit.errors import PinxitError
from pinxit.image import Picture
from pinxit.image.colorspaces import colors_to_oklab
from pinxit.image.wrap import WRAPS, WrapName
from pinxit.metrics.seams import seams
from pinxit.styles.palette import Palette
from pinxit.surface.colorway import in_colors, read_palette
from pinxit.surface.pattern import WRAP_OF, PatternRecipe, Repeat, mirrored, prepare_pattern, repeats_sheet, whole_size
from tests.surface.commands import run

QUICK: dict[str, Any] = {"iterations": 3, "coarsest": 64, "device": "cpu"}
OPTIONS = ("--iterations", "1", "--coarsest", "64", "--device", "cpu")
REPEATS: list[Repeat] = ["straight", "half-drop", "brick", "mirror"]


def laid(repeat: Repeat) -> WrapName:
    """How borders meet in print."""
    return "both" if repeat == "mirror" else WRAP_OF[repeat]


@pytest.mark.parametrize("repeat", REPEATS)
def test_no_seam_as_it_is_laid(repeat: Repeat) -> None:
    """At an odd size, so that it was painted at another and halves are no whole pixels."""
    work = prepare_pattern(["house:batik"], 101, 98, repeat=repeat, **QUICK)
    *_, last = work.paint()
    cell, recipe = work.result(last)
    assert (cell.height, cell.width, cell.dpi) == (100 if repeat == "half-drop" else 101, 98, 300)
    assert recipe.repeat == repeat
    assert max(seams(cell, WRAPS[laid(repeat)]).values()) <= 1


@pytest.mark.parametrize("repeat", ["half-drop", "brick"])
def test_the_measure_tells_the_repeats_apart(repeat: Repeat) -> None:
    """What meets half a repeat lower does not meet straight."""
    pixels = np.random.default_rng(0).random((3, 64, 64)).astype(np.float32)
    wrap = WRAPS[laid(repeat)]
    smooth = gaussian_filter(wrap.take(pixels, (slice(-64, 128), slice(-64, 128))), (0, 4, 4))[:, 64:128, 64:128]
    picture = Picture(np.ascontiguousarray(smooth))
    assert max(seams(picture, wrap).values()) < 2 < max(seams(picture, WRAPS["both"]).values())


def test_a_sheet_lays_columns_half_a_repeat_lower_and_rows_half_a_repeat_aside() -> None:
    pixels = np.random.default_rng(0).random((3, 8, 12)).astype(np.float32)
    drop, brick, straight = (
        repeats_sheet(Picture(pixels), repeat).pixels for repeat in ("half-drop", "brick", "straight")
    )
    assert drop.shape == brick.shape == (3, 24, 36)
    assert np.array_equal(straight, np.tile(pixels, (1, 3, 3)))
    assert np.array_equal(drop[:, :8, 12:24], np.roll(pixels, 4, 1))
    assert np.array_equal(drop[:, :8, 24:], pixels)
    assert np.array_equal(brick[:, 8:16, :12], np.roll(pixels, 6, 2))


def test_a_mirror_is_a_quarter_and_its_reflections() -> None:
    quarter = np.random.default_rng(0).random((3, 4, 6)).astype(np.float32)
    whole = mirrored(quarter)
    assert np.array_equal(whole, whole[:, ::-1])
    assert np.array_equal(whole, whole[..., ::-1])
    assert np.array_equal(whole[:, :4, :6], quarter)


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("30cm", (3543, 3543)),
        ("20x30cm", (3543, 2362)),
        ("100mm", (1181, 1181)),
        ("8in", (2400, 2400)),
        ("900px", (900, 900)),
        ("10.5 × 5cm".replace(" ", ""), (591, 1240)),
    ],
)
def test_sizes_in_print(text: str, size: tuple[int, int]) -> None:
    assert whole_size("straight", *read_size(text, 300)) == size


class TestColorways:
    WAY = ("#14213d", "#fca311", "#e5e5e5")

    def test_only_the_palettes_colours_and_their_mixtures_are_left(self) -> None:
        cell = pictures.fit(pictures.sample("coffee"), 64)
        wanted = Palette(self.WAY).lab

        def distances(picture: Picture) -> NDArray[np.floating]:
            lab = colors_to_oklab(np.moveaxis(picture.pixels, 0, 2).reshape(-1, 1, 3))
            result: NDArray[np.floating] = np.sqrt(np.square(lab - wanted).sum(-1))
            return result

        near = distances(in_colors(cell, self.WAY))
        assert np.median(near.min(1)) < 0.08 < np.median(distances(cell).min(1))
        # Each colour of the palette has become a good part of the cloth.
        assert np.bincount(near.argmin(1), minlength=3).min() > 0.1 * len(near)

    def test_light_stays_light(self) -> None:
        cell = pictures.fit(pictures.sample("coffee"), 64)
        before, after = (
            colors_to_oklab(np.moveaxis(one.pixels, 0, 2))[..., 0].ravel() for one in (cell, in_colors(cell, self.WAY))
        )
        assert np.corrcoef(before, after)[0, 1] > 0.85

    def test_a_palette_from_a_list_and_from_a_picture(self, tmp_path: Path) -> None:
        assert read_palette("#FFFFFF,#000000") == ("#000000", "#ffffff")
        stripes = np.zeros((3, 60, 60), np.float32)
        stripes[0, :, 20:40], stripes[:, :, 40:] = 1, 1
        path = pictures.write(Picture(stripes), tmp_path / "stripes.png")
        assert {"#000000", "#ff0000", "#ffffff"} <= set(read_palette(str(path)))

    @pytest.mark.parametrize("text", ["#aabbcc", "#aabbcc,#AABBCC", "grey.png", "#aabbcc,blue", "none.png"])
    def test_mistakes_are_one_sentence(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
        monkeypatch.chdir(tmp_path)
        pictures.write(Picture(np.full((3, 40, 40), 0.5, np.float32)), "grey.png")
        with pytest.raises(PinxitError, match=r"one colour|is not a colour|none\.png") as raised:
            read_palette(text)
        assert "\n" not in str(raised.value)


@pytest.mark.usefixtures("own_cache")
class TestCommand:
    @pytest.mark.parametrize("ending", ["png", "tif", "jpg"])
    def test_resolution_and_profile_are_in_the_file(self, tmp_path: Path, ending: str) -> None:
        picture = Picture(np.full((3, 64, 64), 0.5, np.float32), dpi=254.0)
        with PIL.Image.open(pictures.write(picture, tmp_path / f"p.{ending}")) as image:
            assert np.allclose([float(side) for side in image.info["dpi"]], 254, atol=0.01)
            assert image.info.get("icc_profile") or image.info.get("srgb") is not None

    def test_pattern_colourways_sheets_and_redo(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.chdir(tmp_path)
        run(
            "pattern", "house:batik", "--repeat", "half-drop", "--size", "1x0.9cm", "--dpi", "200", "--sheet",
            "--palette", "#14213d,#fca311,#e5e5e5", "--palette", "house:swirl", "-o", "p.png", *OPTIONS,
        )  # fmt: skip
        names = ["p.png", "p_1.png", "p_1_sheet.png", "p_2.png", "p_2_sheet.png", "p_sheet.png"]
        assert sorted(path.name for path in tmp_path.iterdir()) == names
        with PIL.Image.open("p_1.png") as image:
            assert image.size == (79, 70)  # 78.7×70.9, of which the rows are laid by half
            assert image.info["dpi"][0] == pytest.approx(200, abs=0.02)
        text = pictures.read_recipe("p_1.png")
        assert text is not None
        assert PatternRecipe.model_validate_json(text).palette == ("#14213d", "#fca311", "#e5e5e5")
        for name in ("p.png", "p_1.png", "p_2_sheet.png"):
            run("redo", name, "-o", "again.png", "--overwrite")
            assert Path("again.png").read_bytes() == Path(name).read_bytes(), name

    @pytest.mark.parametrize(
        ("arguments", "sentence"),
        [
            (("--repeat", "hexagon"), "--repeat is one of straight, half-drop, brick, mirror"),
            (("--size", "30"), "--size is the size of one repeat in print"),
            (("--size", "0.1cm"), "64 to 16384"),
            (("--size", "9000cm"), "64 to 16384"),
            (("--palette", "#aabbcc"), "palette of one colour"),
            (("--palette", "#zz"), "is not a colour"),
            (("-o", "there.png"), "--overwrite"),
            (("-o", "new.png", "--sheet"), "new_sheet.png exists"),
            (("-o", "new.xyz"), "new.xyz"),
        ],
    )
    def test_mistakes_are_one_sentence(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], sentence: str
    ) -> None:
        monkeypatch.chdir(tmp_path)
        for name in ("there.png", "new_sheet.png"):
            Path(name).write_bytes(b"precious")
        with pytest.raises(PinxitError, match=sentence):
            run("pattern", "house:batik", *arguments, *OPTIONS)
        assert sorted(path.name for path in tmp_path.iterdir()) == ["new_sheet.png", "there.png"]
