"""An exported file paints the same as pinxit, in any ONNX runtime."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from pinxit import styles
from pinxit.image import Picture, fit, resize, sample
from pinxit.network.conditioning import MOST_READ, read_at
from pinxit.network.export import export
from pinxit.network.model import Network
from pinxit.network.weights import shipped
from pinxit.onnx_runtime.session import load_onnxruntime
from pinxit.texture.color_transfer import apply_recoloring, colors_of, limited_recoloring, recolor
from tests.command_line import pinxit
from tests.network.painted import by_network


def run(model: bytes, picture: Picture) -> np.ndarray:
    session = load_onnxruntime().InferenceSession(model, providers=["CPUExecutionProvider"])
    return np.asarray(session.run(None, {"picture": picture.pixels[None]})[0][0])


@pytest.mark.parametrize(("height", "width"), [(96, 128), (200, 64)])
def test_paints_at_any_size_what_the_network_paints(height: int, width: int) -> None:
    photograph, style = resize(sample("coffee"), height, width), fit(styles.draw("glass", 512), 200)
    painted = run(export(style, shipped("fine")), photograph)
    assert np.abs(painted - by_network(photograph.pixels, read_at(style, MOST_READ).pixels)).max() < 5e-3


def test_equals_torch() -> None:
    photograph, style = resize(sample("cat"), 96, 128), fit(styles.draw("waves", 512), 320)  # no token is left out
    network = Network.from_weights(shipped("fine")).eval()
    colors = colors_of(style.pixels)
    dressed = recolor(photograph.pixels, colors_of(photograph.pixels), colors, 1)
    with torch.no_grad():
        painted = network(torch.from_numpy(dressed)[None], torch.from_numpy(style.pixels)[None])[0].numpy()
    wanted = apply_recoloring(painted, limited_recoloring(colors_of(painted), colors))
    assert np.abs(run(export(style, shipped("fine"), 320), photograph) - wanted).max() < 1e-3


def test_pictures_of_one_colour() -> None:
    grey = Picture(np.full((3, 64, 64), 0.5, np.float32))
    assert np.isfinite(run(export(fit(styles.draw("waves", 512), 160), shipped("fine")), grey)).all()


def test_command(tmp_path: Path) -> None:
    assert "waves.onnx" in pinxit("export", "house:waves", "waves.onnx", folder=tmp_path).stdout
    assert "overwrite" in pinxit("export", "house:waves", "waves.onnx", folder=tmp_path, check=2).stderr
    other = pinxit("export", "house:waves", "waves.pb", folder=tmp_path, check=2)
    assert "does not end in .onnx" in other.stderr
