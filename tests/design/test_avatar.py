"""Avatars: cut out, painted, of the sizes asked for, made again by their recipes; nobody where there is nobody."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import PIL.Image
import pytest

from pinxit import image as pictures
from pinxit.design.avatar import cut_out
from pinxit.errors import PinxitError
from pinxit.faces import find
from tests.command_line import pinxit

LINE = ("-s", "house:swirl", "--network", "live", "--size", "256")


@pytest.mark.slow(reason="paints twice, and looks for faces four times")
@pytest.mark.usefixtures("own_cache")
def test_sizes_transparency_and_redo(tmp_path: Path) -> None:
    pictures.write(pictures.sample("astronaut"), tmp_path / "photo.png")
    pinxit("avatar", "photo.png", *LINE, "--sides", "64,200", "-o", "a.png", folder=tmp_path)
    large, small = (pictures.read(tmp_path / f"a-{side}.png") for side in (200, 64))
    assert (large.height, large.width, small.height, small.width) == (200, 200, 64, 64)
    assert large.alpha is not None
    assert large.alpha[:20, :20].max() == 0
    assert large.alpha[100:120, 90:110].min() == 1
    assert find(large), "a face that is still one"
    pinxit("redo", "a-200.png", "-o", "again.png", folder=tmp_path)
    once, again = (np.asarray(PIL.Image.open(tmp_path / name)) for name in ("a-200.png", "again.png"))
    assert np.array_equal(once, again)


def test_the_face_is_in_the_middle() -> None:
    photo = pictures.sample("astronaut")
    cut = cut_out(photo, "photo")
    assert cut.alpha is not None
    (face, *_) = find(cut)
    assert abs((face.box[0] + face.box[2]) / 2 - 0.5) < 0.1
    assert 0.2 < face.box[3] - face.box[1] < 0.6
    hidden = cut.alpha == 0
    assert hidden.mean() > 0.1


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (("sample:coffee",), "there is no face in sample:coffee"),
        (("sample:astronaut", "--sides", "5"), "--sides takes 16 to"),
        (("sample:astronaut", "--sides", "big"), "--sides takes"),
        (("sample:astronaut", "-o", "a.jpg"), "cannot hold transparency"),
    ],
)
def test_errors_are_one_sentence(tmp_path: Path, options: tuple[str, ...], sentence: str) -> None:
    done = pinxit("avatar", *LINE, *options, folder=tmp_path, check=2)
    assert sentence in done.stderr
    assert not list(tmp_path.iterdir())


def test_a_transparent_photograph_stays_transparent() -> None:
    photo = pictures.sample("astronaut")
    alpha = np.ones((photo.height, photo.width), np.float32)
    alpha[:, :220] = 0
    cut = cut_out(pictures.Picture(photo.pixels, alpha), "photo")
    assert cut.alpha is not None
    assert cut.alpha[:, : cut.width // 4].max() == 0


def test_a_small_picture_without_a_face() -> None:
    with pytest.raises(PinxitError, match="no face in grey"):
        cut_out(pictures.Picture(np.full((3, 40, 30), 0.5, np.float32)), "grey")
