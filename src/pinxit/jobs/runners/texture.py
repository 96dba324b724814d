"""The runner of a texture and its maps."""

from __future__ import annotations

import json
from pathlib import Path

from pinxit.job import Job
from pinxit.jobs.runners.base import RunOutput, picture_file
from pinxit.jobs.runners.inputs import InputResolver
from pinxit.jobs.runners.single_job import SingleJobRunner
from pinxit.jobs.specs import title_of
from pinxit.jobs.specs.texture import TextureSpec
from pinxit.recipe.progress import Progress
from pinxit.surface.texture import Texture, prepare_texture


class TextureRunner(SingleJobRunner[Job]):
    """Paint a texture and derive its maps."""

    def __init__(self, spec: TextureSpec, inputs: InputResolver, folder: Path) -> None:
        texture = prepare_texture(
            [inputs.style(style) for style in spec.styles],
            spec.height,
            spec.width,
            tile=spec.tile,
            maps=spec.maps,
            like=inputs.resolve_optional(spec.like),
            on_preparing=inputs.on_preparing,
            **inputs.settings(spec),
        )
        super().__init__(texture.job, title_of(spec), inputs, folder)
        self.texture = Texture(self.job, inputs.with_names(texture.recipe))

    def files(self, progress: Progress) -> RunOutput:
        """See `SingleJobRunner`."""
        from pinxit.surface.maps import MAPS

        picture, recipe = self.texture.result(progress)
        files = [picture_file("picture", self.title, picture, self.folder, recipe=recipe.to_json())]
        for name in MAPS if recipe.maps else ():
            picture, own = self.texture.map(name).result(progress)
            files.append(picture_file(name, f"{self.title}_{name}", picture, self.folder, recipe=own.to_json()))
        return RunOutput(files, json.loads(recipe.to_json()), self.notes())
