"""Orders that one job of the engines paints: a picture, a panorama, a texture, a pattern."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pinxit.checkpoint import Checkpoint
from pinxit.job import Job, prepare
from pinxit.jobs.orders import PanoramaOrder, PatternOrder, StylizeOrder, TextureOrder, title_of
from pinxit.jobs.work import Delivery, Made, Sources, picture_file
from pinxit.picture import resize
from pinxit.picture.progress import Progress

# Of a job that may be killed at any moment; saving takes a fiftieth of the time at most.
SECONDS_BETWEEN_CHECKPOINTS = 10.0


class _Painting:
    """What they have in common: a job, and checkpoints of it."""

    seconds_between_previews = 0.7

    def __init__(self, job: Job, title: str, sources: Sources, folder: Path) -> None:
        self.job = dataclasses.replace(job, checkpoint_seconds=SECONDS_BETWEEN_CHECKPOINTS)
        self.title, self.sources, self.folder = title, sources, folder

    def paint(self) -> Iterator[Progress]:
        """See `Work`."""
        return self.job.paint()

    def keep(self, progress: Progress) -> None:
        """See `Work`; a network has nothing to keep, it begins anew."""
        if self.job.engine == "optimizer":
            Checkpoint(self.job.recipe, kind=self.job.kind).save(progress)  # type: ignore[arg-type]

    def notes(self) -> list[str]:
        """What reading the pictures had to decide."""
        return [self.sources.told(note) for note in self.job.notes]

    def original(self, height: int, width: int) -> Made:
        """The content image at the size of the result, to be laid beside it."""
        content = self.job.ingredients.content
        return picture_file(
            "original", f"{self.title}-original", resize(content, height, width), self.folder, kind="WEBP", quality=90
        )


class Stylized(_Painting):
    """A picture in the manner of others."""

    def __init__(self, order: StylizeOrder, sources: Sources, folder: Path) -> None:
        job = prepare(
            sources.of(order.content),
            [sources.style(style) for style in order.styles],
            keep=sources.maybe(order.keep),
            **options(order, sources),
        )
        super().__init__(dataclasses.replace(job, recipe=sources.named(job.recipe)), title_of(order), sources, folder)

    def deliver(self, progress: Progress, *, whole: bool) -> Delivery:
        """See `Work`."""
        picture, recipe = self.job.result(progress)
        text = recipe.to_json()
        made = [picture_file("picture", self.title, picture, self.folder, recipe=text)]
        if self.job.recipe.wrap == "none":
            made.append(self.original(picture.height, picture.width))
        return Delivery(made, {"work": "stylize", **json.loads(text)}, self.notes())


class Panorama(_Painting):
    """A whole sphere."""

    def __init__(self, order: PanoramaOrder, sources: Sources, folder: Path) -> None:
        from pinxit.surface.panorama import prepare_panorama

        job = prepare_panorama(
            sources.of(order.content),
            [sources.style(style) for style in order.styles],
            cubemap=order.cubemap,
            keep=sources.maybe(order.keep),
            **options(order, sources),
        )
        self.sphere = dataclasses.replace(
            job, recipe=sources.named(job.recipe), checkpoint_seconds=SECONDS_BETWEEN_CHECKPOINTS
        )
        super().__init__(self.sphere, title_of(order), sources, folder)

    def deliver(self, progress: Progress, *, whole: bool) -> Delivery:
        """See `Work`."""
        if not self.sphere.cubemap:
            picture, recipe = self.sphere.result(progress)
            text = recipe.to_json()
            made = [picture_file("picture", self.title, picture, self.folder, recipe=text)]
            made.append(self.original(picture.height, picture.width))
            return Delivery(made, json.loads(text), self.notes())
        made = []
        for side in ("pz", "px", "nx", "py", "ny", "nz"):
            picture, recipe = self.sphere.of_side(side).result(progress)
            made.append(picture_file(side, side, picture, self.folder, recipe=recipe.to_json()))
        return Delivery(made, json.loads(recipe.to_json()), self.notes())


class Textured(_Painting):
    """A texture and its maps."""

    def __init__(self, order: TextureOrder, sources: Sources, folder: Path) -> None:
        from pinxit.surface.texture import Texture, prepare_texture

        texture = prepare_texture(
            [sources.style(style) for style in order.styles],
            order.height,
            order.width,
            tile=order.tile,
            maps=order.maps,
            like=sources.maybe(order.like),
            **options(order, sources),
        )
        super().__init__(
            dataclasses.replace(texture.job, recipe=sources.named(texture.job.recipe)), title_of(order), sources, folder
        )
        self.texture = Texture(self.job, sources.named(texture.recipe))

    def deliver(self, progress: Progress, *, whole: bool) -> Delivery:
        """See `Work`."""
        from pinxit.surface.maps import MAPS

        picture, recipe = self.texture.result(progress)
        made = [picture_file("picture", self.title, picture, self.folder, recipe=recipe.to_json())]
        for name in MAPS if recipe.maps else ():
            picture, own = self.texture.map(name).result(progress)
            made.append(picture_file(name, f"{self.title}_{name}", picture, self.folder, recipe=own.to_json()))
        return Delivery(made, json.loads(recipe.to_json()), self.notes())


class Patterned(_Painting):
    """One repeat of a pattern, its colourways and its sheets."""

    def __init__(self, order: PatternOrder, sources: Sources, folder: Path) -> None:
        from pinxit.design.pattern import Pattern, prepare_pattern

        pattern = prepare_pattern(
            [sources.style(style) for style in order.styles],
            order.height,
            order.width,
            repeat=order.repeat,
            dpi=order.dpi,
            like=sources.maybe(order.like),
            **options(order, sources),
        )
        super().__init__(
            dataclasses.replace(pattern.job, recipe=sources.named(pattern.job.recipe)), title_of(order), sources, folder
        )
        self.order = order
        self.pattern = Pattern(self.job, sources.named(pattern.recipe))

    def deliver(self, progress: Progress, *, whole: bool) -> Delivery:
        """See `Work`."""
        from pinxit.design.pattern import product

        cell, recipe = self.pattern.cell(progress), self.pattern.recipe_at(progress)
        made = []
        for number, palette in enumerate(((), *self.order.palettes)):
            name = f"{self.title}_{number}" if number else self.title
            for sheet in (False, True) if self.order.sheet else (False,):
                own = recipe.model_copy(update={"palette": palette, "sheet": sheet})
                role = "sheet" if sheet else "colorway" if number else "picture"
                named = f"{name}_sheet" if sheet else name
                made.append(picture_file(role, named, product(cell, own), self.folder, recipe=own.to_json()))
        again = json.loads(recipe.to_json())
        # The recipe of one file says nothing of the others; that of the result does.
        asked = {"palettes": self.order.palettes, "sheet": self.order.sheet}
        return Delivery(made, {**again, **asked}, self.notes())


def options(order: Any, sources: Sources) -> dict[str, Any]:
    """The settings that an order chose, with the picture to start from."""
    chosen: dict[str, Any] = dict(order.settings)
    if chosen.get("init") == "picture":
        chosen["init"] = sources.of(order.init_picture)
    return chosen
