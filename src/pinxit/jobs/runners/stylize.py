"""The runner of one painted picture."""

from __future__ import annotations

import json
from pathlib import Path

from pinxit.job import Job
from pinxit.jobs.runners.base import RunOutput, picture_file
from pinxit.jobs.runners.inputs import InputResolver
from pinxit.jobs.runners.single_job import SingleJobRunner
from pinxit.jobs.specs import title_of
from pinxit.jobs.specs.stylize import StylizeSpec
from pinxit.preparation import prepare
from pinxit.recipe.progress import Progress


class StylizeRunner(SingleJobRunner[Job]):
    """Paint a picture in the style of others."""

    def __init__(self, spec: StylizeSpec, inputs: InputResolver, folder: Path) -> None:
        job = prepare(
            inputs.resolve(spec.content),
            [inputs.style(style) for style in spec.styles],
            **inputs.masks(spec),
            **inputs.settings(spec),
        )
        super().__init__(job, title_of(spec), inputs, folder)

    def files(self, progress: Progress) -> RunOutput:
        """See `SingleJobRunner`."""
        picture, recipe = self.job.result(progress)
        text = recipe.to_json()
        files = [picture_file("picture", self.title, picture, self.folder, recipe=text)]
        if self.job.recipe.wrap == "none":
            files.append(self.original(picture.height, picture.width))
        return RunOutput(files, {"work": "stylize", **json.loads(text)}, self.notes())
