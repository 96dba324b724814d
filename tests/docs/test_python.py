"""Python in the documentation compiles, imports what exists, and runs where that takes seconds."""

from __future__ import annotations

import ast
import importlib
from pathlib import Path

import pytest

from pinxit import image as pictures
from tests.docs.pages import Block, blocks

PYTHON = list(blocks("python"))
# Pictures that the blocks read; they are drawn before a block runs.
INPUTS = {"photo.jpg": 96, "painting.jpg": 96, "a.jpg": 96, "stone.png": 64}
# Blocks that need what only another part of the page makes, or that paint for minutes.
NOT_RUN = {
    "clip.mp4": "needs a clip",
    "waves.onnx": "needs a trained network: tests/network runs an exported file",
    "open_studio": "finds or starts the studio of the person who runs it: tests/test_client.py",
    "JobService": "starts a service: tests/jobs does that",
    "size=768": "paints for minutes",
    'pinxit.prepare("photo.jpg"': "uses names of the block before",
}


def test_enough_blocks_are_found() -> None:
    assert len(PYTHON) >= 8


@pytest.mark.parametrize("block", PYTHON, ids=str)
def test_imports_exist(block: Block) -> None:
    for node in ast.walk(ast.parse(block.code)):
        if isinstance(node, ast.Import):
            for name in node.names:
                importlib.import_module(name.name)
        elif isinstance(node, ast.ImportFrom):
            module = importlib.import_module(node.module or "")
            for name in node.names:
                assert hasattr(module, name.name), f"{block}: {node.module} has no {name.name}"
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "pinxit":
            assert hasattr(importlib.import_module("pinxit"), node.attr), f"{block}: pinxit.{node.attr}"


@pytest.mark.parametrize("block", [one for one in PYTHON if not any(key in one.code for key in NOT_RUN)], ids=str)
def test_it_runs(block: Block, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name, side in INPUTS.items():
        pictures.write(pictures.fit(pictures.sample("cat"), side), tmp_path / name)
    exec(compile(block.code, str(block), "exec"), {"__name__": "__main__"})  # noqa: S102 - the documentation's own code
