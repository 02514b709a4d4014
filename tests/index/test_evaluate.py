"""Judging an artifact on examples."""

from pathlib import Path

import pytest

from assist import artifact
from assist.engine import Engine
from index.evaluate import Share, answers, evaluate, failing, judge
from index.findings import Place
from index.knowledge import Example


@pytest.fixture(scope="module")
def engine(shop: Path) -> Engine:
    return Engine(shop / artifact.current(shop))


def example(say: str, entry: str | None = None, intent: str | None = None, style: str = "plain") -> Example:
    return Example(
        say=say, entry=entry, intent=intent, emotion=None, language="zh-Hans", style=style, place=Place(path="p", line=1)
    )


def test_shares_and_their_intervals() -> None:
    assert Share(9, 10).percent == 90.0
    low, high = Share(9, 10).interval
    assert (low, high) == (59.6, 98.2)  # Wilson, by hand
    assert Share(0, 0).interval == (0.0, 100.0)
    assert Share(0, 5).interval[0] == 0.0
    assert Share(5, 5).interval[1] == 100.0


def test_each_measure_counts_what_it_says(engine: Engine) -> None:
    told = judge(engine, [
        example("你们几点关门", "shop.hours"), example("我要退货", "shop.parking"), example("请问几点开门", intent="ask"),
        example("你好厉害的天气", "none", style="none"),
    ])  # fmt: skip
    assert told["right entry first"] == Share(1, 2)
    assert told["right entry first/plain"] == Share(1, 2)
    assert told["no card where none is due"].of == 1
    assert told["no card where none is due/none"].of == 1
    assert told["intent told"].of == 1
    assert told["right entry in three/zh-Hans"].of == 2


def test_what_fails_is_told_with_its_place(engine: Engine) -> None:
    fine, wrong, none = (
        example("你们几点关门", "shop.hours"),
        example("我要退货", "shop.parking"),
        example("你们几点关门", "none"),
    )
    assert list(failing(engine, [fine, wrong, none])) == [
        "p:1: 我要退货: shop.parking is due, shop.refund is shown",
        "p:1: 你们几点关门: no card is due, shop.hours is shown",
    ]


def test_figures_for_the_manifest_are_overall_only(engine: Engine) -> None:
    figures = evaluate(engine, [example("你们几点关门", "shop.hours")])
    assert figures["right entry first"] == {"percent": 100.0, "of": 1}
    assert not any("/" in name for name in figures)
    assert evaluate(engine, []) == {}


def test_many_answers_keep_their_order(engine: Engine) -> None:
    texts = ["你们几点关门", "我要退货", "有停车场吗"] * 30
    found = [answer.hits[0].entry.id for answer in answers(engine, texts)]
    assert found == ["shop.hours", "shop.refund", "shop.parking"] * 30
