"""ONNX graphs: the n-gram encoder's, and the one the service runs (encoder + heads).

Graphs are put together node by node: the same few lines serve torch-trained tables and imported encoders.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from index.heads import Heads

OPSET: Final = 18
IR: Final = 10  # what onnxruntime 1.20 and later read


def ngram_graph(table: NDArray[np.float32], *, dims: int) -> onnx.ModelProto:
    """The graph of a weighted bag of n-grams: rows summed, the vector scaled to length 1, the signal by 1 / sqrt(ids).

    `table` (buckets, dims + signal): row 0 must be zero, it pads. Stored as int8 with a scale for each row and part;
    knowledge and callers read the same numbers, so that quantising moves no neighbour.
    """
    parts = {"vector": table[:, :dims], "signal": table[:, dims:]}
    constants: dict[str, NDArray[Any]] = {"one": np.array([1], np.int64), "least": np.array([1e-9], np.float32)}
    nodes = []
    for name, part in parts.items():
        scales = np.abs(part).max(axis=1) / 127
        constants[f"{name}_rows"] = np.round(part / np.maximum(scales, 1e-12)[:, None]).astype(np.int8)
        constants[f"{name}_scales"] = scales.astype(np.float32)
        nodes += _summed(name)
    constants["zero"] = np.array(0, np.int32)
    nodes += _unit("vector_sum", "vector")
    nodes += [
        helper.make_node("Greater", ["ids", "zero"], ["said"]),
        helper.make_node("Cast", ["said"], ["said_number"], to=TensorProto.FLOAT),
        helper.make_node("ReduceSum", ["said_number", "one"], ["count"], keepdims=1),
        helper.make_node("Max", ["count", "least"], ["count_least"]),
        helper.make_node("Sqrt", ["count_least"], ["count_root"]),
        helper.make_node("Div", ["signal_sum", "count_root"], ["signal"]),
    ]
    outputs = [_floats(name, ["n", part.shape[1]]) for name, part in parts.items()]
    return _model(nodes, outputs, constants)


def _summed(name: str) -> list[onnx.NodeProto]:
    """Nodes that sum a table's rows, each with its scale: `{name}_sum`."""
    return [
        helper.make_node("Gather", [f"{name}_rows", "ids"], [f"{name}_bytes"]),
        helper.make_node("Cast", [f"{name}_bytes"], [f"{name}_values"], to=TensorProto.FLOAT),
        helper.make_node("Gather", [f"{name}_scales", "ids"], [f"{name}_weights"]),
        helper.make_node("Unsqueeze", [f"{name}_weights", "one"], [f"{name}_weights_row"]),
        helper.make_node("MatMul", [f"{name}_weights_row", f"{name}_values"], [f"{name}_sum_row"]),
        helper.make_node("Squeeze", [f"{name}_sum_row", "one"], [f"{name}_sum"]),
    ]


def _unit(source: str, target: str) -> list[onnx.NodeProto]:
    """Nodes that scale rows to length 1; a row of zeros stays one."""
    return [
        helper.make_node("ReduceL2", [source, "one"], [f"{target}_length"], keepdims=1),
        helper.make_node("Max", [f"{target}_length", "least"], [f"{target}_divisor"]),
        helper.make_node("Div", [source, f"{target}_divisor"], [target]),
    ]


def _floats(name: str, shape: Sequence[Any]) -> onnx.ValueInfoProto:
    return helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)


def _model(nodes: Sequence[Any], outputs: Sequence[Any], constants: dict[str, NDArray[Any]]) -> onnx.ModelProto:
    ids = helper.make_tensor_value_info("ids", TensorProto.INT32, ["n", "length"])
    tensors = [numpy_helper.from_array(value, name) for name, value in constants.items()]
    graph = helper.make_graph(list(nodes), "encoder", [ids], list(outputs), tensors)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=IR)
    onnx.checker.check_model(model)
    return model


def with_heads(encoder: Path, heads: Heads) -> onnx.ModelProto:
    """The graph of the service: ids -> vector, intent, emotion (calibrated probabilities, rows sum to 1)."""
    model = onnx.load(encoder)
    graph = model.graph
    graph.node.append(helper.make_node("Concat", ["vector", "signal"], ["head_features"], axis=1))
    for name, head in (("intent", heads.intent), ("emotion", heads.emotion)):
        graph.initializer.append(numpy_helper.from_array(head.weights.astype(np.float32), f"{name}_weights"))
        graph.initializer.append(numpy_helper.from_array(head.bias.astype(np.float32), f"{name}_bias"))
        graph.node.append(helper.make_node("Gemm", ["head_features", f"{name}_weights", f"{name}_bias"], [f"{name}_logits"]))
        graph.node.append(helper.make_node("Softmax", [f"{name}_logits"], [name], axis=1))
    vector = next(output for output in graph.output if output.name == "vector")
    del graph.output[:]
    graph.output.append(vector)
    for name, head in (("intent", heads.intent), ("emotion", heads.emotion)):
        graph.output.append(_floats(name, ["n", len(head.labels)]))
    onnx.checker.check_model(model)
    return model
