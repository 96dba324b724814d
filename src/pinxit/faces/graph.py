"""ONNX graphs of the two networks' layers."""

from __future__ import annotations

from collections.abc import Mapping

from pinxit.onnx_runtime.graph import Array, Graph


class FaceGraph(Graph):
    """An ONNX graph of layers as TensorFlow has them.

    Args:
        weights: the tensors of a network.
    """

    def __init__(self, weights: Mapping[str, Array]) -> None:
        super().__init__()
        self._weights = weights

    def weight(self, name: str) -> str:
        """Add a tensor of the network, and return its name in the graph."""
        return self.constant(self._weights[name])

    def convolution(self, maps: str, layer: str, stride: int = 1, pad: int = 0) -> str:
        """Add a full convolution.

        Args:
            maps: the name of the input.
            layer: what the names of its tensors begin with.
            stride: 1 or 2.
            pad: rows and columns of zeros at the end.
        """
        filters, bias = self.weight(f"{layer}/filters"), self.weight(f"{layer}/bias")
        return self.add("Conv", maps, filters, bias, strides=[stride] * 2, pads=[0, 0, pad, pad])

    def separable(self, maps: str, layer: str, stride: int = 1) -> str:
        """Add a depthwise 3×3 convolution and a pointwise one, padded as TensorFlow's `SAME`: with stride 2 at the end only.

        Args:
            maps: the name of the input, whose sides must be even where the stride is 2.
            layer: what the names of its tensors begin with.
            stride: 1 or 2.
        """
        start, channels = 2 - stride, len(self._weights[f"{layer}/depthwise_filter"])
        depthwise = self.add(
            "Conv",
            maps,
            self.weight(f"{layer}/depthwise_filter"),
            group=channels,
            strides=[stride] * 2,
            pads=[start, start, 1, 1],
        )
        return self.add("Conv", depthwise, self.weight(f"{layer}/pointwise_filter"), self.weight(f"{layer}/bias"))

    def output(self, maps: str, name: str) -> None:
        """Give the last node's output a name."""
        self.add("Identity", maps)
        self.nodes[-1].output[0] = name
