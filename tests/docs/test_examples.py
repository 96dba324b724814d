"""The programs in `examples/` run as their docstrings say, and do what they claim."""

from __future__ import annotations

import ast
import importlib.util
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
import torch

import pinxit
from pinxit import image as pictures
from pinxit.encoder.open import open_encoder
from pinxit.inputs import load
from tests.docs.pages import ROOT
from tests.studio.studio_process import StudioProcess, run_studio
from tests.video.clips import pan, write

EXAMPLES = ROOT / "examples"


def run(name: str, *arguments: str, folder: Path) -> str:
    """Run an example as a person does, and return what it prints."""
    command = [sys.executable, str(EXAMPLES / name), *arguments]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def module(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, EXAMPLES / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    loaded = importlib.util.module_from_spec(spec)
    sys.modules[name] = loaded
    spec.loader.exec_module(loaded)
    return loaded


@pytest.mark.parametrize("file", sorted(EXAMPLES.glob("*.py")), ids=lambda file: file.name)
def test_says_what_it_shows_and_how_to_run_it(file: Path) -> None:
    described = ast.get_docstring(ast.parse(file.read_text()))
    assert described is not None
    assert f"python examples/{file.name}" in described


def test_gatys_in_100_lines() -> None:
    assert len((EXAMPLES / "gatys_in_100_lines.py").read_text().splitlines()) <= 100
    gatys = module("gatys_in_100_lines")
    photograph, painting = (
        torch.from_numpy(pictures.fit(load(name, 64)[0], 64).pixels)[None]
        for name in ("sample:astronaut", "house:swirl")
    )
    painted, history = gatys.paint(photograph, painting, 15)
    losses, _ = zip(*history, strict=True)
    assert min(losses) < 0.5 * losses[0]
    # Judged from outside: by Gram matrices the result is nearer to the painting than the photograph is, and it is still a
    # picture of the photograph: nearer to it than the painting is, by the features that say what is where.
    encoder, _ = open_encoder("vgg16", pooling="average")
    targets = gatys.Targets.of(encoder, photograph, painting)
    with torch.no_grad():
        found, before, style = (
            encoder(one, [*gatys.STYLE_LAYERS, gatys.CONTENT_LAYER]) for one in (painted, photograph, painting)
        )
    assert gatys.style_distance(found, targets) < 0.5 * gatys.style_distance(before, targets)
    from_photograph, from_painting = (
        (found[gatys.CONTENT_LAYER] - other[gatys.CONTENT_LAYER]).square().mean() for other in (before, style)
    )
    assert from_photograph < from_painting


def test_gatys_from_the_command_line(tmp_path: Path) -> None:
    printed = run(
        "gatys_in_100_lines.py",
        "sample:cat",
        "house:ink",
        "out.png",
        "--size",
        "48",
        "--iterations",
        "2",
        folder=tmp_path,
    )
    assert "iteration 0: loss" in printed
    assert pinxit.read(tmp_path / "out.png").width == 48


def test_watch_and_stop(tmp_path: Path) -> None:
    watch = module("watch_and_stop")
    stopped, whole = tmp_path / "stopped.png", tmp_path / "whole.png"
    every = watch.paint("sample:cat", "house:swirl", whole, preset="draft", size=64, enough=0.0)
    enough = (max(every) + min(every)) / 2
    some = watch.paint("sample:cat", "house:swirl", stopped, preset="draft", size=64, enough=enough)
    assert 0 < len(some) < len(every)
    assert some[-1] < enough
    assert (tmp_path / "whole-so-far.png").exists()
    # The recipe repeats the stopped run, not the whole one.
    recipe = pinxit.Recipe.from_json(pinxit.read_recipe(stopped) or "")
    assert recipe.done == (len(some),)
    job = pinxit.job_from_recipe(recipe)
    *_, last = job.paint()
    again = pictures.to_array(job.result(last)[0])
    assert np.array_equal(again, pictures.to_array(pinxit.read(stopped)))


def test_batch_with_progress(tmp_path: Path) -> None:
    batch = module("batch_with_progress")
    folder, output = tmp_path / "photos", tmp_path / "painted"
    folder.mkdir()
    for name in ("cat", "coffee"):
        pictures.write(pictures.fit(pictures.sample(name), 96), folder / f"{name}.jpg")
    (folder / "broken.jpg").write_bytes(b"not a picture")
    first = batch.paint_folder(folder, "house:glass", output, preset="instant", size=96)
    assert first.painted == ["cat.jpg", "coffee.jpg"]
    assert "broken.jpg is not a picture" in first.failed["broken.jpg"]
    times = {file.name: file.stat().st_mtime_ns for file in output.iterdir()}
    second = batch.paint_folder(folder, "house:glass", output, preset="instant", size=96)
    assert second.kept == first.painted
    assert not second.painted
    assert {file.name: file.stat().st_mtime_ns for file in output.iterdir()} == times
    # Another style is another recipe: it is painted again.
    assert batch.paint_folder(folder, "house:ink", output, preset="instant", size=96).painted == first.painted


def test_live_camera(tmp_path: Path) -> None:
    write(tmp_path / "clip.mp4", pan(8))
    arguments = ["clip.mp4", "house:swirl", "house:ink", "-o", "out.mp4", "--size", "96", "--seconds-each", "0.15"]
    assert "8 frames" in run("live_camera.py", *arguments, folder=tmp_path)
    import av

    with av.open(str(tmp_path / "out.mp4")) as film:
        frames = [frame.to_ndarray(format="rgb24").astype(float) for frame in film.decode(video=0)]
    assert len(frames) == 8
    # The styles' colours differ far more than neighbouring frames of a slow pan do.
    assert np.abs(frames[0].mean((0, 1)) - frames[4].mean((0, 1))).max() > 10


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StudioProcess]:
    with run_studio(tmp_path_factory.mktemp("studio") / "home", lean=True) as studio:
        yield studio


def test_http_client(tmp_path: Path, studio: StudioProcess) -> None:
    pictures.write(pictures.fit(pictures.sample("cat"), 96), tmp_path / "photo.jpg")
    printed = run(
        "http_client.py", studio.address, "photo.jpg", "house:swirl", "out.png", "--size", "64", folder=tmp_path
    )
    job = printed.split()[-1]
    with studio.client() as client:
        assert client.get(f"/api/v1/jobs/{job}").json()["state"] == "succeeded"
    assert "% " in printed
    recipe = pinxit.Recipe.from_json(pinxit.read_recipe(tmp_path / "out.png") or "")
    assert (recipe.size, recipe.preset, recipe.content.name) == (64, "draft", "photo.jpg")


def test_http_client_shows_the_studios_own_sentence(tmp_path: Path, studio: StudioProcess) -> None:
    command = [
        sys.executable,
        str(EXAMPLES / "http_client.py"),
        studio.address,
        "sample:cat",
        "house:nothing",
        "out.png",
    ]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "house:nothing" in done.stderr
    assert "Traceback" not in done.stderr


def test_http_client_needs_only_the_standard_library() -> None:
    tree = ast.parse((EXAMPLES / "http_client.py").read_text())
    imported = {name.name for node in ast.walk(tree) if isinstance(node, ast.Import) for name in node.names}
    imported |= {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert {name.partition(".")[0] for name in imported} <= set(sys.stdlib_module_names)


def test_the_notebook_runs(tmp_path: Path) -> None:
    nbformat = pytest.importorskip("nbformat", reason="nbclient is not installed: make docs-site installs it")
    nbclient = pytest.importorskip("nbclient", reason="nbclient is not installed: make docs-site installs it")
    notebook = nbformat.read(EXAMPLES / "pinxit.ipynb", as_version=4)
    assert not any(cell.get("outputs") for cell in notebook.cells), "commit it without its outputs"
    nbclient.NotebookClient(notebook, timeout=900, resources={"metadata": {"path": str(tmp_path)}}).execute()
    shown = json.dumps([cell.get("outputs") for cell in notebook.cells])
    assert shown.count("image/png") >= 4
