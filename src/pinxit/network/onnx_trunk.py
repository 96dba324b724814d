"""The body of a transform network in ONNX: its normalisations, residual blocks and attentions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from pinxit.network.style_code import StyleCode
from pinxit.network.weights import EPSILON, KEY, VALUE, Array, Shape
from pinxit.onnx_runtime.graph import Graph


@dataclass(frozen=True)
class Layer:
    """A convolution before a normalisation."""

    weight: Array
    bias: Array
    stride: int


class Normalization(Protocol):
    """How features are normalised: by their own moments, or by moments measured before."""

    def layer(self, features: str, layer: Layer) -> str:
        """Add a layer with its normalisation, scale and shift."""

    def plain(self, features: str) -> str:
        """Add a normalisation alone."""


class MeasuredNormalization:
    """A normalisation by moments measured before, which are folded into the convolutions.

    Args:
        graph: the graph.
        shape: the network's shape.
        affine: the style's scales (less 1) and shifts, `(2 Σ widths,)`.
        moments: means and variances of the features that are normalised, `(2 Σ measured_widths,)`.
    """

    def __init__(self, graph: Graph, shape: Shape, affine: Array, moments: Array) -> None:
        self._graph = graph
        self._scales = iter(scales_and_shifts(shape, affine))
        self._moments = iter(_split(shape.measured_widths, moments))

    def layer(self, features: str, layer: Layer) -> str:
        """See `Normalization`."""
        (scale, shift), (mean, variance) = next(self._scales), next(self._moments)
        factor: Array = scale / np.sqrt(variance + np.float32(EPSILON))
        bias = (layer.bias - mean) * factor + shift
        return self._graph.convolve(features, layer.weight * factor[:, None, None, None], bias, layer.stride)

    def plain(self, features: str) -> str:
        """See `Normalization`."""
        mean, variance = (moment[:, None, None] for moment in next(self._moments))
        centred = self._graph.add("Sub", features, self._graph.constant(mean))
        factor = self._graph.constant(np.asarray(1 / np.sqrt(variance + np.float32(EPSILON)), np.float32))
        return self._graph.add("Mul", centred, factor)


class InstanceNormalization:
    """A normalisation by the features' own moments.

    Args:
        graph: the graph.
        scales: the names of the scale and the shift of each normalisation.

    Attributes:
        measured: the names of the moments, in the order of computation.
    """

    def __init__(self, graph: Graph, scales: Iterable[tuple[str, str]]) -> None:
        self._graph = graph
        self._scales = iter(scales)
        self.measured: list[str] = []

    def layer(self, features: str, layer: Layer) -> str:
        """See `Normalization`."""
        convolved = self._graph.convolve(features, layer.weight, layer.bias, layer.stride)
        self.measured.extend(self._graph.mean_and_variance(convolved))
        return self._graph.add("InstanceNormalization", convolved, *next(self._scales), epsilon=EPSILON)

    def plain(self, features: str) -> str:
        """See `Normalization`."""
        mean, variance = self._graph.mean_and_variance(features)
        self.measured.extend([mean, variance])
        tiny = self._graph.constant(np.array([EPSILON], np.float32))
        deviation = self._graph.add("Sqrt", self._graph.add("Add", variance, tiny))
        return self._graph.add("Div", self._graph.add("Sub", features, mean), deviation)


def scales_and_shifts(shape: Shape, affine: Array) -> list[tuple[Array, Array]]:
    """Return the scales and shifts of every normalisation; `affine` holds scales less 1."""
    return [(1 + scale, shift) for scale, shift in _split(shape.widths, affine)]


def _split(widths: list[int], numbers: Array) -> list[tuple[Array, Array]]:
    """Split an array into two numbers for each channel of every normalisation."""
    parts = np.split(numbers, np.cumsum([2 * width for width in widths])[:-1])
    return [(part[: len(part) // 2], part[len(part) // 2 :]) for part in parts]


@dataclass(frozen=True)
class TokenNames:
    """The names of the style tokens in a graph.

    Attributes:
        keys: `(A, T, KEY)`.
        values: `(A, VALUE + 1, T)`; a last row of ones sums up the weights, and all are weighted by how much each token counts.
    """

    keys: str
    values: str

    @classmethod
    def constants(cls, graph: Graph, code: StyleCode) -> TokenNames:
        """Add the tokens of a style to a graph."""
        return cls(*(graph.constant(each) for each in code.attended()))


def trunk(
    graph: Graph, features: str, weights: Mapping[str, Array], shape: Shape, normalization: Normalization,
    tokens: TokenNames,
) -> str:  # fmt: skip
    """Add all but the last layer, and return the name of its features.

    Args:
        graph: the graph.
        features: the name of the picture, range [-2, 2].
        weights: the parameters of the transform network.
        shape: its shape.
        normalization: how features are normalised.
        tokens: the style tokens.
    """

    def layer(name: str, stride: int = 1) -> Layer:
        return Layer(weights[f"{name}.weight"], weights[f"{name}.bias"], stride)

    skips = []
    for level in range(len(shape.down)):
        features = graph.add("Relu", normalization.layer(features, layer(f"down.{level}", 2)))
        skips.append(features)
    for block in range(shape.blocks):
        inner = graph.add("Relu", normalization.layer(features, layer(f"blocks.{2 * block}")))
        features = graph.add("Add", features, normalization.layer(inner, layer(f"blocks.{2 * block + 1}")))
        if block in shape.attention:
            features = _attend(graph, features, weights, shape.attention.index(block), normalization, tokens)
    twice = graph.constant(np.array([1, 1, 2, 2], np.float32))
    for number, level in enumerate(reversed(range(len(shape.down) - 1))):
        enlarged = graph.add("Resize", features, "", twice, mode="linear" if shape.smooth else "nearest")
        features = graph.add("Relu", normalization.layer(enlarged, layer(f"up.{number}")))
        if level > 0:
            features = graph.add("Add", features, skips[level])
    return features


def _attend(
    graph: Graph, features: str, weights: Mapping[str, Array], number: int, normalization: Normalization,
    tokens: TokenNames,
) -> str:  # fmt: skip
    """Add an attention to the style tokens; see `model.Attention`."""
    name = f"attention.{number}"
    own = graph.constant(np.array(number))
    keys, values = (graph.add("Gather", names, own, axis=0) for names in (tokens.keys, tokens.values))
    even = normalization.plain(features)
    query = graph.convolve(even, weights[f"{name}.query.weight"], weights[f"{name}.query.bias"])
    query = graph.add("Reshape", query, graph.constant(np.array([KEY, -1])))
    length = graph.add("ReduceL2", query, axes=[0], keepdims=1)
    query = graph.add("Div", query, graph.add("Max", length, graph.constant(np.array([1e-12], np.float32))))
    # A softmax without its maximum: scores are cosines times a small number, so their exponentials do not overflow.
    weighted = graph.add("MatMul", values, graph.add("Exp", graph.add("MatMul", keys, query)))
    graph.split(weighted, [VALUE, 1], parts := [f"sum_{number}", f"weight_{number}"])
    changes = graph.add("MatMul", graph.constant(weights[f"{name}.out.weight"]), graph.add("Div", *parts))
    changes = graph.add("Add", changes, graph.constant(weights[f"{name}.out.bias"][:, None]))
    halves = [f"scale_{number}", f"shift_{number}"]
    width = len(weights[f"{name}.out.bias"]) // 2
    graph.split(changes, [width, width], halves)
    scale, shift = (graph.add("Reshape", half, graph.add("Shape", features)) for half in halves)
    return graph.add("Add", graph.add("Add", features, graph.add("Mul", even, scale)), shift)
