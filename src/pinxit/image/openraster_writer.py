"""Writing OpenRaster (.ora); see `pinxit.image.openraster_reader`."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from typing import Literal
from xml.etree import ElementTree

from pinxit.image.layers import Blend, Layer
from pinxit.image.openraster_reader import MERGED, MIMETYPE, STACK
from pinxit.image.picture import Picture
from pinxit.image.png import encode_png
from pinxit.image.resizer import fit

_BLENDS: dict[Blend, str] = {"normal": "svg:src-over", "multiply": "svg:multiply", "screen": "svg:screen"}
_THUMBNAIL = 256  # px: longest side, as the specification says
_EPOCH = (1980, 1, 1, 0, 0, 0)  # zip's first day: equal pictures give equal bytes
_NO_CONTROLS = dict.fromkeys(range(32), " ")  # XML has no characters for these


def encode_openraster(
    merged: bytes, picture: Picture, layers: Sequence[Layer], bits: Literal[8, 16], chunks: bytes
) -> bytes:
    """Encode layers as an OpenRaster archive.

    Args:
        merged: a PNG of all visible layers together, with the metadata.
        picture: the same picture.
        layers: from the lowest to the topmost, each of the picture's size.
        bits: bits a channel of the layers.
        chunks: PNG chunks for each layer, which say what its colours mean.
    """
    image = ElementTree.Element("image", version="0.0.5", w=str(picture.width), h=str(picture.height))
    if picture.dpi is not None:
        image.set("xres", str(round(picture.dpi)))
        image.set("yres", str(round(picture.dpi)))
    stack = ElementTree.SubElement(image, "stack", name="root")
    members = []
    for number, layer in reversed(list(enumerate(layers))):  # the topmost comes first
        source = f"data/layer{number}.png"
        ElementTree.SubElement(
            stack,
            "layer",
            {
                "name": layer.name.translate(_NO_CONTROLS),
                "src": source,
                "x": "0",
                "y": "0",
                "opacity": "1.0",
                "visibility": "visible" if layer.visible else "hidden",
                "composite-op": _BLENDS[layer.blend],
            },
        )
        members.append((source, encode_png(layer.picture, bits, chunks)))
    small = picture if max(picture.height, picture.width) <= _THUMBNAIL else fit(picture, _THUMBNAIL)
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:  # PNG is compressed already
        for name, content in (
            ("mimetype", MIMETYPE),
            (STACK, ElementTree.tostring(image, encoding="UTF-8", xml_declaration=True)),
            *members,
            (MERGED, merged),
            ("Thumbnails/thumbnail.png", encode_png(small, 8)),
        ):
            archive.writestr(zipfile.ZipInfo(name, _EPOCH), content)
    return file.getvalue()
