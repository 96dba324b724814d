"""The runner of a trained network."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from pinxit.jobs.runners.base import OutputFile, RunOutput, picture_file
from pinxit.jobs.runners.inputs import InputResolver
from pinxit.jobs.specs import title_of
from pinxit.jobs.specs.train import TrainSpec
from pinxit.recipe.progress import Progress
from pinxit.training import save_network, train


class TrainRunner:
    """Train a network on one style; training that was interrupted continues by itself."""

    seconds_between_previews = 20.0

    def __init__(self, spec: TrainSpec, inputs: InputResolver, folder: Path) -> None:
        self.spec, self.folder = spec, folder
        self._styles = [inputs.resolve(style) for style in spec.styles]

    def paint(self) -> Iterator[Progress]:
        """See `Runner`."""
        yield from train(self._styles, steps=self.spec.steps, style_weight=self.spec.style_weight)

    def save_checkpoint(self, progress: Progress) -> None:
        """See `Runner`; closing the iterator saves the state of the training."""

    def output(self, progress: Progress, *, whole: bool) -> RunOutput:
        """See `Runner`."""
        title = title_of(self.spec)
        path = save_network(progress, self.folder / "network.pinxit", overwrite=True)  # type: ignore[arg-type]
        network = OutputFile("network", f"{title}{path.suffix}", "application/octet-stream", path, kind="network")
        cover = picture_file("cover", title, progress.picture(), self.folder, kind="WEBP")
        return RunOutput([network, cover], self.spec.to_data(), [])
