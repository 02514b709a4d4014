"""Packs to catalog."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

from assist.artifact import LINES, QUESTIONS
from index.cataloguing import catalog
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
    assert contents.moments["ask_wait"] == {"zh": "请等一等", "en": "please wait"}
    assert contents.tones == {"calm": "plain", "angry": "plain"}


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
