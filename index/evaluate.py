"""How well an artifact does on examples/: what the service itself would answer, judged; with 95 % intervals (Wilson)."""

import math
import os
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from assist.candidates import answering
from assist.engine import Engine, search_alone
from assist.queries import UNKNOWN, Answer, Query
from index.knowledge import NO_ENTRY, Example
from index.normalised import normalise

BATCH = 32


@dataclass(frozen=True, slots=True)
class Share:
    """So many of so many."""

    right: int
    of: int

    @property
    def percent(self) -> float:
        """The share in percent."""
        return round(100 * self.right / self.of, 1) if self.of else 0.0

    @property
    def interval(self) -> tuple[float, float]:
        """95 % interval in percent; Wilson 1927."""
        if not self.of:
            return (0.0, 100.0)
        z, p = 1.96, self.right / self.of
        middle, spread = p + z * z / (2 * self.of), z * math.sqrt(p * (1 - p) / self.of + z * z / (4 * self.of**2))
        low, high = ((middle + sign * spread) / (1 + z * z / self.of) for sign in (-1, 1))
        return (round(100 * low, 1), round(100 * high, 1))


def answers(engine: Engine, texts: Sequence[str]) -> list[Answer]:
    """What the engine answers to final caller turns."""
    queries = [
        Query(call="", number=i, segment="", speaker="caller", turn=normalise(text), final=True, heard_ms=0)
        for i, text in enumerate(texts)
    ]
    batches = [queries[i : i + BATCH] for i in range(0, len(queries), BATCH)]
    with ThreadPoolExecutor(os.cpu_count(), initializer=search_alone) as pool:
        return [answer for told in pool.map(engine.answer, batches) for answer in told]


def judge(engine: Engine, examples: Sequence[Example]) -> dict[str, Share]:
    """Shares by measure; a measure is named `what`, `what/style` or `what/language`."""
    right: dict[str, list[bool]] = defaultdict(list)
    for example, answer in zip(examples, answers(engine, [example.say for example in examples]), strict=True):
        for measure, passed in _measures(example, answer):
            right[measure].append(passed)
            right[f"{measure}/{example.style or 'any'}"].append(passed)
            right[f"{measure}/{example.language}"].append(passed)
    return {measure: Share(sum(passed), len(passed)) for measure, passed in sorted(right.items())}


def failing(engine: Engine, examples: Sequence[Example]) -> Iterator[str]:
    """The examples that come out otherwise than they say, a line each: where they stand, what is due, what came instead."""
    for example, answer in zip(examples, answers(engine, [example.say for example in examples]), strict=True):
        shown = [hit.entry.id for hit in answering(answer)]
        due = [] if example.entry == NO_ENTRY else [example.entry]
        if example.entry and shown[:1] != due:
            yield f"{example.place}: {example.say}: {_told(due)} is due, {_told(shown)} is shown"
        for what, label in (("intent", answer.intent), ("emotion", answer.emotion)):
            expected = getattr(example, what)
            if expected and label.label not in (expected, UNKNOWN):
                yield f"{example.place}: {example.say}: {what} {expected} is due, {label.label} is read"


def _told(entries: Sequence[str | None]) -> str:
    return " and ".join(filter(None, entries)) or "no card"


def _measures(example: Example, answer: Answer) -> Iterable[tuple[str, bool]]:
    found = [hit.entry.id for hit in answer.hits]
    shown = [hit.entry.id for hit in answering(answer)]
    if example.entry == NO_ENTRY:
        yield "no card where none is due", not shown
    elif example.entry:
        yield "right entry first", found[:1] == [example.entry]
        yield "right entry in three", example.entry in found[:3]
        yield "card where one is due", bool(shown)
        if shown:
            yield "first card is right", shown[0] == example.entry
    for what, label in (("intent", answer.intent), ("emotion", answer.emotion)):
        expected = getattr(example, what)
        if expected:
            yield f"{what} told", label.label != UNKNOWN
            if label.label != UNKNOWN:
                yield f"{what} right when told", label.label == expected


def evaluate(engine: Engine, examples: Sequence[Example]) -> dict[str, object]:
    """The figures that go into the manifest: percent, and how many examples each is over."""
    overall = {name: share for name, share in judge(engine, examples).items() if "/" not in name}
    return {name: {"percent": share.percent, "of": share.of} for name, share in overall.items()}
