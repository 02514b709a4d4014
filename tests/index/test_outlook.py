"""Fitting the chance of a partial's answer."""

from pathlib import Path

import numpy as np

from assist import artifact
from assist.engine import Engine
from assist.outlook import USUAL
from index.outlook import fit, outlook


def test_the_weights_that_made_the_outcomes_are_found() -> None:
    generator = np.random.default_rng(1)
    signs = generator.normal(size=(20_000, 3))
    chance = 1 / (1 + np.exp(-(signs @ [3.0, -1.0, 0.5] + 0.7)))
    found = fit(signs, (generator.random(20_000) < chance).astype(float))
    assert np.allclose(found, [3.0, -1.0, 0.5, 0.7], atol=0.15)


def test_outcomes_that_never_vary_give_finite_weights() -> None:
    assert np.isfinite(fit(np.ones((80, 3)), np.ones(80))).all()


def test_with_few_turns_the_usual_weights_stay(shop: Path) -> None:
    assert outlook(Engine(shop / artifact.current(shop)), ()) == USUAL
