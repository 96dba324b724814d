"""From what a person hands over to a film that can be painted."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterable, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

from pinxit import __version__, inputs
from pinxit import picture as pictures
from pinxit.digest import file_sha256
from pinxit.errors import PinxitError
from pinxit.job import ORIGINAL
from pinxit.network import weights
from pinxit.network.weights import Weights
from pinxit.picture import Picture
from pinxit.picture.ingredients import LoadedStyle
from pinxit.picture.recipe import Input, Settings
from pinxit.video.clip import open_source
from pinxit.video.film import Film
from pinxit.video.flow import DenseInverseSearch, FlowMethod
from pinxit.video.recipe import FilmRecipe
from pinxit.video.source import FILM_RATE

# What a film has besides a picture's settings.
OPTIONS = (
    "consistency", "start", "end", "rate", "codec", "crf", "bits", "hdr", "temporal_weight", "long_term", "passes", "piece",
)  # fmt: skip


def prepare(
    clip: str | Path,
    styles: Sequence[tuple[inputs.PictureLike, float | None]] = (),
    *,
    shares: Sequence[float] | None = None,
    keyframes: str | Path | None = None,
    flow: FlowMethod | None = None,
    encoder_weights: str | Path | None = None,
    **options: Any,
) -> Film:
    """Check the options, look at the clip, read the pictures, write the recipe.

    Args:
        clip: a film, a GIF, or a folder of numbered frames.
        styles: style images, each with the time when the film is in it alone, s, or None for a mixture that stays; where
            there are none, the keyframes are.
        shares: how much each style counts, relative to the others; equal where left out.
        keyframes: a folder of painted frames, each with the frame's number, from 1, at the end of its name.
        flow: finds the optical flow; OpenCV's DIS where left out.
        encoder_weights: a local checkpoint of the encoder.
        options: any of the settings, see `pinxit.Settings`, and of the fields of `FilmRecipe`. The engine is the network,
            the size the clip's own, unless told otherwise.

    Raises:
        PinxitError: one sentence for the first thing wrong.
    """
    path = Path(clip).expanduser()
    own = {name: options.pop(name) for name in OPTIONS if options.get(name) is not None}
    options = {name: value for name, value in options.items() if value is not None and name not in OPTIONS}
    if not (options.get("preset") or options.get("engine")):
        options["engine"] = "network"
    if options.get("init") is not None:
        raise PinxitError("a film begins as its frames do: leave --init out.")
    rate = Fraction(own["rate"]) if "rate" in own else FILM_RATE
    source = open_source(path, rate, str(own.get("hdr", "tonemap")))
    if options.get("size") == ORIGINAL:
        options["size"] = max(source.height, source.width)
    settings = Settings.choose(options)
    if "size" not in options:
        longer = max(source.height, source.width)
        size = longer if settings.engine == "network" else min(longer, settings.size)
        settings = settings.model_copy(update={"size": size})
    painted = {} if keyframes is None else _keyframes(Path(keyframes).expanduser(), settings.size)
    named = list(styles) or [(file, None) for file, _, _ in painted.values()]
    if not named:
        raise PinxitError("no style is given: name one by --style, or painted frames by --keyframes.")
    if shares is not None and len(shares) != len(named):
        raise PinxitError(f"{len(shares)} shares are given for {len(named)} styles: give one each.")
    read = [_style(picture, round(settings.size * settings.style_scale)) for picture, _ in named]
    encoder_file = None if encoder_weights is None else Path(encoder_weights)
    if encoder_file is not None and not encoder_file.is_file():
        raise PinxitError(f"there is no weights file {encoder_file}: `pinxit weights list` says what there is.")
    recipe = FilmRecipe.make(
        settings,
        pinxit=__version__,
        content=_known(path),
        styles=[
            {**entry.model_dump(), "share": share, "at": at}
            for (_, entry, _), (_, at), share in zip(read, named, shares or [1.0] * len(named), strict=True)
        ],
        keyframes=[{**entry.model_dump(), "number": number} for number, (_, _, entry) in painted.items()],
        encoder_sha256="" if encoder_file is None else file_sha256(encoder_file),
        **own,
    )
    return Film(
        recipe,
        source,
        tuple(style for style, _, _ in read),
        {number - 1: picture for number, (_, picture, _) in painted.items()},
        {style.network: network for style, _, network in read if network is not None},
        encoder_file,
        flow or DenseInverseSearch(),
    )


def prepare_again(
    recipe: FilmRecipe,
    *,
    look_in: Iterable[Path] = (),
    flow: FlowMethod | None = None,
    encoder_weights: str | Path | None = None,
    **changes: Any,
) -> Film:
    """The film that a recipe describes, with its clip and its pictures found again by their content.

    Args:
        recipe: from a film.
        look_in: folders to search, with their subfolders, besides where each was last seen.
        changes: settings to change.

    Raises:
        PinxitError: when the clip, a picture or the weights file cannot be found, or a change is not allowed.
    """
    folders = list(look_in)
    changes = {name: value for name, value in changes.items() if value is not None}
    if changes:
        recipe = recipe.change(changes)
    source = open_source(_found(recipe.content, folders), Fraction(recipe.rate), recipe.hdr)
    size = round(recipe.size * recipe.style_scale)
    networks = {
        style.sha256: weights.load(inputs.locate(style, folders))
        for style in recipe.styles
        if inputs.is_network(style.name)
    }
    styles = tuple(
        LoadedStyle(
            inputs.find(style, size, folders), style.share, network=style.sha256 if style.sha256 in networks else ""
        )
        for style in recipe.styles
    )
    keyframes = {key.number - 1: inputs.find(key, recipe.size, folders) for key in recipe.keyframes}
    encoder_file = None if encoder_weights is None else Path(encoder_weights)
    return Film(recipe, source, styles, keyframes, networks, encoder_file, flow or DenseInverseSearch())


def _style(source: inputs.PictureLike, size: int) -> tuple[LoadedStyle, Input, Weights | None]:
    picture, entry = inputs.load_style(source, size)
    if not inputs.is_network(source):
        return LoadedStyle(picture), entry, None
    return LoadedStyle(picture, network=entry.sha256), entry, weights.load(Path(source))  # type: ignore[arg-type]


def _keyframes(folder: Path, size: int) -> dict[int, tuple[Path, Picture, Input]]:
    """Painted frames by their number."""
    found: dict[int, tuple[Path, Picture, Input]] = {}
    for file in pictures.expand([str(folder)]):
        number = re.search(r"(\d+)$", file.stem)
        if number is None or int(number[1]) < 1:
            raise PinxitError(f"{file.name} does not say which frame it is: end its name in the number, from 1.")
        if int(number[1]) in found:
            raise PinxitError(f"{file.name} and {found[int(number[1])][0].name} are the same frame: leave one out.")
        found[int(number[1])] = (file, *inputs.load(file, size))
    return dict(sorted(found.items()))


def _known(path: Path) -> Input:
    """A clip, or a folder of frames, by its content."""
    if path.is_file():
        return inputs.known(path)
    entry = Input(name=path.resolve().name[-255:] or "frames", sha256=_folder_sha256(path))
    inputs.remember(entry, path)
    return entry


def _found(entry: Input, folders: Sequence[Path]) -> Path:
    """Where a clip or a folder of frames is now."""
    if entry.bytes:
        return inputs.locate(entry, folders)
    seen = inputs.last_seen(entry)
    inside = (Path(parent) / name for folder in folders for parent, names, _ in os.walk(folder) for name in names)
    for path in (*([seen] if seen else []), *(path for path in inside if path.name == entry.name)):
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
