"""ONNX inference equals the network in PyTorch, in one piece or in tiles."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from pinxit import styles
from pinxit.image import Picture, fit, resize, to_array
from pinxit.image.picture import Pixels
from pinxit.network import inference as painting
from pinxit.network import weights
from pinxit.network.inference import Statistics, StyleEncoder, Stylizer
from pinxit.network.model import StyleEncoderNet as TorchReader
from pinxit.network.model import TransformNet
from pinxit.network.style_code import StyleCode, affine_of
from pinxit.texture.color_transfer import apply_recoloring, colors_of, recolor, recoloring


def parameters(module: torch.nn.Module) -> dict[str, np.ndarray]:
    return {name: value.detach().numpy() for name, value in module.state_dict().items()}


@pytest.fixture(scope="module")
def networks() -> tuple[TorchReader, TransformNet]:
    """As they were shipped."""
    shipped = weights.shipped("fine")
    reader, transformer = TorchReader(len(shipped.shape.attention)), TransformNet(shipped.shape)
    for module, values in ((reader, shipped.reader), (transformer, shipped.transformer)):
        module.load_state_dict({name: torch.from_numpy(value) for name, value in values.items()})
    return reader, transformer


@torch.no_grad()
def test_onnx_paints_what_pytorch_paints(
    networks: tuple[TorchReader, TransformNet], cat: Picture, coffee: Picture
) -> None:
    reader, transformer = networks
    painter = Stylizer(parameters(transformer), transformer.shape)
    code = StyleEncoder(parameters(reader)).encode(coffee.pixels)
    expected_code, tokens = reader(torch.from_numpy(coffee.pixels)[None])
    np.testing.assert_allclose(code.numbers, expected_code[0].numpy(), atol=1e-3)
    for number, (keys, values) in enumerate(tokens):
        np.testing.assert_allclose(code.keys[number], keys[0].numpy(), atol=1e-3)
        np.testing.assert_allclose(code.values[number], values[0].numpy(), atol=1e-3)
    affine = transformer.affine(expected_code)
    np.testing.assert_allclose(affine_of(parameters(transformer), code), affine[0].numpy(), atol=1e-3)
    whole = resize(cat, 64, 96)
    expected = transformer(torch.from_numpy(whole.pixels)[None], affine, tokens)[0].clamp(0, 1)
    measured, _ = painter.measure(whole.pixels, code, colors_of(whole.pixels))
    as_it_is = replace(measured, wanted=measured.painted)
    np.testing.assert_allclose(in_tiles(painter, whole.pixels, code, as_it_is), expected.numpy(), atol=1e-3)


def painter_of(networks: tuple[TorchReader, TransformNet], style: Picture) -> tuple[Stylizer, StyleCode]:
    reader, transformer = networks
    painter = Stylizer(parameters(transformer), transformer.shape)
    return painter, StyleEncoder(parameters(reader)).encode(style.pixels)


def in_tiles(painter: Stylizer, pixels: Pixels, code: StyleCode, measured: Statistics | None = None) -> Pixels:
    painted = np.empty_like(pixels)
    session = painter.tile_session(code, measured or painter.measure(pixels, code, colors_of(pixels))[0])
    for tile in painter.tiles(*pixels.shape[1:]):
        outer = np.ascontiguousarray(pixels[:, tile.outer_rows, tile.outer_columns])
        painted[:, tile.rows, tile.columns] = painter.paint(session, outer, tile)
    return painted


def test_what_is_measured_is_painted_as_tiles_would_be(
    networks: tuple[TorchReader, TransformNet], cat: Picture, coffee: Picture
) -> None:
    painter, code = painter_of(networks, coffee)
    pixels = resize(cat, 75, 102).pixels
    measured, seen = painter.measure(pixels, code, colors_of(coffee.pixels))
    expected = in_tiles(painter, pixels, code, measured)
    assert float(np.abs(seen - expected).max()) > 0.01
    np.testing.assert_allclose(apply_recoloring(seen, measured.correction), expected, atol=1e-4)


def test_the_painting_has_the_colors_it_was_to_have(networks: tuple[TorchReader, TransformNet], cat: Picture) -> None:
    # What is mapped here has colours that the network misses by far.
    style = fit(styles.draw("waves", 256), 96)
    painter, code = painter_of(networks, style)
    own, wanted = colors_of(cat.pixels), colors_of(style.pixels)
    dressed = recolor(cat.pixels, own, wanted, 1)
    measured, _ = painter.measure(dressed, code, wanted)
    painted = [
        colors_of(in_tiles(painter, dressed, code, like))
        for like in (replace(measured, wanted=measured.painted), measured)
    ]
    far, near = (np.abs(np.sqrt(of.covariance.diagonal()) - np.sqrt(wanted.covariance.diagonal())) for of in painted)
    assert near.max() < far.max() / 2
    assert np.abs(painted[1].mean - wanted.mean).max() < 0.02


def test_tiles_are_parts_of_the_whole(
    networks: tuple[TorchReader, TransformNet], cat: Picture, coffee: Picture, monkeypatch: pytest.MonkeyPatch
) -> None:
    painter, code = painter_of(networks, coffee)
    pixels = resize(cat, 210, 318).pixels  # no multiple of 4
    whole = in_tiles(painter, pixels, code)
    monkeypatch.setattr(painting, "SIDE", 128)
    np.testing.assert_allclose(in_tiles(painter, pixels, code), whole, atol=1e-5)


def test_a_frame_of_bytes_is_painted_as_the_picture_is(
    networks: tuple[TorchReader, TransformNet], cat: Picture, coffee: Picture
) -> None:
    painter, code = painter_of(networks, coffee)
    frame = to_array(resize(cat, 64, 96))
    pixels = (frame.transpose(2, 0, 1) / 255).astype(np.float32)
    own, wanted = colors_of(pixels), colors_of(coffee.pixels)
    dressed = recolor(pixels, own, wanted, 0.8)
    measured, _ = painter.measure(dressed, code, colors_of(dressed))
    filmed = painter.frame_session(code, measured, recoloring(own, wanted, 0.8)).run(None, {"frame": frame})[0]
    expected = in_tiles(painter, dressed, code).transpose(1, 2, 0) * 255
    assert filmed.shape == frame.shape
    assert float(np.abs(filmed.astype(np.float32) - expected).max()) <= 0.75  # half a level, and rounding before
