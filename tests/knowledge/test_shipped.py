"""The packs that ship hold what they promise, and the checker finds nothing wrong in them."""

import re
from collections import Counter

import pytest

from assist.text import normalise
from bench.foreign_queries import read_queries
from bench.quality import FOREIGN
from index import packs
from index.cataloguing import catalog
from index.check import check
from index.knowledge import NO_ENTRY, Knowledge
from index.traditional import to_traditional
from index.wording import PLACEHOLDER, hits

DOMAINS = ("telecom", "power", "retail", "airline", "bank")
LABELS = 28, 7
CHINESE = re.compile("[㐀-鿿]+")


def _with_service(domain: str) -> Knowledge:
    knowledge, problems = packs.read([packs.SHIPPED / "service", packs.SHIPPED / domain])
    found = [*problems, *check(knowledge)]
    assert [str(problem) for problem in found if problem.severity == "error"] == []
    return knowledge


def test_all_packs_together_have_no_error() -> None:
    """What trains the encoder, `common` included, tests nothing and is not tested on."""
    knowledge, problems = packs.read([packs.SHIPPED])
    found = [*problems, *check(knowledge)]
    assert knowledge.paraphrases
    assert [str(problem) for problem in found if problem.severity == "error"] == []


def test_nothing_of_the_foreign_tables_is_trained_on() -> None:
    knowledge = packs.read([packs.SHIPPED])[0]
    trained = {normalise(v.text) for group in knowledge.paraphrases for v in group.said}
    trained |= {normalise(v.text) for entry in knowledge.entries for v in entry.questions}
    for table in sorted(FOREIGN.glob("*_faq.csv")):
        asked = read_queries(FOREIGN / table.name.replace("_faq.csv", "_queries.jsonl"))
        questions = [variant.text for entry in packs.read([table])[0].entries for variant in entry.questions]
        titles = [entry.title for entry in packs.read([table])[0].entries]
        assert len(asked) >= 100
        assert trained.isdisjoint(normalise(text) for text in [*questions, *titles, *(one.query for one in asked)])


@pytest.mark.parametrize("domain", DOMAINS)
def test_a_domain_is_whole(domain: str) -> None:
    knowledge = _with_service(domain)
    assert len(knowledge.entries) >= 80
    assert all(len(entry.questions) >= 8 for entry in knowledge.entries)
    tests = Counter(example.entry for example in knowledge.examples)
    assert tests[NO_ENTRY] >= 40
    assert [entry.id for entry in knowledge.entries if tests[entry.id] < 3] == []


@pytest.mark.parametrize("domain", DOMAINS)
def test_every_answer_can_be_read_in_traditional_characters(domain: str) -> None:
    """Taiwan's code page holds no character that only Simplified has. The words are judged as an editor's own are."""
    knowledge = _with_service(domain)
    for entry in catalog(knowledge).entries.values():
        for text in (entry.answers["zh-Hant"], entry.title_hant):
            "".join(CHINESE.findall(text)).encode("cp950")
            assert to_traditional(text) == text
            assert [rule.id for rule, _ in hits(text, language="zh-Hant") if rule.severity == "error"] == []
        gaps = (len(PLACEHOLDER.findall(entry.answers[language])) for language in ("zh-Hans", "zh-Hant"))
        assert len(set(gaps)) == 1


def test_service_knows_every_label_in_every_language() -> None:
    knowledge = packs.read([packs.SHIPPED / "service"])[0]
    assert (len(knowledge.intents), len(knowledge.emotions)) == LABELS
    said = Counter((u.intent, u.language) for u in knowledge.utterances)
    felt = Counter((u.emotion, u.language) for u in knowledge.utterances)
    for language, per_intent, per_emotion in (
        ("zh-Hans", 120, 300),
        ("zh-Hant", 40, 80),
        ("yue", 40, 80),
        ("en", 40, 80),
    ):
        assert [label.label for label in knowledge.intents if said[label.label, language] < per_intent] == []
        assert [label.label for label in knowledge.emotions if felt[label.label, language] < per_emotion] == []


@pytest.mark.parametrize("language", ["zh-Hans", "zh-Hant", "yue"])
def test_a_quarter_of_what_callers_say_is_short_and_a_third_rambles(language: str) -> None:
    """Counted without punctuation: under 8 characters, and 40 or more. (English words are counted otherwise: 25 or more.)"""
    said = [u.text for u in packs.read([packs.SHIPPED / "service"])[0].utterances if u.language == language]
    lengths = [len(re.sub(r"[\W_]+", "", text)) for text in said]
    assert sum(length < 8 for length in lengths) >= 0.245 * len(said)
    assert sum(length >= 40 for length in lengths) >= 0.32 * len(said)


def test_every_moment_has_a_phrase_in_every_language() -> None:
    knowledge = packs.read([packs.SHIPPED / "service"])[0]
    told = {phrase.moment for phrase in knowledge.phrases}
    assert knowledge.words("moments") <= told
    assert [phrase.id for phrase in knowledge.phrases if set(phrase.text) != {"zh-Hans", "zh-Hant", "yue", "en"}] == []
    assert sum(phrase.kind == "empathy" for phrase in knowledge.phrases) >= 60
