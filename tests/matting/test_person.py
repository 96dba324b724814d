"""The person network: who is found, in what, and where the matte ends."""

from __future__ import annotations

import itertools

import numpy as np

from pinxit import image as pictures
from pinxit.matting.person import PersonMatte

ASTRONAUT = np.ascontiguousarray(pictures.to_array(pictures.sample("astronaut")))  # 512 × 512 px


def test_the_astronaut_is_cut_out() -> None:
    alpha = PersonMatte()(ASTRONAUT)
    assert alpha.shape == ASTRONAUT.shape[:2]
    assert alpha[90:150, 200:250].min() > 0.95, "her face"
    assert alpha[300:450, 150:250].min() > 0.95, "her suit"
    assert alpha[20:120, 20:80].max() < 0.05, "the flag behind her"
    assert alpha[20:120, 320:350].max() < 0.05, "beside her hair"


def test_mattes_follow_a_person_who_moves() -> None:
    matte = PersonMatte(following=True)
    matte(ASTRONAUT)
    moved = np.roll(ASTRONAUT, 120, axis=1)
    for _ in range(3):
        alpha = matte(moved)
    still = PersonMatte()(moved)
    assert np.abs(alpha - still).mean() < 0.02


def test_noise_between_frames_is_damped() -> None:
    noise = np.random.default_rng(1)
    frames = [(ASTRONAUT + noise.normal(0, 8, ASTRONAUT.shape)).clip(0, 255).astype(np.uint8) for _ in range(6)]
    following, alone = PersonMatte(following=True), PersonMatte()
    jumps = [
        np.mean([np.abs(after - before).mean() for before, after in itertools.pairwise(mattes[2:])])
        for mattes in ([matte(frame) for frame in frames] for matte in (following, alone))
    ]
    assert jumps[0] < 0.8 * jumps[1]
