"""From what a caller hands over to a `Job`: check the options, read the pictures, write the recipe."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar, Unpack

import numpy as np

from pinxit import inputs
from pinxit.errors import PinxitError
from pinxit.faces import face_map, find
from pinxit.files.hashing import file_sha256
from pinxit.image import Picture
from pinxit.image.picture import Gamut, Pixels
from pinxit.image.wide_color import in_gamut
from pinxit.inputs import PictureLike
from pinxit.job import Job
from pinxit.network import weights
from pinxit.recipe.inputs import JobInputs, StyleInput
from pinxit.recipe.masks import labels_from, mask_from, only
from pinxit.recipe.options import SettingsOptions
from pinxit.recipe.recipe import Input, Recipe, Settings, Style
from pinxit.recipe.stroke_sizes import BROADER
from pinxit.version import __version__

S = TypeVar("S", bound=Settings)

ORIGINAL = "original"
"""As a size: the content image's own."""
_MASKS = {
    "keep": "what is to be kept",
    "finer": "where strokes are to be finer",
    "broader": "where strokes are to be broader",
    "detailed": "where detail is to stay",
}
"""The masks of the content image, by the recipe's field, and what is white in them."""


@dataclass(frozen=True)
class StyleImage:
    """A style image with its share and masks; accepted wherever a style is.

    Attributes:
        picture: the style image.
        share: its weight in a mixture; only the ratio of the shares matters.
        region: a mask of the content image, white where this style goes. Styles without one share the rest.
        mask: a mask of the style image itself, white for the part to use.
    """

    picture: PictureLike
    share: float = 1.0
    region: PictureLike | None = None
    mask: PictureLike | None = None


@dataclass(frozen=True)
class _StylePictures:
    """A style image as it was read, with its masks still pictures.

    Attributes:
        picture: the style image.
        region: the mask of the content image.
        mask: the mask of the style image.
    """

    picture: Picture
    region: Picture | None
    mask: Picture | None


def prepare(
    content: PictureLike,
    style: PictureLike | StyleImage | Sequence[PictureLike | StyleImage],
    *,
    shares: Sequence[float] | None = None,
    keep: PictureLike | None = None,
    finer: PictureLike | None = None,
    broader: PictureLike | None = None,
    detailed: PictureLike | None = None,
    region_map: PictureLike | None = None,
    encoder_weights: str | Path | None = None,
    wide: bool = False,
    **options: Unpack[SettingsOptions],
) -> Job:
    """Check the options, read the pictures and write the recipe.

    Args:
        content: the content image.
        style: a style image or several; a `StyleImage` says where one goes.
        shares: the weight of each style in the mixture; equal where left out.
        keep: a mask of the content image, white for what stays as it is, bit for bit.
        finer: a mask of the content image, white where strokes are half as large.
        broader: the same, white where strokes are twice as large.
        detailed: the same, white where the content image's fine detail stays.
        region_map: the regions of the content image for `match` `regions`, see `pinxit.recipe.masks.labels_from`; they are
            found where left out.
        encoder_weights: a local checkpoint of the encoder.
        wide: paint in Display P3 where the content image has colours beyond sRGB, for results that are written with a profile.
        **options: any of the settings, see `pinxit.Settings`; `init` may also be a picture.

    Raises:
        PinxitError: one sentence for the first thing wrong.
    """
    styles = style_images(style, shares)
    if callable(getattr(content, "read", None)):
        content = inputs.content_of(content)
    chosen, start = _split_init({**options})
    if any(inputs.is_network(one.picture) for one in styles) and not (chosen.get("preset") or chosen.get("engine")):
        chosen = {**chosen, "preset": "instant"}
    settings = with_features(Settings.choose(at_own_size(chosen, content)))
    encoder_file = None if encoder_weights is None else Path(encoder_weights)
    if encoder_file is not None and not encoder_file.is_file():
        raise PinxitError(f"there is no weights file {encoder_file}: `pinxit weights list` shows the ones available.")

    start_picture, start_input = _load(start, settings.size, wide=wide)
    # A network of one style paints in the colours that it was trained on, which are sRGB's.
    wide = wide and not any(inputs.is_network(one.picture) for one in styles)
    content_picture, content_input = inputs.load(content, settings.size, wide=wide)
    gamut = content_picture.gamut
    given = {"keep": keep, "finer": finer, "broader": broader, "detailed": detailed, "region_map": region_map}
    loaded = {name: _load(one, settings.size) for name, one in given.items()}
    masks = {name: picture for name, (picture, _) in loaded.items()}
    style_size = _style_size(settings, broader)
    entries: list[dict[str, Any]] = []
    style_pictures: list[_StylePictures] = []
    for one in styles:
        picture, entry = inputs.load(one.picture, style_size)
        region, region_input = _load(one.region, settings.size)
        mask, mask_input = _load(one.mask, style_size)
        entries.append({**entry.model_dump(), "share": one.share, "region": region_input, "mask": mask_input})
        style_pictures.append(_StylePictures(in_gamut(picture, gamut), region, mask))
    recipe = Recipe.make(
        settings,
        pinxit=__version__,
        content=content_input,
        styles=entries,
        init_picture=start_input,
        **{name: entry for name, (_, entry) in loaded.items()},
        encoder_sha256="" if encoder_file is None else file_sha256(encoder_file),
        gamut=gamut,
    )
    networks = {
        entry.sha256: weights.load(Path(one.picture))  # type: ignore[arg-type]
        for one, entry in zip(styles, recipe.styles, strict=True)
        if inputs.is_network(one.picture)
    }
    return Job(
        recipe,
        _job_inputs(recipe, content_picture, style_pictures, _in_gamut(start_picture, gamut), masks),
        encoder_file,
        networks,
    )


def job_from_recipe(
    recipe: Recipe,
    *,
    look_in: Iterable[Path] = (),
    encoder_weights: str | Path | None = None,
    content: Picture | None = None,
    **changes: Unpack[SettingsOptions],
) -> Job:
    """Return the job that a recipe describes, with its pictures found again by their content.

    Args:
        recipe: from a picture's file.
        look_in: folders to search, with their subfolders, besides where each picture was last seen.
        encoder_weights: the local checkpoint of the encoder that the recipe was painted with.
        content: the content image, if the caller has it already.
        **changes: settings to change; the schedule then runs anew instead of for exactly the iterations done.

    Raises:
        PinxitError: when a picture or the weights file cannot be found, or a change is not allowed.
    """
    folders = list(look_in)
    chosen, new_start = _split_init({name: value for name, value in changes.items() if value is not None})
    start_picture = None
    if new_start is not None:
        start_picture, chosen["init_picture"] = inputs.load(new_start, recipe.size)
    if chosen.get("size") == ORIGINAL:
        content = content or inputs.find(recipe.content, recipe.size, folders)
        chosen = at_own_size(chosen, content)
    if chosen:
        recipe = with_features(recipe.change(chosen))

    def find(entry: Input | None, size: int) -> Picture | None:
        return None if entry is None else inputs.find(entry, size, folders)

    style_size = _style_size(recipe, recipe.broader)
    wide = recipe.gamut == "p3"
    content = in_gamut(content or inputs.find(recipe.content, recipe.size, folders, wide=wide), recipe.gamut)
    style_pictures = [
        _StylePictures(
            in_gamut(inputs.find(style, style_size, folders), recipe.gamut),
            find(style.region, recipe.size),
            find(style.mask, style_size),
        )
        for style in recipe.styles
    ]
    if recipe.init == "picture" and start_picture is None:
        if recipe.init_picture is None:
            raise PinxitError("the recipe starts from a picture but names none: give one by --init.")
        start_picture = inputs.find(recipe.init_picture, recipe.size, folders, wide=wide)
    start_picture = _in_gamut(start_picture, recipe.gamut)
    masks = {name: find(getattr(recipe, name), recipe.size) for name in (*_MASKS, "region_map")}
    job_inputs = _job_inputs(recipe, content, style_pictures, start_picture, masks)
    networks = {
        style.sha256: weights.load(inputs.locate(style, folders))
        for style in recipe.styles
        if inputs.is_network(style.name)
    }
    return Job(recipe, job_inputs, None if encoder_weights is None else Path(encoder_weights), networks)


def style_images(
    style: PictureLike | StyleImage | Sequence[PictureLike | StyleImage], shares: Sequence[float] | None = None
) -> list[StyleImage]:
    """Return one or several styles as `StyleImage`s.

    Args:
        style: a style image or several.
        shares: the weight of each in the mixture; their own where left out.

    Raises:
        PinxitError: when there is no style, or not a share for each.
    """
    several: list[Any] = list(style) if isinstance(style, list | tuple) else [style]
    if not several:
        raise PinxitError("no style is given: name at least one picture, or house:NAME (`pinxit styles` shows them).")
    if shares is not None and len(shares) != len(several):
        raise PinxitError(f"{len(shares)} shares are given for {len(several)} styles: give one each.")
    images = [one if isinstance(one, StyleImage) else StyleImage(one) for one in several]
    if shares is None:
        return images
    return [replace(one, share=float(share)) for one, share in zip(images, shares, strict=True)]


def with_features(settings: S) -> S:
    """Return the settings with `match_by` `auto` replaced by the features it means on this machine, if any are used."""
    if settings.match_by != "auto" or not settings.matched:
        return settings
    from pinxit.encoder.semantics import available

    return settings.model_copy(update={"match_by": available()})


def at_own_size(options: dict[str, Any], content: PictureLike) -> dict[str, Any]:
    """Return the options with size `original` replaced by the content image's longer side, px.

    Recipes hold the number, not the word: they say what was painted, whichever content image they are opened with.

    Raises:
        PinxitError: when the content image has no size of its own, or cannot be read.
    """
    if options.get("size") != ORIGINAL:
        return options
    if isinstance(content, str) and content.startswith(inputs.HOUSE):
        raise PinxitError(f"{content} is drawn at any size and has none of its own: give --size a number of px.")
    picture, _ = inputs.load(content, 0)
    return {**options, "size": max(picture.height, picture.width)}


def _load(source: PictureLike | None, size: int, *, wide: bool = False) -> tuple[Picture | None, Input | None]:
    return (None, None) if source is None else inputs.load(source, size, wide=wide)


def _in_gamut(picture: Picture | None, gamut: Gamut) -> Picture | None:
    return None if picture is None else in_gamut(picture, gamut)


def _split_init(options: dict[str, Any]) -> tuple[dict[str, Any], PictureLike | None]:
    """Return the options with `init` as a word, and the picture to start from where `init` was one."""
    start = options.get("init")
    if start is None or (isinstance(start, str) and start in ("content", "noise", "style", "network")):
        return options, None
    return {**options, "init": "picture"}, start


def _job_inputs(
    recipe: Recipe,
    content: Picture,
    styles: Sequence[_StylePictures],
    start: Picture | None,
    pictures: Mapping[str, Picture | None],
) -> JobInputs:
    """Turn the mask pictures, by the recipe's field, into masks, and check that something is left to see."""
    style_inputs = tuple(
        _style_input(entry, pictures, content) for entry, pictures in zip(recipe.styles, styles, strict=True)
    )
    map_entry, region_map = recipe.region_map, pictures["region_map"]
    labels = None if region_map is None or map_entry is None else labels_from(region_map, content, map_entry.name)
    masks: dict[str, Any] = {
        name: _painted_mask(name, getattr(recipe, name), content, pictures[name]) for name in _MASKS
    }
    masks["keep"] = _with_faces(recipe, content, masks["keep"])
    return JobInputs(content, style_inputs, start, regions=labels, **masks)


def _style_input(entry: Style, pictures: _StylePictures, content: Picture) -> StyleInput:
    picture = pictures.picture
    visible = _mask(pictures.mask, entry.mask, picture, f"the style image {entry.name}")
    inputs.check_shows(picture, entry.name)
    if picture.alpha is not None:  # pixels that cannot be seen do not count
        alpha = np.where(picture.alpha < picture.alpha.max() / 2, np.float32(0), picture.alpha)
        visible = alpha if visible is None else visible * alpha
    if visible is not None and visible.max() < inputs.LEAST_SEEN:
        raise PinxitError(
            f"the mask {entry.mask.name if entry.mask else ''} is black: nothing of {entry.name} is left, "
            "paint the part to use white."
        )
    return StyleInput(
        picture if visible is None else only(picture, visible),
        entry.share,
        _mask(pictures.region, entry.region, content, "the content image"),
        visible,
        entry.sha256 if inputs.is_network(entry.name) else "",
    )


def _painted_mask(name: str, entry: Input | None, content: Picture, picture: Picture | None) -> Pixels | None:
    """Return a mask of the content image, by the name of its field.

    Raises:
        PinxitError: when nothing in it is white.
    """
    mask = _mask(picture, entry, content, "the content image")
    if mask is not None and entry is not None and mask.max() < inputs.LEAST_SEEN:
        raise PinxitError(f"the mask {entry.name} is black: paint white {_MASKS[name]}, or leave out --{name}.")
    return mask


def _with_faces(recipe: Recipe, content: Picture, keep: Pixels | None) -> Pixels | None:
    """Return the mask of what stays as it is with the faces, where the recipe keeps them."""
    if recipe.faces != "keep":
        return keep
    faces = face_map(find(content), content.height, content.width)
    return faces if keep is None else np.maximum(keep, faces)


def _style_size(settings: Settings, broader: object) -> int:
    """Return the longer side at which style images are needed, px; `broader` is the mask of broader strokes, or None."""
    return round(settings.size * settings.style_scale * (1 if broader is None else BROADER))


def _mask(picture: Picture | None, entry: Input | None, like: Picture, of: str) -> Pixels | None:
    return None if picture is None or entry is None else mask_from(picture, like, entry.name, of)
