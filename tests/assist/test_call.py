"""The call core: whatever is heard, in whatever order, it never raises, and what it confirms depends on finals alone."""

import random
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as budget
from hypothesis import strategies as st

from assist.call import Call
from assist.catalog import Catalog, Phrase
from assist.engine import Engine
from assist.guidance import Guide
from assist.messages import Fragment, Heard, Reading, ServerMessage, Suggest
from assist.queries import Answer, Hit, Label, Moment, Query
from assist.settings import Settings

SETTINGS = Settings()
CALLER = (
    "我这个月话费怎么多出来好几十块钱", "嗯", "你们到底什么意思啊，投诉了三次都没人管", "我要去日本，想开通国际漫游",
    "宽带从昨天晚上就上不去网了，重启了好几遍都不行", "谢谢你啊，再见", "I've lost my phone and want to block my SIM card",
    "我想問下點樣計漫遊費呀", "好的", "这都什么服务，气死我了，马上给我退钱", "1380013",
)  # fmt: skip
AGENT = ("请您稍等，我帮您查一下", "您好，这里是客服中心", "嗯", "让您久等了，已经查到了", "请问还有什么可以帮您")


def call(catalog: Catalog, name: str = "c") -> Call:
    return Call(name, SETTINGS, Guide(catalog))


def said(text: str, *, segment: str = "s", final: bool = True, speaker: Any = "caller", **more: Any) -> Fragment:
    return Fragment(call="c", segment=segment, speaker=speaker, text=text, final=final, **more)


def asked(call: Call, fragment: Fragment, *, now: int = 0) -> Query:
    query = call.hear(fragment, now=now).query
    assert query is not None
    return query


def answer(catalog: Catalog, query: Query, *entries: str, intent: str = "unknown", emotion: str = "unknown") -> Answer:
    hits = tuple(Hit(entry=catalog.entries[id], score=0.8, matched="m", source="e:1", shown=True) for id in entries)
    return Answer(query=query, catalog=catalog, hits=hits, intent=Label(intent, 0.97), emotion=Label(emotion, 0.97))


def cards(messages: Iterable[ServerMessage]) -> list[tuple[Any, str]]:
    return [(m.why["entry"], m.state) for m in messages if isinstance(m, Suggest)]


def readings(messages: Iterable[ServerMessage]) -> list[Reading]:
    return [m for m in messages if isinstance(m, Reading)]


def test_a_hard_call_that_ends_calmly_is_closed_with_care(catalog: Catalog) -> None:
    care = Phrase(
        id="care", moment="agent_care", kind="alert", when={"situation": ("over",), "emotion": ("angry",)},
        text={"zh-Hans": {"plain": "缓一缓。"}}, source="p:1",
    )  # fmt: skip
    catalog = replace(catalog, phrases=catalog.phrases | {"care": care}, unanswered=("thank",))
    live = call(catalog)
    for number, (speaker, emotion) in enumerate([*[("caller", "angry")] * 3, *[("caller", "calm")] * 4]):
        query = asked(live, said(f"你们怎么回事{number}", segment=f"a{number}", speaker=speaker))
        live.advise(answer(catalog, query, emotion=emotion))
    query = asked(live, said("请问还有什么可以帮您", segment="b", speaker="agent"))
    live.advise(Answer(query=query, catalog=catalog, moment=Moment("anything_else", 0.9)))
    query = asked(live, said("没有了，谢谢", segment="c"), now=100_000)
    assert ("care", "confirmed") in cards(live.advise(answer(catalog, query, intent="thank", emotion="calm")))


def test_a_call_begins_with_a_greeting(catalog: Catalog) -> None:
    assert cards(call(catalog).start()) == [("hello", "confirmed")]


def test_a_final_is_read_and_answered(catalog: Catalog) -> None:
    live = call(catalog)
    news = live.hear(said("我的话费怎么多了"), now=1_000)
    assert [type(m) for m in news.messages] == [Heard]
    assert news.query is not None
    assert (news.query.turn, news.query.final, news.query.heard_ms) == ("我的话费怎么多了", True, 1_000)
    assert live.busy
    messages = live.advise(answer(catalog, news.query, "bill", intent="thank"))
    assert cards(messages) == [("bill", "confirmed"), ("thanks", "confirmed")]
    assert readings(messages)[0].final
    assert not live.busy


def test_what_is_not_worth_asking(catalog: Catalog) -> None:
    live = call(catalog)
    assert live.hear(said("嗯"), now=0).query is None
    assert live.hear(said("嗯"), now=0).messages == ()
    assert live.hear(said("我帮您查", segment="a", final=False, speaker="agent"), now=0).query is None
    live.hear(said("我的话费", segment="b"), now=0)
    assert live.hear(said("我的话费", segment="b"), now=0).query is None


def test_finals_are_advised_in_the_order_they_were_heard(catalog: Catalog) -> None:
    live = call(catalog)
    first, second = asked(live, said("我的话费", segment="a")), asked(live, said("我要漫游", segment="b"))
    assert live.advise(answer(catalog, second, "roam")) == []
    assert cards(live.advise(answer(catalog, first, "bill"))) == [("bill", "confirmed"), ("roam", "confirmed")]


def test_a_final_the_engine_failed_at_does_not_hold_up_the_next(catalog: Catalog) -> None:
    live = call(catalog)
    first, second = asked(live, said("我的话费", segment="a")), asked(live, said("我要漫游", segment="b"))
    live.advise(answer(catalog, second, "roam"))
    assert cards(live.advise(replace(answer(catalog, first), failed="engine_failed"))) == [("roam", "confirmed")]
    assert not live.busy


def test_an_answer_to_a_partial_is_stale_once_its_segment_is_final(catalog: Catalog) -> None:
    live = call(catalog)
    partial = asked(live, said("我的话费怎么", final=False, stable_chars=4))
    asked(live, said("我的话费怎么多了"))
    assert live.advise(answer(catalog, partial, "bill", intent="inquire")) == []


def test_an_older_partial_s_answer_is_stale(catalog: Catalog) -> None:
    live = call(catalog)
    first, older, newer, newest = (
        asked(live, said("我的话费怎么多了呀", final=False, stable_chars=length)) for length in (3, 4, 6, 8)
    )
    assert live.advise(answer(catalog, first, intent="inquire")) == []
    assert live.advise(answer(catalog, newer, intent="inquire")) == []
    assert live.advise(answer(catalog, older, intent="inquire")) == []  # else three would agree
    assert readings(live.advise(answer(catalog, newest, intent="inquire")))


def test_a_partial_s_reading_is_told_once_three_agree(catalog: Catalog) -> None:
    live = call(catalog)
    for length, intent in ((2, "inquire"), (3, "inquire"), (4, "thank"), (5, "inquire"), (6, "inquire")):
        partial = asked(live, said("我的话费怎么多了呀", final=False, stable_chars=length))
        assert readings(live.advise(answer(catalog, partial, intent=intent))) == []
    partial = asked(live, said("我的话费怎么多了呀", final=False, stable_chars=7))
    assert [r.intent["label"] for r in readings(live.advise(answer(catalog, partial, intent="inquire")))] == ["inquire"]


def test_segments_that_never_end_do_not_pile_up(catalog: Catalog) -> None:
    live = call(catalog)
    for i in range(1_000):
        live.hear(said("我的话费怎么", segment=f"s{i}", final=False, stable_chars=4), now=i)
    assert len(live._latest) < 100


def test_a_provisional_card_goes_when_the_final_is_but_a_filler(catalog: Catalog) -> None:
    live = call(catalog)
    shown = []
    for length in (4, 5, 6, 7):
        partial = said("我的话费怎么多了", final=False, stable_chars=length)
        news = live.hear(replace(partial, text=partial.text[:length]), now=length)
        shown += live.advise(answer(catalog, news.query, "bill")) if news.query else []
    assert ("bill", "provisional") in cards(shown)
    assert cards(live.hear(said("嗯"), now=10).messages) == [("bill", "withdrawn")]


def test_unknown_is_said_of_finals_only_and_a_reading_is_not_repeated_by_partials(catalog: Catalog) -> None:
    live = call(catalog)
    told = []
    for length in (2, 3, 4, 5, 6):
        query = asked(live, said("我的话费怎么多了", final=False, stable_chars=length))
        told += readings(live.advise(answer(catalog, query, intent="unknown" if length == 2 else "inquire")))
    assert [(r.intent["label"], r.final) for r in told] == [("inquire", False)]
    final = asked(live, said("我的话费怎么多了"))
    assert [r.final for r in readings(live.advise(answer(catalog, final, intent="inquire")))] == [True]


def test_anger_that_lasts_raises_an_alert(catalog: Catalog) -> None:
    live, seen = call(catalog), []
    for i in range(2):
        query = asked(live, said(f"气死我了{i}", segment=f"s{i}"), now=i * 1_000)
        seen += cards(live.advise(answer(catalog, query, emotion="angry")))
    assert ("boil", "confirmed") in seen
    assert live.mood.boiling


def test_the_recogniser_s_emotion_fills_in_where_words_tell_none(catalog: Catalog) -> None:
    live = call(catalog)
    angry = {"label": "angry", "confidence": 0.9}
    first = asked(live, said("这样啊那好吧", segment="a", emotion=angry))
    second = asked(live, said("我知道了", segment="b"))
    live.advise(answer(catalog, second))
    told = readings(live.advise(answer(catalog, first)))
    assert [r.emotion["label"] for r in told] == ["angry", "unknown"]


@pytest.mark.parametrize(
    "emotion",
    [{"label": 5}, {"label": "angry", "confidence": "x"}, {"label": "made_up"}, {"label": "angry", "confidence": 7}],
)
def test_a_recogniser_s_nonsense_is_no_emotion(catalog: Catalog, emotion: dict[str, Any]) -> None:
    live = call(catalog)
    told = readings(live.advise(answer(catalog, asked(live, said("这样啊那好吧", emotion=emotion)))))
    assert told[0].emotion["label"] == "unknown"


def test_based_on_names_the_turn_even_when_the_answer_comes_late(catalog: Catalog) -> None:
    live = call(catalog)
    asked(live, said("我想问问", segment="a"))
    query = asked(live, said("我的话费", segment="b"))
    asked(live, said("请您稍等一下", segment="x", speaker="agent"))
    live._finals.remove(1)
    (card,) = [m for m in live.advise(answer(catalog, query, "bill")) if isinstance(m, Suggest)]
    assert card.based_on == ("a", "b")


def test_a_hold_and_its_end(catalog: Catalog) -> None:
    live = call(catalog)
    query = asked(live, said("请您稍等，我查一下", segment="a", speaker="agent"))
    live.advise(replace(answer(catalog, query), moment=Moment("ask_wait", 0.9)))
    assert cards(live.tick(now=15_000)) == [("hold", "confirmed")]
    query = asked(live, said("查到了是这样的", segment="b", speaker="agent"), now=20_000)
    assert cards(live.advise(answer(catalog, query))) == [("hold", "withdrawn"), ("back", "confirmed")]


@pytest.mark.parametrize("words", ["好的，我帮您查一下", "我幫你睇下", "Let me check that for you."])
def test_a_hold_in_the_agent_s_own_words(catalog: Catalog, words: str) -> None:
    live = call(catalog)
    opened = asked(live, said("您好请讲", segment="a", speaker="agent"))
    live.advise(answer(catalog, opened))
    query = asked(live, said(words, segment="b", speaker="agent"), now=1_000)
    assert live.advise(answer(catalog, query)) == []
    assert cards(live.tick(now=16_000)) == [("hold", "confirmed")]
    query = asked(live, said("您这个月用了五十元", segment="c", speaker="agent"), now=20_000)
    assert cards(live.advise(answer(catalog, query))) == [("hold", "withdrawn"), ("back", "confirmed")]


def test_a_sentence_the_agent_has_said_leaves_the_screen(catalog: Catalog) -> None:
    live = call(catalog)
    live.start()
    query = asked(live, said("您好请问有什么可以帮您", segment="a", speaker="agent"))
    greeted = replace(answer(catalog, query), moment=Moment("opening", 0.9))
    assert cards(live.advise(greeted)) == [("hello", "withdrawn")]


def test_the_language_is_told_by_finals_and_only_guessed_from_partials(catalog: Catalog) -> None:
    live = call(catalog)
    partial = asked(live, said("hello I want to check", final=False, stable_chars=21))
    assert partial.language == "en"
    assert asked(live, said("我的话费怎么多了")).language == "zh-Hans"
    assert live.language == "zh-Hans"
    assert asked(live, said("hello I want to check", segment="b")).language == "zh-Hans"


def test_a_snapshot_holds_words_cards_and_reading(catalog: Catalog) -> None:
    live = call(catalog)
    live.advise(answer(catalog, asked(live, said("我的话费")), "bill"))
    told = live.snapshot(now=5)
    assert [turn.text for turn in told.turns] == ["我的话费"]
    assert cards(told.suggestions) == [("bill", "confirmed")]
    assert told.reading is not None
    (card,) = told.suggestions
    assert cards(live.dismiss(card.id)) == [("bill", "withdrawn")]
    assert live.snapshot(now=6).suggestions == ()


ANY = st.builds(
    said,
    st.sampled_from([*CALLER, *AGENT, "", "😀", "a" * 3_000]) | st.text(max_size=30),
    segment=st.sampled_from("abcd"),
    final=st.booleans(),
    speaker=st.sampled_from(["caller", "agent"]),
    revision=st.sampled_from(["replace", "append"]),
    stable_chars=st.none() | st.integers(0, 50),
    emotion=st.none() | st.dictionaries(st.sampled_from(["label", "confidence"]), st.sampled_from(["angry", 0.5, None, 9])),
)


@budget(max_examples=60)
@given(st.lists(st.tuples(ANY, st.integers(0, 20_000)), max_size=25), st.randoms(use_true_random=False))
def test_any_fragments_with_answers_in_any_order_never_raise(
    engine: Engine, steps: list[tuple[Fragment, int]], chance: random.Random
) -> None:
    live, waiting, now = call(engine.catalog), list[Answer](), 0
    messages = list(live.start())
    for fragment, pause in steps:
        now += pause
        news = live.hear(fragment, now=now)
        waiting += engine.answer([news.query]) if news.query else []
        messages += [*news.messages, *live.tick(now=now)]
        while waiting and chance.random() < 0.5:
            messages += live.advise(waiting.pop(chance.randrange(len(waiting))))
    for late in waiting:
        messages += live.advise(late)
    assert not live.busy
    assert all(m.call == "c" for m in messages if isinstance(m, Heard | Reading | Suggest))
    assert len(live.board.shown) <= SETTINGS.cards_max


def partials_of(final: Fragment, chance: random.Random) -> list[Fragment]:
    """What a recogniser might have sent before a final: its beginnings, with slips, repetitions and other sentences."""
    texts = [final.text[: chance.randint(0, len(final.text))] for _ in range(chance.randint(0, 6))]
    texts = [chance.choice([text, text + "呃", chance.choice(CALLER)]) for text in sorted(texts, key=len)]
    return [replace(final, text=text, final=False, stable_chars=chance.choice([None, len(text) // 2])) for text in texts]


CALLER_TURN = st.tuples(st.just("caller"), st.sampled_from(CALLER))
AGENT_TURN = st.tuples(st.just("agent"), st.sampled_from(AGENT))


@budget(max_examples=40)
@given(st.lists(CALLER_TURN | AGENT_TURN, min_size=1, max_size=8), st.randoms(use_true_random=False))
def test_equal_finals_at_equal_times_confirm_equal_cards_whatever_the_partials_were(
    engine: Engine, turns: Sequence[tuple[Any, str]], chance: random.Random
) -> None:
    finals = [said(text, segment=f"s{i}", speaker=speaker) for i, (speaker, text) in enumerate(turns)]
    assert confirmed(engine, finals, None) == confirmed(engine, finals, chance)


def confirmed(engine: Engine, finals: Sequence[Fragment], chance: random.Random | None) -> list[Any]:
    """What finals three seconds apart confirm and how they are read; with `chance`, partials come before each."""
    live, seen, late = call(engine.catalog), list[Any](), list[Answer]()
    for i, final in enumerate(finals):
        for j, partial in enumerate(partials_of(final, chance) if chance else ()):
            query = live.hear(partial, now=i * 3_000 + 100 * j).query
            if chance and query:
                late += engine.answer([query])
                if chance.random() < 0.7:
                    live.advise(late.pop(0))
        query = live.hear(final, now=i * 3_000 + 2_000).query
        seen += settled(live.advise(engine.answer([query])[0]) if query else [])
    return seen


def settled(messages: Sequence[ServerMessage]) -> list[Any]:
    """What an agent may rely on. (A batch may differ from a single run in the last digits of a score.)"""
    shown = [m for m in messages if isinstance(m, Suggest) and m.state == "confirmed"]
    read = [(m.segment, m.intent["label"], m.emotion["label"], m.emotion["trend"]) for m in readings(messages)]
    return [(m.why["entry"], m.text, m.based_on, round(m.score, 2)) for m in shown] + read


def test_the_same_turns_confirm_something_at_all(engine: Engine) -> None:
    finals = [said(text, segment=f"s{i}") for i, text in enumerate(CALLER)]
    assert len(confirmed(engine, finals, None)) > 10


@budget(max_examples=20)
@given(st.randoms(use_true_random=False))
def test_two_calls_side_by_side_say_what_each_says_alone(engine: Engine, chance: random.Random) -> None:
    scripts = [[said(t, segment=f"s{i}") for i, t in enumerate(chance.sample(CALLER, 4))] for _ in range(2)]
    calls = [call(engine.catalog, "0"), call(engine.catalog, "1")]
    together: list[list[Any]] = [[], []]
    for i in range(4):
        order = chance.sample([0, 1], 2)
        asked = [q for which in order if (q := calls[which].hear(scripts[which][i], now=i * 3_000 + 2_000).query)]
        for told in engine.answer(asked) if asked else ():
            which = int(told.query.call)
            together[which] += settled(calls[which].advise(told))
    assert together == [confirmed(engine, script, None) for script in scripts]


def glimpsed(catalog: Catalog) -> Call:
    """A call in which partials of a caller have brought a card and a reading."""
    live = call(catalog)
    for end in (6, 7, 8):
        query = asked(live, said("我的话费怎么多了"[:end], final=False, stable_chars=end))
        live.advise(answer(catalog, query, "bill", intent="complain", emotion="angry"))
    assert live.board.shown
    assert live.reading is not None
    assert live.reading.intent["label"] == "complain"
    return live


def test_who_turns_out_to_be_the_agent_leaves_nothing_of_the_caller(catalog: Catalog) -> None:
    live = glimpsed(catalog)
    messages = live.advise(answer(catalog, asked(live, said("我的话费怎么多了", speaker="agent"))))
    assert cards(messages) == [("bill", "withdrawn")]
    assert [(r.intent["label"], r.emotion["label"], r.final) for r in readings(messages)] == [("unknown", "unknown", True)]


def test_a_final_that_says_nothing_takes_the_reading_back(catalog: Catalog) -> None:
    live = glimpsed(catalog)
    messages = live.hear(said("嗯"), now=9_000).messages
    assert cards(messages) == [("bill", "withdrawn")]
    assert [r.intent["label"] for r in readings(messages)] == ["unknown"]


def test_a_harasser_s_feelings_are_not_answered(catalog: Catalog) -> None:
    live = call(catalog)
    insulted = asked(live, said("给脸不要脸"))
    assert cards(live.advise(answer(catalog, insulted, intent="nuisance", emotion="angry"))) == []
    angry = asked(live, said("气死我了", segment="t"))
    assert ("calmer", "confirmed") in cards(live.advise(answer(catalog, angry, intent="inquire", emotion="angry")))


def test_a_sentence_without_a_word_of_waiting_begins_no_hold(catalog: Catalog) -> None:
    live = call(catalog)
    query = asked(live, said("我亲自打给您核对两件事，您看可以吗", speaker="agent"))
    live.advise(replace(answer(catalog, query), moment=Moment("ask_wait", 0.9)))
    assert live.waiting.hold_ms is None
    query = asked(live, said("劳驾您在线上等我去问问", segment="t", speaker="agent"))
    live.advise(replace(answer(catalog, query), moment=Moment("ask_wait", 0.9)))
    assert live.waiting.hold_ms is not None


def test_an_engine_that_fails_on_the_agent_s_words_ends_no_hold(catalog: Catalog) -> None:
    live = call(catalog)
    query = asked(live, said("请您稍等，我帮您查一下", segment="a", speaker="agent"), now=1_000)
    live.advise(replace(answer(catalog, query), moment=Moment("ask_wait", 0.9)))
    query = asked(live, said("还在查", segment="b", speaker="agent"), now=2_000)
    assert live.advise(replace(answer(catalog, query), failed="engine_failed")) == []
    assert live.waiting.hold_ms == 1_000


@pytest.mark.parametrize(("confidence", "emotion"), [(0.01, "unknown"), (0.49, "unknown"), (0.5, "angry"), (None, "angry")])
def test_an_emotion_heard_in_the_voice_must_be_heard_for_sure(
    catalog: Catalog, confidence: float | None, emotion: str
) -> None:
    live = call(catalog)
    told = {"label": "angry"} | ({} if confidence is None else {"confidence": confidence})
    messages = live.advise(answer(catalog, asked(live, said("上次那个事情现在到哪一步了", emotion=told))))
    assert [r.emotion["label"] for r in readings(messages)] == [emotion]


def test_one_thing_asked_after_another_is_answered_without_a_word_of_the_agent(catalog: Catalog) -> None:
    live = call(catalog)
    first = asked(live, said("我的话费怎么多了", segment="a"), now=1_000)
    assert first.fallback == ""
    assert cards(live.advise(answer(catalog, first, "bill"))) == [("bill", "confirmed")]
    second = asked(live, said("宽带上不了网", segment="b"), now=6_000)
    assert (second.turn, second.fallback) == ("我的话费怎么多了宽带上不了网", "宽带上不了网")
    whole = answer(catalog, second, "bill")
    other = next(entry for entry in catalog.entries if entry != "bill")
    newest = answer(catalog, second, other).hits
    assert cards(live.advise(replace(whole, fallback=newest))) == [(other, "confirmed")]


def test_what_is_asked_anew_goes_before_a_part_of_it(catalog: Catalog) -> None:
    live = call(catalog)
    live.advise(answer(catalog, asked(live, said("你好我想问", segment="a"))))
    query = asked(live, said("我的话费怎么多了", segment="b"))
    other = next(entry for entry in catalog.entries if entry != "bill")
    told = replace(answer(catalog, query, "bill"), fallback=answer(catalog, query, other).hits)
    assert cards(live.advise(told)) == [("bill", "confirmed")]


def after_question(live: Call, question: str, reply: str) -> Query:
    query = asked(live, said(question, segment="q", speaker="agent"))
    live.advise(Answer(query=query, catalog=live.guide.catalog))
    return asked(live, said(reply, segment="r"), now=5_000)


@pytest.mark.parametrize("reply", ["对", "嗯", "是的", "yes"])
def test_a_mere_yes_is_answered_by_what_the_agent_has_asked(catalog: Catalog, reply: str) -> None:
    live = call(catalog)
    query = after_question(live, "您是说话费突然多了，是吗", reply)
    assert (query.reply, query.fallback) == ("yes", "您是说话费突然多了")
    told = replace(answer(catalog, query, "roam"), fallback=answer(catalog, query, "bill").hits)
    assert cards(live.advise(told)) == [("bill", "confirmed")]


def test_a_yes_that_says_more_falls_back_on_itself(catalog: Catalog) -> None:
    live = call(catalog)
    query = after_question(live, "您是说话费突然多了，是吗", "对，还有漫游")
    assert query.reply == "yes"
    assert cards(live.advise(answer(catalog, query, "roam"))) == [("roam", "confirmed")]


def test_a_no_takes_back_what_was_taken_for_the_want(catalog: Catalog) -> None:
    live = call(catalog)
    live.advise(answer(catalog, asked(live, said("那个费用", segment="a")), "bill"))
    query = after_question(live, "您是说话费突然多了，是吗", "不是")
    told = replace(answer(catalog, query), fallback=answer(catalog, query, "bill").hits)
    assert cards(live.advise(told)) == [("bill", "withdrawn")]


def test_a_filler_that_answers_no_question_asks_nothing(catalog: Catalog) -> None:
    live = call(catalog)
    asked(live, said("我帮您登记好了", segment="q", speaker="agent"))
    assert live.hear(said("嗯", segment="r"), now=0).query is None
    query = asked(live, said("好的", segment="t"))
    assert (query.reply, query.fallback) == ("", "")
