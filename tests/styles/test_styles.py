from __future__ import annotations

import functools
import importlib
import itertools
import multiprocessing
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor

import numpy as np
import pytest
from numpy.typing import NDArray

from pinxit import styles
from pinxit.errors import PinxitError
from pinxit.image import Picture
from pinxit.image.colorspaces import colors_to_oklab
from pinxit.image.contact_sheet import contact_sheet
from pinxit.styles.grid import Grid
from pinxit.styles.palette import Palette

Floats = NDArray[np.floating]
Elsewhere = dict[str, dict[str, Future[Picture]]]

SIDE, WIDE = 384, 416
GREENS = ("#021a05", "#0a5c1a", "#2fae4a", "#b6f0c0")


@functools.cache
def drawn(name: str) -> Picture:
    """A style as it comes, drawn once for all tests that look at it."""
    return styles.draw(name, (SIDE, WIDE))


@functools.cache
def in_greens(name: str) -> Picture:
    """The same style from another seed and in another palette."""
    return styles.draw(name, (SIDE, WIDE), seed=1, palette=GREENS)


@pytest.fixture(scope="module", autouse=True)
def elsewhere() -> Iterator[Elsewhere]:
    """What another process draws meanwhile: all styles in greens once more, and all a quarter larger."""
    pool = ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn"))
    again = {name: pool.submit(styles.draw, name, (SIDE, WIDE), 1, GREENS) for name in styles.names()}
    larger = {name: pool.submit(styles.draw, name, (SIDE * 5 // 4, WIDE * 5 // 4)) for name in styles.names()}
    yield {"again": again, "larger": larger}
    pool.shutdown(cancel_futures=True)


def reduced(pixels: Floats, factor: int) -> Floats:
    """Averaged over squares of `factor × factor`; what is left over at the right and below is dropped."""
    channels, height, width = pixels.shape[0], pixels.shape[1] // factor, pixels.shape[2] // factor
    whole = pixels[:, : height * factor, : width * factor]
    small: Floats = whole.reshape(channels, height, factor, width, factor).mean((2, 4))
    return small


def likeness(one: Floats, other: Floats) -> float:
    """Correlation of two pictures' pixels, 1 for the same."""
    return float(np.corrcoef(one.ravel(), other.ravel())[0, 1])


def is_rich(pixels: Floats) -> bool:
    """Texture nearly everywhere, strong in most places; lights and darks."""
    grey = pixels.mean(0)
    spread = grey.reshape(12, SIDE // 12, 13, WIDE // 13).std((1, 3))
    contrast = np.percentile(grey, 95) - np.percentile(grey, 5)
    return bool(np.median(spread) > 0.08 and (spread < 0.03).mean() < 0.03 and contrast > 0.4)


def manner(pixels: Floats) -> Floats:
    """Colours, and steps between neighbours, at four scales: what a picture is like wherever one looks."""
    numbers = []
    for factor in (1, 2, 4, 8):
        small = reduced(pixels, factor)
        steps = np.abs(np.diff(small, axis=2)[:, 1:]), np.abs(np.diff(small, axis=1)[:, :, 1:])
        maps = np.concatenate([small[:, 1:, 1:], *steps]).reshape(9, -1)
        numbers += [maps.mean(1), maps.std(1)]
    return np.concatenate(numbers)


def test_there_are_many_and_each_says_what_it_is() -> None:
    assert len(styles.names()) >= 14
    lines = [styles.describe(name) for name in styles.names()]
    assert len(set(lines)) == len(lines)
    assert not any("\n" in line for line in lines)


@pytest.mark.parametrize("name", styles.names())
class TestEach:
    def test_is_a_picture_of_any_shape(self, name: str) -> None:
        picture = drawn(name)
        assert picture.pixels.shape == (3, SIDE, WIDE)
        assert picture.pixels.dtype == np.float32
        assert picture.pixels.flags.c_contiguous
        assert 0 <= picture.pixels.min() <= picture.pixels.max() <= 1
        assert picture.alpha is None

    def test_is_rich(self, name: str) -> None:
        assert is_rich(drawn(name).pixels)

    def test_is_deterministic(self, name: str, elsewhere: Elsewhere) -> None:
        assert in_greens(name).pixels.tobytes() == elsewhere["again"][name].result().pixels.tobytes()

    def test_is_another_composition_from_another_seed(self, name: str) -> None:
        one, other = drawn(name).pixels.mean(0), in_greens(name).pixels.mean(0)
        assert likeness(one, other) < 0.8

    def test_is_the_same_composition_at_every_resolution(self, name: str, elsewhere: Elsewhere) -> None:
        small, large = reduced(drawn(name).pixels, 4), reduced(elsewhere["larger"][name].result().pixels, 5)
        # Measured: 0.986 and more; 0.92 and less where marks are counted by pixels.
        assert likeness(small, large) > 0.98
        assert np.abs(small.mean((1, 2)) - large.mean((1, 2))).max() < 0.03

    def test_takes_another_palette(self, name: str) -> None:
        # The green–red axis of OKLab: below 0 is green.
        greens, own = (
            colors_to_oklab(picture(name).pixels.transpose(1, 2, 0))[..., 1] for picture in (in_greens, drawn)
        )
        assert (greens < 0.01).mean() > 0.97
        assert greens.mean() < min(-0.03, own.mean())

    def test_has_its_own_palette_from_dark_to_light(self, name: str) -> None:
        manner_of = importlib.import_module(f"pinxit.styles.{name}")
        assert (np.diff(Palette(manner_of.PALETTE).lab[:, 0]) > 0).all()


def test_flat_and_merely_graded_pictures_are_not_rich() -> None:
    """What tells the styles from dull pictures does tell."""
    ramp = np.linspace(0, 1, WIDE, dtype=np.float32)
    assert not is_rich(np.full((3, SIDE, WIDE), 0.5, np.float32))
    assert not is_rich(np.broadcast_to(ramp, (3, SIDE, WIDE)))
    half_empty = drawn("mosaic").pixels.copy()
    half_empty[:, SIDE // 2 :] = 0.5
    assert not is_rich(half_empty)


def test_all_differ_in_manner_and_not_only_in_what_they_show() -> None:
    manners = {name: manner(drawn(name).pixels) for name in styles.names()}
    for one, other in itertools.combinations(manners, 2):
        assert np.linalg.norm(manners[one] - manners[other]) > 0.12, (one, other)


def test_a_manner_is_known_again_from_another_seed() -> None:
    for name in ("weave", "waves", "goldleaf"):
        other = manner(styles.draw(name, (SIDE, WIDE), seed=2).pixels)
        away = {each: float(np.linalg.norm(other - manner(drawn(each).pixels))) for each in styles.names()}
        assert min(away, key=away.__getitem__) == name


def test_a_very_large_one_is_still_the_same() -> None:
    """From 2048 px on, strokes are drawn in another way."""
    large, small = styles.draw("waves", 2048).pixels, styles.draw("waves", SIDE).pixels
    assert likeness(reduced(large, 16), reduced(small, 3)) > 0.97


@pytest.mark.parametrize("size", [16, (16, 200), (301, 77), (16, 16)])
def test_small_and_narrow_ones(size: int | tuple[int, int]) -> None:
    pixels = styles.draw("weave", size).pixels
    assert pixels.shape == (3, *((size, size) if isinstance(size, int) else size))
    assert pixels.flags.c_contiguous
    assert pixels.std() > 0.03


def test_a_long_strip_is_cut_from_the_middle_of_a_shorter_one() -> None:
    whole, strip = styles.draw("weave", (500, 2000)).pixels, styles.draw("weave", (20, 2000)).pixels
    assert np.array_equal(strip, whole[:, 240:260])


def test_sheet_shows_them_all_with_their_names(monkeypatch: pytest.MonkeyPatch) -> None:
    greys = {name: (number + 1) / 32 for number, name in enumerate(styles.names())}

    def plain(name: str, size: int) -> Picture:
        return Picture(np.full((3, size, size), greys[name], np.float32))

    monkeypatch.setattr(styles, "draw", plain)
    sheet = styles.sheet(60).pixels
    for grey in greys.values():
        cell = np.isclose(sheet[0], grey, atol=1 / 255) & np.isclose(sheet[2], grey, atol=1 / 255)
        assert cell.sum() >= 60 * 60
        rows, columns = np.nonzero(cell)
        below = sheet[:, rows.max() + 1 : rows.max() + 15, columns.min() : columns.max()]
        assert below.min() < 0.35 < 0.9 < below.max(), "dark letters on paper"
    assert contact_sheet([("one", plain("swirl", 40))] * 2, 40).width < 100


def test_the_sheet_is_there_before_and_after_it_was_used(monkeypatch: pytest.MonkeyPatch) -> None:
    """A module of the same name would take the function's place at its first use."""
    monkeypatch.setattr(styles, "draw", lambda name, size: Picture(np.zeros((3, size, size), np.float32)))
    styles.sheet(32)
    assert callable(styles.sheet)


def test_importing_styles_loads_nothing_heavy() -> None:
    heavy = {"numpy", "scipy", "skimage", "cv2", "PIL", "torch"}
    script = f"import sys, pinxit.styles as s; s.names(); s.describe('ink'); assert not {heavy} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", script], check=True)


def test_drawing_imports_no_torch() -> None:
    script = "import sys, pinxit.styles as s; s.draw('weave', 16); assert 'torch' not in sys.modules"
    subprocess.run([sys.executable, "-c", script], check=True)


@pytest.mark.parametrize("size", [15, 10_000, (20, 9), (64, 8193)])
def test_sizes_out_of_range(size: int | tuple[int, int]) -> None:
    with pytest.raises(PinxitError, match="from 16 to 8192"):
        styles.draw("swirl", size)


def test_a_seed_is_not_negative() -> None:
    with pytest.raises(PinxitError, match="0 or more"):
        styles.draw("swirl", 16, seed=-1)


def test_unknown_name_names_the_nearest_and_all() -> None:
    with pytest.raises(PinxitError, match=r"did you mean house:mosaic\?.*swirl, glass"):
        styles.draw("mosiac")
    with pytest.raises(PinxitError, match="choose one of swirl"):
        styles.describe("zzz")


@pytest.mark.parametrize(
    "palette", [[], ["#000000"], ["#000000", "red"], ["#000000", "#12345"], "#000000", ["#000000\n", "#ffffff"]]
)
def test_what_is_no_palette(palette: list[str]) -> None:
    with pytest.raises(PinxitError, match="#rrggbb"):
        styles.draw("weave", 32, palette=palette)


class TestPalette:
    OWN = ("#102030", "#606060", "#a0a0a0", "#f0e0d0")

    def test_own_colours_come_as_they_are(self) -> None:
        assert np.allclose(Palette(self.OWN)[0], np.array([0x10, 0x20, 0x30]) / 255, atol=1e-3)
        assert np.allclose(Palette(self.OWN)[3], np.array([0xF0, 0xE0, 0xD0]) / 255, atol=1e-3)

    def test_given_colours_are_ordered_by_lightness(self) -> None:
        given = Palette(self.OWN, ["#ffffff", "#400000", "#00aa00", "#0000ff"])
        assert np.allclose(given.lab, Palette(["#400000", "#0000ff", "#00aa00", "#ffffff"]).lab, atol=1e-6)

    @pytest.mark.parametrize("count", [2, 3, 7, 40])
    def test_there_are_always_as_many_as_its_own(self, count: int) -> None:
        given = [f"#{255 * k // (count - 1):02x}0000" for k in range(count)]
        lab = Palette(self.OWN, given).lab
        assert lab.shape == (4, 3)
        assert np.allclose(lab[[0, -1]], Palette([given[0], given[-1]]).lab, atol=1e-6)


class TestCloud:
    def test_has_mean_0_and_deviation_0_4(self) -> None:
        cloud = Grid(256, 384).cloud(np.random.default_rng(0), 0.01, octaves=3)
        assert abs(cloud.mean()) < 0.02
        assert abs(cloud.std() - 0.4) < 0.04

    def test_is_the_same_field_at_every_resolution(self) -> None:
        small, large = (Grid(side, side).cloud(np.random.default_rng(0), 0.1, octaves=2) for side in (64, 256))
        assert np.abs(large.reshape(64, 4, 64, 4).mean((1, 3)) - small).max() < 0.05
