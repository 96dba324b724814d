"""`--engine network` from end to end."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors import safe_open
from safetensors.numpy import save_file

import pinxit
from pinxit import image as pictures
from pinxit.errors import PinxitError
from pinxit.image import Picture
from pinxit.network import weights
from pinxit.network.conditioning import PAINTED, EncodedStyles
from pinxit.network.detail import detail_of, make_detail_transfer
from pinxit.network.model import Network
from pinxit.network.training.dataset import to_bytes
from pinxit.network.weights import Shape
from pinxit.texture.color_transfer import apply_recoloring


def painted(content: Picture, style: Any, **options: Any) -> Picture:
    *_, last = pinxit.prepare(content, style, **{"preset": "instant", "size": 96, **options}).paint()
    return last.picture()


def test_another_style_is_another_picture(cat: Picture, coffee: Picture) -> None:
    one, other = painted(cat, coffee), painted(cat, "house:woodcut")
    for result in (one, other):
        assert result.pixels.shape == cat.pixels.shape
        assert float(np.abs(result.pixels - cat.pixels).mean()) > 0.03
    assert float(np.abs(one.pixels - other.pixels).mean()) > 0.03


def test_strength_leads_from_the_photograph_to_the_style(cat: Picture, coffee: Picture) -> None:
    distances = [
        float(np.abs(painted(cat, coffee, strength=strength).pixels - cat.pixels).mean())
        for strength in (0.0, 0.25, 0.5, 1.0)
    ]
    assert distances[0] < 1e-6
    assert distances == sorted(distances)


def test_a_large_picture_has_the_strokes_of_a_small_one_and_its_own_detail(coffee: Picture) -> None:
    photograph = pictures.fit(pictures.sample("motorcycle"), 700)
    large, small = (painted(photograph, coffee, size=size) for size in (700, PAINTED))
    halves = [pictures.resize(one, small.height // 2, small.width // 2).pixels for one in (large, small)]
    assert float(np.abs(halves[0] - halves[1]).mean()) < 0.02
    plain = pictures.resize(small, large.height, large.width)
    detail = [
        (one.pixels - pictures.resize(pictures.fit(one, PAINTED), large.height, large.width).pixels).ravel()
        for one in (photograph, plain, large)
    ]
    own = np.corrcoef(detail)[0]
    assert own[2] > own[1] + 0.1
    untouched = painted(photograph, coffee, size=700, strength=0)
    np.testing.assert_allclose(untouched.pixels, photograph.pixels, atol=1e-5)


def test_a_narrow_picture_is_painted_large_enough(cat: Picture, coffee: Picture) -> None:
    assert painted(pictures.resize(cat, 40, 1200), coffee, size=1200).pixels.shape == (3, 40, 1200)


def test_styles_mix(cat: Picture, coffee: Picture) -> None:
    woodcut = "house:woodcut"
    ends = [painted(cat, [coffee, woodcut], shares=shares).pixels for shares in ((1, 1e-6), (1e-6, 1))]
    middle = painted(cat, [coffee, woodcut], shares=(1, 1)).pixels
    np.testing.assert_allclose(ends[0], painted(cat, coffee).pixels, atol=1e-3)
    apart = float(np.abs(ends[0] - ends[1]).mean())
    assert all(float(np.abs(middle - end).mean()) < apart for end in ends)


def test_regions_have_styles_of_their_own_and_what_is_kept_stays(cat: Picture, coffee: Picture) -> None:
    left = np.zeros((3, *cat.pixels.shape[1:]), np.float32)
    left[:, :, :48] = 1
    mask = Picture(left)
    both = painted(cat, [pinxit.StyleImage(coffee, region=mask), "house:woodcut"])
    np.testing.assert_array_equal(both.pixels[:, :, :48], painted(cat, coffee).pixels[:, :, :48])
    np.testing.assert_array_equal(both.pixels[:, :, 48:], painted(cat, "house:woodcut").pixels[:, :, 48:])
    kept = painted(cat, coffee, keep=mask)
    np.testing.assert_array_equal(kept.pixels[:, :, :48], cat.pixels[:, :, :48])


def test_kept_colors_are_the_photographs(cat: Picture, coffee: Picture) -> None:
    from skimage.color import rgb2lab

    lab = [rgb2lab(np.moveaxis(one.pixels, 0, 2)) for one in (cat, painted(cat, coffee, color="keep"))]
    assert float(np.abs(lab[0][..., 1:] - lab[1][..., 1:]).mean()) < 2.5


def test_a_network_file_of_version_0_1_is_painted_with_its_detail_restored(
    cat: Picture, coffee: Picture, tmp_path: Path
) -> None:
    torch.manual_seed(0)
    network = Network(Shape((8, 12), blocks=1))
    path = tmp_path / "old.pinxit"
    weights.save(path, network.weights(network.state_dict(), {}, to_bytes(coffee)))
    with safe_open(path, framework="np") as file:
        tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - not a dict
        older = {name: file.metadata()[name] for name in ("card", "down", "blocks")}  # all that version 0.1 wrote
    save_file(tensors, path, older)
    assert weights.load(path).shape == Shape((8, 12), blocks=1)
    styles = EncodedStyles(weights.load(path), [coffee], max(cat.height, cat.width))
    conditioning, raw = styles.mix([1.0]).condition(cat.pixels, 1)
    strokes = apply_recoloring(raw, conditioning.statistics.correction)
    wanted, recolored = conditioning.statistics.wanted, conditioning.recolor(cat.pixels)
    expected, _ = make_detail_transfer(strokes, recolored, detail_of(styles.pictures[0]), wanted, 1)
    assert float(np.abs(expected.clip(0, 1) - strokes.clip(0, 1)).mean()) > 0.02
    np.testing.assert_allclose(painted(cat, str(path)).pixels, expected.clip(0, 1), atol=0.01)


def test_a_picture_too_small_is_refused_with_a_sentence(cat: Picture) -> None:
    with pytest.raises(PinxitError, match="16 px"):
        painted(cat, pictures.resize(cat, 8, 8))


def test_strokes_as_small_as_can_be_are_painted(cat: Picture, coffee: Picture) -> None:
    assert np.isfinite(painted(cat, coffee, style_scale=0.05).pixels).all()


def test_a_style_too_small_is_refused_with_a_sentence(cat: Picture, coffee: Picture) -> None:
    with pytest.raises(PinxitError, match="style image has 8×8 px"):
        painted(cat, pictures.resize(coffee, 8, 8))


def test_it_needs_no_torch_and_redo_makes_it_again(tmp_path: Path) -> None:
    script = (
        "import sys, pinxit\n"
        "pinxit.stylize('sample:cat', 'house:swirl', output='a.png', preset='instant', size=128)\n"
        "assert 'torch' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True, cwd=tmp_path)
    done = subprocess.run(
        [Path(sys.executable).with_name("pinxit"), "redo", "a.png", "-o", "b.png"],
        cwd=tmp_path, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    one, again = (pictures.read(tmp_path / name).pixels for name in ("a.png", "b.png"))
    np.testing.assert_array_equal(one, again)


def test_the_optimiser_starts_from_what_the_network_paints(cat: Picture, coffee: Picture) -> None:
    options: dict[str, Any] = {"size": 96, "coarsest": 96, "iterations": 1, "device": "cpu"}
    started = {
        init: list(pinxit.prepare(cat, coffee, init=init, **options).paint())[-1].picture()
        for init in ("content", "network")
    }
    network = painted(cat, coffee, size=96)
    far, near = (np.abs(started[init].pixels - network.pixels).mean() for init in ("content", "network"))
    assert near < 0.3 * far
