"""The weights: the embedded ones are the published VGG-16; torchvision's come over a real connection, from loopback."""

from __future__ import annotations

import dataclasses
import http.server
import pickle
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch

from pinxit.encoder import weights
from pinxit.encoder.checkpoints import _torchvision_names, read_onnx, read_torchvision
from pinxit.encoder.download import download
from pinxit.encoder.vgg import Architecture, Encoder, kernel_shapes
from pinxit.errors import PinxitError
from pinxit.files.hashing import file_sha256


def state_dict(architecture: Architecture) -> dict[str, torch.Tensor]:
    """All names and shapes of torchvision's checkpoint, the classifier too (one number stored, seen as many)."""
    generator = torch.Generator().manual_seed(0)
    state = {}
    for name, shape in kernel_shapes(architecture).items():
        theirs = _torchvision_names(architecture)[name]
        state[f"{theirs}.weight"] = torch.randn(shape, generator=generator) * (2 / (9 * shape[1])) ** 0.5
        state[f"{theirs}.bias"] = torch.randn(shape[0], generator=generator) * 0.1
    for layer, (rows, columns) in {0: (4096, 25088), 3: (4096, 4096), 6: (1000, 4096)}.items():
        state[f"classifier.{layer}.weight"] = torch.zeros(1).expand(rows, columns)
        state[f"classifier.{layer}.bias"] = torch.zeros(1).expand(rows)
    return state


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("served") / "vgg19.pth"
    torch.save(state_dict("vgg19"), path)
    return path


class Server:
    """Serves one file on loopback, with ranges; breaks off after `limit` bytes while that is set."""

    def __init__(self, path: Path) -> None:
        self.requests: list[str | None] = []
        self.limit: int | None = None
        server = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                content = path.read_bytes()
                asked = self.headers.get("Range")
                server.requests.append(asked)
                first = int(asked.removeprefix("bytes=").removesuffix("-")) if asked else 0
                if first >= len(content):
                    self.send_error(416)
                    return
                self.send_response(206 if asked else 200)
                self.send_header("Content-Length", str(len(content) - first))
                self.end_headers()
                rest = content[first:]
                self.wfile.write(rest if server.limit is None else rest[: server.limit])

            def log_message(self, *_: Any) -> None:
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/{path.name}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def server(checkpoint: Path) -> Iterator[Server]:
    serving = Server(checkpoint)
    yield serving
    serving.close()


@pytest.fixture
def served(server: Server, checkpoint: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Server:
    """pinxit's own entry for vgg19, with the address and checksum of what loopback serves."""
    monkeypatch.setenv("PINXIT_CACHE", str(tmp_path))
    entry = dataclasses.replace(weights.SOURCES["vgg19"], origin=server.url, sha256=file_sha256(checkpoint)[:8])
    monkeypatch.setitem(weights.SOURCES, "vgg19", entry)
    monkeypatch.setattr(weights, "is_embedded", lambda name: name == "vgg16")
    return server


def test_embedded_vgg16_is_the_published_one() -> None:
    entry = weights.SOURCES["vgg16"]
    path = weights._package_file(entry.origin)
    assert file_sha256(path) == entry.sha256
    original = read_onnx(path)
    assert float(original["conv1_1.weight"].flatten()[0]) == pytest.approx(0.42947057, abs=1e-8)
    assert {name: tuple(original[f"{name}.weight"].shape) for name in kernel_shapes("vgg16")} == kernel_shapes("vgg16")


def test_folding_the_input_changes_nothing() -> None:
    entry = weights.SOURCES["vgg19"]
    parameters = {"conv1_1.weight": torch.randn(64, 3, 3, 3), "conv1_1.bias": torch.randn(64)}
    folded = weights.fold_input(parameters, entry)
    picture = torch.rand(1, 3, 8, 8)
    normalised = (picture - torch.tensor(entry.mean).view(1, 3, 1, 1)) / torch.tensor(entry.std).view(1, 3, 1, 1)
    torch.testing.assert_close(
        torch.nn.functional.conv2d(picture, folded["conv1_1.weight"], folded["conv1_1.bias"]),
        torch.nn.functional.conv2d(normalised, parameters["conv1_1.weight"], parameters["conv1_1.bias"]),
        rtol=1e-4,
        atol=1e-4,
    )


def test_pull_fetches_checks_converts_and_caches(served: Server) -> None:
    seen: list[tuple[int, int]] = []
    pulled = weights.pull("vgg19", lambda there, total: seen.append((there, total)))
    assert seen[-1][0] == seen[-1][1] > 80_000_000
    assert weights.cached_file("vgg19").exists()
    assert not list(weights.cached_file("vgg19").parent.glob("*.p*t*h*")), "the big checkpoint is not kept"
    again = weights.load("vgg19")
    assert len(served.requests) == 1, "the second time comes from the cache"
    assert all(torch.equal(pulled[name], again[name]) for name in pulled)
    assert Encoder("vgg19", again)(torch.rand(1, 3, 32, 32), ["relu5_4"])["relu5_4"].shape == (1, 512, 2, 2)


def test_broken_off_download_continues(server: Server, checkpoint: Path, tmp_path: Path) -> None:
    server.limit = 50_000_000
    target = tmp_path / "vgg19.pth"
    with pytest.raises(PinxitError, match="run the command again to continue"):
        download(server.url, target, file_sha256(checkpoint))
    assert not target.exists()
    server.limit = None
    download(server.url, target, file_sha256(checkpoint))
    assert server.requests == [None, "bytes=50000000-"]
    assert file_sha256(target) == file_sha256(checkpoint)


def test_wrong_file_is_thrown_away(server: Server, tmp_path: Path) -> None:
    with pytest.raises(PinxitError, match="deleted"):
        download(server.url, tmp_path / "vgg19.pth", "0" * 64)
    assert not list(tmp_path.iterdir())


def test_no_network_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(PinxitError, match=r"cannot download http://127\.0\.0\.1:9/x"):
        download("http://127.0.0.1:9/x", tmp_path / "x", "0" * 64)


def test_missing_weights_say_how_to_get_them(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PINXIT_CACHE", str(tmp_path))
    with pytest.raises(PinxitError, match="pinxit weights pull vgg19"):
        weights.load("vgg19")


@pytest.mark.parametrize("architecture", ["vgg16", "vgg19"])
def test_local_file_is_read_by_name_and_shape(architecture: Architecture, tmp_path: Path) -> None:
    state = state_dict(architecture)
    path = tmp_path / "weights.pth"
    torch.save(state, path)
    parameters = read_torchvision(path, architecture)
    assert torch.equal(parameters["conv3_1.weight"], state["features.10.weight"])


def test_cached_file_can_be_given_by_hand(tmp_path: Path) -> None:
    own = weights.load("vgg16")
    given, sha256 = weights.load_file(weights.cached_file("vgg16"), "vgg16")
    assert sha256 == file_sha256(weights.cached_file("vgg16"))
    assert torch.equal(own["conv1_1.weight"], given["conv1_1.weight"])


class _Hostile:
    def __reduce__(self) -> tuple[Any, ...]:
        return (exec, ("raise SystemExit('the file ran code')",))


def test_pickled_code_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "hostile.pth"
    path.write_bytes(pickle.dumps(_Hostile()))
    with pytest.raises(PinxitError, match="read safely"):
        read_torchvision(path, "vgg19")


def test_damage_is_told(tmp_path: Path) -> None:
    state = state_dict("vgg16")
    state["features.0.weight"][0, 0, 0, 0] = float("nan")
    path = tmp_path / "nan.pth"
    torch.save(state, path)
    with pytest.raises(PinxitError, match=r"NaN or infinite numbers in conv1_1\.weight"):
        read_torchvision(path, "vgg16")
    torch.save({"features.0.weight": torch.zeros(64, 3, 5, 5)}, path)
    with pytest.raises(PinxitError, match=r"has no features\.0\.bias"):
        read_torchvision(path, "vgg16")
    path.write_bytes(path.read_bytes()[:1000])
    with pytest.raises(PinxitError, match="read safely"):
        read_torchvision(path, "vgg16")


def test_damaged_cache_is_noticed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PINXIT_CACHE", str(tmp_path))
    weights.load("vgg16")
    path = weights.cached_file("vgg16")
    content = bytearray(path.read_bytes())
    content[-1000] ^= 1
    path.write_bytes(content)
    with pytest.raises(PinxitError, match="does not match its checksum"):
        weights.load("vgg16")
    weights.pull("vgg16")
    weights.load("vgg16")
