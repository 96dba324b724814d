"""A builder of ONNX graphs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

Array = NDArray[np.float32]
OPSET = 17
FLOAT = TensorProto.FLOAT


class Graph:
    """An ONNX graph under construction: every method adds a node and returns the name of its output."""

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.constants: list[onnx.TensorProto] = []

    def add(self, kind: str, *inputs: str, **attributes: Any) -> str:
        """Add any node with one output."""
        name = f"{kind.lower()}{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, list(inputs), [name], name=name, **attributes))
        return name

    def constant(self, value: NDArray[np.generic]) -> str:
        """Add an array that the graph contains."""
        name = f"constant{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(value, name))
        return name

    def convolve(self, features: str, weight: Array, bias: Array, stride: int = 1) -> str:
        """Add a 3×3 convolution with reflected borders.

        Args:
            features: the name of the input.
            weight: kernels `(D, C, 3, 3)`.
            bias: `(D,)`.
            stride: 1 or 2.
        """
        pads = self.constant(np.array([0, 0, 1, 1, 0, 0, 1, 1]))
        padded = self.add("Pad", features, pads, mode="reflect")
        return self.add(
            "Conv", padded, self.constant(weight), self.constant(bias), kernel_shape=[3, 3], strides=[stride] * 2
        )

    def split(self, numbers: str, sizes: list[int], names: list[str]) -> None:
        """Add a split along the first axis into parts of the given sizes and names."""
        self.nodes.append(helper.make_node("Split", [numbers, self.constant(np.array(sizes))], names, axis=0))

    def model(
        self, inputs: Mapping[str, list[str | int]], outputs: Mapping[str, list[str | int]], kind: int = FLOAT
    ) -> bytes:
        """Return the finished ONNX file.

        Args:
            inputs: the shape of each input by name; a size that may vary is given by a name.
            outputs: likewise.
            kind: the element type of all of them.
        """
        values = [
            [helper.make_tensor_value_info(name, kind, shape) for name, shape in side.items()]
            for side in (inputs, outputs)
        ]
        graph = helper.make_graph(self.nodes, "pinxit", values[0], values[1], initializer=self.constants)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=8)
        onnx.checker.check_model(model)
        return bytes(model.SerializeToString())

    def mean_and_variance(self, features: str) -> tuple[str, str]:
        """Return the mean and the variance of each channel over all positions, `(1, C, 1, 1)`.

        They are computed in two passes: the mean of squares less the squared mean rounds to less than 0 for a picture of one
        colour.
        """
        mean = self.add("ReduceMean", features, axes=[2, 3], keepdims=1)
        centred = self.add("Sub", features, mean)
        return mean, self.add("ReduceMean", self.add("Mul", centred, centred), axes=[2, 3], keepdims=1)
