"""The runner of a pattern, its colourways and its sheets."""

from __future__ import annotations

import json
from pathlib import Path

from pinxit.job import Job
from pinxit.jobs.runners.base import RunOutput, picture_file
from pinxit.jobs.runners.inputs import InputResolver
from pinxit.jobs.runners.single_job import SingleJobRunner
from pinxit.jobs.specs import title_of
from pinxit.jobs.specs.pattern import PatternSpec
from pinxit.recipe.progress import Progress
from pinxit.surface.pattern import Pattern, prepare_pattern, product


class PatternRunner(SingleJobRunner[Job]):
    """Paint one repeat of a pattern, its colourways and its sheets."""

    def __init__(self, spec: PatternSpec, inputs: InputResolver, folder: Path) -> None:
        pattern = prepare_pattern(
            [inputs.style(style) for style in spec.styles],
            spec.height,
            spec.width,
            repeat=spec.repeat,
            dpi=spec.dpi,
            like=inputs.resolve_optional(spec.like),
            on_preparing=inputs.on_preparing,
            **inputs.settings(spec),
        )
        super().__init__(pattern.job, title_of(spec), inputs, folder)
        self.spec = spec
        self.pattern = Pattern(self.job, inputs.with_names(pattern.recipe))

    def files(self, progress: Progress) -> RunOutput:
        """See `SingleJobRunner`."""
        cell, recipe = self.pattern.cell(progress), self.pattern.recipe_at(progress)
        files = []
        for number, palette in enumerate(((), *self.spec.palettes)):
            name = f"{self.title}_{number}" if number else self.title
            for sheet in (False, True) if self.spec.sheet else (False,):
                own = recipe.model_copy(update={"palette": palette, "sheet": sheet})
                role = "sheet" if sheet else "colorway" if number else "picture"
                file_name = f"{name}_sheet" if sheet else name
                files.append(picture_file(role, file_name, product(cell, own), self.folder, recipe=own.to_json()))
        # The recipe in a file describes that file alone; the recipe of the result describes all of them.
        chosen = {"palettes": self.spec.palettes, "sheet": self.spec.sheet}
        return RunOutput(files, {**json.loads(recipe.to_json()), **chosen}, self.notes())
