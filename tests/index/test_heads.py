"""The heads: they learn what can be told apart, weigh labels alike, and are calibrated on other examples."""

import numpy as np
import pytest

from index import heads
from index.heads import Head, Heads

CHANCE = np.random.default_rng(3)


def clouds(counts: dict[str, int], spread: float = 0.3) -> tuple[np.ndarray, list[str]]:
    """Points about a corner for each label."""
    names = [name for name, count in counts.items() for _ in range(count)]
    corners = {name: np.eye(6)[i] for i, name in enumerate(sorted(counts))}
    points = np.array([corners[name] + CHANCE.normal(scale=spread, size=6) for name in names], dtype=np.float32)
    return points, names


def test_it_learns_clouds_apart() -> None:
    points, names = clouds({"a": 60, "b": 60, "c": 60})
    head = heads.fit(points, names, ("a", "b", "c", "never seen"))
    p = head.probabilities(points)
    assert p.sum(axis=1) == pytest.approx(1)
    right = np.mean([head.labels[i] == name for i, name in zip(p.argmax(axis=1), names, strict=True)])
    assert right > 0.9


def test_a_rare_label_weighs_as_much_as_a_frequent_one() -> None:
    points, names = clouds({"many": 400, "few": 10}, spread=0.5)
    head = heads.fit(points, names, ("few", "many"))
    test, truth = clouds({"many": 200, "few": 200}, spread=0.5)
    found = [head.labels[i] for i in head.probabilities(test).argmax(axis=1)]
    recall = {name: np.mean([f == t for f, t in zip(found, truth, strict=True) if t == name]) for name in ("few", "many")}
    assert abs(recall["few"] - recall["many"]) < 0.25


def test_calibration_lowers_an_overconfident_head() -> None:
    points, names = clouds({"a": 200, "b": 200}, spread=1.0)
    head = heads.fit(points, names, ("a", "b"))
    boastful = head.cooled(0.05)
    test, truth = clouds({"a": 300, "b": 300}, spread=1.0)
    calibrated = heads.calibrate(boastful, test, truth)

    def surprise(some: Head) -> float:
        p = some.probabilities(test)[np.arange(len(truth)), [some.labels.index(t) for t in truth]]
        return float(-np.log(np.maximum(p, 1e-12)).mean())

    assert surprise(calibrated) < surprise(boastful)
    assert (calibrated.probabilities(test).argmax(axis=1) == head.probabilities(test).argmax(axis=1)).all()


def test_saved_heads_come_back(tmp_path) -> None:  # type: ignore[no-untyped-def]
    head = Head(("a", "b"), CHANCE.normal(size=(4, 2)), CHANCE.normal(size=2))
    path = tmp_path / "heads-x.npz"
    heads.save(path, Heads(head, head))
    found = heads.load(path, intents=("a", "b"), emotions=("a", "b"))
    assert found is not None
    assert np.array_equal(found.intent.weights, head.weights)
    assert [file.name for file in tmp_path.iterdir()] == ["heads-x.npz"]
    path.write_bytes(path.read_bytes()[:50])
    assert heads.load(path, intents=("a", "b"), emotions=("a", "b")) is None
    assert heads.load(tmp_path / "nothing", intents=(), emotions=()) is None


def test_a_label_that_must_not_be_missed_is_read_more_readily() -> None:
    chance = np.random.default_rng(3)
    names = ["angry", "calm"] * 200
    features = np.array([[name == "angry", 1.0] for name in names], np.float32) + chance.normal(size=(400, 2)).astype(
        np.float32
    )
    head = heads.fit(features, names, ["angry", "calm"])
    lent = heads.careful(head, features, names)

    def recall(of: heads.Head) -> float:
        return float((of.probabilities(features[::2])[:, 0] > 0.5).mean())

    assert recall(head) < heads.CAREFUL["angry"] - 0.05
    assert recall(lent) == pytest.approx(heads.CAREFUL["angry"], abs=0.01)
    assert (heads.careful(lent, features, names).bias >= lent.bias).all()
