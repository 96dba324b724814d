"""Measure whether a photograph's faces are still faces in the result, and their eyes and mouths where they were."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pinxit.faces import Face, find, find_again
from pinxit.image import Picture

SAME = 0.4
"""Least intersection over union of a face's boxes before and after."""


@dataclass(frozen=True)
class FaceAgreement:
    """How a photograph's faces survived in the result.

    Attributes:
        faces: the number of faces in the photograph.
        found: the share of them that is found again, range [0, 1]; None where there is none.
        eyes: how far the centres of the eyes moved, in shares of the distance between them, mean over the faces found
            again; None where none is.
        mouth: how far the centre of the mouth moved, in the same shares.
    """

    faces: int
    found: float | None
    eyes: float | None
    mouth: float | None


def face_agreement(result: Picture, content: Picture) -> FaceAgreement:
    """Look for the faces of the photograph `content` in the result, which must have its shape and may have another size."""
    faces = find(content)
    if not faces:
        return FaceAgreement(0, None, None, None)
    eyes, mouths = [], []
    for face in faces:
        again = find_again(result, face)
        if again is None or _overlap(face.box, again.box) < SAME:
            continue
        moved_eyes, moved_mouth = _moved(again, face, content.height, content.width)
        eyes.append(moved_eyes)
        mouths.append(moved_mouth)
    if not eyes:
        return FaceAgreement(len(faces), 0, None, None)
    return FaceAgreement(len(faces), len(eyes) / len(faces), float(np.mean(eyes)), float(np.mean(mouths)))


def _moved(after: Face, before: Face, height: int, width: int) -> tuple[float, float]:
    """Return how far the eyes' centres moved on average, and the mouth's centre, in shares of the distance between the eyes."""
    ours, theirs = (face.eyes_at(height, width) for face in (after, before))
    # In a profile both eyes may coincide.
    apart = max(float(np.linalg.norm(theirs[1] - theirs[0])), 0.1 * (before.box[2] - before.box[0]) * width)
    mouth = after.mouth_at(height, width) - before.mouth_at(height, width)
    return float(np.linalg.norm(ours - theirs, axis=1).mean()) / apart, float(np.linalg.norm(mouth)) / apart


def _overlap(one: tuple[float, float, float, float], other: tuple[float, float, float, float]) -> float:
    """Return the intersection over union, range [0, 1]."""
    width = min(one[2], other[2]) - max(one[0], other[0])
    height = min(one[3], other[3]) - max(one[1], other[1])
    intersection = max(0.0, width) * max(0.0, height)
    areas = sum((right - left) * (bottom - top) for left, top, right, bottom in (one, other))
    return intersection / (areas - intersection)
