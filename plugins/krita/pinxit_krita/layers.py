"""Krita's layers as pictures, and pictures as layers. Everything here runs in Krita's main thread."""

from __future__ import annotations

from PyQt5.QtCore import QBuffer, QByteArray, Qt
from PyQt5.QtGui import QImage, QPainter

_PROFILE = "sRGB-elle-V2-srgbtrc.icc"


def layer_png(document, node):
    """Return a layer as it is seen, as a PNG file of the document's size, with its transparency."""
    width, height = document.width(), document.height()
    if (node.colorModel(), node.colorDepth()) != ("RGBA", "U8") or not node.colorProfile().startswith("sRGB"):
        # Krita converts whole documents, so a copy is converted.
        copy = document.clone()
        copy.setColorSpace("RGBA", "U8", _PROFILE)
        copy.waitForDone()
        pixels = _at(copy, _place(node)).projectionPixelData(0, 0, width, height)
        copy.close()
    else:
        pixels = node.projectionPixelData(0, 0, width, height)
    # In memory ARGB32 is blue, green, red, alpha, as Krita's pixels are.
    return _png(QImage(bytes(pixels), width, height, 4 * width, QImage.Format_ARGB32))


def _place(node):
    """Return the numbers of a layer, and of the groups that it is in, from the outermost."""
    place = []
    parent = node.parentNode()
    while parent is not None:
        place.insert(0, [child.uniqueId() for child in parent.childNodes()].index(node.uniqueId()))
        node, parent = parent, parent.parentNode()
    return place


def _at(document, place):
    node = document.rootNode()
    for number in place:
        node = node.childNodes()[number]
    return node


def _png(picture):
    content = QByteArray()
    buffer = QBuffer(content)
    buffer.open(QBuffer.WriteOnly)
    picture.save(buffer, "PNG")
    return bytes(content)


def selected(document):
    """Return the document's selection as a grey picture of its size, white where it is selected; None without one."""
    selection = document.selection()
    if selection is None:
        return None
    width, height = document.width(), document.height()
    levels = bytes(selection.pixelData(0, 0, width, height))
    # The picture does not own its bytes, so it is copied.
    return QImage(levels, width, height, width, QImage.Format_Grayscale8).copy()


def kept_png(selection):
    """Return the mask of what stays as it is, white outside the selection, as a PNG file."""
    mask = selection.copy()
    mask.invertPixels()
    return _png(mask)


def add_layer(document, below, png, name, selection):
    """Add a picture as a new layer.

    Args:
        document: the document.
        below: the layer above which it is added.
        png: the picture, as a file; it is enlarged to the document's size.
        name: the layer's name.
        selection: what `selected` returned; elsewhere the layer is transparent.

    Returns:
        The layer.
    """
    width, height = document.width(), document.height()
    picture = QImage.fromData(png)
    if picture.isNull():
        raise ValueError("Krita could not read the painting.")
    if (picture.width(), picture.height()) != (width, height):
        picture = picture.scaled(width, height, Qt.IgnoreAspectRatio, Qt.SmoothTransformation)
    if selection is not None:
        picture = picture.convertToFormat(QImage.Format_ARGB32_Premultiplied)
        alpha = QImage(selection.constBits(), width, height, selection.bytesPerLine(), QImage.Format_Alpha8)
        painter = QPainter(picture)
        painter.setCompositionMode(QPainter.CompositionMode_DestinationIn)
        painter.drawImage(0, 0, alpha)
        painter.end()
    picture = picture.convertToFormat(QImage.Format_ARGB32)
    layer = document.createNode(name, "paintlayer")
    below.parentNode().addChildNode(layer, below)
    # Krita converts the layer for documents of other colours or depths.
    layer.setColorSpace("RGBA", "U8", _PROFILE)
    pixels = picture.constBits()
    pixels.setsize(picture.byteCount())
    layer.setPixelData(QByteArray(bytes(pixels)), 0, 0, width, height)
    document.setActiveNode(layer)
    document.refreshProjection()
    return layer
