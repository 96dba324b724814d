"""Learning: losses fall, what was broken off goes on exactly, and what was learnt is a style."""

from __future__ import annotations

import subprocess
import sys
from itertools import islice
from pathlib import Path

import numpy as np
import pytest
import torch

import pinxit
from pinxit import styles
from pinxit.encoder.cache import cache_folder
from pinxit.encoder.vgg import Encoder
from pinxit.errors import PinxitError
from pinxit.job import StyleImage, prepare, prepare_again
from pinxit.network import weights
from pinxit.network.course import Course, Plan
from pinxit.network.lesson import Library
from pinxit.network.master import Master
from pinxit.network.teacher import Teacher
from pinxit.network.transformer import Network
from pinxit.network.weights import SHAPES
from pinxit.picture import Picture


def course(encoder: Encoder, cat: Picture, steps: int) -> Course:
    """A network that knows nothing, to be taught one style on one photograph."""
    torch.manual_seed(0)
    library = Library([cat], [styles.draw("swirl", 128)], varied=False)
    plan = Plan(steps, rate=3e-3, style_weight=10)
    return Course(Network(SHAPES["live"]), Teacher(encoder), lambda number: library.lesson(number, 64, 2), plan)


def test_losses_fall(encoder: Encoder, cat: Picture) -> None:
    losses = [step.content + 10 * step.style for step in course(encoder, cat, 100)]
    assert np.mean(losses[-20:]) < 0.8 * np.mean(losses[:5])


def test_a_small_network_learns_from_a_larger_one(cat: Picture) -> None:
    torch.manual_seed(0)
    master = Master(Network.of(weights.shipped("fine")))
    network = Network(SHAPES["live"])
    network.reader = master.network.reader
    before = [value.clone() for value in network.reader.parameters()]
    library = Library([cat], [styles.draw("swirl", 128)], varied=False)
    plan = Plan(100, 3e-3, 1.0, ("transformer",))
    losses = [step.content for step in Course(network, master, lambda number: library.lesson(number, 64, 2), plan)]
    assert np.mean(losses[-10:]) < 0.5 * np.mean(losses[:5])
    assert all(torch.equal(*pair) for pair in zip(before, network.reader.parameters(), strict=True))


def test_what_was_broken_off_goes_on_exactly(encoder: Encoder, cat: Picture, tmp_path: Path) -> None:
    unbroken = course(encoder, cat, 8)
    list(unbroken)
    broken = course(encoder, cat, 8)
    list(islice(broken, 5))
    broken.save(tmp_path / "state.safetensors")
    resumed = course(encoder, cat, 8)
    resumed.restore(tmp_path / "state.safetensors")
    assert [step.number for step in resumed] == [6, 7, 8]
    for name, value in unbroken.average.items():
        assert torch.equal(resumed.average[name], value)


def test_another_file_is_no_state(encoder: Encoder, cat: Picture, tmp_path: Path) -> None:
    (tmp_path / "state.safetensors").write_bytes(b"\x08\0\0\0\0\0\0\0{}      ")
    with pytest.raises(PinxitError, match="not the state"):
        course(encoder, cat, 8).restore(tmp_path / "state.safetensors")


@pytest.fixture(scope="module")
def taught(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A network that was given two steps by the command line."""
    path = tmp_path_factory.mktemp("taught") / "swirl.pinxit"
    command = [sys.executable, "-m", "pinxit", "train", "house:swirl", "house:waves", "-o", str(path), "--steps", "2"]
    subprocess.run(command, check=True, capture_output=True)
    return path


def test_is_a_style_wherever_one_can_stand(taught: Path, cat: Picture, tmp_path: Path) -> None:
    job = prepare(cat, str(taught), size=96)
    assert job.recipe.engine == "network"
    painted = list(job.paint())[-1].picture()
    ordinary = list(prepare(cat, job.ingredients.styles[0].picture, engine="network", size=96).paint())[-1].picture()
    assert painted.pixels.shape == ordinary.pixels.shape
    assert not np.array_equal(painted.pixels, ordinary.pixels)
    again = prepare_again(
        job.recipe.model_copy(update={"content": prepare("sample:cat", "house:swirl").recipe.content})
    )
    assert list(again.networks) == [job.recipe.styles[0].sha256]
    optimized = prepare(cat, str(taught), engine="optimizer", size=64, coarsest=64, iterations=1, device="cpu")
    assert len(list(optimized.paint())) == 1


def test_mixes_with_no_other_but_may_have_a_region(taught: Path, cat: Picture) -> None:
    with pytest.raises(PinxitError, match="--region"):
        list(prepare(cat, [str(taught), "house:glass"], size=96).paint())
    left = np.zeros((cat.height, cat.width), np.float32)
    left[:, : cat.width // 2] = 1
    list(prepare(cat, [StyleImage(str(taught), region=left), "house:glass"], size=96).paint())


def test_what_it_holds_is_checked(taught: Path, cat: Picture, tmp_path: Path) -> None:
    hostile = tmp_path / "hostile.pinxit"
    hostile.write_bytes(taught.read_bytes()[:-1000])
    for file, sentence in ((hostile, "damaged"), (weights.SHIPPED / "fine.safetensors", "")):
        copy = tmp_path / "copy.pinxit"
        copy.write_bytes(file.read_bytes())
        with pytest.raises(PinxitError, match=sentence or "any style"):
            prepare(cat, str(copy))


def test_says_what_is_wrong_before_it_learns(taught: Path) -> None:
    from pinxit.training import check_network

    with pytest.raises(PinxitError, match="overwrite"):
        check_network(taught, overwrite=False)
    with pytest.raises(PinxitError, match=r"\.pinxit"):
        check_network(Path("painting.png"), overwrite=False)
    with pytest.raises(PinxitError, match="steps"):
        next(pinxit.train(["house:swirl"], steps=0))
    with pytest.raises(PinxitError, match="no painting"):
        next(pinxit.train([]))


def test_a_stopped_training_goes_on(tmp_path: Path) -> None:
    states = cache_folder() / "training"
    others = set(states.iterdir()) if states.exists() else set()  # of trainings that other tests broke off for good
    learning = pinxit.train(["house:swirl"], steps=4)
    next(learning)
    learning.close()
    resumed = list(pinxit.train(["house:swirl"], steps=4))
    assert [progress.step for progress in resumed] == [2, 3, 4]
    assert set(states.iterdir()) == others
    assert pinxit.save_network(resumed[-1], tmp_path / "swirl.pinxit").exists()
    assert resumed[-1].picture().width == 384
