"""The graphs, node by node, against numpy."""

from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import softmax

from index.graph import ngram_graph, with_heads
from index.heads import Head, Heads

DIMS, SIGNAL, BUCKETS = 8, 3, 50
CHANCE = np.random.default_rng(7)
TABLE = np.vstack([np.zeros((1, DIMS + SIGNAL)), CHANCE.normal(size=(BUCKETS - 1, DIMS + SIGNAL))]).astype(np.float32)
HEADS = Heads(
    Head(("a", "b", "c"), CHANCE.normal(size=(DIMS + SIGNAL, 3)), CHANCE.normal(size=3)),
    Head(("x", "y"), CHANCE.normal(size=(DIMS + SIGNAL, 2)), CHANCE.normal(size=2)),
)
ROWS = st.lists(st.lists(st.integers(1, BUCKETS - 1), max_size=6), min_size=1, max_size=5)


def session(model: onnx.ModelProto) -> Any:
    return onnxruntime.InferenceSession(model.SerializeToString())


ENCODER = session(ngram_graph(TABLE, dims=DIMS))


def padded(rows: list[list[int]]) -> Any:
    longest = max(1, *map(len, rows)) if len(rows) > 1 else max(1, len(rows[0]))
    return np.array([row + [0] * (longest - len(row)) for row in rows], dtype=np.int32)


@given(ROWS)
def test_the_encoder_sums_rows_and_scales(rows: list[list[int]]) -> None:
    vectors, signals = ENCODER.run(["vector", "signal"], {"ids": padded(rows)})
    for row, vector, signal in zip(rows, vectors, signals, strict=True):
        total = TABLE[row].sum(axis=0)
        length = np.linalg.norm(total[:DIMS])
        if length > 0.5:
            assert vector == pytest.approx(total[:DIMS] / length, abs=0.08)  # int8 rows
            assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-5)
        assert signal == pytest.approx(total[DIMS:] / max(1, len(row)) ** 0.5, abs=0.08)


def test_nothing_said_is_a_zero_vector() -> None:
    vector, signal = ENCODER.run(["vector", "signal"], {"ids": np.zeros((2, 3), np.int32)})
    assert not vector.any()
    assert not signal.any()


@given(ROWS)
def test_the_service_s_graph_is_the_encoder_and_both_heads(
    tmp_path_factory: pytest.TempPathFactory, rows: list[list[int]]
) -> None:
    vectors, signals = ENCODER.run(["vector", "signal"], {"ids": padded(rows)})
    same, intents, emotions = serving(tmp_path_factory).run(None, {"ids": padded(rows)})
    features = np.concatenate([vectors, signals], axis=1)
    assert np.array_equal(same, vectors)
    for told, head in ((intents, HEADS.intent), (emotions, HEADS.emotion)):
        assert told == pytest.approx(softmax(features @ head.weights + head.bias, axis=1), abs=1e-4)
        assert told == pytest.approx(head.probabilities(features), abs=1e-4)


_SERVING: list[Any] = []


def serving(folders: pytest.TempPathFactory) -> Any:
    """The graph with heads, made once."""
    if not _SERVING:
        path: Path = folders.mktemp("graph") / "embed.onnx"
        onnx.save(ngram_graph(TABLE, dims=DIMS), path)
        _SERVING.append(session(with_heads(path, HEADS)))
    return _SERVING[0]
