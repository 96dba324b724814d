"""The networks as ONNX graphs, so that painting needs no PyTorch.

Graphs are built from the weights when they are needed, for one style. In `tile_network`, the style's scales and shifts, and the
statistics to which they are applied, are folded into the convolutions. No position depends on more than its own receptive
field, so a picture may be painted in tiles and a film frame by frame without seams or flicker (An et al., URST, 2022).
`standalone_network` is for other programs.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from onnx import TensorProto, helper

from pinxit.network.onnx_trunk import (
    InstanceNormalization,
    MeasuredNormalization,
    TokenNames,
    scales_and_shifts,
    trunk,
)
from pinxit.network.style_code import StyleCode, affine_of
from pinxit.network.weights import ANTI_MESH, EPSILON, KEY, VALUE, Array, Shape
from pinxit.onnx_runtime.graph import FLOAT, Graph
from pinxit.texture.color_transfer import MIN_SPREAD, MIN_VARIANCE, UNCHANGED, Colors, Recoloring

PICTURE: list[str | int] = [1, 3, "height", "width"]
FRAME: list[str | int] = ["height", "width", 3]
ROOT_ITERATIONS = 20
"""Iterations of Newton's method for the root of a 3×3 matrix: enough where one colour varies a thousand times less than
another."""


def style_encoder(weights: Mapping[str, Array], levels: int) -> bytes:
    """Return the graph from `style` `(1, 3, H, W)`, range [0, 1], to its `code` `(1, K)`.

    Further outputs are the features of the last two convolutions, `fine` and `coarse`, of which tokens are made.

    Args:
        weights: the parameters of the style encoder.
        levels: its number of convolutions.
    """
    graph = Graph()
    tiny = graph.constant(np.array([EPSILON], np.float32))

    def moments(features: str) -> list[str]:
        mean, variance = graph.mean_and_variance(features)
        return [mean, graph.add("Sqrt", graph.add("Add", variance, tiny))]

    features = _centred(graph, graph.add("AveragePool", "style", kernel_shape=[2, 2], strides=[2, 2]))
    found, convolved = moments(features), list[str]()
    for level in range(levels):
        weight, bias = (weights[f"convolutions.{level}.{part}"] for part in ("weight", "bias"))
        features = graph.add("Relu", graph.convolve(features, weight, bias, 1 if level == 0 else 2))
        convolved.append(features)
        found += moments(features)
    numbers = graph.add("Flatten", graph.add("Concat", *found, axis=1))
    for layer in (0, 2):
        numbers = graph.add("Relu", numbers) if layer else numbers
        factors = [graph.constant(weights[f"perceptron.{layer}.{part}"]) for part in ("weight", "bias")]
        numbers = graph.add("Gemm", numbers, *factors, transB=1)
    outputs: dict[str, list[str | int]] = {"code": [1, weights["perceptron.2.bias"].size]}
    graph.nodes.append(helper.make_node("Identity", [numbers], ["code"]))
    for name, level in (("fine", levels - 2), ("coarse", levels - 1)):
        graph.nodes.append(helper.make_node("Identity", [convolved[level]], [name]))
        outputs[name] = [1, weights[f"convolutions.{level}.bias"].size, f"{name}_height", f"{name}_width"]
    return graph.model({"style": PICTURE}, outputs)


def tile_network(
    weights: Mapping[str, Array], shape: Shape, code: StyleCode, moments: Array | None, correction: Recoloring
) -> bytes:
    """Return the graph from `picture` `(1, 3, H, W)`, H and W multiples of the shape's grid, to `painted`, of the same size.

    Args:
        weights: the parameters of the transform network.
        shape: its shape.
        code: the style.
        moments: means and variances of the features that are normalised, `(2 Σ measured_widths,)`, folded into the
            convolutions with the style; None for a flat picture, which stays as it is.
        correction: of the painting's colours, folded into the last convolution.
    """
    graph = Graph()
    painted = "picture"
    if moments is not None:
        features = _measured_trunk(graph, "picture", weights, shape, code, moments)
        painted = _painted(graph, features, weights, shape, correction)
    graph.nodes.append(helper.make_node("Identity", [painted], ["painted"]))
    return graph.model({"picture": PICTURE}, {"painted": PICTURE})


def frame_network(
    weights: Mapping[str, Array],
    shape: Shape,
    code: StyleCode,
    moments: Array | None,
    correction: Recoloring,
    recoloring: Recoloring,
) -> bytes:
    """Return the graph from a `frame` of bytes `(H, W, 3)` to `painted`, of the same kind: no conversion outside the graph.

    Args:
        weights: the parameters of the transform network.
        shape: its shape.
        code: see `tile_network`.
        moments: see `tile_network`.
        correction: see `tile_network`.
        recoloring: the map that gives the frame the style's colours.
    """
    graph = Graph()
    planes = graph.add("Transpose", graph.add("Cast", "frame", to=FLOAT), perm=[2, 0, 1])
    picture = graph.add("Unsqueeze", planes, graph.constant(np.array([0])))
    colors = graph.constant((recoloring.linear / 255).astype(np.float32)[:, :, None, None])
    offset = graph.constant(recoloring.offset.astype(np.float32))
    painted = recolored = _clipped(graph, graph.add("Conv", picture, colors, offset, kernel_shape=[1, 1]), 1)
    if moments is not None:
        features = _measured_trunk(graph, recolored, weights, shape, code, moments)
        painted = _painted(graph, features, weights, shape, correction)
    scaled = graph.add("Mul", painted, graph.constant(np.array([255], np.float32)))
    rounded = _clipped(graph, graph.add("Add", scaled, graph.constant(np.array([0.5], np.float32))), 255)
    planes = graph.add("Squeeze", rounded, graph.constant(np.array([0])))
    whole = graph.add("Cast", graph.add("Transpose", planes, perm=[1, 2, 0]), to=TensorProto.UINT8)
    graph.nodes.append(helper.make_node("Identity", [whole], ["painted"]))
    return graph.model({"frame": FRAME}, {"painted": FRAME}, TensorProto.UINT8)


def _measured_trunk(
    graph: Graph, picture: str, weights: Mapping[str, Array], shape: Shape, code: StyleCode, moments: Array
) -> str:
    normalization = MeasuredNormalization(graph, shape, affine_of(weights, code), moments)
    tokens = TokenNames.constants(graph, code)
    return trunk(graph, _centred(graph, picture), weights, shape, normalization, tokens)


def measuring_network(weights: Mapping[str, Array], shape: Shape) -> bytes:
    """Return the graph that paints a picture and measures it, the same for all styles.

    Its inputs are `picture`, `affine` and, for a network with attention, `keys` and `values` of style tokens; its outputs
    `painted` and `moments` `(1, 2 Σ measured_widths, 1, 1)`, the means and variances of the features that are normalised.
    """
    graph = Graph()
    sizes = [width for width in shape.widths for _ in range(2)]
    parts = [f"affine{number}" for number in range(len(sizes))]
    graph.split("affine", sizes, parts)
    one = graph.constant(np.array([1], np.float32))
    scales = [(graph.add("Add", scale, one), shift) for scale, shift in zip(parts[::2], parts[1::2], strict=True)]
    normalization = InstanceNormalization(graph, scales)
    tokens = TokenNames("keys", "values")
    features = trunk(graph, _centred(graph, "picture"), weights, shape, normalization, tokens)
    graph.nodes.append(helper.make_node("Concat", normalization.measured, ["moments"], axis=1))
    graph.nodes.append(helper.make_node("Identity", [_painted(graph, features, weights, shape)], ["painted"]))
    inputs: dict[str, list[str | int]] = {"picture": PICTURE, "affine": [sum(sizes)]}
    if attentions := len(shape.attention):
        inputs |= {"keys": [attentions, "tokens", KEY], "values": [attentions, VALUE + 1, "tokens"]}
    return graph.model(inputs, {"moments": [1, 2 * sum(shape.measured_widths), 1, 1], "painted": PICTURE})


def standalone_network(
    weights: Mapping[str, Array], shape: Shape, code: StyleCode, colors: Colors, strength: float = 1.0
) -> bytes:
    """Return a graph that needs no other: it recolours a picture, measures it, paints it and corrects its colours.

    Args:
        weights: the parameters of the transform network.
        shape: its shape.
        code: see `tile_network`.
        colors: the colours of the style.
        strength: how far each pixel goes from the picture to the painting, 0 to 1.
    """
    graph = Graph()
    recolored = _recolor(graph, "picture", colors, MIN_VARIANCE)
    scales = [
        (graph.constant(scale), graph.constant(shift))
        for scale, shift in scales_and_shifts(shape, affine_of(weights, code))
    ]
    tokens = TokenNames.constants(graph, code)
    features = trunk(graph, _centred(graph, recolored), weights, shape, InstanceNormalization(graph, scales), tokens)
    least = MIN_SPREAD**2
    wanted = Colors(colors.mean, colors.covariance + least * np.eye(3))
    painted = _recolor(graph, _painted(graph, features, weights, shape), wanted, least)
    if strength < 1:
        way = graph.add("Mul", graph.add("Sub", painted, "picture"), graph.constant(np.array([strength], np.float32)))
        painted = graph.add("Add", "picture", way)
    graph.nodes.append(helper.make_node("Identity", [painted], ["painted"]))
    return graph.model({"picture": PICTURE}, {"painted": PICTURE})


def _painted(
    graph: Graph, features: str, weights: Mapping[str, Array], shape: Shape, correction: Recoloring = UNCHANGED
) -> str:
    """Add the last layer, four pixels of quarters about zero for each position, and correct its colours."""
    linear = correction.linear.astype(np.float32)
    weight, bias = (weights[f"out.{part}"].reshape(3, 4, -1) / 4 for part in ("weight", "bias"))
    mixed = np.einsum("ij,jsk->isk", linear, weight).reshape(weights["out.weight"].shape)
    offset = linear.sum(1) / 2 + correction.offset.astype(np.float32)
    last = graph.convolve(features, mixed, np.einsum("ij,jsk->is", linear, bias).ravel() + np.repeat(offset, 4))
    painted = graph.add("DepthToSpace", last, blocksize=2, mode="CRD")
    if not shape.smooth:
        return painted
    kernel = np.repeat(np.outer(ANTI_MESH, ANTI_MESH)[None, None], 3, axis=0)
    padded = graph.add("Pad", painted, graph.constant(np.array([0, 0, 2, 2, 0, 0, 2, 2])), mode="reflect")
    return graph.add("Conv", padded, graph.constant(kernel), kernel_shape=[5, 5], group=3)


def _recolor(graph: Graph, picture: str, colors: Colors, grain: float) -> str:
    """Recolour a picture: `pinxit.texture.color_transfer.recolor`, its map written as `A (A Σs A)^-½ A` with `A = Σc^½`.

    The inverse root is found by Newton's iteration (Higham, "Functions of Matrices", 2008, equation 6.35), because no ONNX
    operator computes it.
    """

    def constant(value: Any) -> str:
        return graph.constant(np.asarray(value, np.float32))

    values, vectors = np.linalg.eigh(colors.covariance)
    root = constant((vectors * np.sqrt(values)) @ vectors.T)
    flat = graph.add("Reshape", picture, graph.constant(np.array([3, -1])))
    centred = graph.add("Sub", flat, graph.add("ReduceMean", flat, axes=[1], keepdims=1))
    count = graph.add("Cast", graph.add("Gather", graph.add("Shape", flat), graph.constant(np.array(1))), to=FLOAT)
    covariance = graph.add("Div", graph.add("MatMul", centred, graph.add("Transpose", centred, perm=[1, 0])), count)
    added = graph.add("Add", covariance, constant(grain * np.eye(3)))
    product = graph.add("MatMul", graph.add("MatMul", root, added), root)
    trace = graph.add("ReduceSum", graph.add("Mul", product, constant(np.eye(3))), keepdims=0)
    y, z = graph.add("Div", product, trace), constant(np.eye(3))
    for _ in range(ROOT_ITERATIONS):
        step = graph.add("Sub", constant(1.5 * np.eye(3)), graph.add("Mul", graph.add("MatMul", z, y), constant(0.5)))
        y, z = graph.add("MatMul", y, step), graph.add("MatMul", step, z)
    inverse = graph.add("Div", z, graph.add("Sqrt", trace))
    linear = graph.add("MatMul", graph.add("MatMul", root, inverse), root)
    mapped = graph.add("Add", graph.add("MatMul", linear, centred), constant(colors.mean[:, None]))
    whole = graph.add("Reshape", mapped, graph.add("Shape", picture))
    return _clipped(graph, whole, 1)


def _clipped(graph: Graph, numbers: str, highest: float) -> str:
    """Clip from 0 to the highest value."""
    return graph.add("Clip", numbers, *(graph.constant(np.array(limit, np.float32)) for limit in (0, highest)))


def _centred(graph: Graph, picture: str) -> str:
    """Map [0, 1] to [-2, 2]."""
    enlarged = graph.add("Mul", picture, graph.constant(np.array([4], np.float32)))
    return graph.add("Sub", enlarged, graph.constant(np.array([2], np.float32)))
