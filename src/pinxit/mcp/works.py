"""What the tools do, by the library: each function checks its arguments at once and returns the work that is left."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from pinxit import image as pictures
from pinxit import inputs
from pinxit.errors import PinxitError
from pinxit.files.paths import check_apart, expand_home
from pinxit.image import Picture
from pinxit.image.writer import to_bytes
from pinxit.mcp.jobs import Report, Result

SIDE = 768
"""Longer side of a picture in an answer, px."""
MOST_BYTES = 600_000
"""Most bytes of a picture in an answer: clients refuse answers above a megabyte, and text encoding adds a third."""
_QUALITIES = (88, 75, 60)
_HALVINGS = 3
Work = Callable[[Report], Result]


class _Paintable(Protocol):
    def paint(self) -> Iterator[Any]: ...
    def result(self, progress: Any) -> tuple[Picture, Any]: ...


def stylize(
    content: str, styles: Sequence[str], output: str | None, settings: Mapping[str, Any], shares: Sequence[float] | None
) -> Work:
    """Return the work of painting a picture.

    Args:
        content: the content image's name or path.
        styles: the style images'.
        output: the file to write; None for none.
        settings: any of `pinxit.Settings`.
        shares: weight of each style.
    """
    target = _checked(output, [content, *styles, settings.get("init")])

    def work(report: Report) -> Result:
        from pinxit.preparation import prepare

        return _painted(prepare(content, list(styles), shares=shares, **settings), target, report)

    return work


def texture(
    styles: Sequence[str], output: str | None, size: int, tile: bool, like: str | None, settings: Mapping[str, Any]
) -> Work:
    """Return the work of painting a texture; see `pinxit.prepare_texture`.

    Args:
        styles: names or paths of the style images.
        output: the file to write; None for none.
        size: side, px.
        tile: whether it repeats without a seam.
        like: a picture that guides its structure.
        settings: any of `pinxit.Settings`.
    """
    from pinxit.recipe.recipe import MAX_SIZE
    from pinxit.surface.texture import LEAST_SIZE

    if not LEAST_SIZE <= size <= MAX_SIZE:
        raise PinxitError(f"a texture has {LEAST_SIZE} to {MAX_SIZE} px a side, not {size}.")
    target = _checked(output, [*styles, like])

    def work(report: Report) -> Result:
        from pinxit.surface.texture import prepare_texture

        return _painted(prepare_texture(list(styles), size, size, tile=tile, like=like, **settings), target, report)

    return work


def grade(
    content: str,
    styles: Sequence[str],
    output: str | None,
    lut: str | None,
    strength: float | None,
    skin: float | None,
) -> Work:
    """Return the work of grading a photograph or a film; see `pinxit.grade`.

    Args:
        content: name or path of the photograph, or path of the film.
        styles: names or paths of the styles, or of one `.cube` file.
        output: the file to write; None for none, except for a film.
        lut: the `.cube` file to write; None for none.
        strength: 0 to 1.
        skin: 0 to 1.
    """
    from pinxit.grading import prepare_grade, write_table
    from pinxit.video.clip import is_film
    from pinxit.video.grade import check_grade

    table, target = (None if file is None else expand_home(file) for file in (lut, output))
    check_grade(content, styles, target, table)
    if is_film(expand_home(content)):
        return _film_grade(content, styles, target, table, strength, skin)

    def work(report: Report) -> Result:
        job = prepare_grade(content, list(styles), strength=strength, skin=skin)
        report(0.5, "applies the grade")
        answer = _answer(job.result(), target, job.recipe.to_json())
        if table is None:
            return answer
        return Result(f"{answer.text}\n{write_table(job.table, table)}", answer.image, answer.mime)

    return work


def _film_grade(
    content: str,
    styles: Sequence[str],
    target: Path | None,
    table: Path | None,
    strength: float | None,
    skin: float | None,
) -> Work:
    if target is None:
        raise PinxitError("a film needs a file: give output, ending in .mp4, .mov, .mkv or .webm.")

    def work(report: Report) -> Result:
        from pinxit.video.grade import prepare_film_grade

        job = prepare_film_grade(content, list(styles), strength=strength, skin=skin)
        shown = None
        for progress in job.paint(target):
            shown = progress.painted if progress.painted is not None else shown
            report(progress.frame / max(progress.frames, 1), progress.facts)
        lines = [str(target)]
        if table is not None and (written := job.write_table(table)) is not None:
            lines.append(str(written))
        image, mime = (b"", "") if shown is None else encoded(pictures.from_array(shown))
        return Result("\n".join(lines), image, mime)

    return work


def palette(sources: Sequence[str]) -> Work:
    """Return the work of finding the main colours of one picture or of several together."""

    def work(report: Report) -> Result:
        import numpy as np

        from pinxit.design.palette import palette as colors_of

        read = [inputs.load_style(source, SIDE)[0] for source in sources]
        swatches = colors_of(read)
        colors = [{"color": swatch.color.hex, "share": round(swatch.share, 4)} for swatch in swatches]
        widths = [max(1, round(swatch.share * SIDE)) for swatch in swatches]
        strip = np.repeat(np.array([swatch.color.components for swatch in swatches], np.float32), widths, axis=0)
        image, mime = encoded(pictures.from_array(np.repeat(strip[None], 96, axis=0)))
        return Result(json.dumps(colors), image, mime)

    return work


def compare(results: Sequence[str], content: str, styles: Sequence[str], size: int) -> Work:
    """Return the work of judging results; see `pinxit.compare`.

    Args:
        results: names or paths of results.
        content: the content image's.
        styles: the style images'.
        size: longer side at which they are judged, px.
    """

    def work(report: Report) -> Result:
        from pinxit.comparison import open_judge
        from pinxit.image.contact_sheet import contact_sheet

        painted = [inputs.load(result, size)[0] for result in results]
        photo, paintings = inputs.load(content, size)[0], [inputs.load(style, size)[0] for style in styles]
        judge = open_judge(photo, paintings, size)
        reports = []
        for number, (name, picture) in enumerate(zip(results, painted, strict=True)):
            judge.check_shape(picture, name)
            report(number / len(painted), f"judges {Path(name).name}")
            judgement = judge(picture)
            numbers = {key: getattr(judgement, key) for key in ("color", "style", "content", "edges")}
            if judgement.patches is not None:
                numbers |= {"local_style": judgement.patches.local_style, "structure": judgement.patches.structure}
            reports.append({"result": name, **{key: round(float(value), 4) for key, value in numbers.items()}})
        cells = [("content", photo), *(("style", one) for one in paintings)]
        cells += [(Path(name).name, picture) for name, picture in zip(results, painted, strict=True)]
        image, mime = encoded(contact_sheet(cells, 240))
        return Result(json.dumps(reports), image, mime)

    return work


def encoded(picture: Picture) -> tuple[bytes, str]:
    """Encode a picture for an answer, within `SIDE` and `MOST_BYTES`; return the bytes and their kind.

    Transparent pictures become PNG, all others JPEG.
    """
    side = min(SIDE, max(picture.height, picture.width))
    for _ in range(_HALVINGS):
        small = pictures.fit(picture, side)
        if small.alpha is not None and len(content := to_bytes(small)) <= MOST_BYTES:
            return content, "image/png"
        for quality in _QUALITIES if small.alpha is None else ():
            if len(content := to_bytes(small, kind="JPEG", quality=quality)) <= MOST_BYTES:
                return content, "image/jpeg"
        side = max(1, side // 2)
    raise PinxitError("the picture takes too many bytes for an answer: give output, and open the file.")


def _checked(output: str | None, reads: Sequence[object]) -> Path | None:
    """Return the file to write, checked before any work: it is none of the inputs, and does not exist."""
    if output is None:
        return None
    target = expand_home(output)
    check_apart(reads=reads, writes={"the result": target})
    pictures.check_writable(target, overwrite=False)
    return target


def _painted(job: _Paintable, target: Path | None, report: Report) -> Result:
    """Paint a job and return its answer."""
    for progress in job.paint():
        whole = progress.seconds + progress.seconds_left
        report(progress.seconds / whole if 0 < whole < math.inf else 0.0, progress.facts)
    picture, recipe = job.result(progress)
    return _answer(picture, target, recipe.to_json())


def _answer(picture: Picture, target: Path | None, recipe: str) -> Result:
    """Write a picture, where there is a file to write, and return the answer."""
    name = "not written to a file: give output to keep it"
    if target is not None:
        name = str(pictures.write(picture, target, recipe=recipe))
    image, mime = encoded(picture)
    return Result(f"{name} ({picture.width}×{picture.height} px)", image, mime)
