"""The runner of a painted video."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from pinxit import image as pictures
from pinxit.image import Picture
from pinxit.jobs.runners.base import OutputFile, RunOutput, picture_file
from pinxit.jobs.runners.inputs import InputResolver
from pinxit.jobs.specs import title_of
from pinxit.jobs.specs.base import TimedStyleSpec
from pinxit.jobs.specs.video import VideoSpec
from pinxit.recipe.progress import Progress
from pinxit.video.clip import Clip
from pinxit.video.job import VideoJob, VideoProgress
from pinxit.video.prepare import OPTIONS, StyleTime, prepare_video


class VideoRunner:
    """Paint a video; finished frames beside its target survive a crash."""

    seconds_between_previews = 1.5

    def __init__(self, spec: VideoSpec, inputs: InputResolver, folder: Path) -> None:
        film = film_of(spec, inputs)
        self.film = dataclasses.replace(film, recipe=inputs.with_names(film.recipe))
        self.spec, self.inputs, self.target = spec, inputs, folder / "film.mp4"
        self._notes: tuple[str, ...] = ()
        self._painted: Progress | None = None

    def paint(self) -> Iterator[Progress]:
        """See `Runner`."""
        if self.target.exists():  # an earlier worker finished it, and ended before it could publish the result
            count = max(1, self.film.source.count)
            yield VideoProgress(count, count, self.film.recipe.size, "is painted", 0.0, 0.0)
            return
        for progress in self.film.paint(self.target):
            self._notes = progress.notes
            if progress.painted is not None:
                self._painted = progress
            yield progress

    def save_checkpoint(self, progress: Progress) -> None:
        """See `Runner`; finished frames are on the disk already."""

    def output(self, progress: Progress, *, whole: bool) -> RunOutput:
        """See `Runner`; an unfinished video is represented by its latest frame."""
        title, folder = title_of(self.spec), self.target.parent
        recipe = json.loads(self.film.recipe.to_json())
        notes = [self.inputs.hide_paths(note) for note in self._notes]
        if not whole:
            frame = (self._painted or progress).picture()
            return RunOutput([picture_file("picture", title, frame, folder)], recipe, notes)
        height, width, cover = _first_frame(self.target)
        film = OutputFile("film", f"{title}.mp4", "video/mp4", self.target, width, height, kind="clip")
        return RunOutput([film, picture_file("cover", title, cover, folder, kind="WEBP")], recipe, notes)


def film_of(spec: VideoSpec, inputs: InputResolver, **changes: Any) -> VideoJob:
    """Prepare the film of a spec.

    Args:
        spec: the film.
        inputs: finds its files.
        changes: settings to use instead of the spec's.
    """
    own = {name: getattr(spec, name) for name in OPTIONS if name in spec.model_fields_set}
    whole = [style for style in spec.styles if style.region is None]
    return prepare_video(
        inputs.resolve(spec.clip),
        [(inputs.resolve(style), _time(style)) for style in whole],
        shares=[style.share for style in whole],
        regions=[
            (inputs.resolve(style.region), inputs.resolve(style), style.region_frame)
            for style in spec.styles
            if style.region is not None
        ],
        key={one.number: inputs.resolve(one) for one in spec.keyframes},
        key_masks={one.number: inputs.resolve(one) for one in spec.key_masks},
        **own,
        **{**inputs.settings(spec), **changes},
    )


def _time(style: TimedStyleSpec) -> StyleTime:
    return style.at if style.at is None or style.until is None else (style.at, style.until)


def _first_frame(path: Path) -> tuple[int, int, Picture]:
    clip = Clip(path)
    pixels = next(iter(clip.frames())).picture(clip.height, clip.width)
    return clip.height, clip.width, pictures.from_array(np.ascontiguousarray(pixels))
