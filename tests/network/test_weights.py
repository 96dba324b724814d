"""Network files: saved networks load again, and hostile files are refused."""

from __future__ import annotations

import dataclasses
import json
import pickle
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from pinxit.errors import PinxitError
from pinxit.network import weights
from pinxit.network.seamless import AROUND
from pinxit.network.weights import NetworkWeights, Shape


@pytest.fixture(scope="module")
def fine() -> NetworkWeights:
    return weights.shipped("fine")


def test_what_is_saved_is_read_again(fine: NetworkWeights, tmp_path: Path) -> None:
    weights.save(tmp_path / "a.safetensors", fine)
    again = weights.load(tmp_path / "a.safetensors")
    assert (again.card, again.shape) == (fine.card, fine.shape)
    for name, value in fine.transformer.items():
        np.testing.assert_array_equal(again.transformer[name], value)


def test_the_shipped_file_is_small() -> None:
    assert sum(path.stat().st_size for path in weights.SHIPPED.iterdir()) < 4 * 2**20


@pytest.mark.parametrize("name", weights.SHAPES)
def test_the_surroundings_of_a_seamless_picture_are_as_wide_as_the_network_reaches(name: str) -> None:
    assert weights.shipped(name).shape == weights.SHAPES[name]
    assert weights.SHAPES[name].margin <= AROUND


def hostile(folder: Path, fine: NetworkWeights) -> dict[str, Path]:
    def written(name: str, content: bytes) -> Path:
        (folder / name).write_bytes(content)
        return folder / name

    broken = {**fine.transformer, "out.bias": np.full(12, np.nan, np.float32)}
    weights.save(folder / "nan", dataclasses.replace(fine, transformer=broken))
    fewer = {name: value for name, value in fine.transformer.items() if name != "out.bias"}
    weights.save(folder / "fewer", dataclasses.replace(fine, transformer=fewer))
    weights.save(folder / "wide", dataclasses.replace(fine, shape=Shape((16, 10**9), 4)))
    save_file({"a": np.zeros(3)}, folder / "no card")
    save_file({"a": np.zeros(3)}, folder / "deep", metadata={"card": "[" * 10**6, "down": "8,8", "blocks": "1"})
    good = (folder / "nan").read_bytes()
    return {
        **{name: folder / name for name in ("nan", "fewer", "wide", "no card", "deep")},
        "empty": written("empty", b""),
        "cut": written("cut", good[: len(good) // 2]),
        "pickle": written("pickle", pickle.dumps({"a": 1})),
        "long header": written("long header", (2**62).to_bytes(8, "little") + b"{}"),
        "other": written("other", json.dumps({"card": 1}).encode()),
        "large": written("large", bytes(weights.MAX_BYTES + 1)),
        "missing": folder / "missing",
    }


def test_hostile_files_are_refused_with_a_sentence(fine: NetworkWeights, tmp_path: Path) -> None:
    for path in hostile(tmp_path, fine).values():
        with pytest.raises(PinxitError, match=r"\.$"):
            weights.load(path)
