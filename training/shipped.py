"""Teach a network that pinxit ships, from photographs and paintings whose licences allow it, and from drawn styles.

Breaks off and goes on at any moment; every so often it writes the weights.

    python training/shipped.py fine --photographs FOLDER --paintings FOLDER [--steps 40000] [--begin WEIGHTS] --out FOLDER
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
from pinxit.network.course import Course, Plan
from pinxit.network.lesson import Library, read_folder
from pinxit.network.master import Master
from pinxit.network.teacher import Teacher
from pinxit.network.transformer import Network
from pinxit.network.weights import SHAPES
from pinxit.picture import Picture

SIDE = 384  # of a photograph or painting in memory, the shorter side, px
DRAWN_SIDE = 768  # of a house style: large strokes, and crisp ones, which small paintings do not have
SEEDS = 2  # of each house style
OFTEN = 6  # times as often as a painting: one lesson in six
EVERY = 100  # steps


def main() -> None:
    """Teach."""
    parser = argparse.ArgumentParser()
    parser.add_argument("network", choices=SHAPES)
    parser.add_argument("--photographs", type=Path, required=True)
    parser.add_argument("--paintings", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--master", type=Path, help="weights of a larger network, which is imitated")
    parser.add_argument("--begin", type=Path, help="weights to begin with")
    parser.add_argument("--steps", type=int, default=40_000)
    parser.add_argument("--until", type=int, help="stop for now after so many")
    parser.add_argument("--size", type=int, default=256)
    parser.add_argument("--batch", type=int, default=3)
    parser.add_argument("--rate", type=float, default=6e-4)
    parser.add_argument("--style-weight", type=float, default=25)
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(0)
    network = Network(SHAPES[options.network])
    if options.begin:
        begin_with(network, weights.load(options.begin))
    library = Library(
        read_folder(options.photographs, SIDE), [*read_folder(options.paintings, SIDE), *OFTEN * drawn()], varied=True
    )
    teacher: Teacher | Master
    if options.master:
        teacher = Master(Network.of(weights.load(options.master)))
        network.reader = teacher.network.reader  # one code for both
    else:
        teacher = Teacher(open_encoder("vgg16", device="cpu", precision="auto")[0])
    course = Course(
        network,
        teacher,
        lambda number: library.lesson(number, options.size, options.batch),
        Plan(
            options.steps,
            options.rate,
            options.style_weight,
            ("transformer",) if options.master else (),
            half=choose_dtype("auto", torch.device("cpu")) == torch.bfloat16,
        ),
    )
    state, log = options.out / "state.safetensors", options.out / "log.jsonl"
    if state.exists():
        course.restore(state)
    begin, losses = time.monotonic(), []
    for step in course:
        losses.append((step.content, step.style))
        if step.number % EVERY == 0:
            content, style = np.mean(losses, 0)
            losses.clear()
            pace = (time.monotonic() - begin) / EVERY
            line = {
                "step": step.number,
                "content": round(float(content), 4),
                "style": round(float(style), 4),
                "seconds": round(pace, 2),
            }
            with log.open("a") as file:
                print(json.dumps(line), file=file)
            print(line, flush=True)
            card: dict[str, object] = {
                "steps": step.number, "of": options.steps, "side": options.size, "batch": options.batch,
                "rate": options.rate, "style_weight": options.style_weight,
            }  # fmt: skip
            if options.master:
                card["master"] = options.master.name
            weights.save(options.out / f"{options.network}.safetensors", network.weights(course.average, card))
            course.save(state)
            begin = time.monotonic()
        if step.number == options.until:
            break


def begin_with(network: Network, known: weights.Weights) -> None:
    """What another network knows, as far as it has the same layers: a reader serves any transformer.

    Residual blocks that it does not have say nothing at first.
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
    """Set what is given of a part's parameters."""
    part.load_state_dict({name: torch.from_numpy(value.copy()) for name, value in parameters.items()}, strict=False)


def drawn() -> list[Picture]:
    """House styles."""
    return [styles.draw(name, DRAWN_SIDE, seed=seed) for name in styles.names() for seed in range(1, 1 + SEEDS)]


if __name__ == "__main__":
    main()
