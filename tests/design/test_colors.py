"""Colours by perception, contrasts by WCAG, and schemes whose every text can be read."""

from __future__ import annotations

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given, settings

from pinxit import image as pictures
from pinxit import styles
from pinxit.design.colors import CONTROL, TEXT, Color, color, contrast, reaching
from pinxit.design.legible import toned
from pinxit.design.palette import Swatch, palette
from pinxit.design.roles import FILLED, scheme, text_pairs
from pinxit.image import Picture

BLACK, WHITE = Color(0, 0, 0), Color(255, 255, 255)
colors = st.builds(Color, *[st.integers(0, 255)] * 3)


def test_contrast_of_known_pairs() -> None:
    assert contrast(BLACK, WHITE) == pytest.approx(21)
    assert contrast(Color(0x76, 0x76, 0x76), WHITE) == pytest.approx(4.54, abs=0.01)


@given(st.floats(0.1, 1), st.floats(0, 0.4), st.floats(0, 360))
def test_out_of_gamut_loses_chroma_not_lightness(lightness: float, chroma: float, hue: float) -> None:
    found = color(lightness, chroma, hue).lch
    assert found[0] == pytest.approx(lightness, abs=0.02)
    assert found[1] <= chroma + 0.02


@given(st.floats(0, 1), st.floats(0, 0.3), st.floats(0, 360), st.booleans())
@settings(max_examples=40)
def test_reaching_reaches(lightness: float, chroma: float, hue: float, darker: bool) -> None:
    ground = WHITE if darker else BLACK
    assert contrast(reaching((lightness, chroma, hue), [ground], TEXT, darker), ground) >= TEXT


@pytest.mark.slow(reason="tries many colour schemes")
@given(st.lists(st.tuples(colors, st.floats(0.001, 1)), min_size=1, max_size=8))
@settings(max_examples=60)
def test_every_text_of_every_scheme_can_be_read(found: list[tuple[Color, float]]) -> None:
    made = scheme([Swatch(one, share) for one, share in found])
    for mode in made.modes.values():
        for text, ground in text_pairs():
            assert contrast(mode[text], mode[ground]) >= TEXT, (text, ground, mode[text], mode[ground])
        for role in (*FILLED, "outline"):
            for ground in ("background", "surface"):
                assert contrast(mode[role], mode[ground]) >= CONTROL, (role, ground)
        assert {role for pair in text_pairs() for role in pair} <= set(mode)


@given(st.lists(colors, min_size=1, max_size=8))
@settings(max_examples=30)
def test_meanings_stay_recognisable(found: list[Color]) -> None:
    """Green stays green, amber amber, red red, whatever the painting; eight bits and dark text move a hue a little."""
    made = scheme([Swatch(one, 1 / len(found)) for one in found])
    for mode in made.modes.values():
        for role, hue in {"success": 148, "warning": 75, "danger": 26}.items():
            for name in (role, f"{role}-text"):
                _, chroma, is_hue = mode[name].lch
                assert abs((is_hue - hue + 180) % 360 - 180) < 17, (name, mode[name])
                assert chroma > 0.06, (name, mode[name])


def test_light_is_light_and_dark_is_dark() -> None:
    made = scheme(palette([styles.draw("swirl", 96)]))
    assert made.light["background"].luminance > 0.85
    assert made.dark["background"].luminance < 0.03


class TestPalette:
    def test_finds_what_is_there(self) -> None:
        pixels = np.full((3, 60, 60), 0.9, np.float32)
        pixels[:, :20] = np.array([0.1, 0.2, 0.5], np.float32)[:, None, None]
        pixels[:, 50:, :6] = np.array([0.9, 0.2, 0.1], np.float32)[:, None, None]
        found = palette([Picture(pixels)])
        assert sum(one.share for one in found) == pytest.approx(1)
        assert found[0].color == Color(230, 230, 230)
        for wanted in (Color(26, 51, 128), Color(230, 51, 26)):
            assert any(np.abs(np.subtract(one.color.components, wanted.components)).max() < 0.02 for one in found)

    def test_is_the_same_every_time(self) -> None:
        assert palette([styles.draw("facets", 64)]) == palette([styles.draw("facets", 64)])

    @pytest.mark.parametrize("value", [0.0, 0.5, 1.0])
    def test_of_one_color_still_makes_a_scheme(self, value: float) -> None:
        found = palette([Picture(np.full((3, 20, 20), value, np.float32))])
        assert len(found) == 1
        made = scheme(found)
        assert made.light["primary"] != made.light["accent"]

    def test_transparent_parts_do_not_count(self) -> None:
        pixels = np.zeros((3, 10, 10), np.float32)
        pixels[0] = 1
        pixels[2, :, 5:] = 1
        alpha = np.ones((10, 10), np.float32)
        alpha[:, 5:] = 0
        assert [one.color for one in palette([Picture(pixels, alpha)])] == [Color(255, 0, 0)]

    def test_shares_of_pictures(self) -> None:
        red, blue = (Picture(np.zeros((3, 8, 8), np.float32)) for _ in range(2))
        red.pixels[0], blue.pixels[2] = 1, 1
        found = palette([red, blue], [3, 1])
        assert [(one.color.hex, round(one.share, 2)) for one in found] == [("#ff0000", 0.75), ("#0000ff", 0.25)]


def test_toned_surfaces_have_the_contrast_everywhere_and_keep_relief() -> None:
    painted = pictures.fit(pictures.sample("coffee"), 96).pixels
    fill = Color(40, 70, 120)
    made = toned(painted, fill, [WHITE], TEXT, 0.6)
    assert made.std() > 0.02, "the relief is still there"
    levels = np.unique((made * 255).round().astype(int).reshape(3, -1).T, axis=0)
    assert min(contrast(Color(*(int(number) for number in one)), WHITE) for one in levels) >= TEXT
