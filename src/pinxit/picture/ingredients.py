"""What a recipe is applied to, read and ready to be painted from."""

from __future__ import annotations

from dataclasses import dataclass

from pinxit.picture.picture import Picture, Pixels


@dataclass(frozen=True)
class LoadedStyle:
    """A style image, and where it goes.

    Attributes:
        picture: the style image.
        share: how much it counts where several meet; only the ratio matters.
        region: how much of each pixel of the content image it is for, `(H, W)` of that, range [0, 1]; None is for the
            rest: all that no other style has a region for.
        mask: which of its own pixels are meant, `(H, W)`, range [0, 1]; None is all.
        network: the SHA-256 of a network that was taught it alone; empty without one.
    """

    picture: Picture
    share: float = 1.0
    region: Pixels | None = None
    mask: Pixels | None = None
    network: str = ""


@dataclass(frozen=True)
class Neighbor:
    """For a frame of a film: how one beside it in time was painted.

    Attributes:
        pixels: its result, carried to where things are in the frame, `(3, H, W)`, range [0, 1].
        mask: where the two show the same, `(H, W)`, range [0, 1].
        weight: of the temporal loss.
    """

    pixels: Pixels
    mask: Pixels
    weight: float


@dataclass(frozen=True)
class Ingredients:
    """Everything that is read from files.

    Attributes:
        content: the content image.
        styles: the style images.
        start: what to start from, where the recipe says so.
        keep: how much of each pixel stays the content image's, `(H, W)`, range [0, 1].
        neighbors: what a frame of a film is to be like; only the optimiser heeds them.
    """

    content: Picture
    styles: tuple[LoadedStyle, ...]
    start: Picture | None = None
    keep: Pixels | None = None
    neighbors: tuple[Neighbor, ...] = ()
