"""Loops as files: MP4, WebP and APNG, with their recipe inside."""

from __future__ import annotations

import io
from collections.abc import Iterable
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import PIL.Image
from PIL.PngImagePlugin import PngInfo

from pinxit.files.atomic import atomic_file, write_atomic
from pinxit.image.metadata import KEY, ascii_json, exif_with
from pinxit.living.automaton import Frame
from pinxit.living.recipe import LoopRecipe

ENDINGS = (".mp4", ".webp", ".apng")


def write_loop(frames: Iterable[Frame], path: Path, recipe: LoopRecipe, *, overwrite: bool) -> None:
    """Write a loop, as the kind of file that the path's ending names, completely or not at all.

    Args:
        frames: `(H, W, 3)` each.
        path: the file, its name ending in one of `ENDINGS`.
        recipe: its rate, and what is stored inside.
        overwrite: whether to replace an existing file.

    Raises:
        PinxitError: when the file cannot be written, or exists and may not be replaced.
    """
    if path.suffix.lower() == ".mp4":
        _write_mp4(frames, path, recipe, overwrite=overwrite)
        return
    first, *rest = (PIL.Image.fromarray(frame) for frame in frames)
    # Whole milliseconds that add up to the loop's length.
    times = [round(1000 * number / recipe.rate) for number in range(len(rest) + 2)]
    durations = [after - before for before, after in pairwise(times)]
    options: dict[str, Any] = {"save_all": True, "append_images": rest, "loop": 0, "duration": durations}
    file = io.BytesIO()
    if path.suffix.lower() == ".apng":
        text = PngInfo()
        text.add_itxt(KEY, ascii_json(recipe.to_json()))
        first.save(file, "PNG", pnginfo=text, **options)
    else:
        exif = exif_with(recipe.to_json(), None, None)
        first.save(file, "WEBP", quality=90, method=4, exif=exif, **options)
    write_atomic(file.getvalue(), path, overwrite=overwrite)


def _write_mp4(frames: Iterable[Frame], path: Path, recipe: LoopRecipe, *, overwrite: bool) -> None:
    from pinxit.video.codec import CODECS, QUALITY, TICK, CodecSettings
    from pinxit.video.ffmpeg import import_av, translate_ffmpeg_errors

    name = CODECS[".mp4"]
    codec = CodecSettings(name, QUALITY[name], Fraction(recipe.rate))
    with atomic_file(path, overwrite=overwrite) as part, translate_ffmpeg_errors(path, "choose another folder"):
        options = {"movflags": "+faststart"}
        with import_av().open(f"file:{part}", "w", format="mp4", options=options) as container:
            container.metadata["comment"] = ascii_json(recipe.to_json())
            stream = codec.add_stream_to(container, recipe.size, recipe.size)
            for number, pixels in enumerate(frames):
                frame = codec.frame(pixels, None)
                frame.pts, frame.time_base = round(Fraction(number, recipe.rate) / TICK), TICK
                container.mux(stream.encode(frame))
            container.mux(stream.encode(None))
