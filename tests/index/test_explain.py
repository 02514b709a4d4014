"""Why a sentence gets the cards it gets, told to an editor."""

from pathlib import Path

import pytest

from assist import artifact, candidates
from assist.candidates import answering
from assist.engine import Engine
from assist.text import normalise
from index.evaluate import answers
from index.explain import explain


@pytest.fixture(scope="module")
def engine(shop: Path) -> Engine:
    return Engine(shop / artifact.current(shop))


def test_a_question_is_explained_with_its_nearest_variants_and_their_places(engine: Engine) -> None:
    told = list(explain(engine, "請問，你們幾點關門？"))
    assert told[0] == "heard as: 请问你们几点关门"
    assert any(line.startswith("intent: ask") for line in told)
    assert any("'你们几点关门'" in line and "shop/entries/shop.yaml:" in line for line in told)
    answer = next(line for line in told if "shop.hours  by" in line)
    assert answer.split()[0] == "shown"


def test_what_cannot_be_read_is_told_so(engine: Engine) -> None:
    *_, why = explain(engine, "13800138000")
    assert why == "the service does not read it: digits alone, noise, or a language that the packs do not speak"


def test_a_counter_example_is_marked(engine: Engine) -> None:
    told = list(explain(engine, "我要退出登录"))
    assert any(line.startswith("  NOT 1.000") for line in told)
    assert next(line for line in told if "shop.refund  by" in line).split()[0] == "denied"


def test_only_what_the_service_shows_is_called_shown(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(candidates, "ABREAST", 0.0)  # a second entry passes, behind the first
    text = "停车收费吗，几点开门"
    (answer,) = answers(engine, [text])
    over = [hit.entry.id for hit in answer.hits if hit.shown]
    shown = [hit.entry.id for hit in answering(answer)]
    assert len(over) > len(shown)
    told = {line.split()[2]: line.split()[0] for line in explain(engine, text) if "  by " in line}
    assert [id for id, fate in told.items() if fate == "shown"] == shown
    assert [id for id, fate in told.items() if fate in ("shown", "passes")] == over


@pytest.mark.parametrize("text", ["", "😀", "嗯嗯", "um, uh", "？！……"])
def test_of_what_says_nothing_no_more_is_told(engine: Engine, text: str) -> None:
    heard, why = explain(engine, text)
    assert heard == f"heard as: {normalise(text) or '(nothing: fillers and signs only)'}"
    assert why == "the service asks nothing of it: it holds no words but fillers"


def test_a_very_long_text(engine: Engine) -> None:
    told = list(explain(engine, "字" * 3_000))
    assert told[0].startswith("heard as: ")
    assert sum(line.startswith("window: ") for line in told) >= 1
