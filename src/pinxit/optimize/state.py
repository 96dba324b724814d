"""The state of an interrupted run: numbers and tensors by name, enough to resume it exactly."""

from __future__ import annotations

from torch import Tensor

State = dict[str, Tensor | float | list[float] | None]


def within(state: State, prefix: str) -> State:
    """Return the entries whose names begin with `prefix.`, without the prefix."""
    return {name.removeprefix(f"{prefix}."): value for name, value in state.items() if name.startswith(f"{prefix}.")}


def named(state: State, prefix: str) -> State:
    """Return the same entries with `prefix.` before their names."""
    return {f"{prefix}.{name}": value for name, value in state.items()}


def number(state: State, name: str) -> float:
    """Return a number; KeyError or TypeError where it is missing or something else."""
    value = state[name]
    if not isinstance(value, int | float):
        raise TypeError(name)
    return value


def numbers(state: State, name: str) -> list[float]:
    """Return a list of numbers; KeyError or TypeError where it is missing or something else."""
    value = state[name]
    if not isinstance(value, list):
        raise TypeError(name)
    return value


def tensor(state: State, name: str) -> Tensor:
    """Return a tensor; KeyError or TypeError where it is missing or something else."""
    value = state[name]
    if not isinstance(value, Tensor):
        raise TypeError(name)
    return value
