from __future__ import annotations

import itertools

import numpy as np
import pytest

from pinxit import picture as pictures
from pinxit import styles
from pinxit.errors import PinxitError
from pinxit.picture import Picture
from pinxit.styles.palette import Palette, from_oklab, to_oklab

SIDE = 192


@pytest.fixture(scope="module")
def drawn() -> dict[str, Picture]:
    return {name: styles.draw(name, SIDE) for name in styles.names()}


def test_there_are_many_and_each_says_what_it_is() -> None:
    assert len(styles.names()) >= 12
    assert len({styles.describe(name) for name in styles.names()}) == len(styles.names())


@pytest.mark.parametrize("name", styles.names())
class TestEach:
    def test_is_a_picture(self, drawn: dict[str, Picture], name: str) -> None:
        pixels = drawn[name].pixels
        assert pixels.shape == (3, SIDE, SIDE)
        assert pixels.dtype == np.float32
        assert pixels.flags.c_contiguous
        assert 0 <= pixels.min() <= pixels.max() <= 1

    def test_is_deterministic_and_follows_the_seed(self, drawn: dict[str, Picture], name: str) -> None:
        assert np.array_equal(styles.draw(name, SIDE).pixels, drawn[name].pixels)
        assert np.abs(styles.draw(name, SIDE, seed=1).pixels - drawn[name].pixels).mean() > 0.02

    def test_is_the_same_composition_at_every_resolution(self, drawn: dict[str, Picture], name: str) -> None:
        large = pictures.fit(styles.draw(name, 2 * SIDE), 48).pixels
        small = pictures.fit(drawn[name], 48).pixels
        other = pictures.fit(styles.draw(name, SIDE, seed=1), 48).pixels
        alike = np.corrcoef(large.ravel(), small.ravel())[0, 1]
        assert alike > 0.8
        assert alike > np.corrcoef(other.ravel(), small.ravel())[0, 1] + 0.1

    def test_has_texture_everywhere_and_several_colours(self, drawn: dict[str, Picture], name: str) -> None:
        pixels = drawn[name].pixels
        blocks = pixels.reshape(3, 8, SIDE // 8, 8, SIDE // 8)
        spread = blocks.std(axis=(2, 4)).mean(0)
        assert np.median(spread) > 0.03
        assert (spread < 0.008).mean() < 0.1, "no large empty areas"
        assert pixels.std() > 0.08

    def test_takes_another_palette(self, name: str) -> None:
        greens = styles.draw(name, 64, palette=["#021a05", "#0a5c1a", "#2fae4a", "#b6f0c0"]).pixels
        own = styles.draw(name, 64).pixels
        assert (greens[1] - greens[[0, 2]].mean(0)).mean() > (own[1] - own[[0, 2]].mean(0)).mean() + 0.02

    def test_need_not_be_square(self, name: str) -> None:
        assert styles.draw(name, (60, 110)).pixels.shape == (3, 60, 110)


def test_all_differ(drawn: dict[str, Picture]) -> None:
    """In what their neighbouring pixels do, whatever their colours."""

    def signature(picture: Picture) -> np.ndarray[tuple[int, ...], np.dtype[np.floating]]:
        grey = picture.pixels.mean(0)
        colors = np.concatenate([picture.pixels.mean((1, 2)), picture.pixels.std((1, 2))])
        steps = [np.abs(grey[:, step:] - grey[:, :-step]).mean() for step in (1, 2, 4, 8, 16)]
        return np.concatenate([colors, steps])

    signatures = {name: signature(picture) for name, picture in drawn.items()}
    for one, other in itertools.combinations(signatures, 2):
        assert np.abs(signatures[one] - signatures[other]).max() > 0.015, (one, other)


def test_sheet_shows_them_all() -> None:
    sheet = styles.sheet(64)
    assert sheet.width > 5 * 64
    assert sheet.height > 3 * 64


def test_the_sheet_is_there_before_and_after_it_was_used() -> None:
    """A module of the same name would take the function's place at its first use."""
    assert callable(styles.sheet)
    styles.sheet(32)
    assert callable(styles.sheet)


@pytest.mark.parametrize("size", [15, 10_000, (20, 9)])
def test_sizes_out_of_range(size: int | tuple[int, int]) -> None:
    with pytest.raises(PinxitError, match="from 16 to 8192"):
        styles.draw("swirl", size)


def test_unknown_name_names_the_nearest() -> None:
    with pytest.raises(PinxitError, match="did you mean house:mosaic"):
        styles.draw("mosiac")
    with pytest.raises(PinxitError, match="choose one of swirl"):
        styles.describe("zzz")


@pytest.mark.parametrize("palette", [["#000000"], ["#000000", "red"], ["#000000", "#12345"]])
def test_what_is_no_palette(palette: list[str]) -> None:
    with pytest.raises(PinxitError):
        styles.draw("swirl", 32, palette=palette)


def test_oklab_round_trip_and_its_published_values() -> None:
    colors = np.random.default_rng(0).random((100, 3))
    assert np.allclose(from_oklab(to_oklab(colors)), colors, atol=1e-6)
    # Ottosson's table, for white and for sRGB's red.
    assert np.allclose(to_oklab(np.array([1.0, 1, 1])), [1, 0, 0], atol=1e-3)
    assert np.allclose(to_oklab(np.array([1.0, 0, 0])), [0.62796, 0.22486, 0.12585], atol=1e-3)


def test_ramp_ends_at_the_palettes_ends() -> None:
    palette = Palette(["#102030", "#808080", "#f0e0d0"])
    assert np.allclose(palette.ramp(0.0), np.array([0x10, 0x20, 0x30]) / 255, atol=1e-3)
    assert np.allclose(palette.ramp(1.0), np.array([0xF0, 0xE0, 0xD0]) / 255, atol=1e-3)
