"""Chooses where the service abstains, on texts that were held out: never on examples/, which only judge.

For answers: the cosine that callers who want no answer (thanks, numbers, small talk …) rarely pass. For labels: the
probability above which a reading is right often enough to be shown.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from assist.artifact import Thresholds

WRONG_CARDS: Final = 0.06  # share of held-out turns without a question that may still get a card
RIGHT_READINGS: Final = 0.9  # of the readings that are shown
LOWEST: Final = 0.3
# What a caller with one of these intents says is no question to the knowledge base.
SOCIAL: Final = frozenset((
    "greet", "thank", "goodbye", "confirm", "deny", "provide_information", "ask_repeat", "ask_wait", "apologize", "none",
    "nuisance", "wrong_number", "change_language", "line_problem", "ask_identity",
))  # fmt: skip

Floats = NDArray[np.floating]


def answer_threshold(strangers: Floats) -> float:
    """`strangers`: the best score of each turn that wants no answer."""
    return round(float(np.quantile(strangers, 1 - WRONG_CARDS)), 3) if strangers.size else Thresholds().answer


def label_threshold(probabilities: Floats, truth: Sequence[int]) -> float:
    """The lowest probability above which RIGHT_READINGS of the best labels are right; `probabilities` is (n, labels)."""
    if not len(probabilities):
        return Thresholds().intent
    best = probabilities.max(axis=1)
    right = probabilities.argmax(axis=1) == np.asarray(truth)
    order = np.argsort(-best)
    share = np.cumsum(right[order]) / np.arange(1, len(order) + 1)
    enough = np.nonzero(share >= RIGHT_READINGS)[0]
    lowest = float(best[order[enough[-1]]]) if enough.size else 0.95
    return round(max(LOWEST, lowest), 3)
