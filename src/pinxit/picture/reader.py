"""From a file, which may be anything, to a picture, or to one sentence that says what is wrong with it."""

from __future__ import annotations

import contextlib
import difflib
import io
import os
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import PIL.Image
from numpy.typing import NDArray

from pinxit.errors import PinxitError
from pinxit.picture import orientation
from pinxit.picture.color import is_srgb, to_srgb
from pinxit.picture.convert import from_channels
from pinxit.picture.picture import Picture

# Decided by a file's content, never by its name. What is not here (PostScript, PSD, JPEG 2000, FITS, icons …) is rare as
# a photograph and frequent as an attack.
FORMATS = ("JPEG", "PNG", "WEBP", "TIFF", "AVIF", "GIF", "BMP", "PPM", "TGA")
# A photograph of 100 megapixels is 1.2 GB as float32; more is a mistake, or a bomb.
MAX_PIXELS = 100_000_000
MAX_BYTES = 512 * 2**20


def read(source: str | os.PathLike[str] | bytes) -> Picture:
    """Read a picture.

    Orientation and colour profile are applied, the first of several frames is taken (and a note says so), CMYK, palette,
    grey, 1-bit and 16-bit pictures become what they look like, 16 bits at their full depth.

    Args:
        source: a path, or a file's bytes.

    Raises:
        PinxitError: one sentence, whatever is wrong.
    """
    name = "the picture" if isinstance(source, bytes) else str(source)
    content = source if isinstance(source, bytes) else bytes_of(Path(source))
    if not content:
        raise PinxitError(f"{name} is empty: give a picture.")
    with one_sentence(name, content), PIL.Image.open(io.BytesIO(content), formats=FORMATS) as image:
        if image.width * image.height > MAX_PIXELS:
            raise PinxitError(_too_large(image.width, image.height))
        return decode(image, content)
    raise AssertionError("unreachable")


def decode(image: PIL.Image.Image, content: bytes = b"") -> Picture:
    """A picture from what PIL opened; `content` is the file, for depths that PIL does not give.

    Raises:
        PinxitError: when the numbers are no picture. PIL raises its own for damaged files.
    """
    notes = []
    animated = bool(getattr(image, "is_animated", False))
    if animated:
        notes.append(f"has {image.n_frames} frames: the first one is used.")  # type: ignore[attr-defined]
    # OpenCV composes the frames of an animation in its own way; 8 bits of the right frame are better.
    deep = bool(content) and not animated and _is_deep(image, content)
    as_stored = image.getexif().get(orientation.TAG)
    profile = image.info.get("icc_profile")
    image.load()
    # Reading a TIFF, PIL turns it upright itself and says so by dropping the tag.
    turned = None if as_stored is None else image.getexif().get(orientation.TAG)
    array: NDArray[Any] | None = None
    if deep and (not profile or is_srgb(profile)):
        array = _decode_deep(content)
        if array is not None:
            turned = as_stored
    if array is None:
        array, broken = _channels(image, profile)
        if broken:
            notes.append("has a broken colour profile: its colours are taken as sRGB.")
    array = orientation.upright(array, turned)
    return from_channels(array, _exif(image), tuple(notes))  # type: ignore[arg-type]


def bytes_of(path: Path) -> bytes:
    """A file's bytes, if it is a file, can be read and is not too long; PinxitError says which it is not."""
    path = path.expanduser()
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
        near = difflib.get_close_matches(path.name, [entry.name for entry in path.parent.iterdir()], n=1)
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
        if content[4:8] == b"ftyp" and content[8:12] in (b"heic", b"heix", b"heim", b"heis", b"mif1", b"msf1"):
            raise PinxitError(
                f"{name} is a HEIC picture, which pinxit does not read: export it as JPEG or AVIF."
            ) from error
        kinds = "JPEG, PNG, WebP, TIFF, AVIF, GIF, BMP, PPM or TGA"
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


def _is_deep(image: PIL.Image.Image, content: bytes) -> bool:
    """Whether a colour picture has 16 bits a channel, which PIL would cut to 8."""
    if image.mode not in ("RGB", "RGBA", "LA"):
        return False
    if image.format == "PNG":
        return content[24:25] == b"\x10"  # the header's bit depth
    if image.format == "TIFF":
        bits = image.tag_v2.get(258, (8,))  # type: ignore[attr-defined]
        return bool(max(bits) == 16)
    return image.format == "PPM" and image.mode == "RGB" and _maxval_is_deep(content)


def _maxval_is_deep(content: bytes) -> bool:
    """Whether a PPM's header allows values beyond 255."""
    numbers: list[bytes] = []
    for line in content[:1024].split(b"\n"):
        numbers += line.partition(b"#")[0].split()
        if len(numbers) >= 4:
            return numbers[3].isdigit() and int(numbers[3]) > 255
    return False


def _decode_deep(content: bytes) -> NDArray[np.float32] | None:
    """`(H, W, C)` at full depth, as stored, or None where OpenCV does not read it so."""
    import cv2

    array = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_UNCHANGED | cv2.IMREAD_IGNORE_ORIENTATION)
    if array is None or array.dtype != np.uint16 or array.ndim != 3:
        return None
    order = [2, 1, 0, 3][: array.shape[2]]
    return array[..., order].astype(np.float32) / np.float32(65535)


def _channels(image: PIL.Image.Image, profile: bytes | None) -> tuple[NDArray[np.float32], bool]:
    """`(H, W, C)` in [0, 1] and whether the colour profile had to be ignored."""
    if image.mode in ("I;16", "I;16B", "I;16L", "I;16N", "I", "F"):
        return _numbers(image)[..., None], False
    alpha = None
    if image.has_transparency_data:
        image = image.convert("RGBA") if image.mode not in ("LA", "RGBA") else image
        alpha = np.asarray(image.getchannel("A"))
    if image.mode in ("1", "LA"):
        image = image.convert("L")
    elif image.mode not in ("L", "RGB", "CMYK", "LAB"):
        image = image.convert("RGB")
    broken = False
    if profile and not is_srgb(profile):
        try:
            image = to_srgb(image, profile)
        except PinxitError:
            broken = True
    elif image.mode == "LAB":
        from PIL import ImageCms

        image = to_srgb(image, ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes())
    if image.mode not in ("L", "RGB"):
        image = image.convert("RGB")
    array = np.asarray(image)
    if array.ndim == 2:
        array = array[..., None]
    if alpha is not None:
        array = np.concatenate([array, alpha[..., None]], axis=2)
    return array.astype(np.float32) / np.float32(255), broken


def _numbers(image: PIL.Image.Image) -> NDArray[np.float32]:
    """A grey picture of 16- or 32-bit numbers as `(H, W)` in [0, 1]."""
    numbers = np.asarray(image, dtype=np.float64)
    if not np.isfinite(numbers).all():
        raise PinxitError("holds NaN or infinite numbers: it is data, not a picture.")
    white = 1.0 if image.mode == "F" else 65535.0
    if numbers.min() < 0 or numbers.max() > white:
        raise PinxitError(
            f"has values from {numbers.min():g} to {numbers.max():g}: save it with 8 or 16 bits a channel."
        )
    return (numbers / white).astype(np.float32)


def _exif(image: PIL.Image.Image) -> bytes | None:
    """The EXIF block without what the result must not repeat: orientation, thumbnail, place, an older recipe."""
    try:
        exif = image.getexif()
        inner = exif.get_ifd(0x8769)
        inner.pop(0x9286, None)  # UserComment, where a recipe may be
        for tag in (orientation.TAG, 0x8825, 0x0201, 0x0202, 270):
            exif.pop(tag, None)
        exif._ifds.pop(0x8825, None)
        if not len(exif) and not inner:
            return None
        return exif.tobytes()
    except Exception:  # the block is a nicety, and hostile ones break in many ways
        return None
