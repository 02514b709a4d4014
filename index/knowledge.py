"""The knowledge of a company as Python sees it: packs, and what is in them, each part with the place it was written.

Frozen data only: `packs.py` and `tables.py` make it, `check.py`, training and the artifact builder use it. The meaning
of each field is told to editors in `knowledge/README.md`, which is the authority.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from itertools import chain

from index.findings import Place

LANGUAGES = ("zh-Hans", "zh-Hant", "yue", "en")
WHEN_KEYS = ("intent", "emotion", "stage", "situation")
STYLES = ("plain", "other_words", "ramble", "cross", "none", "short")
NO_ENTRY = "none"  # an example's `entry: none`: no card may be shown

Vocabulary = Mapping[str, Mapping[str, Mapping[str, str]]]  # list ("moments") -> key -> language -> explanation


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """One way to say something."""

    text: str
    place: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A knowledge-base answer with the questions that lead to it. `places` tells where each key is written."""

    id: str
    title: str
    questions: tuple[Variant, ...]
    answers: Mapping[str, str]
    steps: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    not_when: tuple[Variant, ...] = ()
    next: tuple[str, ...] = ()
    valid_from: date | None = None
    valid_until: date | None = None
    pack: str
    place: Place
    places: Mapping[str, Place] = field(default_factory=dict)

    def at(self, key: str) -> Place:
        """Where `key` of this entry is written; the entry's own place if it is not."""
        return self.places.get(key, self.place)


@dataclass(frozen=True, slots=True, kw_only=True)
class Paraphrases:
    """Sentences of one meaning, which teach the encoder and are never answered: of an entry, or of none."""

    said: tuple[Variant, ...]
    entry: str | None = None
    place: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrase:
    """A standard sentence of the agent for a moment: `text` is language -> tone -> sentence."""

    id: str
    moment: str
    kind: str
    when: Mapping[str, tuple[str, ...]]
    text: Mapping[str, Mapping[str, str]]
    pack: str
    place: Place
    places: Mapping[str, Place] = field(default_factory=dict)

    def at(self, key: str) -> Place:
        """Where `key` ("moment", "text.en.plain") of this phrase is written; the phrase's own place if it is not."""
        return self.places.get(key, self.place)


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """An intent or an emotion: what it means, and for an emotion the need beneath it and the tone it asks for."""

    label: str
    meaning: Mapping[str, str]
    need: Mapping[str, str]
    tone: str
    answered: bool = True  # an intent: whether such a turn may get an answer card
    place: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Utterance:
    """What a caller said, with its labels: the heads are trained on these."""

    text: str
    language: str
    intent: str | None
    emotion: str | None
    place: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A test: what a caller says and what must come out. `entry` is an id, "none" (no card) or None (not asked)."""

    say: str
    entry: str | None
    intent: str | None
    emotion: str | None
    language: str
    style: str
    place: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """A test of two turns: what the agent asks back, what the caller replies, the entry (or "none") that must come out."""

    asked: str
    say: str
    entry: str
    language: str
    place: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Pack:
    """One folder (or table) of knowledge."""

    name: str
    languages: tuple[str, ...]
    owner: str = ""
    description: str = ""
    folder: str
    place: Place
    entries: tuple[Entry, ...] = ()
    phrases: tuple[Phrase, ...] = ()
    intents: tuple[Label, ...] = ()
    emotions: tuple[Label, ...] = ()
    utterances: tuple[Utterance, ...] = ()
    vocabulary: Vocabulary = field(default_factory=dict)
    examples: tuple[Example, ...] = ()
    exchanges: tuple[Exchange, ...] = ()
    calibration: tuple[Example, ...] = ()
    paraphrases: tuple[Paraphrases, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Knowledge:
    """All packs read together; the properties chain over them in the order given."""

    packs: tuple[Pack, ...]

    @property
    def entries(self) -> tuple[Entry, ...]:
        return tuple(chain.from_iterable(pack.entries for pack in self.packs))

    @property
    def phrases(self) -> tuple[Phrase, ...]:
        return tuple(chain.from_iterable(pack.phrases for pack in self.packs))

    @property
    def intents(self) -> tuple[Label, ...]:
        return tuple(chain.from_iterable(pack.intents for pack in self.packs))

    @property
    def emotions(self) -> tuple[Label, ...]:
        return tuple(chain.from_iterable(pack.emotions for pack in self.packs))

    @property
    def utterances(self) -> tuple[Utterance, ...]:
        return tuple(chain.from_iterable(pack.utterances for pack in self.packs))

    @property
    def examples(self) -> tuple[Example, ...]:
        return tuple(chain.from_iterable(pack.examples for pack in self.packs))

    @property
    def exchanges(self) -> tuple[Exchange, ...]:
        return tuple(chain.from_iterable(pack.exchanges for pack in self.packs))

    @property
    def calibration(self) -> tuple[Example, ...]:
        """Turns that only choose temperatures and thresholds: neither trained on nor judged by."""
        return tuple(chain.from_iterable(pack.calibration for pack in self.packs))

    @property
    def paraphrases(self) -> tuple[Paraphrases, ...]:
        """What only teaches the encoder: nothing answers it."""
        return tuple(chain.from_iterable(pack.paraphrases for pack in self.packs))

    @property
    def languages(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(chain.from_iterable(pack.languages for pack in self.packs)))

    def words(self, name: str) -> frozenset[str]:
        """The keys of a closed list ("moments", "tones" …) of all packs together; empty where no pack states it."""
        return frozenset(chain.from_iterable(pack.vocabulary.get(name, ()) for pack in self.packs))
