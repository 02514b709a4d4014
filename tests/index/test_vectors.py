"""The cache of vectors: only what is new is computed, and order is kept."""

from pathlib import Path

import numpy as np

from index.encoder import Encoder
from index.vectors import CHUNK, Cache

TEXTS = ["我的话费", "宽带坏了", "我的话费", "", "hello"]


def quiet(done: int, of: int) -> None:
    """Where progress goes in tests."""


def test_vectors_come_in_order_and_are_the_encoder_s(encoder: Encoder, tmp_path: Path) -> None:
    cache = Cache(tmp_path, encoder)
    found, direct = cache.embed(TEXTS, quiet), encoder.embed(TEXTS)
    assert np.allclose(found.vectors, direct.vectors, atol=1e-5)
    assert np.allclose(found.signals, direct.signals, atol=1e-5)
    assert cache.computed == 4


def test_what_is_known_is_not_computed_again_nor_by_the_next(encoder: Encoder, tmp_path: Path) -> None:
    first = Cache(tmp_path, encoder)
    before = first.embed(TEXTS, quiet)
    first.embed(TEXTS, quiet)
    assert first.computed == 4
    second = Cache(tmp_path, encoder)
    found = second.embed([*TEXTS, "新的一句"], quiet)
    assert second.computed == 1
    assert np.array_equal(found.vectors[:5], before.vectors)


def test_progress_is_told_and_nothing_is_left_behind(encoder: Encoder, tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    many = [f"第{i}句" for i in range(CHUNK + 10)]
    Cache(tmp_path, encoder).embed(many, lambda done, of: told.append((done, of)))
    assert told == [(CHUNK, CHUNK + 10), (CHUNK + 10, CHUNK + 10)]
    assert len(list(tmp_path.iterdir())) == 1


def test_no_texts(encoder: Encoder, tmp_path: Path) -> None:
    found = Cache(tmp_path, encoder).embed([], quiet)
    assert found.vectors.shape[0] == 0
    assert found.vectors.shape[1] > 0
