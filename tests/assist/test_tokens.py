"""Text to ids: padded with 0, bounded, the same in a batch as alone; homophones share features."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assist.engine import Engine
from assist.text import normalise
from assist.tokens import load
from index.encoder import DEFAULT

TEXTS = st.lists(st.text(max_size=40) | st.text("我要查话费 abc123", max_size=40), min_size=1, max_size=6)


@given(TEXTS)
def test_a_row_is_the_same_in_a_batch_as_alone(engine: Engine, texts: list[str]) -> None:
    forms = [normalise(text) for text in texts]
    batch = engine.tokenizer(forms)
    assert batch.dtype == np.int32
    assert batch.shape[0] == len(texts)
    for row, form in zip(batch, forms, strict=True):
        (alone,) = engine.tokenizer([form])
        assert row[: len(alone)].tolist() == alone.tolist()
        assert not row[len(alone) :].any()


@pytest.mark.parametrize("text", ["", " ", "😀", "\U0010ffff", "ā", "a" * 10_000, "我" * 10_000, "1 " * 5_000])
def test_strange_texts(engine: Engine, text: str) -> None:
    ids = engine.tokenizer([text])
    assert ids.shape[1] >= 1
    assert (ids >= 0).all()


def test_a_homophone_slip_keeps_most_features(engine: Engine) -> None:
    heard, slip, other = (set(engine.tokenizer([text])[0].tolist()) for text in ("我要查花费", "我要查话费", "宽带坏掉了"))
    assert len(heard & slip) > len(heard) / 3
    assert len(heard & other) < len(heard) / 10


def test_knowledge_and_callers_are_read_by_the_same_tokenizer(engine: Engine) -> None:
    assert load(DEFAULT / "tokenizer.json")(["我要查话费abc"]).tolist() == engine.tokenizer(["我要查话费abc"]).tolist()
