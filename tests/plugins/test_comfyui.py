"""The nodes for ComfyUI, loaded as ComfyUI loads them and called with its kinds of tensors.

Its conventions are those of its documentation on custom nodes. `test_comfyui_server.py` runs the nodes in ComfyUI itself.
"""

from __future__ import annotations

import importlib.util
import os
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from pinxit import PinxitError, host_programs
from pinxit.image import Picture, to_array
from tests.command_line import pinxit

IMAGES = torch.float32


@pytest.fixture(scope="module")
def nodes(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Install the nodes in a folder as ComfyUI's, and load them by the path as it does."""
    folder = tmp_path_factory.mktemp("ComfyUI")
    pinxit("plugin", "install", "comfyui", "--folder", str(folder), folder=folder)
    path = folder / "custom_nodes" / "pinxit_comfyui"
    specification = importlib.util.spec_from_file_location("custom_nodes.pinxit", path / "__init__.py")
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    sys.modules[specification.name] = module
    specification.loader.exec_module(module)
    assert module.NODE_CLASS_MAPPINGS.keys() == module.NODE_DISPLAY_NAME_MAPPINGS.keys()
    mappings: dict[str, Any] = module.NODE_CLASS_MAPPINGS
    return mappings


def run(node: Any, **given: Any) -> tuple[Any, ...]:
    """Call a node as ComfyUI does: with all required inputs, whose defaults the form fills in."""
    inputs = node.INPUT_TYPES()
    values = {}
    for name, (kind, *options) in inputs["required"].items():
        default = options[0].get("default") if options else None
        values[name] = kind[0] if isinstance(kind, list) and default is None else default
    assert given.keys() <= values.keys() | inputs.get("optional", {}).keys()
    # As ComfyUI does it, which needs no gradients itself.
    with torch.inference_mode():
        result = getattr(node(), node.FUNCTION)(**{**values, **given})
    assert isinstance(result, tuple)
    assert len(result) == len(node.RETURN_TYPES)
    for value, kind in zip(result, node.RETURN_TYPES, strict=True):
        if kind == "IMAGE":
            assert value.ndim == 4
            assert value.shape[-1] == 3
            assert value.dtype == IMAGES
            assert 0 <= value.min() <= value.max() <= 1
    return result


@pytest.fixture
def images(cat: Picture) -> torch.Tensor:
    """Two pictures `(2, 64, 96, 3)`."""
    one = torch.from_numpy(to_array(cat, np.float32))[:64, :96]
    return torch.stack([one, one.flip(1)])


def test_every_node_describes_itself(nodes: dict[str, Any]) -> None:
    for node in nodes.values():
        assert node.CATEGORY == "pinxit"
        assert callable(getattr(node, node.FUNCTION))
        assert node.INPUT_TYPES()["required"]
        assert len(getattr(node, "RETURN_NAMES", node.RETURN_TYPES)) == len(node.RETURN_TYPES)


def test_a_batch_is_painted_at_once(nodes: dict[str, Any], images: torch.Tensor) -> None:
    (style,) = run(nodes["PinxitHouseStyle"], name="ink")
    (painted,) = run(nodes["PinxitInstant"], image=images, style=style, size=96)
    assert painted.shape == images.shape
    assert (painted - images).abs().mean() > 0.05
    assert (painted[0] - painted[1]).abs().mean() > 0.01, "each picture is itself"


def test_what_is_black_in_the_mask_stays(nodes: dict[str, Any], images: torch.Tensor) -> None:
    mask = torch.zeros(1, 64, 96)
    mask[:, :, :48] = 1
    (painted,) = run(nodes["PinxitInstant"], image=images, style="house:ink", size=96, mask=mask)
    assert (painted[:, :, 56:] - images[:, :, 56:]).abs().max() < 0.01
    assert (painted[:, :, :40] - images[:, :, :40]).abs().mean() > 0.05
    (whole,) = run(nodes["PinxitInstant"], image=images, style="house:ink", size=96, mask=torch.ones(1, 64, 96))
    (without,) = run(nodes["PinxitInstant"], image=images, style="house:ink", size=96)
    assert torch.equal(whole, without)


def test_the_optimiser_paints_in_the_style_of_a_picture(nodes: dict[str, Any], images: torch.Tensor) -> None:
    (style,) = run(nodes["PinxitStyleFromImage"], image=images.flip(3))
    (painted,) = run(nodes["PinxitStylize"], image=images[:1], style=style, quality="draft", size=64)
    assert max(painted.shape[1:3]) == 64


def test_a_texture_and_its_maps(nodes: dict[str, Any], images: torch.Tensor) -> None:
    (style,) = run(nodes["PinxitStyleFromImage"], image=images)
    made = run(nodes["PinxitTexture"], style=style, side=64)
    assert [tuple(one.shape) for one in made] == [(1, 64, 64, 3)] * 4
    assert made[1][..., 2].mean() > 0.6, "normals look towards the eye"


def test_colours_are_matched(nodes: dict[str, Any], images: torch.Tensor) -> None:
    blue = images * torch.tensor([0.3, 0.4, 1.0])
    (matched,) = run(nodes["PinxitMatchColours"], image=images, colours=blue)
    assert (matched.mean((0, 1, 2)) - blue.mean((0, 1, 2))).abs().max() < 0.05


def test_a_network_that_was_trained_anew_is_another_input(nodes: dict[str, Any], tmp_path: Path) -> None:
    changed, path = nodes["PinxitLoadNetwork"].IS_CHANGED, tmp_path / "a.pinxit"
    assert changed(str(path)) == changed("")
    path.touch()
    os.utime(path, (1, 1))
    before = changed(str(path))
    os.utime(path, (2, 2))
    assert before != changed(str(path))


def test_sentences(nodes: dict[str, Any], images: torch.Tensor) -> None:
    with pytest.raises(PinxitError, match=r"NAME\.pinxit"):
        run(nodes["PinxitLoadNetwork"], path="photo.png")
    (network,) = run(nodes["PinxitLoadNetwork"], path="missing.pinxit")
    with pytest.raises(PinxitError, match=r"missing\.pinxit"):
        run(nodes["PinxitInstant"], image=images, style=network, size=96)


def test_a_folder_that_is_not_ours_is_left_alone(tmp_path: Path) -> None:
    other = tmp_path / "custom_nodes" / "pinxit_comfyui"
    other.mkdir(parents=True)
    with pytest.raises(PinxitError, match="was not made by pinxit plugin install"):
        host_programs.install("comfyui", tmp_path)
    with pytest.raises(PinxitError, match="is not installed"):
        host_programs.remove("comfyui", tmp_path)
    assert other.is_dir()
