"""Packs to catalog: what of the knowledge goes into the artifact, and which texts its vectors stand for.

What is shown gets Traditional characters where an editor wrote only Simplified ones; what is searched stays as written.
"""

import functools
import re
import textwrap
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TypeVar

from assist.artifact import LINES, QUESTIONS
from assist.catalog import Catalog, Entry, Phrase, Row
from assist.legible import latin_words
from index import knowledge
from index.findings import Place
from index.knowledge import Knowledge
from index.normalised import normalise
from index.traditional import to_traditional

T = TypeVar("T")

SAYABLE = ("phrase", "empathy")  # kinds whose sentences an agent may be heard to say
# Entries are found by what callers may say. Where nobody has written that down (a company's FAQ as it is), the beginning of
# the answer helps: on 200 entries held out of training for this, 4 % more turns had the right one among three.
QUESTIONS_FEW = 3
OPENING_MIN, OPENING_MAX = 20, 80  # characters
_SENTENCE = re.compile(r".+?(?:[。！？!?；;\n]+|\.(?=\s)|$)\s*", re.DOTALL)


def catalog(packs: Knowledge) -> Catalog:
    """The catalog of all packs; where two define the same id the checker has complained, and the later wins."""
    vocabulary = {
        key: _in_both_scripts(titles, to_traditional, simplified="zh")
        for pack in packs.packs
        for key, titles in pack.vocabulary.get("moments", {}).items()
    }
    return Catalog(
        entries={entry.id: _entry(entry, packs) for entry in packs.entries},
        phrases={phrase.id: _phrase(phrase, packs) for phrase in packs.phrases},
        moments=vocabulary,
        tones={emotion.label: emotion.tone for emotion in packs.emotions if emotion.tone},
        intents=tuple(dict.fromkeys(intent.label for intent in packs.intents)),
        emotions=tuple(dict.fromkeys(emotion.label for emotion in packs.emotions)),
        unanswered=tuple(intent.label for intent in packs.intents if not intent.answered),
        rows={QUESTIONS: tuple(_questions(packs)), LINES: tuple(_lines(packs))},
        words=frozenset(word for text in _texts(packs) for word in latin_words(normalise(text))),
    )


def _texts(packs: Knowledge) -> Iterator[str]:
    """All that the packs say, and let callers say."""
    for entry in packs.entries:
        yield from (entry.title, *entry.answers.values(), *(variant.text for variant in entry.questions))
    for phrase in packs.phrases:
        yield from (sentence for tones in phrase.text.values() for sentence in tones.values())
    yield from (utterance.text for utterance in packs.utterances)


def _entry(entry: knowledge.Entry, packs: Knowledge) -> Entry:
    days = {
        name: day.toordinal()
        for name, day in (("valid_from", entry.valid_from), ("valid_until", entry.valid_until))
        if day is not None
    }
    return Entry(
        id=entry.id, title=entry.title, title_hant=to_traditional(entry.title),
        answers=_in_both_scripts(entry.answers, to_traditional), steps=entry.steps,
        steps_hant=tuple(map(to_traditional, entry.steps)), next=entry.next, source=_source(entry.place, packs), **days,
    )  # fmt: skip


def _phrase(phrase: knowledge.Phrase, packs: Knowledge) -> Phrase:
    return Phrase(
        id=phrase.id, moment=phrase.moment, kind=phrase.kind, when=dict(phrase.when),
        text=_in_both_scripts(phrase.text, _sentences), source=_source(phrase.place, packs),
    )  # fmt: skip


def _sentences(tones: Mapping[str, str]) -> Mapping[str, str]:
    return {tone: to_traditional(sentence) for tone, sentence in tones.items()}


def _in_both_scripts(texts: Mapping[str, T], convert: Callable[[T], T], *, simplified: str = "zh-Hans") -> dict[str, T]:
    """Texts by language, with one in Traditional characters made of the Simplified one unless an editor wrote it."""
    if texts.get("zh-Hant") or not texts.get(simplified):
        return dict(texts)
    return {**texts, "zh-Hant": convert(texts[simplified])}


def _questions(packs: Knowledge) -> Iterator[Row]:
    for entry in packs.entries:
        yield Row(owner=entry.id, text=entry.title, source=_source(entry.place, packs))
        for variant in entry.questions:
            yield Row(owner=entry.id, text=variant.text, source=_source(variant.place, packs))
        if len(entry.questions) < QUESTIONS_FEW:
            for language, answer in entry.answers.items():
                place = entry.places.get(f"answer_{language}") or entry.at("answer")
                yield Row(owner=entry.id, text=opening(answer), source=_source(place, packs))
        for variant in entry.not_when:
            yield Row(owner=entry.id, text=variant.text, source=_source(variant.place, packs), negative=True)


def opening(answer: str) -> str:
    """The first sentences of an answer, as many as OPENING_MIN characters take; of a long one the first words."""
    said = ""
    for sentence in _SENTENCE.findall(answer):
        said += sentence
        if len(said) >= OPENING_MIN:
            break
    return textwrap.shorten(said, OPENING_MAX, placeholder="") if said.isascii() else said.strip()[:OPENING_MAX]


def _lines(packs: Knowledge) -> Iterator[Row]:
    for phrase in packs.phrases:
        if phrase.kind in SAYABLE:
            for tones in phrase.text.values():
                for sentence in tones.values():
                    yield Row(owner=phrase.id, text=sentence, source=_source(phrase.place, packs))


def _source(place: Place, packs: Knowledge) -> str:
    """Where something is written, told from the folder around its pack: the same on whatever machine it is built."""
    return f"{_told_from(place.path, tuple(pack.folder for pack in packs.packs))}:{place.line}"


@functools.cache
def _told_from(path: str, folders: tuple[str, ...]) -> str:
    for folder in folders:
        around = Path(folder).parent
        if Path(path).is_relative_to(around):
            return Path(path).relative_to(around).as_posix()
    return Path(path).name
