"""The duel: two real contenders in turn, each at its best, and what is told of it."""

import json
from pathlib import Path

import pytest

from assist import artifact, catalog
from assist.artifact import QUESTIONS
from bench import duel, results, tables
from bench.plans import Plan

LEAN, FULL = Plan("ours_default_lean"), Plan("ours_default", "with cards")


@pytest.fixture
def material(tmp_path: Path, artifact_folder: Path) -> Path:
    """What contenders are given, made of the tests' artifact."""
    (tmp_path / "default").symlink_to(artifact_folder.resolve(), target_is_directory=True)
    published = artifact_folder / artifact.current(artifact_folder)
    rows = catalog.loads((published / artifact.CATALOG).read_text(encoding="utf-8")).rows[QUESTIONS]
    texts = [row.text for row in rows]
    for name, value in (("texts", texts), ("questions", texts[:50]), ("owners", [row.owner for row in rows])):
        (tmp_path / f"{name}.json").write_text(json.dumps(value), encoding="utf-8")
    return tmp_path


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """A duel between two that need no venv, of a blink each."""
    monkeypatch.setattr(duel, "SIDES", (LEAN.name, FULL.name))
    monkeypatch.setattr(duel, "TURNS", 4)
    monkeypatch.setattr(duel, "SECONDS", 0.05)


def fought(material: Path, rates: duel.Rates) -> results.Results | None:
    with results.Writer("peers", folder=material, foreign_cpu=0.0, options={}) as writer:
        duel.run(material, rates, writer)
    return results.read("peers", folder=material)


def test_the_best_is_chosen_by_the_median_of_rounds() -> None:
    all_threads = Plan("a", "all threads")
    rates = [
        (Plan("a"), {"1x1": 5.0, "8x2": 9.0}),
        (Plan("a"), {"1x1": 6.0, "8x2": 1.0}),
        (Plan("a"), {"1x1": 7.0, "8x2": 1.0}),
        (all_threads, {"8x1": 5.5}),
        (Plan("b"), {"1x1": 99.0}),
    ]
    assert duel.best(rates, "a") == (Plan("a"), "1x1")
    assert duel.best([*rates, (all_threads, {"32x1": 6.5})], "a") == (all_threads, "32x1")


@pytest.mark.usefixtures("quick")
def test_two_answer_in_turn(material: Path) -> None:
    found = fought(material, [(LEAN, {"8x2": 2.0, "1x1": 1.0}), (FULL, {"1x1": 1.0})])
    assert found is not None
    lean, full = tables.found(found, "rate in turn")
    assert (lean.labels["at"], full.labels["at"], lean.samples.n, full.samples.n) == ("8x2", "1x1", 4, 4)
    assert lean.samples.percentile(50) > full.samples.percentile(50) > 0
    told = next(f.values for f in found.figures if f.name == "duel")
    assert 1 < told["low"] <= told["ratio"] <= told["high"]
    assert f"{told['ratio']} x (half of the turns {told['low']} to {told['high']})" in tables.in_turn(found)


@pytest.mark.usefixtures("quick")
def test_nobody_fights_alone_or_against_the_dead(material: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert fought(material, [(LEAN, {"1x1": 1.0})]) is None
    (material / "questions.json").unlink()
    assert fought(material, [(LEAN, {"1x1": 1.0}), (FULL, {"1x1": 1.0})]) is None
    assert "duel: skipped, ours_default_lean does not answer" in capsys.readouterr().out
