"""Measure whether a taste recognises a painter: with three works liked, how do the painter's other works rank among all?

python benchmarks/taste.py [--paintings FOLDER] [--features FILE]

Paintings are files named STYLE__PAINTER__TITLE. The features of each take about a second; they are stored in FILE. The result
is the mean share of other painters' works that rank below one by the painter: 1 is perfect, 0.5 is chance.
"""

from __future__ import annotations

import argparse
import functools
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from pinxit import image as pictures
from pinxit.design import taste
from pinxit.encoder.open import open_encoder
from pinxit.image import resize

LIKED, LEAST = 3, 5  # liked works per painter; fewest works of a painter
PROJECTED = 32  # channels of the compressed Gram matrices
ROUNDS = 4  # each with other liked works

Array = NDArray[np.float64]
Place = Callable[[Array], Array]


def main() -> None:
    """Compare descriptors, then distances, then the effects of dislikes and of small folders."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--paintings", type=Path, default=Path("../shared/data/train_styles"))
    parser.add_argument("--features", type=Path, default=Path("out/taste.npz"))
    options = parser.parse_args()
    painters, features = seen(options.paintings, options.features)
    taps = taste.TAPS
    moments = {tap: np.hstack([features[f"{tap}_mean"], features[f"{tap}_std"]]) for tap in taps}
    descriptors = {f"means and deviations of {tap}": np.sqrt(moments[tap]) for tap in taps}
    descriptors["of relu3_1 to relu5_1"] = np.sqrt(np.hstack([moments[tap] for tap in taps[2:]]))
    covariances = np.hstack([features[f"{tap}_cov"] for tap in taps])
    descriptors["compressed Gram matrices of all five"] = np.sign(covariances) * np.sqrt(np.abs(covariances))
    kept = np.sqrt(np.hstack([moments[tap] for tap in taps]))
    descriptors["means and deviations of all five"] = kept
    count = sum(list(painters).count(painter) >= LEAST for painter in set(painters))
    print(f"{len(painters)} paintings, {count} painters with at least {LEAST}; {LIKED} liked, {ROUNDS} rounds\n")
    for name, descriptor in descriptors.items():
        print(f"| {name} | {recognised(painters, descriptor, taste.spread):.3f} |")
    print()
    for how, place in PLACES.items():
        print(f"| {how} | {recognised(painters, kept, place):.3f} |")
    print()
    for others in (10, 30, 100):
        print(
            f"| 2 by the painter among {others} others | {recognised(painters, kept, taste.spread, among=others):.3f} |"
        )
    for weight in (0.0, 0.25, 0.5, 1.0):
        print(
            f"| a disliked painter's works weigh {weight} | "
            + " | ".join(f"{n:.3f}" for n in against(painters, kept, weight))
            + " |"
        )


def seen(folder: Path, file: Path) -> tuple[NDArray[np.str_], dict[str, Array]]:
    """Return painters and the statistics of every painting at `taste.TAPS`, from `file` if it has them."""
    if not file.exists():
        paths = sorted(folder.glob("*__*__*.jpg"))
        encoder, _ = open_encoder("vgg16")
        generator = torch.Generator().manual_seed(0)
        project: dict[str, torch.Tensor] = {}
        rows: list[dict[str, NDArray[np.float32]]] = []
        for number, path in enumerate(paths, start=1):
            picture = pictures.read(path)
            scale = (taste.AREA / (picture.height * picture.width)) ** 0.5
            small = resize(picture, max(32, round(picture.height * scale)), max(32, round(picture.width * scale)))
            with torch.no_grad():
                maps = encoder(torch.from_numpy(small.pixels)[None], taste.TAPS)
            row: dict[str, NDArray[np.float32]] = {}
            for tap in taste.TAPS:
                flat = maps[tap][0].flatten(1)
                shape = (flat.shape[0], PROJECTED)
                if tap not in project:
                    project[tap] = torch.randn(*shape, generator=generator) / PROJECTED**0.5
                small_flat = project[tap].T @ (flat - flat.mean(1, keepdim=True))
                covariance = (small_flat @ small_flat.T / flat.shape[1]).numpy()
                row |= {f"{tap}_mean": flat.mean(1).numpy(), f"{tap}_std": flat.std(1).numpy()}
                row[f"{tap}_cov"] = covariance[np.triu_indices(PROJECTED)]
            rows.append(row)
            print(f"\r{number}/{len(paths)}", end="", flush=True)
        file.parent.mkdir(parents=True, exist_ok=True)
        stacked = {key: np.stack([row[key] for row in rows]) for key in rows[0]}
        np.savez(file, allow_pickle=False, names=np.array([path.name for path in paths]), **stacked)
        print()
    with np.load(file) as stored:
        names = [Path(name).name for name in stored["names"]]
        own = [number for number, name in enumerate(names) if name.count("__") == 2]
        painters = np.array([names[number].split("__")[1] for number in own])
        return painters, {key: stored[key][own].astype(np.float64) for key in stored.files if key != "names"}


def after(scores: Array, ours: NDArray[np.bool_]) -> float:
    """Return the share of pairs of one of ours and one of the others in which ours ranks first."""
    return float((scores[ours][:, None] > scores[~ours][None]).mean())


def recognised(painters: NDArray[np.str_], descriptors: Array, place: Place, among: int | None = None) -> float:
    """Return the mean of `after` over painters and rounds, of two works among `among` others, or of all works."""
    shares = []
    whole = place(descriptors)
    for number in range(ROUNDS):
        random = np.random.default_rng(number)
        for painter in sorted(set(painters)):
            own = random.permutation(np.flatnonzero(painters == painter))
            if len(own) < LEAST:
                continue
            liked, hidden, others = own[:LIKED], own[LIKED:], np.flatnonzero(painters != painter)
            points = whole
            if among:
                # Only these pictures exist, as in a small folder.
                hidden, others = hidden[:2], random.choice(others, among, replace=False)
                there = np.concatenate([liked, hidden, others])
                points = np.zeros((len(painters), min(128, len(there))))
                points[there] = place(descriptors[there])
            candidates = np.concatenate([hidden, others])
            shares.append(after(score(points, liked, candidates), np.arange(len(candidates)) < len(hidden)))
    return float(np.mean(shares))


def score(points: Array, liked: NDArray[np.int_], candidates: NDArray[np.int_]) -> Array:
    """Return the cosines to the mean of the liked works."""
    mean = points[liked].mean(axis=0)
    return np.asarray(points[candidates] @ mean / np.linalg.norm(mean))


def against(painters: NDArray[np.str_], descriptors: Array, weight: float) -> tuple[float, float]:
    """Return how the liked painter's works rank above all, and above those of a disliked painter."""
    random = np.random.default_rng(0)
    points = taste.spread(descriptors)
    many = [painter for painter in sorted(set(painters)) if (painters == painter).sum() >= LEAST]
    found = []
    for painter, other in zip(many, random.permutation(many), strict=True):
        if painter == other:
            continue
        own, theirs = (random.permutation(np.flatnonzero(painters == one)) for one in (painter, other))
        candidates = np.setdiff1d(np.arange(len(painters)), np.concatenate([own[:LIKED], theirs[:LIKED]]))
        scores = score(points, own[:LIKED], candidates) - weight * score(points, theirs[:LIKED], candidates)
        ours, bad = painters[candidates] == painter, painters[candidates] == other
        found.append((after(scores, ours), after(scores[ours | bad], ours[ours | bad])))
    before_all, before_bad = np.mean(found, axis=0)
    return float(before_all), float(before_bad)


def angles(descriptors: Array, *, even: bool, power: float) -> Array:
    """Return centred unit vectors, optionally with statistics scaled to unit spread and directions whitened by `power`."""
    data = descriptors - descriptors.mean(axis=0)
    if even:
        data = data / (data.std(axis=0) + 1e-6)
    if power:
        squares, vectors = np.linalg.eigh(data @ data.T)
        data = vectors[:, -128:] * np.maximum(squares[-128:], 0) ** ((1 - power) / 2)
    return np.asarray(data / (np.linalg.norm(data, axis=1, keepdims=True) + 1e-9))


PLACES: dict[str, Place] = {
    "angle": functools.partial(angles, even=False, power=0.0),
    "angle, one spread": functools.partial(angles, even=True, power=0.0),
    "angle, one spread, whitened": functools.partial(angles, even=True, power=1.0),
    "angle, one spread, half whitened (kept)": taste.spread,
}

if __name__ == "__main__":
    main()
