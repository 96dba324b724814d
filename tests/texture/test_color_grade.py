"""The map of colours from one picture to others: identity, monotone lightness, no banding, greys and skins."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest

from pinxit import image as pictures
from pinxit.grading import sample_of, skins_in
from pinxit.image import Picture
from pinxit.image.colorspaces import srgb_to_oklab
from pinxit.styles import draw
from pinxit.texture.color_grade import fit_table, tone_curve
from pinxit.texture.lookup_table import LookupTable, grid

NAMES = ("astronaut", "coffee", "cat", "rocket")
PAIRS = [
    *permutations(NAMES, 2),
    *((name, "house:swirl") for name in NAMES),
    *((name, "house:goldleaf") for name in NAMES),
]


def picture(name: str) -> Picture:
    return (
        draw(name.removeprefix("house:"), 160)
        if name.startswith("house:")
        else pictures.fit(pictures.sample(name), 160)
    )


def table_between(content: Picture, style: Picture, strength: float = 1.0) -> LookupTable:
    return fit_table(sample_of(content), sample_of(style), strength)


@pytest.fixture(scope="module")
def tables() -> dict[tuple[str, str], LookupTable]:
    known = {name: picture(name) for pair in PAIRS for name in pair}
    return {(content, style): table_between(known[content], known[style]) for content, style in PAIRS}


LEVEL = 0.0035
"""The distance in OKLab between two neighbouring greys of eight bits."""


def bands(table: LookupTable, colors: np.ndarray) -> float:
    """The largest second difference of a gradient, in levels of grey as they look."""
    return float(np.linalg.norm(np.diff(srgb_to_oklab(table.apply(colors)), 2, axis=1)[:, 8:], axis=0).max() / LEVEL)


def ramp(first: tuple[float, float, float], last: tuple[float, float, float], count: int = 256) -> np.ndarray:
    """Colours from one to another, as an 8-bit gradient has them, `(3, count)`."""
    return np.linspace(first, last, count, dtype=np.float32).T


RAMPS = [
    ramp((0, 0, 0), (1, 1, 1)),
    ramp((0.15, 0.35, 0.6), (0.75, 0.88, 1)),  # a sky
    ramp((0.2, 0.05, 0), (1, 0.8, 0.6)),  # a skin
    ramp((0, 0.1, 0), (0.6, 1, 0.4)),
]


def test_at_strength_0_nothing_changes() -> None:
    table = table_between(picture("cat"), picture("house:swirl"), 0)
    np.testing.assert_allclose(table.entries, grid(), atol=2e-5)


def test_a_picture_graded_like_itself_stays_nearly_as_it_is() -> None:
    one = picture("coffee")
    assert np.abs(table_between(one, one).apply(one.pixels) - one.pixels).max() < 0.03


@pytest.mark.parametrize("pair", PAIRS)
def test_lightness_rises_with_lightness(pair: tuple[str, str], tables: dict[tuple[str, str], LookupTable]) -> None:
    for colors in RAMPS:
        lightness = srgb_to_oklab(tables[pair].apply(colors))[0]
        assert np.diff(lightness).min() > 0


@pytest.mark.parametrize("pair", PAIRS)
def test_lightness_depends_on_lightness_alone(
    pair: tuple[str, str], tables: dict[tuple[str, str], LookupTable]
) -> None:
    before = srgb_to_oklab(np.moveaxis(grid(), -1, 0).reshape(3, -1))[0]
    after = srgb_to_oklab(np.moveaxis(tables[pair].entries, -1, 0).reshape(3, -1))[0]
    order = np.argsort(before)
    assert np.diff(after[order]).min() > -LEVEL, "less than a level, where a colour meets the edge of sRGB"


@pytest.mark.parametrize("pair", PAIRS)
def test_gradients_get_no_bands(pair: tuple[str, str], tables: dict[tuple[str, str], LookupTable]) -> None:
    """No step of a gradient is much larger or smaller than its neighbours: a band begins where the slope jumps."""
    for colors in RAMPS:
        assert bands(tables[pair], colors) < 2


def test_that_measure_sees_a_band() -> None:
    coarse = LookupTable((grid() * 7).round() / np.float32(7))
    assert bands(coarse, RAMPS[0]) > 5


@pytest.mark.parametrize("name", NAMES)
def test_greys_stay_grey_where_the_style_is_grey(name: str) -> None:
    style = pictures.sample("coffee")
    gray = style.with_pixels(np.repeat(style.pixels.mean(axis=0, keepdims=True), 3, axis=0))
    neutral = picture(name).pixels.mean(axis=0, keepdims=True).repeat(3, axis=0)
    table = table_between(Picture(np.concatenate([neutral, picture(name).pixels], axis=2)), gray)
    chroma = np.hypot(*srgb_to_oklab(table.apply(RAMPS[0]))[1:])
    assert chroma.max() < 0.02


def test_a_colored_subject_is_no_reason_to_tint_greys() -> None:
    """Half the style is blue, half is grey: means and covariances would make the greys of the content blue."""
    gray = np.repeat(np.linspace(0.1, 0.9, 64, dtype=np.float32)[None, None], 3, axis=0).repeat(64, axis=1)
    blue = gray * np.array([0.3, 0.5, 1], np.float32)[:, None, None]
    table = table_between(Picture(gray), Picture(np.concatenate([gray, blue], axis=1)))
    assert np.hypot(*srgb_to_oklab(table.apply(RAMPS[0]))[1:]).max() < 0.03


def test_a_cast_is_transferred() -> None:
    photo = picture("coffee")
    gray = photo.with_pixels(np.repeat(photo.pixels.mean(axis=0, keepdims=True), 3, axis=0))
    balance = np.array([1, 0.85, 0.7], np.float32)
    warm = gray.with_pixels((gray.pixels * balance[:, None, None]).astype(np.float32))
    tint = srgb_to_oklab(table_between(gray, warm).apply(RAMPS[0]))[:, 100]
    wanted = srgb_to_oklab(RAMPS[0][:, 100] * np.array([1, 0.85, 0.7], np.float32))
    np.testing.assert_allclose(tint[1:], wanted[1:], atol=0.02)


def test_tones_come_nearer_to_the_style() -> None:
    dark, bright = picture("rocket"), picture("cat")
    bright = bright.with_pixels(np.asarray(0.5 + bright.pixels / 2, np.float32))
    graded = table_between(dark, bright).apply(dark.pixels)
    before, wanted, after = dark.pixels.mean(), bright.pixels.mean(), graded.mean()
    assert before + 0.4 * (wanted - before) < after < wanted + 0.05


def test_the_tone_curve_reaches_neither_black_nor_white_before_its_ends() -> None:
    for content, style in PAIRS[:4]:
        curve = tone_curve(sample_of(picture(content)), sample_of(picture(style)))
        assert np.diff(curve).min() > 0
        assert curve[0] > 0
        assert curve[-1] < 1


def test_hues_keep_their_order() -> None:
    """Twelve hues of a circle stay a circle: no two change places."""
    angle = np.linspace(0, 2 * np.pi, 12, endpoint=False)
    lab = np.stack([np.full(12, 0.7), 0.08 * np.cos(angle), 0.08 * np.sin(angle)])
    from pinxit.image.colorspaces import oklab_to_srgb

    table = table_between(picture("coffee"), picture("cat"))
    _, a, b = srgb_to_oklab(table.apply(oklab_to_srgb(lab)))
    hues = np.unwrap(np.arctan2(b - b.mean(), a - a.mean()))
    assert np.diff(hues).min() > 0


def test_skins_keep_their_color_as_far_as_is_wanted() -> None:
    person = pictures.fit(pictures.sample("astronaut"), 400)
    skins = skins_in(person)
    assert len(skins) == 1
    style = sample_of(draw("ink", 160))
    content = sample_of(person)
    moved = []
    for guard in (0.0, 0.6, 1.0):
        table = fit_table(content, style, 1.0, skins, guard)
        chroma = srgb_to_oklab(table.apply(np.asarray(face_color(person))))[1:]
        moved.append(float(np.hypot(*(chroma - srgb_to_oklab(face_color(person))[1:])).mean()))
    assert moved[0] > 0.03
    assert moved[1] < 0.7 * moved[0]
    assert moved[2] < 0.45 * moved[0]


def face_color(person: Picture) -> np.ndarray:
    """The colour of the astronaut's cheek, `(3, 1)`."""
    height, width = person.height, person.width
    cheek = person.pixels[:, int(0.24 * height) : int(0.26 * height), int(0.41 * width) : int(0.43 * width)]
    return np.asarray(cheek.reshape(3, -1).mean(axis=1, keepdims=True), np.float32)
