"""Read any kind of picture, and find it again for a redo.

A recipe comes out of a file that anybody may have written, so it names inputs by their content, never by a path.
The place where each content was last seen is noted on this machine only, in one small file each in the cache folder.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np

from pinxit import image as pictures
from pinxit import styles
from pinxit.errors import PinxitError
from pinxit.files.atomic import write_atomic
from pinxit.files.cache import cache_folder
from pinxit.files.hashing import file_sha256
from pinxit.files.paths import split_layer
from pinxit.image import Picture
from pinxit.image.reader import MAX_BYTES
from pinxit.network import weights
from pinxit.network.weights import ENDING
from pinxit.recipe.options import PictureLike as PictureLike
from pinxit.recipe.recipe import LONGEST_NAME, Input

LEAST_SEEN = 0.02
"""Opacity, or whiteness of a mask, below which nothing can be seen, range [0, 1]."""
HOUSE, SAMPLE = "house:", "sample:"
_LAYER = "#"  # between a file with layers and the name of one
_LONGEST_LAYER = 200
# Least side at which a house style is drawn, px: below it the finest strokes would be lost.
_LEAST_HOUSE_SIZE = 512
# Most files that are searched in folders: beyond it the folder is likely a whole disk. Lengths are compared before hashes.
_MAX_FILES_SEARCHED = 20_000


def load(source: PictureLike, size: int, *, wide: bool = False) -> tuple[Picture, Input]:
    """Read any kind of picture.

    Args:
        source: the picture.
        size: the longer side at which it will be needed, px: house styles are drawn at that size.
        wide: keep colours beyond sRGB; see `pinxit.image.read`.

    Returns:
        The picture, and the entry by which a recipe names it.

    Raises:
        PinxitError: one sentence on what is wrong with it.
    """
    if isinstance(source, str) and source.startswith((HOUSE, SAMPLE)):
        return _draw(source, size), Input(name=source)
    if isinstance(source, str | os.PathLike):
        file, layer = split_layer(source)
        if layer is None:
            return _read(file, wide=wide), known(file)
        return pictures.read(source), _with_layer(known(file), layer)
    if callable(getattr(source, "read", None)):
        source = content_of(source)
    if isinstance(source, bytes):
        picture = pictures.read(source, wide=wide)
        return picture, Input(name="bytes", sha256=hashlib.sha256(source).hexdigest(), bytes=len(source))
    picture = _in_memory(source)
    digest = hashlib.sha256(picture.pixels.tobytes())
    if picture.alpha is not None:
        digest.update(picture.alpha.tobytes())
    return picture, Input(name="picture", sha256=digest.hexdigest())


def _with_layer(entry: Input, layer: str) -> Input:
    """Return the entry of a file's layer, by whose name `find` reads it again."""
    if len(layer) > _LONGEST_LAYER:
        raise PinxitError(f"a layer's name has at most {_LONGEST_LAYER} letters: give it a shorter one.")
    file = entry.name[-(LONGEST_NAME - len(layer) - 1) :]
    return entry.model_copy(update={"name": f"{file}{_LAYER}{layer}"})


def load_style(source: PictureLike, size: int) -> tuple[Picture, Input]:
    """Read a style image as `load` does, and check that it shows something.

    Args:
        source: the style image.
        size: the longer side at which it will be needed, px.

    Raises:
        PinxitError: as `load`, and when it is transparent all over.
    """
    picture, entry = load(source, size)
    check_shows(picture, entry.name)
    return picture, entry


def check_shows(picture: Picture, name: str) -> None:
    """Refuse a style image that is transparent all over: the colours under its transparency are arbitrary.

    Args:
        picture: the style image.
        name: what to call it.
    """
    if picture.alpha is not None and picture.alpha.max() < LEAST_SEEN:
        raise PinxitError(f"{name} is transparent all over and has no style: give a picture that shows something.")


def known(path: Path) -> Input:
    """Return the entry of a file, and note the file's place for a redo."""
    entry = Input(name=path.name[-255:], sha256=file_sha256(path), bytes=path.stat().st_size)
    remember(entry, path)
    return entry


def find(entry: Input, size: int, folders: Iterable[Path], *, wide: bool = False) -> Picture:
    """Return the picture that a recipe names, drawn again or read from where it was last seen or from `folders`.

    Args:
        entry: the recipe's entry.
        size: the longer side at which it will be needed, px.
        folders: folders to search, with their subfolders.
        wide: keep colours beyond sRGB; see `pinxit.image.read`.

    Raises:
        PinxitError: when no file there has its content.
    """
    if entry.name.startswith((HOUSE, SAMPLE)):
        return _draw(entry.name, size)
    path = locate(entry, folders)
    _, layer = split_layer(entry.name)
    return _read(path, wide=wide) if layer is None else pictures.read(f"{path}{_LAYER}{layer}")


def locate(entry: Input, folders: Iterable[Path]) -> Path:
    """Return the file that a recipe names.

    Args:
        entry: the recipe's entry.
        folders: folders to search, with their subfolders, besides where it was last seen.

    Raises:
        PinxitError: when no file where it was last seen or in `folders` has its content.
    """
    if not entry.sha256:
        raise PinxitError(f"the recipe does not say which picture {entry.name!r} was.")
    for path in _candidates(entry, folders):
        with contextlib.suppress(OSError):
            if path.is_file() and path.stat().st_size == entry.bytes and file_sha256(path) == entry.sha256:
                return path
    raise PinxitError(
        f"cannot find {entry.name!r} (SHA-256 {entry.sha256[:12]}…) where it was last seen or here: "
        "name its folder with --look-in."
    )


def is_network(source: PictureLike) -> bool:
    """Return whether a style is a file that `pinxit train` wrote."""
    return isinstance(source, str | os.PathLike) and Path(source).suffix == ENDING


def _read(path: Path, *, wide: bool = False) -> Picture:
    """Read a picture file, or the painting that the network in a file was trained on."""
    if not is_network(path):
        return pictures.read(path, wide=wide)
    painting = weights.load(path).painting
    if painting is None:
        raise PinxitError(f"{path.name} holds a network for any style, not for one style: name a picture.")
    return pictures.from_array(painting.transpose(1, 2, 0))


@functools.lru_cache(maxsize=4)
def _draw(name: str, size: int) -> Picture:
    if name.startswith(HOUSE):
        return styles.draw(name.removeprefix(HOUSE), max(_LEAST_HOUSE_SIZE, size))
    return pictures.sample(name.removeprefix(SAMPLE))


def content_of(source: Any) -> bytes:
    """Read the rest of an opened file.

    Raises:
        PinxitError: when it cannot be read, is opened as text, or is too large.
    """
    try:
        content = source.read(MAX_BYTES + 1)
    except (OSError, ValueError, TypeError) as error:
        raise PinxitError(f"the opened file cannot be read ({error}): give a path or bytes.") from error
    if not isinstance(content, bytes | bytearray):
        raise PinxitError("the file is opened as text: open it with mode 'rb'.")
    if len(content) > MAX_BYTES:
        raise PinxitError(f"the opened file has more than {MAX_BYTES >> 20} MiB: give a smaller one.")
    return bytes(content)


def _in_memory(source: Any) -> Picture:
    if isinstance(source, Picture):
        return source
    if isinstance(source, np.ndarray):
        return pictures.from_array(source)
    if hasattr(source, "convert") and hasattr(source, "getbands"):
        return pictures.from_pil(source)
    if hasattr(source, "detach"):
        array = source.detach().cpu().float().numpy()
        if array.ndim == 4 and array.shape[0] == 1:
            array = array[0]
        if array.ndim != 3 or array.shape[0] != 3:
            raise PinxitError(f"a tensor must be (3, H, W) or (1, 3, H, W), not {tuple(source.shape)}.")
        return pictures.from_array(array.transpose(1, 2, 0))
    raise PinxitError(
        f"a {type(source).__name__} is not a picture: give a path, bytes, a PIL picture, an array or a tensor."
    )


def _note(entry: Input) -> Path:
    return cache_folder() / "inputs" / entry.sha256


def remember(entry: Input, path: Path) -> None:
    """Note where an input was seen."""
    # This only helps `redo`, so a cache that cannot be written must not prevent painting.
    with contextlib.suppress(OSError, PinxitError):
        note = _note(entry)
        write_atomic(os.fsencode(path.resolve()), note, overwrite=True)


def last_seen(entry: Input) -> Path | None:
    """Return where an input was last seen on this machine, or None."""
    try:
        return Path(os.fsdecode(_note(entry).read_bytes()))
    except OSError:
        return None


def _candidates(entry: Input, folders: Iterable[Path]) -> Iterable[Path]:
    noted = last_seen(entry)
    if noted is not None:
        yield noted
    searched = 0
    for folder in folders:
        for parent, _, files in os.walk(folder):
            for file in files:
                searched += 1
                if searched > _MAX_FILES_SEARCHED:
                    return
                yield Path(parent) / file
