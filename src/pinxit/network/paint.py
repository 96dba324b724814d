"""Painting with a network as an iterator of progress, as the optimiser paints: tile by tile, at any size."""

from __future__ import annotations

import functools
import itertools
import math
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from pinxit.errors import PinxitError
from pinxit.image import Picture, fit
from pinxit.image.picture import Pixels
from pinxit.network import weights
from pinxit.network.conditioning import PAINTED, SMALLEST_SIDE, Conditioning, EncodedStyles
from pinxit.network.detail import Detail, detail_of, detailed, keep_detail, make_detail_transfer, mix_detail
from pinxit.network.gentle_faces import GentleFaces, gentle_faces
from pinxit.network.inference import MOST_MEASURED, SIDE, OutputTile, Stylizer
from pinxit.network.weights import NetworkWeights
from pinxit.recipe.inputs import JobInputs, normalized_shares
from pinxit.recipe.masks import resize_mask
from pinxit.recipe.postprocess import colored, finish
from pinxit.recipe.recipe import Settings
from pinxit.recipe.regions import RegionStyles, region_styles
from pinxit.texture.color_transfer import apply_recoloring
from pinxit.texture.stroke_transfer import Brushwork, Strokes, find_strokes

LEAST_PAINTED = 128  # px: the shorter side at which a picture is painted at least, unless the result is smaller
DETAIL = 0.5
"""The share of the photograph's finest detail that is added where the painting is enlarged to the result's size, 0 to 1."""
LEAST_SHARE = 0.01  # of the largest share: a style with less lends no strokes


@dataclass(frozen=True)
class NetworkProgress:
    """Progress after a tile; see `pinxit.recipe.progress`.

    Attributes:
        tile: tiles painted so far, of `tiles`.
    """

    size: int
    tile: int
    tiles: int
    seconds: float
    seconds_left: float
    _finish: functools.partial[Picture]
    done: tuple[int, ...] = ()
    memory: float = 0.0
    losses: dict[str, float] = field(default_factory=dict)

    @property
    def facts(self) -> str:
        """One line for a person."""
        return f"{self.size} px  tile {self.tile}/{self.tiles}"

    def picture(self) -> Picture:
        """Return the picture as far as it is painted, the rest as the photograph."""
        return self._finish()


def paint(
    settings: Settings,
    inputs: JobInputs,
    networks: Mapping[str, NetworkWeights],
    most: float = math.inf,
    *,
    strokes: bool = False,
    conditioning: Conditioning | None = None,
) -> Iterator[NetworkProgress]:
    """Paint the content image in the style of the style images, yielding after every tile.

    Args:
        settings: the settings.
        inputs: the pictures, of any size.
        networks: the networks that were trained on one style alone, by the `StyleInput.network` of that style.
        most: the longer side at which to paint, px; the painting is then enlarged to the result's size. See `painted_at`.
        strokes: lay strokes of the style images where the painting is empty. They depend on the whole picture, so they do not
            meet where its borders or views do.
        conditioning: what the network is conditioned on, where that was measured on more than this picture, as on a shot. The
            style images are then those of the whole picture.

    Raises:
        PinxitError: when a picture is too small, or styles are mixed that no single network can paint.
    """
    start = time.perf_counter()
    inputs = colored(settings, inputs)
    full = fit(inputs.content, settings.size)
    if min(full.height, full.width) < SMALLEST_SIDE:
        raise PinxitError(
            f"the result would have {full.width}×{full.height} px, the network needs {SMALLEST_SIDE} px "
            "on the shorter side: give a less narrow picture, or raise --size."
        )
    shorter, longer = sorted((full.height, full.width))
    ground = fit(full, ground_side(shorter, longer, most))
    canvas = ground.pixels.copy()
    regions = region_styles(inputs, ground.height, ground.width)
    at_once = conditioning is None and _fits_at_once(ground)
    tiles = 1 if at_once else -(-ground.height // SIDE) * -(-ground.width // SIDE)
    done, total = 0, len(regions) * tiles
    laid: tuple[_LaidStrokes, ...] = ()
    faces = gentle_faces(ground) if strokes and settings.faces == "gentle" else None
    for region in regions:
        network = _network(region, networks, settings.network)
        enlarged = max(1, round(full.height / ground.height)) if strokes else 0
        prepared = _prepare(settings, network, ground, region, enlarged, conditioning)
        share = np.float32(min(1.0, 2 * settings.strength)) * (1 if region.mask is None else region.mask)
        share = np.broadcast_to(share, ground.pixels.shape[1:])
        painting = np.empty_like(ground.pixels)
        for tile, painted in _painted_tiles(prepared, ground):
            inner = (slice(None), tile.rows, tile.columns)
            painting[inner] = painted
            canvas[inner] += (painted - ground.pixels[inner]) * share[inner[1:]]
            done += 1
            if done % tiles == 0:
                with_detail = _with_detail(prepared, ground, painting, faces)
                canvas += (with_detail - painting) * share
                laid_on = share if faces is None else share * faces.strokes
                laid += _find_strokes(prepared, settings.strength, ground, with_detail, laid_on)
            seconds = time.perf_counter() - start
            yield NetworkProgress(
                size=max(full.height, full.width),
                tile=done,
                tiles=total,
                seconds=seconds,
                seconds_left=seconds / done * (total - done),
                _finish=functools.partial(_finish, settings, full, ground, inputs, canvas, laid),
            )


def painted_at(settings: Settings) -> float:
    """Return the longer side at which strokes have the size that the recipe asks for, px."""
    return PAINTED / settings.style_scale


def ground_side(shorter: int, longer: int, most: float) -> int:
    """Return the longer side at which a picture with these sides is painted, px.

    Args:
        shorter: its shorter side, px.
        longer: its longer side, px.
        most: the longer side at which to paint it, px, if it is not too narrow for that.
    """
    return round(min(longer, max(most, LEAST_PAINTED * longer / shorter)))


@dataclass(frozen=True)
class _PreparedNetwork:
    """A network prepared to paint one picture in one mixture of styles.

    Attributes:
        stylizer: the network.
        conditioning: what it is conditioned on.
        detail: the detail that the painting should have; None for a network with attention, which paints it itself.
        small: the small version on which statistics were measured, painted, its colours not corrected yet; None where they were
            measured on other pictures.
        brushwork: the style images whose strokes are copied; None where none are.
    """

    stylizer: Stylizer
    conditioning: Conditioning
    detail: Detail | None
    small: Pixels | None
    brushwork: Brushwork | None


@dataclass(frozen=True)
class _LaidStrokes:
    """Strokes of a style to be laid on a painting.

    Attributes:
        strokes: the strokes.
        painting: the painting that they were found for, as large as the ground, `(3, H, W)`.
        share: their share in each pixel, `(H, W)`.
    """

    strokes: Strokes
    painting: Pixels
    share: Pixels


def _network(region: RegionStyles, networks: Mapping[str, NetworkWeights], usual: str) -> NetworkWeights:
    """Return the network that can paint all styles of a region."""
    names = {style.network for style in region.styles}
    if len(names) > 1:
        raise PinxitError(
            "a network that was trained on one style cannot mix it with others: give each a --region, "
            "train one on both, or paint with --engine optimizer."
        )
    (name,) = names
    return networks[name] if name else weights.shipped(usual)


def _prepare(
    settings: Settings,
    network: NetworkWeights,
    ground: Picture,
    region: RegionStyles,
    enlarged: int,
    conditioning: Conditioning | None,
) -> _PreparedNetwork:
    shares = normalized_shares(style.share for style in region.styles)
    size = max(ground.height, ground.width) * settings.style_scale
    styles = EncodedStyles(network, [style.picture for style in region.styles], size)
    # The networks of version 0.1, without attention, paint too little detail.
    detail = None if network.shape.attention else mix_detail([detail_of(pixels) for pixels in styles.pictures], shares)
    scale = 1.0 if _fits_at_once(ground) else (MOST_MEASURED / (ground.height * ground.width)) ** 0.5
    small = fit(ground, round(max(ground.height, ground.width) * scale))
    mixture = styles.mix(shares)
    painted = None
    if conditioning is None:
        conditioning, painted = mixture.condition(small.pixels, settings.strength)
    # A flat picture stays flat; and the networks of version 0.1 were made for their detail transfer.
    has_strokes = enlarged and network.shape.attention and conditioning.statistics.moments is not None
    brushwork = _brushwork(styles.pictures, region, shares, enlarged) if has_strokes else None
    return _PreparedNetwork(mixture.stylizer, conditioning, detail, painted, brushwork)


def _brushwork(small: Sequence[Pixels], region: RegionStyles, shares: Sequence[float], enlarged: int) -> Brushwork:
    """Return the style images of a region at the size at which they are read, and up to `enlarged` times as large."""
    counted = [share >= LEAST_SHARE * max(shares) for share in shares]
    small, shares = list(itertools.compress(small, counted)), list(itertools.compress(shares, counted))
    pictures = [style.picture for style in itertools.compress(region.styles, counted)]
    # Larger than the style images are, there is nothing more to see in them.
    most = max(math.ceil(one.width / pixels.shape[2]) for one, pixels in zip(pictures, small, strict=True))
    times = max(1, min(enlarged, most))
    if times == 1:
        return Brushwork(small, shares)
    sizes = [tuple(times * side for side in pixels.shape[1:]) for pixels in small]
    large = [_enlarged(fit(one, max(size)).pixels, *size) for one, size in zip(pictures, sizes, strict=True)]
    return Brushwork(small, shares, large)


def _painted_tiles(prepared: _PreparedNetwork, ground: Picture) -> Iterator[tuple[OutputTile, Pixels]]:
    """Yield the painted tiles, `(3, h, w)`."""
    conditioning = prepared.conditioning
    if prepared.small is not None and _fits_at_once(ground):
        # Statistics were measured on the whole picture, which is painted by that.
        rows, columns = slice(0, ground.height), slice(0, ground.width)
        yield (
            OutputTile(rows, columns, rows, columns),
            apply_recoloring(prepared.small, conditioning.statistics.correction),
        )
        return
    session = prepared.stylizer.tile_session(conditioning.code, conditioning.statistics)
    for tile in prepared.stylizer.tiles(ground.height, ground.width):
        outer = ground.pixels[:, tile.outer_rows, tile.outer_columns]
        yield tile, prepared.stylizer.paint(session, conditioning.recolor(outer), tile)


def _with_detail(prepared: _PreparedNetwork, ground: Picture, strokes: Pixels, faces: GentleFaces | None) -> Pixels:
    """Return the painting with its detail restored."""
    conditioning = prepared.conditioning
    recolored = conditioning.recolor(ground.pixels)
    if prepared.detail is None:
        painting = keep_detail(strokes, recolored)
        return painting if faces is None else faces.restore(painting, recolored)
    wanted, strength = conditioning.statistics.wanted, conditioning.strength
    return make_detail_transfer(strokes, recolored, prepared.detail, wanted, strength)[0]


def _find_strokes(
    prepared: _PreparedNetwork, strength: float, ground: Picture, painting: Pixels, share: Pixels
) -> tuple[_LaidStrokes, ...]:
    """Return the strokes of the style that are laid on a painting; none where it is too small for them."""
    if prepared.brushwork is None or strength == 0:
        return ()
    strokes = find_strokes(painting, ground.pixels, prepared.brushwork)
    return () if strokes is None else (_LaidStrokes(strokes, painting, share * np.float32(strength)),)


def _fits_at_once(ground: Picture) -> bool:
    """Return whether a picture is small enough to measure its statistics on all of it."""
    return ground.height * ground.width <= MOST_MEASURED


def _finish(
    settings: Settings,
    full: Picture,
    ground: Picture,
    inputs: JobInputs,
    canvas: Pixels,
    laid: tuple[_LaidStrokes, ...],
) -> Picture:
    """Return the result from a painting of `ground`, which is `full` or a smaller version of it, and strokes to lay on it."""
    # All of it where nothing is painted.
    detail = np.float32(DETAIL + (1 - DETAIL) * (1 - min(1.0, 2 * settings.strength)))

    def enlarged(painting: Pixels) -> Pixels:
        if ground is full:
            return painting.copy()
        large = _enlarged(painting - detail * ground.pixels, full.height, full.width)
        large += detail * full.pixels
        return large

    result = enlarged(canvas)
    for one in laid:
        change = one.strokes.change(enlarged(one.painting))
        change *= _enlarged(one.share[None], full.height, full.width)
        result += change
    if inputs.detailed is not None:
        result = detailed(result, full.pixels, resize_mask(inputs.detailed, full.height, full.width))
    return finish(settings, full, inputs.keep, result.clip(0, 1, out=result))


def _enlarged(pixels: Pixels, height: int, width: int) -> Pixels:
    """Return pixels, of any range, enlarged to a size."""
    import cv2

    if pixels.shape[1:] == (height, width):
        return pixels
    large = [cv2.resize(plane, (width, height), interpolation=cv2.INTER_CUBIC) for plane in pixels]
    return np.asarray(large, np.float32)
