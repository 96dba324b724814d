"""EXIF: a result keeps how its photograph was taken, and drops where it was taken."""

from __future__ import annotations

import PIL.Image

from pinxit.image import orientation

IFD, USER_COMMENT, IMAGE_DESCRIPTION = 0x8769, 0x9286, 0x010E
# Maker, model, resolution, software, date, artist, copyright. The rest of a file's first directory describes the file itself
# (a TIFF's strips and profile), its thumbnail, its orientation, which the reader applies, or its place.
_KEPT = (0x010F, 0x0110, 0x011A, 0x011B, 0x0128, 0x0131, 0x0132, 0x013B, 0x8298)
# An earlier recipe, the maker's private notes (whose offsets do not survive a move), the old colours, the old size, a
# further directory.
_DROPPED = (USER_COMMENT, 0x927C, 0xA001, 0xA002, 0xA003, 0xA005)


def kept(image: PIL.Image.Image) -> bytes | None:
    """Return the part of a picture's EXIF that its result may carry, as a block of its own; the picture's is unchanged."""
    try:
        source, block = image.getexif(), PIL.Image.Exif()
        for tag in _KEPT:
            if tag in source:
                block[tag] = source[tag]
        inner = {tag: value for tag, value in source.get_ifd(IFD).items() if tag not in _DROPPED}
        if inner:
            block.get_ifd(IFD).update(inner)
        return block.tobytes() if len(block) or inner else None
    except Exception:  # the block is optional, and hostile ones fail in many ways
        return None


def stored_orientation(image: PIL.Image.Image) -> object:
    """Return the orientation that the file declares, or None where there is none or the EXIF is broken."""
    try:
        return image.getexif().get(orientation.TAG)
    except Exception:  # as above: a broken block is no reason to refuse a picture
        return None


def texts(block: bytes | None) -> dict[int, str]:
    """Return the texts in a block's first directory, by tag: a TIFF can hold these without a block."""
    exif = PIL.Image.Exif()
    if block is not None:
        exif.load(block)
    return {tag: value for tag, value in exif.items() if isinstance(value, str)}
