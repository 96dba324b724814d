"""What networks are trained on: crops, the same ones for the same number."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from pinxit import image as pictures
from pinxit.image import Picture
from pinxit.network.conditioning import PAINTED, read_at
from pinxit.network.training.dataset import LEAST_CONTRAST, SIZES, StyleDataset, read_folder


def red() -> Picture:
    """A painting in reds, with a fine pattern."""
    y, x = np.mgrid[:64, :96]
    pattern = 0.5 + 0.2 * np.sin(x / 3) * np.cos(y / 5)
    return Picture(np.stack([pattern + 0.3, 0.4 * pattern, 0.3 * pattern]).clip(0, 1).astype(np.float32))


def test_the_same_number_gives_the_same_batch(cat: Picture, coffee: Picture) -> None:
    dataset = StyleDataset([cat, coffee], [red(), coffee], varied=True)
    one, again, other = dataset.batch(7, 32, 4), dataset.batch(7, 32, 4), dataset.batch(8, 32, 4)
    assert one.photographs.shape == (4, 3, 32, 32)
    assert np.array_equal(one.photographs, again.photographs)
    assert np.array_equal(one.paintings, again.paintings)
    assert not np.array_equal(one.photographs, other.photographs)
    for pixels in (one.photographs, one.paintings):
        assert pixels.min() >= 0
        assert pixels.max() <= 1


def test_photographs_have_the_colours_of_their_style_image(cat: Picture) -> None:
    batch = StyleDataset([cat], [red()], varied=False).batch(0, 48, 60)
    (painting,) = batch.paintings
    assert painting[0].mean() > 2 * painting[1].mean(), "its own colours"
    # A photograph is mapped as a whole, so a crop's mean may differ, but all crops together are much like it.
    assert batch.photographs.mean((0, 2, 3)) == pytest.approx(painting.mean((1, 2)), abs=0.06)


def test_a_style_image_is_whole_and_read_as_it_is_for_a_picture() -> None:
    batches = [StyleDataset([red()], [red()], varied=False).batch(number, 32, 1) for number in range(12)]
    wanted = {size: read_at(red(), size).pixels for size in SIZES}
    for batch in batches:
        assert np.abs(batch.paintings[0] - wanted[batch.paintings.shape[3]]).max() < 1 / 200
    assert {batch.paintings.shape[3] for batch in batches} == {one.shape[2] for one in wanted.values()}


def test_small_style_images_of_many_are_also_read_at_their_own_size(cat: Picture) -> None:
    dataset = StyleDataset([cat], [red()], varied=True)
    assert {dataset.batch(number, 32, 1).paintings.shape[3] for number in range(12)} == {red().width, PAINTED}


def test_about_half_of_the_style_images_get_other_colours(cat: Picture) -> None:
    dataset = StyleDataset([cat], [red()], varied=True)
    paintings = [dataset.batch(number, 16, 1).paintings[0] for number in range(60)]
    own = [painting for painting in paintings if painting[0].mean() > 2 * painting[1].mean()]
    assert 20 < len(own) < 50
    assert len({round(float(one[0].mean() - one[2].mean()), 2) for one in paintings}) > 15, "each in its own way"


def test_crops_of_one_colour_are_passed_over() -> None:
    """Half of the photograph is a plain wall, on which a crop would have nothing to paint."""
    pixels = np.full((3, 64, 256), 0.5, np.float32)
    pixels[:, :, 128:] += 0.3 * np.sin(np.arange(128) / 2).astype(np.float32)
    batch = StyleDataset([Picture(pixels)], [red()], varied=False).batch(0, 24, 30)
    assert batch.photographs.std(axis=(2, 3)).max(axis=1).min() > LEAST_CONTRAST


def test_a_folder_is_read_with_its_subfolders_and_reduced(tmp_path: Path, cat: Picture) -> None:
    pictures.write(cat, tmp_path / "a" / "large.png")
    pictures.write(pictures.fit(cat, 30), tmp_path / "small.png")
    (tmp_path / "notes.txt").write_text("no picture")
    sizes = sorted(min(one.height, one.width) for one in read_folder(tmp_path, 40))
    assert sizes == [min(pictures.fit(cat, 30).height, 30), 40]
