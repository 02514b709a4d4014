"""What the default encoder learns from: the packs' own texts, and translation pairs where they are at hand."""

import csv
import functools
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import opencc

from assist.text import normalise
from index.knowledge import Knowledge
from index.splits import split


@dataclass(frozen=True, slots=True, kw_only=True)
class Corpus:
    """Normalised training texts; what calibrates is absent.

    `groups` are texts with one meaning (variants of an entry with its title; sentences of a moment); `utterances` run
    parallel to `intents` and `emotions` (None where unlabelled); `pairs` are translations (English as written, Chinese).
    """

    groups: tuple[tuple[str, ...], ...]
    utterances: tuple[str, ...]
    intents: tuple[str | None, ...]
    emotions: tuple[str | None, ...]
    pairs: tuple[tuple[str, str], ...]

    @property
    def texts(self) -> list[str]:
        """Every text, for counting features."""
        return [text for group in self.groups for text in group] + list(self.utterances) + [zh for _, zh in self.pairs]


def corpus(knowledge: Knowledge, pairs: Path | None = None) -> Corpus:
    """Gather the training texts of packs, and of a file of tab-separated English-Chinese pairs."""
    entries = [[e.title, *(v.text for v in e.questions)] for e in knowledge.entries]
    moments: dict[str, list[str]] = {}
    for phrase in knowledge.phrases:
        if phrase.kind == "phrase":
            moments.setdefault(phrase.moment, []).extend(s for tones in phrase.text.values() for s in tones.values())
    used = split(knowledge).used
    return Corpus(
        groups=tuple(group for texts in [*entries, *moments.values()] if len(group := _group(texts)) > 1),
        utterances=tuple(normalise(u.text) for u in used),
        intents=tuple(u.intent for u in used),
        emotions=tuple(u.emotion for u in used),
        pairs=tuple(_pairs(pairs)) if pairs else (),
    )


def _group(texts: Sequence[str]) -> tuple[str, ...]:
    """Normalised texts of one meaning, and as they would be said with Taiwan's words ("短信" is "簡訊" there)."""
    return tuple(dict.fromkeys(normalise(said) for text in texts for said in (text, _taiwan().convert(text))))


@functools.cache
def _taiwan() -> opencc.OpenCC:
    return opencc.OpenCC("s2twp")


def _pairs(path: Path) -> list[tuple[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        rows = csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        return [(row[0], normalise(row[1])) for row in rows if len(row) >= 2]
