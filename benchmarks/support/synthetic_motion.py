"""Clips with known optical flow: synthetic camera motion over photographs, and public sequences."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from pinxit import image as pictures
from pinxit.video.flow_consistency import consistency_mask
from pinxit.video.optical_flow import Bytes, Field, pixel_grid, remap

DATA = Path(__file__).parents[3] / "shared" / "data" / "video"
UNKNOWN = 1e9


@dataclass(frozen=True)
class Sequence:
    """Frames, and the flow from each frame to the previous one or, with `later`, to the next one.

    Attributes:
        name: the sequence's name in tables.
        frames: `(H, W, 3)`.
        flows: flow of each pair of neighbouring frames, `(H, W, 2)`, px; empty if unknown.
        masks: where the flow is known and its target visible, `(H, W)`.
        later: whether flows lead to the next frame.
    """

    name: str
    frames: list[Bytes]
    flows: list[Field] = field(default_factory=list)
    masks: list[Field] = field(default_factory=list)
    later: bool = False

    def error(self, painted: list[Bytes], *, known: bool) -> float:
        """Return the mean squared warping error, range [0, 1].

        Args:
            painted: the painted frames.
            known: use the known flow, as Ruder et al. (2016), section 7; otherwise use a flow estimated on the frames, where
                it is consistent, as Lai et al. (2018), section 4.1.
        """
        flows, masks, later = self.flows, self.masks, self.later
        if not known:
            flows, masks = estimated(self.frames)
            later = False
        errors = []
        for number, (flow, mask) in enumerate(zip(flows, masks, strict=True)):
            here, there = (number, number + 1) if later else (number + 1, number)
            height, width = flow.shape[:2]
            places = pixel_grid(height, width) + flow
            moved = _read(painted[there], places)
            squared = np.square((painted[here].astype(np.float32) - moved) / 255).mean(axis=2)
            # Ruder et al. divide by all pixels, Lai et al. by those within the mask.
            errors.append(float((squared * mask).sum() / (squared.size if known else max(float(mask.sum()), 1.0))))
        return float(np.mean(errors))


def estimated(frames: list[Bytes]) -> tuple[list[Field], list[Field]]:
    """Return backward flows at full resolution and finest scale, by another search than the film's, and where they hold."""
    method = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
    method.setFinestScale(0)
    grays = [np.asarray(cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY), np.uint8) for frame in frames]
    flows, masks = [], []
    for before, after in itertools.pairwise(grays):
        empty = np.zeros((*after.shape, 2), np.float32)
        backward = np.asarray(method.calc(after, before, empty.copy()), np.float32)
        forward = np.asarray(method.calc(before, after, empty.copy()), np.float32)
        flows.append(backward)
        masks.append(consistency_mask(backward, forward, after.shape[1]))
    return flows, masks


def synthetic(count: int = 12, height: int = 240, width: int = 320) -> Iterator[Sequence]:
    """Yield a camera that pans, one that turns and zooms in, and an object that passes in front of another."""
    centre = np.array([[1, 0, width / 2], [0, 1, height / 2], [0, 0, 1]])

    def camera(photo: Bytes, x: float, y: float, zoom: float, turn: float) -> NDArray[np.float64]:
        """Return the map from a frame's pixels to the photograph's."""
        c, s = np.cos(turn) / zoom, np.sin(turn) / zoom
        shape = np.array([[c, -s, photo.shape[1] / 2 + x], [s, c, photo.shape[0] / 2 + y], [0, 0, 1]])
        return np.asarray(shape @ np.linalg.inv(centre))

    coffee, rocket, cat = (_photo(name) for name in ("coffee", "rocket", "cat"))
    moves = {
        "pan": (coffee, [camera(coffee, 3.3 * n - 20, 1.7 * n - 10, 1.0, 0.0) for n in range(count)]),
        "turn and zoom": (rocket, [camera(rocket, 0.0, 20.0, 1 + 0.012 * n, 0.011 * n) for n in range(count)]),
        "pass": (coffee, [camera(coffee, 1.3 * n - 10, 0.0, 1.0, 0.0) for n in range(count)]),
    }
    for name, (photo, cameras) in moves.items():
        frames = [_seen(photo, camera_, height, width) for camera_ in cameras]
        flows = [_flow(now, before, height, width) for before, now in itertools.pairwise(cameras)]
        covers = [np.zeros((height, width), bool)] * count
        if name == "pass":
            thing = cat[60:200, 120:280]
            places = [(40.3 + 4.6 * n, 60.2 - 1.1 * n) for n in range(count)]
            covers = []
            for number, (x, y) in enumerate(places):
                there = np.array([[1, 0, -x], [0, 1, -y], [0, 0, 1]])
                rows, columns = pixel_grid(height, width)[..., 1], pixel_grid(height, width)[..., 0]
                cover = (((columns - x - 80) / 76) ** 2 + ((rows - y - 70) / 66) ** 2) < 1
                frames[number] = np.where(cover[..., None], _seen(thing, there, height, width), frames[number])
                covers.append(cover)
                if number:
                    flows[number - 1][cover] = -np.subtract(places[number], places[number - 1])
        masks = [_visible(flow, now, before) for flow, before, now in zip(flows, covers, covers[1:], strict=False)]
        yield Sequence(name, frames, flows, masks)


def public() -> Iterator[Sequence]:
    """Yield the public sequences in ../shared/data/video, with their flow where it is known."""
    frames = [_picture(path) for path in sorted((DATA / "sintel").glob("*.png"))]
    yield Sequence("sintel", frames)
    frames = [_picture(path) for path in sorted((DATA / "marple").glob("*.ppm"))]
    pairs = [(number + 1, number) for number in range(1, len(frames))]
    yield Sequence(
        "marple",
        frames,
        [_read_flow(DATA / "marple" / f"backward_{now}_{before}.flo") for now, before in pairs],
        [_gray(DATA / "marple" / f"reliable_{now}_{before}.pgm") for now, before in pairs],
    )
    for name in sorted(path.name for path in (DATA / "middlebury").iterdir()):
        folder = DATA / "middlebury" / name
        yield _true(name.lower(), [folder / "frame10.png", folder / "frame11.png"], _read_flow(folder / "flow10.flo"))
    folder = DATA / "kitti"
    coded = np.asarray(cv2.imread(str(folder / "flow_gt.png"), cv2.IMREAD_UNCHANGED), np.float32)
    # KITTI's development kit: 16 bits each for u and v, in 64ths of a pixel around 2^15, and a flag for known pixels.
    flow = (coded[..., 2:0:-1] - 2**15) / 64
    flow[coded[..., 0] == 0] = 2 * UNKNOWN
    yield _true("kitti", [folder / "frame1.png", folder / "frame2.png"], np.ascontiguousarray(flow))


def _true(name: str, files: list[Path], flow: Field) -> Sequence:
    frames = [_picture(path) for path in files]
    known = np.abs(flow).max(axis=2) < UNKNOWN
    flow = np.where(known[..., None], flow, 0).astype(np.float32)
    (back,), _ = estimated(frames)
    # Occlusions are where the known flow and the estimated flow back do not return to the start.
    apart = np.square(flow + _read(back, pixel_grid(*flow.shape[:2]) + flow)).sum(axis=2)
    seen = apart < 0.01 * 2 * np.square(flow).sum(axis=2) + 0.5
    return Sequence(name, frames, [flow], [(known & seen).astype(np.float32)], later=True)


def _photo(name: str) -> Bytes:
    return pictures.to_array(pictures.fit(pictures.sample(name), 512), np.uint8)


def _picture(path: Path) -> Bytes:
    return pictures.to_array(pictures.read(path), np.uint8)


def _gray(path: Path) -> Field:
    return np.asarray(cv2.imread(str(path), cv2.IMREAD_GRAYSCALE), np.float32) / np.float32(255)


def _read_flow(path: Path) -> Field:
    """Return a flow in Middlebury's format: a magic number, width, height, pairs of floats."""
    data = path.read_bytes()
    width, height = np.frombuffer(data, np.int32, 2, 4)
    field: Field = np.array(np.frombuffer(data, np.float32, 2 * width * height, 12).reshape(height, width, 2))
    return field


def _seen(photo: Bytes, camera: NDArray[np.float64], height: int, width: int) -> Bytes:
    warp = cv2.warpAffine(
        photo, camera[:2], (width, height), flags=cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP, borderMode=cv2.BORDER_REFLECT
    )
    return np.asarray(warp, np.uint8)


def _flow(now: NDArray[np.float64], before: NDArray[np.float64], height: int, width: int) -> Field:
    """Return the flow from each pixel of a frame to its position in the previous frame."""
    places = pixel_grid(height, width)
    both = np.linalg.inv(before) @ now
    moved: NDArray[np.float64] = places @ both[:2, :2].T + both[:2, 2] - places
    return moved.astype(np.float32)


def _visible(flow: Field, now: NDArray[np.bool_], before: NDArray[np.bool_]) -> Field:
    """Return where the previous frame shows the same thing, within its borders and not at the edge of the object."""
    height, width = now.shape
    places = pixel_grid(height, width) + flow
    inside = (places.min(axis=2) >= 0) & (places[..., 0] <= width - 1) & (places[..., 1] <= height - 1)
    covered = _read(before.astype(np.float32), places)
    return np.asarray(inside & (np.abs(covered - now) < 1e-3), np.float32)


def _read(frame: NDArray[np.generic], places: Field) -> Field:
    return np.asarray(remap(np.asarray(frame, np.float32), places, cv2.INTER_LINEAR), np.float32)
