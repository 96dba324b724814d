"""Train a network that pinxit ships, on photographs and paintings whose licences allow it, and on drawn styles and flat art.

It can be interrupted at any moment and resumes; it writes the weights every hundred steps.

    python training/shipped.py fine --photographs FOLDER --paintings FOLDER [--steps 40000] [--start WEIGHTS] --out FOLDER
    python training/shipped.py live --teacher WEIGHTS --photographs FOLDER --paintings FOLDER --out FOLDER
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import torch

from pinxit import styles
from pinxit.encoder.device import choose_dtype
from pinxit.encoder.open import open_encoder
from pinxit.network import weights
from pinxit.network.model import Network
from pinxit.network.training.dataset import StyleDataset, read_folder
from pinxit.network.training.distillation import DistillationLoss
from pinxit.network.training.flat_art import draw_flat_art
from pinxit.network.training.perceptual_loss import PerceptualLoss
from pinxit.network.training.trainer import Trainer, TrainingConfig
from pinxit.network.weights import SHAPES

SIDE = 480  # px: shorter side of a photograph or painting in memory
DRAWN_SIDE = 720  # px: of a drawn style
SEEDS = 2  # of each drawn style
DRAWN_COPIES = 3  # of each drawn style: one pair in twelve is painted in one
FLAT_SHARE = 1 / 7  # of flat art among the photographs
REPORT_INTERVAL = 100  # steps


def main() -> None:
    """Train."""
    parser = argparse.ArgumentParser()
    parser.add_argument("network", choices=SHAPES)
    parser.add_argument("--photographs", type=Path, required=True)
    parser.add_argument("--paintings", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--teacher", type=Path, help="weights of a larger network, whose paintings are imitated")
    parser.add_argument("--start", type=Path, help="weights to start from")
    parser.add_argument("--steps", type=int, default=40_000)
    parser.add_argument("--stop-after", type=int, help="stop for now after so many steps")
    parser.add_argument("--size", type=int, default=224)
    parser.add_argument("--batch", type=int, default=2)
    parser.add_argument("--rate", type=float, default=7e-4)
    parser.add_argument("--style-weight", type=float, default=15)
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(0)
    network = Network(SHAPES[options.network])
    if options.start:
        start_from(network, weights.load(options.start))
    loss: PerceptualLoss | DistillationLoss
    if options.teacher:
        teacher = weights.load(options.teacher)
        start_from(network, teacher)  # the code that styles have stays the teacher's
        loss = DistillationLoss(Network.from_weights(teacher))
    else:
        loss = PerceptualLoss(open_encoder("vgg16", device="cpu", precision="auto")[0])
    data = dataset(options.photographs, options.paintings)
    trainer = Trainer(
        network,
        loss,
        lambda number: data.batch(number, options.size, options.batch),
        TrainingConfig(
            options.steps,
            options.rate,
            options.style_weight,
            ("transformer", "reader.tokens") if options.teacher else (),
            half=choose_dtype("auto", torch.device("cpu")) == torch.bfloat16,
        ),
    )
    card: dict[str, object] = {
        "of": options.steps, "side": options.size, "batch": options.batch, "rate": options.rate,
        "style_weight": options.style_weight,
    }  # fmt: skip
    if options.teacher:
        card["teacher"] = options.teacher.name
    train(trainer, options.out / f"{options.network}.safetensors", card, options.stop_after)


def train(trainer: Trainer, file: Path, card: Mapping[str, object], stop_after: int | None) -> None:
    """Run a training; write its weights to a file, and its state and a log beside it.

    Args:
        trainer: the training.
        file: the weights.
        card: what the weights' card says beside the number of steps.
        stop_after: the step to stop after.
    """
    state, log = file.with_name("state.safetensors"), file.with_name("log.jsonl")
    if state.exists():
        trainer.restore(state)
    begin, losses = time.monotonic(), []
    for step in trainer:
        losses.append((step.content, step.style))
        if step.number % REPORT_INTERVAL == 0:
            content, style = np.mean(losses, 0)
            losses.clear()
            line = {
                "step": step.number,
                "content": round(float(content), 4),
                "style": round(float(style), 4),
                "seconds": round((time.monotonic() - begin) / REPORT_INTERVAL, 2),
            }
            with log.open("a") as lines:
                print(json.dumps(line), file=lines)
            print(line, flush=True)
            weights.save(file, trainer.network.weights(trainer.average, {"steps": step.number, **card}))
            trainer.save(state)
            begin = time.monotonic()
        if step.number == stop_after:
            break


def dataset(photographs: Path, paintings: Path) -> StyleDataset:
    """Return the training data: photographs and flat art, paintings and drawn styles."""
    contents = read_folder(photographs, SIDE)
    flat = [draw_flat_art(SIDE, seed) for seed in range(round(FLAT_SHARE * len(contents)))]
    drawn = [styles.draw(name, DRAWN_SIDE, seed=seed) for name in styles.names() for seed in range(1, 1 + SEEDS)]
    return StyleDataset([*contents, *flat], [*read_folder(paintings, SIDE), *DRAWN_COPIES * drawn], varied=True)


def start_from(network: Network, known: weights.NetworkWeights) -> None:
    """Give a network the parameters of another one, as far as it has the same layers.

    Residual blocks and attentions that the other one does not have change nothing at first.
    """
    load(network.reader, known.reader)
    shape, theirs = network.transformer.shape, known.shape
    more = shape.blocks - theirs.blocks
    if theirs.down == shape.down and more >= 0:
        inner = shape.down[-1]
        before = 2 * (sum(shape.down) + 2 * theirs.blocks * inner)  # normalisations up to where the new ones come
        # Scales and shifts of a block's two normalisations: scales are given less 1, so the second's is 0.
        block = np.repeat(np.array([0, -1, 0], np.float32), [2 * inner, inner, inner])
        silent = np.tile(block, more)
        parameters = dict(known.transformer)
        for name, new in (("weight", np.zeros((len(silent), weights.CODE), np.float32)), ("bias", silent)):
            old = parameters[f"hypernetwork.1.{name}"]
            parameters[f"hypernetwork.1.{name}"] = np.concatenate([old[:before], new, old[before:]])
        load(network.transformer, parameters)


def load(part: torch.nn.Module, parameters: Mapping[str, weights.Array]) -> None:
    """Set those of a part's parameters that are given."""
    part.load_state_dict({name: torch.from_numpy(value.copy()) for name, value in parameters.items()}, strict=False)


if __name__ == "__main__":
    main()
