"""Find 68 landmarks of a face: face-api's "tiny" landmark network, dense blocks of separable convolutions."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np

from pinxit.faces.face import Points
from pinxit.faces.weights import load
from pinxit.image.picture import Pixels
from pinxit.onnx_runtime.session import open_session, run_session

SIDE = 112
"""Side of the square that the network takes, px."""
_MEAN = np.array((122.782, 117.001, 104.298), np.float32) / 255  # of the training photographs: red, green, blue
# The number of each landmark in a mirror image: jaw, brows, bridge of the nose, nostrils, eyes, outer lips, inner lips.
_MIRRORED = (
    *range(16, -1, -1), *range(26, 16, -1), 27, 28, 29, 30, *range(35, 30, -1),
    45, 44, 43, 42, 47, 46, 39, 38, 37, 36, 41, 40,
    *range(54, 47, -1), *range(59, 54, -1), *range(64, 59, -1), 67, 66, 65,
)  # fmt: skip


def landmarks(squares: Pixels) -> Points:
    """Return the landmarks of the face in each square, as the mean over the square and its mirror image.

    Args:
        squares: `(N, 3, 112, 112)`, range [0, 1], sRGB, each with a face as the detector's box frames it.

    Returns:
        `(N, 68, 2)`, x and y in shares of the square.
    """
    both = np.concatenate([squares, squares[..., ::-1]]) - _MEAN[:, None, None]
    (found,) = run_session(_session(), {"squares": both})
    points, mirrored = found.reshape(2, -1, 68, 2)
    mirrored = mirrored[:, list(_MIRRORED)]
    mirrored = np.stack([1 - mirrored[..., 0], mirrored[..., 1]], -1)
    return np.asarray((points + mirrored) / 2, np.float32)


@functools.cache
def _session() -> Any:
    """Return the network: `(N, 136)` from squares `(N, 3, 112, 112)` whose mean is subtracted."""
    from pinxit.faces.graph import FaceGraph  # imports onnx, which --help does without

    graph = FaceGraph(load("landmarks"))
    maps = "squares"
    for block in range(3):
        name = f"dense{block}"
        begin = (
            graph.convolution(maps, f"{name}/conv0", 2, 1) if block == 0 else graph.separable(maps, f"{name}/conv0", 2)
        )
        first = graph.add("Relu", begin)
        second = graph.add("Add", first, graph.separable(first, f"{name}/conv1"))
        third = graph.separable(graph.add("Relu", second), f"{name}/conv2")
        maps = graph.add("Relu", graph.add("Add", second, third))
    means = graph.add("ReduceMean", maps, axes=[2, 3], keepdims=0)
    graph.output(graph.add("Gemm", means, graph.weight("fc/weights"), graph.weight("fc/bias"), transB=1), "points")
    return open_session(graph.model({"squares": ["n", 3, SIDE, SIDE]}, {"points": ["n", 136]}))
