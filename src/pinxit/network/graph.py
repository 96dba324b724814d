"""The transformer as an ONNX graph, so that painting needs no PyTorch.

Built from the weights when it is needed, with a style's scales and shifts, and the statistics they are applied to, folded into
the convolutions. Folded, nothing in the network looks further than its own receptive field:
a picture may be painted in tiles and a film frame by frame, all alike (An et al., URST, 2022).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from pinxit.network.weights import EPSILON, Array

OPSET = 17


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

    def model(self, inputs: Mapping[str, list[str | int]], outputs: Mapping[str, list[str | int]]) -> bytes:
        """The finished file; sizes that may vary are given by a name."""
        values = [
            [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name, shape in side.items()]
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

    features = _centred(graph, "style")
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
    picture: list[str | int] = [1, 3, "height", "width"]
    return graph.model({"style": picture}, {"code": [1, weights["perceptron.2.bias"].size]})


def transformer(
    weights: Mapping[str, Array],
    widths: list[int],
    affine: Array,
    moments: Array | None = None,
) -> bytes:
    """The graph from `picture` `(1, 3, H, W)`, H and W multiples of 4, to what is `painted`, of the same size.

    Args:
        weights: of the transformer.
        widths: the channels of each normalisation.
        affine: a style's scales (less 1) and shifts, `(2 Σ widths,)`.
        moments: means and variances of what is normalised, `(2 Σ widths,)`, to be folded into the convolutions with the
            style. Where they are left out, the graph finds the picture's own and puts those out, `(1, 2 Σ widths, 1, 1)`.
    """
    graph, number = Graph(), iter(range(len(widths)))
    ends = np.cumsum([2 * width for width in widths])[:-1]
    measured: list[str] = []

    def normalized(features: str, name: str, stride: int = 1) -> str:
        layer = next(number)
        weight, bias = weights[f"{name}.weight"], weights[f"{name}.bias"]
        scale, shift = np.split(np.split(affine, ends)[layer], 2)
        if moments is None:
            convolved = graph.convolve(features, weight, bias, stride)
            measured.extend(_mean_and_variance(graph, convolved))
            factors = graph.constant(1 + scale), graph.constant(shift)
            return graph.add("InstanceNormalization", convolved, *factors, epsilon=EPSILON)
        mean, variance = np.split(np.split(moments, ends)[layer], 2)
        factor: Array = (1 + scale) / np.sqrt(variance + np.float32(EPSILON))
        return graph.convolve(features, weight * factor[:, None, None, None], (bias - mean) * factor + shift, stride)

    features = _centred(graph, "picture")
    for down in range(2):
        features = graph.add("Relu", normalized(features, f"down.{down}", 2))
    for block in range((len(widths) - 3) // 2):
        inner = graph.add("Relu", normalized(features, f"blocks.{2 * block}"))
        features = graph.add("Add", features, normalized(inner, f"blocks.{2 * block + 1}"))
    enlarged = graph.add("Resize", features, "", graph.constant(np.array([1, 1, 2, 2], np.float32)), mode="nearest")
    features = graph.add("Relu", normalized(enlarged, "up"))
    picture: list[str | int] = [1, 3, "height", "width"]
    if moments is None:
        graph.nodes.append(helper.make_node("Concat", measured, ["moments"], axis=1))
        return graph.model({"picture": picture}, {"moments": [1, 2 * sum(widths), 1, 1]})
    # What the last layer puts out are quarters about zero.
    quarter, half = np.float32(0.25), np.float32(0.5)
    last = graph.convolve(features, weights["out.weight"] * quarter, weights["out.bias"] * quarter + half)
    graph.nodes.append(helper.make_node("DepthToSpace", [last], ["painted"], blocksize=2, mode="CRD"))
    return graph.model({"picture": picture}, {"painted": picture})


def _centred(graph: Graph, picture: str) -> str:
    """From [0, 1] to [-2, 2]."""
    enlarged = graph.add("Mul", picture, graph.constant(np.array([4], np.float32)))
    return graph.add("Sub", enlarged, graph.constant(np.array([2], np.float32)))


def _mean_and_variance(graph: Graph, features: str) -> tuple[str, str]:
    """Of each channel, over all positions, `(1, C, 1, 1)`."""
    mean = graph.add("ReduceMean", features, axes=[2, 3], keepdims=1)
    centred = graph.add("Sub", features, mean)
    return mean, graph.add("ReduceMean", graph.add("Mul", centred, centred), axes=[2, 3], keepdims=1)
