"""Detect faces: face-api's "tiny face detector".

It is Tiny YOLOv2 (Redmon, Farhadi, CVPR 2017) with separable convolutions: one pass over the picture, and per cell of 32 px
five boxes, whose sizes are multiples of five anchors learnt from training data.
"""

from __future__ import annotations

import functools
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pinxit.faces.weights import load
from pinxit.image.picture import Pixels
from pinxit.onnx_runtime.session import open_session, run_session

Boxes = NDArray[np.float32]
CELL = 32
"""Side of a cell of the output in the input, px."""
_MEAN = np.array((117.001, 114.697, 97.404), np.float32) / 255  # of the training photographs: red, green, blue
# Widths and heights of the anchors, in cells.
_ANCHORS = np.array(
    (
        (1.603231, 2.094468),
        (6.041143, 7.080126),
        (2.882459, 3.518061),
        (4.266906, 5.178857),
        (9.041765, 10.66308),
    ),
    np.float32,
)
SAME = 0.4  # intersection over union: boxes that overlap more are one face


def detect(pictures: Pixels) -> tuple[Boxes, NDArray[np.float32]]:
    """Return all boxes, however unlikely.

    Args:
        pictures: `(N, 3, H, W)`, range [0, 1], sRGB. Faces of about 50 to 300 px are detected.

    Returns:
        The boxes `(N, M, 4)`, left, top, right, bottom, px, and their scores `(N, M)`, range [0, 1].
    """
    height, width = pictures.shape[2:]
    # Padded with zeros, which after the subtraction are the mean colour.
    padding = ((0, 0), (0, 0), (0, -height % CELL), (0, -width % CELL))
    (maps,) = run_session(_session(), {"pictures": np.pad(pictures - _MEAN[:, None, None], padding)})
    number, _, rows, columns = maps.shape
    x, y, w, h, score = np.moveaxis(maps.reshape(number, len(_ANCHORS), 5, rows, columns), 2, 0)
    anchors = _ANCHORS[:, :, None, None]
    x = _sigmoid(x) + np.arange(columns, dtype=np.float32)
    y = _sigmoid(y) + np.arange(rows, dtype=np.float32)[:, None]
    w, h = np.exp(w) * anchors[:, 0] / 2, np.exp(h) * anchors[:, 1] / 2
    boxes = CELL * np.stack([x - w, y - h, x + w, y + h], -1)
    return boxes.reshape(number, -1, 4), _sigmoid(score).reshape(number, -1)


def overlap(box: Boxes, boxes: Boxes) -> NDArray[np.float32]:
    """Return the intersection over union of one box `(4,)` with each of `(M, 4)`: `(M,)`, range [0, 1]."""
    sides = (np.minimum(box[2:], boxes[:, 2:]) - np.maximum(box[:2], boxes[:, :2])).clip(0)
    intersection = sides.prod(1)
    union = (box[2:] - box[:2]).prod() + (boxes[:, 2:] - boxes[:, :2]).prod(1) - intersection
    return np.asarray(intersection / union.clip(1e-12), np.float32)


def best_of_each(boxes: Boxes, scores: NDArray[np.float32]) -> list[int]:
    """Return the indices of boxes that overlap no better one, the best first (non-maximum suppression)."""
    order = (-scores).argsort(kind="stable")
    kept = []
    while len(order):
        best, order = order[0], order[1:]
        kept.append(int(best))
        order = order[overlap(boxes[best], boxes[order]) <= SAME]
    return kept


@functools.cache
def _session() -> Any:
    from pinxit.faces.graph import FaceGraph  # imports onnx, which --help does without

    graph = FaceGraph(load("detector"))
    maps = graph.add("LeakyRelu", graph.convolution("pictures", "conv0"), alpha=0.1)
    for layer in range(1, 6):
        maps = graph.add("MaxPool", maps, kernel_shape=[2, 2], strides=[2, 2], ceil_mode=1)
        maps = graph.add("LeakyRelu", graph.separable(maps, f"conv{layer}"), alpha=0.1)
    # The last pooling keeps the size: TensorFlow's SAME pads at the end only.
    maps = graph.add("MaxPool", maps, kernel_shape=[2, 2], strides=[1, 1], pads=[0, 0, 1, 1])
    graph.output(graph.convolution(maps, "conv8"), "boxes")
    return open_session(graph.model({"pictures": ["n", 3, "h", "w"]}, {"boxes": ["n", 25, "rows", "columns"]}))


def _sigmoid(values: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.asarray((1 + np.tanh(values / 2)) / 2, np.float32)
