"""Packs to catalog."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from assist.artifact import LINES, QUESTIONS
from assist.catalog import loads
from index.cataloguing import catalog, opening
from index.knowledge import Knowledge


def test_every_variant_has_a_row_with_its_place(read_pack: Callable[..., Knowledge], tmp_path: Path) -> None:
    contents = catalog(read_pack(tmp_path / "shop"))
    rows = [(row.owner, row.text, row.negative) for row in contents.rows[QUESTIONS]]
    assert ("shop.hours", "营业时间", False) in rows
    assert ("shop.hours", "几点开门", False) in rows
    assert ("shop.refund", "我要退出登录", True) in rows
    assert len(rows) == 3 * 4 + 1
    sources = {row.text: row.source for row in contents.rows[QUESTIONS]}
    assert sources["几点开门"] == "shop/entries/shop.yaml:3"
    assert [(row.owner, row.text) for row in contents.rows[LINES]] == [("shop.wait", "请您稍等。")]
    assert contents.moments["ask_wait"] == {"zh": "请等一等", "zh-Hant": "請等一等", "en": "please wait"}
    assert contents.tones == {"calm": "plain", "angry": "plain"}


def test_an_entry_with_few_questions_is_also_found_by_how_its_answer_begins(
    read_pack: Callable[..., Knowledge], tmp_path: Path
) -> None:
    answer = "可以。凭购物小票在服务台盖章后停车两小时免费。超出部分每小时五元。"
    entry = f"- {{id: shop.stamp, title: 停车盖章, questions: [停车免费吗], answer: {answer}}}\n"
    contents = catalog(read_pack(tmp_path / "shop", entries__stamp=entry))
    said = [row.text for row in contents.rows[QUESTIONS] if row.owner == "shop.stamp"]
    assert said == ["停车盖章", "停车免费吗", "可以。凭购物小票在服务台盖章后停车两小时免费。"]


@pytest.mark.parametrize(
    ("answer", "begins"),
    [
        ("有。", "有。"),
        ("", ""),
        ("很长" * 60, "很长" * 40),
        ("No full stop to be seen here", "No full stop to be seen here"),
        (
            "Yes. Go to the counter on floor 1.5 with your card. They know.",
            "Yes. Go to the counter on floor 1.5 with your card.",
        ),
        ("word " * 30, " ".join(["word"] * 16)),
    ],
)
def test_an_answer_begins_with_whole_sentences(answer: str, begins: str) -> None:
    assert opening(answer) == begins


def test_days_become_numbers_and_alerts_are_no_lines(read_pack: Callable[..., Knowledge], tmp_path: Path) -> None:
    entry = (
        "- {id: shop.sale, title: 促销, questions: [打折吗], answer: 有, valid_from: 2026-01-01, valid_until: 2026-12-31}\n"
    )
    alert = (
        "- {id: shop.alert, kind: alert, moment: ask_wait, text: {zh-Hans: {plain: 注意。}}, when: {situation: [hold]}}\n"
    )
    contents = catalog(read_pack(tmp_path / "shop", entries__sale=entry, phrases__alert=alert))
    sale = contents.entries["shop.sale"]
    assert (sale.valid_from, sale.valid_until) == (date(2026, 1, 1).toordinal(), date(2026, 12, 31).toordinal())
    assert contents.phrases["shop.alert"].kind == "alert"
    assert "shop.alert" not in {row.owner for row in contents.rows[LINES]}


def test_traditional_characters_are_added_where_an_editor_wrote_none(
    read_pack: Callable[..., Knowledge], tmp_path: Path
) -> None:
    entries = (
        "- {id: shop.sms, title: 短信, questions: [发短信], answer: 您可以发短信查账。, answer_en: Text us.}\n"
        "- {id: shop.own, title: 停车, questions: [停车], answer: 停车免费。, answer_zh-Hant: 泊車免費。,\n"
        "   answer_yue: 泊車唔使錢。}\n"
        "- {id: shop.english, title: Parking, questions: [parking], answer_en: Parking is free.}\n"
    )
    contents = catalog(read_pack(tmp_path / "shop", entries__more=entries))
    made, own, english = (contents.entries[f"shop.{name}"] for name in ("sms", "own", "english"))
    assert [made.answer(language) for language in ("zh-Hant", "yue")] == ["您可以發簡訊查帳。"] * 2
    assert (made.answer("zh-Hans"), made.answer("en")) == ("您可以发短信查账。", "Text us.")
    assert [made.heading(language) for language in ("zh-Hant", "yue", "zh-Hans", "en")] == ["簡訊", "簡訊", "短信", "短信"]
    assert [own.answer(language) for language in ("zh-Hant", "yue")] == ["泊車免費。", "泊車唔使錢。"]
    assert (english.answers, english.heading("zh-Hant")) == ({"en": "Parking is free."}, "Parking")
    assert contents.phrases["shop.wait"].say("yue", "plain") == "請您稍等。"
    assert contents.moments["ask_wait"]["zh-Hant"] == "請等一等"
    assert loads(contents.dumps()) == contents


def test_what_is_searched_stays_as_written(
    read_pack: Callable[..., Knowledge], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    entry = "- {id: shop.sms, title: 短信, questions: [发短信], answer: 您可以发短信查账。}\n"
    knowledge = read_pack(tmp_path / "shop", entries__sms=entry)
    rows = catalog(knowledge).rows
    monkeypatch.setattr("index.cataloguing.to_traditional", lambda text: text)
    assert catalog(knowledge).rows == rows
    assert [row.text for row in rows[QUESTIONS] if row.owner == "shop.sms"] == ["短信", "发短信", "您可以发短信查账。"]
