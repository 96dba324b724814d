"""Conditioning: style images read at the right size, mixed by their shares, and interpolated."""

from __future__ import annotations

import numpy as np
import pytest

from pinxit import image as pictures
from pinxit import styles
from pinxit.image import Picture
from pinxit.network.conditioning import MOST_READ, PAINTED, EncodedStyles, read_at
from pinxit.network.style_code import MOST_TOKENS
from pinxit.network.weights import shipped
from pinxit.recipe.inputs import normalized_shares


def test_a_small_style_image_is_read_as_large_as_the_picture(coffee: Picture) -> None:
    sides = [
        max(one.height, one.width) for one in (read_at(pictures.fit(coffee, 90), size) for size in (60, 300, 1000))
    ]
    assert sides == [60, 300, PAINTED]
    large = pictures.fit(coffee, 700)
    assert [max(one.height, one.width) for one in (read_at(large, 500), read_at(large, 1000))] == [500, 700]


def test_a_mixture_lies_between_its_styles_by_their_shares(cat: Picture, coffee: Picture) -> None:
    read = EncodedStyles(shipped("fine"), [cat, coffee], 96)
    one, other = (read.mix(shares) for shares in ([1.0, 0.0], [0.0, 1.0]))
    mixed = read.mix(normalized_shares([3, 1]))
    numbers = [each.code.numbers for each in (one, other, mixed)]
    np.testing.assert_allclose(numbers[2], 0.75 * numbers[0] + 0.25 * numbers[1], atol=1e-5)
    # Every style's tokens count as much together as its share, however many they are.
    count = one.code.log_weights.size
    counted = np.exp(mixed.code.log_weights)
    assert counted[:count].sum() == pytest.approx(0.75)
    assert counted[count:].sum() == pytest.approx(0.25)
    np.testing.assert_array_equal(mixed.code.keys[..., :count], one.code.keys)
    np.testing.assert_array_equal(mixed.code.values[..., count:], other.code.values)
    np.testing.assert_allclose(mixed.colors.mean, 0.75 * one.colors.mean + 0.25 * other.colors.mean)


def test_conditioning_is_interpolated_from_one_to_another(cat: Picture, coffee: Picture) -> None:
    read = EncodedStyles(shipped("fine"), [cat, coffee], 96)
    one, other = (read.mix(shares).condition(cat.pixels, 1)[0] for shares in ([1.0, 0.0], [0.0, 1.0]))
    assert one.interpolate(other, 0).code is one.code
    assert one.interpolate(other, 1).code is other.code
    numbers = one.interpolate(other, 0.25).code.numbers
    np.testing.assert_allclose(numbers, 0.75 * one.code.numbers + 0.25 * other.code.numbers, atol=1e-5)
    assert one.interpolate(other, 0.5).own is one.own


def test_a_large_style_image_has_no_more_tokens_than_the_network_can_attend_to() -> None:
    encoded = EncodedStyles(shipped("fine"), [styles.draw("waves", MOST_READ)], MOST_READ)
    code = encoded.mix([1.0]).code
    assert MOST_TOKENS / 2 <= code.log_weights.size <= 1.1 * MOST_TOKENS
    assert np.exp(code.log_weights).sum() == pytest.approx(1)
