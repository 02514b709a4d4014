"""How right intents and emotions are, whether told or not: accuracy, macro-F1, recall and precision, calibration.

Intervals are of the bootstrap (percentiles of resampled turns), 95 %.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from assist.engine import Engine, label
from assist.text import normalise
from assist.windows import windows
from index.knowledge import Example

RESAMPLES: Final = 400
BINS: Final = 10  # of confidence, equally wide
SEED: Final = 5


@dataclass(frozen=True, slots=True)
class Measured:
    """A figure in percent with its 95 % interval, over so many turns."""

    percent: float
    low: float
    high: float
    of: int


@dataclass(frozen=True, slots=True)
class Reads:
    """Turns: what was expected, what the engine would say were it forced to, how sure it is. Arrays of one length."""

    expected: NDArray[Any]
    said: NDArray[Any]
    p: NDArray[np.float64]
    language: NDArray[Any]

    def of(self, chosen: NDArray[Any]) -> "Reads":
        """Some of the turns: a mask, or numbers that may repeat."""
        return Reads(self.expected[chosen], self.said[chosen], self.p[chosen], self.language[chosen])

    def __len__(self) -> int:
        return len(self.expected)


def read(engine: Engine, examples: Sequence[Example], what: str) -> Reads:
    """Read the examples that have a label of this kind: `intent` or `emotion`."""
    asked = [example for example in examples if getattr(example, what)]
    names = engine.catalog.intents if what == "intent" else engine.catalog.emotions
    told = []
    for example in asked:
        seen = engine.read(windows(normalise(example.say)))
        told.append(label(seen.intents if what == "intent" else seen.emotions, names, threshold=0.0))
    return Reads(
        np.array([getattr(example, what) for example in asked]),
        np.array([one.label for one in told]),
        np.array([one.p for one in told]),
        np.array([example.language for example in asked]),
    )


def figures(reads: Reads) -> dict[str, Measured]:
    """All figures of one kind of label; an accuracy for each language, and for all languages but zh-Hans together."""
    told = {
        "accuracy": measured(accuracy, reads),
        "macro-F1": measured(macro_f1, reads),
        "calibration error": measured(calibration_error, reads),
        "accuracy/others": measured(accuracy, reads.of(reads.language != "zh-Hans")),
    }
    for language in sorted(set(reads.language.tolist())):
        told[f"accuracy/{language}"] = measured(accuracy, reads.of(reads.language == language))
    return told


def of_label(reads: Reads, name: str) -> dict[str, Measured]:
    """Recall and precision of one label."""
    return {
        "recall": measured(accuracy, reads.of(reads.expected == name)),
        "precision": measured(accuracy, reads.of(reads.said == name)),
    }


def measured(figure: Callable[[Reads], float], reads: Reads) -> Measured:
    """A figure with its bootstrap interval."""
    if not len(reads):
        return Measured(0.0, 0.0, 100.0, 0)
    chance = np.random.default_rng(SEED)
    again = [figure(reads.of(chance.integers(0, len(reads), len(reads)))) for _ in range(RESAMPLES)]
    low, high = np.percentile(again, [2.5, 97.5])
    return Measured(*(round(100 * float(x), 1) for x in (figure(reads), low, high)), of=len(reads))


def accuracy(reads: Reads) -> float:
    """Share of the turns whose label is right."""
    return float((reads.expected == reads.said).mean())


def macro_f1(reads: Reads) -> float:
    """The mean of the F1 of all labels that were expected."""
    return float(np.mean([_f1(reads.expected == name, reads.said == name) for name in np.unique(reads.expected)]))


def _f1(expected: NDArray[np.bool_], said: NDArray[np.bool_]) -> float:
    both = (expected & said).sum()
    return float(2 * both / (expected.sum() + said.sum()))


def calibration_error(reads: Reads) -> float:
    """Expected calibration error (Naeini et al. 2015): how far confidence lies from accuracy, over bins of confidence."""
    bins = np.minimum((reads.p * BINS).astype(int), BINS - 1)
    right = reads.expected == reads.said
    gaps = [abs(right[bins == b].mean() - reads.p[bins == b].mean()) * (bins == b).sum() for b in np.unique(bins)]
    return float(sum(gaps) / len(reads))
