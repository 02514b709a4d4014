"""Vector collections: exact while small, and nearly exact above."""

import faiss
import numpy as np

from index.collections import EXACT_MAX, collection

CHANCE = np.random.default_rng(5)


def units(count: int, dims: int = 16) -> np.ndarray:
    vectors = CHANCE.normal(size=(count, dims)).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def test_a_small_collection_is_exact() -> None:
    vectors, asked = units(500), units(20)
    scores, found = collection(vectors).search(asked, 5)
    truth = asked @ vectors.T
    assert np.allclose(scores, -np.sort(-truth, axis=1)[:, :5], atol=1e-5)
    assert (found == np.argsort(-truth, axis=1)[:, :5]).mean() > 0.99


def test_a_large_collection_finds_what_brute_force_finds() -> None:
    vectors, asked = units(EXACT_MAX + 1), units(200)
    index = collection(vectors)
    assert isinstance(index, faiss.IndexHNSWFlat)
    index.hnsw.efSearch = 64
    _, found = index.search(asked, 10)
    truth = np.argsort(-(asked @ vectors.T), axis=1)[:, :10]
    recall = np.mean([len(set(f) & set(t)) / 10 for f, t in zip(found.tolist(), truth.tolist(), strict=True)])
    assert recall >= 0.95


def test_an_empty_collection_finds_nothing() -> None:
    _, found = collection(np.zeros((0, 16), np.float32)).search(units(1), 3)
    assert found.tolist() == [[-1, -1, -1]]
