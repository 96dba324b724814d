"""A film by the network: what it measures is measured once a shot, and the painting before steadies each that follows."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import cv2
import numpy as np

from pinxit.errors import PinxitError
from pinxit.network import weights
from pinxit.network.lively import Lively, detail_of, make_lively, mix_detail
from pinxit.network.paint import paint, read_at
from pinxit.network.painter import MOST_MEASURED, Measured, opened
from pinxit.network.weights import Array, Weights
from pinxit.picture import Picture, to_array
from pinxit.picture.finish import colored, finish
from pinxit.picture.ingredients import Ingredients, LoadedStyle
from pinxit.picture.recolor import Colors, colors_of, mix_colors, recolor, recolored, toward
from pinxit.video.ahead import ahead
from pinxit.video.flow import Bytes, pixels_of
from pinxit.video.plan import Plan, Sink, Step, Stretch
from pinxit.video.recipe import FilmRecipe
from pinxit.video.steady import FOLLOWS, STAYS, Motion, Steadier, motion
from pinxit.video.survey import Shot

# Levels of a byte by which the pixels of a flat frame may differ.
_FLAT = 8


@dataclass(frozen=True)
class _Manner:
    """What the network needs to know at a time.

    Attributes:
        affine, measured: scales and shifts of its normalisations, and what these are applied to.
        colors: that the picture is to have.
        lively: what is then done with its painting.
    """

    affine: Array
    measured: Measured
    colors: Colors
    lively: Lively

    def toward(self, other: _Manner, part: float) -> _Manner:
        """What lies between two."""
        share = np.float32(part)
        return _Manner(
            self.affine + share * (other.affine - self.affine),
            self.measured.toward(other.measured, part),
            mix_colors([self.colors, other.colors], [1 - part, part]),
            self.lively.toward(other.lively, part),
        )


@dataclass(frozen=True)
class Look:
    """What a shot looks like to the network.

    Attributes:
        own: its colours.
        times: when the mixture of styles begins or ceases to change, s.
        manners: what the network needs to know at each of them.
    """

    own: Colors
    times: tuple[float, ...]
    manners: tuple[_Manner, ...]

    def manner(self, time: float) -> _Manner:
        """What it needs to know at any time, s."""
        after = bisect_right(self.times, time)
        if after in (0, len(self.times)):
            return self.manners[min(after, len(self.times) - 1)]
        before = after - 1
        part = (time - self.times[before]) / (self.times[after] - self.times[before])
        return self.manners[before].toward(self.manners[after], part) if part else self.manners[before]


class NetworkBrush:
    """Paints the frames of a film by the network.

    Args:
        recipe: the film's.
        styles: its style images, in the recipe's order.
        networks: those that were taught one style alone, by their file's SHA-256.
    """

    def __init__(self, recipe: FilmRecipe, styles: Sequence[LoadedStyle], networks: Mapping[str, Weights]) -> None:
        names = {style.network for style in styles}
        if len(names) > 1:
            raise PinxitError(
                "a network that was trained on one style cannot mix it with others: give it alone, "
                "train one on both, or paint with --engine optimizer."
            )
        (name,) = names
        network = networks[name] if name else weights.shipped(recipe.network)
        self._recipe, self._styles, self._networks = recipe, tuple(styles), networks
        self._reader, self._painter = opened(network)
        self._session: tuple[_Manner, Any] | None = None
        self.looks: dict[int, Look] = {}

    def look(self, shot: Shot, begin: Fraction) -> None:
        """Measure a shot, so that its frames are painted as parts of it; the film begins at `begin` s."""
        sheet = Picture(np.concatenate([pixels_of(sample) for sample in _few(shot.samples)], axis=2))
        first, last = float(shot.times[0] - begin), float(shot.times[-1] - begin)
        styles = colored(self._recipe, Ingredients(sheet, self._styles)).styles
        size = self._recipe.size * self._recipe.style_scale
        pictures = [read_at(style.picture, size).pixels for style in styles]
        codes, colors = [self._reader.read(pixels) for pixels in pictures], [colors_of(pixels) for pixels in pictures]
        details = [detail_of(pixels) for pixels in pictures]
        times = [first, *(time for time in self._recipe.turns() if first < time < last), last]
        if all(self._recipe.shares(time) == self._recipe.shares(first) for time in times):
            times = [first]
        own = colors_of(sheet.pixels)
        manners = []
        for time in times:
            shares, strength = self._recipe.shares(time), self._recipe.strength
            code = np.tensordot(np.array(shares, np.float32), np.stack(codes), 1)
            affine = self._painter.affine(self._reader.between(sheet.pixels, code, strength))
            mixed = mix_colors(colors, shares)
            dressed = recolor(sheet.pixels, own, mixed, strength)
            measured, painted = self._painter.measure(dressed, affine, toward(own, mixed, strength))
            strokes = recolored(painted, measured.correction)
            _, lively = make_lively(strokes, dressed, mix_detail(details, shares), measured.wanted, strength)
            manners.append(_Manner(affine, measured, mixed, lively))
        self.looks[shot.begin] = Look(own, tuple(times), tuple(manners))

    def film(self, plan: Plan, sink: Sink) -> Iterator[Step]:
        """All frames that are not done, from beginning to end."""
        steady = Steadier(plan.height, plan.width)
        for stretch in _together(plan.stretches):
            if sink.done < stretch.end:
                yield from self._stretch(plan, stretch, sink, steady)

    def _stretch(self, plan: Plan, stretch: Stretch, sink: Sink, steady: Steadier) -> Iterator[Step]:
        """A stretch, or what is left of it."""
        begun = sink.done > stretch.begin
        result = sink.last() if begun else None
        for number, time, content, moved in ahead(
            _moving(plan, sink.done - 1 if begun else stretch.first, stretch.end)
        ):
            if begun and number < sink.done:
                continue
            if number in plan.keyframes:
                result = plan.keyframes[number]
            elif plan.recipe.consistency == "off":
                result = self.alone(content, float(time))
            else:
                fresh = self.paint(content, float(time), self.looks[plan.shot(number).begin])
                stays = FOLLOWS if plan.follows(number) else STAYS
                result = fresh if moved is None or result is None else steady(fresh, result, moved, stays)
            if number >= stretch.begin:
                sink.add(time, result)
            yield Step(sink.done - plan.first, content, result)

    def paint(self, frame: Bytes, time: float, look: Look) -> Bytes:
        """A frame `(H, W, 3)` of the shot that was looked at, at a time, s."""
        manner = look.manner(time)
        if manner.measured.moments is None and np.ptp(frame, axis=(0, 1)).max() > _FLAT:
            return self.alone(frame, time)  # a flash in the dark, which no sample showed
        if self._session is None or self._session[0] is not manner:
            self._session = manner, self._painter.session(manner.affine, manner.measured)
        pixels, strength = pixels_of(frame), self._recipe.strength
        dressed = recolor(pixels, look.own, manner.colors, strength)
        canvas = np.empty_like(pixels)
        for tile in self._painter.tiles(*frame.shape[:2]):
            painted = self._painter.paint(self._session[1], dressed[:, tile.outer_rows, tile.outer_columns], tile)
            canvas[:, tile.rows, tile.columns] = painted
        canvas = manner.lively(canvas, dressed)
        if strength < 0.5:
            # As for a picture: below half a strength the photograph shows through.
            canvas = pixels + np.float32(2 * strength) * (canvas - pixels)
        return to_array(finish(self._recipe, Picture(pixels), None, canvas))

    def alone(self, frame: Bytes, time: float) -> Bytes:
        """A frame as if there were no other."""
        shares = self._recipe.shares(time)
        styles = tuple(
            replace(style, share=share) for style, share in zip(self._styles, shares, strict=True) if share > 0
        )
        *_, last = paint(self._recipe, Ingredients(Picture(pixels_of(frame)), styles), self._networks)
        return to_array(last.picture())


def _together(stretches: Sequence[Stretch]) -> list[Stretch]:
    """Stretches that follow each other without an overlap as one: their frames are read in one go."""
    together: list[Stretch] = []
    for stretch in stretches:
        if together and stretch.first == together[-1].end:
            together[-1] = replace(together[-1], end=stretch.end)
        else:
            together.append(stretch)
    return together


def _moving(plan: Plan, first: int, end: int) -> Iterator[tuple[int, Fraction, Bytes, Motion | None]]:
    """Frames with their times, and how one gets to each from the one before it."""
    before: Bytes | None = None
    for number, time, content in plan.contents(first, end):
        if plan.recipe.consistency == "off" or plan.begins(number):
            before = None
        yield number, time, content, None if before is None else motion(plan.flow, before, content)
        before = content


def _few(samples: Sequence[Bytes]) -> list[Bytes]:
    """As many of a shot's samples as may be measured, spread over it; of a large one a part, for scale matters."""
    height, width = samples[0].shape[:2]
    count = max(1, min(len(samples), MOST_MEASURED // (height * width)))
    chosen = [samples[(2 * number + 1) * len(samples) // (2 * count)] for number in range(count)]
    if height * width <= MOST_MEASURED:
        return chosen
    scale = (MOST_MEASURED / (height * width)) ** 0.5
    size = (round(width * scale), round(height * scale))
    return [np.asarray(cv2.resize(one, size, interpolation=cv2.INTER_AREA), np.uint8) for one in chosen]
