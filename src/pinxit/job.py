"""The one job: a content image and style images in, a stylised picture and its recipe out.

The library, the command line and every later interface prepare a `Job` and drive its iterator of progress.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from pinxit import __version__, inputs
from pinxit.checkpoint import SECONDS_BETWEEN, Checkpoint
from pinxit.digest import file_sha256
from pinxit.errors import PinxitError
from pinxit.network import weights
from pinxit.picture import Picture
from pinxit.picture.finish import colored
from pinxit.picture.ingredients import Ingredients, LoadedStyle
from pinxit.picture.masks import mask_from, only
from pinxit.picture.picture import Pixels
from pinxit.picture.recipe import Input, Recipe, Settings

if TYPE_CHECKING:
    from pinxit.encoder.device import Device, Precision
    from pinxit.encoder.pooling import Pooling
    from pinxit.encoder.vgg import Encoder
    from pinxit.network.weights import Weights
    from pinxit.optimize import paint as optimize
    from pinxit.optimize.state import State
    from pinxit.picture.progress import Progress


ORIGINAL = "original"
"""As a size: the content image's own."""


@dataclass(frozen=True)
class StyleImage:
    """A style with more to say than which picture it is; wherever a style is expected, this may stand.

    Attributes:
        picture: the style image.
        share: how much it counts where several meet; only the ratio matters.
        region: a mask of the content image: white where this style goes. Styles without one share the rest.
        mask: a mask of the style image itself: white for what is meant of it.
    """

    picture: inputs.PictureLike
    share: float = 1.0
    region: inputs.PictureLike | None = None
    mask: inputs.PictureLike | None = None


@dataclass(frozen=True)
class Job:
    """A recipe with its ingredients at hand.

    Attributes:
        recipe: all that decides the result.
        ingredients: the pictures it is applied to.
        encoder_file: a weights file given by hand.
        networks: those that were taught one style alone, by their file's SHA-256.
        kind: what tells it from other jobs of the same recipe, where the content image is none that the recipe names.
        checkpoint_seconds: the least time between two savings of what it takes to go on.
    """

    recipe: Recipe
    ingredients: Ingredients
    encoder_file: Path | None = None
    networks: Mapping[str, Weights] = field(default_factory=dict)
    kind: str = ""
    checkpoint_seconds: float = SECONDS_BETWEEN

    @property
    def engine(self) -> str:
        """What paints."""
        return self.recipe.engine

    @property
    def notes(self) -> list[str]:
        """What reading the pictures had to decide, for the person to see."""
        named = [(self.recipe.content, self.ingredients.content)]
        named += [
            (entry, style.picture) for entry, style in zip(self.recipe.styles, self.ingredients.styles, strict=True)
        ]
        return [f"{entry.name} {note}" for entry, picture in named for note in picture.notes]

    def paint(self) -> Iterator[Progress]:
        """Run the engine; see `pinxit.optimize.paint` and `pinxit.network.paint`."""
        if self.recipe.engine == "network":
            return self._by_network(self.recipe, self.ingredients)
        return self._optimize()

    def _by_network(self, recipe: Recipe, ingredients: Ingredients) -> Iterator[Progress]:
        from pinxit.network.wrapped import paint

        return paint(recipe, ingredients, self.networks)

    def _descend(
        self, recipe: Recipe, encoder: Encoder, ingredients: Ingredients, state: State | None
    ) -> Iterator[optimize.Progress]:
        from pinxit.optimize.paint import paint

        return paint(recipe, encoder, ingredients, state)

    def _start(self) -> Ingredients:
        """The ingredients, with the network's picture to start from where the recipe wants that."""
        if self.recipe.init != "network":
            return self.ingredients
        # What is to be done about colours is done once, by the optimiser.
        recipe = self.recipe.model_copy(update={"color": "style", "strength": 1.0})
        *_, last = self._by_network(recipe, colored(self.recipe, self.ingredients))
        return replace(self.ingredients, start=last.picture())

    def _optimize(self) -> Iterator[Progress]:
        """A run of more than a minute saves its state now and then, and one that was cut off goes on from there."""
        recipe = self.recipe
        encoder = encoder_of(recipe, self.encoder_file)
        checkpoint = Checkpoint(recipe, self.checkpoint_seconds, self.kind)
        state = checkpoint.load()
        progress: optimize.Progress | None = None
        ingredients = self._start()
        while True:
            try:
                for progress in self._descend(recipe, encoder, ingredients, state):
                    yield progress
                    checkpoint.offer(progress)
                checkpoint.clear()
                return
            except (MemoryError, RuntimeError) as error:
                # PyTorch tells a lack of memory by a RuntimeError's text.
                if not isinstance(error, MemoryError) and "memory" not in str(error):
                    raise
                if progress is None:
                    raise PinxitError(
                        f"there is not enough memory to paint at {recipe.size} px: lower --memory or --size."
                    ) from error
            # Outside the handler, or its traceback would hold on to what is to be freed.
            recipe, state = recipe.model_copy(update={"memory": progress.memory / 2}), progress.state()

    def result(self, progress: Progress) -> tuple[Picture, Recipe]:
        """The picture as it stands at `progress`, and the recipe that makes exactly it again."""
        if not progress.done:
            return progress.picture(), self.recipe
        return progress.picture(), self.recipe.model_copy(update={"done": progress.done, "memory": progress.memory})

    def made(self, text: str | None) -> bool:
        """Whether a recipe is this job's, however many iterations and however much memory the result took.

        Args:
            text: the recipe in a file, None where there is none.
        """
        aside = {"done", "memory"}
        return text is not None and Recipe.from_json(text).model_dump(exclude=aside) == self.recipe.model_dump(
            exclude=aside
        )


def report(output: str, picture: Picture, progress: Progress, *, interrupted: bool = False) -> dict[str, object]:
    """What there is to say of a result, for a program to read."""
    return {
        "output": output,
        "width": picture.width,
        "height": picture.height,
        "seconds": round(progress.seconds, 3),
        "iterations": list(progress.done),
        **{f"{name}_loss": loss for name, loss in progress.losses.items()},
        "interrupted": interrupted,
    }


def encoder_of(recipe: Recipe, file: Path | None) -> Encoder:
    """The encoder that a recipe names.

    Args:
        recipe: says which, and how it computes.
        file: weights given by hand.

    Raises:
        PinxitError: when these are not the recipe's.
    """
    encoder, sha256 = _opened(
        recipe.encoder,
        file,
        recipe.encoder_sha256,
        recipe.pooling,
        recipe.device,
        recipe.precision,
        recipe.form == "gatys",
    )
    if sha256 != recipe.encoder_sha256:
        raise PinxitError(
            "this was painted with a weights file of its own "
            f"(SHA-256 {recipe.encoder_sha256[:12]}…): give that file by --encoder-weights."
        )
    return encoder


@functools.lru_cache(maxsize=1)
def _opened(
    name: str, file: Path | None, _sha256: str, pooling: Pooling, device: Device, precision: Precision, normalized: bool
) -> tuple[Encoder, str]:
    """The encoder that was opened last stays open: whoever paints one picture after another waits for it once."""
    from pinxit.encoder.open import open_encoder

    return open_encoder(name, file=file, pooling=pooling, device=device, precision=precision, normalized=normalized)


def prepare(
    content: inputs.PictureLike,
    style: inputs.PictureLike | StyleImage | Sequence[inputs.PictureLike | StyleImage],
    *,
    shares: Sequence[float] | None = None,
    keep: inputs.PictureLike | None = None,
    encoder_weights: str | Path | None = None,
    **options: Any,
) -> Job:
    """Check the options, read the pictures, write the recipe.

    Args:
        content: the content image.
        style: a style image or several; a `StyleImage` says where one goes.
        shares: how much each style counts, relative to the others; equal where left out.
        keep: a mask of the content image: white for what stays as it is, bit for bit.
        encoder_weights: a local checkpoint of the encoder.
        options: any of the settings, see `pinxit.Settings`; `init` may also be a picture.

    Raises:
        PinxitError: one sentence for the first thing wrong.
    """
    several: list[Any] = list(style) if isinstance(style, list | tuple) else [style]
    if not several:
        raise PinxitError("no style is given: name at least one picture, or house:NAME (`pinxit styles` shows them).")
    if shares is not None and len(shares) != len(several):
        raise PinxitError(f"{len(shares)} shares are given for {len(several)} styles: give one each.")
    told = [one if isinstance(one, StyleImage) else StyleImage(one) for one in several]
    if shares is not None:
        told = [replace(one, share=float(share)) for one, share in zip(told, shares, strict=True)]
    if callable(getattr(content, "read", None)):
        content = inputs.content_of(content)
    options, start = _split_init(options)
    if any(inputs.is_network(one.picture) for one in told) and not (options.get("preset") or options.get("engine")):
        options = {**options, "preset": "instant"}
    options = at_own_size(options, content)
    settings = Settings.choose(options)
    encoder_file = None if encoder_weights is None else Path(encoder_weights)
    if encoder_file is not None and not encoder_file.is_file():
        raise PinxitError(f"there is no weights file {encoder_file}: `pinxit weights list` says what there is.")

    def load(source: inputs.PictureLike | None, size: int) -> tuple[Picture | None, Input | None]:
        return (None, None) if source is None else inputs.load(source, size)

    start_picture, start_input = load(start, settings.size)
    content_picture, content_input = inputs.load(content, settings.size)
    keep_picture, keep_input = load(keep, settings.size)
    style_size = round(settings.size * settings.style_scale)
    entries, pictures_of = [], []
    networks: dict[str, Weights] = {}
    for one in told:
        picture, entry = inputs.load(one.picture, style_size)
        if inputs.is_network(one.picture):
            networks[entry.sha256] = weights.load(Path(one.picture))  # type: ignore[arg-type]
        region, region_input = load(one.region, settings.size)
        mask, mask_input = load(one.mask, style_size)
        entries.append({**entry.model_dump(), "share": one.share, "region": region_input, "mask": mask_input})
        pictures_of.append((picture, region, mask))
    recipe = Recipe.make(
        settings,
        pinxit=__version__,
        content=content_input,
        styles=entries,
        init_picture=start_input,
        keep=keep_input,
        encoder_sha256="" if encoder_file is None else file_sha256(encoder_file),
    )
    ingredients = _ingredients(recipe, content_picture, pictures_of, start_picture, keep_picture)
    return Job(recipe, ingredients, encoder_file, networks)


def prepare_again(
    recipe: Recipe,
    *,
    look_in: Iterable[Path] = (),
    encoder_weights: str | Path | None = None,
    content: Picture | None = None,
    **changes: Any,
) -> Job:
    """The job that a recipe describes, with its pictures found again by their content.

    Args:
        recipe: from a picture's file.
        look_in: folders to search, with their subfolders, besides where each picture was last seen.
        content: the content image, where it is at hand already.
        changes: settings to change; then the schedule runs anew instead of for exactly the iterations done.

    Raises:
        PinxitError: when a picture or the weights file cannot be found, or a change is not allowed.
    """
    folders = list(look_in)
    changes, new_start = _split_init({name: value for name, value in changes.items() if value is not None})
    start_picture = None
    if new_start is not None:
        start_picture, changes["init_picture"] = inputs.load(new_start, recipe.size)
    if changes.get("size") == ORIGINAL:
        content = content or inputs.find(recipe.content, recipe.size, folders)
        changes = at_own_size(changes, content)
    if changes:
        recipe = recipe.change(changes)

    def find(entry: Input | None, size: int) -> Picture | None:
        return None if entry is None else inputs.find(entry, size, folders)

    style_size = round(recipe.size * recipe.style_scale)
    content = content or inputs.find(recipe.content, recipe.size, folders)
    pictures_of = [
        (inputs.find(style, style_size, folders), find(style.region, recipe.size), find(style.mask, style_size))
        for style in recipe.styles
    ]
    if recipe.init == "picture" and start_picture is None:
        if recipe.init_picture is None:
            raise PinxitError("the recipe starts from a picture but names none: give one by --init.")
        start_picture = inputs.find(recipe.init_picture, recipe.size, folders)
    ingredients = _ingredients(recipe, content, pictures_of, start_picture, find(recipe.keep, recipe.size))
    networks = {
        style.sha256: weights.load(inputs.locate(style, folders))
        for style in recipe.styles
        if inputs.is_network(style.name)
    }
    return Job(recipe, ingredients, None if encoder_weights is None else Path(encoder_weights), networks)


def _ingredients(
    recipe: Recipe,
    content: Picture,
    styles: Sequence[tuple[Picture, Picture | None, Picture | None]],
    start: Picture | None,
    keep: Picture | None,
) -> Ingredients:
    """Pictures as they were read, with those that are masks made into masks."""

    def mask(picture: Picture | None, entry: Input | None, like: Picture, of: str) -> Pixels | None:
        return None if picture is None or entry is None else mask_from(picture, like, entry.name, of)

    images = []
    for entry, (picture, region, own) in zip(recipe.styles, styles, strict=True):
        meant = mask(own, entry.mask, picture, f"the style image {entry.name}")
        inputs.check_shows(picture, entry.name)
        if picture.alpha is not None:  # of what is hidden, nothing counts
            seen = np.where(picture.alpha < picture.alpha.max() / 2, np.float32(0), picture.alpha)
            meant = seen if meant is None else meant * seen
        if meant is not None and meant.max() < inputs.LEAST_SEEN:
            raise PinxitError(
                f"the mask {entry.mask.name if entry.mask else ''} is black: nothing of {entry.name} is left, "
                "paint white what is meant of it."
            )
        images.append(
            LoadedStyle(
                picture if meant is None else only(picture, meant),
                entry.share,
                mask(region, entry.region, content, "the content image"),
                meant,
                entry.sha256 if inputs.is_network(entry.name) else "",
            )
        )
    kept = mask(keep, recipe.keep, content, "the content image")
    if kept is not None and recipe.keep is not None and kept.max() < inputs.LEAST_SEEN:
        raise PinxitError(f"the mask {recipe.keep.name} is black: paint white what is to be kept, or leave out --keep.")
    return Ingredients(content, tuple(images), start, kept)


def at_own_size(options: dict[str, Any], content: inputs.PictureLike) -> dict[str, Any]:
    """The options with the content image's longer side, px, where its own size is asked for.

    Recipes hold the number: they say what was painted, and whoever opens them with another picture at hand paints that.

    Raises:
        PinxitError: when the content image is one that has no size of its own, or none that can be read.
    """
    if options.get("size") != ORIGINAL:
        return options
    if isinstance(content, str) and content.startswith(inputs.HOUSE):
        raise PinxitError(f"{content} is drawn at any size, it has none of its own: give --size a number of px.")
    picture, _ = inputs.load(content, 0)
    return {**options, "size": max(picture.height, picture.width)}


def _split_init(options: dict[str, Any]) -> tuple[dict[str, Any], inputs.PictureLike | None]:
    """Where `init` is a picture rather than a word: the options with the word for that, and the picture."""
    start = options.get("init")
    if start is None or (isinstance(start, str) and start in ("content", "noise", "style", "network")):
        return options, None
    return {**options, "init": "picture"}, start
