"""Lookup tables: what they do to colours, their files, and what FFmpeg makes of these."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from pinxit import image as pictures
from pinxit.errors import PinxitError
from pinxit.texture.lookup_table import SIDE, LookupTable, from_cube, grid, to_cube


def bent(side: int = SIDE) -> LookupTable:
    """A table that is no plane anywhere, with a tint and an exchange of channels."""
    red, green, blue = np.moveaxis(grid(side), -1, 0)
    return LookupTable(np.stack([red**0.7, 0.1 + 0.8 * green * (0.5 + 0.5 * blue), blue**1.5], axis=-1))


def colors(count: int = 20_000) -> np.ndarray:
    return np.random.default_rng(0).random((3, count), dtype=np.float32)


@pytest.mark.parametrize("side", [2, 17, SIDE])
def test_the_grid_changes_nothing(side: int) -> None:
    pixels = colors().reshape(3, 100, 200)
    np.testing.assert_allclose(LookupTable(grid(side)).apply(pixels), pixels, atol=1e-6)


def test_entries_are_met_exactly() -> None:
    table = bent(9)
    mapped = table.apply(np.ascontiguousarray(np.moveaxis(grid(9), -1, 0)))
    np.testing.assert_allclose(np.moveaxis(mapped, 0, -1), table.entries, atol=1e-6)


def test_between_entries_it_is_continuous() -> None:
    table, here = bent(5), colors()
    step = 1e-3
    there = (here + step).clip(0, 1)
    assert np.abs(table.apply(there) - table.apply(here)).max() < 12 * step


def test_what_is_written_is_read_again() -> None:
    table = bent()
    again = from_cube(to_cube(table, 'a "look"\n').encode(), "look.cube")
    np.testing.assert_allclose(again.entries, table.entries, atol=6e-7)


def test_red_changes_fastest() -> None:
    rows = [line for line in to_cube(LookupTable(grid(2)), "x").splitlines() if line[0].isdigit()]
    assert rows[:3] == ["0.000000 0.000000 0.000000", "1.000000 0.000000 0.000000", "0.000000 1.000000 0.000000"]


def test_a_file_of_another_program_is_read() -> None:
    """With comments, tabs, exponents, other ends of lines, a domain and no title."""
    text = "# by hand\r\nLUT_3D_SIZE\t2\r\nDOMAIN_MIN 0 0 0\r\nDOMAIN_MAX 1.0 1 1\r\n\r\n" + "".join(
        f"{red}e0 {green}\t{blue}.0\r\n" for blue in (0, 1) for green in (0, 1) for red in (0, 1)
    )
    np.testing.assert_array_equal(from_cube(text.encode(), "x.cube").entries, grid(2))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is not a .cube file"),
        ("\x89PNG\r\n", "is not a .cube file"),
        ("LUT_1D_SIZE 4\n", "holds curves"),
        ("LUT_3D_SIZE 2\n0 0 0\n", "it has 1 colours, not 8"),
        ("LUT_3D_SIZE 400\n", "400 entries a side"),
        ("LUT_3D_SIZE 2\nDOMAIN_MAX 4 4 4\n" + "0 0 0\n" * 8, "outside 0 to 1"),
        ("LUT_3D_SIZE 2\n" + "1e999 0 0\n" * 8, "too large"),
    ],
)
def test_other_files_are_refused_in_one_sentence(text: str, message: str) -> None:
    with pytest.raises(PinxitError, match=message):
        from_cube(text.encode("latin-1"), "x.cube")


def test_ffmpeg_makes_the_same_of_the_file(tmp_path: Path) -> None:
    """The filter lut3d of the FFmpeg that PyAV carries, with its own default interpolation, on a real photograph."""
    av = pytest.importorskip("av")
    table = bent()
    file = tmp_path / "look.cube"
    file.write_text(to_cube(table, "look"))
    photo = pictures.fit(pictures.sample("coffee"), 320)
    graph = av.filter.Graph()
    source = graph.add_buffer(width=photo.width, height=photo.height, format="rgb48le", time_base="1/25")
    lut, sink = graph.add("lut3d", f"file={file}"), graph.add("buffersink")
    source.link_to(lut)
    lut.link_to(sink)
    graph.configure()
    frame = av.VideoFrame.from_ndarray(pictures.to_array(photo, np.uint16), format="rgb48le")
    frame.pts = 0
    graph.push(frame)
    theirs = graph.pull().to_ndarray(format="rgb48le").astype(np.float32).transpose(2, 0, 1) / 65535
    np.testing.assert_allclose(theirs, table.apply(photo.pixels), atol=2 / 65535)
    assert np.abs(theirs - photo.pixels).max() > 0.1
