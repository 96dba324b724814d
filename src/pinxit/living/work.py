"""From a user's arguments, or from a recipe, to a living texture, its shaders and its loops."""

from __future__ import annotations

from collections.abc import Generator, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Unpack

from pinxit import inputs
from pinxit.errors import PinxitError
from pinxit.files.atomic import write_atomic
from pinxit.files.paths import check_apart
from pinxit.image import Picture
from pinxit.image.writer import check_place
from pinxit.living import shaders
from pinxit.living.clips import write_loop
from pinxit.living.container import load, save
from pinxit.living.loop import loop_frames
from pinxit.living.recipe import LivingOptions, LivingRecipe, LoopOptions, LoopRecipe
from pinxit.network.weights import ENDING
from pinxit.recipe.recipe import Input, validated

if TYPE_CHECKING:
    from pinxit.living.training import LivingProgress

_READ_AT = 1024  # px: size at which house styles are drawn before they are read at the training's size
SHADERS = {
    "glsl": shaders.glsl,
    "wgsl": shaders.wgsl,
    "godot": shaders.godot,
    "unity": shaders.unity,
    "page": shaders.page,
}
FORMATS = {
    "glsl": ".glsl",
    "wgsl": ".wgsl",
    "godot": ".gdshader",
    "unity": ".compute",
    "page": ".html",
    "mp4": ".mp4",
    "webp": ".webp",
    "apng": ".apng",
}
"""What a living texture is exported as, and the ending of each."""


@dataclass(frozen=True)
class LivingTexture:
    """A living texture to train.

    Attributes:
        recipe: everything that decides it.
        painting: the painting that teaches it.
        encoder_weights: a local checkpoint of the encoder.
    """

    recipe: LivingRecipe
    painting: Picture
    encoder_weights: Path | None = None

    def teach(self) -> Generator[LivingProgress, None, None]:
        """Train it, yielding after every step; a caller may stop at any step and save the rule as it is."""
        from pinxit.encoder.open import open_encoder
        from pinxit.living.training import teach

        encoder, _ = open_encoder("vgg16", file=self.encoder_weights, device="cpu")
        yield from teach(self.painting, encoder, self.recipe)

    def save(self, progress: LivingProgress, path: Path, *, overwrite: bool = False) -> None:
        """Write the living texture as it is at `progress` to a file; see `pinxit.living.container.save`."""
        recipe = self.recipe.model_copy(update={"done": progress.step})
        save(path, progress.automaton(), recipe, overwrite=overwrite)


def prepare_living(
    painting: inputs.PictureLike, *, encoder_weights: str | Path | None = None, **options: Unpack[LivingOptions]
) -> LivingTexture:
    """Prepare a living texture.

    Args:
        painting: the painting that teaches it.
        encoder_weights: a local checkpoint of the encoder.
        options: `steps`, `seed` and `style_scale` of the recipe; None for its default.

    Raises:
        PinxitError: one sentence for the first thing wrong.
    """
    picture, entry = inputs.load_style(painting, _READ_AT)
    chosen = {name: value for name, value in options.items() if value is not None}
    recipe = validated(LivingRecipe, {"painting": entry, **chosen})
    return LivingTexture(recipe, picture, None if encoder_weights is None else Path(encoder_weights))


def living_from_recipe(
    recipe: LivingRecipe,
    *,
    look_in: Iterable[Path] = (),
    encoder_weights: str | Path | None = None,
    **changes: Unpack[LivingOptions],
) -> LivingTexture:
    """Prepare the living texture that a recipe describes.

    Args:
        recipe: the recipe.
        look_in: folders to search for the painting.
        encoder_weights: a local checkpoint of the encoder.
        changes: `steps`, `seed` and `style_scale`, where they are to be changed.

    Raises:
        PinxitError: when the painting cannot be found, or a change is not allowed.
    """
    chosen = {name: value for name, value in changes.items() if value is not None}
    begun = {"done": 0} if "steps" in chosen else {}
    changed = validated(LivingRecipe, {**recipe.model_dump(exclude={"pinxit"}), **begun, **chosen})
    picture = inputs.find(recipe.painting, _READ_AT, look_in)
    return LivingTexture(changed, picture, None if encoder_weights is None else Path(encoder_weights))


def check_living(path: Path, *, overwrite: bool) -> None:
    """Check before the training that a living texture may be written there.

    Raises:
        PinxitError: when its name does not end in `.pinxit`, or the place is taken.
    """
    if path.suffix != ENDING:
        raise PinxitError(
            f"{path.name} does not end in {ENDING}: a living texture is a file with that ending, not a picture."
        )
    check_place(path, overwrite=overwrite)


def export_living(
    source: Path,
    output: Path | None = None,
    to: str | None = None,
    *,
    overwrite: bool = False,
    **loop: Unpack[LoopOptions],
) -> Path:
    """Write a living texture as a shader, a page or a loop.

    Args:
        source: the living texture's file.
        output: the file to write; its ending says the format where `to` does not; None for the source's name with the
            format's ending, in the current folder.
        to: the format, one of `FORMATS`.
        overwrite: replace a file that exists.
        loop: `size`, `seconds`, `rate`, `speed` and `seed` of a loop's recipe; None for its default.

    Returns:
        The file's path.

    Raises:
        PinxitError: one sentence for the first thing wrong.
    """
    form = _format(source, output, to)
    target = output if output is not None else Path(f"{source.stem}{FORMATS[form]}")
    check_apart(reads=[source], writes={"the result": target})
    check_place(target, overwrite=overwrite)
    if source.suffix != ENDING and source.exists():
        raise PinxitError(
            f"{source.name} is not a living texture: make one of it with pinxit texture {source.name} --living "
            f"-o {source.stem}{ENDING}, and export that."
        )
    chosen = {name: value for name, value in loop.items() if value is not None}
    if form in SHADERS and chosen:
        raise PinxitError(
            f"--{next(iter(chosen))} is for loops ({', '.join(_LOOPS)}): a {form} file runs at any size and speed."
        )
    automaton, _ = load(source)
    if form in SHADERS:
        write_atomic(SHADERS[form](automaton, source.stem).encode(), target, overwrite=overwrite)
    else:
        recipe = validated(LoopRecipe, {"automaton": inputs.known(source), **chosen})
        write_loop(loop_frames(automaton, recipe), target, recipe, overwrite=overwrite)
    return target


def redo_loop(
    recipe: LoopRecipe,
    target: Path,
    *,
    look_in: Iterable[Path] = (),
    overwrite: bool = False,
    **changes: Unpack[LoopOptions],
) -> None:
    """Make a loop again from the recipe inside it.

    Args:
        recipe: the recipe.
        target: the file to write.
        look_in: folders to search for the living texture's file.
        overwrite: replace a file that exists.
        changes: fields of the recipe to change; None for none.

    Raises:
        PinxitError: when the living texture cannot be found, or a change is not allowed.
    """
    _format(target, target, None)
    check_place(target, overwrite=overwrite)
    chosen = {name: value for name, value in changes.items() if value is not None}
    changed = validated(LoopRecipe, {**recipe.model_dump(), **chosen})
    automaton, _ = load(inputs.locate(Input.model_validate(recipe.automaton), look_in))
    write_loop(loop_frames(automaton, changed), target, changed, overwrite=overwrite)


_LOOPS = tuple(form for form in FORMATS if form not in SHADERS)


def _format(source: Path, output: Path | None, to: str | None) -> str:
    """Return the format that is asked for, by its name or by the output's ending."""
    known = ", ".join(FORMATS)
    if to is not None and to not in FORMATS:
        raise PinxitError(f"a living texture is not exported as {to!r}: choose one of {known}.")
    if output is None:
        if to is None:
            raise PinxitError(f"say what {source.name} is to become: name a file, or give --to with one of {known}.")
        return to
    by_ending = {ending: form for form, ending in FORMATS.items()}.get(output.suffix.lower())
    form = to or by_ending
    if form is None:
        raise PinxitError(
            f"{output.name} has no ending of a living texture's export: end it in {', '.join(FORMATS.values())}."
        )
    if by_ending != form:
        raise PinxitError(
            f"{output.name} would hold {form}, whose files end in {FORMATS[form]}: change the name or --to."
        )
    return form
