"""Prepare films: check options, open the clip, load the styles, and write the recipe."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any, Literal, TypeAlias, Unpack

import numpy as np

from pinxit import image as pictures
from pinxit import inputs
from pinxit.errors import PinxitError
from pinxit.files.hashing import file_sha256
from pinxit.image import Picture
from pinxit.image.picture import Pixels
from pinxit.network import weights
from pinxit.network.weights import NetworkWeights
from pinxit.preparation import ORIGINAL, with_features
from pinxit.recipe.inputs import StyleInput
from pinxit.recipe.masks import mask_from
from pinxit.recipe.options import SettingsOptions
from pinxit.recipe.recipe import Input, Settings
from pinxit.version import __version__
from pinxit.video.clip import open_source
from pinxit.video.job import VideoJob
from pinxit.video.optical_flow import DenseInverseSearch, FlowMethod
from pinxit.video.recipe import AUTO_KEYS, TimedStyle, VideoOptions, VideoRecipe
from pinxit.video.source import DEFAULT_RATE, FrameSource

StyleTime: TypeAlias = float | tuple[float, float] | None
"""When the film has a style alone: at a time or between two, s; None for a constant mixture."""
FilmRegionLike: TypeAlias = (
    tuple[inputs.PictureLike, inputs.PictureLike, int] | tuple[inputs.PictureLike, inputs.PictureLike, int, StyleTime]
)
"""A mask, white where its style is; a style image; the frame that the mask is drawn on, from 1; and the style's time."""
OPTIONS = tuple(name for name in VideoOptions.__annotations__ if name not in SettingsOptions.__annotations__)
"""Fields of `VideoRecipe` that a user chooses besides a picture's settings."""


def prepare_video(
    clip: str | Path,
    styles: Sequence[tuple[inputs.PictureLike, StyleTime]] = (),
    *,
    shares: Sequence[float] | None = None,
    keyframes: str | Path | None = None,
    key: Mapping[int, inputs.PictureLike] | None = None,
    key_masks: Mapping[int, inputs.PictureLike] | None = None,
    regions: Sequence[FilmRegionLike] = (),
    flow: FlowMethod | None = None,
    encoder_weights: str | Path | None = None,
    **options: Unpack[VideoOptions],
) -> VideoJob:
    """Prepare a film from a clip and styles.

    Args:
        clip: a film, a GIF, or a folder of numbered frames.
        styles: style images, each with the time at which the film has this style alone, s, or two times between which it has,
            or None for a constant mixture; without any, the painted keyframes are the styles.
        shares: weight of each style relative to the others; equal by default.
        keyframes: a folder of painted frames, each with the frame's number, from 1, at the end of its name.
        key: painted frames by their number, from 1, besides those of `keyframes`.
        key_masks: masks of keyframes by their number, from 1: white where the keyframe is followed. By default it is followed
            where it is opaque.
        regions: styles for parts of the picture; each part follows what it shows through its shot. `styles` have the rest. The
            same mask may have several styles, which are mixed or follow one another. Another mask of the same style in the same
            shot is that part, drawn again: between the two frames, one becomes the other.
        flow: the optical flow method; OpenCV's DIS by default.
        encoder_weights: a local checkpoint of the encoder.
        options: any of the settings, see `pinxit.Settings`, and of the fields of `VideoRecipe`. By default, the engine is the
            network, and the size is the clip's own. The optimiser chooses `keys` by itself unless they are named, `()` for
            none, or frames are given that are painted already, or `long_term`, or several `passes`.

    Raises:
        PinxitError: for the first mistake in the options, the clip or the pictures.
    """
    path = Path(clip).expanduser()
    chosen: dict[str, Any] = {name: value for name, value in options.items() if value is not None}
    own = {name: chosen.pop(name) for name in OPTIONS if name in chosen}
    if not (chosen.get("preset") or chosen.get("engine")):
        chosen["engine"] = "network"
    if chosen.get("init") is not None:
        raise PinxitError("a film begins as its frames do: leave --init out.")
    rate = Fraction(own["rate"]) if "rate" in own else DEFAULT_RATE
    source = open_source(path, rate, str(own.get("hdr", "tonemap")))
    if chosen.get("size") == ORIGINAL:
        chosen["size"] = max(source.height, source.width)
    settings = with_features(Settings.choose(chosen))
    _check_assignment(settings)
    if settings.faces == "keep" and settings.engine == "network":
        raise PinxitError("--faces keep is for films by the optimiser: add --engine optimizer.")
    if "size" not in chosen:
        longer = max(source.height, source.width)
        size = longer if settings.engine == "network" else min(longer, settings.size)
        settings = settings.model_copy(update={"size": size})
    painted = {} if keyframes is None else _keyframes(Path(keyframes).expanduser(), settings.size)
    painted = _with_more(painted, key or {}, settings.size)
    keys = _check_keys(own.get("keys", _default_keys(settings, own, painted)), painted, key_masks or {})
    masks = {number: inputs.load(mask, settings.size) for number, mask in sorted((key_masks or {}).items())}
    named_styles = list(styles) or [(file, None) for file, _, _ in painted.values()] * (not regions)
    if not named_styles and not regions:
        raise PinxitError("no style is given: name one by --style, or painted frames by --key or --keyframes.")
    if shares is not None and len(shares) != len(named_styles):
        raise PinxitError(f"{len(shares)} shares are given for {len(named_styles)} styles: give one each.")
    size = round(settings.size * settings.style_scale)
    read = [
        _style(picture, size) for picture in (*(picture for picture, _ in named_styles), *(one[1] for one in regions))
    ]
    placed = [_region(region, source, settings.size) for region in regions]
    encoder_file = None if encoder_weights is None else Path(encoder_weights)
    if encoder_file is not None and not encoder_file.is_file():
        raise PinxitError(f"there is no weights file {encoder_file}: `pinxit weights list` shows what there is.")
    recipe = VideoRecipe.make(
        settings,
        pinxit=__version__,
        content=input_of(path),
        styles=[
            {**entry.model_dump(), "share": share, **_time(at)}
            for (_, entry, _), (_, at), share in zip(
                read, named_styles, shares or [1.0] * len(named_styles), strict=False
            )
        ]
        + [
            {**entry.model_dump(), "region": mask.model_dump(), "region_frame": frame, **_time(at)}
            for (_, entry, _), (_, mask, frame, at) in zip(read[len(named_styles) :], placed, strict=True)
        ],
        keyframes=[{**entry.model_dump(), "number": number} for number, (_, _, entry) in painted.items()],
        key_masks=[{**entry.model_dump(), "number": number} for number, (_, entry) in masks.items()],
        encoder_sha256="" if encoder_file is None else file_sha256(encoder_file),
        **{**own, **({"keys": keys} if keys else {})},
    )
    return VideoJob(
        recipe,
        source,
        tuple(
            replace(style, region=region)
            for (style, _, _), region in zip(
                read, [None] * len(named_styles) + [one for one, _, _, _ in placed], strict=True
            )
        ),
        {number - 1: picture for number, (_, picture, _) in painted.items()},
        {number - 1: picture for number, (picture, _) in masks.items()},
        {style.network: network for style, _, network in read if network is not None},
        encoder_file,
        flow or DenseInverseSearch(),
    )


def video_from_recipe(
    recipe: VideoRecipe,
    *,
    look_in: Iterable[Path] = (),
    flow: FlowMethod | None = None,
    encoder_weights: str | Path | None = None,
    **changes: Unpack[SettingsOptions],
) -> VideoJob:
    """Prepare the film that a recipe describes; its clip and its pictures are found by their content.

    Args:
        recipe: the recipe of a film.
        look_in: folders to search, with their subfolders, besides the places where files were last seen.
        flow: the optical flow method; OpenCV's DIS by default.
        encoder_weights: a local checkpoint of the encoder.
        changes: settings to change, by name.

    Raises:
        PinxitError: when the clip, a picture or the weights file cannot be found, or a change is not allowed.
    """
    folders = list(look_in)
    chosen = {name: value for name, value in changes.items() if value is not None}
    if chosen:
        recipe = with_features(recipe.change(chosen))
        _check_assignment(recipe)
    source = open_source(locate(recipe.content, folders), Fraction(recipe.rate), recipe.hdr)
    size = round(recipe.size * recipe.style_scale)
    networks = {
        style.sha256: weights.load(inputs.locate(style, folders))
        for style in recipe.styles
        if inputs.is_network(style.name)
    }
    styles = tuple(
        StyleInput(
            inputs.find(style, size, folders),
            style.share,
            region=_found_region(style, source, recipe.size, folders),
            network=style.sha256 if style.sha256 in networks else "",
        )
        for style in recipe.styles
    )
    keyframes, key_masks = (
        {key.number - 1: inputs.find(key, recipe.size, folders) for key in keys}
        for keys in (recipe.keyframes, recipe.key_masks)
    )
    encoder_file = None if encoder_weights is None else Path(encoder_weights)
    return VideoJob(recipe, source, styles, keyframes, key_masks, networks, encoder_file, flow or DenseInverseSearch())


def _check_assignment(settings: Settings) -> None:
    if settings.assignment is not None:
        raise PinxitError(
            "an assignment names the regions of one picture, and a film's frames have others: leave it out."
        )


def _style(source: inputs.PictureLike, size: int) -> tuple[StyleInput, Input, NetworkWeights | None]:
    picture, entry = inputs.load_style(source, size)
    if not inputs.is_network(source):
        return StyleInput(picture), entry, None
    return StyleInput(picture, network=entry.sha256), entry, weights.load(Path(source))  # type: ignore[arg-type]


def _region(region: FilmRegionLike, source: FrameSource, size: int) -> tuple[Pixels, Input, int, StyleTime]:
    """Return a region's mask, its entry in the recipe, the frame that it is drawn on, from 1, and its style's time."""
    mask, _, frame, *rest = region
    _check_number(frame)
    picture, entry = inputs.load(mask, size)
    return _mask_of(picture, entry, source), entry, frame, rest[0] if rest else None


def _found_region(style: TimedStyle, source: FrameSource, size: int, folders: Sequence[Path]) -> Pixels | None:
    """Return the mask of a recipe's style; None for one without a region."""
    if style.region is None:
        return None
    return _mask_of(inputs.find(style.region, size, folders), style.region, source)


def _mask_of(picture: Picture, entry: Input, source: FrameSource) -> Pixels:
    scale = max(picture.height, picture.width) / max(source.height, source.width)
    height, width = (max(1, round(side * scale)) for side in (source.height, source.width))
    mask = mask_from(picture, Picture(np.zeros((3, height, width), np.float32)), entry.name, "the film")
    if not mask.any():
        raise PinxitError(f"the mask {entry.name} is black everywhere: paint the part that the style is for white.")
    return mask


def _time(at: StyleTime) -> dict[str, float | None]:
    """Return a style's times by the names of the recipe's fields."""
    begin, end = at if isinstance(at, tuple) else (at, None)
    return {"at": begin, "until": end}


def _with_more(
    painted: dict[int, tuple[inputs.PictureLike, Picture, Input]], key: Mapping[int, inputs.PictureLike], size: int
) -> dict[int, tuple[inputs.PictureLike, Picture, Input]]:
    """Return painted frames by their number, from a folder and named one by one."""
    both = dict(painted)
    for number, file in key.items():
        _check_number(number)
        if number in painted:
            raise PinxitError(f"key {number} is in the folder of keyframes already: leave one of them out.")
        both[number] = (file, *inputs.load(file, size))
    return dict(sorted(both.items()))


def _default_keys(
    settings: Settings, own: Mapping[str, Any], painted: Mapping[int, object]
) -> tuple[int, ...] | Literal["auto"]:
    """Return the keyframes of a film whose user named none: the optimiser's chosen ones, or those painted by a person alone."""
    asks_for_none = painted or own.get("consistency") == "off" or own.get("long_term") or int(own.get("passes", 1)) > 1
    return () if settings.engine == "network" or asks_for_none else AUTO_KEYS


def _check_keys(
    keys: Sequence[int] | Literal["auto"], painted: Mapping[int, object], masks: Mapping[int, inputs.PictureLike]
) -> tuple[int, ...] | Literal["auto"]:
    """Return the numbers of the keyframes that pinxit paints, in order, or raise PinxitError for wrong ones."""
    named = () if keys == AUTO_KEYS else keys
    for number in named:
        _check_number(number)
        if number in painted:
            raise PinxitError(f"key {number} is to be painted, and is given as a picture too: leave one of them out.")
        if list(named).count(number) > 1:
            raise PinxitError(f"key {number} is named twice: name it once.")
    for number in masks:
        if number not in painted and number not in named:
            raise PinxitError(f"there is a mask for key {number}, but no such key: give it by --key or --keys.")
    return AUTO_KEYS if keys == AUTO_KEYS else tuple(sorted(named))


def _check_number(number: int) -> None:
    if number < 1:
        raise PinxitError(f"there is no frame {number}: frames are counted from 1.")


def _keyframes(folder: Path, size: int) -> dict[int, tuple[inputs.PictureLike, Picture, Input]]:
    """Return painted frames by their number."""
    if not folder.exists():
        raise PinxitError(f"there is no folder {folder}: check the name of the folder of keyframes.")
    found: dict[int, tuple[inputs.PictureLike, Picture, Input]] = {}
    names: dict[int, str] = {}
    for file in pictures.expand([str(folder)]):
        number = re.search(r"(\d+)$", file.stem)
        if number is None or int(number[1]) < 1:
            raise PinxitError(f"{file.name} does not say which frame it is: end its name in the number, from 1.")
        if int(number[1]) in found:
            raise PinxitError(f"{file.name} and {names[int(number[1])]} are the same frame: leave one out.")
        names[int(number[1])] = file.name
        found[int(number[1])] = (file, *inputs.load(file, size))
    return dict(sorted(found.items()))


def input_of(path: Path) -> Input:
    """Return a clip or a folder of frames as a recipe stores it, and remember where it is."""
    if path.is_file():
        return inputs.known(path)
    entry = Input(name=path.resolve().name[-255:] or "frames", sha256=_folder_sha256(path))
    inputs.remember(entry, path)
    return entry


def locate(entry: Input, folders: Sequence[Path]) -> Path:
    """Return the path of a clip or a folder of frames, found by its content."""
    if entry.bytes:
        return inputs.locate(entry, folders)
    last_seen = inputs.last_seen(entry)
    inside = (Path(parent) / name for folder in folders for parent, names, _ in os.walk(folder) for name in names)
    for path in (*([last_seen] if last_seen else []), *(path for path in inside if path.name == entry.name)):
        if path.is_dir() and _folder_sha256(path) == entry.sha256:
            return path
    raise PinxitError(
        f"cannot find the folder of frames {entry.name!r} where it was last seen or here: "
        "name the folder that it is in with --look-in."
    )


def _folder_sha256(path: Path) -> str:
    digest = hashlib.sha256()
    for file in pictures.expand([str(path)]):
        digest.update(f"{file.name}\0{file_sha256(file)}\n".encode())
    return digest.hexdigest()
