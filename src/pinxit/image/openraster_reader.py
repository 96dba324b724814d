"""Reading OpenRaster (.ora), the zip archive of layers that Krita, GIMP and MyPaint exchange.

Source: the OpenRaster specification 0.0.5: `mimetype` first, `stack.xml` with the layers, a PNG for each, `mergedimage.png`.
"""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass
from xml.etree import ElementTree

from pinxit.errors import PinxitError
from pinxit.image.layers import index_of

MIMETYPE = b"image/openraster"
MERGED, STACK = "mergedimage.png", "stack.xml"
_LOCAL_HEADER = b"PK\3\4"
_MAX_STACK = 2**20  # bytes of stack.xml
_MAX_MEMBER = 512 * 2**20  # bytes of a PNG within


@dataclass(frozen=True)
class PlacedFile:
    """A layer's PNG and its place.

    Attributes:
        content: the PNG's bytes.
        left: of its left border on the canvas, px; it may lie outside.
        top: of its upper border, px.
        width: of the canvas, px.
        height: of the canvas, px.
    """

    content: bytes
    left: int
    top: int
    width: int
    height: int


def is_openraster(content: bytes) -> bool:
    """Whether a file's first bytes are those of an OpenRaster archive: its first member is its uncompressed media type."""
    if not content.startswith(_LOCAL_HEADER):
        return False
    name, extra = (int.from_bytes(content[at : at + 2], "little") for at in (26, 28))
    start = 30 + name + extra
    return content[30 : 30 + name] == b"mimetype" and content[start : start + len(MIMETYPE)] == MIMETYPE


def merged_png(content: bytes) -> bytes:
    """Return the PNG of all visible layers together.

    Raises:
        PinxitError: when there is none; the sentence follows the file's name.
    """
    with _archive(content) as archive:
        if MERGED not in archive.namelist():
            raise PinxitError("holds no merged picture: save it anew, or name a layer, as in file.ora#Layer.")
        return _member(archive, MERGED, _MAX_MEMBER)


def layer_png(content: bytes, name: str) -> PlacedFile:
    """Return the PNG of a layer.

    Args:
        content: the archive's bytes.
        name: of the layer.

    Raises:
        PinxitError: when there is no such layer, or several; the sentence follows the file's name.
    """
    with _archive(content) as archive:
        root = _stack(archive)
        layers = [element for element in root.iter("layer") if "src" in element.attrib]
        names = [element.get("name", "") for element in layers]
        if name not in names and any(element.get("name") == name for element in root.iter("stack")):
            raise PinxitError(f"has a group called {name!r}: name a layer in it.")
        element = layers[index_of(name, names)]
        if element.attrib["src"] not in archive.namelist():
            raise PinxitError(f"is damaged: the picture of its layer {name!r} is missing.")
        try:
            left, top = int(element.get("x", "0")), int(element.get("y", "0"))
            width, height = int(root.attrib["w"]), int(root.attrib["h"])
        except (KeyError, ValueError) as error:
            raise PinxitError("is damaged: its layers have no places.") from error
        return PlacedFile(_member(archive, element.attrib["src"], _MAX_MEMBER), left, top, width, height)


def _archive(content: bytes) -> zipfile.ZipFile:
    return zipfile.ZipFile(io.BytesIO(content))


def _stack(archive: zipfile.ZipFile) -> ElementTree.Element:
    text = _member(archive, STACK, _MAX_STACK)
    # A document type can define entities that expand without end.
    if b"<!" in text.replace(b"<!--", b""):
        raise PinxitError("is damaged: its list of layers declares a document type.")
    root = ElementTree.fromstring(text)  # noqa: S314 - there are no entities, see above
    if root.tag != "image":
        raise PinxitError("is damaged: its list of layers is not OpenRaster's.")
    return root


def _member(archive: zipfile.ZipFile, name: str, most: int) -> bytes:
    with archive.open(name) as file:
        content = file.read(most + 1)
    if len(content) > most:
        raise PinxitError(f"holds more than {most >> 20} MiB in {name}: make it smaller first.")
    return content
