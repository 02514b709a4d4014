"""What the default encoder learns from: the packs' own texts, and translation pairs where they are at hand."""

import csv
import functools
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import opencc

from assist.text import normalise
from index.knowledge import Knowledge
from index.splits import split


@dataclass(frozen=True, slots=True, kw_only=True)
class Corpus:
    """Normalised training texts; what calibrates is absent.

    `groups` are texts with one meaning (an entry's title, variants and paraphrases; sentences of a moment; paraphrases of
    no entry); `utterances` run parallel to `intents` and `emotions` (None where unlabelled); `pairs` mean the same in
    English (as written) and Chinese.
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
    """Gather the training texts of packs, and of a file of tab-separated English-Chinese pairs.

    With such a file the packs' own texts are paired as well: there an English teacher learns what callers speak of.
    """
    others: dict[str | int, list[str]] = {}  # by entry, where they are of one; else by their own place
    for number, alike in enumerate(knowledge.paraphrases):
        others.setdefault(alike.entry or number, []).extend(variant.text for variant in alike.said)
    entries = [[e.title, *(v.text for v in e.questions), *others.pop(e.id, ())] for e in knowledge.entries]
    moments: dict[str, list[str]] = {}
    for phrase in knowledge.phrases:
        if phrase.kind == "phrase":
            moments.setdefault(phrase.moment, []).extend(s for tones in phrase.text.values() for s in tones.values())
    used = split(knowledge).used
    return Corpus(
        groups=tuple(group for texts in [*entries, *moments.values(), *others.values()] if len(group := _group(texts)) > 1),
        utterances=tuple(normalise(u.text) for u in used),
        intents=tuple(u.intent for u in used),
        emotions=tuple(u.emotion for u in used),
        pairs=(*_pairs(pairs), *chain.from_iterable(map(_own_pairs, [*entries, *others.values()]))) if pairs else (),
    )


def _group(texts: Sequence[str]) -> tuple[str, ...]:
    """Normalised texts of one meaning, and as they would be said with Taiwan's words ("短信" is "簡訊" there)."""
    return tuple(dict.fromkeys(normalise(said) for text in texts for said in (text, _taiwan().convert(text))))


@functools.cache
def _taiwan() -> opencc.OpenCC:
    return opencc.OpenCC("s2twp")


def _own_pairs(texts: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Each Chinese text of one meaning with one of the English ones, in turn."""
    english = [text for text in texts if text.isascii()]
    chinese = [normalise(text) for text in texts if not text.isascii()]
    return zip(itertools.cycle(english), chinese, strict=False)


def _pairs(path: Path) -> list[tuple[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        rows = csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        return [(row[0], normalise(row[1])) for row in rows if len(row) >= 2]
