"""Films by the optimiser: each frame starts from its neighbour's result, and a temporal loss keeps it consistent with it."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np

from pinxit.encoder.open import encoder_of
from pinxit.faces import face_map, find
from pinxit.image import Picture, to_array
from pinxit.optimize.paint import paint
from pinxit.optimize.progress import OptimizerProgress
from pinxit.recipe.inputs import JobInputs, Neighbor, StyleInput
from pinxit.recipe.postprocess import colored
from pinxit.texture.color_transfer import colors_of, recolor
from pinxit.video.key_tracks import tracked_frames
from pinxit.video.keyframes import Followed, Keyframes
from pinxit.video.optical_flow import Bytes, Field, pixels_of
from pinxit.video.plan import VideoPlan, VideoStep
from pinxit.video.prefetch import prefetch
from pinxit.video.recipe import VideoRecipe
from pinxit.video.resume import FrameFiles
from pinxit.video.shot_detection import Shot
from pinxit.video.temporal_blend import Motion, estimate_motion
from pinxit.video.warp import Warp

# A frame that starts from its neighbour's result is nearly painted, and is optimised at full size only. What is new in it gets
# the iterations of a picture's coarsest scale, divided by this.
_ITERATIONS_DIVISOR = 2


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
                results = [(painted, estimate_motion(plan.flow, before, content)) for before, painted in back]
                base = _recolored_like(content, back[0][1]) if back else content
                start, neighbors = start_from_neighbors(warp, base, results, self._recipe.temporal_weight)
                if followed is not None:
                    start = followed.complete(start)
                    neighbors = _with_keys(followed, neighbors, self._recipe.temporal_weight)
                for progress in self._paint(
                    content, float(time), plan.shot(number), start if back else None, neighbors
                ):
                    yield VideoStep(stills.done - plan.first, facts=progress.facts)
                result = to_array(progress.picture())
                if followed is not None:
                    result = followed.complete(result)
            stills.add(time, result)
            past.append((content, result))
            yield VideoStep(stills.done - plan.first, content, result)

    def _key(self, plan: VideoPlan, number: int, known: Followed | None) -> Bytes:
        """Return a keyframe, painted as a single picture is, or from what the keyframe before shows of it."""
        ((_, time, content),) = plan.pixels_between(number, number + 1)
        start, neighbors = None, list[Neighbor]()
        if known is not None:
            start = known.complete(_recolored_like(content, known.pixels))
            neighbors = _with_keys(known, [], self._recipe.temporal_weight)
        *_, last = self._paint(content, float(time), plan.shot(number), start, neighbors)
        return to_array(last.picture())

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
                        for progress in self._paint(content, float(time), shot, own, neighbors):
                            yield VideoStep(done, facts=progress.facts)
                        result = to_array(progress.picture())
                    current.write(number, result)
                done += 1
                yield VideoStep(done, content, current.read(number))

    def _paint(
        self, frame: Bytes, time: float, shot: Shot, start: Bytes | None, neighbors: Sequence[Neighbor]
    ) -> Iterator[OptimizerProgress]:
        """Paint one frame.

        Args:
            frame: `(H, W, 3)`.
            time: time in the film, s.
            shot: the shot that contains the frame.
            start: the picture to start from; None starts as a single picture does.
            neighbors: the results that the frame is kept consistent with.
        """
        styles = zip(self._shot_styles[shot.begin], self._recipe.shares(time), strict=True)
        active = tuple(replace(style, share=share) for style, share in styles if share > 0)
        changes: dict[str, object] = {"size": max(frame.shape[:2])}
        if self._recipe.color == "match":
            changes["color"] = "style"  # `analyze_shot` has matched them already
        content = Picture(pixels_of(frame))
        keep = face_map(find(content), content.height, content.width) if self._recipe.faces == "keep" else None
        job_inputs = JobInputs(content, active, keep=keep, neighbors=tuple(neighbors))
        if start is not None:
            steps = max(1, self._recipe.iterations[0] // _ITERATIONS_DIVISOR)
            changes |= {"init": "picture", "coarsest": max(frame.shape[:2]), "iterations": (steps,)}
            job_inputs = replace(job_inputs, start=Picture(pixels_of(start)))
        return paint(self._recipe.model_copy(update=changes), self._encoder, job_inputs)


def _with_keys(followed: Followed, neighbors: Sequence[Neighbor], weight: float) -> list[Neighbor]:
    """Return the neighbours without what the keyframes show, and with the keyframes' painting as another one."""
    open_ = 1 - followed.usable
    rest = [replace(neighbor, mask=neighbor.mask * open_) for neighbor in neighbors]
    return [Neighbor(pixels_of(followed.pixels), followed.usable, weight), *rest]


def _recolored_like(frame: Bytes, painted: Bytes) -> Bytes:
    """Return a frame in the colours of a painting, because few iterations would leave uncovered places photographic."""
    pixels = pixels_of(frame)
    return to_array(Picture(recolor(pixels, colors_of(pixels), colors_of(pixels_of(painted)), 1.0)))


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
