"""Fitting the chance of a partial's answer."""

from pathlib import Path

import numpy as np
import pytest

from assist import artifact
from assist.engine import Engine
from assist.outlook import USUAL
from index.findings import Place
from index.knowledge import NO_ENTRY, Example
from index.outlook import ANSWERED_MIN, fit, outlook


def test_the_weights_that_made_the_outcomes_are_found() -> None:
    generator = np.random.default_rng(1)
    signs = generator.normal(size=(20_000, 3))
    chance = 1 / (1 + np.exp(-(signs @ [3.0, -1.0, 0.5] + 0.7)))
    found = fit(signs, (generator.random(20_000) < chance).astype(float))
    assert np.allclose(found, [3.0, -1.0, 0.5, 0.7], atol=0.15)


def test_outcomes_that_never_vary_give_finite_weights() -> None:
    assert np.isfinite(fit(np.ones((80, 3)), np.ones(80))).all()


@pytest.fixture(scope="module")
def engine(shop: Path) -> Engine:
    return Engine(shop / artifact.current(shop))


def turns(entry: str, *says: str) -> list[Example]:
    return [
        Example(
            say=say, entry=entry, intent=None, emotion=None, language="zh-Hans", style="plain", place=Place(path="p", line=1)
        )
        for say in says
    ]


def test_enough_answered_turns_are_fitted(engine: Engine) -> None:
    asked = turns("shop.hours", *["请问你们周末几点开门"] * ANSWERED_MIN) + turns(NO_ENTRY, *["今天天气好"] * 30)
    found = outlook(engine, asked)
    assert found != USUAL
    assert found.chance((0.9, 0.4, 2.0)) > found.chance((0.4, -0.2, 2.0))


@pytest.mark.parametrize("asked", [[], turns(NO_ENTRY, *["今天天气好"] * 300)], ids=["none", "none answered"])
def test_without_answered_turns_the_usual_weights_stay(engine: Engine, asked: list[Example]) -> None:
    assert outlook(engine, asked) == USUAL
