"""Garments: what is kept, what is laid, what is refused."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from pinxit import image as pictures
from pinxit.design import cloth
from pinxit.design.garment import GarmentOptions, GarmentRecipe, prepare_garment
from pinxit.design.shading import shading
from pinxit.errors import PinxitError
from pinxit.image import Picture
from pinxit.image.colorspaces import linear_to_srgb, luminance, srgb_to_linear
from pinxit.image.picture import Pixels
from tests.command_line import pinxit

SIDE = 96
NETWORK = ("--engine", "network", "--size", "64")


def folds() -> Pixels:
    """Light on a cloth with soft vertical folds, `(H, W)`."""
    columns = np.arange(SIDE, dtype=np.float32)
    light: Pixels = (0.3 + 0.12 * np.sin(columns * 2 * np.pi / 32))[None].repeat(SIDE, 0).astype(np.float32)
    return light


@pytest.fixture
def photo() -> Picture:
    """A green cloth with folds before a grainy wall."""
    wall = np.random.default_rng(0).uniform(0.2, 0.9, (3, SIDE, SIDE)).astype(np.float32)
    cloth_ = linear_to_srgb(folds() * np.array([0.3, 1.0, 0.5], np.float32)[:, None, None])
    wall[:, 16:80, 16:80] = cloth_[:, 16:80, 16:80]
    return Picture((wall * 255).round() / np.float32(255))


@pytest.fixture
def mask() -> Pixels:
    """The cloth, with a soft edge of a pixel."""
    made = np.zeros((SIDE, SIDE), np.float32)
    made[16:80, 16:80] = 0.5
    made[17:79, 17:79] = 1
    return made


def stripes(period: int = 8) -> Picture:
    """Vertical stripes, one period."""
    pixels = np.zeros((3, period, period), np.float32)
    pixels[:, :, : period // 2] = 0.8
    return Picture(pixels)


class TestLight:
    def test_folds_are_read(self, photo: Picture, mask: Pixels) -> None:
        read = shading(photo, mask)
        inner = (slice(20, 76), slice(20, 76))
        assert np.corrcoef(read.diffuse[inner].ravel(), folds()[inner].ravel())[0, 1] > 0.99

    def test_folds_stay_on_what_is_worn(self, photo: Picture, mask: Pixels) -> None:
        """A plain pattern shows nothing but the photograph's light."""
        grey = Picture(np.full((3, 8, 8), 0.5, np.float32))
        worn = prepare_garment(photo, mask, [grey])
        light = luminance(srgb_to_linear(worn.wear(worn.designs()[0]).pixels))[20:76, 20:76]
        assert np.corrcoef(light.ravel(), folds()[20:76, 20:76].ravel())[0, 1] > 0.99
        even = prepare_garment(photo, mask, [grey], shading=0.0)
        assert luminance(srgb_to_linear(even.wear(even.designs()[0]).pixels))[20:76, 20:76].std() < 0.02 * light.std()

    def test_gloss_is_added_to_a_dark_cloth(self, photo: Picture, mask: Pixels) -> None:
        pixels = photo.pixels.copy()
        pixels[:, 16:80, 16:80] = 0.1
        pixels[:, 40:56, 40:56] = 0.6
        read = shading(Picture(pixels), mask)
        assert read.gloss[44:52, 44:52].min() > 0.1
        assert read.gloss[20:30, 20:30].max() == 0

    def test_prints_are_taken_off_when_told(self, photo: Picture, mask: Pixels) -> None:
        pixels = photo.pixels.copy()
        pixels[:, 40:56, 40:56] = np.array([0.05, 0.05, 0.3], np.float32)[:, None, None]
        plain, printed, told = (
            shading(Picture(one), mask, printed=flag).diffuse[42:54, 42:54].mean()
            for one, flag in ((photo.pixels, False), (pixels, False), (pixels, True))
        )
        assert printed < 0.4 * plain
        assert told == pytest.approx(plain, rel=0.25)


class TestLaying:
    @pytest.mark.parametrize(("scale", "period"), [(0.25, 16), (0.125, 8)])
    def test_scale(self, mask: Pixels, scale: float, period: int) -> None:
        still = np.zeros((2, SIDE, SIDE), np.float32)
        laid = cloth.lay(stripes(), mask, still, scale, 0, 1).pixels[0]
        spectrum = np.abs(np.fft.rfft(laid[32] - laid[32].mean()))
        assert int(spectrum.argmax()) == 64 // period
        assert np.ptp(laid, axis=0).max() < 1e-4, "upright stripes"

    def test_angle(self, mask: Pixels) -> None:
        still = np.zeros((2, SIDE, SIDE), np.float32)
        laid = cloth.lay(stripes(), mask, still, 0.25, 90, 1).pixels[0]
        assert np.ptp(laid, axis=1).max() < 1e-3, "stripes lie down"

    def test_folds_bend(self, photo: Picture, mask: Pixels) -> None:
        slope = shading(photo, mask).slope
        bent, straight = (cloth.lay(stripes(), mask, slope, 0.25, 90 * turn, 4).pixels for turn in (0, 1))
        still = cloth.lay(stripes(), mask, slope, 0.25, 0, 0).pixels
        assert np.abs(bent - still).mean() > 0.05
        assert np.ptp(straight[0], axis=1).max() < 1, "folds that run along a stripe do not move it"

    def test_repeats_do_not_show(self, mask: Pixels) -> None:
        """Where one repeat ends and the next begins, the step is no larger than elsewhere."""
        wave = np.sin(np.arange(64) * 2 * np.pi / 64) * 0.4 + 0.5
        pattern = Picture(np.broadcast_to(wave, (3, 64, 64)).astype(np.float32).copy())
        laid = cloth.lay(pattern, mask, np.zeros((2, SIDE, SIDE), np.float32), 0.5, 0, 1).pixels[0, 10]
        assert np.abs(np.diff(laid)).max() < 0.4 * 2 * np.pi / 32 * 1.1

    def test_corners_of_a_wall(self, mask: Pixels) -> None:
        """A wall that recedes to the right has narrower stripes there."""
        corners = [(16.0, 16.0), (80.0, 32.0), (80.0, 64.0), (16.0, 80.0)]
        laid = cloth.lay(stripes(), mask, np.zeros((2, SIDE, SIDE), np.float32), 0.2, 0, 1, corners).pixels[0, 32]
        crossings = np.flatnonzero(np.diff((laid > 0.4).astype(int)))
        widths = np.diff(crossings)
        assert widths[0] > 1.3 * widths[-1]


class TestKept:
    @pytest.mark.parametrize("kind", [np.uint8, np.uint16])
    def test_outside_nothing_changes(self, mask: Pixels, kind: type) -> None:
        numbers: np.ndarray[tuple[int, ...], np.dtype[np.uint8 | np.uint16]] = (
            np.random.default_rng(1).integers(0, np.iinfo(kind).max + 1, (SIDE, SIDE, 3)).astype(kind)
        )
        photo = pictures.from_array(numbers)
        fitting = prepare_garment(photo, mask, ["house:weave"])
        worn = pictures.to_array(fitting.wear(fitting.designs()[0]), kind)
        assert np.array_equal(worn[mask == 0], numbers[mask == 0])
        assert (worn[mask == 1] != numbers[mask == 1]).mean() > 0.9

    def test_soft_edges_are_mixed(self, photo: Picture, mask: Pixels) -> None:
        fitting = prepare_garment(photo, mask, [Picture(np.ones((3, 4, 4), np.float32))], shading=0.0)
        full = prepare_garment(
            photo, (mask > 0).astype(np.float32), [Picture(np.ones((3, 4, 4), np.float32))], shading=0.0
        )
        soft, hard = (one.wear(one.designs()[0]).pixels[:, 16, 40] for one in (fitting, full))
        assert soft == pytest.approx((photo.pixels[:, 16, 40] + hard) / 2, abs=0.02)

    def test_transparent_patterns_show_the_cloth(self, photo: Picture, mask: Pixels) -> None:
        pattern = Picture(np.ones((3, 8, 8), np.float32), np.zeros((8, 8), np.float32))
        fitting = prepare_garment(photo, mask, [pattern])
        assert np.array_equal(fitting.wear(fitting.designs()[0]).pixels, photo.pixels)


class TestCommand:
    @pytest.fixture
    def folder(self, tmp_path: Path, photo: Picture, mask: Pixels) -> Path:
        pictures.write(photo, tmp_path / "photo.png")
        Image.fromarray((mask * 255).round().astype(np.uint8)).save(tmp_path / "mask.png")
        return tmp_path

    @pytest.mark.parametrize(
        "options",
        [
            ("--pattern", "house:weave", "--angle", "30", "--hue", "90", "--printed"),
            ("--style", "house:waves", *NETWORK),
            (
                "--pattern", "house:weave", "--pattern", "house:waves", "--variations", "5", "--cell", "64",
                "--corners", "16,16 80,30 80,60 16,80",
            ),
        ],
    )  # fmt: skip
    def test_redo_makes_the_same(self, folder: Path, options: tuple[str, ...]) -> None:
        pinxit("wear", "photo.png", "--mask", "mask.png", *options, "-o", "worn.png", folder=folder)
        pinxit("redo", "worn.png", "-o", "again.png", folder=folder)
        assert (folder / "again.png").read_bytes() == (folder / "worn.png").read_bytes()
        shown = json.loads(pictures.read_recipe(folder / "worn.png") or "")
        assert shown["work"] == "wear"
        assert str(folder) not in json.dumps(shown)

    @pytest.mark.parametrize(
        ("options", "sentence"),
        [
            (("--mask", "mask.png"), "--pattern"),
            (("--mask", "mask.png", "--pattern", "house:weave", "--style", "house:waves"), "either"),
            (("--mask", "black.png", "--pattern", "house:weave"), "is black"),
            (("--mask", "wide.png", "--pattern", "house:weave"), "shape"),
            (("--mask", "none.png", "--pattern", "house:weave"), "none.png"),
            (("--mask", "mask.png", "--pattern", "house:weave", "--scale", "0"), "scale"),
            (("--mask", "mask.png", "--pattern", "house:weave", "--scale", "nan"), "scale"),
            (("--mask", "mask.png", "--pattern", "house:weave", "--corners", "1,2 3"), "--corners"),
            (("--mask", "mask.png", "--pattern", "house:weave", "--size", "64"), "--size"),
            (("--mask", "mask.png", "--style", "house:waves", "--angle", "5"), "--angle"),
            (("--mask", "mask.png", "--pattern", "house:weave", "--pattern", "house:ink"), "--variations"),
        ],
    )
    def test_bad_input_is_one_sentence(self, folder: Path, options: tuple[str, ...], sentence: str) -> None:
        Image.new("L", (SIDE, SIDE)).save(folder / "black.png")
        Image.new("L", (SIDE, 30), 255).save(folder / "wide.png")
        before = sorted(path.name for path in folder.iterdir())
        done = complaint(folder, options)
        assert sentence in done
        assert sorted(path.name for path in folder.iterdir()) == before


def complaint(folder: Path, options: tuple[str, ...]) -> str:
    """The command's complaint, without the time that a process takes to start."""
    from typer.testing import CliRunner

    from pinxit.cli.wear import app

    result = CliRunner().invoke(
        app, [str(folder / "photo.png"), *_placed(folder, options), "-o", str(folder / "o.png")]
    )
    assert isinstance(result.exception, PinxitError), result.output
    return str(result.exception)


def _placed(folder: Path, options: tuple[str, ...]) -> list[str]:
    return [str(folder / one) if one.endswith(".png") else one for one in options]


def test_recipe_of_anybody_is_checked() -> None:
    for text in ("{}", '{"work": "wear", "scale": 1e999}', '{"work": "wear", "unknown": 1}'):
        with pytest.raises(PinxitError):
            GarmentRecipe.from_json(text)


def test_the_keywords_are_fields_of_the_recipe() -> None:
    given = {"work", "schema_version", "pinxit", "photo", "mask", "patterns", "styles", "settings", "done"}
    assert GarmentOptions.__annotations__.keys() == GarmentRecipe.model_fields.keys() - given
