"""What an interrupted run needs to go on as if nothing had happened: numbers and tensors by name."""

from __future__ import annotations

from torch import Tensor

State = dict[str, Tensor | float | list[float] | None]


def within(state: State, prefix: str) -> State:
    """The entries whose names begin with `prefix.`, without it."""
    return {name.removeprefix(f"{prefix}."): value for name, value in state.items() if name.startswith(f"{prefix}.")}


def named(state: State, prefix: str) -> State:
    """The same entries with `prefix.` before their names."""
    return {f"{prefix}.{name}": value for name, value in state.items()}


def number(state: State, name: str) -> float:
    """A number that must be there; KeyError or TypeError where it is not."""
    value = state[name]
    if not isinstance(value, int | float):
        raise TypeError(name)
    return value


def numbers(state: State, name: str) -> list[float]:
    """A list of numbers that must be there."""
    value = state[name]
    if not isinstance(value, list):
        raise TypeError(name)
    return value


def tensor(state: State, name: str) -> Tensor:
    """A tensor that must be there."""
    value = state[name]
    if not isinstance(value, Tensor):
        raise TypeError(name)
    return value
