"""The caller's language, told from a sentence."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assist.catalog import LANGUAGES
from assist.language import language_of


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("我想查一下话费", "zh-Hans"),
        ("我想查一下話費", "zh-Hant"),
        ("我想問下點樣開通漫遊呀", "yue"),
        ("我哋屋企上唔到网", "yue"),
        ("I want to check my bill", "en"),
        ("帮我看一下 wifi", "zh-Hans"),
        ("ok", None),
        ("喂", None),
        ("12345", None),
        ("", None),
    ],
)
def test_language_of(text: str, language: str | None) -> None:
    assert language_of(text) == language


@given(st.text(max_size=100))
def test_any_text_has_a_known_language_or_none(text: str) -> None:
    assert language_of(text) in (*LANGUAGES, None)
