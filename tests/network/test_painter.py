"""Painting by ONNX: the same numbers as the network in PyTorch, in one piece or in tiles."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from pinxit import styles
from pinxit.network import painter as painting
from pinxit.network import weights
from pinxit.network.painter import Measured, Painter, Reader
from pinxit.network.transformer import Reader as TorchReader
from pinxit.network.transformer import Transformer
from pinxit.picture import Picture, fit, resize, to_array
from pinxit.picture.picture import Pixels
from pinxit.picture.recolor import colors_of, recolor, recolored, recoloring


def parameters(module: torch.nn.Module) -> dict[str, np.ndarray]:
    return {name: value.detach().numpy() for name, value in module.state_dict().items()}


@pytest.fixture(scope="module")
def networks() -> tuple[TorchReader, Transformer]:
    """As they were shipped."""
    shipped = weights.shipped("fine")
    reader, transformer = TorchReader(), Transformer(shipped.shape)
    for module, values in ((reader, shipped.reader), (transformer, shipped.transformer)):
        module.load_state_dict({name: torch.from_numpy(value) for name, value in values.items()})
    return reader, transformer


@torch.no_grad()
def test_onnx_paints_what_pytorch_paints(
    networks: tuple[TorchReader, Transformer], cat: Picture, coffee: Picture
) -> None:
    reader, transformer = networks
    painter = Painter(parameters(transformer), transformer.shape)
    code = Reader(parameters(reader)).read(coffee.pixels)
    expected_code = reader(torch.from_numpy(coffee.pixels)[None])
    np.testing.assert_allclose(code, expected_code[0].numpy(), atol=1e-3)
    affine = painter.affine(code)
    np.testing.assert_allclose(affine, transformer.affine(expected_code)[0].numpy(), atol=1e-3)
    whole = resize(cat, 64, 96)
    expected = transformer(torch.from_numpy(whole.pixels)[None], torch.from_numpy(affine)[None])[0].clamp(0, 1)
    measured, _ = painter.measure(whole.pixels, affine, colors_of(whole.pixels))
    as_it_is = replace(measured, wanted=measured.painted)
    np.testing.assert_allclose(in_tiles(painter, whole.pixels, affine, as_it_is), expected.numpy(), atol=1e-3)


def painter_of(networks: tuple[TorchReader, Transformer], style: Picture) -> tuple[Painter, weights.Array]:
    reader, transformer = networks
    painter = Painter(parameters(transformer), transformer.shape)
    return painter, painter.affine(Reader(parameters(reader)).read(style.pixels))


def in_tiles(painter: Painter, pixels: Pixels, affine: weights.Array, measured: Measured | None = None) -> Pixels:
    painted = np.empty_like(pixels)
    session = painter.session(affine, measured or painter.measure(pixels, affine, colors_of(pixels))[0])
    for tile in painter.tiles(*pixels.shape[1:]):
        outer = np.ascontiguousarray(pixels[:, tile.outer_rows, tile.outer_columns])
        painted[:, tile.rows, tile.columns] = painter.paint(session, outer, tile)
    return painted


def test_what_is_measured_is_painted_as_tiles_would_be(
    networks: tuple[TorchReader, Transformer], cat: Picture, coffee: Picture
) -> None:
    painter, affine = painter_of(networks, coffee)
    pixels = resize(cat, 75, 102).pixels
    measured, seen = painter.measure(pixels, affine, colors_of(coffee.pixels))
    expected = in_tiles(painter, pixels, affine, measured)
    assert float(np.abs(seen - expected).max()) > 0.01
    np.testing.assert_allclose(recolored(seen, measured.correction), expected, atol=1e-4)


def test_the_painting_has_the_colors_it_was_to_have(networks: tuple[TorchReader, Transformer], cat: Picture) -> None:
    # What is mapped here has colours that the network misses by far.
    style = fit(styles.draw("waves", 256), 96)
    painter, affine = painter_of(networks, style)
    own, wanted = colors_of(cat.pixels), colors_of(style.pixels)
    dressed = recolor(cat.pixels, own, wanted, 1)
    measured, _ = painter.measure(dressed, affine, wanted)
    painted = [
        colors_of(in_tiles(painter, dressed, affine, like))
        for like in (replace(measured, wanted=measured.painted), measured)
    ]
    far, near = (np.abs(np.sqrt(of.covariance.diagonal()) - np.sqrt(wanted.covariance.diagonal())) for of in painted)
    assert near.max() < far.max() / 2
    assert np.abs(painted[1].mean - wanted.mean).max() < 0.02


def test_tiles_are_parts_of_the_whole(
    networks: tuple[TorchReader, Transformer], cat: Picture, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, transformer = networks
    painter = Painter(parameters(transformer), transformer.shape)
    pixels = resize(cat, 210, 318).pixels  # no multiple of 4
    affine = painter.affine(np.ones(weights.CODE, np.float32))
    whole = in_tiles(painter, pixels, affine)
    monkeypatch.setattr(painting, "SIDE", 128)
    np.testing.assert_allclose(in_tiles(painter, pixels, affine), whole, atol=1e-5)


def test_a_frame_of_bytes_is_painted_as_the_picture_is(
    networks: tuple[TorchReader, Transformer], cat: Picture, coffee: Picture
) -> None:
    _, transformer = networks
    painter = Painter(parameters(transformer), transformer.shape)
    affine = painter.affine(np.ones(weights.CODE, np.float32))
    frame = to_array(resize(cat, 64, 96))
    pixels = (frame.transpose(2, 0, 1) / 255).astype(np.float32)
    own, wanted = colors_of(pixels), colors_of(coffee.pixels)
    dressed = recolor(pixels, own, wanted, 0.8)
    measured, _ = painter.measure(dressed, affine, colors_of(dressed))
    filmed = painter.filming(affine, measured, recoloring(own, wanted, 0.8)).run(None, {"frame": frame})[0]
    expected = in_tiles(painter, dressed, affine).transpose(1, 2, 0) * 255
    assert filmed.shape == frame.shape
    assert float(np.abs(filmed.astype(np.float32) - expected).max()) <= 0.75  # half a level, and rounding before
