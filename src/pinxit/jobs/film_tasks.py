"""Short tasks on a clip, run in processes of `pinxit.jobs.task_pool`: frames of it, painted as keys and regions make them."""

from __future__ import annotations

import base64
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np

from pinxit.errors import PinxitError
from pinxit.image import Picture, fit, from_array, to_bytes
from pinxit.image import read as read_picture
from pinxit.jobs.files import Files
from pinxit.jobs.runners.inputs import InputResolver
from pinxit.jobs.runners.video import film_of
from pinxit.jobs.specs.base import TimedStyleSpec
from pinxit.jobs.specs.video import KeySpec, VideoSpec
from pinxit.video.job import VideoJob
from pinxit.video.optical_flow import Bytes
from pinxit.video.recipe import AUTO_KEYS, seconds
from pinxit.video.shot_detection import Shot, detect_shots

_AROUND = 24  # frames on either side of a key that its effect is painted on, at most
_FOLLOWED = 48  # frames on either side of a frame that the regions drawn on it are followed for a look at them, at most
_SHOWN = 7  # frames of them that are shown
_QUALITY = 82
_NO_KEYS: Final[dict[str, Any]] = {"keys": (), "keyframes": (), "key_masks": ()}
_BY_NETWORK: Final[dict[str, Any]] = {"engine": "network", "preset": "instant"}


def strip(folder: str, data: dict[str, Any], count: int, side: int, also: Sequence[int] = ()) -> dict[str, Any]:
    """Return frames evenly spread over a film, and those of some numbers; see `TaskPool.film_strip`."""
    film = _film(folder, _without_regions(VideoSpec.model_validate(data)))
    total = sum(1 for _ in _frames(film))
    if not total:
        raise PinxitError("there are no frames in this part of the clip: choose another part.")
    wanted = {*_spread(1, total, count), *also}
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
    spec = VideoSpec.model_validate(data)
    drawn = [style.region_frame for style in spec.styles if style.region is not None]
    if drawn:
        times = _times(folder, spec)
        for one in (number, *drawn):
            _check(one, times)
        first, last = min(number, *drawn), max(number, *drawn)
        part = _part(spec, times, first, last).model_copy(update=_NO_KEYS)
        return to_bytes(_picture(_regional(_film(folder, part, **_BY_NETWORK), [number - first], strokes=True)[0]))
    film = _film(folder, spec.model_copy(update=_NO_KEYS), **_BY_NETWORK)
    for place, frame in enumerate(_frames(film), start=1):
        if place == number:
            plan = film.plan(Path("frame"))
            content = frame.picture(plan.height, plan.width)
            time = float(frame.time - seconds(film.recipe.start))
            return to_bytes(_picture(film.stylizer().paint_alone(content, time, strokes=True)))
    raise _no_frame(number)


def effect(folder: str, data: dict[str, Any], number: int, side: int) -> list[dict[str, Any]]:
    """Paint the frames around a key small, with the keys that follow and precede it; see `TaskPool.film_effect`."""
    spec = VideoSpec.model_validate(data)
    times = _times(folder, spec)
    _check(number, times)
    first, last = max(1, number - _AROUND), min(len(times), number + _AROUND)
    keys = {*spec.named_keys, *(one.number for one in spec.keyframes)}
    first = max((one for one in keys if first <= one < number), default=first)
    last = min((one for one in keys if number < one <= last), default=last)
    part = _part(spec, times, first, last)
    if not part.styles:
        raise PinxitError(
            f"near frame {number} no style is painted: the regions of all styles are drawn on other frames."
        )
    film = _film(folder, part, **_BY_NETWORK, size=side)
    with tempfile.TemporaryDirectory() as kept:
        target = Path(kept) / "film"
        for _ in film.paint(target):
            pass
        return [
            {"number": one, "picture": _webp(read_picture(target / f"frame_{one - first + 1:06}.png"))}
            for one in _shown(first, last, number)
        ]


def regions(folder: str, data: dict[str, Any], number: int, side: int) -> list[dict[str, Any]]:
    """Paint frames around one on which a region is drawn, with the regions followed; see `TaskPool.film_regions`."""
    spec = VideoSpec.model_validate(data)
    times = _times(folder, spec)
    _check(number, times)
    first, last = max(1, number - _FOLLOWED), min(len(times), number + _FOLLOWED)
    part = _part(spec, times, first, last).model_copy(update=_NO_KEYS)
    if all(style.region is None for style in part.styles):
        raise PinxitError(f"no region is drawn on a frame near frame {number}: draw one there.")
    shown = _shown(first, last, number)
    source = _film(folder, part).source
    film = _film(folder, part, **_BY_NETWORK, size=min(side, max(source.height, source.width)))
    painted = _regional(film, [one - first for one in shown])
    return [{"number": one, "picture": _webp(_picture(pixels))} for one, pixels in zip(shown, painted, strict=True)]


def _regional(film: VideoJob, places: Sequence[int], *, strokes: bool = False) -> list[Bytes]:
    """Follow a film's regions, and paint some of its frames by themselves.

    Args:
        film: by the network, with regions.
        places: the frames' numbers, from 0, in order.
        strokes: paint them as keyframes are painted.
    """
    with tempfile.TemporaryDirectory() as kept:
        plan, stylizer = film.plan(Path(kept) / "film"), film.stylizer()
        shots: list[Shot] = []
        for shot in detect_shots((frame for _, frame in plan.frames()), plan.height, plan.width, plan.chooser):
            shots.append(shot)
            stylizer.analyze_shot(shot, shots[0].times[0])
        plan = plan.with_shots(tuple(shots))
        for _ in stylizer.follow(plan, Path(kept)):
            pass
        if strokes:
            return [stylizer.paint_key(plan, place) for place in places]
        # The clip is decoded once.
        frames = plan.frames_between(places[0], places[-1] + 1)
        return [
            stylizer.paint_content(plan, place, frame.picture(plan.height, plan.width), plan.time(place))
            for place, frame in frames
            if place in places
        ]


def _part(spec: VideoSpec, times: Sequence[Any], first: int, last: int) -> VideoSpec:
    """Return the spec of a film's frames from `first` to `last`, with all numbers counted from there.

    Styles of regions that are drawn on other frames are left out, and so are keys.
    """

    def moved(entries: tuple[KeySpec, ...]) -> tuple[KeySpec, ...]:
        kept = (entry for entry in entries if first <= entry.number <= last)
        return tuple(entry.model_copy(update={"number": entry.number - first + 1}) for entry in kept)

    # Halfway between two frames, so that rounding cannot move the part by one.
    begin = float(times[first - 1] + times[first - 2]) / 2 if first > 1 else spec.start
    end = float(times[last - 1] + times[last]) / 2 if last < len(times) else spec.end
    styles = (style for style in spec.styles if style.region is None or first <= style.region_frame <= last)
    keys = tuple(one - first + 1 for one in spec.named_keys if first <= one <= last)
    return spec.model_copy(
        update={
            "start": begin,
            "end": end,
            "keys": spec.keys if spec.keys == AUTO_KEYS else keys,
            "keyframes": moved(spec.keyframes),
            "key_masks": moved(spec.key_masks),
            "styles": tuple(_later(style, begin - spec.start, first - 1) for style in styles),
        }
    )


def _without_regions(spec: VideoSpec) -> VideoSpec:
    """Return a spec of the same frames, to look at them unpainted."""
    styles = tuple(style.model_copy(update={"region": None}) for style in spec.styles)
    return spec.model_copy(update={**_NO_KEYS, "styles": styles})


def _film(folder: str, spec: VideoSpec, **changes: Any) -> VideoJob:
    return film_of(spec, InputResolver(Files(Path(folder), create=False)), **changes)


def _times(folder: str, spec: VideoSpec) -> list[Any]:
    """Return the times of a film's frames, s on the clip's clock."""
    return [frame.time for frame in _frames(_film(folder, _without_regions(spec)))]


def _shown(first: int, last: int, number: int) -> list[int]:
    return sorted({*_spread(first, last, _SHOWN), number})


def _frames(film: VideoJob) -> Any:
    """Yield the frames of the part of the clip that is painted."""
    start, end = seconds(film.recipe.start), film.recipe.end
    for frame in film.source.frames(start):
        if end is not None and frame.time >= seconds(end):
            return
        if frame.time >= start:
            yield frame


def _later(style: TimedStyleSpec, delay: float, frames: int) -> TimedStyleSpec:
    """Return a style with its times and its region's frame counted from a later beginning; what is over is at the beginning."""
    times = {name: max(0.0, value - delay) for name in ("at", "until") if (value := getattr(style, name)) is not None}
    frame = {} if style.region is None else {"region_frame": style.region_frame - frames}
    return style.model_copy(update={**times, **frame})


def _spread(first: int, last: int, count: int) -> Sequence[int]:
    return sorted({int(number) for number in np.linspace(first, last, min(count, last - first + 1)).round()})


def _check(number: int, times: Sequence[Any]) -> None:
    if not 1 <= number <= len(times):
        raise _no_frame(number)


def _no_frame(number: int) -> PinxitError:
    return PinxitError(f"there is no frame {number} in this part of the clip: choose one of its frames.")


def _picture(pixels: Any) -> Picture:
    return from_array(np.ascontiguousarray(pixels))


def _webp(picture: Picture) -> str:
    small = fit(picture, min(512, max(picture.height, picture.width)))
    return base64.b64encode(to_bytes(small, kind="WEBP", quality=_QUALITY)).decode()
