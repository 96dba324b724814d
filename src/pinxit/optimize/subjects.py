"""What must stay recognisable: faces, which people look at first, and what a mask asks for."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch

from pinxit.faces import Face, face_map, feature_map
from pinxit.image.picture import Pixels
from pinxit.objective.objective import Subjects
from pinxit.recipe.masks import resize_mask

FACE, FEATURES = 1.0, 4.0  # additional weight of the content on a face, and on its eyes, nose and mouth
DETAILED = 4.0  # the same where a mask asks for detail
SMALL = 100.0  # px: taller faces get proportionally less weight, because strokes do not grow with faces


def subjects(faces: Sequence[Face], height: int, width: int, detailed: Pixels | None = None) -> Subjects | None:
    """Return how the objective treats faces and detailed parts; None where there are none.

    Args:
        faces: the faces.
        height: the picture's height, px.
        width: the picture's width, px.
        detailed: where fine detail stays, `(H, W)` of any size, range [0, 1]; None for nowhere.
    """
    if not faces and detailed is None:
        return None
    content, place = np.zeros((height, width), np.float32), np.zeros((height, width), np.float32)
    for face in faces:
        care = min(1.0, SMALL / max(1.0, (face.box[3] - face.box[1]) * height))
        whole, features = face_map([face], height, width), feature_map([face], height, width)
        content = np.maximum(content, care * (FACE * whole + (FEATURES - FACE) * features))
        place = np.maximum(place, care * whole)
    if detailed is not None:
        mask = resize_mask(detailed, height, width)
        content, place = np.maximum(content, DETAILED * mask), np.maximum(place, mask)
    return Subjects(torch.from_numpy(content)[None, None], torch.from_numpy(place)[None, None])
