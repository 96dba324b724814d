"""`stylize`, the library's main function, and `grade`: the same kind of picture comes out as goes in."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, Unpack, overload

from pinxit import image as pictures
from pinxit.errors import PinxitError
from pinxit.files.paths import check_apart
from pinxit.image import Picture
from pinxit.image.writer import holds_layers
from pinxit.inputs import PictureLike
from pinxit.preparation import StyleImage, prepare, style_images
from pinxit.recipe.options import SettingsOptions

if TYPE_CHECKING:
    from pinxit.recipe.progress import Progress

Kind = TypeVar("Kind")


@overload
def stylize(
    content: str | Path,
    style: PictureLike | StyleImage | Sequence[PictureLike | StyleImage],
    *,
    output: str | Path | None = None,
    on_progress: Callable[[Progress], object] | None = None,
    shares: Sequence[float] | None = None,
    keep: PictureLike | None = None,
    finer: PictureLike | None = None,
    broader: PictureLike | None = None,
    detailed: PictureLike | None = None,
    region_map: PictureLike | None = None,
    encoder_weights: str | Path | None = None,
    **options: Unpack[SettingsOptions],
) -> Path: ...
@overload
def stylize(
    content: Kind,
    style: PictureLike | StyleImage | Sequence[PictureLike | StyleImage],
    *,
    on_progress: Callable[[Progress], object] | None = None,
    shares: Sequence[float] | None = None,
    keep: PictureLike | None = None,
    finer: PictureLike | None = None,
    broader: PictureLike | None = None,
    detailed: PictureLike | None = None,
    region_map: PictureLike | None = None,
    encoder_weights: str | Path | None = None,
    **options: Unpack[SettingsOptions],
) -> Kind: ...
def stylize(
    content: Any,
    style: PictureLike | StyleImage | Sequence[PictureLike | StyleImage],
    *,
    output: str | Path | None = None,
    on_progress: Callable[[Progress], object] | None = None,
    shares: Sequence[float] | None = None,
    keep: PictureLike | None = None,
    finer: PictureLike | None = None,
    broader: PictureLike | None = None,
    detailed: PictureLike | None = None,
    region_map: PictureLike | None = None,
    encoder_weights: str | Path | None = None,
    **options: Unpack[SettingsOptions],
) -> Any:
    """Paint the content image in the style of one or several style images.

    Args:
        content: a path, `house:NAME`, `sample:NAME`, the bytes of a file, a file opened for reading bytes, a PIL picture,
            an array `(H, W[, C])` of uint8, uint16 or float in [0, 1], a tensor `([1, ]3, H, W)` in [0, 1], or a `Picture`.
        style: the same kinds. Several go into a list, with `shares=[…]` for their weights, or as `StyleImage`, which also
            says where each goes.
        output: the file to write, if the content is a path; `<content>-<style>.png` in the current folder where left out.
        on_progress: called after every iteration; an exception it raises ends the work.
        shares: the weight of each style in the mixture; equal where left out.
        keep: a mask of the content image, white for what stays as it is, bit for bit.
        finer: a mask of the content image, white where strokes are half as large.
        broader: the same, white where strokes are twice as large.
        detailed: the same, white where the photograph's fine detail stays.
        region_map: the regions of the content image for `match="regions"`, in greys: 0 to 15 is region 0, 16 to 31 region 1,
            and so on; they are found where left out.
        encoder_weights: a local checkpoint of the encoder.
        **options: any of the settings, as on the command line: `size=768`, `style_weight=20`, `preset="fine"` …

    Returns:
        The stylised picture as the same kind: the path written for a path, the bytes of a PNG with its recipe for bytes,
            such a file in memory for an opened file.

    Raises:
        PinxitError: one sentence on what is wrong and what to do.

    Example:
        >>> import pinxit
        >>> pinxit.stylize("sample:cat", "house:swirl", output="cat.png", preset="draft")  # doctest: +SKIP
        PosixPath('cat.png')
    """
    is_path = isinstance(content, str | Path)
    if output is not None and not is_path:
        raise PinxitError("output is for a content image given by its path: leave it out, and the result is returned.")
    target = None
    if is_path:
        target = Path(output) if output is not None else default_output(str(content), style)
        reads = [content, keep, finer, broader, detailed, region_map, options.get("init"), encoder_weights]
        reads += [file for one in style_images(style) for file in (one.picture, one.region, one.mask)]
        check_apart(reads=reads, writes={"the result": target})
        pictures.check_writable(target, overwrite=False)
    # Only files say in which colour space their numbers are.
    wide = target is not None
    job = prepare(
        content,
        style,
        shares=shares,
        keep=keep,
        finer=finer,
        broader=broader,
        detailed=detailed,
        region_map=region_map,
        encoder_weights=encoder_weights,
        wide=wide,
        **options,
    )
    for progress in job.paint():
        if on_progress:
            on_progress(progress)
    picture, recipe = job.result(progress)
    if target is not None:
        layers = job.layers(picture) if holds_layers(target) else ()
        return pictures.write(picture, target, recipe=recipe.to_json(), layers=layers)
    return _as_kind(picture, recipe.to_json(), content)


def grade(
    content: Any,
    style: PictureLike | Sequence[PictureLike],
    *,
    output: str | Path | None = None,
    lut: str | Path | None = None,
    strength: float | None = None,
    skin: float | None = None,
    shares: Sequence[float] | None = None,
) -> Any:
    """Give a photograph or a film the colours of other pictures; every edge stays where it is.

    Args:
        content: a photograph of any kind that `stylize` takes, or the path of a film.
        style: a picture whose colours to take, several in a list, or the path of a `.cube` file.
        output: the file to write, if the content is a path; `<content>-graded.png` or `.mp4` in the current folder where left
            out.
        lut: also write the grade there, as a `.cube` file.
        strength: how far the colours go, 0 to 1; 1 where left out.
        skin: how much of their colour the skins of people keep, 0 to 1; 0.6 where left out.
        shares: the weight of each style in the mixture; equal where left out.

    Returns:
        The graded picture as the same kind as `content`: the path written for a path.

    Raises:
        PinxitError: one sentence on what is wrong and what to do.

    Example:
        >>> import pinxit
        >>> pinxit.grade("photo.jpg", "film.jpg", output="graded.jpg", lut="look.cube")  # doctest: +SKIP
        PosixPath('graded.jpg')
    """
    from pinxit.grading import prepare_grade, write_table
    from pinxit.video.clip import is_film
    from pinxit.video.grade import check_grade, prepare_film_grade

    is_path = isinstance(content, str | Path)
    if output is not None and not is_path:
        raise PinxitError("output is for a photograph given by its path: leave it out, and the result is returned.")
    styles: list[Any] = list(style) if isinstance(style, list | tuple) else [style]
    film = is_path and is_film(Path(content).expanduser())
    target = None
    if is_path:
        ending = "mp4" if film else "png"
        target = Path(output) if output is not None else Path(f"{default_output(str(content), 'graded').stem}.{ending}")
    check_grade(content, styles, target, None if lut is None else Path(lut))
    if film and target is not None:
        film_job = prepare_film_grade(content, styles, shares=shares, strength=strength, skin=skin)
        for _ in film_job.paint(target):
            pass
        if lut is not None:
            film_job.write_table(lut)
        return target
    job = prepare_grade(content, styles, shares=shares, strength=strength, skin=skin)
    if lut is not None:
        write_table(job.table, lut)
    if target is not None:
        return pictures.write(job.result(), target, recipe=job.recipe.to_json())
    return _as_kind(job.result(), job.recipe.to_json(), content)


def default_output(content: str, style: object) -> Path:
    """Return the name of a result that is given none: `photo-starry_night.png` in the current folder."""

    def stem(source: object) -> str:
        if isinstance(source, list | tuple):
            return stem(source[0]) if source else "style"
        if isinstance(source, StyleImage):
            return stem(source.picture)
        return Path(str(source).partition(":")[2] or str(source)).stem if isinstance(source, str | Path) else "style"

    return Path(f"{stem(content)}-{stem(style)}.png")


def _as_kind(picture: Picture, recipe: str, like: Any) -> Any:
    """Return the picture as the kind of object that `like` is."""
    if isinstance(like, Picture):
        return picture
    if isinstance(like, bytes):
        return pictures.to_bytes(picture, recipe=recipe)
    if callable(getattr(like, "read", None)):
        return io.BytesIO(pictures.to_bytes(picture, recipe=recipe))
    if hasattr(like, "detach"):
        import torch

        tensor = torch.from_numpy(picture.pixels).to(like.device)
        return tensor.reshape(like.shape[:-3] + tensor.shape)
    if hasattr(like, "dtype"):
        return pictures.to_array(picture, like.dtype)
    return pictures.to_pil(picture)
