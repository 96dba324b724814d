"""Small pictures of what can be chosen without an upload, ready at the first visit: drawing all house styles takes ten seconds.

`python -m pinxit.studio.thumbnails` draws the house styles' again, after a change of their drawings; a test compares them.
"""

from __future__ import annotations

import functools
import io
from pathlib import Path

import PIL.Image

from pinxit import styles as house_styles
from pinxit.files.atomic import write_atomic
from pinxit.image import fit, to_bytes
from pinxit.image.samples import sample_path
from pinxit.inputs import HOUSE, SAMPLE

SIDE = 256  # px: of every thumbnail, the longer side
FOLDER = Path(__file__).parent / "thumbnails"
_QUALITY = 65


@functools.lru_cache(64)
def thumbnail(name: str) -> bytes:
    """Return the WebP thumbnail of `house:NAME` or `sample:NAME`.

    Raises:
        PinxitError: when there is no such picture.
    """
    if name.startswith(SAMPLE):
        return _shrink(sample_path(name.removeprefix(SAMPLE)))
    return (FOLDER / f"{name.removeprefix(HOUSE)}.webp").read_bytes()


def _shrink(path: Path) -> bytes:
    """Return a WebP copy of a sample, which is a file of a library, not of a visitor: no process of its own decodes it.

    Pillow makes it in a tenth of the time that `fit` takes in linear light; at this size the two look alike.
    """
    with PIL.Image.open(path) as picture:
        picture.draft("RGB", (SIDE, SIDE))
        small = picture.convert("RGB")
    small.thumbnail((SIDE, SIDE), PIL.Image.Resampling.LANCZOS, reducing_gap=2.0)
    written = io.BytesIO()
    small.save(written, "WEBP", quality=_QUALITY)
    return written.getvalue()


def to_png(webp: bytes) -> bytes:
    """Return a small WebP picture as a PNG, for programs that read no WebP."""
    stream = io.BytesIO()
    PIL.Image.open(io.BytesIO(webp)).save(stream, "PNG")
    return stream.getvalue()


def draw(name: str) -> bytes:
    """Draw the WebP thumbnail of a house style."""
    return to_bytes(fit(house_styles.draw(name, 512), SIDE), kind="WEBP", quality=_QUALITY)


if __name__ == "__main__":
    for one in house_styles.names():
        write_atomic(draw(one), FOLDER / f"{one}.webp", overwrite=True)
