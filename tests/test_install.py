"""`pip install .` where there is no Node: the build brings its own, and a source distribution needs none."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PAGE = "pinxit/studio/page/index.html"
PLUGIN = "pinxit/plugins/krita/pinxit_krita/docker.py"


def _run(*command: str | Path, folder: Path, **environment: str) -> str:
    done = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, timeout=600, env={**os.environ, **environment}
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-4000:]
    return done.stdout


@pytest.mark.slow(reason="installs a build backend and builds the page and three packages")
def test_a_wheel_without_node(tmp_path: Path) -> None:
    bare = tmp_path / "bin"  # what npm needs besides Node
    bare.mkdir()
    for name in ("sh", "env"):
        (bare / name).symlink_to(shutil.which(name) or f"/bin/{name}")
    assert shutil.which("node", path=str(bare)) is None
    copy = tmp_path / "pinxit"
    for name in _run(
        "git", "ls-files", "-z", "src", "studio", "plugins", "pyproject.toml", "*.md", "LICENSE", folder=ROOT
    ).split("\0"):
        if name and (ROOT / name).is_file():
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, copy / name)
    backend = tmp_path / "backend"
    try:
        _run(sys.executable, "-m", "pip", "install", "--quiet", "--target", backend, "hatchling", folder=tmp_path)
    except AssertionError as error:
        pytest.skip(f"there is no package index: {str(error)[-200:]}")
    _run(
        sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "-w", tmp_path, copy, folder=tmp_path, PATH=str(bare)
    )  # fmt: skip
    (wheel,) = tmp_path.glob("*.whl")
    assert {PAGE, PLUGIN} <= set(zipfile.ZipFile(wheel).namelist())
    # The page is built by now, so a source distribution carries it, and installing that needs no Node.
    script = "import sys, hatchling.build as b; b.build_sdist(sys.argv[1])"
    _run(sys.executable, "-c", script, tmp_path, folder=copy, PATH=str(bare), PYTHONPATH=str(backend))
    (source,) = tmp_path.glob("*.tar.gz")
    with tarfile.open(source) as archive:
        archive.extractall(tmp_path / "source", filter="data")
    (unpacked,) = (tmp_path / "source").iterdir()
    script = (
        "import sys, hatchling.build as b; assert b.get_requires_for_build_wheel() == []; b.build_wheel(sys.argv[1])"
    )
    (tmp_path / "again").mkdir()
    _run(sys.executable, "-c", script, tmp_path / "again", folder=unpacked, PATH=str(bare), PYTHONPATH=str(backend))
    (wheel,) = (tmp_path / "again").glob("*.whl")
    assert {PAGE, PLUGIN} <= set(zipfile.ZipFile(wheel).namelist())
