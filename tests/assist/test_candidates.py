"""From answers and moments to cards: which, in which order, in whose words."""

from dataclasses import replace

import pytest

from assist.board import Board
from assist.candidates import ANSWERS_MAX, Voice, answer_cards, early_cards, phrase_cards, ranked, situation_card
from assist.catalog import Catalog
from assist.guidance import Guide, Signals
from assist.outlook import Outlook
from assist.queries import Answer, Hit, Query

VOICE = Voice(language="zh-Hans", tone="plain", agent="", company="公司", surname="王", title="先生")
QUERY = Query(call="c", number=1, segment="s", speaker="caller", turn="", final=True, heard_ms=0)


def answer(catalog: Catalog, *scores: float, least: float = 0.5) -> Answer:
    hits = tuple(
        Hit(entry=entry, score=score, matched="m", source="e.yaml:2", shown=score >= least)
        for entry, score in zip(catalog.entries.values(), scores, strict=False)
    )
    return Answer(query=QUERY, catalog=catalog, hits=hits, threshold=least)


def board() -> Board:
    return Board("c", 3, 45_000)


def test_only_hits_that_pass_become_cards_and_say_why(catalog: Catalog) -> None:
    (card,) = answer_cards(answer(catalog, 0.8, 0.4), VOICE)
    assert (card.title, card.text) == ("话费查询", "您可以发短信查话费。")
    assert card.why["entry"] == "bill"
    assert card.why["threshold"] == 0.5
    assert card.why["runner_up"] == {"entry": "roam", "score": 0.4}
    assert answer_cards(answer(catalog, 0.4), VOICE) == []


@pytest.mark.parametrize(
    ("language", "text"), [("zh-Hant", "您可以發簡訊查話費。"), ("yue", "您可以發簡訊查話費。"), ("en", "Text us.")]
)
def test_a_card_is_written_as_the_caller_s_language_is(catalog: Catalog, language: str, text: str) -> None:
    bill = catalog.entries["bill"]
    bill = replace(bill, title_hant="話費查詢", answers={**bill.answers, "zh-Hant": "您可以發簡訊查話費。"})
    voice = replace(VOICE, language=language)
    (card,) = answer_cards(answer(replace(catalog, entries={"bill": bill}), 0.8), voice)
    assert (card.title, card.text) == ("话费查询" if language == "en" else "話費查詢", text)
    titles = {"zh": "请稍等", "zh-Hant": "請稍等", "en": "wait"}
    assert voice.name(titles) == ("wait" if language == "en" else "請稍等")
    assert replace(voice, language="yue").name({"zh": "请稍等"}) == "请稍等"


def test_an_answer_brings_its_steps_and_what_may_be_asked_next(catalog: Catalog) -> None:
    following = ("roam", "gone", "bill", "roam", "old")
    bill = replace(catalog.entries["bill"], steps=("查号码",), steps_hant=("查號碼",), next=following)
    old = replace(catalog.entries["roam"], id="old", valid_until=700_000)
    told = answer(replace(catalog, entries={**catalog.entries, "bill": bill, "old": old}), 0.8)
    (card,) = answer_cards(told, VOICE)
    assert card.steps == ("查号码",)
    assert card.next == [{"entry": "roam", "title": catalog.entries["roam"].title}]
    (card,) = answer_cards(told, replace(VOICE, language="yue"))
    assert card.steps == ("查號碼",)


def test_a_second_answer_only_abreast_of_the_first_and_never_a_third(catalog: Catalog) -> None:
    assert [card.key for card in answer_cards(answer(catalog, 0.8, 0.79, 0.79), VOICE)] == ["answer:bill", "answer:roam"]
    assert len(answer_cards(answer(catalog, 0.8, 0.8, 0.8), VOICE)) == ANSWERS_MAX
    assert [card.key for card in answer_cards(answer(catalog, 0.8, 0.6), VOICE)] == ["answer:bill"]


def heard(told: Answer, turn: str) -> Answer:
    outlook = Outlook(share=7.0, score=4.0, heard=1.0, bias=-6.5)
    return replace(told, query=replace(told.query, turn=turn, final=False), outlook=outlook)


def test_an_early_card_is_likely_to_last(catalog: Catalog) -> None:
    turn = "我想问一下话费"
    (guess,) = early_cards(heard(answer(catalog, 0.66, 0.5), turn), VOICE)
    assert (guess.key, guess.firm) == ("answer:bill", False)
    (sure,) = early_cards(heard(answer(catalog, 0.9, 0.5), turn + "怎么查"), VOICE)
    assert (sure.key, sure.firm) == ("answer:bill", True)
    assert early_cards(heard(answer(catalog, 0.8, 0.78), turn), VOICE) == []  # of two that are alike neither
    assert early_cards(heard(answer(catalog, 0.8, 0.5), "我"), VOICE) == []  # too little is heard
    assert early_cards(heard(answer(catalog, 0.1, -0.3), turn), VOICE) == []  # far below the threshold
    assert early_cards(heard(answer(catalog), turn), VOICE) == []


def test_an_early_card_heeds_counter_examples(catalog: Catalog) -> None:
    told = heard(answer(catalog, 0.8, 0.5), "我想问一下话费")
    denied = replace(told, hits=(told.hits[0]._replace(denied=True, shown=False), *told.hits[1:]))
    assert early_cards(denied, VOICE) == []


def test_the_caller_s_language_or_the_nearest(catalog: Catalog) -> None:
    english = replace(VOICE, language="en")
    (bill, roam) = answer_cards(answer(catalog, 0.8, 0.8), english)
    assert (bill.text, roam.text) == ("Text us.", "出国前请开通漫游。")


def test_an_alert_comes_before_the_answer_and_a_feeling_after_it(catalog: Catalog) -> None:
    signals = Signals(emotion="angry", situation="boiling")
    phrases = phrase_cards(Guide(catalog), signals, VOICE, board(), 0)
    order = ranked(answer_cards(answer(catalog, 0.8, 0.8), VOICE), phrases)
    assert [card.kind for card in order] == ["alert", "answer", "empathy", "answer"]


def test_a_phrase_that_has_been_shown_gives_way_to_another(catalog: Catalog) -> None:
    guide, shelf, signals = Guide(catalog), board(), Signals(emotion="angry")
    (first,) = phrase_cards(guide, signals, VOICE, shelf, 0)
    shelf.settle([first], segment="s", based_on=(), now=0)
    (second,) = phrase_cards(guide, signals, VOICE, shelf, 1)
    assert (first.key, second.key) == ("phrase:calmer", "phrase:calm")
    shelf.settle([second], segment="s", based_on=(), now=1)
    assert phrase_cards(guide, signals, VOICE, shelf, 10**9) == []  # empathy comes once a call


def test_a_situation_without_a_phrase_has_no_card(catalog: Catalog) -> None:
    guide = Guide(catalog)
    opening = situation_card(guide, Signals(situation="call_open"), VOICE, board(), 0)
    assert opening is not None
    assert opening.text == "您好。"
    assert situation_card(guide, Signals(situation="long_call", emotion="angry"), VOICE, board(), 0) is None


def test_a_word_for_a_hold_may_return_soon(catalog: Catalog) -> None:
    guide, shelf, signals = Guide(catalog), board(), Signals(situation="long_hold")
    first = situation_card(guide, signals, VOICE, shelf, 0)
    assert first is not None
    shelf.settle([first], segment="", based_on=(), now=0)
    assert situation_card(guide, signals, VOICE, shelf, 9_999) is None
    assert situation_card(guide, signals, VOICE, shelf, 15_000) is not None


def test_what_a_boiling_caller_brings_does_not_return_so_soon(catalog: Catalog) -> None:
    guide, shelf, signals = Guide(catalog), board(), Signals(intent="thank", situation="boiling")
    cards = phrase_cards(guide, signals, VOICE, shelf, 0)
    assert [card.key for card in cards] == ["phrase:boil", "phrase:thanks"]
    shelf.settle(cards, segment="s", based_on=(), now=0)
    assert phrase_cards(guide, signals, VOICE, shelf, 30_000) == []
    assert len(phrase_cards(guide, signals, VOICE, shelf, 60_000)) == 2
