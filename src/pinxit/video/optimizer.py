"""Films by the optimiser: each frame starts from its neighbour's result, and a temporal loss keeps it consistent with it."""

from __future__ import annotations

from collections import deque
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import cast

import cv2
import numpy as np

from pinxit.encoder.open import encoder_of
from pinxit.faces import face_map, find
from pinxit.image import Picture, fit, to_array
from pinxit.optimize.memory import GIB, memory_of
from pinxit.optimize.paint import paint
from pinxit.optimize.schedule import scales
from pinxit.recipe.inputs import JobInputs, Neighbor, StyleInput
from pinxit.recipe.postprocess import colored
from pinxit.recipe.style_cache import StyleCache
from pinxit.texture.color_transfer import apply_unclipped, colors_of, limited_map, recoloring
from pinxit.video.key_tracks import tracked_frames
from pinxit.video.keyframes import Followed, Keyframes
from pinxit.video.optical_flow import Bytes, Field, pixels_of
from pinxit.video.plan import VideoPlan, VideoStep
from pinxit.video.prefetch import prefetch
from pinxit.video.recipe import VideoRecipe
from pinxit.video.region_tracks import RegionTracks
from pinxit.video.resume import FrameFiles
from pinxit.video.shot_detection import Shot
from pinxit.video.temporal_blend import Motion, estimate_motion
from pinxit.video.warp import Warp

# A keyframe of which a part is painted already gets the scales of a single picture, with their iterations divided by this.
_KEY_DIVISOR = 2
# Other frames are nearly painted: forms that are new in them settle at half the size, strokes at full size. They get the
# iterations of a picture's coarsest and finest scale, divided by this.
_FRAME_DIVISOR = 8
# Share of a frame that may be new, shown by no keyframe and not by the frame before, without the optimiser being asked.
_NEARLY_NONE = 0.005
# bytes to cache of the style images, whose features take up to 0.1 GB at each size; and the same as a share of the memory.
_MOST_CACHED, _SHARE_CACHED = 0.5 * GIB, 0.1
_SMALLEST = 64  # px: shorter side of the frames' smallest scale
_FINE = 1 / 100  # of the frames' longer side: standard deviation of the blur that parts fine detail from the rest


@dataclass(frozen=True)
class _Shown:
    """A frame to paint.

    Attributes:
        number: from 0.
        content: the frame, `(H, W, 3)`.
        time: time in the film, s.
        shot: the shot that contains it.
        done: number of painted frames, for the progress.
    """

    number: int
    content: Bytes
    time: float
    shot: Shot
    done: int = 0


class OptimizerFrameStylizer:
    """A stylizer of a film's frames by the optimiser.

    Args:
        recipe: the film's recipe.
        styles: the style images, in the recipe's order.
        encoder_file: a weights file that the user named.
    """

    def __init__(self, recipe: VideoRecipe, styles: Sequence[StyleInput], encoder_file: Path | None) -> None:
        self._recipe, self._styles = recipe, tuple(styles)
        self._shot_styles: dict[int, tuple[StyleInput, ...]] = {}
        self._encoder = encoder_of(recipe, encoder_file)
        self._tracks = RegionTracks(recipe, styles)
        self._cache = StyleCache(min(_MOST_CACHED, _SHARE_CACHED * GIB * memory_of(recipe, self._encoder)))

    def analyze_shot(self, shot: Shot, begin: Fraction) -> None:
        """Match the styles' colours to those of the whole shot, where the recipe asks for it.

        Args:
            shot: the shot, with its samples.
            begin: time of the film's first frame, s on the clip's clock.
        """
        sheet = Picture(np.concatenate([pixels_of(sample) for sample in shot.samples], axis=2))
        self._shot_styles[shot.begin] = colored(self._recipe, JobInputs(sheet, self._styles)).styles

    def paint_frames(self, plan: VideoPlan, sink: FrameFiles) -> Iterator[VideoStep]:
        """Paint all frames that are not painted yet: each from those before it, then in further passes, backward and forward.

        Args:
            plan: the plan of the film or of a piece.
            sink: the frames of the first pass.
        """
        for step in self._tracks.follow(plan, sink.folder):
            yield replace(step, done=sink.done - plan.first)
        warp = Warp(plan.height, plan.width)
        passes = [
            sink,
            *(FrameFiles(sink.store, f"pass{number}", plan.first) for number in range(2, plan.recipe.passes + 1)),
        ]
        if len(passes) == 1:
            yield from self._first_pass(plan, sink, warp, None)
            return
        contents = FrameFiles(sink.store, "content", plan.first)
        yield from self._first_pass(plan, sink, warp, contents)
        for number in range(1, len(passes)):
            yield from self._further_pass(plan, passes[: number + 1], warp, contents)

    def _first_pass(
        self, plan: VideoPlan, stills: FrameFiles, warp: Warp, contents: FrameFiles | None
    ) -> Iterator[VideoStep]:
        """Paint the first pass, forward."""
        offsets = (1, *self._recipe.long_term) if plan.recipe.consistency == "on" else ()
        past: deque[tuple[Bytes, Bytes]] = deque(maxlen=max(offsets, default=1))
        first = max(plan.first, stills.done - max(offsets, default=0))
        keys = None
        if plan.keys:
            keys = Keyframes(
                plan, stills.folder, lambda number, known: self._key(plan, number, known), self._recipe.shares
            )
        for frame in prefetch(tracked_frames(plan, first, plan.first + plan.count, stills.folder)):
            number, time, content = frame.number, frame.time, frame.content
            if plan.starts_shot(number):
                past.clear()
            if contents is not None and number not in contents:
                contents.write(number, content)
            if number < stills.done:
                past.append((content, stills.read(number)))
                continue
            followed = None if keys is None else keys.follow(frame)
            if followed is not None and followed.is_complete:
                result = followed.pixels
            else:
                back = [past[-steps] for steps in offsets if steps <= len(past)]
                motions = [
                    # The motion from the frame before is known already.
                    frame.motion
                    if frame.motion is not None and steps == 1
                    else estimate_motion(plan.flow, before, content)
                    for steps, (before, _) in zip(offsets, back, strict=False)
                ]
                results = [(painted, motion) for (_, painted), motion in zip(back, motions, strict=True)]
                base = recolored_like(content, back[0][1]) if back else content
                start, neighbors = start_from_neighbors(warp, base, results, self._recipe.temporal_weight)
                steps = self._frame_scales(content)
                if followed is not None:
                    start = followed.complete(start)
                    neighbors = _with_keys(followed, neighbors, self._recipe.temporal_weight)
                    # What keyframes leave open is small, and soft for a few frames: strokes come with the next keyframe.
                    steps = steps[:1]
                shown = _Shown(number, content, float(time), plan.shot(number), stills.done - plan.first)
                if not back:
                    result = yield from self._paint(shown)
                elif followed is not None and _unseen(neighbors) < _NEARLY_NONE:
                    result = start
                else:
                    result = yield from self._improve(shown, start, neighbors, steps)
                if followed is not None:
                    result = followed.complete(result)
            stills.add(time, result)
            past.append((content, result))
            yield VideoStep(stills.done - plan.first, content, result)

    def _key(self, plan: VideoPlan, number: int, known: Followed | None) -> Bytes:
        """Return a keyframe, painted as a single picture is, or from what the keyframe before shows of it."""
        ((_, time, content),) = plan.pixels_between(number, number + 1)
        shown = _Shown(number, content, float(time), plan.shot(number))
        if known is None:
            return _last(self._paint(shown))
        start = known.complete(recolored_like(content, known.pixels))
        neighbors = _with_keys(known, [], self._recipe.temporal_weight)
        return _last(self._improve(shown, start, neighbors, self._key_scales(content)))

    def _further_pass(
        self, plan: VideoPlan, passes: Sequence[FrameFiles], warp: Warp, contents: FrameFiles
    ) -> Iterator[VideoStep]:
        """Paint a further pass, in the opposite direction of the one before (Ruder et al., section 4.4)."""
        *_, earlier, current = passes
        done = (len(passes) - 1) * plan.count
        for shot in plan.shots:
            order = list(range(shot.begin, shot.end))
            order = order if len(passes) % 2 else order[::-1]
            for place, number in enumerate(order):
                content, time = contents.read(number), shot.times[number - shot.begin] - plan.begin
                if number not in current:
                    result = earlier.read(number) if number in plan.keys else None
                    if result is None:
                        own, neighbors = earlier.read(number), list[Neighbor]()
                        if place:
                            motion = estimate_motion(plan.flow, contents.read(order[place - 1]), content)
                            neighbor = [(current.read(order[place - 1]), motion)]
                            start, neighbors = start_from_neighbors(warp, own, neighbor, self._recipe.temporal_weight)
                            # Equation 11, with δ = ½; where the flow is unreliable, `start` equals `own`.
                            own = np.asarray(cv2.addWeighted(own, 0.5, start, 0.5, 0), np.uint8)
                        shown = _Shown(number, content, float(time), shot, done)
                        result = yield from self._improve(shown, own, neighbors, self._frame_scales(content))
                    current.write(number, result)
                done += 1
                yield VideoStep(done, content, current.read(number))

    def _key_scales(self, frame: Bytes) -> list[tuple[int, int]]:
        """Return the scales of a keyframe that is painted in parts: their longer sides, px, and iterations."""
        height, width = frame.shape[:2]
        full = scales(height, width, self._recipe.coarsest, self._recipe.iterations)
        return [(scale.longer_side, max(1, scale.iterations // _KEY_DIVISOR)) for scale in full]

    def _frame_scales(self, frame: Bytes) -> list[tuple[int, int]]:
        """Return the scales of a frame that starts from its neighbour's result, likewise."""
        counts = self._recipe.iterations
        first, last = (max(1, count // _FRAME_DIVISOR) for count in (counts[0], counts[-1]))
        shorter, longer = sorted(frame.shape[:2])
        return [(longer // 2, first), (longer, last)] if shorter >= 2 * _SMALLEST else [(longer, first)]

    def _improve(
        self, shown: _Shown, start: Bytes, neighbors: Sequence[Neighbor], steps: Sequence[tuple[int, int]]
    ) -> Generator[VideoStep, None, Bytes]:
        """Paint a frame that is painted in parts, and return it, `(H, W, 3)`.

        Args:
            shown: the frame.
            start: the frame as far as it is painted, `(H, W, 3)`.
            neighbors: the results that the frame is kept consistent with.
            steps: the scales' longer sides, px, and iterations, coarse to fine.
        """
        picture = Picture(pixels_of(start))
        for size, iterations in steps:
            small = fit(picture, size)
            inputs = JobInputs(picture, (), start=small, neighbors=tuple(neighbors))
            changes = {"size": size, "init": "picture", "coarsest": size, "iterations": (iterations,)}
            painted = yield from self._run(shown, inputs, changes)
            # Only the change is enlarged, so that strokes that are painted already stay sharp.
            change = painted.pixels - small.pixels
            whole = (picture.width, picture.height)
            larger = np.stack([cv2.resize(plane, whole, interpolation=cv2.INTER_CUBIC) for plane in change])
            picture = Picture((picture.pixels + larger).clip(0, 1))
        return to_array(picture)

    def _paint(self, shown: _Shown) -> Generator[VideoStep, None, Bytes]:
        """Paint a frame as a single picture is painted, and return it, `(H, W, 3)`."""
        inputs = JobInputs(Picture(pixels_of(shown.content)), ())
        return to_array((yield from self._run(shown, inputs, {"size": max(shown.content.shape[:2])})))

    def _run(self, shown: _Shown, inputs: JobInputs, changes: dict[str, object]) -> Generator[VideoStep, None, Picture]:
        """Run the optimiser on a frame in the styles of its time, with what it starts from and settings of its own."""
        styles = zip(self._shot_styles[shown.shot.begin], self._recipe.shares(shown.time), strict=True)
        masks = self._tracks.masks(shown.number, shown.content)
        active = tuple(
            replace(style, share=share, region=None if region is None else masks[region])
            for (style, share), region in zip(styles, self._tracks.of_style, strict=True)
            if share > 0
        )
        if self._recipe.color == "match":
            changes |= {"color": "style"}  # `analyze_shot` has matched them already
        content = Picture(pixels_of(shown.content))
        keep = face_map(find(content), content.height, content.width) if self._recipe.faces == "keep" else None
        inputs = replace(inputs, content=content, styles=active, keep=keep, cache=self._cache)
        for progress in paint(self._recipe.model_copy(update=changes), self._encoder, inputs):
            yield VideoStep(shown.done, facts=progress.facts)
        return progress.picture()


def _last(steps: Generator[VideoStep, None, Bytes]) -> Bytes:
    """Return what a generator of steps returns, without its steps."""
    while True:
        try:
            next(steps)
        except StopIteration as finished:
            return cast("Bytes", finished.value)


def _with_keys(followed: Followed, neighbors: Sequence[Neighbor], weight: float) -> list[Neighbor]:
    """Return the neighbours without what the keyframes show, and with the keyframes' painting as another one."""
    open_ = 1 - followed.usable
    rest = [replace(neighbor, mask=neighbor.mask * open_) for neighbor in neighbors]
    return [Neighbor(pixels_of(followed.pixels), followed.usable, weight), *rest]


def _unseen(neighbors: Sequence[Neighbor]) -> float:
    """Return the share of a frame that none of its neighbours shows."""
    shown = np.sum([neighbor.mask for neighbor in neighbors], axis=0)
    return float((shown < 0.5).mean())


def recolored_like(frame: Bytes, painted: Bytes) -> Bytes:
    """Return a frame in the colours of a painting, because few iterations would leave uncovered places photographic.

    Fine detail gains no contrast: few iterations would leave that of its chroma as coloured fringes, on hair above all.
    """
    pixels = pixels_of(frame)
    own, wanted = colors_of(pixels), colors_of(pixels_of(painted))
    coarse = np.stack([cv2.GaussianBlur(plane, (0, 0), _FINE * max(frame.shape)) for plane in pixels])
    limited = limited_map(own.covariance, wanted.covariance, 1.0, most=1.0, least=0.0)
    detail = np.tensordot(limited, pixels - coarse, 1)
    return to_array(Picture((apply_unclipped(coarse, recoloring(own, wanted, 1.0)) + detail).clip(0, 1)))


def start_from_neighbors(
    warp: Warp, base: Bytes, results: Sequence[tuple[Bytes, Motion]], weight: float
) -> tuple[Bytes, list[Neighbor]]:
    """Return the picture that a frame starts from, and the neighbours that it is kept consistent with.

    Args:
        warp: warps neighbouring results to the frame.
        base: the start where no neighbour shows a place, `(H, W, 3)`.
        results: results of frames beside it in time, the nearest first, each with the motion from it to the frame.
        weight: weight of the temporal loss.
    """
    neighbors: list[Neighbor] = []
    known: Field = np.zeros(base.shape[:2], np.float32)
    start = base.astype(np.float32)
    for result, motion in results:
        warped = warp(result, motion.backward)
        # The nearest in time that shows a place decides on it (equation 9), because it was warped the least.
        mask = np.maximum(warp.resize_mask(motion.mask) - known, 0)
        known = known + mask
        start += mask[..., None] * (warped - start)
        neighbors.append(Neighbor(pixels_of(warped), mask, weight))
    return np.asarray((start + 0.5).clip(0, 255), np.uint8), neighbors
