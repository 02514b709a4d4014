"""Rules about what the agent would read out: too long, missing in a language, forbidden, or with a gap left open.

Forbidden sentences come from `forbidden.yaml`, with the advice what to say instead; only our own answers and phrases
are judged, never what callers say, and nothing inside quotation marks. Pure apart from reading that table; run by
`check.py`.
"""

import functools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import opencc
import yaml

from index.findings import Place, Problem, quoted, suggestion
from index.knowledge import Knowledge

SAY_SECONDS_MAX = 25.0
CHARACTERS_PER_SECOND = 4.5  # Chinese, a moderately fast agent
WORDS_PER_SECOND = 2.5  # English
SLOTS = ("caller", "agent", "company")  # what `assist.candidates.Voice` puts into phrases
PLACEHOLDER = re.compile(r"[\[［](?:待填|fill)\s*[：:]\s*([^\]］]*)[\]］]", re.IGNORECASE)
_SLOT = re.compile(r"[{｛]\s*(\w[\w .-]*?)\s*[}｝]")
_CHINESE = re.compile(r"[㐀-鿿]|[0-9]")
_WORD = re.compile(r"[A-Za-z][A-Za-z'’-]*")
_ENGLISH_WORD = re.compile(r"[\w'’-]+")
_QUOTED = re.compile(r"“[^”]*”|「[^」]*」|『[^』]*』|\"[^\"]*\"")


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One text of ours, and whose it is."""

    text: str
    language: str
    owner: str
    place: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Forbidden:
    """A kind of forbidden sentence, patterns by language ("zh": Simplified, all Chinese), and what to say instead."""

    id: str
    severity: Literal["error", "warning"]
    why: str
    patterns: dict[str, re.Pattern[str]]
    instead: dict[str, str]


def seconds_to_say(text: str, *, language: str) -> float:
    """How long the text takes to read out, in seconds; a digit counts as a Chinese character, or as part of a word."""
    if language == "en":
        return len(_ENGLISH_WORD.findall(text)) / WORDS_PER_SECOND
    return len(_CHINESE.findall(text)) / CHARACTERS_PER_SECOND + len(_WORD.findall(text)) / WORDS_PER_SECOND


def too_long(knowledge: Knowledge) -> Iterator[Problem]:
    for said in _answers(knowledge):
        seconds = seconds_to_say(said.text, language=said.language)
        if seconds > SAY_SECONDS_MAX:
            sentence = (
                f"the {said.language} answer takes about {seconds:.0f} s to say; "
                f"shorten it to {SAY_SECONDS_MAX:.0f} s, or move parts to `steps:`"
            )
            yield Problem(place=said.place, sentence=sentence, severity="warning", code="too_long")


def missing_languages(knowledge: Knowledge) -> Iterator[Problem]:
    languages = {pack.name: pack.languages for pack in knowledge.packs}
    for phrase in knowledge.phrases:
        missing = [language for language in languages[phrase.pack] if not phrase.text.get(language)]
        if missing and phrase.text:
            sentence = f"`{phrase.id}` is not written in {', '.join(missing)}, which its pack promises"
            yield Problem(place=phrase.place, sentence=sentence, severity="warning", code="missing_language")


def forbidden(knowledge: Knowledge) -> Iterator[Problem]:
    for said in (*_answers(knowledge), *_phrases(knowledge)):
        for rule, words in hits(said.text, language=said.language):
            sentence = f"{quoted(words)} in `{said.owner}`: {rule.why}; {_advice(rule, said.language)}"
            yield Problem(place=said.place, sentence=sentence, severity=rule.severity, code=f"forbidden_{rule.id}")


def placeholders(knowledge: Knowledge) -> Iterator[Problem]:
    for said in (*_answers(knowledge), *_steps(knowledge), *_phrases(knowledge)):
        for match in PLACEHOLDER.finditer(said.text):
            sentence = f"`{said.owner}` waits for a fact of your company: {match.group(1).strip() or '?'}"
            yield Problem(place=said.place, sentence=sentence, severity="note", code="placeholder")


def slots(knowledge: Knowledge) -> Iterator[Problem]:
    """A word in braces that nothing is put in for: it vanishes from a phrase, and stands in an answer as it is."""
    for said in _phrases(knowledge):
        for match in _SLOT.finditer(said.text):
            if match.group() not in (f"{{{slot}}}" for slot in SLOTS):
                sentence = f"nothing is put in for `{match.group()}`{_slot_meant(match.group(1))}"
                yield Problem(place=said.place, sentence=sentence, code="unknown_slot")
    for said in (*_answers(knowledge), *_steps(knowledge)):
        for match in _SLOT.finditer(said.text):
            sentence = (
                f"the agent would see `{match.group()}` as it stands here, for only phrases are filled in; write what is "
                f"meant, or [待填：{match.group(1)}] where your company is yet to say it"
            )
            yield Problem(place=said.place, sentence=sentence, code="slot_in_answer")


def _slot_meant(word: str) -> str:
    return f"; write `{{{word}}}`" if word in SLOTS else suggestion(word.lower(), SLOTS)


def hits(text: str, *, language: str) -> Iterator[tuple[Forbidden, str]]:
    """The forbidden sentences in a text: each rule that is hit, with the words that hit it."""
    shown = _QUOTED.sub("“”", text.replace("’", "'") if language == "en" else _to_simplified(text))
    for rule in table():
        found = (pattern.search(shown) for key in _keys(language) if (pattern := rule.patterns.get(key)))
        match = next(filter(None, found), None)
        if match:
            yield rule, match.group().strip("，。！？!?,. \n")


@functools.cache
def table() -> tuple[Forbidden, ...]:
    """The rules of `forbidden.yaml`, compiled."""
    rows = yaml.safe_load((Path(__file__).parent / "forbidden.yaml").read_text(encoding="utf-8"))
    return tuple(
        Forbidden(
            id=row["id"],
            severity=row.get("severity", "error"),
            why=row["why"],
            patterns={key: re.compile("|".join(parts), re.IGNORECASE) for key, parts in row["patterns"].items()},
            instead=row["instead"],
        )
        for row in rows
    )


def _keys(language: str) -> tuple[str, ...]:
    """The pattern lists that apply to a language."""
    return {"en": ("en",), "yue": ("zh", "yue")}.get(language, ("zh",))


def _advice(rule: Forbidden, language: str) -> str:
    return "say instead: " + rule.instead["en" if language == "en" else "zh"]


def _to_simplified(text: str) -> str:
    return str(_converter().convert(text))


@functools.cache
def _converter() -> opencc.OpenCC:
    return opencc.OpenCC("t2s")


def _answers(knowledge: Knowledge) -> Iterator[Said]:
    for entry in knowledge.entries:
        for language, text in entry.answers.items():
            place = entry.places.get(f"answer_{language}") or entry.at("answer")
            yield Said(text=text, language=language, owner=entry.id, place=place)


def _steps(knowledge: Knowledge) -> Iterator[Said]:
    languages = {pack.name: pack.languages for pack in knowledge.packs}
    for entry in knowledge.entries:
        for step in entry.steps:
            yield Said(text=step, language=languages[entry.pack][0], owner=entry.id, place=entry.at("steps"))


def _phrases(knowledge: Knowledge) -> Iterator[Said]:
    for phrase in knowledge.phrases:
        for language, tones in phrase.text.items():
            for tone, text in tones.items():
                place = phrase.at(f"text.{language}.{tone}")
                yield Said(text=text, language=language, owner=phrase.id, place=place)
