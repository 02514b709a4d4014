"""What a caller's yes or no answers. `said_back.tsv` holds what agents asked and callers replied; replies.py was written
against it. The packs' exchanges.yaml, by another author, only judge.
"""

import csv
from pathlib import Path
from time import perf_counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assist.replies import REPLY_LETTERS_MAX, reply, told_by
from assist.text import normalise

FOUND_MIN = 0.97  # of the replies to what an agent has said back
BACK = "您是说家里宽带断了，是吗"


def table() -> list[dict[str, str]]:
    with Path(__file__).with_name("said_back.tsv").open(encoding="utf-8", newline="") as rows:
        return list(csv.DictReader(rows, delimiter="\t"))


def answered(say: str, to: str = BACK) -> str:
    return reply(normalise(say), to=to)


def test_a_yes_to_what_was_said_back_is_found() -> None:
    replies = [answered(row["say"], row["asked"]) for row in table() if row["entry"] != "none"]
    assert replies.count("yes") >= FOUND_MIN * len(replies)
    assert "no" not in replies


def test_consent_is_no_such_yes() -> None:
    consents = [
        row for row in table() if row["entry"] == "none" and answered(row["say"]) == "" and row["say"][0] in "好可行"
    ]
    assert len(consents) > 20
    assert [row for row in consents if answered(row["say"], row["asked"])] == []


@pytest.mark.parametrize("say", [
    "嗯", "对", "是", "对对对", "是的没错", "就是这个意思", "对，麻烦你了", "係呀", "冇錯", "啱", "yes",
    "yeah, that's right", "mhm", "对，没进去", "是啊，奇怪了", "係，俾多咗", "yes the blue one",
])  # fmt: skip
def test_a_yes(say: str) -> None:
    assert answered(say) == "yes"


@pytest.mark.parametrize("say", ["不是", "不是不是", "不对", "没有", "唔係", "no", "not really", "不是这个", "没有耶"])
def test_a_no(say: str) -> None:
    assert answered(say) == "no"


@pytest.mark.parametrize("say", [
    "", "好的", "可以", "行", "明白了", "ok", "对不起", "对方还没接", "是什么意思", "系统坏了", "我想退货", "唔好",
    "嗯我想问一下", "对，我宽带断了两天了，师傅说来也没来", "不是，我是说手机没信号", "想想", "yesterday it broke",
])  # fmt: skip
def test_neither(say: str) -> None:
    assert answered(say) == ""


@pytest.mark.parametrize(("to", "yes", "no"), [
    ("您是要退货吗", "yes", "no"),
    ("您想退掉这张票，对吧？", "yes", "no"),
    ("係咪想轉台呀", "yes", ""),
    ("So you want to cancel your plan, right?", "yes", "no"),
    ("路由器重启过了吗", "yes", ""),
    ("重启过了没有？", "yes", ""),
    ("您要查哪个月的账单？", "", ""),
    ("我帮您登记一下，您看可以吗", "", ""),
    ("这样讲您明白了吗", "", ""),
    ("我帮您登记好了", "", ""),
])  # fmt: skip
def test_only_a_question_is_answered_and_only_what_was_said_back_denied(to: str, yes: str, no: str) -> None:
    assert (answered("对", to), answered("不是", to)) == (yes, no)


@pytest.mark.parametrize(("question", "told"), [
    ("您是说家里宽带断了是吗", "您是说家里宽带断了"),
    ("您想退掉这张票对不对呀", "您想退掉这张票"),
    ("so your card is lost right", "so your card is lost"),
    ("you want to cancel it is that right", "you want to cancel it"),
    ("do you want to cancel it", "do you want to cancel it"),
    ("your line is bright", "your line is bright"),
    ("是吗", "是吗"),
    ("您要退货", "您要退货"),
])  # fmt: skip
def test_a_yes_says_the_question_without_its_tag(question: str, told: str) -> None:
    assert told_by(question) == told


@given(st.text(alphabet="是的对嗯不没有系 yesno啊这个", max_size=REPLY_LETTERS_MAX * 2), st.text(max_size=40))
def test_whatever_is_said_it_is_told_at_once(said: str, to: str) -> None:
    started = perf_counter()
    assert reply(said, to=to) in ("", "yes", "no")
    assert perf_counter() - started < 0.1
