"""Which standard sentence fits this moment: the conditions editors write under `when`, met by what is known of the call.

Pure. The most specific phrase wins; among equals the order of the files decides. Called by `call`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from assist.catalog import Catalog, Phrase
from assist.records import record

Situation = Literal[
    "", "call_open", "caller_silent", "agent_silent", "long_hold", "hold_end", "long_call", "boiling", "cooled", "over"
]
_SLOT = re.compile(r"\{(\w+)\}[，,]? ?")


@record(frozen=True, slots=True, kw_only=True)
class Signals:
    """What is known at a moment. An empty field meets no condition that asks for it."""

    intent: str = ""
    emotion: str = ""
    situation: Situation = ""
    stage: str = ""


@dataclass(slots=True)
class Guide:
    """A catalog's phrases, ready to be chosen from. Remembers what it found: the signals are few."""

    catalog: Catalog
    _found: dict[Signals, Mapping[str, tuple[Phrase, ...]]] = field(default_factory=dict)
    _moments: dict[str, frozenset[str]] = field(default_factory=dict)

    def phrases(self, signals: Signals) -> Mapping[str, tuple[Phrase, ...]]:
        """The phrases whose conditions all hold, by kind, the most specific first."""
        found = self._found.get(signals)
        if found is None:
            fitting = [p for p in self.catalog.phrases.values() if p.when and _holds(p.when, signals)]
            fitting.sort(key=lambda p: (-specificity(p), sum(map(len, p.when.values()))))
            found = {kind: tuple(p for p in fitting if p.kind == kind) for kind in {p.kind for p in fitting}}
            self._found[signals] = found
        return found

    def of_moment(self, moment: str) -> frozenset[str]:
        """The names of all phrases of a moment."""
        if moment not in self._moments:
            self._moments[moment] = frozenset(p.id for p in self.catalog.phrases.values() if p.moment == moment)
        return self._moments[moment]


def _holds(when: Mapping[str, tuple[str, ...]], signals: Signals) -> bool:
    return all(getattr(signals, name) in values for name, values in when.items())


def specificity(phrase: Phrase) -> int:
    """How many conditions a phrase names; a situation counts twice, for it is what the moment is about."""
    return len(phrase.when) + ("situation" in phrase.when)


def fill(text: str, values: Mapping[str, str]) -> str:
    """Put values into the `{slots}` of a sentence; a slot without a value goes, with the comma after it."""
    filled = _SLOT.sub(lambda slot: _filled(slot, values), text)
    return filled[:1].upper() + filled[1:] if filled[:1].isascii() else filled


def _filled(slot: re.Match[str], values: Mapping[str, str]) -> str:
    value = values.get(slot.group(1))
    return value + slot.group()[len(slot.group(1)) + 2 :] if value else ""


def address(surname: str, title: str, language: str) -> str:
    """How to address a caller: title + surname in English; surname + title in Chinese, where none is better than a surname
    alone. Empty when it is unknown.
    """
    if not surname:
        return ""
    if language == "en":
        return f"{title or 'Mr/Ms'} {surname}"
    return surname + title if title else ""
