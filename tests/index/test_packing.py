"""Packing against onnxruntime's own attention, wherever padding stands; what it does not know it leaves alone."""

from typing import Any

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import TensorProto, helper, numpy_helper

from index.packing import pack

WIDTH, HEADS, PADDING = 8, 2, 0
IDS = {
    "behind": [[3, 1, 2, 4], [5, 6, 0, 0], [7, 0, 0, 0]],
    "in front": [[0, 0, 1, 2], [0, 3, 4, 5]],
    "in the middle": [[1, 0, 2, 0, 3], [4, 5, 6, 7, 8]],
    "nowhere": [[1, 2, 3]],
}


def attention(inputs: list[str], *, weights: tuple[int, int] = (WIDTH, 3 * WIDTH), **attributes: Any) -> onnx.ModelProto:
    """ids -> table -> attention -> a product and a sum -> `out`; the mask tells which ids are not PADDING."""
    chance = np.random.default_rng(0)
    tensors = {
        "table": chance.normal(size=(9, WIDTH)),
        "weights": chance.normal(size=weights),
        "bias": chance.normal(size=weights[1]),
        "after": chance.normal(size=(WIDTH, WIDTH)),
        "zero": np.array(PADDING),
    }
    constants = [numpy_helper.from_array(v.astype(np.float32 if v.ndim else np.int32), k) for k, v in tensors.items()]
    nodes = [
        helper.make_node("Gather", ["table", "ids"], ["x"]),
        helper.make_node("Equal", ["ids", "zero"], ["padding"]),
        helper.make_node("Not", ["padding"], ["said"]),
        helper.make_node("Cast", ["said"], ["mask"], to=TensorProto.INT32),
        helper.make_node("Attention", inputs, ["heard"], domain="com.microsoft", num_heads=HEADS, **attributes),
        helper.make_node("MatMul", ["heard", "after"], ["product"]),
        helper.make_node("Add", ["product", "x"], ["sum"]),
        helper.make_node("Cast", ["mask"], ["weight"], to=TensorProto.FLOAT),
        helper.make_node("Transpose", ["sum"], ["turned"], perm=[2, 0, 1]),
        helper.make_node("Mul", ["turned", "weight"], ["out"]),
    ]
    ids = helper.make_tensor_value_info("ids", TensorProto.INT32, ["n", "length"])
    out = helper.make_tensor_value_info("out", TensorProto.FLOAT, [WIDTH, "n", "length"])
    opsets = [helper.make_opsetid("", 17), helper.make_opsetid("com.microsoft", 1)]
    return helper.make_model(helper.make_graph(nodes, "graph", [ids], [out], constants), opset_imports=opsets, ir_version=10)


def run(model: onnx.ModelProto, ids: list[list[int]]) -> Any:
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    return session.run(None, {"ids": np.array(ids, np.int32)})[0]


@pytest.mark.parametrize("ids", IDS.values(), ids=IDS.keys())
def test_the_said_tokens_come_out_as_before(ids: list[list[int]]) -> None:
    model = attention(["x", "weights", "bias", "mask"])
    before = run(model, ids)
    assert pack(model, padding=PADDING)
    assert {node.op_type for node in model.graph.node} >= {"Softmax", "FusedMatMul"}
    assert "Attention" not in {node.op_type for node in model.graph.node}
    assert run(model, ids) == pytest.approx(before, abs=1e-5)


@pytest.mark.parametrize(
    ("inputs", "options"),
    [
        (["x", "weights", "bias", "mask"], {"unidirectional": 1}),
        (["x", "weights", "bias", "mask"], {"qkv_hidden_sizes": [4, 4, 8], "weights": (WIDTH, 16)}),
        (["x", "weights", "bias", "mask"], {"scale": 0.1}),
        (["x", "weights", "", "mask"], {}),
        (["x", "weights", "bias"], {}),
        (["x", "weights", "bias", "mask"], {"weights": (WIDTH, 2 * WIDTH)}),
    ],
)
def test_attention_that_we_do_not_know_is_left_as_it_is(inputs: list[str], options: dict[str, Any]) -> None:
    model = attention(inputs, **options)
    before = model.SerializeToString()
    assert not pack(model, padding=PADDING)
    assert model.SerializeToString() == before
