"""The inputs of a spec as the engines take them: stored files by their paths, drawn pictures by their names."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel

from pinxit.inputs import HOUSE, SAMPLE
from pinxit.jobs.files import Files
from pinxit.jobs.specs.base import PaintingSpec, StyleSpec
from pinxit.preparation import StyleImage
from pinxit.recipe.recipe import Input

M = TypeVar("M", bound=BaseModel)


class InputResolver:
    """Finds the stored files that a spec names, and the names by which people know them.

    Args:
        files: the stored files.
        on_preparing: called by runners whose preparation takes long, with the share of it that is done, 0 to 1.
    """

    def __init__(self, files: Files, on_preparing: Callable[[float], object] = lambda share: None) -> None:
        self._files, self.on_preparing = files, on_preparing
        self._names: dict[str, str] = {}
        self._names_by_path: dict[str, str] = {}

    def resolve(self, entry: Input) -> str | Path:
        """Return the name of a picture that pinxit draws, or the path of a stored file.

        Raises:
            Missing: when there is no such file.
        """
        if entry.name.startswith((HOUSE, SAMPLE)):
            return entry.name
        path = self._files.path(entry.sha256)
        # A recipe recognises a network by its ending.
        lacks_ending = path.suffix == ".pinxit" and not entry.name.endswith(".pinxit")
        name = f"{entry.name}.pinxit" if lacks_ending else entry.name
        self._names[entry.sha256] = self._names_by_path[str(path)] = name
        return path

    def resolve_optional(self, entry: Input | None) -> str | Path | None:
        """Resolve an input; return None where there is none."""
        return None if entry is None else self.resolve(entry)

    def style(self, entry: StyleSpec) -> StyleImage:
        """Resolve a style image with its share, region and mask."""
        region, mask = self.resolve_optional(entry.region), self.resolve_optional(entry.mask)
        return StyleImage(self.resolve(entry), entry.share, region, mask)

    def masks(self, spec: PaintingSpec) -> dict[str, Any]:
        """Resolve the masks of the content image, by the names of `pinxit.preparation.prepare`."""
        names = ("keep", "finer", "broader", "detailed", "region_map")
        return {name: self.resolve_optional(getattr(spec, name)) for name in names}

    def settings(self, spec: Any) -> dict[str, Any]:
        """Return the chosen settings of a spec, with the picture to start from in place of `init: picture`."""
        chosen: dict[str, Any] = dict(spec.settings)
        if chosen.get("init") == "picture":
            chosen["init"] = self.resolve(spec.init_picture)
        return chosen

    def with_names(self, recipe: M) -> M:
        """Return a recipe with the names that people gave its inputs."""
        return type(recipe).model_validate(_renamed(recipe.model_dump(), self._names))

    def hide_paths(self, sentence: str) -> str:
        """Return a sentence with those names in place of paths, which must not leave this machine."""
        for path, name in self._names_by_path.items():
            sentence = sentence.replace(path, name).replace(Path(path).name, name)
        return sentence


def _renamed(data: Any, names: Mapping[str, str]) -> Any:
    if isinstance(data, dict):
        data = {key: _renamed(value, names) for key, value in data.items()}
        return {**data, "name": names[data["sha256"]]} if data.get("sha256") in names else data
    return [_renamed(value, names) for value in data] if isinstance(data, list | tuple) else data
