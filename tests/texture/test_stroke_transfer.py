"""Strokes of a style image are laid where a painting is empty, and nowhere else."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from pinxit.image import fit, sample
from pinxit.image.picture import Pixels
from pinxit.texture.stroke_transfer import _OPACITY, SMALLEST, Brushwork, find_strokes


def flat(height: int, width: int, value: float = 0.5) -> Pixels:
    return np.full((3, height, width), value, np.float32)


def stripes(height: int, width: int, value: float) -> Pixels:
    lines = 0.1 * np.sin(np.arange(width) * 2 * np.pi / 6)
    return np.broadcast_to(value + lines, (3, height, width)).astype(np.float32)


def detail(pixels: Pixels) -> float:
    return float(pixels.std())


def test_an_empty_painting_gets_the_detail_of_the_style() -> None:
    painting, style = flat(120, 160), stripes(96, 96, 0.5)
    strokes = find_strokes(painting, painting, Brushwork([style], [1]))
    assert strokes is not None
    laid = strokes.lay_on(painting)
    assert strokes.amount.min() > 0.99
    assert detail(laid) == pytest.approx(_OPACITY * detail(style), rel=0.15)
    assert abs(float(laid.mean()) - 0.5) < 0.01  # colours stay


def test_a_painting_with_detail_of_its_own_keeps_it() -> None:
    photograph = fit(sample("cat"), 160).pixels
    strokes = find_strokes(photograph, photograph, Brushwork([flat(96, 96)], [1]))
    assert strokes is not None
    assert np.abs(strokes.lay_on(photograph) - photograph).max() < 1e-3


def test_a_flat_style_brings_nothing_into_an_empty_painting() -> None:
    painting = flat(120, 160, 0.3)
    strokes = find_strokes(painting, painting, Brushwork([flat(96, 96, 0.8)], [1]))
    assert strokes is not None
    np.testing.assert_allclose(strokes.lay_on(painting), painting, atol=1e-5)


def test_strokes_come_from_where_the_style_looks_like_the_painting() -> None:
    style = np.concatenate([stripes(96, 96, 0.2), flat(96, 96, 0.8)], axis=2)
    painting = np.concatenate([flat(160, 96, 0.8), flat(160, 96, 0.2)], axis=1)
    strokes = find_strokes(painting, painting, Brushwork([style], [1]))
    assert strokes is not None
    laid = strokes.lay_on(painting)
    assert detail(laid[:, :112]) < 0.005  # the bright half stays empty
    assert detail(laid[:, 208:]) > 0.04


def test_a_style_image_and_itself_match_piece_by_piece() -> None:
    picture = fit(sample("coffee"), 192).pixels
    strokes = find_strokes(picture, picture, Brushwork([picture], [1]))
    assert strokes is not None
    assert (strokes.pieces == np.indices(strokes.pieces.shape[1:])).mean() > 0.95


def test_an_enlarged_painting_gets_strokes_as_sharp_as_the_larger_style() -> None:
    small, large = fit(sample("coffee"), 128).pixels, fit(sample("coffee"), 256).pixels
    painting = flat(96, 128)
    strokes = find_strokes(painting, painting, Brushwork([small], [1], [large[:, : 2 * small.shape[1], :256]]))
    again = find_strokes(painting, painting, Brushwork([small], [1]))
    assert strokes is not None
    assert again is not None

    def finest(pixels: Pixels) -> float:
        return float(np.abs(np.diff(pixels, axis=2)).mean())

    assert finest(strokes.lay_on(flat(192, 256))) > 1.2 * finest(again.lay_on(flat(192, 256)))


def test_no_piece_is_repeated_side_by_side() -> None:
    painting = flat(192, 256)
    strokes = find_strokes(painting, painting, Brushwork([fit(sample("coffee"), 192).pixels], [1]))
    assert strokes is not None
    pieces = strokes.pieces
    same = [(np.diff(pieces, axis=axis) == 0).all(axis=0).mean() for axis in (1, 2)]
    assert max(same) < 0.02


def test_the_larger_share_lends_more_strokes() -> None:
    upright = stripes(96, 96, 0.5)
    lying, painting = upright.transpose(0, 2, 1), flat(96, 96)

    def lent(shares: tuple[float, float]) -> float:
        strokes = find_strokes(painting, painting, Brushwork([upright, lying], shares))
        assert strokes is not None
        return float((strokes.pieces[0] < 12).mean())

    assert lent((9, 1)) > 0.9
    assert lent((1, 9)) < 0.1


def test_pictures_too_small_to_be_matched_get_no_strokes() -> None:
    small, large = flat(SMALLEST - 1, 60), flat(60, 60)
    assert find_strokes(small, small, Brushwork([large], [1])) is None
    assert find_strokes(large, large, Brushwork([small], [1])) is None
    assert find_strokes(large[:, :SMALLEST], large[:, :SMALLEST], Brushwork([large], [1])) is not None


def test_no_piece_is_repeated_nearby() -> None:
    style = 0.5 + 0.05 * np.random.default_rng(0).standard_normal((3, 160, 200)).astype(np.float32)
    strokes = find_strokes(flat(160, 240), flat(160, 240), Brushwork([style], [1]))
    assert strokes is not None
    pieces = strokes.pieces
    for row, column in itertools.product(range(7), repeat=2):
        same = (pieces[:, row:, column:] == pieces[:, : len(pieces[0]) - row, : len(pieces[0][0]) - column]).all(0)
        assert (row, column) == (0, 0) or same.mean() < 0.2, (row, column)
