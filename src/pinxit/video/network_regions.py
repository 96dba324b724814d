"""Films by the network with a style for each region: every region's painting of the whole frame, composed by masks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np

from pinxit.network.weights import NetworkWeights
from pinxit.recipe.inputs import StyleInput
from pinxit.video.network import NetworkFrameStylizer
from pinxit.video.optical_flow import Bytes, Field
from pinxit.video.plan import FrameSink, VideoPlan, VideoStep
from pinxit.video.recipe import VideoRecipe
from pinxit.video.region_tracks import RegionTracks
from pinxit.video.shot_detection import Shot


class RegionFrameStylizer(NetworkFrameStylizer):
    """A stylizer of a film's frames by the network, with styles for regions.

    Args:
        recipe, styles, networks: see `NetworkFrameStylizer`.
    """

    def __init__(
        self, recipe: VideoRecipe, styles: Sequence[StyleInput], networks: Mapping[str, NetworkWeights]
    ) -> None:
        self._recipe = recipe
        self._tracks = RegionTracks(recipe, styles)
        self._parts: dict[int | None, NetworkFrameStylizer] = {}
        for region in dict.fromkeys(self._tracks.of_style):
            places = [place for place, own in enumerate(self._tracks.of_style) if own == region]
            own_recipe = recipe.model_copy(update={"styles": tuple(recipe.styles[place] for place in places)})
            own_styles = [replace(styles[place], region=None) for place in places]
            self._parts[region] = NetworkFrameStylizer(own_recipe, own_styles, networks)

    def analyze_shot(self, shot: Shot, begin: Fraction) -> None:
        """See `NetworkFrameStylizer.analyze_shot`."""
        for part in self._parts.values():
            part.analyze_shot(shot, begin)

    def follow(self, plan: VideoPlan, folder: Path) -> Iterator[VideoStep]:
        """Follow the regions, before any frame is painted; see `RegionTracks.follow`."""
        return self._tracks.follow(plan, folder)

    def paint_frames(self, plan: VideoPlan, sink: FrameSink) -> Iterator[VideoStep]:
        """Follow the regions, then paint all frames that are not painted yet."""
        for step in self.follow(plan, sink.folder):
            yield replace(step, done=sink.done - plan.first)
        yield from super().paint_frames(plan, sink)

    def paint_content(self, plan: VideoPlan, number: int, content: Bytes, time: float) -> Bytes:
        """See `NetworkFrameStylizer.paint_content`."""
        masks = self._tracks.masks(number, content)
        return _compose(
            content,
            masks,
            {
                region: part.paint_content(plan, number, content, time)
                for region, part in self._shown_parts(masks).items()
            },
        )

    def paint_key(self, plan: VideoPlan, number: int) -> Bytes:
        """See `NetworkFrameStylizer.paint_key`."""
        ((_, _, content),) = plan.pixels_between(number, number + 1)
        masks = self._tracks.masks(number, content)
        return _compose(
            content,
            masks,
            {region: part.paint_key(plan, number) for region, part in self._shown_parts(masks).items()},
        )

    def _shown_parts(self, masks: Sequence[Field]) -> dict[int | None, NetworkFrameStylizer]:
        """Return the stylizers of the rest, and of the regions that a frame shows."""
        return {region: part for region, part in self._parts.items() if region is None or masks[region].any()}


def _compose(content: Bytes, masks: Sequence[Field], painted: Mapping[int | None, Bytes]) -> Bytes:
    """Return a frame of which each region shows its own painting, and the rest the content where no style has it."""
    covered: Field = np.maximum(sum(masks), 1)
    rest = painted.get(None, content).astype(np.float32)
    result = rest.copy()
    for region, mask in enumerate(masks):
        if region in painted:
            result += (mask / covered)[..., None] * (painted[region] - rest)
    return np.asarray((result + np.float32(0.5)).clip(0, 255), np.uint8)
