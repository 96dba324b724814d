"""The files of a set of models by their names; addresses in a model are looked up among them and nowhere else."""

from __future__ import annotations

import os
import posixpath
import urllib.parse
from dataclasses import dataclass
from pathlib import Path

from pinxit.errors import PinxitError
from pinxit.image.reader import bytes_of

ENDINGS = (".gltf", ".glb")
"""Endings of models."""
MOST_FILES = 20_000  # more than that is a disk rather than a set of models


@dataclass(frozen=True)
class SourceFiles:
    """Files by their names.

    Attributes:
        root: the folder that a person named, or that holds the model; for messages.
        paths: each file by its path within the folder, with slashes.
        left_out: paths within the folder that are hidden or not regular files.
    """

    root: Path
    paths: dict[str, Path]
    left_out: tuple[str, ...] = ()

    @property
    def models(self) -> list[str]:
        """The names of the models, sorted."""
        return sorted(name for name in self.paths if name.lower().endswith(ENDINGS))

    def read(self, name: str) -> bytes:
        """Return a file's bytes.

        Raises:
            PinxitError: when it cannot be read.
        """
        return bytes_of(self.paths[name])

    def lookup(self, model: str, address: str) -> str | None:
        """Return the name of the file that a model's address leads to, None where it is missing; see `find`."""
        name = resolved(model, address)
        return name if name in self.paths else None

    def find(self, model: str, address: str) -> str:
        """Return the name of the file that a model's address leads to.

        Args:
            model: the model's name.
            address: a relative URI within the model.

        Raises:
            PinxitError: when it leads elsewhere, or to no file.
        """
        name = self.lookup(model, address)
        if name is None:
            raise PinxitError(
                f"{model} refers to {address[:80]!r}, which is missing in {self.root}: add the file, "
                "or give the folder that holds it as well."
            )
        return name


def resolved(model: str, address: str) -> str:
    """Return the path within the folder that a relative URI of a model leads to.

    Raises:
        PinxitError: when it leads out of the folder, or to another machine.
    """
    parts = urllib.parse.urlsplit(address)
    path = urllib.parse.unquote(parts.path)
    if parts.scheme or parts.netloc or path.startswith("/") or "\\" in path or "\0" in path or not path:
        raise PinxitError(f"{model} refers to {address[:80]!r}: only files beside the model are read.")
    name = posixpath.normpath(posixpath.join(posixpath.dirname(model), path))
    if name.startswith("../"):
        raise PinxitError(
            f"{model} refers to {address[:80]!r}, which lies outside its folder: give the folder that holds both."
        )
    return name


def files_in(folder: Path) -> SourceFiles:
    """Return the files of a folder and its subfolders; hidden ones and links are left out.

    Raises:
        PinxitError: when it holds no model, or too many files.
    """
    paths: dict[str, Path] = {}
    left_out: list[str] = []
    for parent, folders, names in os.walk(folder):
        for name in sorted([*folders, *names]):
            path = Path(parent) / name
            inside = path.relative_to(folder).as_posix()
            if name.startswith(".") or path.is_symlink() or not (path.is_file() or path.is_dir()):
                left_out.append(inside)
            elif name in names:
                paths[inside] = path
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        if len(paths) > MOST_FILES:
            raise PinxitError(f"{folder} holds more than {MOST_FILES} files: give the folder of the models alone.")
    found = SourceFiles(folder, paths, tuple(left_out))
    if not found.models:
        raise PinxitError(
            f"there is no glTF model (.gltf, .glb) in {folder}: export one, or paint pictures alone by pinxit sprites."
        )
    return found


def files_beside(model: Path, addresses: list[str]) -> SourceFiles:
    """Return a model and those files beside it that its addresses lead to.

    Args:
        model: its path.
        addresses: the relative URIs within it.

    Raises:
        PinxitError: when one leads out of its folder.
    """
    root = model.parent
    paths = {model.name: model}
    for address in addresses:
        name = resolved(model.name, address)
        path = root / name
        # A link could lead out of the folder.
        if path.is_file() and path.resolve().is_relative_to(root.resolve()):
            paths[name] = path
    return SourceFiles(root, paths)
