"""The runner of a 360° panorama."""

from __future__ import annotations

import json
from pathlib import Path

from pinxit.jobs.runners.base import RunOutput, picture_file
from pinxit.jobs.runners.inputs import InputResolver
from pinxit.jobs.runners.single_job import SingleJobRunner
from pinxit.jobs.specs import title_of
from pinxit.jobs.specs.panorama import PanoramaSpec
from pinxit.recipe.progress import Progress
from pinxit.surface.panorama import PanoramaJob, prepare_panorama


class PanoramaRunner(SingleJobRunner[PanoramaJob]):
    """Paint a whole sphere, as one picture or as the six faces of a cube."""

    def __init__(self, spec: PanoramaSpec, inputs: InputResolver, folder: Path) -> None:
        job = prepare_panorama(
            inputs.resolve(spec.content),
            [inputs.style(style) for style in spec.styles],
            cubemap=spec.cubemap,
            keep=inputs.resolve_optional(spec.keep),
            **inputs.settings(spec),
        )
        super().__init__(job, title_of(spec), inputs, folder)

    def files(self, progress: Progress) -> RunOutput:
        """See `SingleJobRunner`."""
        if not self.job.cubemap:
            picture, recipe = self.job.result(progress)
            text = recipe.to_json()
            files = [picture_file("picture", self.title, picture, self.folder, recipe=text)]
            files.append(self.original(picture.height, picture.width))
            return RunOutput(files, json.loads(text), self.notes())
        files = []
        for side in ("pz", "px", "nx", "py", "ny", "nz"):
            picture, recipe = self.job.of_side(side).result(progress)
            files.append(picture_file(side, side, picture, self.folder, recipe=recipe.to_json()))
        return RunOutput(files, json.loads(recipe.to_json()), self.notes())
