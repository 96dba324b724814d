"""Detect faces: face-api's "tiny face detector".

It is Tiny YOLOv2 (Redmon, Farhadi, CVPR 2017) with separable convolutions: one pass over the picture, and per cell of 32 px
five boxes, whose sizes are multiples of five anchors learnt from training data.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from pinxit.faces.weights import load, separable

CELL = 32
"""Side of a cell of the output in the input, px."""
_MEAN = (117.001 / 255, 114.697 / 255, 97.404 / 255)  # of the training photographs: red, green, blue
# Widths and heights of the anchors, in cells.
_ANCHORS = (
    (1.603231, 2.094468),
    (6.041143, 7.080126),
    (2.882459, 3.518061),
    (4.266906, 5.178857),
    (9.041765, 10.66308),
)
SAME = 0.4  # intersection over union: boxes that overlap more are one face


@torch.no_grad()
def detect(pictures: Tensor) -> tuple[Tensor, Tensor]:
    """Return all boxes, however unlikely.

    Args:
        pictures: `(N, 3, H, W)`, range [0, 1], sRGB. Faces of about 50 to 300 px are detected.

    Returns:
        The boxes `(N, M, 4)`, left, top, right, bottom, px, and their scores `(N, M)`, range [0, 1].
    """
    weights = load("detector")
    number, _, height, width = pictures.shape
    mean = pictures.new_tensor(_MEAN)[:, None, None]
    # Padded with zeros, which after the subtraction are the mean colour.
    maps = F.pad(pictures - mean, (0, -width % CELL, 0, -height % CELL)).to(memory_format=torch.channels_last)
    maps = F.leaky_relu(F.conv2d(maps, weights["conv0/filters"], weights["conv0/bias"]), 0.1)
    for layer in range(1, 6):
        maps = F.max_pool2d(maps, 2, ceil_mode=True)
        maps = F.leaky_relu(separable(maps, weights, f"conv{layer}"), 0.1)
    # The last pooling keeps the size: TensorFlow's SAME pads at the end only.
    maps = F.max_pool2d(F.pad(maps, (0, 1, 0, 1), value=-torch.inf), 2, 1)
    maps = F.conv2d(maps, weights["conv8/filters"], weights["conv8/bias"])
    rows, columns = maps.shape[2:]
    x, y, w, h, score = maps.reshape(number, len(_ANCHORS), 5, rows, columns).unbind(2)
    anchors = maps.new_tensor(_ANCHORS)[:, :, None, None]
    x = torch.sigmoid(x) + torch.arange(columns)
    y = torch.sigmoid(y) + torch.arange(rows)[:, None]
    w, h = w.exp() * anchors[:, 0] / 2, h.exp() * anchors[:, 1] / 2
    boxes = CELL * torch.stack([x - w, y - h, x + w, y + h], -1)
    return boxes.flatten(1, 3), torch.sigmoid(score).flatten(1)


def overlap(box: Tensor, boxes: Tensor) -> Tensor:
    """Return the intersection over union of one box `(4,)` with each of `(M, 4)`: `(M,)`, range [0, 1]."""
    sides = (torch.minimum(box[2:], boxes[:, 2:]) - torch.maximum(box[:2], boxes[:, :2])).clamp_min(0)
    intersection = sides.prod(1)
    union = (box[2:] - box[:2]).prod() + (boxes[:, 2:] - boxes[:, :2]).prod(1) - intersection
    return intersection / union.clamp_min(1e-12)


def best_of_each(boxes: Tensor, scores: Tensor) -> Tensor:
    """Return the indices of boxes that overlap no better one, the best first (non-maximum suppression)."""
    order = scores.argsort(descending=True, stable=True)
    kept = []
    while len(order):
        best, order = order[0], order[1:]
        kept.append(int(best))
        order = order[overlap(boxes[best], boxes[order]) <= SAME]
    return torch.tensor(kept, dtype=torch.long)
