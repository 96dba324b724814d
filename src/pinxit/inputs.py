"""Whatever a person hands over as a picture, and how to find it again for a redo.

A recipe comes out of a file that anybody may have written, so it names inputs by their content, never by a path.
Where each content was last seen is noted on this machine only, one small file each in the cache folder.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import os
from collections.abc import Iterable
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, TypeAlias, Union

import numpy as np

from pinxit import picture as pictures
from pinxit import styles
from pinxit.digest import file_sha256
from pinxit.encoder.cache import cache_folder
from pinxit.errors import PinxitError
from pinxit.network import weights
from pinxit.network.weights import ENDING
from pinxit.picture import Picture
from pinxit.picture.reader import MAX_BYTES
from pinxit.picture.recipe import Input
from pinxit.whole import write_whole

if TYPE_CHECKING:
    import PIL.Image
    import torch

PictureLike: TypeAlias = Union[
    str,
    "os.PathLike[str]",
    bytes,
    "IO[bytes]",
    Picture,
    "PIL.Image.Image",
    "np.ndarray[tuple[int, ...], np.dtype[np.generic]]",
    "torch.Tensor",
]
"""A path, `house:NAME`, `sample:NAME`, a file's bytes, a file opened to read them, a Picture, a PIL
picture, an array `(H, W[, C])` or a tensor
`([1, ]3, H, W)`, range [0, 1]."""

LEAST_SEEN = 0.02
"""What is less opaque, or a mask that is less white, than this is nothing to the eye."""
HOUSE, SAMPLE = "house:", "sample:"
# Drawn styles are drawn once, as large as they are needed; below this their finest strokes would be lost.
_LEAST_HOUSE_SIZE = 512
# A folder search compares lengths first and hashes only what fits; past so many files it is somebody's whole disk.
_MOST_FILES_SEARCHED = 20_000


def load(source: PictureLike, size: int) -> tuple[Picture, Input]:
    """Read any kind of picture.

    Args:
        source: see PictureLike.
        size: the longer side it will be needed at, px: what pinxit draws itself is drawn at that size.

    Raises:
        PinxitError: one sentence on what is wrong with it.
    """
    if isinstance(source, str) and source.startswith((HOUSE, SAMPLE)):
        return _draw(source, size), Input(name=source)
    if isinstance(source, str | os.PathLike):
        path = Path(source).expanduser()
        return _read(path), known(path)
    if callable(getattr(source, "read", None)):
        source = content_of(source)
    if isinstance(source, bytes):
        return pictures.read(source), Input(name="bytes", sha256=hashlib.sha256(source).hexdigest(), bytes=len(source))
    picture = _in_memory(source)
    digest = hashlib.sha256(picture.pixels.tobytes())
    if picture.alpha is not None:
        digest.update(picture.alpha.tobytes())
    return picture, Input(name="picture", sha256=digest.hexdigest())


def load_style(source: PictureLike, size: int) -> tuple[Picture, Input]:
    """The same for a style image, which must show something.

    Raises:
        PinxitError: as `load`, and where it is transparent all over.
    """
    picture, entry = load(source, size)
    check_shows(picture, entry.name)
    return picture, entry


def check_shows(picture: Picture, name: str) -> None:
    """Refuse a style image of which nothing is seen: what its file holds under its transparency is anything."""
    if picture.alpha is not None and picture.alpha.max() < LEAST_SEEN:
        raise PinxitError(
            f"{name} is transparent all over, there is no style in it: give a picture that shows something."
        )


def known(path: Path) -> Input:
    """A file by its content; where it was seen is noted, for a redo."""
    entry = Input(name=path.name[-255:], sha256=file_sha256(path), bytes=path.stat().st_size)
    remember(entry, path)
    return entry


def find(entry: Input, size: int, folders: Iterable[Path]) -> Picture:
    """The picture that a recipe names: drawn again, where it was last seen, or anywhere in `folders`.

    Raises:
        PinxitError: when no file there has its content.
    """
    if entry.name.startswith((HOUSE, SAMPLE)):
        return _draw(entry.name, size)
    return _read(locate(entry, folders))


def locate(entry: Input, folders: Iterable[Path]) -> Path:
    """The file that a recipe names.

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
    """Whether a style is a file that `pinxit train` made."""
    return isinstance(source, str | os.PathLike) and Path(source).suffix == ENDING


def _read(path: Path) -> Picture:
    """A picture's file, or the painting that a network in a file was taught."""
    if not is_network(path):
        return pictures.read(path)
    painting = weights.load(path).painting
    if painting is None:
        raise PinxitError(f"{path.name} holds a network for any style, not one for a style: name a picture.")
    return pictures.from_array(painting.transpose(1, 2, 0))


@functools.lru_cache(maxsize=4)
def _draw(name: str, size: int) -> Picture:
    if name.startswith(HOUSE):
        return styles.draw(name.removeprefix(HOUSE), max(_LEAST_HOUSE_SIZE, size))
    return pictures.sample(name.removeprefix(SAMPLE))


def content_of(source: Any) -> bytes:
    """What is left to read of an opened file."""
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
        f"a {type(source).__name__} is no picture: give a path, bytes, a PIL picture, an array or a tensor."
    )


def _note(entry: Input) -> Path:
    return cache_folder() / "inputs" / entry.sha256


def remember(entry: Input, path: Path) -> None:
    """Note where an input was seen."""
    # Only a convenience for `redo`: a cache that cannot be written must not stop anybody from painting.
    with contextlib.suppress(OSError, PinxitError):
        note = _note(entry)
        write_whole(os.fsencode(path.resolve()), note, overwrite=True)


def last_seen(entry: Input) -> Path | None:
    """Where an input was seen last on this machine, if it is known."""
    try:
        return Path(os.fsdecode(_note(entry).read_bytes()))
    except OSError:
        return None


def _candidates(entry: Input, folders: Iterable[Path]) -> Iterable[Path]:
    seen_last = last_seen(entry)
    if seen_last is not None:
        yield seen_last
    seen = 0
    for folder in folders:
        for parent, _, files in os.walk(folder):
            for file in files:
                seen += 1
                if seen > _MOST_FILES_SEARCHED:
                    return
                yield Path(parent) / file
