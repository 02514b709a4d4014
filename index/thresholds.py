"""Chooses where the service abstains, from what the engine itself makes of the calibration turns.

For answers: the score that turns without an answer rarely reach. For labels: the probability above which a reading is
right often enough to be shown. Never chosen on examples/, which only judge.
"""

from collections.abc import Callable, Sequence, Set
from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from assist.artifact import Thresholds
from assist.engine import UNASKED
from assist.queries import Answer
from index.knowledge import NO_ENTRY, Example

WRONG_CARDS: Final = 0.08  # share of turns without an answer that may still get a card, where nothing else is known
RIGHT_READINGS: Final = 0.94  # of the readings that are shown; 0.92 is promised, and calibration turns are but a sample
STRANGERS_MIN: Final = 30
CHANCE: Final = 0.03  # two of sixty strangers
LOWEST: Final = 0.25
LINE: Final = 0.6  # an agent's sentence is a standard phrase from this cosine on
OPEN: Final = Thresholds(answer=-1.0, intent=0.0, emotion=0.0, line=LINE)  # nothing is held back: for calibrating


def for_labels(turns: Sequence[Example], answers: Sequence[Answer]) -> Thresholds:
    """Thresholds of the labels, from `answers` that an engine with OPEN thresholds gave to `turns`; answers stay open."""
    pairs = list(zip(turns, answers, strict=True))
    return replace(
        OPEN,
        intent=_label_threshold([(a.intent.p, a.intent.label == t.intent) for t, a in pairs if t.intent]),
        emotion=_label_threshold([(a.emotion.p, a.emotion.label == t.emotion) for t, a in pairs if t.emotion]),
    )


def for_answers(
    labels: Thresholds,
    turns: Sequence[Example],
    answers: Sequence[Answer],
    unanswered: Set[str],
    others: Callable[[], Sequence[Sequence[Answer]]] = list,
) -> Thresholds:
    """The threshold of an answer, from what an engine with OPEN thresholds gave to `turns`.

    It divides about best between turns that an entry answers and turns that nothing answers (Youden 1950). Where the
    packs have too few of the latter, turns whose intent wants no answer stand in. Without the former, WRONG_CARDS decides:
    of those turns, and of the turns of other domains, to which the engine gave `others`. Of the domains the middle one
    counts, as one may be the packs' own.
    """

    def score(answer: Answer) -> float:
        wants_none = answer.intent.label in unanswered and answer.intent.p >= labels.intent
        return max((hit.score for hit in answer.hits if hit.shown), default=-1.0) - (UNASKED if wants_none else 0.0)

    scored = [(score(answer), turn) for turn, answer in zip(turns, answers, strict=True)]
    strangers = [score for score, turn in scored if turn.entry == NO_ENTRY]
    if len(strangers) < STRANGERS_MIN:
        strangers += [score for score, turn in scored if turn.entry is None and turn.intent in unanswered]
    asked = [score for score, turn in scored if turn.entry not in (None, NO_ENTRY)]
    if not strangers:
        return replace(labels, answer=Thresholds().answer)
    if asked:
        chosen = _dividing(np.array(strangers), np.array(asked))
    else:
        domains = [_exceeded(list(map(score, domain))) for domain in others()]
        chosen = max(_exceeded(strangers), float(np.median(domains)) if domains else LOWEST)
    return replace(labels, answer=round(max(LOWEST, chosen) + 0.001, 3))


def _exceeded(scores: Sequence[float]) -> float:
    """The score that only WRONG_CARDS of them exceed."""
    return float(np.quantile(scores, 1 - WRONG_CARDS))


def _dividing(strangers: NDArray[np.float64], asked: NDArray[np.float64]) -> float:
    """The score above which the share of `asked` exceeds the share of `strangers` by most.

    Of those that are as good but for chance the middle: the best alone may sit at the edge of a plain.
    """
    scores = np.unique(np.concatenate([strangers, asked]))
    gain = np.array([(asked > score).mean() - (strangers > score).mean() for score in scores])
    good = scores[gain >= gain.max() - CHANCE]
    return float((good[0] + good[-1]) / 2)


def _label_threshold(readings: Sequence[tuple[float, bool]]) -> float:
    """The lowest probability above which RIGHT_READINGS of the readings (probability, right) are right."""
    if not readings:
        return Thresholds().intent
    ranked = sorted(readings, reverse=True)
    share = np.cumsum([right for _, right in ranked]) / np.arange(1, len(ranked) + 1)
    enough = np.nonzero(share >= RIGHT_READINGS)[0]
    return round(max(LOWEST, ranked[enough[-1]][0]), 3) if enough.size else 0.95
