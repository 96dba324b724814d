"""Writing pictures, with their metadata and recipe; a file is complete or not there at all."""

from __future__ import annotations

import io
import os
import zlib
from collections.abc import Sequence
from pathlib import Path, PurePath
from typing import Any, Literal

import numpy as np
import PIL.Image

from pinxit.errors import PinxitError
from pinxit.files.atomic import exists_message, write_atomic
from pinxit.files.paths import expand_home
from pinxit.image.convert import to_array
from pinxit.image.exif import texts
from pinxit.image.layers import LAYERED, PAINTING, Layer
from pinxit.image.metadata import KEY, XMP_KEY, ascii_json, exif_with
from pinxit.image.openraster_writer import encode_openraster
from pinxit.image.picture import Picture
from pinxit.image.png import encode_png, png_chunk, png_density, png_text
from pinxit.image.psd_writer import check_psd_writer, encode_psd
from pinxit.image.wide_color import profile_of

# Kind of file by its ending.
KINDS = {
    ".png": "PNG",
    ".jpg": "JPEG",
    ".jpeg": "JPEG",
    ".webp": "WEBP",
    ".tif": "TIFF",
    ".tiff": "TIFF",
    ".avif": "AVIF",
    ".ora": "ORA",
    ".psd": "PSD",
}
_DEEP = ("PNG", "TIFF", "ORA", "PSD")
# px: the longest side of each kind.
_MAX_SIDE = {"JPEG": 65_500, "WEBP": 16_383, "AVIF": 65_535, "PSD": 30_000}
# Options for full colour resolution, and for transparency without loss.
_OPTIONS: dict[str, dict[str, Any]] = {
    "JPEG": {"subsampling": "4:4:4", "optimize": True},
    "WEBP": {"method": 4},
    "AVIF": {"subsampling": "4:4:4", "advanced": {"a:cq-level": "0"}},
}
_XMP = 700  # TIFF tag of XMP


def check_writable(path: Path, *, overwrite: bool, bits: int = 8) -> None:
    """Check before painting that the result can be written.

    Args:
        path: the file.
        overwrite: whether an existing file may be replaced.
        bits: bits a channel.

    Raises:
        PinxitError: for an unknown ending, a file that exists and may not be replaced, a folder in its place, or a folder that
            cannot be written or made.
    """
    check_kind(path, bits)
    check_place(path, overwrite=overwrite)


def check_place(path: Path, *, overwrite: bool) -> None:
    """Check that a file of any kind can be written there.

    Raises:
        PinxitError: as `check_writable`.
    """
    path = expand_home(path)
    try:
        if path.is_dir():
            raise PinxitError(f"{path} is a folder: name a file.")
        if _is_there(path) and not overwrite:
            raise PinxitError(exists_message(path))
        nearest = next(parent for parent in path.absolute().parents if parent.exists())
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "its name is not allowed"
        raise PinxitError(f"{path} cannot be written ({reason}): choose another name.") from error
    if not nearest.is_dir():
        raise PinxitError(f"{path} cannot be written: {nearest} is a file, not a folder.")
    if not os.access(nearest, os.W_OK | os.X_OK):
        raise PinxitError(f"{path} cannot be written: you may not write into {nearest}.")


def check_kind(name: str | Path, bits: int) -> None:
    """Check that a file's ending names a kind of picture that can hold so many bits a channel.

    Raises:
        PinxitError: when it does not.
    """
    kind = kind_of(name)
    if bits not in (8, 16):
        raise PinxitError(f"a picture has 8 or 16 bits a channel, not {bits}.")
    if bits == 16 and kind not in _DEEP:
        raise PinxitError(f"{name} cannot hold 16 bits a channel: end its name in .png, .tif, .ora or .psd.")
    if kind == "PSD":
        check_psd_writer()


def write(
    picture: Picture,
    path: str | os.PathLike[str],
    *,
    recipe: str | None = None,
    overwrite: bool = False,
    bits: Literal[8, 16] = 8,
    quality: int = 95,
    layers: Sequence[Layer] = (),
) -> Path:
    """Write a picture atomically, as the kind of file that the path's ending names.

    Transparency is kept exactly, except in JPEG, which has none: there the picture is laid on white.

    Args:
        picture: the picture.
        path: the file.
        recipe: JSON text to store inside.
        overwrite: whether an existing file may be replaced.
        bits: bits a channel: 8, or 16 for PNG, TIFF, OpenRaster and PSD.
        quality: quality of JPEG, WebP and AVIF, 1 to 100.
        layers: for OpenRaster and PSD, from the lowest to the topmost; the picture alone where left out.

    Returns:
        The path with `~` expanded.

    Raises:
        PinxitError: when it cannot be written; nothing is left behind then.
    """
    target = expand_home(path)
    check_writable(target, overwrite=overwrite, bits=bits)
    content = to_bytes(picture, kind=kind_of(target), recipe=recipe, bits=bits, quality=quality, layers=layers)
    write_atomic(content, target, overwrite=overwrite)
    return target


def to_bytes(
    picture: Picture,
    *,
    kind: str = "PNG",
    recipe: str | None = None,
    bits: Literal[8, 16] = 8,
    quality: int = 95,
    layers: Sequence[Layer] = (),
) -> bytes:
    """Encode a picture as a file's bytes.

    Args:
        picture: the picture.
        kind: kind of file, a value of `KINDS`.
        recipe: JSON text to store inside.
        bits: bits a channel: 8, or 16 for PNG, TIFF, OpenRaster and PSD.
        quality: quality of JPEG, WebP and AVIF, 1 to 100.
        layers: for OpenRaster and PSD, from the lowest to the topmost; the picture alone where left out.

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
        if kind in LAYERED:
            return _encode_layers(picture, kind, recipe, bits, layers or [Layer(PAINTING, picture)])
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
    options = {"quality": quality, "icc_profile": profile_of(picture.gamut), "exif": exif, **more, **_OPTIONS[kind]}
    try:
        image.save(file, kind, **options)
    except OSError:
        if "optimize" not in options:
            raise
        # Pillow gives optimised JPEGs a buffer that some noise overflows; without, they are written in parts.
        file = io.BytesIO()
        image.save(file, kind, **{**options, "optimize": False})
    return file.getvalue()


def _encode_layers(
    picture: Picture, kind: str, recipe: str | None, bits: Literal[8, 16], layers: Sequence[Layer]
) -> bytes:
    if kind == "ORA":
        return encode_openraster(_png(picture, recipe, bits), picture, layers, bits, _color_chunk(picture))
    exif = exif_with(recipe, picture.exif, picture.dpi)
    return encode_psd(picture, layers, bits, exif=exif, profile=profile_of(picture.gamut))


def _is_there(path: Path) -> bool:
    """Whether the name is taken, also by a broken link."""
    try:
        path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    return True


def holds_layers(path: Path) -> bool:
    """Whether a name's ending stands for a kind of file with layers."""
    return KINDS.get(path.suffix.lower()) in LAYERED


def target_name(name: str) -> str:
    """Return the name for a picture's painting: its own, or `photo.gif.png` for kinds that pinxit does not write."""
    return name if PurePath(name).suffix.lower() in KINDS else f"{name}.png"


def kind_of(name: str | Path) -> str:
    """Return the kind of picture that a name's ending stands for.

    Raises:
        PinxitError: when it stands for none.
    """
    path = Path(name)
    kind = KINDS.get(path.suffix.lower())
    if kind is None:
        raise PinxitError(f"{path} has no ending of a picture that pinxit writes: end its name in {', '.join(KINDS)}.")
    return kind


def _png(picture: Picture, recipe: str | None, bits: Literal[8, 16]) -> bytes:
    """Encode a PNG with its metadata."""
    chunks = _color_chunk(picture)
    if picture.dpi is not None:
        chunks += png_density(picture.dpi)
    if picture.exif is not None:
        chunks += png_chunk(b"eXIf", picture.exif.removeprefix(b"Exif\0\0"))
    if picture.xmp is not None:
        chunks += png_text(XMP_KEY, picture.xmp.decode())
    if recipe is not None:
        chunks += png_text(KEY, ascii_json(recipe))
    return encode_png(picture, bits, chunks)


def _color_chunk(picture: Picture) -> bytes:
    """Return the PNG chunk that says what the colours mean."""
    if picture.gamut == "srgb":
        return png_chunk(b"sRGB", b"\1")  # relative colorimetric
    return png_chunk(b"iCCP", b"Display P3\0\0" + zlib.compress(profile_of(picture.gamut)))


def _tiff(picture: Picture, recipe: str | None, bits: Literal[8, 16]) -> bytes:
    import tifffile

    file = io.BytesIO()
    tifffile.imwrite(
        file,
        to_array(picture, np.uint8 if bits == 8 else np.uint16),
        photometric="rgb",
        compression="zlib",
        predictor=True,
        iccprofile=profile_of(picture.gamut),
        extrasamples=None if picture.alpha is None else ["unassalpha"],
        # By default tifffile stores the array's shape and a date here.
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
