"""The automaton: the same rule in NumPy and in PyTorch, a grid without borders, files that are safe to open."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.numpy import save as serialized

from pinxit.errors import PinxitError
from pinxit.living.automaton import CHANNELS, LIMIT, frame_of, quantized, seed_state
from pinxit.living.container import is_living_file, load, save
from pinxit.living.recipe import LivingRecipe
from pinxit.living.training import _Rule
from pinxit.network import weights
from pinxit.network.weights import LIVING, SHIPPED
from pinxit.recipe.recipe import Input
from tests.living.rules import lively

RECIPE = LivingRecipe(painting=Input(name="house:waves"), steps=3, done=3)


def test_the_file_paints_what_the_training_painted() -> None:
    """Weights are rounded to 8 bits already while they are trained, so nothing is lost by writing them."""
    generator = torch.Generator().manual_seed(1)
    rule = _Rule(generator)
    with torch.no_grad():
        rule.outer.normal_(0, 0.05, generator=generator)
        state = torch.from_numpy(seed_state(24, 40))[None]
        written = rule.automaton()
        expected = seed_state(24, 40)
        for _ in range(12):
            state = rule(state).clamp(-LIMIT, LIMIT)
            expected = written.step(expected)
    assert np.abs(expected - seed_state(24, 40)).max() > 0.05, "it changes"
    assert np.abs(state[0].numpy() - expected).max() < 1e-4


def test_has_no_borders() -> None:
    """A grid that is shifted around its borders stays the same grid, shifted."""
    rule, state = lively(), seed_state(20, 28)
    shifted = np.roll(state, (7, 11), (0, 1))
    assert np.abs(rule.run(shifted, 6) - np.roll(rule.run(state, 6), (7, 11), (0, 1))).max() < 1e-4


def test_a_cell_sees_its_eight_neighbours_only() -> None:
    rule, state = lively(), seed_state(9, 9)
    other = state.copy()
    other[4, 4] += 0.3
    changed = np.abs(rule.step(other) - rule.step(state)).max(2) > 1e-6
    inside = np.zeros((9, 9), bool)
    inside[3:6, 3:6] = True
    assert changed[~inside].sum() == 0
    assert changed[inside].all()


def test_numbers_stay_within_the_limit() -> None:
    rule = lively()
    wild = dataclasses.replace(rule, outer_scale=100 * rule.outer_scale)
    state = wild.run(seed_state(16, 16), 64)
    assert np.isfinite(state).all()
    assert np.abs(state).max() == LIMIT


def test_noise_is_the_seed_s_and_even() -> None:
    noise = seed_state(64, 64, 5)
    assert (noise == seed_state(64, 64, 5)).all()
    assert np.corrcoef(noise.ravel(), seed_state(64, 64, 6).ravel())[0, 1] < 0.05
    assert abs(noise.mean()) < 0.01
    assert noise.std() == pytest.approx(0.5 / np.sqrt(12), rel=0.03)
    assert (seed_state(8, 8, 5) == noise[:8, :8]).all(), "a larger grid begins with the same"


def test_rounding_is_to_half_a_code() -> None:
    matrix = np.random.default_rng(0).normal(size=(5, 9)).astype(np.float32)
    codes, scale = quantized(matrix)
    assert np.abs(codes * scale[:, None] - matrix).max() <= scale.max() / 2 + 1e-6
    assert quantized(np.zeros((2, 3), np.float32))[0].any() == np.False_


def test_file(tmp_path: Path) -> None:
    rule = lively()
    save(tmp_path / "a.pinxit", rule, RECIPE)
    again, recipe = load(tmp_path / "a.pinxit")
    assert recipe == RECIPE
    assert (frame_of(again.run(seed_state(16, 16), 4)) == frame_of(rule.run(seed_state(16, 16), 4))).all()
    assert (tmp_path / "a.pinxit").stat().st_size < 8192
    save(tmp_path / "b.pinxit", rule, RECIPE)
    assert (tmp_path / "a.pinxit").read_bytes() == (tmp_path / "b.pinxit").read_bytes()
    with pytest.raises(PinxitError, match="overwrite"):
        save(tmp_path / "a.pinxit", rule, RECIPE)
    with pytest.raises(PinxitError, match="paints no pictures"):
        weights.load(tmp_path / "a.pinxit")


def test_files_of_strangers(tmp_path: Path) -> None:
    rule = lively()
    good = {field.name: getattr(rule, field.name) for field in dataclasses.fields(rule)}

    def written(name: str, content: bytes) -> Path:
        (tmp_path / name).write_bytes(content)
        return tmp_path / name

    meta = {LIVING: RECIPE.to_json()}
    damaged = {
        "text.pinxit": (b"not a texture", "not a living texture, or it is damaged"),
        "empty.pinxit": (b"", "not a living texture, or it is damaged"),
        "shape.pinxit": (serialized({**good, "inner": np.zeros((3, 3), np.int8)}, meta), "not as expected"),
        "type.pinxit": (serialized({**good, "inner": good["inner"].astype(np.int16)}, meta), "not as expected"),
        "more.pinxit": (serialized({**good, "other": np.zeros(3)}, meta), "not as expected"),
        "nan.pinxit": (serialized({**good, "bias": np.full_like(good["bias"], np.nan)}, meta), "not as expected"),
        "recipe.pinxit": (serialized(good, {LIVING: "{"}), "not JSON"),
        "large.pinxit": (serialized({**good, "other": np.zeros(2**18)}, meta), "larger than any living texture"),
    }
    for name, (content, sentence) in damaged.items():
        with pytest.raises(PinxitError, match=sentence):
            load(written(name, content))
    with pytest.raises(PinxitError, match="network for pictures"):
        load(SHIPPED / "live.safetensors")
    with pytest.raises(PinxitError, match="check the path"):
        load(tmp_path / "missing.pinxit")
    assert not is_living_file(tmp_path / "text.pinxit")
    assert not is_living_file(tmp_path / "missing.pinxit")
    assert is_living_file(written("good.pinxit", serialized(good, meta)))
    assert good["inner"].shape[1] % CHANNELS == 0
