"""`assist ask`: any line gets an answer or a problem, in order."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as budget
from hypothesis import strategies as st

from assist import asking
from assist.asking import BadLine, ask, questions
from assist.candidates import ABREAST, ANSWERS_MAX
from assist.engine import Engine
from assist.faults import Fault
from assist.settings import Settings

SETTINGS = Settings()


def told(engine: Engine, **asked: Any) -> dict[str, Any]:
    return ask(engine, SETTINGS, {"id": 1, **asked})


def test_a_question_is_answered_as_the_service_would(engine: Engine) -> None:
    answer = told(engine, text="我的流量怎么用得这么快")
    assert answer.keys() == {"id", "intent", "emotion", "answers", "phrases", "timing_us"}
    assert 1 <= len(answer["answers"]) <= 5
    assert len({a["entry"] for a in answer["answers"]}) == len(answer["answers"])
    assert answer["answers"][0]["shown"] is True
    assert [a["score"] for a in answer["answers"]] == sorted((a["score"] for a in answer["answers"]), reverse=True)
    assert 0 <= answer["intent"]["p"] <= 1


@pytest.mark.parametrize("text", ["", "嗯", "um uh", "😀", "\x00\x07\u202e", "？！"])
def test_nothing_said_is_nothing_shown(engine: Engine, text: str) -> None:
    answer = told(engine, text=text)
    assert not any(a["shown"] for a in answer["answers"])


def test_ten_thousand_characters(engine: Engine) -> None:
    story = "，".join(row.text for row in engine.catalog.rows["lines"])
    assert told(engine, text=story[:1_900] + "我的流量怎么用得这么快")["answers"]
    nothing = told(engine, text=story[:10_000] + "我的流量怎么用得这么快")
    assert (nothing["intent"]["label"], nothing["emotion"]["label"]) == ("unknown", "unknown")
    assert nothing["answers"] == nothing["phrases"] == []


def test_an_empty_argument_is_a_question_too() -> None:
    assert list(questions([""], as_json=False)) == [{"id": 1, "text": ""}]


def test_fillers_mean_nothing_and_silence_is_unknown(engine: Engine) -> None:
    assert told(engine, text="嗯嗯 啊")["intent"] == {"label": "none", "p": 1.0}
    assert told(engine, text="😀")["intent"] == {"label": "unknown", "p": 0.0}


def test_an_agent_s_words_have_a_moment(engine: Engine) -> None:
    answer = told(engine, text="请您稍等一下，我帮您查一查", speaker="agent")
    assert "moment" in answer
    assert answer["answers"] == []
    assert "moment" not in told(engine, text="请您稍等一下")


def test_phrases_come_in_the_language_asked_for(engine: Engine) -> None:
    phrases = told(engine, text="thank you so much, goodbye", language="en")["phrases"]
    assert phrases
    assert all(p["text"].isascii() or "’" in p["text"] for p in phrases)
    assert told(engine, text="谢谢你", language={"not": "one"})["phrases"]


def test_lines() -> None:
    lines = [
        '{"text": "a", "id": "x"}\n',
        "\n",
        "nonsense",
        "[1]",
        '{"text": 5}',
        '{"speaker": "dog", "text": ""}',
        '{"text": "b"}',
    ]
    found = list(questions(lines, as_json=True))
    assert [f.code if isinstance(f, Fault) else f["id"] for f in found] == [
        "x", "malformed_frame", "malformed_frame", "wrong_type", "bad_value", 7,
    ]  # fmt: skip
    assert [asking.problem(f)["problem"]["code"] for f in found if isinstance(f, Fault)]
    assert "Line 3" in str(found[1])
    plain = list(questions(["你好\n", "  \n", "[1]\n"], as_json=False))
    assert plain == [{"id": 1, "text": "你好"}, {"id": 3, "text": "[1]"}]


@pytest.mark.parametrize(("given", "told"), [
    ('"q3"', "q3"), ("7", 7), ("2.5", 2.5), ("0", 0), ('""', ""),
    ("true", None), ("null", None), ("[1]", None), ('{"a": 1}', None), ("NaN", None), ("1e999", None),
])  # fmt: skip
def test_a_bad_line_s_problem_bears_the_line_s_own_id(given: str, told: object) -> None:
    (fault,) = questions(['{"text": 5, "id": ' + given + "}"], as_json=True)
    assert isinstance(fault, BadLine)
    assert asking.problem(fault)["id"] == told


def test_a_bad_line_without_an_id_has_its_number_if_it_is_an_object() -> None:
    found = list(questions(["nonsense", "[1]", '{"text": 5}'], as_json=True))
    assert [asking.problem(fault)["id"] for fault in found if isinstance(fault, BadLine)] == [None, None, 3]


def test_too_long_is_a_problem() -> None:
    (fault,) = questions(['{"text": "' + "字" * 10_001 + '"}'], as_json=True)
    assert isinstance(fault, Fault)
    assert fault.code == "text_too_long"


@budget(max_examples=50)
@given(
    st.lists(st.text(max_size=40) | st.sampled_from(["{}", '{"text": null}', "[" * 5_000, '{"text": "\\ud800", "id": NaN}']))
)
def test_any_lines(engine: Engine, lines: list[str]) -> None:
    for as_json in (True, False):
        found = list(questions(lines, as_json=as_json))
        assert len(found) == sum(bool(line.strip()) or not line.endswith("\n") for line in lines)
        for each in found:
            assert asking.problem(each) if isinstance(each, Fault) else ask(engine, SETTINGS, each)


def test_shown_is_what_the_service_would_show(engine: Engine) -> None:
    answers = told(engine, text="我的话费怎么多了")["answers"]
    assert sum(answer["score"] > engine.manifest.thresholds.answer for answer in answers) > ANSWERS_MAX
    shown = [answer["score"] for answer in answers if answer["shown"]]
    assert 1 <= len(shown) <= ANSWERS_MAX
    assert min(shown) >= answers[0]["score"] - ABREAST
