"""Measured values and their percentiles. Many samples are kept as a histogram of three significant digits, which moves
no percentile by more than half a percent. Pure.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

SAMPLES_MAX: Final = 20_000  # more are kept as a histogram
DIGITS: Final = 3
WORTH: Final = 10  # samples beyond a percentile without which it is not told


@dataclass(frozen=True, slots=True)
class Samples:
    """Distinct values in ascending order, and how often each was measured."""

    values: NDArray[np.float64]
    counts: NDArray[np.int64]

    @property
    def n(self) -> int:
        """How many were measured."""
        return int(self.counts.sum())

    def percentile(self, q: float) -> float:
        """Nearest rank: the least value that at least q percent of the samples do not exceed; NaN of nothing."""
        if not self.n:
            return math.nan
        rank = max(1, math.ceil(q * self.n / 100 - 1e-9))
        return float(self.values[int(np.searchsorted(np.cumsum(self.counts), rank))])

    def worth_telling(self, q: float) -> bool:
        """Whether enough samples lie beyond a percentile for it to mean something (for the median: any)."""
        return q <= 50 or self.n * (100 - q) / 100 >= WORTH - 1e-9

    @property
    def mean(self) -> float:
        """Arithmetic mean; NaN of nothing."""
        return float((self.values * self.counts).sum() / self.n) if self.n else math.nan


def of(values: Iterable[float]) -> Samples:
    """Samples of raw values."""
    distinct, counts = np.unique(np.asarray(list(values), dtype=np.float64), return_counts=True)
    return Samples(distinct, counts.astype(np.int64))


def merged(parts: Iterable[Samples]) -> Samples:
    """All samples of several runs together."""
    raw = [np.repeat(part.values, part.counts) for part in parts]
    return of(np.concatenate(raw) if raw else ())


def as_json(samples: Samples) -> dict[str, Any]:
    """What is kept of samples in a line: all of them, or their histogram [[value, count] …]."""
    if samples.n <= SAMPLES_MAX:
        return {"samples": [_short(v) for v in np.repeat(samples.values, samples.counts).tolist()]}
    rounded, places = np.unique([_rounded(v) for v in samples.values.tolist()], return_inverse=True)
    counts = np.bincount(places, weights=samples.counts).astype(int)
    return {"histogram": [[_short(v), c] for v, c in zip(rounded.tolist(), counts.tolist(), strict=True)]}


def from_json(line: Mapping[str, Any]) -> Samples:
    """The samples of a stored line."""
    if "samples" in line:
        return of(line["samples"])
    pairs = np.asarray(line["histogram"], dtype=np.float64).reshape(-1, 2)
    return Samples(pairs[:, 0], pairs[:, 1].astype(np.int64))


def _rounded(value: float) -> float:
    return round(value, DIGITS - 1 - math.floor(math.log10(abs(value)))) if value else 0.0


def _short(value: float) -> float | int:
    return int(value) if value == int(value) else round(value, 3)
