"""Fits `assist.outlook` on calibration turns: each is cut short, and its best answer then compared with the whole turn's."""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from assist.candidates import answering, signs_of
from assist.engine import Engine
from assist.outlook import USUAL, Outlook, Signs
from index.evaluate import answers
from index.knowledge import Example

Floats = NDArray[np.float64]
CUTS: Final = (0.25, 0.45, 0.7)  # parts of a turn
TURNS_MAX: Final = 300  # more than these change little, and a rebuild must take seconds
ANSWERED_MIN: Final = 50
PENALTY: Final = 0.1  # L2
STEPS: Final = 20


def outlook(engine: Engine, turns: Sequence[Example]) -> Outlook:
    """The weights, from those turns that say which entry answers, if any; the usual ones where few are answered."""
    turns = [turn for turn in turns if turn.entry]
    turns = turns[:: 1 + len(turns) // TURNS_MAX]
    seen: list[Signs] = []
    borne: list[bool] = []
    finals = [{hit.entry.id for hit in answering(answer)} for answer in answers(engine, [turn.say for turn in turns])]
    for part in CUTS:
        cut = answers(engine, [turn.say[: int(part * len(turn.say))] for turn in turns])
        for early, final in zip(cut, finals, strict=True):
            if early.hits:
                seen.append(signs_of(early))
                borne.append(early.hits[0].entry.id in final)
    if sum(bool(final) for final in finals) < ANSWERED_MIN:
        return USUAL
    share, score, heard, bias = fit(np.array(seen), np.array(borne, dtype=np.float64)).round(3).tolist()
    return Outlook(share=share, score=score, heard=heard, bias=bias)


def fit(signs: Floats, truth: Floats) -> Floats:
    """Logistic regression of `truth` (n,) on `signs` (n, k) by Newton's method: k weights and the bias."""
    x = np.column_stack([signs, np.ones(len(signs))])
    weights = np.zeros(x.shape[1])
    for _ in range(STEPS):
        p = 1 / (1 + np.exp(-x @ weights))
        gradient = x.T @ (p - truth) + PENALTY * weights
        curvature = (x.T * (p * (1 - p))) @ x + PENALTY * np.eye(x.shape[1])
        weights -= np.linalg.solve(curvature, gradient)
    return weights
