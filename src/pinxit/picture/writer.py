"""From a picture to a file that is whole or not there at all."""

from __future__ import annotations

import io
import os
from pathlib import Path, PurePath
from typing import Any, Literal

import numpy as np
import PIL.Image

from pinxit.errors import PinxitError
from pinxit.picture.color import srgb_profile
from pinxit.picture.convert import to_array
from pinxit.picture.exif import texts
from pinxit.picture.metadata import KEY, XMP_KEY, ascii_json, exif_with, png_chunk, png_density, png_text
from pinxit.picture.paths import at_home
from pinxit.picture.picture import Picture
from pinxit.whole import exists
from pinxit.whole import write_whole as write_whole

# By the file's ending.
KINDS = {
    ".png": "PNG",
    ".jpg": "JPEG",
    ".jpeg": "JPEG",
    ".webp": "WEBP",
    ".tif": "TIFF",
    ".tiff": "TIFF",
    ".avif": "AVIF",
}
_DEEP = ("PNG", "TIFF")
# The longest side each kind has room for, px.
_MAX_SIDE = {"JPEG": 65_500, "WEBP": 16_383, "AVIF": 65_535}
# Full colour resolution where the kind has it, and transparency without loss.
_OPTIONS: dict[str, dict[str, Any]] = {
    "JPEG": {"subsampling": "4:4:4", "optimize": True},
    "WEBP": {"method": 4},
    "AVIF": {"subsampling": "4:4:4", "advanced": {"a:cq-level": "0"}},
}
_XMP = 700  # TIFF's tag for it
_PNG_HEADER_END = 33  # signature and IHDR


def check_writable(path: Path, *, overwrite: bool, bits: int = 8) -> None:
    """Find out before the painting whether its result could be written.

    Raises:
        PinxitError: for an unknown ending, a file that is there and may not be replaced, a folder in its place, or a folder
            that cannot be written or made.
    """
    check_kind(path, bits)
    check_place(path, overwrite=overwrite)


def check_place(path: Path, *, overwrite: bool) -> None:
    """The same for a file of any kind: whether it may be written where it is to be."""
    path = at_home(path)
    try:
        if path.is_dir():
            raise PinxitError(f"{path} is a folder: name a file.")
        if _is_there(path) and not overwrite:
            raise PinxitError(exists(path))
        nearest = next(parent for parent in path.absolute().parents if parent.exists())
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "its name is not allowed"
        raise PinxitError(f"{path} cannot be written ({reason}): choose another name.") from error
    if not nearest.is_dir():
        raise PinxitError(f"{path} cannot be written: {nearest} is a file, not a folder.")
    if not os.access(nearest, os.W_OK | os.X_OK):
        raise PinxitError(f"{path} cannot be written: you may not write into {nearest}.")


def check_kind(name: str | Path, bits: int) -> None:
    """Raise PinxitError for an ending that says no kind of picture, or one that cannot hold so many bits a channel."""
    kind = kind_of(name)
    if bits not in (8, 16):
        raise PinxitError(f"a picture has 8 or 16 bits a channel, not {bits}.")
    if bits == 16 and kind not in _DEEP:
        raise PinxitError(f"{name} cannot hold 16 bits a channel: end its name in .png or .tif.")


def write(
    picture: Picture,
    path: str | os.PathLike[str],
    *,
    recipe: str | None = None,
    overwrite: bool = False,
    bits: Literal[8, 16] = 8,
    quality: int = 95,
) -> Path:
    """Write a picture, its kind by the path's ending, through a temporary file in the same folder.

    Args:
        recipe: a text to put inside.
        overwrite: replace a file that is there.
        bits: 8, or 16 for PNG and TIFF.
        quality: of JPEG, WebP and AVIF, 1 to 100. Transparency is kept exactly; JPEG has none: it is laid on white.

    Raises:
        PinxitError: when it cannot be written; nothing is left behind then.
    """
    target = at_home(path)
    check_writable(target, overwrite=overwrite, bits=bits)
    content = to_bytes(picture, kind=kind_of(target), recipe=recipe, bits=bits, quality=quality)
    write_whole(content, target, overwrite=overwrite)
    return target


def to_bytes(
    picture: Picture, *, kind: str = "PNG", recipe: str | None = None, bits: Literal[8, 16] = 8, quality: int = 95
) -> bytes:
    """A picture as a file's bytes; see `write`.

    Raises:
        PinxitError: when this kind of file has no room for the picture or its recipe.
    """
    if not 1 <= quality <= 100:
        raise PinxitError(f"quality goes from 1 to 100, not {quality}.")
    most = _MAX_SIDE.get(kind)
    if most is not None and max(picture.height, picture.width) > most:
        raise PinxitError(
            f"a {kind} has at most {most} px a side, the picture {picture.width}×{picture.height}: write .png or .tif."
        )
    try:
        return _encode(picture, kind, recipe, bits, quality)
    except (OSError, ValueError) as error:
        raise PinxitError(f"the picture cannot be written as {kind} ({error}): write .png or .tif.") from error


def _encode(picture: Picture, kind: str, recipe: str | None, bits: Literal[8, 16], quality: int) -> bytes:
    if kind == "PNG":
        return _png(picture, recipe, bits)
    if kind == "TIFF":
        return _tiff(picture, recipe, bits)
    image = PIL.Image.fromarray(to_array(picture))
    if kind == "JPEG" and image.mode == "RGBA":
        white = PIL.Image.new("RGBA", image.size, "white")
        image = PIL.Image.alpha_composite(white, image).convert("RGB")
    file = io.BytesIO()
    exif = exif_with(recipe, picture.exif, picture.dpi)
    more: dict[str, Any] = {} if picture.xmp is None else {"xmp": picture.xmp}
    if picture.dpi is not None and kind == "JPEG":
        more["dpi"] = (picture.dpi, picture.dpi)
    image.save(file, kind, quality=quality, icc_profile=srgb_profile(), exif=exif, **more, **_OPTIONS[kind])
    return file.getvalue()


def _is_there(path: Path) -> bool:
    """Whether the name is taken, be it by a link that leads nowhere."""
    try:
        path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    return True


def target_name(name: str) -> str:
    """What a picture's painting is called: the same; pictures of kinds that pinxit does not write become `photo.gif.png`."""
    return name if PurePath(name).suffix.lower() in KINDS else f"{name}.png"


def kind_of(name: str | Path) -> str:
    """Which kind of picture a name's ending says; PinxitError where it says none."""
    path = Path(name)
    kind = KINDS.get(path.suffix.lower())
    if kind is None:
        raise PinxitError(f"{path} says no kind of picture that pinxit writes: end its name in {', '.join(KINDS)}.")
    return kind


def _png(picture: Picture, recipe: str | None, bits: Literal[8, 16]) -> bytes:
    """Encoded by the library of each depth; the metadata chunks are the same, right behind the header."""
    array = to_array(picture, np.uint8 if bits == 8 else np.uint16)
    if bits == 8:
        file = io.BytesIO()
        PIL.Image.fromarray(array).save(file, "PNG")
        encoded = file.getvalue()
    else:
        import cv2

        order = [2, 1, 0, 3][: array.shape[2]]
        encoded = cv2.imencode(".png", np.ascontiguousarray(array[..., order]))[1].tobytes()
    chunks = png_chunk(b"sRGB", b"\1")  # relative colorimetric
    if picture.dpi is not None:
        chunks += png_density(picture.dpi)
    if picture.exif is not None:
        chunks += png_chunk(b"eXIf", picture.exif.removeprefix(b"Exif\0\0"))
    if picture.xmp is not None:
        chunks += png_text(XMP_KEY, picture.xmp.decode())
    if recipe is not None:
        chunks += png_text(KEY, ascii_json(recipe))
    return encoded[:_PNG_HEADER_END] + chunks + encoded[_PNG_HEADER_END:]


def _tiff(picture: Picture, recipe: str | None, bits: Literal[8, 16]) -> bytes:
    import tifffile

    file = io.BytesIO()
    tifffile.imwrite(
        file,
        to_array(picture, np.uint8 if bits == 8 else np.uint16),
        photometric="rgb",
        compression="zlib",
        predictor=True,
        iccprofile=srgb_profile(),
        extrasamples=None if picture.alpha is None else ["unassalpha"],
        # tifffile would describe its own shape here and add a date: a recipe, or nothing.
        description=None if recipe is None else ascii_json(recipe),
        metadata=None,
        software=False,
        resolution=None if picture.dpi is None else (picture.dpi, picture.dpi),
        resolutionunit=None if picture.dpi is None else "INCH",
        extratags=[
            *((tag, "s", 0, text.encode(), True) for tag, text in texts(picture.exif).items()),
            *([] if picture.xmp is None else [(_XMP, "B", len(picture.xmp), picture.xmp, True)]),
        ],
    )
    return file.getvalue()
