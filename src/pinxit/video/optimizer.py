"""A film by the optimiser: each frame begins as its neighbour ended, and is held to it by the temporal loss."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np

from pinxit.job import encoder_of
from pinxit.optimize.paint import Progress, paint
from pinxit.picture import Picture, to_array
from pinxit.picture.finish import colored
from pinxit.picture.ingredients import Ingredients, LoadedStyle, Neighbor
from pinxit.picture.recolor import colors_of, recolor
from pinxit.video.ahead import ahead
from pinxit.video.flow import Bytes, Field, pixels_of
from pinxit.video.plan import Plan, Step
from pinxit.video.recipe import FilmRecipe
from pinxit.video.steady import Motion, motion
from pinxit.video.store import Stills
from pinxit.video.survey import Shot
from pinxit.video.warp import Warp

# A frame that begins as its neighbour ended is nearly painted, and is seen at its full size alone: half of the iterations that
# a picture has at its coarsest scale are for what is new in it.
_SHARE = 2


class OptimizerBrush:
    """Paints the frames of a film by the optimiser.

    Args:
        recipe: the film's.
        styles: its style images, in the recipe's order.
        encoder_file: a weights file given by hand.
    """

    def __init__(self, recipe: FilmRecipe, styles: Sequence[LoadedStyle], encoder_file: Path | None) -> None:
        self._recipe, self._styles = recipe, tuple(styles)
        self._looks: dict[int, tuple[LoadedStyle, ...]] = {}
        self._encoder = encoder_of(recipe, encoder_file)

    def look(self, shot: Shot, begin: Fraction) -> None:
        """Where styles are to match a shot's colours, they match those of all of it."""
        sheet = Picture(np.concatenate([pixels_of(sample) for sample in shot.samples], axis=2))
        self._looks[shot.begin] = colored(self._recipe, Ingredients(sheet, self._styles)).styles

    def film(self, plan: Plan, sink: Stills) -> Iterator[Step]:
        """All frames that are not done: each from the ones before it, then, if so wished, to and fro."""
        warp = Warp(plan.height, plan.width)
        passes = [
            sink,
            *(Stills(sink.store, f"pass{number}", plan.first) for number in range(2, plan.recipe.passes + 1)),
        ]
        if len(passes) == 1:
            yield from self._forward(plan, sink, warp, None)
            return
        contents = Stills(sink.store, "content", plan.first)
        yield from self._forward(plan, sink, warp, contents)
        for number in range(1, len(passes)):
            yield from self._again(plan, passes[: number + 1], warp, contents)

    def _forward(self, plan: Plan, stills: Stills, warp: Warp, contents: Stills | None) -> Iterator[Step]:
        """The first pass."""
        heeded = (1, *plan.recipe.long_term) if plan.recipe.consistency == "on" else ()
        past: deque[tuple[Bytes, Bytes]] = deque(maxlen=max(heeded, default=1))
        first = max(plan.first, stills.done - max(heeded, default=0))
        for number, time, content in ahead(plan.contents(first, plan.first + plan.count)):
            if plan.begins(number):
                past.clear()
            if contents is not None and number not in contents:
                contents.write(number, content)
            if number < stills.done:
                past.append((content, stills.read(number)))
                continue
            result = plan.keyframes.get(number)
            if result is None:
                back = [past[-steps] for steps in heeded if steps <= len(past)]
                results = [(painted, motion(plan.flow, before, content)) for before, painted in back]
                base = _dressed(content, back[0][1]) if back else content
                start, neighbors = neighborhood(warp, base, results, plan.recipe.temporal_weight)
                for progress in self._paint(
                    content, float(time), plan.shot(number), start if back else None, neighbors
                ):
                    yield Step(stills.done - plan.first, facts=progress.facts)
                result = to_array(progress.picture())
            stills.add(time, result)
            past.append((content, result))
            yield Step(stills.done - plan.first, content, result)

    def _again(self, plan: Plan, passes: Sequence[Stills], warp: Warp, contents: Stills) -> Iterator[Step]:
        """A further pass, in the other direction than the one before (Ruder et al., section 4.4)."""
        *_, earlier, now = passes
        done = (len(passes) - 1) * plan.count
        for shot in plan.shots:
            order = list(range(shot.begin, shot.end))
            order = order if len(passes) % 2 else order[::-1]
            for place, number in enumerate(order):
                content, time = contents.read(number), shot.times[number - shot.begin] - plan.begin
                if number not in now:
                    result = plan.keyframes.get(number)
                    if result is None:
                        own, neighbors = earlier.read(number), list[Neighbor]()
                        if place:
                            moved = motion(plan.flow, contents.read(order[place - 1]), content)
                            beside = [(now.read(order[place - 1]), moved)]
                            start, neighbors = neighborhood(warp, own, beside, plan.recipe.temporal_weight)
                            # Equation 11, with δ = ½; where nothing came, `start` is `own`.
                            own = np.asarray(cv2.addWeighted(own, 0.5, start, 0.5, 0), np.uint8)
                        for progress in self._paint(content, float(time), shot, own, neighbors):
                            yield Step(done, facts=progress.facts)
                        result = to_array(progress.picture())
                    now.write(number, result)
                done += 1
                yield Step(done, content, now.read(number))

    def _paint(
        self, frame: Bytes, time: float, shot: Shot, start: Bytes | None, neighbors: Sequence[Neighbor]
    ) -> Iterator[Progress]:
        """A frame `(H, W, 3)` at a time, s.

        Args:
            start: what to begin with; nothing begins as a picture does.
            neighbors: what it is to be like.
        """
        styles = zip(self._looks[shot.begin], self._recipe.shares(time), strict=True)
        here = tuple(replace(style, share=share) for style, share in styles if share > 0)
        changes: dict[str, object] = {"size": max(frame.shape[:2])}
        if self._recipe.color == "match":
            changes["color"] = "style"  # they were matched by `look`
        ingredients = Ingredients(Picture(pixels_of(frame)), here, neighbors=tuple(neighbors))
        if start is not None:
            steps = max(1, self._recipe.iterations[0] // _SHARE)
            changes |= {"init": "picture", "coarsest": max(frame.shape[:2]), "iterations": (steps,)}
            ingredients = replace(ingredients, start=Picture(pixels_of(start)))
        return paint(self._recipe.model_copy(update=changes), self._encoder, ingredients)


def _dressed(frame: Bytes, painted: Bytes) -> Bytes:
    """A frame in the colours of a painting: the few iterations that it gets would leave what is uncovered a photograph."""
    pixels = pixels_of(frame)
    return to_array(Picture(recolor(pixels, colors_of(pixels), colors_of(pixels_of(painted)), 1.0)))


def neighborhood(
    warp: Warp, base: Bytes, results: Sequence[tuple[Bytes, Motion]], weight: float
) -> tuple[Bytes, list[Neighbor]]:
    """What a frame begins with and what it is to be like.

    Args:
        base: what the frame begins with where nothing is known of it, `(H, W, 3)`.
        results: of frames beside it in time, the nearest first, and how one gets from each to the frame.
        weight: of the temporal loss.
    """
    neighbors: list[Neighbor] = []
    known: Field = np.zeros(base.shape[:2], np.float32)
    start = base.astype(np.float32)
    for result, moved in results:
        carried = warp(result, moved.backward)
        # The nearest in time that shows a place decides on it (equation 9): it was carried the least.
        mask = np.maximum(warp.mask(moved.reliable) - known, 0)
        known = known + mask
        start += mask[..., None] * (carried - start)
        neighbors.append(Neighbor(pixels_of(carried), mask, weight))
    return np.asarray((start + 0.5).clip(0, 255), np.uint8), neighbors
