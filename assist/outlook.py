"""How likely the best answer to half a turn is to be the answer to the whole of it. Pure.

A logistic regression on three signs, fitted at every build on calibration turns cut short (`index/outlook.py`). It sees what
a bare threshold does not: how many entries are still in the running, and how much has been heard.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

Signs = tuple[float, float, float]
SHARPNESS: Final = 16.0  # of the best entry's share; 12 and 20 do a little worse
HEARD_MAX: Final = 60  # what more is heard makes no surer: longer turns were not there to learn from


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """The weights; see USUAL."""

    share: float
    score: float
    heard: float
    bias: float

    def chance(self, signs: Signs) -> float:
        """From 0 to 1."""
        share, score, heard = signs
        return 1 / (1 + math.exp(-(self.share * share + self.score * score + self.heard * heard + self.bias)))


# For packs without turns to fit their own on: as those that ship, and a little more careful.
USUAL: Final = Outlook(share=5.7, score=6.9, heard=1.1, bias=-6.5)


def signs(scores: Sequence[float], threshold: float, heard: int) -> Signs:
    """The best entry's share among those found (their scores, best first), its score above the threshold, the logarithm of
    how much has been heard, in Chinese characters (a Latin word tells as much as two).
    """
    best = scores[0]
    share = 1 / sum(math.exp(SHARPNESS * (score - best)) for score in scores)
    return share, best - threshold, math.log(min(max(heard, 1), HEARD_MAX))
