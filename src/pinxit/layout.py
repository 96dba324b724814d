"""Layouts: what the engines see of a job's pictures, and how what they paint becomes the job's picture again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from pinxit.recipe.inputs import JobInputs
from pinxit.recipe.recipe import Recipe

if TYPE_CHECKING:
    from pinxit.encoder.vgg import Encoder
    from pinxit.network.weights import NetworkWeights
    from pinxit.optimize.progress import OptimizerProgress
    from pinxit.optimize.state import State
    from pinxit.recipe.progress import Progress


class Layout:
    """The layout of a flat picture, which the engines see as it is; a sphere and a set of sprites have their own."""

    def paint_by_network(
        self, recipe: Recipe, ingredients: JobInputs, networks: Mapping[str, NetworkWeights]
    ) -> Iterator[Progress]:
        """Paint by feed-forward networks; see `pinxit.network.local_strokes`."""
        from pinxit.network.local_strokes import paint

        return paint(recipe, ingredients, networks)

    def paint_by_optimizer(
        self, recipe: Recipe, encoder: Encoder, ingredients: JobInputs, state: State | None
    ) -> Iterator[OptimizerProgress]:
        """Paint by the optimiser; see `pinxit.optimize.paint`."""
        from pinxit.optimize.paint import paint

        return paint(recipe, encoder, ingredients, state)

    def for_start(self) -> Layout:
        """Return the layout in which the network paints the picture that the optimiser starts from."""
        return self


FLAT = Layout()
