from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F

from pinxit.encoder import weights
from pinxit.encoder.checkpoints import read_onnx
from pinxit.encoder.vgg import Encoder, layers, stride
from pinxit.errors import PinxitError
from pinxit.image import Picture
from tests.conftest import as_tensor


def test_layers_are_the_architectures() -> None:
    assert len([name for name in layers("vgg16") if name.startswith("conv")]) == 13
    assert len([name for name in layers("vgg19") if name.startswith("conv")]) == 16
    assert layers("vgg16")[:6] == ("conv1_1", "relu1_1", "conv1_2", "relu1_2", "pool1", "conv2_1")
    assert layers("vgg19")[-1] == "relu5_4"


@pytest.mark.parametrize(("tap", "channels"), [("relu1_1", 64), ("pool2", 128), ("conv3_3", 256), ("relu5_1", 512)])
def test_taps_have_their_shape(encoder: Encoder, cat: Picture, tap: str, channels: int) -> None:
    features = encoder(as_tensor(cat), [tap])[tap]
    assert features.shape == (1, channels, cat.height // stride(tap), cat.width // stride(tap))
    assert bool((features >= 0).all()) is not tap.startswith("conv")


def test_equals_plain_vgg_with_repeated_borders(encoder: Encoder, cat: Picture) -> None:
    """Against torch's own layers one by one, on the real weights before their input was folded in."""
    entry = weights.SOURCES["vgg16"]
    original = read_onnx(weights._package_file(entry.origin))
    mean = torch.tensor(entry.mean).view(1, 3, 1, 1) * 255
    features = as_tensor(cat).flip(1) * 255 - mean.flip(1)  # BGR, 0 to 255, minus 103.939, 116.779, 123.68
    for layer in layers("vgg16"):
        if layer.startswith("conv"):
            features = F.pad(features, (1, 1, 1, 1), mode="replicate")
            features = F.conv2d(features, original[f"{layer}.weight"], original[f"{layer}.bias"])
        elif layer.startswith("relu"):
            features = F.relu(features)
        else:
            features = F.max_pool2d(features, 2)
        if layer == "relu4_2":
            break
    ours = encoder(as_tensor(cat), ["relu4_2"])["relu4_2"]
    torch.testing.assert_close(ours, features, rtol=1e-3, atol=1e-3 * float(features.abs().max()))


def test_tapping_before_a_relu_leaves_the_negative_values(encoder: Encoder, cat: Picture) -> None:
    both = encoder(as_tensor(cat), ["conv2_1", "relu2_1"])
    assert float(both["conv2_1"].min()) < 0
    torch.testing.assert_close(F.relu(both["conv2_1"]), both["relu2_1"])


def test_runs_no_deeper_than_the_deepest_tap(cat: Picture) -> None:
    parameters = weights.load("vgg16")
    shallow = Encoder("vgg16", {name: value for name, value in parameters.items() if name < "conv3"})
    assert shallow(as_tensor(cat), ["relu2_2"])["relu2_2"].shape[1] == 128


def test_gradient_reaches_the_picture(encoder: Encoder, cat: Picture) -> None:
    """Against finite differences, in double precision."""
    exact = Encoder("vgg16", weights.load("vgg16"), dtype=torch.float64)
    picture = as_tensor(cat)[:, :, :16, :16].double().requires_grad_()
    direction = torch.randn(picture.shape, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    (gradient,) = torch.autograd.grad(exact(picture, ["relu3_1"])["relu3_1"].square().mean(), picture)
    with torch.no_grad():
        ends = [exact(picture + h * direction, ["relu3_1"])["relu3_1"].square().mean() for h in (1e-6, -1e-6)]
    expected = float(ends[0] - ends[1]) / 2e-6
    assert float((gradient * direction).sum()) == pytest.approx(expected, rel=1e-4)


def test_unknown_tap_names_the_nearest(encoder: Encoder) -> None:
    with pytest.raises(PinxitError, match=r"relu4_4.*did you mean relu4_"):
        encoder(torch.zeros(1, 3, 32, 32), ["relu4_4"])
