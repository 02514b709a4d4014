"""Judging an artifact on exchanges of two turns."""

from pathlib import Path

import pytest

from assist import artifact
from assist.engine import Engine
from index.evaluate import Share
from index.exchanges import failing, judge, shown
from index.findings import Place
from index.knowledge import Exchange


@pytest.fixture(scope="module")
def engine(shop: Path) -> Engine:
    return Engine(shop / artifact.current(shop))


def exchange(asked: str, say: str, entry: str) -> Exchange:
    return Exchange(asked=asked, say=say, entry=entry, language="zh-Hans", place=Place(path="p", line=1))


YES = exchange("你们是问几点关门，对吧", "对", "shop.hours")
NO = exchange("您是要退货，对吧", "不是", "none")
CONSENT = exchange("我要退货给您办了，可以吗", "好的", "none")
WRONG = exchange("您是要退货，对吧", "嗯", "shop.parking")


def test_a_yes_shows_what_was_asked_and_nothing_else_does(engine: Engine) -> None:
    assert [shown(engine, one) for one in (YES, NO, CONSENT, WRONG)] == [["shop.hours"], [], [], ["shop.refund"]]


def test_each_measure_counts_what_it_says(engine: Engine) -> None:
    told = judge(engine, [YES, NO, CONSENT, WRONG])
    assert told["card after a yes"] == told["card after a yes/zh-Hans"] == Share(2, 2)
    assert told["first card after a yes is right"] == Share(1, 2)
    assert told["no card after a reply that wants none"] == Share(2, 2)


def test_what_fails_is_told_with_its_place(engine: Engine) -> None:
    assert list(failing(engine, [YES, NO, WRONG])) == [
        "p:1: 您是要退货，对吧 / 嗯: shop.parking is due, shop.refund is shown"
    ]
