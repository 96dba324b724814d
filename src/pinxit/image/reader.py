"""Reading pictures from untrusted files: the result is a picture, or one sentence that says what is wrong."""

from __future__ import annotations

import contextlib
import difflib
import io
import itertools
import logging
import os
import warnings
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import PIL.Image
from numpy.typing import NDArray

from pinxit.errors import PinxitError
from pinxit.files.paths import expand_home, split_layer
from pinxit.image import camera_raw, exif, jpeg_xl, openexr, openraster_reader, orientation, psd_reader, svg
from pinxit.image.channels import from_channels, placed
from pinxit.image.color import is_srgb, lab_profile, to_srgb
from pinxit.image.high_bit_depth import decode_deep, gray_numbers, white_of
from pinxit.image.picture import Gamut, Picture
from pinxit.image.room import check_room
from pinxit.image.wide_color import wide_numbers

# The kind is detected from a file's content, never from its name. Missing kinds (PostScript, JPEG 2000, FITS, icons …)
# are rare as photographs and frequent in attacks.
FORMATS = ("JPEG", "PNG", "WEBP", "TIFF", "AVIF", "GIF", "BMP", "PPM", "TGA")
KINDS_READ = (
    "JPEG, PNG, WebP, TIFF, AVIF, HEIC, JPEG XL, OpenEXR, camera raw, GIF, BMP, PPM, TGA, OpenRaster, PSD or SVG"
)
HEIF = "HEIF"
"""The format of telephones; pillow-heif reads it, where it is installed."""
_HEIF_BRANDS = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1")
# A photograph of 100 megapixels takes 1.2 GB as float32; a larger one is a mistake or a decompression bomb.
MAX_PIXELS = 100_000_000
MAX_BYTES = 512 * 2**20
# Without a handler, PIL's log messages about damaged files would appear on the terminal before the error sentence.
logging.getLogger("PIL").addHandler(logging.NullHandler())
# Most names of a folder that a misspelt name is compared with; 2000 take 20 ms.
_MAX_NAMES = 2000


class TooManyPixelsError(PinxitError):
    """A picture declares more pixels than pinxit decodes."""


def read(source: str | os.PathLike[str] | bytes, *, wide: bool = False) -> Picture:
    """Read a picture.

    Orientation and colour profile are applied. Of several frames the first is taken, and a note says so. CMYK, palette, grey,
    1-bit and 16-bit pictures are converted to what they look like, 16 bits at their full depth.

    Args:
        source: a path, or a file's bytes. `file.psd#Sky` and `file.ora#Sky` are one layer of a file with layers, laid on its
            canvas; of such a file without a layer's name, all visible layers together are read.
        wide: read a photograph whose colours sRGB cannot hold as Display P3, by its colour profile, instead of clipping them.

    Raises:
        PinxitError: one sentence, for every kind of failure.
    """
    path, layer = (Path("the picture"), None) if isinstance(source, bytes) else split_layer(source)
    content = source if isinstance(source, bytes) else bytes_of(path)
    if not content:
        raise PinxitError(f"{path} is empty: give a picture.")
    with translate_read_errors(str(path), content):
        if layer is not None:
            return _read_layer(content, layer)
        if psd_reader.is_psd(content):
            return _read_psd(content)
        if jpeg_xl.is_jpeg_xl(content):
            _check_canvas(*jpeg_xl.size_of(content))
            return from_channels(jpeg_xl.decode_jpeg_xl(content))
        if openexr.is_openexr(content):
            array, notes = openexr.decode_openexr(content, _check_canvas)
            return from_channels(array, notes=notes)
        if svg.is_svg(content):
            return _read_flat(svg.render_svg(content))
        if camera_raw.is_camera_raw(content):
            developed = camera_raw.decode_camera_raw(content, _check_canvas)
            if developed is not None:
                return from_channels(developed)
        return _read_flat(content, wide=wide)
    raise AssertionError("unreachable")


def _read_flat(content: bytes, *, wide: bool = False) -> Picture:
    if openraster_reader.is_openraster(content):
        content = openraster_reader.merged_png(content)
    with open_image(content) as image:
        if image.width * image.height > MAX_PIXELS:
            raise TooManyPixelsError(_too_large(image.width, image.height))
        deep = image.mode in ("I", "F", "I;16", "I;16B", "I;16L", "I;16N") or white_of(image, content) is not None
        check_room(image.width, image.height, clear=image.has_transparency_data, deep=deep)
        return decode(image, content, wide=wide)


def _read_psd(content: bytes) -> Picture:
    _check_canvas(*psd_reader.size_of(content))
    return _of(psd_reader.read_merged(content))


def _of(read: PIL.Image.Image | NDArray[np.float32]) -> Picture:
    return decode(read) if isinstance(read, PIL.Image.Image) else from_channels(read)


def _read_layer(content: bytes, name: str) -> Picture:
    """Read one layer, laid on its file's canvas."""
    if psd_reader.is_psd(content):
        width, height = psd_reader.size_of(content)
        _check_canvas(width, height)
        read, left, top = psd_reader.read_layer(content, name)
        return placed(_of(read), left, top, width, height)
    if not openraster_reader.is_openraster(content):
        raise PinxitError(f"has no layers: leave out #{name}.")
    layer = openraster_reader.layer_png(content, name)
    _check_canvas(layer.width, layer.height)
    return placed(_read_flat(layer.content), layer.left, layer.top, layer.width, layer.height)


def _check_canvas(width: int, height: int) -> None:
    if width < 1 or height < 1:
        raise PinxitError("has no pixels: give a picture.")
    if width * height > MAX_PIXELS:
        raise TooManyPixelsError(_too_large(width, height))
    check_room(width, height, clear=True, deep=True)


def is_heif(content: bytes) -> bool:
    """Whether a file's first bytes are those of HEIC, the format of phones."""
    return content[4:8] == b"ftyp" and content[8:12] in _HEIF_BRANDS


def open_image(content: bytes) -> PIL.Image.Image:
    """Open a file's bytes with PIL, restricted to the kinds that pinxit reads; PIL raises its own errors for others.

    Raises:
        PinxitError: for a HEIC picture, where the package that reads it is not installed.
    """
    formats: tuple[str, ...] = FORMATS
    if openraster_reader.is_openraster(content):
        return PIL.Image.open(io.BytesIO(openraster_reader.merged_png(content)), formats=("PNG",))
    if is_heif(content):
        try:
            import pillow_heif
        except ImportError as error:
            raise PinxitError(
                "is a HEIC picture, which needs one more package: pip install 'pinxit[photo]'."
            ) from error
        # Previews and depth maps in the file are not the picture.
        pillow_heif.register_heif_opener(thumbnails=False, depth_images=False, aux_images=False)
        formats = (*FORMATS, HEIF)
    return PIL.Image.open(io.BytesIO(content), formats=formats)


def decode(image: PIL.Image.Image, content: bytes = b"", *, wide: bool = False) -> Picture:
    """Decode a picture that PIL opened.

    Args:
        image: the picture.
        content: the file's bytes, for depths that PIL does not decode.
        wide: see `read`.

    Raises:
        PinxitError: when the numbers are no picture. PIL raises its own errors for damaged files.
    """
    if not image.width or not image.height:
        raise PinxitError("has no pixels: give a picture.")
    notes = []
    animated = bool(getattr(image, "is_animated", False))
    if animated:
        notes.append(f"has {image.n_frames} frames: the first one is used.")  # type: ignore[attr-defined]
    # OpenCV composes the frames of an animation differently; 8 bits of the right frame are better.
    white = white_of(image, content) if content and not animated else None
    profile = image.info.get("icc_profile")
    image.load()
    array = _wide_channels(image, content, white) if wide else None
    gamut: Gamut = "srgb" if array is None else "p3"
    if array is None and white is not None and (not profile or is_srgb(profile)):
        array = decode_deep(image, content, white)
    if array is None:
        if white is not None:
            notes.append("has more than 8 bits a channel: it is read with 8.")
        array, broken = _channels(image, profile)
        if broken:
            notes.append("has a broken colour profile: its colours are taken as sRGB.")
    # The orientation is read only now: PIL turns a TIFF upright while loading it, as OpenCV does, and drops the tag.
    array = orientation.upright(array, exif.stored_orientation(image))
    return replace(from_channels(array, exif.kept(image), tuple(notes)), gamut=gamut)


def bytes_of(path: Path) -> bytes:
    """Return a file's bytes.

    Raises:
        PinxitError: when it is no file, cannot be read, or is too long.
    """
    path = expand_home(path)
    try:
        if path.is_dir():
            raise PinxitError(f"{path} is a folder: give a picture.")
        if path.stat().st_size > MAX_BYTES:
            raise PinxitError(f"{path} has more than {MAX_BYTES >> 20} MiB: give a smaller file.")
        if not path.is_file():
            raise PinxitError(f"{path} is not a regular file: give a picture.")
        return path.read_bytes()
    except FileNotFoundError as error:
        raise PinxitError(_missing(path)) from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "its name is not allowed"
        raise PinxitError(f"{str(path)!r} cannot be read ({reason}): give a picture.") from error


def _missing(path: Path) -> str:
    with contextlib.suppress(OSError):
        if path.is_symlink():
            return f"{path} is a link to {os.readlink(path)}, which does not exist: give a picture."  # noqa: PTH115
        names = [entry.name for entry in itertools.islice(path.parent.iterdir(), _MAX_NAMES) if entry.exists()]
        near = difflib.get_close_matches(path.name, names, n=1)
        if near:
            return f"there is no file {path}: did you mean {path.with_name(near[0])}?"
    return f"there is no file {path}: check the name and the folder."


def _too_large(width: int, height: int) -> str:
    return f"has {width}×{height} px, more than {MAX_PIXELS // 10**6} megapixels: make it smaller first."


@contextlib.contextmanager
def translate_read_errors(name: str, content: bytes) -> Iterator[None]:
    """Turn any error of a decoder into one sentence that names the file, and silence its warnings.

    Args:
        name: name of the file.
        content: its bytes.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    except PinxitError as error:
        raise type(error)(f"{name} {error}") from error
    except PIL.UnidentifiedImageError as error:
        if content[:4] in (b"II*\0", b"MM\0*"):
            raise PinxitError(
                f"{name} is damaged, or a TIFF that pinxit does not read: save it anew as RGB with 8 or 16 bits a channel."
            ) from error
        raise PinxitError(f"{name} is not a picture that pinxit reads, or is damaged: give {KINDS_READ}.") from error
    except PIL.Image.DecompressionBombError as error:
        raise TooManyPixelsError(
            f"{name} declares more pixels than {MAX_PIXELS // 10**6} million: make it smaller first."
        ) from error
    except MemoryError as error:
        raise PinxitError(f"{name} does not fit into memory: make it smaller first.") from error
    except Exception as error:  # decoders raise nearly anything on hostile files
        raise PinxitError(
            f"{name} is damaged or incomplete: get it again, or save it anew with another program."
        ) from error


def _channels(image: PIL.Image.Image, profile: bytes | None) -> tuple[NDArray[Any], bool]:
    """Return `(H, W, C)`, uint8 or float in [0, 1], and whether the colour profile had to be ignored."""
    if image.mode in ("I;16", "I;16B", "I;16L", "I;16N", "I", "F"):
        return _gray(image, profile)
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


def _wide_channels(image: PIL.Image.Image, content: bytes, white: int | None) -> NDArray[Any] | None:
    """Return `(H, W, 3 or 4)` as P3's numbers, float in [0, 1]; None where sRGB holds all the colours."""
    profile = image.info.get("icc_profile")
    if not profile or image.mode not in ("RGB", "RGBA") or is_srgb(profile):
        return None
    array: NDArray[Any] | None = None if white is None else decode_deep(image, content, white)
    if array is None:
        array = np.asarray(image)
    numbers = wide_numbers(array[..., :3], profile)
    if numbers is None or array.shape[2] == 3:
        return numbers
    alpha = array[..., 3:] / np.float32(255 if array.dtype == np.uint8 else 1)
    return np.concatenate([numbers, alpha], axis=2)


def _gray(image: PIL.Image.Image, profile: bytes | None) -> tuple[NDArray[np.float32], bool]:
    """Do as `_channels` for depths that the colour engine does not take: it converts 8 bits, whose curve is interpolated."""
    numbers = gray_numbers(image)
    if not profile or is_srgb(profile):
        return numbers, False
    levels = np.arange(256, dtype=np.uint8)
    try:
        curve = np.asarray(to_srgb(PIL.Image.fromarray(levels[None]), profile).convert("L"))[0]
    except PinxitError:
        return numbers, True
    numbers[..., 0] = np.interp(numbers[..., 0], levels / 255, curve / 255)
    return numbers, False
