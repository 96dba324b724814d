from __future__ import annotations

import pytest
import torch

from pinxit.encoder import weights as stored
from pinxit.encoder.border import cut
from pinxit.encoder.tiles import divide
from pinxit.encoder.vgg import Encoder
from pinxit.image import Picture, resize, sample
from pinxit.image.wrap import NONE, WRAPS, Wrap
from pinxit.objective.hypercolumns import STEP, TAPS, grid_of, hypercolumns, on_grid, places
from tests.conftest import as_tensor

CHANNELS = (64, 128, 256, 256, 512)


def test_a_column_is_what_the_layers_see_there(encoder: Encoder, cat: Picture) -> None:
    """Means over cells of fine maps, the very values of coarser ones; the picture's ends have no column."""
    picture = as_tensor(resize(cat, 38, 45))
    (whole,) = divide(picture, 2**31, encoder.architecture, TAPS)
    maps = encoder(picture, TAPS)
    columns = hypercolumns(maps, whole)
    rows, across = grid_of(whole)
    assert (rows, across) == (8, 10)  # 32 × 40 px: 38 and 45 without what fills no 8 px
    assert [tuple(part.shape) for part in columns] == [(rows * across, channels) for channels in CHANNELS]
    row, column = 5, 7
    at = row * across + column
    for tap, expected in {
        "relu1_2": maps["relu1_2"][0, :, 4 * row : 4 * row + 4, 4 * column : 4 * column + 4].mean((1, 2)),
        "relu2_2": maps["relu2_2"][0, :, 2 * row : 2 * row + 2, 2 * column : 2 * column + 2].mean((1, 2)),
        "relu3_1": maps["relu3_1"][0, :, row, column],
        "relu3_3": maps["relu3_3"][0, :, row, column],
        "relu4_1": maps["relu4_1"][0, :, row // 2, column // 2],
    }.items():
        torch.testing.assert_close(columns[TAPS.index(tap)][at], expected)


@pytest.mark.parametrize(
    ("height", "width", "side", "wrap"),
    [
        (98, 40, 80, NONE),  # the last row of tiles is 2 px high: less than a column
        (32, 96, 80, WRAPS["x"]),
        (32, 128, 112, WRAPS["both"]),
    ],
)
def test_tiles_have_the_columns_of_the_whole(height: int, width: int, side: int, wrap: Wrap) -> None:
    exact = Encoder("vgg16", stored.load("vgg16"), dtype=torch.float64)
    picture = as_tensor(resize(sample("astronaut"), height, width))
    (whole,) = divide(picture, 2**31, "vgg16", TAPS, wrap)
    tiles = divide(picture, side, "vgg16", TAPS, wrap)
    assert len(tiles) > 1
    plane = torch.rand(1, 1, height, width, generator=torch.Generator().manual_seed(0))
    rows, across = grid_of(whole)
    expected = torch.cat(hypercolumns(exact(picture, TAPS, whole.border), whole), 1).reshape(rows, across, -1)
    expected_plane = on_grid(plane, whole).reshape(rows, across)
    met = torch.zeros(rows, across)
    for tile in tiles:
        place = tuple(
            slice(part.start // STEP, part.start // STEP + many)
            for part, many in zip(tile.inner, grid_of(tile), strict=True)
        )
        found = torch.cat(hypercolumns(exact(tile.see(picture), TAPS, tile.border), tile), 1)
        torch.testing.assert_close(found, expected[place].flatten(0, 1), rtol=1e-6, atol=1e-6)
        torch.testing.assert_close(on_grid(plane, tile), expected_plane[place].flatten())
        assert torch.equal(places(tile), torch.arange(rows * across).reshape(rows, across)[place].flatten())
        met[place] += 1
    assert (met == 1).all(), "each column belongs to one tile"


def test_a_plane_is_averaged_over_cells() -> None:
    plane = torch.arange(16.0 * 24).reshape(1, 1, 16, 24)
    (whole,) = divide(plane, 2**31, "vgg16", TAPS)
    assert float(on_grid(plane, whole)[0]) == float(plane[0, 0, :4, :4].mean())
    assert float(on_grid(plane, whole)[-1]) == float(cut(plane, (slice(12, 16), slice(20, 24))).mean())
