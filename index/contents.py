"""What stands in the files of a pack: entries, phrases, labels with utterances, examples, vocabulary.

One function per kind of file, page in, frozen data out; each reports what it cannot read on its page and goes on. Keys
and meanings follow `knowledge/README.md`. Whether the contents make sense together is `check.py`'s question.
"""

from collections.abc import Iterator

from index.findings import quoted
from index.knowledge import (
    LANGUAGES,
    WHEN_KEYS,
    Entry,
    Example,
    Exchange,
    Label,
    Paraphrases,
    Phrase,
    Utterance,
    Variant,
    Vocabulary,
)
from index.nodes import Fields, Node, Page

_ENTRY_KEYS = (
    "id", "title", "questions", "answer", "steps", "tags", "not_when", "next", "valid_from", "valid_until",
    *(f"answer_{language}" for language in LANGUAGES),
)  # fmt: skip
_PHRASE_KEYS = ("id", "moment", "kind", "when", "text")
_LABEL_KEYS = ("label", "meaning", "need", "tone", "answered", "examples")
_EXAMPLE_KEYS = ("say", "entry", "intent", "emotion", "language", "style")
_EXCHANGE_KEYS = ("asked", "say", "entry", "language")
_ANSWER = "answer_"
_TRUTH = dict.fromkeys(("", "yes", "true", "on", "y", "是", "有", "要"), True) | dict.fromkeys(
    ("no", "false", "off", "n", "否", "不", "无", "無"), False
)


def entries(page: Page, *, pack: str, language: str) -> tuple[Entry, ...]:
    """The entries of one file; a bare `answer` is in `language`."""
    return tuple(_entry(fields, pack=pack, language=language) for fields in _maps(page, known=_ENTRY_KEYS, prefix=_ANSWER))


def _entry(fields: Fields, *, pack: str, language: str) -> Entry:
    answers = {language: fields.text("answer")}
    answers |= {key.removeprefix(_ANSWER): fields.text(key) for key in fields.parts if key.startswith(_ANSWER)}
    return Entry(
        id=_id(fields, pack=pack),
        title=_due(fields, "title", "this entry has no title; write what the card is headed with under `title:`"),
        questions=fields.texts("questions"),
        answers={language: text for language, text in answers.items() if text},
        steps=fields.words("steps"),
        tags=fields.words("tags"),
        not_when=fields.texts("not_when"),
        next=fields.words("next"),
        valid_from=fields.day("valid_from"),
        valid_until=fields.day("valid_until"),
        pack=pack,
        place=fields.place,
        places=fields.places,
    )


def phrases(page: Page, *, pack: str) -> tuple[Phrase, ...]:
    """The phrases of one file; `kind` is "phrase" where nothing is written."""
    return tuple(_phrase(fields, pack=pack) for fields in _maps(page, known=_PHRASE_KEYS))


def _phrase(fields: Fields, *, pack: str) -> Phrase:
    when = {}
    if "when" in fields.parts:
        inner = fields.page.fields(fields.parts["when"], known=WHEN_KEYS)
        when = {key: inner.words(key) for key in inner.parts}
        fields.places.update({f"when.{key}": place for key, place in inner.places.items()})
    return Phrase(
        id=_id(fields, pack=pack),
        moment=_due(fields, "moment", "this phrase has no `moment:`; choose one from vocabulary.yaml"),
        kind=fields.text("kind") or "phrase",
        when=when,
        text=_spoken(fields),
        pack=pack,
        place=fields.place,
        places=fields.places,
    )


def _spoken(fields: Fields) -> dict[str, dict[str, str]]:
    """Language -> tone -> sentence; a sentence without a tone counts as plain."""
    if "text" not in fields.parts:
        fields.page.report(fields.place.line, "this phrase says nothing; write it under `text:`", code="no_text")
        return {}
    languages = fields.page.fields(fields.parts["text"])
    spoken: dict[str, dict[str, str]] = {}
    for language, node in languages.filled().items():
        if node.kind == "text":
            spoken[language] = {"plain": fields.page.text(node)}
            fields.places[f"text.{language}.plain"] = languages.places[language]
            continue
        tones = fields.page.fields(node)
        if not tones.filled():
            continue
        spoken[language] = {tone: tones.text(tone) for tone in tones.filled()}
        fields.places.update({f"text.{language}.{tone}": place for tone, place in tones.places.items()})
    if not spoken:
        fields.page.report(fields.place.line, "this phrase says nothing; write a sentence under `text:`", code="no_text")
    return spoken


def labels(page: Page, *, kind: str) -> tuple[tuple[Label, ...], tuple[Utterance, ...]]:
    """The labels of one file and what callers say for them; `kind` is "intent" or "emotion"."""
    found: list[Label] = []
    said: list[Utterance] = []
    for fields in _maps(page, known=_LABEL_KEYS):
        name = _due(fields, "label", f"this {kind} has no name; write it under `label:`")
        if name:
            found.append(_label(fields, name))
            said.extend(_utterances(fields, kind=kind, label=name))
    return tuple(found), tuple(said)


def _label(fields: Fields, name: str) -> Label:
    return Label(
        label=name,
        meaning=fields.translations("meaning", otherwise="zh"),
        need=fields.translations("need", otherwise="zh"),
        tone=fields.text("tone"),
        answered=_answered(fields),
        place=fields.place,
    )


def _answered(fields: Fields) -> bool:
    word = fields.text("answered").lower()
    if word not in _TRUTH:
        sentence = f"`answered:` says whether turns of this intent get an answer: yes or no, not {quoted(word)}"
        fields.page.report(fields.places["answered"].line, sentence, code="unknown_truth")
    return _TRUTH.get(word, True)


def _utterances(fields: Fields, *, kind: str, label: str) -> Iterator[Utterance]:
    """Examples by language, and within an intent by emotion where the editor sorted them so."""
    node = fields.parts.get("examples")
    by_language = fields.page.fields(node).parts if node else {}
    for language, texts in by_language.items():
        by_emotion: dict[str, Node] = {"": texts}
        if texts.kind == "map" and kind == "intent":
            by_emotion = fields.page.fields(texts).parts
        for emotion, part in by_emotion.items():
            for variant in fields.page.texts(part):
                yield _utterance(variant, language=language, kind=kind, label=label, emotion=emotion)


def _utterance(variant: Variant, *, language: str, kind: str, label: str, emotion: str) -> Utterance:
    intent = label if kind == "intent" else None
    felt = emotion or None if kind == "intent" else label
    return Utterance(text=variant.text, language=language, intent=intent, emotion=felt, place=variant.place)


def examples(page: Page, *, language: str) -> tuple[Example, ...]:
    """The tests of one file; one that does not say its language is in `language`."""
    found = []
    for fields in _maps(page, known=_EXAMPLE_KEYS):
        say = _due(fields, "say", "this example has no `say:`; write what the caller says")
        wanted = {key: fields.text(key) or None for key in ("entry", "intent", "emotion")}
        if not any(wanted.values()):
            sentence = "this example does not say what must come out; add `entry:`, `intent:` or `emotion:`"
            fields.page.report(fields.place.line, sentence, code="nothing_expected")
        if say:
            found.append(_example(fields, say=say, wanted=wanted, language=language))
    return tuple(found)


def _example(fields: Fields, *, say: str, wanted: dict[str, str | None], language: str) -> Example:
    return Example(
        say=say,
        entry=wanted["entry"],
        intent=wanted["intent"],
        emotion=wanted["emotion"],
        language=fields.text("language") or language,
        style=fields.text("style") or "plain",
        place=fields.place,
    )


def exchanges(page: Page, *, language: str) -> tuple[Exchange, ...]:
    """The tests of two turns of one file."""
    found = []
    for fields in _maps(page, known=_EXCHANGE_KEYS):
        asked = _due(fields, "asked", "this exchange has no `asked:`; write what the agent asks")
        say = _due(fields, "say", "this exchange has no `say:`; write what the caller replies")
        entry = _due(fields, "entry", "this exchange does not say what must come out; add `entry:`, an id or none")
        if asked and say and entry:
            spoken = fields.text("language") or language
            found.append(Exchange(asked=asked, say=say, entry=entry, language=spoken, place=fields.place))
    return tuple(found)


def paraphrases(page: Page) -> tuple[Paraphrases, ...]:
    """Groups of sentences that mean the same: a list of lists; or a map of entries' ids to how else they are asked for."""
    if page.root and page.root.kind == "map":
        fields = page.fields(page.root)
        return tuple(
            Paraphrases(entry=entry, said=fields.texts(entry), place=fields.places[entry]) for entry in fields.filled()
        )
    groups = [Paraphrases(said=page.texts(node), place=page.place(node)) for node in page.items(page.root)]
    for group in groups:
        if len(group.said) == 1:
            sentence = f"{quoted(group.said[0].text)} stands alone; a group needs a second way to say it"
            page.report(group.place.line, sentence, code="lone_paraphrase")
    return tuple(groups)


def vocabulary(page: Page) -> Vocabulary:
    """The closed lists: name -> key -> language -> explanation. A bare list of keys will do as well."""
    lists = page.fields(page.root).parts if page.root else {}
    found: dict[str, dict[str, dict[str, str]]] = {}
    for name, node in lists.items():
        if node.kind == "map":
            keys = page.fields(node)
            found[name] = {key: keys.translations(key, otherwise="zh") for key in keys.places}
        else:
            found[name] = {variant.text: {} for variant in page.texts(node)}
    return found


def _maps(page: Page, *, known: tuple[str, ...], prefix: str = "") -> Iterator[Fields]:
    for node in page.items(page.root):
        fields = page.fields(node, known=known, prefix=prefix)
        if node.kind == "map":
            yield fields


def _due(fields: Fields, key: str, sentence: str) -> str:
    """The text of a key that has to be there; `sentence` is reported if it is not."""
    text = fields.text(key)
    if not text and key not in fields.parts:
        fields.page.report(fields.place.line, sentence, code=f"no_{key}")
    return text


def _id(fields: Fields, *, pack: str) -> str:
    """The id; where there is none, a stand-in from the line, so that the rest can still be checked."""
    sentence = f"there is no `id:` here; write one, such as `{pack}.short_name`"
    return _due(fields, "id", sentence) or f"{pack}.line_{fields.place.line}"
