"""Measure how steady films are over one and over ten frames, beside how sharp they are and how near to their style.

    python benchmarks/steadiness.py [--sequence NAME ...] [--film NAME ...] [--size PX] [--style NAME]
    python benchmarks/steadiness.py --of FOLDER --painted FOLDER [--painted FOLDER ...] [--style PAINTING]
    python benchmarks/steadiness.py --long [--frames N] [--sequence CLIP --size PX]

Films: `alone` (each frame painted by itself), `network` (steadied), `live` (the same by the fast network), `keys` (keys painted
by the network every twelve frames, which the others follow both ways), `auto` (keys that pinxit chooses), `forward` (the first
key only) and `optimizer`. The row `photograph` is the unpainted clip: it shows what the measures find where nothing flickers.

`--of` measures films that are painted already, as folders of frames, beside the frames that they were painted from.

`--long` paints a camera that pans over a photograph and comes back to where it began, or the first frames of a clip played
forwards and backwards. The last frame shows what the first does, so what differs between their paintings is drift.
"""

from __future__ import annotations

import argparse
import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from pinxit import image as pictures
from pinxit import inputs
from pinxit.encoder.open import open_encoder
from pinxit.encoder.vgg import Encoder
from pinxit.image import Picture
from pinxit.metrics.steadiness import perceptual_distance, sharpness, warping_error
from pinxit.metrics.style_distance import style_distance
from pinxit.video.clip import open_source
from pinxit.video.optical_flow import Bytes, Field, pixel_grid, pixels_of, remap
from support import synthetic_motion
from support.machine_info import describe
from video import painted

FAR = 10  # frames
SPACING = 12  # frames from one key to the next
CLIP_FRAMES = 25  # of the clips
CLIPS = ("fox.mp4", "cut_bunny.mp4", "cockatoo.mp4")
PATIENT: dict[str, Any] = {"engine": "optimizer", "device": "cpu"}


@dataclass(frozen=True)
class Row:
    """The measures of one film of one sequence.

    Attributes:
        near, far: warping error over one and over `FAR` frames, and perceptual distance, likewise.
        sharp: sharpness, in levels.
        style: distance of the last frame from the style; NaN for the photograph.
    """

    near: tuple[float, float]
    far: tuple[float, float]
    sharp: float
    style: float


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--sequence", action="append")
    parser.add_argument("--film", action="append")
    parser.add_argument("--size", type=int, default=320)
    parser.add_argument("--style", default="impasto")
    parser.add_argument("--of")
    parser.add_argument("--painted", action="append", default=[])
    parser.add_argument("--long", action="store_true")
    parser.add_argument("--frames", type=int, default=300)
    options = parser.parse_args()
    print(describe(), flush=True)
    encoder, _ = open_encoder("vgg16", device="cpu")
    films = options.film or ["photograph", "alone", "network", "forward", "keys", "auto"]
    if options.long:
        (clip,) = options.sequence or (None,)
        frames = there_and_back(options.frames) if clip is None else to_and_fro(clip, options.size, options.frames)
        long(encoder, options.style, frames, films)
        return
    print("| sequence | film | error, 1 | perceptual, 1 | error, 10 | perceptual, 10 | sharpness | style |")
    print("| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: |")
    if options.of:
        frames = frames_in(options.of)
        pairs = {step: steps_of(frames, step) for step in (1, FAR)}
        for folder in options.painted:
            row = measures(encoder, frames_in(folder), options.style, pairs)
            print(line(Path(options.of).name, Path(folder).name, row), flush=True)
        return
    rows: dict[str, list[Row]] = {film: [] for film in films}
    for name, frames in sequences(options.size):
        if options.sequence and name not in options.sequence:
            continue
        pairs = {step: steps_of(frames, step) for step in (1, FAR)}
        for film in films:
            row = measured(encoder, film, frames, options.style, pairs)
            rows[film].append(row)
            print(line(name, film, row), flush=True)
    for film in films:
        print(line("**mean**", film, mean(rows[film])), flush=True)


def sequences(size: int) -> Iterator[tuple[str, list[Bytes]]]:
    """Yield the names and the frames of all sequences: synthetic moves, public sequences and clips."""
    for sequence in synthetic_motion.synthetic(count=CLIP_FRAMES):
        yield sequence.name, sequence.frames
    if not synthetic_motion.DATA.is_dir():
        return
    for sequence in synthetic_motion.public():
        yield sequence.name, [smaller(frame, size) for frame in sequence.frames]
    for name in CLIPS:
        yield name, frames_of(name, size)


def frames_of(name: str, size: int) -> list[Bytes]:
    """Return the first frames of a clip."""
    source = open_source(synthetic_motion.DATA / name)
    scale = size / max(source.height, source.width)
    height, width = round(source.height * scale), round(source.width * scale)
    return [frame.picture(height, width) for frame in itertools.islice(source.frames(), CLIP_FRAMES)]


def smaller(frame: Bytes, size: int) -> Bytes:
    """Return a frame with a longer side of at most `size` px."""
    scale = min(1.0, size / max(frame.shape))
    side = (round(frame.shape[1] * scale), round(frame.shape[0] * scale))
    return np.asarray(cv2.resize(frame, side, interpolation=cv2.INTER_AREA), np.uint8)


def steps_of(frames: list[Bytes], step: int) -> list[tuple[int, int, Field, Field]]:
    """Return pairs of frames `step` apart, and how the later one lies in the earlier one.

    Returns:
        Numbers of the later and of the earlier frame; the places `(H, W, 2)` to sample at; where that holds, `(H, W)`.
    """
    pairs = []
    for later in range(step, len(frames), step if step > 1 else max(1, len(frames) // 12)):
        (flow,), (mask,) = synthetic_motion.estimated([frames[later - step], frames[later]])
        pairs.append((later, later - step, pixel_grid(*mask.shape) + flow, mask))
    return pairs


def film_of(film: str, frames: list[Bytes], style: str) -> list[Bytes]:
    """Return the frames of one kind of film."""
    if film == "photograph":
        return frames
    if film == "alone":
        return painted(frames, style, consistency="off")
    if film == "auto":
        return painted(frames, style, keys="auto")
    if film == "live":
        return painted(frames, style, network="live")
    if film == "optimizer":
        return painted(frames, style, **PATIENT)
    keys = {"network": [], "forward": [1], "keys": sorted({*range(1, len(frames), SPACING), len(frames)})}[film]
    return painted(frames, style, keys=keys)


def measured(encoder: Encoder, film: str, frames: list[Bytes], style: str, pairs: dict[int, Any]) -> Row:
    """Return the measures of one kind of film."""
    return measures(encoder, film_of(film, frames, style), None if film == "photograph" else style, pairs)


def measures(encoder: Encoder, result: list[Bytes], style: str | None, pairs: dict[int, Any]) -> Row:
    """Return the measures of a film's frames; without a style, none of its distance."""
    found = {}
    for step, list_of_pairs in pairs.items():
        values = [
            (warping_error(result[here], moved, mask), perceptual_distance(encoder, result[here], moved, mask))
            for here, there, places, mask in list_of_pairs
            for moved in [remap(result[there], places, cv2.INTER_CUBIC)]
        ]
        found[step] = tuple(np.mean(values, axis=0)) if values else (float("nan"), float("nan"))
    apart = float("nan") if style is None else distance_from_style(encoder, result[-1], style)
    return Row(found[1], found[FAR], float(np.mean([sharpness(frame) for frame in result])), apart)


def distance_from_style(encoder: Encoder, frame: Bytes, style: str) -> float:
    """Return the style distance of a frame."""
    picture, (wanted, _) = Picture(pixels_of(frame)), inputs.load(style_name(style), max(frame.shape[:2]))
    return style_distance(encoder, *(tensor(encoder, pixels.pixels) for pixels in (picture, wanted)))


def style_name(style: str) -> str:
    """Return what a style is loaded by: a file as it is, else one of the house's."""
    return style if Path(style).is_file() else f"house:{style}"


def frames_in(folder: str) -> list[Bytes]:
    """Return the frames of a folder."""
    source = open_source(Path(folder))
    return [frame.picture(source.height, source.width) for frame in source.frames()]


def tensor(encoder: Encoder, pixels: Any) -> Any:
    """Return pixels as a batch on the encoder's device."""
    import torch

    return torch.from_numpy(np.ascontiguousarray(pixels))[None].to(encoder.device)


def mean(rows: list[Row]) -> Row:
    """Return the mean of each measure, over the sequences that have it."""
    near, far = (np.nanmean([getattr(row, name) for row in rows], axis=0) for name in ("near", "far"))
    styles_ = [row.style for row in rows if not np.isnan(row.style)]
    sharp = float(np.mean([row.sharp for row in rows]))
    return Row(tuple(near), tuple(far), sharp, float(np.mean(styles_)) if styles_ else float("nan"))


def line(name: str, film: str, row: Row) -> str:
    """Return a line of the table."""
    numbers = [f"{row.near[0]:.4f}", f"{row.near[1]:.3f}", f"{row.far[0]:.4f}", f"{row.far[1]:.3f}", f"{row.sharp:.1f}",
               f"{row.style:.3f}"]  # fmt: skip
    return f"| {name} | {film} | " + " | ".join("–" if text == "nan" else text for text in numbers) + " |"


def there_and_back(count: int, height: int = 180, width: int = 320) -> list[Bytes]:
    """Return the frames of a camera that pans over a photograph and comes back to where it began."""
    photo = pictures.to_array(pictures.fit(pictures.sample("coffee"), 2 * width), np.uint8)
    rows, columns = photo.shape[0] - height, photo.shape[1] - width
    frames = []
    for number in range(count):
        turn = 2 * np.pi * number / (count - 1)
        x, y = (1 - np.cos(turn)) / 2 * columns, (1 - np.cos(turn)) / 2 * rows
        move = np.array([[1, 0, -x], [0, 1, -y]])
        frames.append(np.asarray(cv2.warpAffine(photo, move, (width, height), flags=cv2.INTER_CUBIC), np.uint8))
    return frames


def to_and_fro(name: str, size: int, count: int) -> list[Bytes]:
    """Return at most so many frames of a clip that is played forwards and backwards, back to its first frame."""
    frames = frames_of(name, size)
    turn = [*frames, *frames[-2:0:-1]]
    return turn * ((count - 1) // len(turn)) + turn[:1]


def long(encoder: Encoder, style: str, frames: list[Bytes], films: list[str]) -> None:
    """Print how the painting of the same view differs between the beginning and the end of a film, and its sharpness."""
    everywhere = np.ones(frames[0].shape[:2], np.float32)
    print("| film | difference of colour, levels | error | perceptual | sharpness, first and last tenth |")
    print("| --- | ---: | ---: | ---: | ---: |")
    for film in films:
        result = film_of(film, frames, style)
        color = float(np.abs(result[0].mean(axis=(0, 1)) - result[-1].mean(axis=(0, 1))).max())
        error = warping_error(result[-1], result[0], everywhere)
        apart = perceptual_distance(encoder, result[-1], result[0], everywhere)
        tenth = max(1, len(result) // 10)
        first, last = (np.mean([sharpness(frame) for frame in part]) for part in (result[:tenth], result[-tenth:]))
        print(f"| {film} | {color:.2f} | {error:.4f} | {apart:.3f} | {first:.1f}, {last:.1f} |", flush=True)


if __name__ == "__main__":
    main()
