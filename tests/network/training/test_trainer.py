"""Training: losses fall, interrupted trainings resume exactly, and the result can be used as a style."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice
from pathlib import Path

import numpy as np
import pytest
import torch

import pinxit
from pinxit import styles
from pinxit.encoder.vgg import Encoder
from pinxit.errors import PinxitError
from pinxit.files.cache import cache_folder
from pinxit.image import Picture
from pinxit.network import weights
from pinxit.network.model import Network
from pinxit.network.training import dataset as dataset_module
from pinxit.network.training import one_style
from pinxit.network.training.dataset import StyleDataset
from pinxit.network.training.distillation import DistillationLoss
from pinxit.network.training.perceptual_loss import BatchLosses, PerceptualLoss
from pinxit.network.training.trainer import Trainer, TrainingConfig
from pinxit.network.weights import SHAPES
from pinxit.preparation import StyleImage, job_from_recipe, prepare
from tests import command_line


@pytest.fixture(autouse=True)
def _small_styles(monkeypatch: pytest.MonkeyPatch) -> None:
    """Read style images at a size at which a step is fast."""
    for module in (dataset_module, one_style):
        monkeypatch.setattr(module, "SIZES", (96,))


def trainer(encoder: Encoder, cat: Picture, steps: int) -> Trainer:
    """A trainer of an untrained network, with one style and one photograph."""
    torch.manual_seed(0)
    dataset = StyleDataset([cat], [styles.draw("swirl", 128)], varied=False)
    config = TrainingConfig(steps, rate=3e-3, style_weight=10)
    return Trainer(
        Network(SHAPES["live"]), PerceptualLoss(encoder), lambda number: dataset.batch(number, 64, 2), config
    )


@pytest.mark.slow(reason="trains for forty steps")
def test_losses_fall(encoder: Encoder, cat: Picture) -> None:
    losses = [step.content + 10 * step.style for step in trainer(encoder, cat, 40)]
    assert np.mean(losses[-10:]) < 0.8 * np.mean(losses[:5])


@pytest.mark.slow(reason="trains for a hundred steps")
def test_a_small_network_learns_from_a_larger_one(cat: Picture) -> None:
    torch.manual_seed(0)
    teacher = DistillationLoss(Network.from_weights(weights.shipped("fine")))
    network = Network(SHAPES["live"])
    network.reader.load_state_dict(teacher.network.reader.state_dict(), strict=False)
    before = [value.clone() for value in network.reader.parameters()]
    dataset = StyleDataset([cat], [styles.draw("swirl", 128)], varied=False)
    config = TrainingConfig(100, 3e-3, 1.0, ("transformer",))
    losses = [step.content for step in Trainer(network, teacher, lambda number: dataset.batch(number, 64, 2), config)]
    assert np.mean(losses[-10:]) < 0.5 * np.mean(losses[:5])
    assert all(torch.equal(*pair) for pair in zip(before, network.reader.parameters(), strict=True))


def test_what_was_broken_off_goes_on_exactly(encoder: Encoder, cat: Picture, tmp_path: Path) -> None:
    unbroken = trainer(encoder, cat, 4)
    list(unbroken)
    broken = trainer(encoder, cat, 4)
    list(islice(broken, 2))
    broken.save(tmp_path / "state.safetensors")
    resumed = trainer(encoder, cat, 4)
    resumed.restore(tmp_path / "state.safetensors")
    assert [step.number for step in resumed] == [3, 4]
    for name, value in unbroken.average.items():
        assert torch.equal(resumed.average[name], value)


def test_crops_of_one_colour_are_left_out() -> None:
    even = np.full((3, 300, 300), 0.5, np.float32)
    even[:, 140:160, 140:160] = 0.9
    dataset = StyleDataset([Picture(even)], [styles.draw("swirl", 128)], varied=False)
    batches = [dataset.batch(number, 64, 4).photographs for number in range(10)]
    assert min(float(one.std()) for batch in batches for one in batch) > 0.001


def test_a_gradient_that_is_not_finite_is_refused(encoder: Encoder, cat: Picture) -> None:
    broken = trainer(encoder, cat, 5)
    broken._loss = lambda painted, *_: replace(  # the root of 0 has an infinite derivative
        zeros(painted), content=(painted - painted.detach()).abs().sum((1, 2, 3)).sqrt()
    )
    with pytest.raises(PinxitError, match="NaN or infinite"):
        list(broken)


def zeros(painted: torch.Tensor) -> BatchLosses:
    return BatchLosses(*[painted.new_zeros(len(painted)) for _ in range(5)])


def test_another_file_is_no_state(encoder: Encoder, cat: Picture, tmp_path: Path) -> None:
    (tmp_path / "state.safetensors").write_bytes(b"\x08\0\0\0\0\0\0\0{}      ")
    with pytest.raises(PinxitError, match="not the state"):
        trainer(encoder, cat, 8).restore(tmp_path / "state.safetensors")


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A network trained for two steps by the command line."""
    path = tmp_path_factory.mktemp("trained") / "swirl.pinxit"
    command_line.pinxit("train", "house:swirl", "house:waves", "-o", path, "--steps", "2", folder=path.parent)
    return path


def test_is_a_style_wherever_one_can_stand(trained: Path, cat: Picture, tmp_path: Path) -> None:
    job = prepare(cat, str(trained), size=96)
    assert job.recipe.engine == "network"
    painted = list(job.paint())[-1].picture()
    ordinary = list(prepare(cat, job.ingredients.styles[0].picture, engine="network", size=96).paint())[-1].picture()
    assert painted.pixels.shape == ordinary.pixels.shape
    assert not np.array_equal(painted.pixels, ordinary.pixels)
    again = job_from_recipe(
        job.recipe.model_copy(update={"content": prepare("sample:cat", "house:swirl").recipe.content})
    )
    assert list(again.networks) == [job.recipe.styles[0].sha256]
    optimized = prepare(cat, str(trained), engine="optimizer", size=64, coarsest=64, iterations=1, device="cpu")
    assert len(list(optimized.paint())) == 1


def test_mixes_with_no_other_but_may_have_a_region(trained: Path, cat: Picture) -> None:
    with pytest.raises(PinxitError, match="--region"):
        list(prepare(cat, [str(trained), "house:glass"], size=96).paint())
    left = np.zeros((cat.height, cat.width), np.float32)
    left[:, : cat.width // 2] = 1
    list(prepare(cat, [StyleImage(str(trained), region=left), "house:glass"], size=96).paint())


def test_what_it_holds_is_checked(trained: Path, cat: Picture, tmp_path: Path) -> None:
    hostile = tmp_path / "hostile.pinxit"
    hostile.write_bytes(trained.read_bytes()[:-1000])
    for file, sentence in ((hostile, "damaged"), (weights.SHIPPED / "fine.safetensors", "")):
        copy = tmp_path / "copy.pinxit"
        copy.write_bytes(file.read_bytes())
        with pytest.raises(PinxitError, match=sentence or "any style"):
            prepare(cat, str(copy))


def test_says_what_is_wrong_before_it_learns(trained: Path) -> None:
    from pinxit.training import check_network

    with pytest.raises(PinxitError, match="overwrite"):
        check_network(trained, overwrite=False)
    with pytest.raises(PinxitError, match=r"\.pinxit"):
        check_network(Path("painting.png"), overwrite=False)
    with pytest.raises(PinxitError, match="steps"):
        next(pinxit.train(["house:swirl"], steps=0))
    with pytest.raises(PinxitError, match="no painting"):
        next(pinxit.train([]))


def test_a_stopped_training_goes_on(tmp_path: Path) -> None:
    states = cache_folder() / "training"
    others = (
        set(states.iterdir()) if states.exists() else set()
    )  # of trainings that other tests interrupted and never resume
    learning = pinxit.train(["house:swirl"], steps=4)
    next(learning)
    learning.close()
    resumed = list(pinxit.train(["house:swirl"], steps=4))
    assert [progress.step for progress in resumed] == [2, 3, 4]
    assert set(states.iterdir()) == others
    assert pinxit.save_network(resumed[-1], tmp_path / "swirl.pinxit").exists()
    assert resumed[-1].picture().width == 384
