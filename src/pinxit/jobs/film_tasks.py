"""Short tasks on a clip, run in processes of `pinxit.jobs.task_pool`: frames of it, one painted, and what a key changes."""

from __future__ import annotations

import base64
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from pinxit.errors import PinxitError
from pinxit.image import Picture, fit, from_array, to_bytes
from pinxit.image import read as read_picture
from pinxit.jobs.files import Files
from pinxit.jobs.runners.inputs import InputResolver
from pinxit.jobs.runners.video import film_of
from pinxit.jobs.specs.video import KeySpec, VideoSpec
from pinxit.video.job import VideoJob
from pinxit.video.recipe import AUTO_KEYS, seconds

_AROUND = 24  # frames on either side of a key that its effect is painted on, at most
_SHOWN = 7  # frames of them that are shown
_QUALITY = 82


def strip(folder: str, data: dict[str, Any], count: int, side: int) -> dict[str, Any]:
    """Return frames evenly spread over a film; see `TaskPool.film_strip`."""
    film = _film(folder, data)
    total = sum(1 for _ in _frames(film))
    if not total:
        raise PinxitError("there are no frames in this part of the clip: choose another part.")
    wanted = _spread(1, total, count)
    source = film.source
    scale = min(1.0, side / max(source.height, source.width))
    size = max(1, round(source.height * scale)), max(1, round(source.width * scale))
    frames = [
        {"number": number, "seconds": round(float(frame.time), 3), "picture": _webp(_picture(frame.picture(*size)))}
        for number, frame in enumerate(_frames(film), start=1)
        if number in wanted
    ]
    return {"count": total, "frames": frames}


def key(folder: str, data: dict[str, Any], number: int) -> bytes:
    """Paint one frame of a film by itself, at the film's size; see `TaskPool.film_key`."""
    film = _film(folder, data, engine="network", preset="instant")
    for place, frame in enumerate(_frames(film), start=1):
        if place == number:
            plan = film.plan(Path("frame"))
            content = frame.picture(plan.height, plan.width)
            return to_bytes(
                _picture(
                    film.stylizer().paint_alone(content, float(frame.time - seconds(film.recipe.start)), strokes=True)
                )
            )
    raise _no_frame(number)


def effect(folder: str, data: dict[str, Any], number: int, side: int) -> list[dict[str, Any]]:
    """Paint the frames around a key small, with the keys that follow and precede it; see `TaskPool.film_effect`."""
    spec = VideoSpec.model_validate(data)
    times = [frame.time for frame in _frames(_film(folder, data))]
    if not 1 <= number <= len(times):
        raise _no_frame(number)
    first, last = max(1, number - _AROUND), min(len(times), number + _AROUND)
    keys = {*spec.named_keys, *(one.number for one in spec.keyframes)}
    first = max((one for one in keys if first <= one < number), default=first)
    last = min((one for one in keys if number < one <= last), default=last)

    def moved(entries: tuple[KeySpec, ...]) -> tuple[KeySpec, ...]:
        kept = (entry for entry in entries if first <= entry.number <= last)
        return tuple(entry.model_copy(update={"number": entry.number - first + 1}) for entry in kept)

    # Halfway between two frames, so that rounding cannot move the part by one.
    begin = float(times[first - 1] + times[first - 2]) / 2 if first > 1 else spec.start
    end = float(times[last - 1] + times[last]) / 2 if last < len(times) else spec.end
    part = spec.model_copy(
        update={
            "start": begin,
            "end": end,
            "keys": spec.keys
            if spec.keys == AUTO_KEYS
            else tuple(one - first + 1 for one in spec.named_keys if first <= one <= last),
            "keyframes": moved(spec.keyframes),
            "key_masks": moved(spec.key_masks),
            "styles": tuple(_later(style, begin - spec.start) for style in spec.styles),
        }
    )
    film = film_of(
        part, InputResolver(Files(Path(folder), create=False)), engine="network", preset="instant", size=side
    )
    with tempfile.TemporaryDirectory() as kept:
        target = Path(kept) / "film"
        for _ in film.paint(target):
            pass
        shown = sorted({*_spread(first, last, _SHOWN), number})
        return [
            {"number": one, "picture": _webp(read_picture(target / f"frame_{one - first + 1:06}.png"))} for one in shown
        ]


def _film(folder: str, data: dict[str, Any], **changes: Any) -> VideoJob:
    spec = VideoSpec.model_validate(data)
    return film_of(
        spec.model_copy(update={"keys": (), "keyframes": (), "key_masks": ()}),
        InputResolver(Files(Path(folder), create=False)),
        **changes,
    )


def _frames(film: VideoJob) -> Any:
    """Yield the frames of the part of the clip that is painted."""
    start, end = seconds(film.recipe.start), film.recipe.end
    for frame in film.source.frames(start):
        if end is not None and frame.time >= seconds(end):
            return
        if frame.time >= start:
            yield frame


def _later(style: Any, delay: float) -> Any:
    """Return a style with its times counted from a later beginning; what is over is at the beginning."""
    times = {name: max(0.0, value - delay) for name in ("at", "until") if (value := getattr(style, name)) is not None}
    return style.model_copy(update=times)


def _spread(first: int, last: int, count: int) -> Sequence[int]:
    return sorted({int(number) for number in np.linspace(first, last, min(count, last - first + 1)).round()})


def _no_frame(number: int) -> PinxitError:
    return PinxitError(f"there is no frame {number} in this part of the clip: choose one of its frames.")


def _picture(pixels: Any) -> Picture:
    return from_array(np.ascontiguousarray(pixels))


def _webp(picture: Picture) -> str:
    small = fit(picture, min(512, max(picture.height, picture.width)))
    return base64.b64encode(to_bytes(small, kind="WEBP", quality=_QUALITY)).decode()
