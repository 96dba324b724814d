"""The job: a recipe and its pictures, painted step by step into a stylised picture and the recipe that repeats it.

The library, the command line and the studio all prepare a `Job` (see `pinxit.preparation`) and iterate over its progress.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from pinxit.checkpoint import SECONDS_BETWEEN, Checkpoint
from pinxit.errors import PinxitError
from pinxit.image import Picture
from pinxit.image.wrap import WRAPS
from pinxit.layout import FLAT, Layout
from pinxit.recipe.choices import EarlyStop
from pinxit.recipe.early_stop import StoppedProgress, enlarged, with_detail
from pinxit.recipe.inputs import JobInputs
from pinxit.recipe.postprocess import colored
from pinxit.recipe.recipe import Recipe

if TYPE_CHECKING:
    from pinxit.image.layers import Layer
    from pinxit.network.weights import NetworkWeights
    from pinxit.objective.correspondence import Correspondence
    from pinxit.optimize.progress import OptimizerProgress
    from pinxit.recipe.progress import Progress


@dataclass(frozen=True)
class Job:
    """A recipe and the pictures it is applied to.

    Attributes:
        recipe: everything that decides the result.
        ingredients: the pictures it is applied to.
        encoder_file: a weights file given by hand.
        networks: the networks trained for one style alone, by their file's SHA-256.
        kind: distinguishes jobs of the same recipe where the content image is not one that the recipe names.
        checkpoint_seconds: the shortest time between two checkpoints, s.
        layout: what the engines see of the pictures: a flat picture, an unfolded sphere, a canvas of sprites.
    """

    recipe: Recipe
    ingredients: JobInputs
    encoder_file: Path | None = None
    networks: Mapping[str, NetworkWeights] = field(default_factory=dict)
    kind: str = ""
    checkpoint_seconds: float = SECONDS_BETWEEN
    layout: Layout = FLAT

    @property
    def engine(self) -> str:
        """The engine that paints; see `Settings.engine`."""
        return self.recipe.engine

    @property
    def notes(self) -> list[str]:
        """Sentences on what had to be decided while the pictures were read."""
        named = [(self.recipe.content, self.ingredients.content)]
        named += [
            (entry, style.picture) for entry, style in zip(self.recipe.styles, self.ingredients.styles, strict=True)
        ]
        notes = [f"{entry.name} {note}" for entry, picture in named for note in picture.notes]
        if self.recipe.faces == "keep" and self.recipe.keep is None and not np.any(self.ingredients.keep):
            notes.append(f"no face was found in {self.recipe.content.name}: nothing of it is kept.")
        return notes

    def paint(self) -> Iterator[Progress]:
        """Run the engine; see `pinxit.optimize.paint` and `pinxit.network.paint`."""
        if self.recipe.engine == "network":
            return self.layout.paint_by_network(self.recipe, self.ingredients, self.networks)
        return self._optimize()

    def correspondence(self) -> Correspondence:
        """Return the pictures' regions, and which is painted as which with `match` `regions`.

        A changed correspondence goes into the setting `assignment`, in the form of `Correspondence.assignment`.

        Raises:
            PinxitError: when the weights for the features are missing, or a region is assigned that does not exist.
        """
        from pinxit.encoder.open import encoder_of
        from pinxit.optimize.matching import correspondence
        from pinxit.optimize.paint import full_size

        recipe = self.recipe
        ingredients, wrap = colored(recipe, self.ingredients), WRAPS[recipe.wrap]
        content = full_size(ingredients.content, recipe.size, wrap)
        return correspondence(recipe, encoder_of(recipe, self.encoder_file), content, ingredients, wrap)

    def result(self, progress: Progress) -> tuple[Picture, Recipe]:
        """Return the picture at `progress`, and the recipe that reproduces exactly it."""
        if not progress.done:
            return progress.picture(), self.recipe
        early_stop = progress.early_stop if isinstance(progress, StoppedProgress) else None
        done = {"done": progress.done, "memory": progress.memory, "early_stop": early_stop}
        return progress.picture(), self.recipe.model_copy(update=done)

    def stopped(self, progress: Progress) -> Progress:
        """Return the progress of a run that is stopped at `progress`, with a picture of the size asked for.

        See `pinxit.recipe.early_stop`; the picture is the same again when the recipe in `result` is painted.
        """
        early_stop: EarlyStop | None = getattr(progress, "early_stop", None)  # the network's progress has none
        if early_stop is None or isinstance(progress, StoppedProgress):
            return progress
        return StoppedProgress(progress, early_stop, self._completed(progress, early_stop))

    def _completed(self, progress: Progress, early_stop: EarlyStop) -> Picture:
        wrap = WRAPS[self.recipe.wrap]
        try:
            *_, last = self.layout.paint_by_network(self.recipe, self.ingredients, self.networks)
        except PinxitError:
            # A network trained on one style cannot mix it with others.
            return enlarged(progress.picture(), self.recipe.size / progress.size, wrap)
        network = last.picture()
        if early_stop == "network":
            return network
        return with_detail(progress.picture(), network, wrap, self.ingredients.keep if self.layout is FLAT else None)

    def layers(self, painting: Picture) -> list[Layer]:
        """Return the layers of the result for files that hold them; see `pinxit.recipe.layers`."""
        from pinxit.recipe.layers import job_layers

        return job_layers(self.recipe, self.ingredients, painting)

    def matches(self, text: str | None) -> bool:
        """Return whether a recipe is this job's, whatever iterations were done and memory was used.

        Args:
            text: the recipe's JSON text, None for a file without one.
        """
        aside = {"done", "memory", "early_stop"}
        return text is not None and Recipe.from_json(text).model_dump(exclude=aside) == self.recipe.model_dump(
            exclude=aside
        )

    def _start_inputs(self) -> JobInputs:
        """Return the inputs, with the network's picture to start from if the recipe asks for it."""
        if self.recipe.init != "network":
            return self.ingredients
        # The colour settings are applied once, by the optimiser.
        recipe = self.recipe.model_copy(update={"color": "style", "strength": 1.0})
        inputs = colored(self.recipe, self.ingredients)
        *_, last = self.layout.for_start().paint_by_network(recipe, inputs, self.networks)
        return replace(self.ingredients, start=last.picture())

    def _optimize(self) -> Iterator[Progress]:
        """Run the optimiser, save a checkpoint now and then, and continue from the one of an interrupted run.

        When memory runs out, the run continues from the last step with half the memory planned.
        """
        from pinxit.encoder.open import encoder_of

        recipe = self.recipe
        encoder = encoder_of(recipe, self.encoder_file)
        checkpoint = Checkpoint(recipe, self.checkpoint_seconds, self.kind)
        state = checkpoint.load()
        progress: OptimizerProgress | None = None
        ingredients = self._start_inputs()
        while True:
            try:
                for progress in self.layout.paint_by_optimizer(recipe, encoder, ingredients, state):
                    yield progress
                    checkpoint.offer(progress)
                checkpoint.clear()
                if progress is not None and recipe.early_stop is not None:
                    yield StoppedProgress(progress, recipe.early_stop, self._completed(progress, recipe.early_stop))
                return
            except (MemoryError, RuntimeError) as error:
                # PyTorch reports a lack of memory by a RuntimeError's text.
                if not isinstance(error, MemoryError) and "memory" not in str(error):
                    raise
                if progress is None:
                    raise PinxitError(
                        f"there is not enough memory to paint at {recipe.size} px: lower --memory or --size."
                    ) from error
            # Outside the handler, whose traceback would keep the memory from being freed.
            recipe, state = recipe.model_copy(update={"memory": progress.memory / 2}), progress.state()


def report(output: str, picture: Picture, progress: Progress, *, interrupted: bool = False) -> dict[str, object]:
    """Return what `--json` prints about a result.

    Args:
        output: where it was written.
        picture: the result.
        progress: the last step.
        interrupted: whether it was stopped before the end.
    """
    return {
        "output": output,
        "width": picture.width,
        "height": picture.height,
        "seconds": round(progress.seconds, 3),
        "iterations": list(progress.done),
        **{f"{name}_loss": loss for name, loss in progress.losses.items()},
        "interrupted": interrupted,
    }
