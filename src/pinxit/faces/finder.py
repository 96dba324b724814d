"""Find the faces of a picture: candidates at several sizes, each examined again closely, then its landmarks.

The detector alone fires on windows, knees and bouquets, and misses faces much smaller or larger than those it was trained on.
So it scans the whole picture at several sizes, and every candidate again, cut out, at four sizes and mirrored: a face scores
high in all of these views. That also makes boxes the same at every size of the picture.
"""

from __future__ import annotations

import numpy as np
import PIL.Image
from numpy.typing import NDArray

from pinxit.faces.detector import Boxes, best_of_each, detect, overlap
from pinxit.faces.face import Face, Points
from pinxit.faces.landmarks import SIDE, landmarks
from pinxit.image import Picture, fit
from pinxit.image.picture import Pixels

SURE = 0.5
"""Least score of a face. On 57 photographs everything that scored more is a face; the best false one has 0.31."""
AGAIN = 0.2
"""Least score at a place where a face is known to have been. Of 876 places without one, two scored more."""
_SIZES = (224, 416, 800, 1216)  # px: longer sides at which to scan the picture, for faces from 1/40 of it to all of it
_MOST_ENLARGED = 2  # times: a picture enlarged more shows nothing new
_LEAST_CANDIDATE = 0.25  # least score of a candidate in the whole picture; painted faces score low there
_MOST_CANDIDATES = 64
_AROUND = 2.2  # side of the square that a candidate is examined in, in longer sides of its box
_CLOSE_SIZES = (160, 112, 224, 320)  # px: sizes at which that square is examined
_LEAST_CLOSE = 0.2  # least mean score at the first of these sizes for a candidate to be examined at the others
_AGREES = 0.35  # intersection over union: a box that overlaps a candidate's so much is of the same face
_SQUARES = (0.9, 1.0, 1.12)  # sides of the squares whose landmarks are averaged, in longer sides of the box


def find(picture: Picture, least: float = SURE) -> list[Face]:
    """Return the picture's faces, the most certain first.

    It takes about 0.1 s for a portrait and 0.3 s for a crowd, on one core (benchmarks/faces.py). Nothing is random.

    Args:
        picture: the picture, of any size; faces smaller than 1/40 of its longer side are not found.
        least: the least score, range [0, 1]. Lower values find more painted faces, and more false ones.
    """
    pixels = _limited(picture).pixels
    examined = [_examine(pixels, candidate, _LEAST_CLOSE) for candidate in _candidates(pixels)]
    certain = [(box, score) for box, score in examined if score >= least]
    if not certain:
        return []
    boxes, scores = np.stack([box for box, _ in certain]), np.array([score for _, score in certain], np.float32)
    return [_face(pixels, boxes[index], float(scores[index])) for index in best_of_each(boxes, scores)]


def find_again(picture: Picture, face: Face, least: float = AGAIN) -> Face | None:
    """Return a face of one picture in another version of it, such as a painted one; None where it is no longer a face.

    Args:
        picture: a picture of the same shape as the one in which the face was found, at any size.
        face: the face to look for; only its place counts, not its identity.
        least: the least score, range [0, 1].
    """
    pixels = _limited(picture).pixels
    place = np.array(face.box, np.float32) * np.tile(_size(pixels), 2)
    box, score = _examine(pixels, place, 0)
    return _face(pixels, box, score) if score >= least else None


def _size(pixels: Pixels) -> NDArray[np.float32]:
    """Return width and height, px."""
    return np.array(pixels.shape[:0:-1], np.float32)


def _limited(picture: Picture) -> Picture:
    longest = max(picture.height, picture.width)
    return picture if longest <= _SIZES[-1] else fit(picture, _SIZES[-1])


def _candidates(pixels: Pixels) -> Boxes:
    """Return boxes `(M, 4)`, px, of possible faces in the picture `(3, H, W)`."""
    height, width = pixels.shape[1:]
    longer = max(height, width)
    found = [np.zeros((0, 4), np.float32)]
    scores = [np.zeros(0, np.float32)]
    for size in _SIZES:
        if size > _MOST_ENLARGED * longer:
            break
        scaled = _resized(pixels, size / longer)
        boxes, certain = (of[0] for of in detect(scaled[None]))
        likely = certain >= _LEAST_CANDIDATE
        found.append(boxes[likely] * np.float32(longer / size))
        scores.append(certain[likely])
    boxes, certain = np.concatenate(found), np.concatenate(scores)
    return boxes[best_of_each(boxes, certain)[:_MOST_CANDIDATES]]


def _examine(pixels: Pixels, box: Boxes, least: float) -> tuple[Boxes, float]:
    """Return a candidate's box `(4,)`, px, and score: means over its surroundings at several sizes, each also mirrored.

    A candidate that scores less than `least` at the first size is rejected with a score of 0.
    """
    side = float((box[2:] - box[:2]).max()) * _AROUND
    cut, (left, top) = _cut(pixels, box, side)
    if not cut.size:
        return box, 0.0
    corner = np.array([left, top, left, top], np.float32)
    width = cut.shape[2]
    boxes, scores = [], []
    for number, size in enumerate(_CLOSE_SIZES):
        scale = size / side
        scaled = _resized(cut, scale)
        for mirrored, (found, certain) in enumerate(zip(*detect(np.stack([scaled, scaled[..., ::-1]])), strict=True)):
            found = found / np.float32(scale)
            if mirrored:
                found = np.stack([width - found[:, 2], found[:, 1], width - found[:, 0], found[:, 3]], 1)
            found = found + corner
            agreeing = certain * (overlap(box, found) >= _AGREES)
            best = int(agreeing.argmax())
            boxes.append(found[best])
            scores.append(agreeing[best])
        if number == 0 and np.mean(scores) < least:
            return box, 0.0
    certain = np.stack(scores)
    mean = (np.stack(boxes) * certain[:, None]).sum(0) / certain.sum().clip(1e-12)
    return np.asarray(mean, np.float32), float(certain.mean())


def _face(pixels: Pixels, box: Boxes, score: float) -> Face:
    """Return the face in a box, px, with its landmarks."""
    size = _size(pixels)
    left, top, right, bottom = (float(side) for side in box / np.tile(size, 2))
    return Face((left, top, right, bottom), np.asarray(_landmarks(pixels, box) / size, np.float32), score)


def _landmarks(pixels: Pixels, box: Boxes) -> Points:
    """Return the landmarks `(68, 2)`, x and y, px of the picture."""
    squares, corners, sides = [], [], []
    for share in _SQUARES:
        side = round(float((box[2:] - box[:2]).max()) * share)
        left, top = (round(float(middle) - side / 2) for middle in (box[:2] + box[2:]) / 2)
        cut, (x, y) = _cut(pixels, box, side)
        height, width = cut.shape[1:]
        # Padded with black, as in the network's training.
        around = ((0, 0), (y - top, side - height - (y - top)), (x - left, side - width - (x - left)))
        squares.append(_at_size(np.pad(cut, around), SIDE, SIDE))
        corners.append((left, top))
        sides.append(side)
    points = (
        landmarks(np.stack(squares)) * np.array(sides, np.float32)[:, None, None]
        + np.array(corners, np.float32)[:, None]
    )
    return np.asarray(points.mean(0), np.float32)


def _cut(pixels: Pixels, box: Boxes, side: float) -> tuple[Pixels, tuple[int, int]]:
    """Return the square of `side` px about a box's centre, as far as it is in the picture, and its top left corner (x, y)."""
    side = round(side)
    left, top = (round(float(middle) - side / 2) for middle in (box[:2] + box[2:]) / 2)
    cut = pixels[:, max(0, top) : max(0, top + side), max(0, left) : max(0, left + side)]
    return cut, (max(0, left), max(0, top))


def _resized(pixels: Pixels, scale: float) -> Pixels:
    """Return pixels `(3, H, W)` scaled, with an antialiasing filter."""
    height, width = (max(1, round(side * scale)) for side in pixels.shape[1:])
    return _at_size(pixels, height, width)


def _at_size(pixels: Pixels, height: int, width: int) -> Pixels:
    planes = [PIL.Image.fromarray(np.ascontiguousarray(plane)) for plane in pixels]
    return np.stack([np.asarray(plane.resize((width, height), PIL.Image.Resampling.BILINEAR)) for plane in planes])
