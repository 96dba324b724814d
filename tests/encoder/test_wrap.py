"""Where borders meet there is no border: a picture moved across them is seen, judged and painted the same, only moved."""

from __future__ import annotations

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from pinxit.encoder import weights as stored
from pinxit.encoder.border import take
from pinxit.encoder.convolution import LEAST_CHANNELS, SMALL, ReplicateConvolution, has_winograd
from pinxit.encoder.tiles import divide
from pinxit.encoder.vgg import Encoder, stride
from pinxit.image import Picture, resize, sample
from pinxit.image.wrap import WRAPS, Wrap, WrapName
from pinxit.objective.objective import LossWeights, Objective
from pinxit.objective.regions import Region, StyleTarget
from tests.conftest import as_tensor

MEETING: list[WrapName] = ["x", "both", "half-drop", "brick"]
TAPS = [f"relu{block}_1" for block in range(1, 6)]
# Shallow taps have narrow margins: small pictures are enough for several tiles.
SHALLOW = {"relu1_1": 0.5, "relu2_1": 0.3, "relu3_1": 0.2}


def moved(maps: Tensor, down: int, across: int, wrap: Wrap) -> Tensor:
    """The same torus with another corner; a border that does not meet cannot be moved over."""
    height, width = maps.shape[2:]
    down = down if wrap.rows else 0
    return take(maps, (slice(down, down + height), slice(across, across + width)), wrap)


@pytest.fixture(scope="module")
def exact() -> Encoder:
    """In single precision, rounding now and then tips a pooling to the other of two equal neighbours; in double, never."""
    return Encoder("vgg16", stored.load("vgg16"), dtype=torch.float64)


@pytest.fixture(scope="module")
def photograph() -> Tensor:
    """Sides are odd multiples of 32, so that a coarser grid would be noticed."""
    return as_tensor(resize(sample("coffee"), 32, 96)).double()


def test_circular_is_what_pytorch_calls_circular() -> None:
    generator = torch.Generator().manual_seed(0)
    weight, bias = (torch.randn(*shape, dtype=torch.float64, generator=generator) for shape in ((5, 4, 3, 3), (5,)))
    for height, width in ((4, 6), (40, SMALL // 40 + 4)):
        features = torch.randn(2, 4, height, width, dtype=torch.float64, generator=generator).requires_grad_()
        ours = ReplicateConvolution(weight, bias)(features, WRAPS["both"])
        theirs = F.conv2d(F.pad(features, (1, 1, 1, 1), mode="circular"), weight, bias)
        gradient = torch.randn(*ours.shape, dtype=torch.float64, generator=generator)
        torch.testing.assert_close(ours, theirs)
        (mine,), (wanted,) = (torch.autograd.grad(output, features, gradient) for output in (ours, theirs))
        torch.testing.assert_close(mine, wanted)


@pytest.mark.skipif(not has_winograd(torch.device("cpu"), torch.float32), reason="this PyTorch has no NNPACK")
@pytest.mark.parametrize("name", MEETING)
def test_winograds_algorithm_gives_what_padding_gives(name: WrapName) -> None:
    generator = torch.Generator().manual_seed(0)
    features = torch.randn(1, LEAST_CHANNELS, 32, 64, generator=generator).requires_grad_()
    weight = torch.randn(20, LEAST_CHANNELS, 3, 3, generator=generator)
    ours = ReplicateConvolution(weight, torch.zeros(20))(features, WRAPS[name])
    theirs = F.conv2d(take(features, (slice(-1, 33), slice(-1, 65)), WRAPS[name]), weight)
    gradient = torch.randn(*ours.shape, generator=generator)
    torch.testing.assert_close(ours, theirs, rtol=2e-3, atol=2e-3)
    (mine,), (wanted,) = (torch.autograd.grad(output, features, gradient) for output in (ours, theirs))
    torch.testing.assert_close(mine, wanted, rtol=2e-3, atol=2e-3)


@pytest.mark.parametrize("name", MEETING)
def test_features_move_with_the_picture(exact: Encoder, photograph: Tensor, name: WrapName) -> None:
    wrap = WRAPS[name]
    here, there = exact(photograph, TAPS, wrap), exact(moved(photograph, 16, 48, wrap), TAPS, wrap)
    for tap in TAPS:
        step = stride(tap)
        torch.testing.assert_close(there[tap], moved(here[tap], 16 // step, 48 // step, wrap), rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("name", MEETING)
def test_loss_and_gradient_move_with_the_picture(exact: Encoder, photograph: Tensor, name: WrapName) -> None:
    wrap = WRAPS[name]
    weights = LossWeights(1.0, 10.0, 0.5, {"relu4_1": 1.0}, SHALLOW, "relative", adain=0.9, moments=0.5)
    style = [Region([StyleTarget(as_tensor(resize(sample("astronaut"), 40, 50)).double())])]
    picture = (0.5 * photograph + 0.2).flip(3)

    def judge(down: int, across: int) -> tuple[Tensor, Tensor]:
        content = moved(photograph, down, across, wrap)
        losses, gradient = Objective(exact, weights, content, style, wrap=wrap)(moved(picture, down, across, wrap))
        return losses.total, gradient

    loss, gradient = judge(0, 0)
    moved_loss, moved_gradient = judge(16, 48)
    torch.testing.assert_close(moved_loss, loss, rtol=1e-10, atol=0)
    assert float((moved_gradient - moved(gradient, 16, 48, wrap)).norm() / gradient.norm()) < 1e-9


@pytest.mark.parametrize(("name", "masked"), [("x", True), ("both", False), ("half-drop", True), ("brick", False)])
def test_tiles_give_the_gradient_of_the_whole(exact: Encoder, name: WrapName, masked: bool) -> None:
    wrap = WRAPS[name]
    content = as_tensor(resize(sample("astronaut"), 64, 96)).double()
    style = as_tensor(resize(sample("coffee"), 48, 48)).double()
    regions = [Region([StyleTarget(style)])]
    if masked:
        slope = torch.linspace(0, 1, 96, dtype=torch.float64).expand(1, 1, 64, 96)
        regions = [Region([StyleTarget(style)], slope), Region([StyleTarget(style.flip(1))], 1 - slope)]
    weights = LossWeights(1.0, 10.0, 0.5, {"relu2_2": 1.0}, SHALLOW, "relative", adain=0.9)
    picture = 0.7 * content.flip(3) + 0.1
    whole, gradient = Objective(exact, weights, content, regions, wrap=wrap)(picture)
    tiled, tiled_gradient = Objective(exact, weights, content, regions, side=64, wrap=wrap)(picture)
    torch.testing.assert_close(tiled.total, whole.total, rtol=1e-7, atol=0)
    assert float((tiled_gradient - gradient).norm() / gradient.norm()) < 1e-7


@pytest.mark.parametrize("name", MEETING)
def test_tiles_keep_to_their_side_and_cover_every_pixel_once(name: WrapName) -> None:
    seen = torch.zeros(1, 1, 512, 320)
    for tile in divide(seen, 288, "vgg16", TAPS, WRAPS[name]):
        seen[..., *tile.inner] += 1
        assert all(outer.stop - outer.start <= 288 for outer in tile.outer)
    assert float(seen.min()) == float(seen.max()) == 1


@pytest.mark.parametrize("name", MEETING)
@pytest.mark.parametrize("size", [(48, 80), (192, 320), (64, 96)])
def test_other_sizes_see_beyond_the_border(name: WrapName, size: tuple[int, int]) -> None:
    """Moved by half of where the borders meet, a picture must become, moved by the same half, what it becomes unmoved."""
    wrap = WRAPS[name]
    picture = resize(sample("coffee"), 96, 160)
    half = (slice(48, 144) if wrap.rows else slice(0, 96), slice(80, 240))
    new_half = (
        slice(size[0] // 2, size[0] * 3 // 2) if wrap.rows else slice(0, size[0]),
        slice(size[1] // 2, size[1] * 3 // 2),
    )
    straight = resize(picture, *size, wrap)
    around = resize(Picture(wrap.take(picture.pixels, half)), *size, wrap)
    assert np.abs(wrap.take(straight.pixels, new_half) - around.pixels).max() < 1e-5


def test_without_a_wrap_nothing_is_added(encoder: Encoder, cat: Picture) -> None:
    """The ordinary path is the one it was: the same bits, whether or not the encoder gets a wrap without meeting borders."""
    picture = as_tensor(cat)
    for tap, maps in encoder(picture, TAPS).items():
        assert torch.equal(maps, encoder(picture, TAPS, WRAPS["none"])[tap])
