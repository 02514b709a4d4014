"""Texts are cleaned into one form, whatever is fed in; knowledge and callers meet there."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assist.text import common_prefix, is_filler, joined, normalise, traditional, units


@pytest.mark.parametrize(
    ("heard", "form"),
    [
        ("Hello, World!", "hello world"),
        ("我　要Ａ５套餐", "我要a5套餐"),
        ("請問話費點樣查", "请问话费点样查"),
        ("我我我想查话费", "我想查话费"),
        ("那个那个那个怎么办", "那个怎么办"),
        ("谢谢谢谢", "谢谢"),
        ("a   b\t\nc", "a b c"),
        ("用 wifi 上 网", "用wifi上网"),
        ("don't", "dont"),
        ("一百二十块", "120块"),
        ("snake_case", "snake case"),
        ("0:_0", "0 0"),
        ("😀\x00\x07\u202e", ""),
        ("，。！？", ""),
        ("", ""),
    ],
)
def test_normalise(heard: str, form: str) -> None:
    assert normalise(heard) == form


@given(st.text(max_size=200))
def test_any_text_becomes_one_without_signs_controls_or_double_spaces(text: str) -> None:
    form = normalise(text)
    assert form == form.strip()
    assert "  " not in form
    assert all(c.isalnum() or c == " " or not c.isascii() for c in form)
    assert not any(c.isspace() and c != " " for c in form)


@given(st.text("我要查的话费流量abc 12，。！", max_size=60))
def test_punctuation_does_not_count(text: str) -> None:
    assert normalise(text.replace("，", "。").replace("!", "，")) == normalise(text)


@pytest.mark.parametrize("units", ["万二亿三", "亿零万一", "千百十"])
def test_a_text_of_nothing_but_numerals_is_no_way_to_stop_the_service(units: str) -> None:
    assert len(normalise((units * 3_000)[:10_000])) <= 10_000


@pytest.mark.parametrize("text", ["嗯", "嗯 啊", "uh huh", "mm", "", "哦哦", "um er"])
def test_fillers(text: str) -> None:
    assert is_filler(text)


@pytest.mark.parametrize("text", ["嗯好", "no", "um no", "的"])
def test_not_fillers(text: str) -> None:
    assert not is_filler(text)


def test_units_count_characters_and_words() -> None:
    assert units("我要查wifi") == 5
    assert units("hello big world") == 6


def test_joined_keeps_latin_words_apart() -> None:
    assert joined("hello", "world") == "hello world"
    assert joined("你好", "世界") == "你好世界"
    assert joined("", "x") == "x"
    assert joined("我用", "wifi") == "我用wifi"


@given(st.text(max_size=20), st.text(max_size=20), st.text(max_size=20))
def test_common_prefix_is_one_of_both_and_the_longest(shared: str, a: str, b: str) -> None:
    found = common_prefix(shared + a, shared + b)
    assert (shared + a).startswith(found)
    assert (shared + b).startswith(found)
    assert len(found) >= len(shared)
    rest_a, rest_b = (shared + a)[len(found) :], (shared + b)[len(found) :]
    assert not rest_a or not rest_b or rest_a[0] != rest_b[0]


def test_traditional() -> None:
    assert traditional("電話 phone") == 2
    assert traditional("电话 phone") == 0
