"""Living textures by the command line: training, export, loops that close, redo, and one sentence for every mistake."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path

import numpy as np
import PIL.Image
import pytest
import torch

from pinxit import styles
from pinxit.living.automaton import Automaton, Frame
from pinxit.living.container import save
from pinxit.living.loop import loop_frames
from pinxit.living.recipe import LivingRecipe, LoopRecipe
from pinxit.living.work import LivingTexture
from pinxit.objective.sliced import sliced_distance
from pinxit.recipe.recipe import Input
from pinxit.video.ffmpeg import import_av
from tests.command_line import pinxit
from tests.living.rules import drifting

LOOP = ("--size", 16, "--seconds", 0.8, "--rate", 20, "--speed", 8)
FRAMES = 16


@pytest.fixture
def water(tmp_path: Path) -> Path:
    """The file of a living texture, which nothing was trained for."""
    path = tmp_path / "water.pinxit"
    save(path, drifting(), LivingRecipe(painting=Input(name="house:waves"), steps=1, done=1))
    return path


def frames_of(path: Path) -> list[Frame]:
    if path.suffix == ".mp4":
        with import_av().open(str(path)) as container:
            return [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]
    with PIL.Image.open(path) as image:
        found = []
        for number in range(image.n_frames):  # type: ignore[attr-defined]
            image.seek(number)
            found.append(np.array(image.convert("RGB")))
    return found


def change(one: Frame, other: Frame) -> float:
    return float(np.abs(one.astype(float) - other).mean())


@pytest.mark.parametrize("speed", [1, 3])
def test_a_loop_closes(speed: int) -> None:
    """The step from the last frame to the first is like any other, though the run does not repeat by itself."""
    rule: Automaton = drifting()
    recipe = LoopRecipe(automaton=Input(name="a"), size=32, seconds=3, rate=20, speed=speed)
    frames = list(loop_frames(rule, recipe))
    assert len(frames) == 60
    steps = [change(one, other) for one, other in pairwise(frames)]
    assert min(steps) > 0.2, "it never stops"
    assert change(frames[-1], frames[0]) < 1.5 * max(steps)
    assert max(steps[-20:]) < 6 * np.median(steps), "and it is led back without a jump"
    assert change(frames[30], frames[0]) > 3 * np.median(steps), "in between it is elsewhere"


@pytest.mark.parametrize("ending", ["mp4", "webp", "apng"])
def test_loops_in_files(ending: str, water: Path) -> None:
    folder = water.parent
    target = folder / f"water.{ending}"
    assert target.name in pinxit("export", water, "--to", ending, *LOOP, folder=folder).stdout
    frames = frames_of(target)
    assert len(frames) == FRAMES
    recipe = LoopRecipe(automaton=Input(name="a"), size=16, seconds=0.8, rate=20, speed=8)
    wanted = list(loop_frames(drifting(), recipe))
    alike = [
        np.corrcoef(one.mean(2).ravel(), other.mean(2).ravel())[0, 1] for one, other in zip(frames, wanted, strict=True)
    ]
    assert min(alike) > (0.999 if ending == "apng" else 0.8), "lightness; of noise, coarsely coded colours keep little"
    if ending != "mp4":
        with PIL.Image.open(target) as image:
            assert image.info["loop"] == 0, "for ever"
    shown = json.loads(pinxit("show", target.name, "--json", folder=folder).stdout)
    assert (shown["living"], shown["size"], shown["automaton"]["name"]) == ("loop", 16, "water.pinxit")
    pinxit("redo", target.name, "-o", f"again.{ending}", folder=folder)
    assert (folder / f"again.{ending}").read_bytes() == target.read_bytes()
    pinxit("redo", target.name, "-o", f"other.{ending}", "--seed", 4, "--size", 24, folder=folder)
    assert frames_of(folder / f"other.{ending}")[0].shape == (24, 24, 3)


def test_shaders_are_written(water: Path) -> None:
    folder = water.parent
    for form, ending, word in (
        ("glsl", "glsl", "#version 300 es"),
        ("wgsl", "wgsl", "@compute"),
        ("godot", "gdshader", "shader_type canvas_item"),
        ("unity", "compute", "#pragma kernel"),
        ("page", "html", "<!doctype html>"),
    ):
        assert f"water.{ending}" in pinxit("export", water.name, "--to", form, folder=folder).stdout
        text = (folder / f"water.{ending}").read_text()
        assert word in text
        pinxit("export", water.name, f"by_name.{ending}", folder=folder)
        assert (folder / f"by_name.{ending}").read_text() == text


def test_training_and_redo(tmp_path: Path) -> None:
    """Two steps, the same every time; the file holds what was trained, and how."""
    line = ("texture", "house:waves", "--living", "--iterations", 2, "--seed", 3)
    report = json.loads(pinxit(*line, "-o", "a.pinxit", "--json", "--preview", "p.png", folder=tmp_path).stdout)
    assert report["iterations"] == [2]
    assert (tmp_path / "p.png").stat().st_size
    shown = json.loads(pinxit("show", "a.pinxit", "--json", folder=tmp_path).stdout)
    assert (shown["painting"]["name"], shown["steps"], shown["seed"], shown["done"]) == ("house:waves", 2, 3, 2)
    pinxit("redo", "a.pinxit", folder=tmp_path)
    assert (tmp_path / "a-redo.pinxit").read_bytes() == (tmp_path / "a.pinxit").read_bytes()
    pinxit("redo", "a.pinxit", "-o", "b.pinxit", "--seed", 4, folder=tmp_path)
    assert (tmp_path / "b.pinxit").read_bytes() != (tmp_path / "a.pinxit").read_bytes()
    assert "b.html" in pinxit("export", "b.pinxit", "--to", "page", folder=tmp_path).stdout


def test_an_interrupted_training_is_made_again(tmp_path: Path) -> None:
    """A redo does exactly the steps that were done, at the learning rates that they had."""
    recipe = LivingRecipe(painting=Input(name="house:waves"), steps=40)
    work = LivingTexture(recipe, styles.draw("waves", 1024))
    steps = work.teach()
    next(steps)
    work.save(next(steps), tmp_path / "a.pinxit")
    steps.close()
    pinxit("redo", "a.pinxit", folder=tmp_path)
    assert (tmp_path / "a-redo.pinxit").read_bytes() == (tmp_path / "a.pinxit").read_bytes()


def test_one_sentence_for_every_mistake(water: Path) -> None:
    folder = water.parent
    PIL.Image.new("RGB", (400, 20), "teal").save(folder / "strip.png")
    PIL.Image.new("RGB", (40, 40), "teal").save(folder / "small.png")
    (folder / "there.glsl").write_text("mine")
    taught = ("texture", "house:waves", "--living")
    for line, sentence in (
        ((*taught, "--tile"), "--tile is not for living textures"),
        ((*taught, "--size", "512"), "--size is not for living textures"),
        ((*taught, "--preset", "fine"), "--preset is not for living textures"),
        ((*taught, "-o", "a.png"), "a.png does not end in .pinxit"),
        ((*taught, "-o", "water.pinxit"), "overwrite"),
        ((*taught, "--iterations", "0"), "steps"),
        (("texture", "house:waves", "house:ink", "--living"), "learns from one painting"),
        (("texture", "strip.png", "--living"), "too few to learn from"),
        (("texture", "small.png", "--living"), "too few to learn from"),
        (("texture", "missing.png", "--living"), "missing.png"),
        (("export", "water.pinxit"), "say what water.pinxit is to become"),
        (("export", "water.pinxit", "--to", "fbx"), "not exported as 'fbx'"),
        (("export", "water.pinxit", "a.onnx"), "no ending of a living texture's export"),
        (("export", "water.pinxit", "a.glsl", "--to", "wgsl"), "change the name or --to"),
        (("export", "water.pinxit", "a.glsl", "--seconds", "2"), "--seconds is for loops"),
        (("export", "water.pinxit", "there.glsl"), "overwrite"),
        (("export", "water.pinxit", "a.glsl", "--network", "live"), "--network is for styles"),
        (("export", "water.pinxit", "a.mp4", "--seconds", "0"), "seconds"),
        (("export", "water.pinxit", "a.mp4", "--size", "33"), "size"),
        (("export", "strip.png", "--to", "glsl"), "strip.png is not a living texture"),
        (("export", "missing.pinxit", "--to", "glsl"), "check the path"),
        (("export", "house:ink", "a.onnx", "--speed", "2"), "--speed is for loops"),
        (("export", "house:ink"), "name the file to write"),
        (("stylize", "sample:cat", "-s", "water.pinxit", "-o", "a.png"), "paints no pictures"),
        (("redo", "water.pinxit", "-o", "a.png"), "a.png does not end in .pinxit"),
        (
            ("redo", "water.pinxit", "-o", "a.pinxit", "--style-weight", "3"),
            "--style-weight is not for living textures",
        ),
    ):
        done = pinxit(*line, folder=folder, check=2)
        assert sentence in done.stderr, (line, done.stderr)
        assert len(done.stderr.strip().splitlines()) == 1, done.stderr
    assert (folder / "there.glsl").read_text() == "mine"
    assert not {path.name for path in folder.iterdir()} & {"a.png", "a.glsl", "a.mp4", "a.onnx", "a.pinxit"}


def test_the_distance_sees_more_than_moments() -> None:
    """Two values, and a bell with the same mean and variance, have one Gram matrix but another distribution."""
    generator = torch.Generator().manual_seed(0)
    bell = torch.randn(4000, 1, generator=generator)
    two = torch.sign(torch.randn(4000, 1, generator=generator))
    again = torch.randn(4000, 1, generator=generator)
    assert sliced_distance(bell, again, generator) < 0.02
    assert sliced_distance(bell, two, generator) > 0.2
    moved = bell.clone().requires_grad_()
    for _ in range(60):
        (slope,) = torch.autograd.grad(sliced_distance(moved, two, generator), moved)
        moved = (moved - 200 * slope).detach().requires_grad_()
    assert sliced_distance(moved, two, generator) < 0.1
