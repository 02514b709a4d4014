"""Where the service abstains, chosen from calibration turns."""

from collections.abc import Sequence

import pytest

from assist.artifact import Thresholds
from assist.catalog import Catalog, Entry
from assist.queries import Answer, Hit, Label, Query
from index.findings import Place
from index.knowledge import NO_ENTRY, Example
from index.thresholds import LINE, LOWEST, OPEN, RIGHT_READINGS, STRANGERS_MIN, WRONG_CARDS, for_answers, for_labels

QUERY = Query(call="", number=1, segment="", speaker="caller", turn="", final=True, heard_ms=0)
ENTRY = Entry(id="e", title="", answers={})


def turn(entry: str | None = None, intent: str | None = None) -> Example:
    return Example(
        say="x", entry=entry, intent=intent, emotion=None, language="en", style="plain", place=Place(path="p", line=1)
    )


def answer(score: float = 0.0, *, intent: str = "a", p: float = 0.9) -> Answer:
    hit = Hit(entry=ENTRY, score=score, matched="", source="", shown=True)
    return Answer(query=QUERY, catalog=Catalog(), intent=Label(intent, p), hits=(hit,))


def test_labels_are_told_where_they_are_right_often_enough() -> None:
    readings = [(i / 1000, i >= 600 or i % 2 == 0) for i in range(1000)]
    turns = [turn(intent="a" if right else "b") for _, right in readings]
    chosen = for_labels(turns, [answer(p=p) for p, _ in readings])
    above = [right for p, right in readings if p >= chosen.intent]
    assert sum(above) / len(above) >= RIGHT_READINGS
    lower = [right for p, right in readings if p >= chosen.intent - 0.02]
    assert sum(lower) / len(lower) < RIGHT_READINGS
    assert chosen.answer == OPEN.answer
    assert chosen.line == LINE


def test_labels_that_are_always_right_are_told_down_to_a_floor_and_never_right_hardly_at_all() -> None:
    ps = [i / 100 for i in range(100)]
    assert for_labels([turn(intent="a")] * 100, [answer(p=p) for p in ps]).intent == LOWEST
    assert for_labels([turn(intent="b")] * 100, [answer(p=p) for p in ps]).intent == 0.95
    assert for_labels([], []).intent == Thresholds().intent


def chosen(strangers: Sequence[float], asked: Sequence[float]) -> float:
    turns = [turn(NO_ENTRY)] * len(strangers) + [turn("e")] * len(asked)
    return for_answers(OPEN, turns, [answer(s) for s in [*strangers, *asked]], frozenset()).answer


def test_an_answer_s_threshold_divides_strangers_from_questions() -> None:
    found = chosen([0.30 + i / 1000 for i in range(100)], [0.60 + i / 1000 for i in range(100)])
    assert 0.399 < found < 0.6


def test_without_questions_few_strangers_get_a_card() -> None:
    scores = [i / 100 for i in range(100)]
    found = chosen(scores, [])
    assert sum(score >= found for score in scores) / 100 <= WRONG_CARDS


def test_where_strangers_are_few_turns_that_want_no_answer_stand_in() -> None:
    turns = [turn(NO_ENTRY), *[turn(intent="thank")] * STRANGERS_MIN, turn("e")]
    scores = [0.3, *[0.5] * STRANGERS_MIN, 0.9]
    told = [answer(score) for score in scores]
    assert for_answers(OPEN, turns, told, frozenset(["thank"])).answer > 0.5
    assert for_answers(OPEN, turns, told, frozenset()).answer < 0.5


def test_nothing_known_is_the_default_and_labels_stay() -> None:
    labels = Thresholds(intent=0.7, emotion=0.8)
    found = for_answers(labels, [turn("e")], [answer(0.9)], frozenset())
    assert found == Thresholds(answer=Thresholds().answer, intent=0.7, emotion=0.8)


@pytest.mark.parametrize("score", [-1.0, 0.0, 0.1])
def test_an_answer_s_threshold_has_a_floor(score: float) -> None:
    assert chosen([score] * 50, [0.9] * 50) == pytest.approx(LOWEST + 0.001)


def test_without_questions_the_callers_of_the_middle_domain_count() -> None:
    own, near, far = ([answer(score)] * 20 for score in (0.9, 0.45, 0.3))
    turns, told = [turn(intent="thank")] * 40, [answer(0.2)] * 40
    found = for_answers(OPEN, turns, told, frozenset(["thank"]), others=lambda: [far, own, near])
    assert found.answer == pytest.approx(0.451)
