"""What networks are trained on: crops, the same ones for the same number."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from pinxit import image as pictures
from pinxit.image import Picture
from pinxit.network.training.dataset import LEAST_CONTRAST, PairDataset, read_folder


def red() -> Picture:
    """A painting in reds, with a fine pattern."""
    y, x = np.mgrid[:64, :96]
    pattern = 0.5 + 0.2 * np.sin(x / 3) * np.cos(y / 5)
    return Picture(np.stack([pattern + 0.3, 0.4 * pattern, 0.3 * pattern]).clip(0, 1).astype(np.float32))


def test_the_same_number_gives_the_same_batch(cat: Picture, coffee: Picture) -> None:
    dataset = PairDataset([cat, coffee], [red(), coffee], varied=True)
    one, again, other = dataset.batch(7, 32, 4), dataset.batch(7, 32, 4), dataset.batch(8, 32, 4)
    assert one.photographs.shape == one.paintings.shape == (4, 3, 32, 32)
    assert np.array_equal(one.photographs, again.photographs)
    assert np.array_equal(one.paintings, again.paintings)
    assert not np.array_equal(one.paintings, other.paintings)
    for pixels in (one.photographs, one.paintings):
        assert pixels.min() >= 0
        assert pixels.max() <= 1


def test_photographs_have_the_colours_of_their_paintings(cat: Picture) -> None:
    batch = PairDataset([cat], [red()], varied=False).batch(0, 32, 6)
    for photograph, painting in zip(batch.photographs, batch.paintings, strict=True):
        assert painting[0].mean() > 2 * painting[1].mean(), "its own colours"
        assert photograph.mean((1, 2)) == pytest.approx(painting.mean((1, 2)), abs=0.03)


def test_about_half_of_the_paintings_get_other_colours(cat: Picture) -> None:
    paintings = PairDataset([cat], [red()], varied=True).batch(0, 16, 60).paintings
    own = [painting for painting in paintings if painting[0].mean() > 2 * painting[1].mean()]
    assert 20 < len(own) < 50
    assert len({round(float(one[0].mean() - one[2].mean()), 2) for one in paintings}) > 15, "each in its own way"


def test_crops_of_one_colour_are_passed_over() -> None:
    """Half of the photograph is a plain wall, on which a crop would have nothing to paint."""
    pixels = np.full((3, 64, 256), 0.5, np.float32)
    pixels[:, :, 128:] += 0.3 * np.sin(np.arange(128) / 2).astype(np.float32)
    batch = PairDataset([Picture(pixels)], [red()], varied=False).batch(0, 24, 30)
    assert batch.photographs.std(axis=(2, 3)).max(axis=1).min() > LEAST_CONTRAST


def test_a_folder_is_read_with_its_subfolders_and_reduced(tmp_path: Path, cat: Picture) -> None:
    pictures.write(cat, tmp_path / "a" / "large.png")
    pictures.write(pictures.fit(cat, 30), tmp_path / "small.png")
    (tmp_path / "notes.txt").write_text("no picture")
    sizes = sorted(min(one.height, one.width) for one in read_folder(tmp_path, 40))
    assert sizes == [min(pictures.fit(cat, 30).height, 30), 40]
