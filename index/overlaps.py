"""Rules about texts that stand in two places: what leads to two entries, utterances with two labels, trained tests.

Texts are equal when `assist.text.normalise` makes them so: that is how the service will see them. Pure; run by
`check.py`. `trained` also tells `splits.py` what calibration must not hold.
"""

from collections import defaultdict
from collections.abc import Iterator
from itertools import chain

from index.findings import Place, Problem, quoted
from index.knowledge import Knowledge, Utterance, Variant
from index.normalised import normalise
from index.similarity import nearest

NEAR_DUPLICATE_MIN = 0.8  # Jaccard similarity of character bigrams


def shared_variants(knowledge: Knowledge) -> Iterator[Problem]:
    """A question or paraphrase that leads to two entries, or stands twice in one; a title that leads to two."""
    first: dict[str, tuple[str, Variant]] = {}
    for entry, variant in _asked(knowledge):
        owner, earlier = first.setdefault(normalise(variant.text), (entry, variant))
        if owner != entry:
            sentence = (
                f"{quoted(variant.text)} is a question of `{entry}` and, at {earlier.place}, of `{owner}`; "
                "keep it in one of them"
            )
            yield Problem(place=variant.place, sentence=sentence, code="shared_question")
        elif earlier is not variant:
            sentence = f"{quoted(variant.text)} says the same as {earlier.place}; write it once"
            yield Problem(place=variant.place, sentence=sentence, severity="warning", code="question_twice")
    for entry, title in _titles(knowledge):
        owner, earlier = first.setdefault(normalise(title.text), (entry, title))
        if owner != entry:
            sentence = f"the title {quoted(title.text)} of `{entry}` leads to `{owner}` too, at {earlier.place}; reword it"
            # no error: a table may head its rows by their subject
            yield Problem(place=title.place, sentence=sentence, severity="warning", code="shared_title")


def _leading(knowledge: Knowledge) -> Iterator[tuple[str, Variant]]:
    """Entries' ids with what leads to them, questions first."""
    return chain(_asked(knowledge), _titles(knowledge))


def _asked(knowledge: Knowledge) -> Iterator[tuple[str, Variant]]:
    for entry in knowledge.entries:
        yield from ((entry.id, variant) for variant in entry.questions)
    for group in knowledge.paraphrases:
        if group.entry:
            yield from ((group.entry, variant) for variant in group.said)


def _titles(knowledge: Knowledge) -> Iterator[tuple[str, Variant]]:
    """Entries' ids with their titles, where those are none of their questions."""
    for entry in knowledge.entries:
        title = normalise(entry.title)
        if title and title not in map(normalise, (variant.text for variant in entry.questions)):
            yield entry.id, Variant(text=entry.title, place=entry.at("title"))


def self_denials(knowledge: Knowledge) -> Iterator[Problem]:
    """A `not_when` that is also a question, paraphrase or the title of the same entry."""
    leading = {(entry, normalise(variant.text)): variant for entry, variant in _leading(knowledge)}
    for entry in knowledge.entries:
        for variant in entry.not_when:
            if (asked := leading.get((entry.id, normalise(variant.text)))) is not None:
                sentence = f"{quoted(variant.text)} is under `not_when`, but at {asked.place} leads to this entry; keep one"
                yield Problem(place=variant.place, sentence=sentence, code="question_and_not")


def contradicting_labels(knowledge: Knowledge) -> Iterator[Problem]:
    """The same words with two intents or two emotions, or (within a language) twice with the same."""
    earlier: dict[str, list[Utterance]] = defaultdict(list)
    for said in knowledge.utterances:
        same = earlier[normalise(said.text)]
        other = next((u for u in same if _contradict(u, said)), None)
        twin = next((u for u in same if u.language == said.language and _labels(u) == _labels(said)), None)
        if other is not None:
            sentence = f"{quoted(said.text)} is {_labels(said)} here but {_labels(other)} at {other.place}; decide for one"
            yield Problem(place=said.place, sentence=sentence, code="contradicting_labels")
        elif twin is not None:
            sentence = f"{quoted(said.text)} says the same as {twin.place}; write it once"
            yield Problem(place=said.place, sentence=sentence, severity="warning", code="utterance_twice")
        same.append(said)


def _contradict(a: Utterance, b: Utterance) -> bool:
    pairs = ((a.intent, b.intent), (a.emotion, b.emotion))
    return any(x is not None and y is not None and x != y for x, y in pairs)


def _labels(said: Utterance) -> str:
    return " and ".join(f"`{label}`" for label in (said.intent, said.emotion) if label)


def trained_examples(knowledge: Knowledge) -> Iterator[Problem]:
    """Tests whose words, or nearly, stand in what is trained on: they would prove nothing."""
    learned = list(trained(knowledge))
    texts = [normalise(variant.text) for variant in learned]
    tests = [Variant(text=example.say, place=example.place) for example in knowledge.examples]
    tests += [Variant(text=exchange.asked, place=exchange.place) for exchange in knowledge.exchanges]
    said = [normalise(test.text) for test in tests]
    found = nearest(said, texts, threshold=NEAR_DUPLICATE_MIN)
    for test, normal, near in zip(tests, said, found, strict=True):
        if near is None:
            continue
        place = learned[near.position].place
        if texts[near.position] == normal and _foreign(knowledge, place, test.place):
            yield _reserved(learned[near.position].text, place, test.place)
        elif texts[near.position] == normal:
            sentence = f"the test {quoted(test.text)} is also trained on, at {place}; delete one of the two"
            yield Problem(place=test.place, sentence=sentence, code="example_trained")
        else:
            share = f"{near.similarity:.0%}"
            sentence = f"the test {quoted(test.text)} is nearly ({share}) what is trained on at {place}; say it otherwise"
            yield Problem(place=test.place, sentence=sentence, severity="warning", code="example_near_trained")


def calibration_elsewhere(knowledge: Knowledge) -> Iterator[Problem]:
    """Calibration turns that are trained on or judged by: they would say how well the machine remembers."""
    elsewhere = {normalise(variant.text): (variant.place, "trained on") for variant in trained(knowledge)}
    elsewhere |= {normalise(e.say): (e.place, "tested on") for e in knowledge.examples}
    for turn in knowledge.calibration:
        if normalise(turn.say) in elsewhere:
            place, how = elsewhere[normalise(turn.say)]
            if _foreign(knowledge, place, turn.place):
                yield _reserved(turn.say, place, turn.place)
                continue
            sentence = f"the calibration turn {quoted(turn.say)} is also {how}, at {place}; delete one of the two"
            yield Problem(place=turn.place, sentence=sentence, code="calibration_elsewhere")


def _foreign(knowledge: Knowledge, here: Place, there: Place) -> bool:
    """Whether two places are in different packs: nobody need clear up what others have written."""
    return any(here.path.startswith(pack.folder) != there.path.startswith(pack.folder) for pack in knowledge.packs)


def _reserved(text: str, here: Place, there: Place) -> Problem:
    sentence = (
        f"{quoted(text)} also stands among the turns that another pack is judged by, at {there}; it counts for little there"
    )
    return Problem(place=here, sentence=sentence, severity="note", code="reserved_elsewhere")


def trained(knowledge: Knowledge) -> Iterator[Variant]:
    """Every title, and all that callers say, that encoder, heads or search know from the packs; each with its place."""
    yield from (variant for _, variant in _leading(knowledge))
    for entry in knowledge.entries:
        yield from entry.not_when
    yield from (Variant(text=said.text, place=said.place) for said in knowledge.utterances)
    for group in knowledge.paraphrases:
        if not group.entry:
            yield from group.said
