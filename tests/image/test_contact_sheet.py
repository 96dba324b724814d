"""Labels of a contact sheet: they fit, and are found soon, whatever they say."""

from __future__ import annotations

import time

import numpy as np
import pytest

from pinxit import styles
from pinxit.errors import printable
from pinxit.image import Picture
from pinxit.image.contact_sheet import _label, contact_sheet


@pytest.mark.parametrize(
    "name",
    [
        "x" * 1_000_000,
        "i" * 1_000_000,
        "漢" * 300_000,
        "🎨" * 250_000,
        "👩\u200d🎨" * 100_000,
        "e\u0301" * 300_000,
        "two\nlines\r\n\tand more " * 20_000,
        "\u202e\x1b[31m" * 100_000,
        "\n",
        "",
    ],
)
@pytest.mark.parametrize("width", [24, 256])
def test_a_label_fits_and_is_found_soon(name: str, width: int) -> None:
    begin = time.process_time()
    text, font = _label(name, max(12, width // 9) * 0.7, width)
    assert time.process_time() - begin < 1
    assert font.getlength(text) <= width
    assert printable(text) == text
    assert ("…" in text) == (len(name) > 1000)


def test_a_label_keeps_as_much_as_fits() -> None:
    name = "a style with a very long name, the middle of which nobody misses.jpg" * 2
    text, font = _label(name, 18, 256)
    head, _, tail = text.partition("…")
    assert name.startswith(head)
    assert name.endswith(tail)
    assert 0 <= len(head) - len(tail) <= 1
    longer = f"{name[: len(tail) + 1]}…{name[len(name) - len(head) :]}"
    assert font.getlength(text) <= 256 < font.getlength(longer)
    assert _label("house:swirl", 18, 256)[0] == "house:swirl"


def test_a_sheet_takes_names_of_several_lines() -> None:
    picture = Picture(np.zeros((3, 8, 8), np.float32))
    assert contact_sheet([("one\ntwo", picture), ("three", picture)], 64).width == 2 * 64 + 3 * 4


@pytest.mark.parametrize("name", ["strength 0.25, stroke 0.5", "a name as long as files have when nobody minds.jpg"])
def test_names_keep_to_their_cells(name: str) -> None:
    cells = [(name, styles.draw("swirl", 96))] * 2
    pixels = contact_sheet(cells, 96).pixels
    assert pixels[:, :, 100:104].std(axis=(1, 2)).max() < 1e-6, "nothing is written between the two"
    assert pixels[:, 104:, 4:100].std() > 0.01, "but below them is"
