"""The recipe inside a file that pinxit made, whatever kind of work it is."""

from __future__ import annotations

from pathlib import Path

from pinxit import image as pictures
from pinxit.errors import PinxitError
from pinxit.image.reader import bytes_of
from pinxit.network.weights import ENDING
from pinxit.recipe.recipe import Recipe, work_of

# Files that hold frames rather than a picture, as a folder does.
_FILMS = (".mp4", ".mov", ".mkv", ".webm", ".gif", ".apng")
MODELS = (".gltf", ".glb")
"""Models, which may hold textures."""


def is_result_film(path: Path) -> bool:
    """Return whether a result's name is that of a film: a clip, a GIF, or a folder of frames."""
    return path.suffix.lower() in ("", *_FILMS)


def recipe_in(path: Path) -> Recipe:
    """Return the recipe of a stylised picture or a film.

    Raises:
        PinxitError: when there is no such file, or no recipe that can be read in it.
    """
    text = text_in(path)
    if work_of(text) == "video":
        from pinxit.video.recipe import VideoRecipe

        return VideoRecipe.from_json(text)
    return Recipe.from_json(text)


def text_in(path: Path) -> str:
    """Return the JSON text of the recipe in a file, of any kind of work.

    Raises:
        PinxitError: when there is no such file, or no recipe in it.
    """
    if path.exists() and not path.is_file() and not path.is_dir():
        raise PinxitError(f"{path} is not a regular file: give a picture or a film that pinxit made.")
    if path.suffix == ENDING:
        from pinxit.living.container import load

        return load(path)[1].to_json()
    if path.suffix.lower() in MODELS:
        from pinxit.scene.gltf_file import parse_gltf, recipe_of

        found = recipe_of(parse_gltf(bytes_of(path), path.name))
    elif path.is_dir() or path.suffix.lower() in _FILMS:
        from pinxit.video.recipe import read_recipe

        found = read_recipe(path)
    else:
        found = pictures.read_recipe(path)
    if found is None:
        raise PinxitError(f"{path} has no recipe inside: pinxit did not make it, or its metadata was stripped.")
    return found
