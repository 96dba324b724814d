"""The networks as ONNX graphs, so that painting needs no PyTorch.

Built from the weights when they are needed, for one style. In `folded`, the style's scales and shifts, and the statistics they
are applied to, are part of the convolutions: nothing in it looks further than its own receptive field, and a picture may be
painted in tiles and a film frame by frame, all alike (An et al., URST, 2022). `independent` is for other programs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from pinxit.network.weights import EPSILON, Array, Shape
from pinxit.picture.recolor import GRAIN, LEAST_SPREAD, UNCHANGED, Colors, Recoloring

OPSET = 17
FLOAT = TensorProto.FLOAT
PICTURE: list[str | int] = [1, 3, "height", "width"]
FRAME: list[str | int] = ["height", "width", 3]
ROOT_ITERATIONS = 20
"""Of Newton's method for the root of a 3×3 matrix: enough where one colour varies a thousand times less than another."""


class Graph:
    """An ONNX graph in the making: every method adds a node and returns the name of what it puts out."""

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.constants: list[onnx.TensorProto] = []

    def add(self, kind: str, *inputs: str, **attributes: Any) -> str:
        """Any node with one output."""
        name = f"{kind.lower()}{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, list(inputs), [name], name=name, **attributes))
        return name

    def constant(self, value: NDArray[np.generic]) -> str:
        """An array that the graph carries."""
        name = f"constant{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(value, name))
        return name

    def convolve(self, features: str, weight: Array, bias: Array, stride: int = 1) -> str:
        """3×3, borders reflected."""
        pads = self.constant(np.array([0, 0, 1, 1, 0, 0, 1, 1]))
        padded = self.add("Pad", features, pads, mode="reflect")
        return self.add(
            "Conv", padded, self.constant(weight), self.constant(bias), kernel_shape=[3, 3], strides=[stride] * 2
        )

    def model(
        self, inputs: Mapping[str, list[str | int]], outputs: Mapping[str, list[str | int]], kind: int = FLOAT
    ) -> bytes:
        """The finished file; sizes that may vary are given by a name."""
        values = [
            [helper.make_tensor_value_info(name, kind, shape) for name, shape in side.items()]
            for side in (inputs, outputs)
        ]
        graph = helper.make_graph(self.nodes, "pinxit", values[0], values[1], initializer=self.constants)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=8)
        onnx.checker.check_model(model)
        return bytes(model.SerializeToString())


def reader(weights: Mapping[str, Array], levels: int) -> bytes:
    """The graph from `style` `(1, 3, H, W)`, range [0, 1], to its `code` `(1, K)`.

    Args:
        weights: of the reader.
        levels: how many convolutions it has.
    """
    graph = Graph()
    tiny = graph.constant(np.array([EPSILON], np.float32))

    def moments(features: str) -> list[str]:
        mean, variance = _mean_and_variance(graph, features)
        return [mean, graph.add("Sqrt", graph.add("Add", variance, tiny))]

    features = _centred(graph, graph.add("AveragePool", "style", kernel_shape=[2, 2], strides=[2, 2]))
    found = moments(features)
    for level in range(levels):
        weight, bias = (weights[f"convolutions.{level}.{part}"] for part in ("weight", "bias"))
        features = graph.add("Relu", graph.convolve(features, weight, bias, 1 if level == 0 else 2))
        found += moments(features)
    numbers = graph.add("Flatten", graph.add("Concat", *found, axis=1))
    for layer in (0, 2):
        numbers = graph.add("Relu", numbers) if layer else numbers
        factors = [graph.constant(weights[f"perceptron.{layer}.{part}"]) for part in ("weight", "bias")]
        numbers = graph.add("Gemm", numbers, *factors, transB=1)
    graph.nodes.append(helper.make_node("Identity", [numbers], ["code"]))
    return graph.model({"style": PICTURE}, {"code": [1, weights["perceptron.2.bias"].size]})


def folded(
    weights: Mapping[str, Array], shape: Shape, affine: Array, moments: Array | None, correction: Recoloring
) -> bytes:
    """The graph from `picture` `(1, 3, H, W)`, H and W multiples of the shape's grid, to what is `painted`, of the same size.

    Args:
        weights: of the transformer.
        shape: of the transformer.
        affine: a style's scales (less 1) and shifts, `(2 Σ widths,)`.
        moments: means and variances of what is normalised, `(2 Σ widths,)`, folded into the convolutions with the style; None
            for a flat picture, which stays as it is.
        correction: of the painting's colours, folded into the last one.
    """
    graph = Graph()
    painted = "picture"
    if moments is not None:
        features = _trunk(graph, _centred(graph, "picture"), weights, shape, _folding(graph, shape, affine, moments))
        painted = _painted(graph, features, weights, correction)
    graph.nodes.append(helper.make_node("Identity", [painted], ["painted"]))
    return graph.model({"picture": PICTURE}, {"painted": PICTURE})


def framed(
    weights: Mapping[str, Array],
    shape: Shape,
    affine: Array,
    moments: Array | None,
    correction: Recoloring,
    recoloring: Recoloring,
) -> bytes:
    """The graph from a `frame` of bytes `(H, W, 3)` to what is `painted`, the same: films and cameras lose no time on arrays.

    Args:
        weights, shape, affine, moments, correction: see `folded`.
        recoloring: what gives the frame the style's colours.
    """
    graph = Graph()
    planes = graph.add("Transpose", graph.add("Cast", "frame", to=FLOAT), perm=[2, 0, 1])
    picture = graph.add("Unsqueeze", planes, graph.constant(np.array([0])))
    colors = graph.constant((recoloring.linear / 255).astype(np.float32)[:, :, None, None])
    offset = graph.constant(recoloring.offset.astype(np.float32))
    painted = dressed = _clipped(graph, graph.add("Conv", picture, colors, offset, kernel_shape=[1, 1]), 1)
    if moments is not None:
        features = _trunk(graph, _centred(graph, dressed), weights, shape, _folding(graph, shape, affine, moments))
        painted = _painted(graph, features, weights, correction)
    scaled = graph.add("Mul", painted, graph.constant(np.array([255], np.float32)))
    rounded = _clipped(graph, graph.add("Add", scaled, graph.constant(np.array([0.5], np.float32))), 255)
    planes = graph.add("Squeeze", rounded, graph.constant(np.array([0])))
    whole = graph.add("Cast", graph.add("Transpose", planes, perm=[1, 2, 0]), to=TensorProto.UINT8)
    graph.nodes.append(helper.make_node("Identity", [whole], ["painted"]))
    return graph.model({"frame": FRAME}, {"painted": FRAME}, TensorProto.UINT8)


def measuring(weights: Mapping[str, Array], shape: Shape) -> bytes:
    """The graph from a `picture` and an `affine` to what is `painted`, and the `moments` `(1, 2 Σ widths, 1, 1)` of what is
    normalised; it is the same for all styles.
    """
    graph, measured = Graph(), list[str]()
    sizes = [width for width in shape.widths for _ in range(2)]
    parts = [f"affine{number}" for number in range(len(sizes))]
    graph.nodes.append(helper.make_node("Split", ["affine", graph.constant(np.array(sizes))], parts, axis=0))
    one = graph.constant(np.array([1], np.float32))
    scales = [(graph.add("Add", scale, one), shift) for scale, shift in zip(parts[::2], parts[1::2], strict=True)]
    features = _trunk(graph, _centred(graph, "picture"), weights, shape, _live(graph, scales, measured))
    graph.nodes.append(helper.make_node("Concat", measured, ["moments"], axis=1))
    graph.nodes.append(helper.make_node("Identity", [_painted(graph, features, weights)], ["painted"]))
    return graph.model(
        {"picture": PICTURE, "affine": [sum(sizes)]}, {"moments": [1, sum(sizes), 1, 1], "painted": PICTURE}
    )


def independent(
    weights: Mapping[str, Array], shape: Shape, affine: Array, colors: Colors, strength: float = 1.0
) -> bytes:
    """The graph that needs nothing else: it gives a picture the style's colours, measures it, paints it, corrects the colours.

    Args:
        weights, shape, affine: see `folded`.
        colors: of the style.
        strength: how far each pixel goes from the picture to the painting, 0 to 1.
    """
    graph = Graph()
    dressed = _recolored(graph, "picture", colors, GRAIN)
    scales = [(graph.constant(scale), graph.constant(shift)) for scale, shift in _scales_and_shifts(shape, affine)]
    features = _trunk(graph, _centred(graph, dressed), weights, shape, _live(graph, scales, []))
    least = LEAST_SPREAD**2
    wanted = Colors(colors.mean, colors.covariance + least * np.eye(3))
    painted = _recolored(graph, _painted(graph, features, weights), wanted, least)
    if strength < 1:
        way = graph.add("Mul", graph.add("Sub", painted, "picture"), graph.constant(np.array([strength], np.float32)))
        painted = graph.add("Add", "picture", way)
    graph.nodes.append(helper.make_node("Identity", [painted], ["painted"]))
    return graph.model({"picture": PICTURE}, {"painted": PICTURE})


@dataclass(frozen=True)
class Layer:
    """A convolution that a normalisation follows."""

    weight: Array
    bias: Array
    stride: int


Normalized = Callable[[str, Layer], str]
"""From features to what the next layer makes of them."""


def _folding(graph: Graph, shape: Shape, affine: Array, moments: Array) -> Normalized:
    """Convolve with means, variances, scales and shifts as part of the kernels."""
    parts = zip(_scales_and_shifts(shape, affine), _apart(shape, moments), strict=True)

    def normalized(features: str, layer: Layer) -> str:
        (scale, shift), (mean, variance) = next(parts)
        factor: Array = scale / np.sqrt(variance + np.float32(EPSILON))
        bias = (layer.bias - mean) * factor + shift
        return graph.convolve(features, layer.weight * factor[:, None, None, None], bias, layer.stride)

    return normalized


def _live(graph: Graph, scales: Iterable[tuple[str, str]], measured: list[str]) -> Normalized:
    """Normalise by the features' own moments, whose names are collected, with scales and shifts of those names."""
    parts = iter(scales)

    def normalized(features: str, layer: Layer) -> str:
        convolved = graph.convolve(features, layer.weight, layer.bias, layer.stride)
        measured.extend(_mean_and_variance(graph, convolved))
        return graph.add("InstanceNormalization", convolved, *next(parts), epsilon=EPSILON)

    return normalized


def _scales_and_shifts(shape: Shape, affine: Array) -> list[tuple[Array, Array]]:
    """Of every normalisation; what is given are scales less 1."""
    return [(1 + scale, shift) for scale, shift in _apart(shape, affine)]


def _apart(shape: Shape, numbers: Array) -> list[tuple[Array, Array]]:
    """Two numbers for each channel of every normalisation."""
    parts = np.split(numbers, np.cumsum([2 * width for width in shape.widths])[:-1])
    return [(part[: len(part) // 2], part[len(part) // 2 :]) for part in parts]


def _trunk(graph: Graph, features: str, weights: Mapping[str, Array], shape: Shape, normalized: Normalized) -> str:
    """All but the last layer."""

    def layer(name: str, stride: int = 1) -> Layer:
        return Layer(weights[f"{name}.weight"], weights[f"{name}.bias"], stride)

    seen = []
    for level in range(len(shape.down)):
        features = graph.add("Relu", normalized(features, layer(f"down.{level}", 2)))
        seen.append(features)
    for block in range(shape.blocks):
        inner = graph.add("Relu", normalized(features, layer(f"blocks.{2 * block}")))
        features = graph.add("Add", features, normalized(inner, layer(f"blocks.{2 * block + 1}")))
    twice = graph.constant(np.array([1, 1, 2, 2], np.float32))
    for number, level in enumerate(reversed(range(len(shape.down) - 1))):
        enlarged = graph.add("Resize", features, "", twice, mode="nearest")
        features = graph.add("Relu", normalized(enlarged, layer(f"up.{number}")))
        if level > 0:
            features = graph.add("Add", features, seen[level])
    return features


def _painted(graph: Graph, features: str, weights: Mapping[str, Array], correction: Recoloring = UNCHANGED) -> str:
    """The last layer, which puts out quarters about zero, four pixels for each position, and its colours corrected."""
    linear = correction.linear.astype(np.float32)
    weight, bias = (weights[f"out.{part}"].reshape(3, 4, -1) / 4 for part in ("weight", "bias"))
    mixed = np.einsum("ij,jsk->isk", linear, weight).reshape(weights["out.weight"].shape)
    offset = linear.sum(1) / 2 + correction.offset.astype(np.float32)
    last = graph.convolve(features, mixed, np.einsum("ij,jsk->is", linear, bias).ravel() + np.repeat(offset, 4))
    return graph.add("DepthToSpace", last, blocksize=2, mode="CRD")


def _recolored(graph: Graph, picture: str, colors: Colors, grain: float) -> str:
    """A picture in other colours: `pinxit.picture.recolor.recolor`, whose map is also `A (A Σs A)^-½ A`, `A = Σc^½`.

    The inverse root is found by Newton's iteration (Higham, "Functions of Matrices", 2008, equation 6.35), for no ONNX
    operator finds it.
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
    """From 0 to the highest."""
    return graph.add("Clip", numbers, *(graph.constant(np.array(limit, np.float32)) for limit in (0, highest)))


def _centred(graph: Graph, picture: str) -> str:
    """From [0, 1] to [-2, 2]."""
    enlarged = graph.add("Mul", picture, graph.constant(np.array([4], np.float32)))
    return graph.add("Sub", enlarged, graph.constant(np.array([2], np.float32)))


def _mean_and_variance(graph: Graph, features: str) -> tuple[str, str]:
    """Return both for each channel, over all positions, `(1, C, 1, 1)`.

    In two passes: a mean of squares less the square of the mean rounds to less than 0 for a picture of one colour.
    """
    mean = graph.add("ReduceMean", features, axes=[2, 3], keepdims=1)
    centred = graph.add("Sub", features, mean)
    return mean, graph.add("ReduceMean", graph.add("Mul", centred, centred), axes=[2, 3], keepdims=1)
