"""From a file, which may be anything, to a picture, or to one sentence that says what is wrong with it."""

from __future__ import annotations

import contextlib
import difflib
import io
import itertools
import logging
import os
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import PIL.Image
from numpy.typing import NDArray

from pinxit.errors import PinxitError
from pinxit.picture import exif, orientation
from pinxit.picture.color import is_srgb, lab_profile, to_srgb
from pinxit.picture.convert import from_channels
from pinxit.picture.deep import decode_deep, grey_numbers, white_of
from pinxit.picture.paths import at_home
from pinxit.picture.picture import Picture
from pinxit.picture.room import check_room

# Decided by a file's content, never by its name. What is not here (PostScript, PSD, JPEG 2000, FITS, icons …) is rare as
# a photograph and frequent as an attack.
FORMATS = ("JPEG", "PNG", "WEBP", "TIFF", "AVIF", "GIF", "BMP", "PPM", "TGA")
HEIF = "HEIF"
"""What telephones take; read by pillow-heif, where it is installed."""
_HEIF_BRANDS = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1")
# A photograph of 100 megapixels is 1.2 GB as float32; more is a mistake, or a bomb.
MAX_PIXELS = 100_000_000
MAX_BYTES = 512 * 2**20
# Without any handler, what PIL logs about damaged files would go to the terminal, before our sentence.
logging.getLogger("PIL").addHandler(logging.NullHandler())
# Comparing a misspelt name with this many takes 20 ms.
_MOST_NAMES = 2000


def read(source: str | os.PathLike[str] | bytes) -> Picture:
    """Read a picture.

    Orientation and colour profile are applied, the first of several frames is taken (and a note says so), CMYK, palette,
    grey, 1-bit and 16-bit pictures become what they look like, 16 bits at their full depth.

    Args:
        source: a path, or a file's bytes.

    Raises:
        PinxitError: one sentence, whatever is wrong.
    """
    name = "the picture" if isinstance(source, bytes) else os.fspath(source)
    content = source if isinstance(source, bytes) else bytes_of(Path(source))
    if not content:
        raise PinxitError(f"{name} is empty: give a picture.")
    with one_sentence(name, content), opened(content) as image:
        if image.width * image.height > MAX_PIXELS:
            raise PinxitError(_too_large(image.width, image.height))
        deep = image.mode in ("I", "F", "I;16", "I;16B", "I;16L", "I;16N") or white_of(image, content) is not None
        check_room(image.width, image.height, clear=image.has_transparency_data, deep=deep)
        return decode(image, content)
    raise AssertionError("unreachable")


def opened(content: bytes) -> PIL.Image.Image:
    """A file's bytes opened by PIL, of whichever kind pinxit reads; it raises its own errors for what is none.

    Raises:
        PinxitError: for a HEIC picture, where the package that reads these is not installed.
    """
    formats: tuple[str, ...] = FORMATS
    if content[4:8] == b"ftyp" and content[8:12] in _HEIF_BRANDS:
        try:
            import pillow_heif
        except ImportError as error:
            raise PinxitError("is a HEIC picture, which needs a package more: pip install 'pinxit[photo]'.") from error
        # Previews and depth maps in the file are nobody's picture.
        pillow_heif.register_heif_opener(thumbnails=False, depth_images=False, aux_images=False)
        formats = (*FORMATS, HEIF)
    return PIL.Image.open(io.BytesIO(content), formats=formats)


def decode(image: PIL.Image.Image, content: bytes = b"") -> Picture:
    """A picture from what PIL opened; `content` is the file, for depths that PIL does not give.

    Raises:
        PinxitError: when the numbers are no picture. PIL raises its own for damaged files.
    """
    if not image.width or not image.height:
        raise PinxitError("has no pixels: give a picture.")
    notes = []
    animated = bool(getattr(image, "is_animated", False))
    if animated:
        notes.append(f"has {image.n_frames} frames: the first one is used.")  # type: ignore[attr-defined]
    # OpenCV composes the frames of an animation in its own way; 8 bits of the right frame are better.
    white = white_of(image, content) if content and not animated else None
    profile = image.info.get("icc_profile")
    image.load()
    array: NDArray[Any] | None = None
    if white is not None and (not profile or is_srgb(profile)):
        array = decode_deep(image, content, white)
    if array is None:
        if white is not None:
            notes.append("has more than 8 bits a channel: it is read with 8.")
        array, broken = _channels(image, profile)
        if broken:
            notes.append("has a broken colour profile: its colours are taken as sRGB.")
    # Asked only now: PIL turns a TIFF upright while loading it, as OpenCV does, and drops the tag.
    array = orientation.upright(array, exif.stored_orientation(image))
    return from_channels(array, exif.kept(image), tuple(notes))


def bytes_of(path: Path) -> bytes:
    """A file's bytes, if it is a file, can be read and is not too long; PinxitError says which it is not."""
    path = at_home(path)
    try:
        if path.is_dir():
            raise PinxitError(f"{path} is a folder: give a picture.")
        if path.stat().st_size > MAX_BYTES:
            raise PinxitError(f"{path} has more than {MAX_BYTES >> 20} MiB: give a smaller file.")
        if not path.is_file():
            raise PinxitError(f"{path} is no ordinary file: give a picture.")
        return path.read_bytes()
    except FileNotFoundError as error:
        raise PinxitError(_missing(path)) from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "its name is not allowed"
        raise PinxitError(f"{str(path)!r} cannot be read ({reason}): give a picture.") from error


def _missing(path: Path) -> str:
    with contextlib.suppress(OSError):
        if path.is_symlink():
            return f"{path} is a link to {os.readlink(path)}, which is not there: give a picture."  # noqa: PTH115
        names = [entry.name for entry in itertools.islice(path.parent.iterdir(), _MOST_NAMES) if entry.exists()]
        near = difflib.get_close_matches(path.name, names, n=1)
        if near:
            return f"there is no file {path}: did you mean {path.with_name(near[0])}?"
    return f"there is no file {path}: check the name and the folder."


def _too_large(width: int, height: int) -> str:
    return f"has {width}×{height} px, more than {MAX_PIXELS // 10**6} megapixels: make it smaller first."


@contextlib.contextmanager
def one_sentence(name: str, content: bytes) -> Iterator[None]:
    """Turn whatever a decoder raises into one sentence that names the file, and keep its warnings to ourselves."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    except PinxitError as error:
        raise PinxitError(f"{name} {error}") from error
    except PIL.UnidentifiedImageError as error:
        if content[:4] in (b"II*\0", b"MM\0*"):
            raise PinxitError(
                f"{name} is damaged, or a TIFF that pinxit does not read: save it anew as RGB with 8 or 16 bits a channel."
            ) from error
        kinds = "JPEG, PNG, WebP, TIFF, AVIF, HEIC, GIF, BMP, PPM or TGA"
        raise PinxitError(f"{name} is not a picture that pinxit reads, or is damaged: give {kinds}.") from error
    except PIL.Image.DecompressionBombError as error:
        raise PinxitError(
            f"{name} claims more pixels than {MAX_PIXELS // 10**6} million: make it smaller first."
        ) from error
    except MemoryError as error:
        raise PinxitError(f"{name} does not fit into memory: make it smaller first.") from error
    except Exception as error:  # decoders raise nearly anything on hostile files
        raise PinxitError(
            f"{name} is damaged or incomplete: get it again, or save it anew with another program."
        ) from error


def _channels(image: PIL.Image.Image, profile: bytes | None) -> tuple[NDArray[Any], bool]:
    """`(H, W, C)`, uint8 or float in [0, 1], and whether the colour profile had to be ignored."""
    if image.mode in ("I;16", "I;16B", "I;16L", "I;16N", "I", "F"):
        return _grey(image, profile)
    alpha = None
    if image.has_transparency_data:
        image = image.convert("RGBA") if image.mode not in ("LA", "RGBA") else image
        alpha = np.asarray(image.getchannel("A"))
    if image.mode in ("1", "LA"):
        image = image.convert("L")
    elif image.mode not in ("L", "RGB", "CMYK", "LAB"):
        image = image.convert("RGB")
    broken = False
    if profile or image.mode == "LAB":
        try:
            image = to_srgb(image, profile or lab_profile())
        except PinxitError:
            broken = True
    if image.mode not in ("L", "RGB"):
        image = image.convert("RGB")
    array = np.asarray(image)
    if array.ndim == 2:
        array = array[..., None]
    if alpha is not None:
        array = np.concatenate([array, alpha[..., None]], axis=2)
    return array, broken


def _grey(image: PIL.Image.Image, profile: bytes | None) -> tuple[NDArray[np.float32], bool]:
    """As `_channels`, for numbers that the colour engine does not take: they go along the curve it makes of 8 bits."""
    numbers = grey_numbers(image)
    if not profile or is_srgb(profile):
        return numbers, False
    levels = np.arange(256, dtype=np.uint8)
    try:
        curve = np.asarray(to_srgb(PIL.Image.fromarray(levels[None]), profile).convert("L"))[0]
    except PinxitError:
        return numbers, True
    numbers[..., 0] = np.interp(numbers[..., 0], levels / 255, curve / 255)
    return numbers, False
