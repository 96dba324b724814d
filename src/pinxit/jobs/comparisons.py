"""Pairs of results for blind comparison: two paintings of the same photograph and style with different settings."""

from __future__ import annotations

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from pinxit.jobs.answers import LONGEST_VALUE, Answer
from pinxit.jobs.errors import Conflict
from pinxit.jobs.results import Result
from pinxit.network.weights import ENDING
from pinxit.recipe.presets import GRAM, PRESETS
from pinxit.recipe.recipe import Settings, completed

# Limits of the work for one request: paintings in all, and paintings of one photograph and style.
MOST_RESULTS, _MOST_ALIKE = 500, 24
# Settings that describe the machine rather than the picture.
_NOT_COMPARED = frozenset({"memory", "device"})
_UNSET = "–"


@dataclass(frozen=True)
class Comparison:
    """Two results to compare.

    Attributes:
        a, b: the results in the order in which they are shown.
        differed: the values of A and of B, as text, by the name of each setting that differs.
    """

    a: Result
    b: Result
    differed: dict[str, tuple[str, str]]

    @property
    def pair(self) -> frozenset[str]:
        """The ids of both results, without their order."""
        return frozenset((self.a.id, self.b.id))


@dataclass(frozen=True)
class Count:
    """How often people preferred each of two values of a setting.

    Attributes:
        setting: its name.
        values: the two values, as text.
        wins: how often the result with each value was chosen.
        same: how often neither was.
    """

    setting: str
    values: tuple[str, str]
    wins: tuple[int, int]
    same: int


def comparisons(results: Iterable[Result]) -> list[Comparison]:
    """Return the pairs that can be compared, in a fixed random order.

    Args:
        results: at most `MOST_RESULTS`, the newest first.
    """
    alike: dict[str, list[_Painting]] = defaultdict(list)
    for result in results:
        if _is_comparable(result):
            group = alike[_subject(result)]
            if len(group) < _MOST_ALIKE:
                group.append(_Painting(result))
    found = (_compared(one, other) for group in alike.values() for one, other in combinations(group, 2))
    return sorted((one for one in found if one), key=lambda one: _random_key(sorted(one.pair)))


def comparison(one: Result, other: Result) -> Comparison:
    """Return the comparison of two results.

    Raises:
        Conflict: when they cannot be compared.
    """
    found = None
    if _is_comparable(one) and _is_comparable(other) and _subject(one) == _subject(other):
        found = _compared(_Painting(one), _Painting(other))
    if found is None:
        raise Conflict(
            "these two cannot be compared: choose two finished paintings of the same photograph and style whose settings "
            "differ.",
            "not_comparable",
        )
    return found


def counts(answers: Iterable[Answer]) -> list[Count]:
    """Count the preferred values of each setting that differed, the most answered first."""
    won: dict[tuple[str, str, str], Counter[str]] = defaultdict(Counter)
    for answer in answers:
        for setting, (a, b) in answer.differed.items():
            first, second = sorted((a, b))
            won[setting, first, second][{"a": a, "b": b, "same": ""}[answer.answer]] += 1
    found = [
        Count(setting, (first, second), (count[first], count[second]), count[""])
        for (setting, first, second), count in won.items()
    ]
    return sorted(found, key=lambda one: (-sum(one.wins) - one.same, one.setting, one.values))


def picture_of(result: Result) -> str:
    """Return the SHA-256 of a result's picture; empty where there is none."""
    return next((part.id for part in result.files if part.role == "picture"), "")


class _Painting:
    """A result with its settings as text."""

    def __init__(self, result: Result) -> None:
        recipe = completed(result.recipe or {})
        self.result, self.preset, self.objective = result, recipe.get("preset"), recipe.get("objective")
        self.settings = {name: _text(recipe.get(name)) for name in Settings.model_fields if name not in _NOT_COMPARED}


def _is_comparable(result: Result) -> bool:
    """Whether a result is a finished painting whose inputs can be shown and whose settings made it."""
    if (
        result.work != "stylize" or result.draft or not picture_of(result)
    ):  # a draft was not painted as its settings say
        return False
    recipe = result.recipe or {}
    return bool(recipe.get("content") and recipe.get("styles")) and not any(
        style.endswith(ENDING)
        for style in result.styles  # a network has no picture to show
    )


def _subject(result: Result) -> str:
    """Return the content, styles and masks of a result as a key."""
    recipe = result.recipe or {}
    styles = [{"share": 1.0, **style} for style in recipe.get("styles", ()) if isinstance(style, dict)]
    masks = [recipe.get(name) for name in ("keep", "finer", "broader", "detailed")]
    return json.dumps([_without_names(one) for one in (recipe.get("content"), styles, *masks)], sort_keys=True)


def _without_names(entry: Any) -> Any:
    """Return data in which files have no names, so that the same content compares equal."""
    if isinstance(entry, dict):
        known = entry.get("sha256")
        return {
            name: _without_names(value)
            for name, value in entry.items()
            if value is not None and name != "bytes" and not (known and name == "name")
        }
    return [_without_names(one) for one in entry] if isinstance(entry, list | tuple) else entry


def _compared(one: _Painting, other: _Painting) -> Comparison | None:
    """Return two paintings in random order; None where their pictures or their settings are the same."""
    ids = one.result.id, other.result.id
    a, b = (one, other) if _random_key(ids) < _random_key(reversed(ids)) else (other, one)
    differed = dict(_differences(a, b))
    if not differed or picture_of(a.result) == picture_of(b.result):
        return None
    return Comparison(a.result, b.result, differed)


def _differences(a: _Painting, b: _Painting) -> Iterator[tuple[str, tuple[str, str]]]:
    """Yield each setting that differs, except those that follow from a different preset or objective."""
    for name, value in a.settings.items():
        values = value, b.settings[name]
        if values[0] == values[1]:
            continue
        if name == "preset" or values != (_default(a, name), _default(b, name)):
            yield name, values


def _default(painting: _Painting, name: str) -> str:
    """Return a setting's default under a painting's preset and objective."""
    preset = painting.preset
    settings = PRESETS[preset].settings if isinstance(preset, str) and preset in PRESETS else {}
    settings = {**(GRAM if painting.objective == "gram" else {}), **settings}
    return _text(settings.get(name, Settings.model_fields[name].default))


def _text(value: Any) -> str:
    """Return a setting's value as one types it on the command line."""
    if value is None:
        return _UNSET
    if isinstance(value, dict):
        return ",".join(f"{name}={_text(one)}" for name, one in sorted(value.items()))[:LONGEST_VALUE]
    if isinstance(value, list | tuple):
        return ",".join(map(_text, value))[:LONGEST_VALUE]
    return (f"{value:g}" if isinstance(value, float) else str(value))[:LONGEST_VALUE]


def _random_key(ids: Iterable[str]) -> str:
    """Return a sort key for a fixed random order; ids are random."""
    return hashlib.sha256("/".join(ids).encode()).hexdigest()
