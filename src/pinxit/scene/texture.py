"""A texture of a set: its picture, its islands, and the pieces of it that are painted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from pinxit.errors import PinxitError
from pinxit.image import Picture, resize
from pinxit.image.alpha import bleed
from pinxit.image.high_bit_depth import white_of
from pinxit.image.picture import Pixels
from pinxit.image.reader import open_image, read, translate_read_errors
from pinxit.image.wrap import Wrap, extend
from pinxit.scene.islands import islands
from pinxit.surface.edges import settle

_RIM = 8  # px: painted around an island, for filters and for strokes that cross its border
_DETAIL = 0.5
"""The share of the finest detail that is added where a texture is painted smaller than it is, 0 to 1: the network's."""
_MEETING = 1 / 16  # of a side: how far the two ends of a texture that repeats are cross-faded


@dataclass(frozen=True)
class TexturePicture:
    """A picture of a base colour as its file holds it.

    Attributes:
        picture: its colours, with the transparency that is seen.
        alpha: the transparency in the file, seen or not, `(H, W)`, or None.
        kind: the kind of file, a value of `pinxit.image.KINDS`.
        bits: bits a channel.
    """

    picture: Picture
    alpha: Pixels | None
    kind: str
    bits: Literal[8, 16]


@dataclass(frozen=True)
class Piece:
    """A part of a texture that is painted by itself.

    Attributes:
        window: its rows and columns in the texture; beyond its borders where the texture repeats.
        inside: the pixels of the window that it gives to the texture; all of them where None.
        picture: the part at full size; transparent where it is not seen.
    """

    window: tuple[slice, slice]
    inside: NDArray[np.bool_] | None
    picture: Picture


@dataclass(frozen=True)
class SceneTexture:
    """A texture of a set.

    Attributes:
        key: the name of its file, or of the model and its number within it; see `pinxit.scene.model`.
        source: its picture.
        numbers: the number of each pixel's island, 0 outside, `(H, W)`; all 1 where it repeats.
        wrap: the borders across which it repeats.
        pieces: the parts that are painted.
    """

    key: str
    source: TexturePicture
    numbers: NDArray[np.int32]
    wrap: Wrap
    pieces: tuple[Piece, ...]

    @property
    def size(self) -> tuple[int, int]:
        """Height and width, px."""
        return self.source.picture.height, self.source.picture.width

    def put_together(self, painted: Sequence[Picture]) -> Pixels:
        """Return the texture `(3, H, W)` with its pieces painted, each at any size; other pixels stay as they are."""
        pixels = self.source.picture.pixels.copy()
        for piece, small in zip(self.pieces, painted, strict=True):
            large = _enlarged(small, piece.picture)
            if self.wrap:
                pixels = _meeting(large, *self.size, self.wrap)
            else:
                assert piece.inside is not None  # noqa: S101 - for the type checker
                pixels[(slice(None), *piece.window)][:, piece.inside] = large[:, piece.inside]
        return pixels

    def finished(self, pixels: Pixels) -> Picture:
        """Return the picture for the file: padding with the colours of the nearest island, transparency as it was."""
        alpha = self.source.picture.alpha
        if alpha is not None:
            pixels = settle(pixels, alpha)
        pixels = bleed(pixels, (self.numbers > 0).astype(np.float32))
        return replace(self.source.picture, pixels=np.ascontiguousarray(pixels), alpha=self.source.alpha)


def read_texture(content: bytes, name: str, *, opaque: bool) -> TexturePicture:
    """Read a texture.

    Args:
        content: the bytes of its file.
        name: what to call it.
        opaque: whether materials ignore its transparency, which may hold any other numbers.

    Raises:
        PinxitError: when it is no PNG, JPEG, WebP or AVIF.
    """
    with translate_read_errors(name, content), open_image(content) as image:
        kind = image.format or ""
        bits: Literal[8, 16] = 16 if white_of(image, content) else 8
    if kind not in ("PNG", "JPEG", "WEBP", "AVIF"):
        raise PinxitError(f"{name} is a {kind}, which glTF does not allow: export textures as PNG or JPEG.")
    try:
        picture = replace(read(content), notes=())
    except PinxitError as error:
        raise PinxitError(f"{name}{str(error).removeprefix('the picture')}") from error
    if not opaque or picture.alpha is None:
        return TexturePicture(picture, picture.alpha, kind, bits)
    if bits == 8:  # the reader replaces colours under full transparency, which an opaque material shows
        with open_image(content) as image:
            raw = np.asarray(image.convert("RGBA").convert("RGB"), np.float32) / 255
        hidden = picture.alpha == 0
        pixels = picture.pixels.copy()
        pixels[:, hidden] = raw[hidden].T
        picture = replace(picture, pixels=pixels)
    return TexturePicture(replace(picture, alpha=None), picture.alpha, kind, bits)


def scene_texture(key: str, source: TexturePicture, covered: NDArray[np.bool_], wrap: Wrap) -> SceneTexture:
    """Divide a texture into its islands.

    Args:
        key: see `SceneTexture`.
        source: its picture.
        covered: the pixels that triangles show, `(H, W)`.
        wrap: the borders across which triangles continue.
    """
    picture = source.picture
    if wrap:
        numbers = np.ones(covered.shape, np.int32)
        around = _margin(picture.height, picture.width)
        window = (slice(-around, picture.height + around), slice(-around, picture.width + around))
        pieces = [Piece(window, None, extend(picture, around, wrap))]
    else:
        numbers, windows = islands(covered)
        pieces = [_piece(picture, numbers == number, window) for number, window in windows.items()]
    seen = tuple(piece for piece in pieces if piece.picture.alpha is None or piece.picture.alpha.any())
    return SceneTexture(key, source, numbers, wrap, seen)


def _piece(picture: Picture, island: NDArray[np.bool_], window: tuple[slice, slice]) -> Piece:
    wider = (_wider(window[0], picture.height), _wider(window[1], picture.width))
    inside = island[wider]
    alpha = inside.astype(np.float32)
    if picture.alpha is not None:
        alpha *= picture.alpha[wider]
    return Piece(wider, inside, Picture(np.ascontiguousarray(picture.pixels[:, *wider]), alpha))


def _wider(span: slice, length: int) -> slice:
    return slice(max(0, span.start - _RIM), min(length, span.stop + _RIM))


def _margin(height: int, width: int) -> int:
    """Return how far a texture that repeats is painted beyond each border, px."""
    return max(1, round(_MEETING * min(height, width)))


def _enlarged(painted: Picture, own: Picture) -> Pixels:
    """Return a painted piece at full size, with some of the finest detail of its own."""
    large = resize(painted, own.height, own.width).pixels
    if (painted.height, painted.width) == (own.height, own.width):
        return large
    coarse = resize(resize(own, painted.height, painted.width), own.height, own.width).pixels
    return (large + np.float32(_DETAIL) * (own.pixels - coarse)).clip(0, 1)


def _meeting(large: Pixels, height: int, width: int, wrap: Wrap) -> Pixels:
    """Cut a texture out of a painting that goes on beyond its borders, so that the borders that repeat meet.

    Near such a border the painting is cross-faded with what was painted beyond the opposite one.

    Args:
        large: the painting, with the same margin on every side, `(3, h, w)`.
        height: of the texture, px.
        width: of the texture, px.
        wrap: the borders that repeat.
    """
    around = (large.shape[1] - height) // 2
    ramp = (0.5 + (np.arange(around, dtype=np.float32) + 0.5) / (2 * around)).astype(np.float32)
    for axis, length, repeats in ((1, height, wrap.rows), (2, width, wrap.columns)):
        planes = np.moveaxis(large, axis, -1)
        inner = planes[..., around : around + length].copy()
        if repeats:
            after, before = planes[..., around + length :], planes[..., :around]
            inner[..., :around] = ramp * inner[..., :around] + (1 - ramp) * after
            inner[..., -around:] = ramp[::-1] * inner[..., -around:] + (1 - ramp[::-1]) * before
        large = np.moveaxis(inner, -1, axis)
    return np.ascontiguousarray(large)
