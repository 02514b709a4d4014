"""What can be read, and what is better left unread."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assist.engine import Engine
from assist.legible import WORDS_MIN, legible
from assist.queries import UNKNOWN, Query
from assist.text import normalise

SAID = frozenset(
    ["my", "phone", "is", "broken", "please", "cancel", "the", "plan", "no", "i", "want", "a", "refund", "hello"]
)
WORDS = SAID | {f"word{i}" for i in range(WORDS_MIN)}

READABLE = (
    "我的话费怎么多了", "尾号5831", "我的iPhone坏了", "my phone is broken", "no refund no plan", "ㄟ我要退錢啦", "投诉",
    "林佳穎，後四碼五八三一", "Rajesh wants 取消", "喂听得到吗" * 30, "hello", "i want a café refund", "我要用Line付款",
)  # fmt: skip
UNREADABLE = (
    "", "😀🎉", "13800138000", "138 0013 8000", "一三八零零", "１２３４５", "①②③", "30%", "¥500", "12:30", "\u200b\x00",
    "おはようございます 解約したいです", "안녕하세요 요금", "мой телефон сломан", "ค่าโทรศัพท์แพง", "الفاتورة",
    "tôi muốn hủy gói cước", "Quiero cambiar mi plan de datos por favor", "je voudrais annuler mon abonnement",
    "zzz zzz zzz", "a" * 40, "1" * 10_000, "the plan " * 1_100, "我想问一下" * 2_000, "我想问一下" * 300, "𠀀𠀁" * 3_000,
)  # fmt: skip


@pytest.mark.parametrize("text", READABLE)
def test_what_callers_say_is_read(text: str) -> None:
    assert legible(normalise(text), WORDS)


@pytest.mark.parametrize("text", UNREADABLE, ids=range(len(UNREADABLE)))
def test_noise_is_not(text: str) -> None:
    assert not legible(normalise(text), WORDS)


def test_packs_of_few_words_cannot_tell_languages_apart() -> None:
    assert legible("quiero cambiar mi plan", SAID)
    assert not legible("13800138000", SAID)
    assert not legible("おはようございます", SAID)


@given(st.text())
def test_any_text_is_one_or_the_other(text: str) -> None:
    assert legible(normalise(text), WORDS) in (True, False)


@pytest.mark.parametrize("text", UNREADABLE, ids=range(len(UNREADABLE)))
@pytest.mark.parametrize("final", [True, False])
def test_the_engine_tells_nothing_of_it(engine: Engine, text: str, final: bool) -> None:
    turn = normalise(text)
    query = Query(call="c", number=1, segment="s", speaker="caller", turn=turn, final=final, heard_ms=0, fallback=turn)
    answer = engine.answer([query])[0]
    assert (answer.intent.label, answer.emotion.label, answer.hits, answer.fallback) == (UNKNOWN, UNKNOWN, (), ())
