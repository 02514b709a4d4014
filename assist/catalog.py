"""Entries and phrases as the service shows them, and how they stand in the artifact's catalog.json.

Written by index/, read by the service: one place for both, so that the file has one definition. Pure.
"""

import dataclasses
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final, TypeVar

T = TypeVar("T")

LANGUAGES: Final = ("zh-Hans", "zh-Hant", "yue", "en")
TRADITIONAL: Final = ("zh-Hant", "yue")  # written in Traditional characters
# Where a text lacks the caller's language, the next best to read from.
FALLBACK: Final[Mapping[str, Sequence[str]]] = {
    "zh-Hans": ("zh-Hans", "zh-Hant", "yue", "en"),
    "zh-Hant": ("zh-Hant", "zh-Hans", "yue", "en"),
    "yue": ("yue", "zh-Hant", "zh-Hans", "en"),
    "en": ("en", "zh-Hans", "zh-Hant", "yue"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A knowledge-base answer. `valid_from` and `valid_until` are ordinal days, both included.

    `title` and `steps` are as the editor wrote them, in whichever language; `…_hant` the same in Traditional characters.
    """

    id: str
    title: str
    answers: Mapping[str, str]
    title_hant: str = ""
    steps: tuple[str, ...] = ()  # what the agent does
    steps_hant: tuple[str, ...] = ()
    next: tuple[str, ...] = ()  # ids of what the caller is likely to ask next
    source: str = ""
    valid_from: int = 0
    valid_until: int = 10**9

    @property
    def dated(self) -> bool:
        """Whether there is a day on which the entry does not hold."""
        return self.valid_from > 0 or self.valid_until < 10**9

    def valid_on(self, day: date) -> bool:
        """Whether the entry holds on a day."""
        return self.valid_from <= day.toordinal() <= self.valid_until

    def heading(self, language: str) -> str:
        """The title, in the characters that the language is read in."""
        return self.title_hant or self.title if language in TRADITIONAL else self.title

    def procedure(self, language: str) -> tuple[str, ...]:
        """The steps, in the characters that the language is read in."""
        return self.steps_hant or self.steps if language in TRADITIONAL else self.steps

    def answer(self, language: str) -> str:
        """The answer in the language asked for, or the nearest there is."""
        return pick(self.answers, language)


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrase:
    """A standard sentence for a moment. `when` holds conditions that must all be met; empty means: only on demand."""

    id: str
    moment: str
    kind: str
    when: Mapping[str, tuple[str, ...]]
    text: Mapping[str, Mapping[str, str]]
    source: str = ""

    def say(self, language: str, tone: str) -> str:
        """The sentence in a language and tone, or the nearest there is."""
        tones = pick(self.text, language)
        return tones.get(tone) or next(iter(tones.values()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What one vector of a collection stands for: an entry's variant, its counter-example, or a phrase's sentence."""

    owner: str
    text: str
    source: str
    negative: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalog:
    """All that cards are made of, and what the rows of the vector collections mean."""

    entries: Mapping[str, Entry] = field(default_factory=dict)
    phrases: Mapping[str, Phrase] = field(default_factory=dict)
    moments: Mapping[str, Mapping[str, str]] = field(default_factory=dict)  # moment -> {zh, zh-Hant, en} title
    tones: Mapping[str, str] = field(default_factory=dict)  # emotion -> the tone to prefer
    intents: tuple[str, ...] = ()
    emotions: tuple[str, ...] = ()
    unanswered: tuple[str, ...] = ()  # intents whose turns get no answer card: thanks, greetings, numbers read out …
    rows: Mapping[str, tuple[Row, ...]] = field(default_factory=dict)  # collection -> row by row
    words: frozenset[str] = frozenset()  # in Latin letters, that the packs use: whoever uses others speaks another language

    def dumps(self) -> str:
        """The text of catalog.json."""
        body = {**dataclasses.asdict(self), "words": sorted(self.words)}
        return json.dumps(body, ensure_ascii=False, indent=1)


def pick(by_language: Mapping[str, T], language: str) -> T:
    """The value for a language, or for the nearest language there is."""
    for candidate in FALLBACK.get(language, LANGUAGES):
        if candidate in by_language:
            return by_language[candidate]
    return next(iter(by_language.values()))


def loads(text: str) -> Catalog:
    """The catalog in a catalog.json. Raises KeyError, TypeError or ValueError when the text is not one."""
    body: dict[str, Any] = json.loads(text)
    return Catalog(
        entries={key: _entry(value) for key, value in body["entries"].items()},
        phrases={key: _phrase(value) for key, value in body["phrases"].items()},
        moments=body["moments"],
        tones=body["tones"],
        intents=tuple(body["intents"]),
        emotions=tuple(body["emotions"]),
        unanswered=tuple(body["unanswered"]),
        rows={name: tuple(Row(**row) for row in rows) for name, rows in body["rows"].items()},
        words=frozenset(body["words"]),
    )


def _entry(body: dict[str, Any]) -> Entry:
    return Entry(**{**body, **{key: tuple(body[key]) for key in ("steps", "steps_hant", "next")}})


def _phrase(body: dict[str, Any]) -> Phrase:
    return Phrase(**{**body, "when": {key: tuple(values) for key, values in body["when"].items()}})
