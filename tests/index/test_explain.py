"""Why a sentence gets the cards it gets, told to an editor."""

from pathlib import Path

import pytest

from assist import artifact
from assist.engine import Engine
from index.explain import explain


@pytest.fixture(scope="module")
def engine(shop: Path) -> Engine:
    return Engine(shop / artifact.current(shop))


def test_a_question_is_explained_with_its_nearest_variants_and_their_places(engine: Engine) -> None:
    told = list(explain(engine, "請問，你們幾點關門？"))
    assert told[0] == "heard as: 请问你们几点关门"
    assert any(line.startswith("intent: ask") for line in told)
    assert any("'你们几点关门'" in line and "shop/entries/shop.yaml:" in line for line in told)
    answer = next(line for line in told if "shop.hours  by" in line)
    assert answer.split()[0] == "shown"


def test_a_counter_example_is_marked(engine: Engine) -> None:
    told = list(explain(engine, "我要退出登录"))
    assert any(line.startswith("  NOT 1.000") for line in told)
    assert next(line for line in told if "shop.refund  by" in line).split()[0] == "denied"


@pytest.mark.parametrize("text", ["", "😀", "嗯嗯", "字" * 3_000])
def test_strange_texts(engine: Engine, text: str) -> None:
    told = list(explain(engine, text))
    assert told[0].startswith("heard as: ")
    if text == "😀":
        assert "nothing" in told[0]
    assert sum(line.startswith("window: ") for line in told) >= 1
