"""The library's one verb: whatever kind of picture goes in, the same kind comes out."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, overload

from pinxit import inputs
from pinxit import picture as pictures
from pinxit.errors import PinxitError
from pinxit.job import StyleImage, prepare
from pinxit.picture import Picture
from pinxit.picture.paths import check_apart
from pinxit.picture.recipe import Recipe

if TYPE_CHECKING:
    from pinxit.picture.progress import Progress

Kind = TypeVar("Kind")


@overload
def stylize(
    content: str | Path,
    style: inputs.PictureLike | StyleImage | Sequence[inputs.PictureLike | StyleImage],
    *,
    output: str | Path | None = None,
    on_progress: Callable[[Progress], object] | None = None,
    **options: Any,
) -> Path: ...
@overload
def stylize(
    content: Kind,
    style: inputs.PictureLike | StyleImage | Sequence[inputs.PictureLike | StyleImage],
    *,
    on_progress: Callable[[Progress], object] | None = None,
    **options: Any,
) -> Kind: ...
def stylize(
    content: Any,
    style: inputs.PictureLike | StyleImage | Sequence[inputs.PictureLike | StyleImage],
    *,
    output: str | Path | None = None,
    on_progress: Callable[[Progress], object] | None = None,
    **options: Any,
) -> Any:
    """Paint the content image in the manner of one or several style images.

    Args:
        content: a path, `house:NAME`, `sample:NAME`, the bytes of a file, a file opened to read them, a PIL picture,
            an array `(H, W[, C])` of uint8, uint16 or float in [0, 1], a tensor `([1, ]3, H, W)` in [0, 1], or a `Picture`.
        style: the same kinds; several in a list, with `shares=[…]` for how much each counts, or as `StyleImage`, which
            also says where each goes.
        output: for a path: the file to write; left out, `<content>-<style>.png` in the current folder.
        on_progress: called after every iteration; an exception it raises ends the work.
        options: any of the settings, as on the command line (`size=768`, `style_weight=20`, `preset="fine"` …), and
            `keep`, a mask of what stays as it is.

    Returns:
        The stylised picture as the same kind: for a path the path written, for bytes those of a PNG with its recipe,
            and for an opened file such a file in memory.

    Raises:
        PinxitError: one sentence on what is wrong and what to do.

    Example:
        >>> import pinxit
        >>> pinxit.stylize("sample:cat", "house:swirl", output="cat.png", preset="draft")  # doctest: +SKIP
        PosixPath('cat.png')
    """
    is_path = isinstance(content, str | Path)
    if output is not None and not is_path:
        raise PinxitError("output is for a content image given by its path: other kinds are given back.")
    target = None
    if is_path:
        target = Path(output) if output is not None else default_output(str(content), style)
        parts: list[Any] = list(style) if isinstance(style, list | tuple) else [style]
        told = [one if isinstance(one, StyleImage) else StyleImage(one) for one in parts]
        reads = [content, options.get("keep"), options.get("init"), options.get("encoder_weights")]
        check_apart(
            reads=reads + [one for style in told for one in (style.picture, style.region, style.mask)],
            writes={"the result": target},
        )
        pictures.check_writable(target, overwrite=False)
    job = prepare(content, style, **options)
    for progress in job.paint():
        if on_progress:
            on_progress(progress)
    picture, recipe = job.result(progress)
    if target is not None:
        return pictures.write(picture, target, recipe=recipe.to_json())
    return _as_kind(picture, recipe, content)


def default_output(content: str, style: object) -> Path:
    """`photo-starry_night.png` in the current folder: what a result is called when nobody says."""

    def stem(source: object) -> str:
        if isinstance(source, list | tuple):
            return stem(source[0]) if source else "style"
        if isinstance(source, StyleImage):
            return stem(source.picture)
        return Path(str(source).partition(":")[2] or str(source)).stem if isinstance(source, str | Path) else "style"

    return Path(f"{stem(content)}-{stem(style)}.png")


def _as_kind(picture: Picture, recipe: Recipe, like: Any) -> Any:
    """The picture as the kind of object that `like` is."""
    if isinstance(like, Picture):
        return picture
    if isinstance(like, bytes):
        return pictures.to_bytes(picture, recipe=recipe.to_json())
    if callable(getattr(like, "read", None)):
        return io.BytesIO(pictures.to_bytes(picture, recipe=recipe.to_json()))
    if hasattr(like, "detach"):
        import torch

        tensor = torch.from_numpy(picture.pixels).to(like.device)
        return tensor.reshape(like.shape[:-3] + tensor.shape)
    if hasattr(like, "dtype"):
        return pictures.to_array(picture, like.dtype)
    return pictures.to_pil(picture)
