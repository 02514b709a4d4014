"""Finds texts that are nearly the same: Jaccard similarity of their character bigrams, over an inverted index.

Exact: no pair at or above the threshold is missed. Only the rarest bigrams of a text are indexed ("prefix filter",
Chaudhuri et al. 2006; Bayardo et al. 2007), and most of the pairs found so are told apart by signatures, which
makes 20,000 texts a matter of a second. Used by `overlaps.py`.
"""

import functools
import math
import operator
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain, repeat
from typing import Final

SIGNATURE: Final = 256  # bits


@dataclass(frozen=True, slots=True, kw_only=True)
class Near:
    """The position of a text in the index and how similar it is, 0 to 1."""

    position: int
    similarity: float


def bigrams(text: str) -> frozenset[str]:
    """The character bigrams of a text; a text of one character is its own."""
    return frozenset(text[i : i + 2] for i in range(max(1, len(text) - 1))) if text else frozenset()


class Similar:
    """An index of texts; `nearest` answers which of them a text resembles most."""

    def __init__(self, texts: Sequence[str], *, threshold: float) -> None:
        self._threshold = threshold
        self._grams = [bigrams(text) for text in texts]
        frequency = Counter(chain.from_iterable(self._grams))
        self._rarity = {gram: place for place, gram in enumerate(sorted(frequency, key=lambda g: (frequency[g], g)))}
        self._bits = {gram: 1 << place % SIGNATURE for gram, place in self._rarity.items()}
        self._signatures = [self._signature(grams) for grams in self._grams]
        self._holders: dict[str, list[int]] = defaultdict(list)
        for position, grams in enumerate(self._grams):
            for gram in self._rarest(grams):
                self._holders[gram].append(position)

    def nearest(self, text: str) -> Near | None:
        """The most similar text, the earliest of equals; None when none reaches the threshold."""
        grams = bigrams(text)
        least, most = self._threshold * len(grams), len(grams) / self._threshold  # so long can a similar text be
        found = {position for gram in self._rarest(grams) for position in self._holders.get(gram, ())}
        signature, lacking_max = self._signature(grams), len(grams) - self._threshold * len(grams)
        candidates = [
            position
            for position in sorted(found)
            if least <= len(self._grams[position]) <= most
            and (signature & ~self._signatures[position]).bit_count() <= lacking_max
        ]
        alike = [jaccard(grams, self._grams[position]) for position in candidates]
        best = max(alike, default=0.0)
        return Near(position=candidates[alike.index(best)], similarity=best) if best >= self._threshold else None

    def _rarest(self, grams: frozenset[str]) -> list[str]:
        """So many of the rarest bigrams that two texts above the threshold must share one of them."""
        kept = len(grams) - math.ceil(self._threshold * len(grams) - 1e-9) + 1
        return sorted(grams, key=lambda gram: self._rarity.get(gram, -1))[:kept]

    def _signature(self, grams: frozenset[str]) -> int:
        """A bit for each known bigram, some for several: whoever lacks the bit lacks the bigram."""
        return functools.reduce(operator.or_, map(self._bits.get, grams, repeat(0)), 0)


def jaccard(a: frozenset[str], b: frozenset[str]) -> float:
    """Shared bigrams over all bigrams of both; 0 when both are empty."""
    shared = len(a & b)
    return shared / (len(a) + len(b) - shared) if a or b else 0.0
