"""Which phrase fits a moment, and how its sentence is filled."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assist.catalog import Catalog
from assist.guidance import Guide, Signals, address, fill


def test_all_conditions_must_hold_and_the_most_specific_comes_first(catalog: Catalog) -> None:
    guide = Guide(catalog)
    assert [p.id for p in guide.phrases(Signals(emotion="angry"))["empathy"]] == ["calmer", "calm"]
    assert [p.id for p in guide.phrases(Signals(emotion="anxious"))["empathy"]] == ["calm"]
    assert "empathy" not in guide.phrases(Signals(emotion="calm"))
    assert "empathy" not in guide.phrases(Signals())


def test_a_phrase_without_conditions_never_comes_by_itself(catalog: Catalog) -> None:
    every = Signals(intent="thank", emotion="angry", situation="call_open", stage="opening")
    assert "unasked" not in [p.id for phrases in Guide(catalog).phrases(every).values() for p in phrases]


@pytest.mark.parametrize(
    ("text", "values", "filled"),
    [
        ("{caller}，您好", {"caller": "王先生"}, "王先生，您好"),
        ("{caller}，您好", {}, "您好"),
        ("{caller}, hello", {"caller": ""}, "Hello"),
        ("工号{agent}为您服务", {"agent": "007"}, "工号007为您服务"),
        ("{unknown}好", {"caller": "x"}, "好"),
        ("没有空格", {}, "没有空格"),
        ("{caller}", {"caller": "{agent}", "agent": "7"}, "{agent}"),
    ],
)
def test_fill(text: str, values: dict[str, str], filled: str) -> None:
    assert fill(text, values) == filled


@given(st.text(max_size=40), st.dictionaries(st.sampled_from(["caller", "agent"]), st.text(max_size=10)))
def test_any_value_can_be_filled_in(value: str, values: dict[str, str]) -> None:
    assert fill("您好{caller}再见", {**values, "caller": value}) == f"您好{value}再见"


@pytest.mark.parametrize(
    ("surname", "title", "language", "said"),
    [
        ("王", "先生", "zh-Hans", "王先生"),
        ("王", "", "zh-Hans", ""),
        ("Brown", "Ms", "en", "Ms Brown"),
        ("", "先生", "en", ""),
    ],
)
def test_address(surname: str, title: str, language: str, said: str) -> None:
    assert address(surname, title, language) == said
