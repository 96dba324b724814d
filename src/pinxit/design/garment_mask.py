"""The outline of a garment, a wall or a sofa, found from a few marks on it (GrabCut, Rother et al. 2004)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pinxit.errors import PinxitError
from pinxit.image import fit
from pinxit.image.picture import Picture, Pixels
from pinxit.recipe.masks import resize_mask

_SIDE = 480  # px: longer side of the copy in which the outline is found, in about a second
_ITERATIONS = 6
_SEED = 5  # of the initial colour clusters
_SAMPLES = 48  # marked colours that others are compared with
# Lightness counts half, because folds and shadows change it; a colour nearer than _NEAR, in steps of 1/255, is alike.
_LAB_WEIGHTS = np.array([0.5, 1, 1], np.float32)
_NEAR = 14.0
_USUAL = 0.2  # share of the marked pixels that have the colour of a thing that is meant
_SOFT = 0.0025  # deviation of the soft edge, as a share of the longer side


def find_garment(photo: Picture, marks: Pixels) -> Pixels:
    """Find what is marked: the connected area of similar colours, bounded by edges of the photograph.

    Args:
        photo: the photograph.
        marks: 1 where something is certainly part of it, 0 elsewhere, `(H, W)` at the photograph's size.

    Returns:
        The mask, `(H, W)`, range [0, 1]; all marks are inside.

    Raises:
        PinxitError: when nothing is marked, or everything is.
    """
    import cv2

    small = fit(photo, min(_SIDE, max(photo.height, photo.width)))
    marked = resize_mask(marks, small.height, small.width) > 0.5
    if not marked.any():
        raise PinxitError("nothing is marked: paint a few strokes on what is to be dressed.")
    if marked.all():
        raise PinxitError("everything is marked: leave out what is not to be dressed.")
    image = np.ascontiguousarray(np.round(255 * small.pixels[::-1].clip(0, 1)).astype(np.uint8).transpose(1, 2, 0))
    labels = _guess(image, marked)
    certain = labels == cv2.GC_FGD
    whole = (0, 0, small.width, small.height)  # not used: the labels say more
    cv2.setRNGSeed(_SEED)
    cv2.grabCut(image, labels, whole, np.zeros((1, 65)), np.zeros((1, 65)), _ITERATIONS, cv2.GC_INIT_WITH_MASK)
    found = (labels == cv2.GC_FGD) | (labels == cv2.GC_PR_FGD)
    _, parts = cv2.connectedComponents(found.astype(np.uint8))
    touched = np.setdiff1d(np.unique(parts[certain]), [0])
    kept = np.isin(parts, touched).astype(np.float32)
    large = cv2.resize(kept, (photo.width, photo.height), interpolation=cv2.INTER_LINEAR)
    soft = cv2.GaussianBlur(large, (0, 0), max(0.5, _SOFT * max(photo.height, photo.width)))
    return np.maximum(soft, np.where(marks > 0.5, marks, 0)).clip(0, 1).astype(np.float32)


def _guess(image: NDArray[np.uint8], marked: NDArray[np.bool_]) -> NDArray[np.uint8]:
    """Label marked pixels as inside, others whose colours are near a marked one as probably inside, the rest as outside.

    A colour that only few marked pixels have comes from a stroke that slipped over the border, and counts for little.
    """
    import cv2

    lab = cv2.cvtColor(image, cv2.COLOR_BGR2LAB).astype(np.float32) * _LAB_WEIGHTS
    inside = lab[marked]
    samples = inside[np.linspace(0, len(inside) - 1, min(_SAMPLES, len(inside))).astype(int)]
    apart = np.linalg.norm(samples[:, None] - samples[None], axis=2)
    usual = (apart < _NEAR).mean(axis=1) >= _USUAL
    # A cloth of many colours has none that is usual.
    if usual.mean() > 0.5:
        samples = samples[usual]
    nearest = np.full(lab.shape[:2], np.inf, np.float32)
    for sample in samples:
        np.minimum(nearest, np.square(lab - sample).sum(axis=2), out=nearest)
    near = nearest < _NEAR**2
    return np.where(near & marked, cv2.GC_FGD, np.where(near | marked, cv2.GC_PR_FGD, cv2.GC_PR_BGD)).astype(np.uint8)
