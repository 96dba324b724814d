"""Sample photographs, which every installation has: they are part of scikit-image."""

from __future__ import annotations

import difflib
import functools
import importlib.util
from pathlib import Path

from pinxit.errors import PinxitError
from pinxit.image.picture import Picture
from pinxit.image.reader import read

_FILES = {
    "astronaut": "astronaut.png",
    "camera": "camera.png",
    "cat": "chelsea.png",
    "coffee": "coffee.png",
    "coins": "coins.png",
    "hubble": "hubble_deep_field.jpg",
    "motorcycle": "motorcycle_left.png",
    "rocket": "rocket.jpg",
}


def sample_names() -> tuple[str, ...]:
    """Return the names that `sample` accepts."""
    return tuple(_FILES)


@functools.lru_cache(maxsize=4)
def sample(name: str) -> Picture:
    """Return the photograph called `name`.

    Raises:
        PinxitError: when there is none; it suggests the most similar name.
    """
    return read(sample_path(name))


def sample_path(name: str) -> Path:
    """Return the file of the photograph called `name`.

    Raises:
        PinxitError: when there is none; it suggests the most similar name.
    """
    if name not in _FILES:
        near = difflib.get_close_matches(name, _FILES, n=1)
        hint = f"did you mean {near[0]}?" if near else f"choose one of {', '.join(_FILES)}."
        raise PinxitError(f"there is no sample picture {name!r}: {hint}")
    # They are located as files: importing skimage.data takes a second and may try to download.
    specification = importlib.util.find_spec("skimage")
    if specification is None or specification.origin is None:
        raise PinxitError("scikit-image, which carries the sample pictures, is missing: pip install scikit-image.")
    return Path(specification.origin).parent / "data" / _FILES[name]
