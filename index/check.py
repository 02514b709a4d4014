"""Checks knowledge that was read: does it hang together, may it be said? Every finding of every rule, in file order.

`check(knowledge)` runs the rules here (names and references) and those of `wording.py` (what the agent would say) and
`overlaps.py` (texts in two places). Reads no files but its own table of forbidden sentences; never raises for content.
Called by the command line, the build and the tests. `report` gives the figures, `summary` the last line.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import get_args

from index import overlaps, wording
from index.figures import report
from index.findings import Place, Problem, Severity, suggestion
from index.knowledge import LANGUAGES, NO_ENTRY, STYLES, Entry, Knowledge, Label, Phrase

__all__ = ["check", "report", "summary"]

VARIANTS_MIN = 3
_Rule = Callable[[Knowledge], Iterable[Problem]]


def check(knowledge: Knowledge) -> list[Problem]:
    """All problems, sorted by file and line; errors, warnings and notes together."""
    problems = chain.from_iterable(rule(knowledge) for rule in _RULES)
    return sorted(problems, key=lambda problem: (problem.place, problem.code, problem.sentence))


def summary(knowledge: Knowledge, problems: Sequence[Problem]) -> str:
    """One sentence: how much was read and what was found, so that an editor sees that the reading came to its end."""
    read = (
        (len(knowledge.entries), "entry"),
        (len(knowledge.phrases), "phrase"),
        (len(knowledge.utterances), "labelled example"),
    )
    severities: Counter[str] = Counter(problem.severity for problem in problems)
    found = ", ".join(_counted(severities[severity], severity) for severity in get_args(Severity))
    meaning = {"error": "errors stop a build", "warning": "warnings stop no build"}
    end = next((says for severity, says in meaning.items() if severities[severity]), "all is well")
    return f"{', '.join(_counted(n, what) for n, what in read)} read: {found}; {end}."


def _counted(n: int, what: str) -> str:
    plural = f"{what[:-1]}ies" if what.endswith("y") else f"{what}s"
    return f"{n or 'no'} {what if n == 1 else plural}"


def _packs(knowledge: Knowledge) -> Iterator[Problem]:
    for pack in knowledge.packs:
        for language in pack.languages:
            yield from _unknown(language, _languages(knowledge), place=pack.place, what="language")
    named = ((pack.name, pack.place) for pack in knowledge.packs)
    yield from _twice(named, what="pack")


def _ids(knowledge: Knowledge) -> Iterator[Problem]:
    parts: tuple[Entry | Phrase, ...] = (*knowledge.entries, *knowledge.phrases)
    yield from _twice(((part.id, part.at("id")) for part in parts), what="id")
    for part in parts:
        if part.place.path.endswith((".yaml", ".yml")) and not part.id.startswith(f"{part.pack}."):
            sentence = f"`{part.id}` should begin with the name of its pack: `{part.pack}.…`"
            yield Problem(place=part.at("id"), sentence=sentence, severity="warning", code="foreign_id")


def _labels(knowledge: Knowledge) -> Iterator[Problem]:
    """A label may be continued in another pack, not twice in one."""
    for pack in knowledge.packs:
        for what, labels in (("intent", pack.intents), ("emotion", pack.emotions)):
            yield from _twice(((label.label, label.place) for label in labels), what=what)
    for emotion in knowledge.emotions:
        if emotion.tone:
            yield from _unknown(emotion.tone, knowledge.words("tones"), place=emotion.place, what="tone")


def _entries(knowledge: Knowledge) -> Iterator[Problem]:
    languages = {pack.name: pack.languages for pack in knowledge.packs}
    ids = {entry.id for entry in knowledge.entries}
    for entry in knowledge.entries:
        yield from _answers(entry, first=languages[entry.pack][0])
        for language in entry.answers:
            place = entry.at(f"answer_{language}")
            yield from _unknown(language, _languages(knowledge), place=place, what="language")
        for following in entry.next:
            yield from _unknown(following, ids, place=entry.at("next"), what="entry")
        if entry.valid_from and entry.valid_until and entry.valid_until < entry.valid_from:
            sentence = f"this entry ends ({entry.valid_until}) before it begins ({entry.valid_from})"
            yield Problem(place=entry.at("valid_until"), sentence=sentence, code="ends_before_it_begins")


def _paraphrases(knowledge: Knowledge) -> Iterator[Problem]:
    """Those of an entry that its pack does not have; of a pack that is not read here, nobody can tell."""
    names, ids = {pack.name for pack in knowledge.packs}, {entry.id for entry in knowledge.entries}
    for group in knowledge.paraphrases:
        if group.entry is not None and group.entry.partition(".")[0] in names:
            yield from _unknown(group.entry, ids, place=group.place, what="entry")


def _answers(entry: Entry, *, first: str) -> Iterator[Problem]:
    if not entry.answers:
        sentence = "this entry has no answer; write what the agent should say under `answer:`"
        yield Problem(place=entry.place, sentence=sentence, code="no_answer")
    elif first not in entry.answers:
        sentence = f"this entry has no answer in {first}, the first language of its pack; write it under `answer:`"
        yield Problem(place=entry.place, sentence=sentence, severity="warning", code="no_first_answer")
    count = len(entry.questions)
    if count < VARIANTS_MIN:
        sentence = f"this entry has {count} question{'s' * (count != 1)}; write at least {VARIANTS_MIN}, better 6"
        yield Problem(place=entry.place, sentence=sentence, severity="warning", code="few_questions")


def _phrases(knowledge: Knowledge) -> Iterator[Problem]:
    known_when = _known_when(knowledge)
    for phrase in knowledge.phrases:
        yield from _unknown(phrase.moment, knowledge.words("moments"), place=phrase.at("moment"), what="moment")
        yield from _unknown(phrase.kind, knowledge.words("kinds"), place=phrase.at("kind"), what="kind")
        for key, values in phrase.when.items():
            for value in values:
                yield from _unknown(value, known_when[key], place=phrase.at(f"when.{key}"), what=key)
        for language, tones in phrase.text.items():
            place = phrase.at(f"text.{language}.{next(iter(tones), '')}")
            yield from _unknown(language, _languages(knowledge), place=place, what="language")
            for tone in tones:
                place = phrase.at(f"text.{language}.{tone}")
                yield from _unknown(tone, knowledge.words("tones"), place=place, what="tone")


def _utterances(knowledge: Knowledge) -> Iterator[Problem]:
    """Labels and languages of utterances; said once for each file and word, not once for each line."""
    reported: set[tuple[str, str]] = set()
    known = {"emotion": _names(knowledge.emotions), "language": _languages(knowledge)}
    for said in knowledge.utterances:
        for what, word in (("emotion", said.emotion or ""), ("language", said.language)):
            if word and (said.place.path, word) not in reported:
                reported.add((said.place.path, word))
                yield from _unknown(word, known[what], place=said.place, what=what)


def _examples(knowledge: Knowledge) -> Iterator[Problem]:
    known: Mapping[str, Iterable[str]] = {
        "entry": {entry.id for entry in knowledge.entries} | {NO_ENTRY},
        "intent": _names(knowledge.intents),
        "emotion": _names(knowledge.emotions),
        "language": _languages(knowledge),
        "style": STYLES,
    }
    for example in (*knowledge.examples, *knowledge.calibration):
        for what, words in known.items():
            word = getattr(example, what)
            if word is not None:
                yield from _unknown(word, words, place=example.place, what=what)
    for exchange in knowledge.exchanges:
        yield from _unknown(exchange.entry, known["entry"], place=exchange.place, what="entry")
        yield from _unknown(exchange.language, known["language"], place=exchange.place, what="language")


def _twice(named: Iterable[tuple[str, Place]], *, what: str) -> Iterator[Problem]:
    first: dict[str, Place] = {}
    for name, place in named:
        earlier = first.setdefault(name, place)
        if earlier is not place:
            sentence = f"the {what} `{name}` is already used at {earlier}; give one of the two another name"
            yield Problem(place=place, sentence=sentence, code=f"{what}_twice")


def _unknown(word: str, known: Iterable[str], *, place: Place, what: str) -> Iterator[Problem]:
    """One problem if `word` is none of `known`; none where no pack states what is known."""
    words = frozenset(known)
    if words and word and word not in words:
        sentence = f"there is no {what} `{word}`{suggestion(word, words)}"
        yield Problem(place=place, sentence=sentence, code=f"unknown_{what}")


def _known_when(knowledge: Knowledge) -> Mapping[str, frozenset[str]]:
    return {
        "intent": _names(knowledge.intents),
        "emotion": _names(knowledge.emotions),
        "stage": knowledge.words("stages"),
        "situation": knowledge.words("situations"),
    }


def _names(labels: Iterable[Label]) -> frozenset[str]:
    return frozenset(label.label for label in labels)


def _languages(knowledge: Knowledge) -> frozenset[str]:
    return knowledge.words("languages") or frozenset(LANGUAGES)


_RULES: tuple[_Rule, ...] = (
    _packs,
    _ids,
    _labels,
    _entries,
    _paraphrases,
    _phrases,
    _utterances,
    _examples,
    wording.too_long,
    wording.missing_languages,
    wording.forbidden,
    wording.placeholders,
    wording.slots,
    overlaps.shared_variants,
    overlaps.self_denials,
    overlaps.contradicting_labels,
    overlaps.trained_examples,
    overlaps.calibration_elsewhere,
)
