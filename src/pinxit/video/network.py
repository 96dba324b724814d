"""Films by the network: statistics are measured once a shot, and each painting is blended with the one before it."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import cv2
import numpy as np

from pinxit.errors import PinxitError
from pinxit.image import Picture, to_array
from pinxit.network import weights
from pinxit.network.conditioning import Conditioning, EncodedStyles
from pinxit.network.detail import DetailTransfer, detail_of, keep_detail, make_detail_transfer, mix_detail
from pinxit.network.inference import MOST_MEASURED, open_network
from pinxit.network.paint import ground_side, paint, painted_at
from pinxit.network.weights import NetworkWeights
from pinxit.recipe.inputs import JobInputs, StyleInput
from pinxit.recipe.postprocess import colored, finish
from pinxit.texture.color_transfer import apply_recoloring
from pinxit.video.key_tracks import tracked_frames
from pinxit.video.keyframes import Keyframes
from pinxit.video.optical_flow import Bytes, pixels_of
from pinxit.video.plan import FrameSink, Piece, VideoPlan, VideoStep
from pinxit.video.prefetch import prefetch
from pinxit.video.recipe import VideoRecipe
from pinxit.video.shot_detection import Shot
from pinxit.video.temporal_blend import TemporalBlender

_FLAT = 8  # of 255: largest difference between the pixels of a flat frame


@dataclass(frozen=True)
class ShotStyle:
    """How a shot is painted at one time.

    Attributes:
        conditioning: what the network is conditioned on.
        detail: the transfer of detail to its painting; None for a network with attention, which paints it itself.
    """

    conditioning: Conditioning
    detail: DetailTransfer | None

    def interpolate(self, other: ShotStyle, part: float) -> ShotStyle:
        """Return the style that lies `part`, 0 to 1, of the way to another."""
        detail = self.detail
        if detail is not None and other.detail is not None:
            detail = detail.interpolate(other.detail, part)
        return ShotStyle(self.conditioning.interpolate(other.conditioning, part), detail)


@dataclass(frozen=True)
class ShotAnalysis:
    """What is measured of a shot before its frames are painted.

    Attributes:
        times: times at which the mixture of styles starts or stops changing, s.
        styles: how the shot is painted at each of them.
    """

    times: tuple[float, ...]
    styles: tuple[ShotStyle, ...]

    def style_at(self, time: float) -> ShotStyle:
        """Return how the shot is painted at any time, s."""
        after = bisect_right(self.times, time)
        if after in (0, len(self.times)):
            return self.styles[min(after, len(self.times) - 1)]
        before = after - 1
        part = (time - self.times[before]) / (self.times[after] - self.times[before])
        return self.styles[before].interpolate(self.styles[after], part) if part else self.styles[before]


class NetworkFrameStylizer:
    """A stylizer of a film's frames by the network.

    Args:
        recipe: the film's recipe.
        styles: the style images, in the recipe's order.
        networks: networks trained on a single style, by the SHA-256 of their files.

    Attributes:
        analyses: the analysis of each shot, by the number of its first frame.

    Raises:
        PinxitError: when a network trained on one style is mixed with other styles.
    """

    def __init__(
        self, recipe: VideoRecipe, styles: Sequence[StyleInput], networks: Mapping[str, NetworkWeights]
    ) -> None:
        names = {style.network for style in styles}
        if len(names) > 1:
            raise PinxitError(
                "a network that was trained on one style cannot mix it with others: give it alone, "
                "train one on both, or paint with --engine optimizer."
            )
        (name,) = names
        self._network = networks[name] if name else weights.shipped(recipe.network)
        self._recipe, self._styles, self._networks = recipe, tuple(styles), networks
        _, self._stylizer = open_network(self._network)
        self._session: tuple[ShotStyle, Any] | None = None
        # A film with keyframes looks like single pictures, which get their strokes from a smaller painting that is enlarged.
        # Without, strokes would not be the same from frame to frame; then a larger painting shows more.
        self._most = painted_at(recipe) if recipe.keys else math.inf
        self.analyses: dict[int, ShotAnalysis] = {}

    def analyze_shot(self, shot: Shot, begin: Fraction) -> None:
        """Measure a shot once, so that all its frames are painted alike.

        Args:
            shot: the shot, with its samples.
            begin: time of the film's first frame, s on the clip's clock.
        """
        samples = [_fitted(sample, self._most) for sample in shot.samples]
        sheet = Picture(np.concatenate([pixels_of(sample) for sample in _samples_to_measure(samples)], axis=2))
        first, last = float(shot.times[0] - begin), float(shot.times[-1] - begin)
        styles = colored(self._recipe, JobInputs(sheet, self._styles)).styles
        size = max(samples[0].shape) * self._recipe.style_scale
        encoded = EncodedStyles(self._network, [style.picture for style in styles], size)
        # The networks of version 0.1, without attention, paint too little detail.
        details = [] if self._network.shape.attention else [detail_of(pixels) for pixels in encoded.pictures]
        times = [first, *(time for time in self._recipe.mixture_times() if first < time < last), last]
        if all(self._recipe.shares(time) == self._recipe.shares(first) for time in times):
            times = [first]
        shot_styles = []
        for time in times:
            shares, strength = self._recipe.shares(time), self._recipe.strength
            conditioning, painted = encoded.mix(shares).condition(sheet.pixels, strength)
            detail = None
            if details:
                statistics = conditioning.statistics
                strokes = apply_recoloring(painted, statistics.correction)
                wanted = mix_detail(details, shares)
                recolored_pixels = conditioning.recolor(sheet.pixels)
                _, detail = make_detail_transfer(strokes, recolored_pixels, wanted, statistics.wanted, strength)
            shot_styles.append(ShotStyle(conditioning, detail))
        self.analyses[shot.begin] = ShotAnalysis(tuple(times), tuple(shot_styles))

    def paint_frames(self, plan: VideoPlan, sink: FrameSink) -> Iterator[VideoStep]:
        """Paint all frames that are not painted yet, from beginning to end.

        Args:
            plan: the plan of the film or of a piece.
            sink: where painted frames go.
        """
        blender = TemporalBlender(plan.height, plan.width)
        keys = None
        if plan.keys:
            keys = Keyframes(plan, sink.folder, lambda number, _: self.paint_key(plan, number), self._recipe.shares)
        for piece in _merge_adjacent(plan.pieces):
            if sink.done < piece.end:
                yield from self._paint_piece(plan, piece, sink, blender, keys)

    def _paint_piece(
        self,
        plan: VideoPlan,
        piece: Piece,
        sink: FrameSink,
        blender: TemporalBlender,
        keys: Keyframes | None,
    ) -> Iterator[VideoStep]:
        """Paint a piece, or the rest of it.

        Args:
            plan: the plan of the film or of a piece.
            piece: the piece.
            sink: where painted frames go.
            blender: blends each painting with the one before.
            keys: the keyframes; None where there are none.
        """
        resumed = sink.done > piece.begin
        result = sink.last() if resumed else None
        first = sink.done - 1 if resumed else piece.run_up_begin
        for frame in prefetch(tracked_frames(plan, first, piece.end, sink.folder)):
            if resumed and frame.number < sink.done:
                continue
            number, content, time = frame.number, frame.content, float(frame.time)
            followed = None if keys is None else keys.follow(frame)
            if followed is not None and followed.is_complete:
                result = followed.pixels
            else:
                painted = self.paint_content(plan, number, content, time)
                if plan.recipe.consistency == "on" and frame.motion is not None and result is not None:
                    painted = blender(painted, result, frame.motion)
                result = painted if followed is None else followed.complete(painted)
            if number >= piece.begin:
                sink.add(frame.time, result)
            yield VideoStep(sink.done - plan.first, content, result)

    def paint_content(self, plan: VideoPlan, number: int, content: Bytes, time: float) -> Bytes:
        """Paint a frame in the style of its shot, or, where the film is not consistent, by itself.

        Args:
            plan: the plan of the film or of a piece.
            number: the frame's number, from 0.
            content: the frame, `(H, W, 3)`.
            time: time in the film, s.
        """
        if plan.recipe.consistency == "off":
            return self.paint_alone(content, time)
        return self.paint_frame(content, time, self.analyses[plan.shot(number).begin])

    def paint_key(self, plan: VideoPlan, number: int) -> Bytes:
        """Paint a keyframe by itself, in the style of its shot, with strokes."""
        ((_, time, content),) = plan.pixels_between(number, number + 1)
        style = self.analyses[plan.shot(number).begin].style_at(float(time))
        if _is_blank(style, content):
            return self.paint_alone(content, float(time), strokes=True)
        return self.paint_alone(content, float(time), style.conditioning, strokes=True)

    def paint_frame(self, frame: Bytes, time: float, shot: ShotAnalysis) -> Bytes:
        """Paint a frame of a shot.

        Args:
            frame: `(H, W, 3)`.
            time: time in the film, s.
            shot: the analysis of the shot.
        """
        style = shot.style_at(time)
        conditioning = style.conditioning
        if _is_blank(style, frame):
            return self.paint_alone(frame, time)
        if max(frame.shape) > self._most:
            return self.paint_alone(frame, time, conditioning)
        if self._session is None or self._session[0] is not style:
            self._session = style, self._stylizer.tile_session(conditioning.code, conditioning.statistics)
        pixels, strength = pixels_of(frame), self._recipe.strength
        recolored_pixels = conditioning.recolor(pixels)
        canvas = np.empty_like(pixels)
        for tile in self._stylizer.tiles(*frame.shape[:2]):
            painted = self._stylizer.paint(
                self._session[1], recolored_pixels[:, tile.outer_rows, tile.outer_columns], tile
            )
            canvas[:, tile.rows, tile.columns] = painted
        canvas = (keep_detail if style.detail is None else style.detail)(canvas, recolored_pixels)
        if strength < 0.5:
            # As for a picture: below a strength of 0.5 the photograph shows through.
            canvas = pixels + np.float32(2 * strength) * (canvas - pixels)
        return to_array(finish(self._recipe, Picture(pixels), None, canvas))

    def paint_alone(
        self, frame: Bytes, time: float, conditioning: Conditioning | None = None, *, strokes: bool = False
    ) -> Bytes:
        """Paint a frame without regard to any other frame.

        Args:
            frame: `(H, W, 3)`.
            time: time in the film, s.
            conditioning: what the network is conditioned on; by default, that is measured on the frame.
            strokes: paint it as a picture of its own is painted, and lay strokes of the style images where it is empty.
        """
        shares = self._recipe.shares(time)
        styles = tuple(
            replace(style, share=share) for style, share in zip(self._styles, shares, strict=True) if share > 0
        )
        inputs = JobInputs(Picture(pixels_of(frame)), styles)
        most = painted_at(self._recipe) if strokes else self._most
        *_, last = paint(self._recipe, inputs, self._networks, most, strokes=strokes, conditioning=conditioning)
        return to_array(last.picture())


def _merge_adjacent(pieces: Sequence[Piece]) -> list[Piece]:
    """Merge pieces that follow each other without an overlap, so that their frames are read in one go."""
    merged: list[Piece] = []
    for piece in pieces:
        if merged and piece.run_up_begin == merged[-1].end:
            merged[-1] = replace(merged[-1], end=piece.end)
        else:
            merged.append(piece)
    return merged


def _is_blank(style: ShotStyle, frame: Bytes) -> bool:
    """Return whether a frame of a dark shot is bright, which no sample showed, so that the shot's statistics do not hold."""
    return style.conditioning.statistics.moments is None and bool(np.ptp(frame, axis=(0, 1)).max() > _FLAT)


def _fitted(sample: Bytes, most: float) -> Bytes:
    """Return a sample at the size at which its shot's frames are painted."""
    shorter, longer = sorted(sample.shape[:2])
    side = ground_side(shorter, longer, most)
    if side == longer:
        return sample
    size = (round(sample.shape[1] * side / longer), round(sample.shape[0] * side / longer))
    return np.asarray(cv2.resize(sample, size, interpolation=cv2.INTER_AREA), np.uint8)


def _samples_to_measure(samples: Sequence[Bytes]) -> list[Bytes]:
    """Return as many of a shot's samples as fit into `MOST_MEASURED` pixels, spread over it, one of them reduced if need be."""
    height, width = samples[0].shape[:2]
    count = max(1, min(len(samples), MOST_MEASURED // (height * width)))
    chosen = [samples[(2 * number + 1) * len(samples) // (2 * count)] for number in range(count)]
    if height * width <= MOST_MEASURED:
        return chosen
    scale = (MOST_MEASURED / (height * width)) ** 0.5
    size = (round(width * scale), round(height * scale))
    return [np.asarray(cv2.resize(one, size, interpolation=cv2.INTER_AREA), np.uint8) for one in chosen]
