"""All calls and sessions: who may do what, who hears what, what survives a lost connection; and calls never mix."""

import contextlib
import itertools
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as budget
from hypothesis import strategies as st

from assist.board import Candidate
from assist.catalog import Catalog
from assist.faults import Fault
from assist.lines import ENDED_KEPT
from assist.live import BEATS, Effects
from assist.messages import (
    ClientMessage,
    Dropped,
    End,
    Ended,
    Feedback,
    Fragment,
    Heard,
    Open,
    Opened,
    Ping,
    Pong,
    Problem,
    Reading,
    ServerMessage,
    Snapshot,
    Suggest,
    parse,
)
from assist.queries import Answer, Hit, Label, Query
from assist.session import Session
from assist.settings import Settings
from assist.switchboard import Switchboard


class Room:
    """A switchboard, its clock, and an engine that answers as it is told."""

    def __init__(self, catalog: Catalog, **settings: Any) -> None:
        self.catalog = catalog
        names = itertools.count(1)
        self.board = Switchboard(Settings(**settings), catalog, version="v1", name=lambda: f"n{next(names)}")
        self.now = 1_000_000
        self.queries: list[Query] = []

    def join(self, role: str = "agent", call: str | None = "c", **more: Any) -> Session:
        session, effects = self.board.join(Open(role=role, call=call, **more), now=self.now, epoch_ms=5)
        self.queries += effects.queries
        return session

    def say(self, session: Session, message: ClientMessage) -> Effects:
        effects = self.board.receive(session, message, now=self.now, epoch_ms=5)
        self.queries += effects.queries
        return effects

    def speak(
        self, session: Session, text: str, *, segment: str = "s", call: str = "c", final: bool = True, **more: Any
    ) -> None:
        self.say(session, Fragment(call=call, segment=segment, speaker="caller", text=text, final=final, **more))

    def pass_to(self, now: int) -> None:
        """Time alone goes by."""
        for beat in range(BEATS):
            for live in self.board.on_beat(beat):
                self.board.tick(live, now=now)
        self.board.forget_lost(now=now)

    def answer(self, *entries: str, **labels: str) -> None:
        """Answer all that has been asked."""
        asked, self.queries = self.queries, []
        for query in asked:
            self.board.advise([self.made(query, *entries, **labels)])

    def made(self, query: Query, *entries: str, intent: str = "unknown", emotion: str = "unknown") -> Answer:
        hits = tuple(Hit(entry=self.catalog.entries[e], score=0.8, matched="m", source="e:1", shown=True) for e in entries)
        labels = Label(intent, 0.9), Label(emotion, 0.9)
        return Answer(query=query, catalog=self.catalog, hits=hits, intent=labels[0], emotion=labels[1])


@pytest.fixture
def room(catalog: Catalog) -> Room:
    return Room(catalog)


def news(session: Session) -> list[ServerMessage]:
    """What has come for a session since the last look."""
    return list(_taken(session))


def _taken(session: Session) -> Iterator[ServerMessage]:
    while (numbered := session.outbox.take()) is not None:
        yield numbered.message


def kinds(session: Session) -> list[str]:
    return [type(m).__name__ for m in news(session)]


def fault(room: Room, session: Session, message: ClientMessage) -> str:
    with pytest.raises(Fault) as caught:
        room.say(session, message)
    return caught.value.code


def test_an_open_is_answered_with_limits_and_the_call_begins(room: Room) -> None:
    opened, hello = news(room.join())
    assert isinstance(opened, Opened)
    assert (opened.call, opened.artifact, opened.limits["text_chars"]) == ("c", "v1", 2_000)
    assert isinstance(hello, Suggest)
    assert hello.why["entry"] == "hello"


def test_who_joins_late_gets_a_snapshot_and_the_words_of_others(room: Room) -> None:
    ingest = room.join("ingest")
    room.speak(ingest, "我的话费怎么多了")
    room.answer("bill")
    agent = room.join("agent")
    _, snapshot = news(agent)
    assert isinstance(snapshot, Snapshot)
    assert [turn.text for turn in snapshot.turns] == ["我的话费怎么多了"]
    assert [card.why["entry"] for card in snapshot.suggestions] == ["hello", "bill"]
    news(ingest)
    room.speak(ingest, "你好啊在吗", segment="t")
    room.answer()
    assert kinds(agent) == ["Heard", "Reading"]
    assert kinds(ingest) == ["Reading"]


def test_the_source_of_a_filler_hears_that_its_provisional_card_is_withdrawn(room: Room) -> None:
    agent = room.join()
    for length in range(4, 9):
        room.speak(agent, "我的话费怎么多了"[:length], final=False, stable_chars=length)
        room.answer("bill")
    assert "provisional" in [m.state for m in news(agent) if isinstance(m, Suggest)]
    room.speak(agent, "嗯")
    assert [m.state for m in news(agent) if isinstance(m, Suggest)] == ["withdrawn"]


@pytest.mark.parametrize("role", ["ingest", "agent"])
def test_a_supervisor_who_watches_no_call_gets_the_alerts_of_all(room: Room, role: str) -> None:
    boss = room.join("supervisor", None)
    speaker = room.join(role)
    news(boss)
    for i in range(2):
        room.speak(speaker, f"气死我了{i}", segment=f"s{i}")
        room.answer(emotion="angry")
    told = news(boss)
    assert [m.kind for m in told if isinstance(m, Suggest)] == ["alert"]
    assert len(told) == 1


def boiled(room: Room) -> Session:
    """The agent of a call that an alert stands over."""
    agent = room.join("agent")
    for i in range(2):
        room.speak(agent, f"气死我了{i}", segment=f"s{i}")
        room.answer(emotion="angry")
    return agent


def test_a_supervisor_who_comes_later_sees_the_alerts_that_stand(room: Room) -> None:
    agent = boiled(room)
    boss = room.join("supervisor", None)
    opened, alert = news(boss)
    assert isinstance(opened, Opened)
    assert isinstance(alert, Suggest)
    assert alert.kind == "alert"
    assert [m for m in news(agent) if isinstance(m, Suggest) and m.kind == "alert"][-1].id == alert.id
    room.join("supervisor", None, after=0)
    assert kinds(room.join("supervisor", "c")) == ["Opened", "Snapshot"]


def test_a_supervisor_who_has_opened_a_call_sees_no_other_s_alerts_when_that_is_over(room: Room) -> None:
    ingest = room.join("ingest", "d")
    watching, opening_later = room.join("supervisor", "d"), room.join("supervisor", None)
    room.say(opening_later, Open(role="supervisor", call="d"))
    room.say(ingest, End(call="d"))
    news(watching), news(opening_later)
    boiled(room)
    assert news(watching) == news(opening_later) == []


def test_a_supervisor_who_comes_back_to_a_call_that_is_over_sees_no_other_s_alerts(room: Room) -> None:
    room.say(room.join("ingest", "d"), End(call="d"))
    boiled(room)
    assert kinds(room.join("supervisor", "d", session="of another life", after=3)) == ["Opened", "Ended"]


def test_a_supervisor_tells_what_became_of_an_alert_and_of_nothing_else(room: Room) -> None:
    agent = boiled(room)
    boss = room.join("supervisor", None)
    alert = next(m for m in news(boss) if isinstance(m, Suggest))
    room.say(boss, Feedback(suggestion=alert.id, action="displayed"))
    assert room.board.counts["feedback", "displayed"] == 1
    others = [m.id for m in news(agent) if isinstance(m, Suggest) and m.kind != "alert"]
    assert others
    assert fault(room, boss, Feedback(suggestion=others[0], action="displayed")) == "unknown_suggestion"


def test_who_comes_back_after_a_restart_is_not_greeted_again(room: Room) -> None:
    assert "Suggest" in kinds(room.join("agent", "fresh"))
    back = room.join("agent", "c", session="of another life", after=17)
    assert kinds(back) == ["Opened", "Snapshot"]
    assert room.board.calls["c"].call.board.shown == {}


def test_a_supervisor_watches_but_does_not_begin_a_call(room: Room) -> None:
    with pytest.raises(Fault, match="no call") as caught:
        room.join("supervisor", "nowhere")
    assert caught.value.code == "unknown_call"
    assert not room.board.calls
    assert not room.board.sessions
    room.join("ingest")
    assert kinds(room.join("supervisor")) == ["Opened", "Snapshot"]


def test_who_only_watches_changes_neither_language_nor_name(room: Room) -> None:
    room.join("agent", language="yue", caller={"surname": "陈"}, agent="7")
    room.join("supervisor", language="en", caller={"surname": "Evil"}, agent="9")
    call = room.board.calls["c"].call
    assert (call.language, call.caller, call.agent) == ("yue", {"surname": "陈"}, "7")
    room.join("ingest", language="nonsense", caller={"title": "先生"})
    assert (call.language, call.caller, call.agent) == ("yue", {"surname": "陈", "title": "先生"}, "7")


def test_a_connection_keeps_its_role(room: Room) -> None:
    boss = room.join("supervisor", None)
    assert fault(room, boss, Open(role="ingest", call="new")) == "bad_value"
    assert not room.board.calls


def test_tokens(catalog: Catalog) -> None:
    room = Room(catalog, token="秘密")
    for token in (None, "", "wrong", "秘密 "):
        with pytest.raises(Fault) as caught:
            room.join(token=token)
        assert caught.value.code == "unauthorised"
    session = room.join(token="秘密")
    room.say(session, Open(role="agent", call="second"))
    assert set(room.board.calls) == {"c", "second"}


def test_limits(catalog: Catalog) -> None:
    room = Room(catalog, calls_per_connection_max=2, calls_max=3, text_chars_max=5, fragments_per_s_max=2)
    session = room.join()
    room.say(session, Open(role="agent", call="d"))
    assert fault(room, session, Open(role="agent", call="e")) == "too_many_calls"
    room.say(session, Open(role="agent", call="d"))
    room.join(call="e")
    with pytest.raises(Fault) as caught:
        room.join(call="f")
    assert caught.value.code == "too_many_calls"
    assert len(room.board.sessions) == 2
    too_long = Fragment(call="c", segment="s", speaker="caller", text="123456", final=True)
    assert fault(room, session, too_long) == "text_too_long"
    for i in range(4):
        room.speak(session, "12345", segment=f"s{i}")
    fifth = replace(too_long, text="5")
    assert fault(room, session, fifth) == "rate_exceeded"
    room.speak(session, "12345", call="d")
    room.now += 500
    room.say(session, fifth)


def test_what_is_not_there(room: Room) -> None:
    session, fragment = room.join(), Fragment(call="x", segment="s", speaker="caller", text="喂", final=True)
    assert fault(room, session, fragment) == "unknown_call"
    room.join(call="x")
    assert fault(room, session, fragment) == "unknown_call"
    assert fault(room, session, End(call="y")) == "unknown_call"
    room.say(session, End(call="c"))
    assert fault(room, session, replace(fragment, call="c")) == "call_ended"
    for suggestion in ("c/1", "x/1", "", "/", "no"):
        assert fault(room, session, Feedback(suggestion=suggestion, action="said")) == "unknown_suggestion"


def test_a_ping_is_answered_to_who_sent_it(room: Room) -> None:
    first, second = room.join(), room.join()
    news(first), news(second)
    room.say(first, Ping(echo="x"))
    assert news(first) == [Pong(echo="x")]
    assert news(second) == []


def test_only_what_the_metrics_export_is_counted(room: Room) -> None:
    first, _ = boiled(room), room.join("ingest")
    room.say(first, Feedback(suggestion="c/1", action="displayed"))
    counted = {what.partition("_")[0] for what, _ in room.board.counts}
    assert counted == {"fragments", "suggestions", "feedback"}


def test_a_dismissed_card_leaves_every_screen(room: Room) -> None:
    first, second = room.join(), room.join()
    (card,) = [m for m in news(first) if isinstance(m, Suggest)]
    news(second)
    room.say(second, Feedback(suggestion=card.id, action="dismissed"))
    assert [m.state for m in news(first) if isinstance(m, Suggest)] == ["withdrawn"]
    assert room.board.counts["feedback", "dismissed"] == 1


def test_an_end_waits_for_finals_with_the_engine(room: Room) -> None:
    session = room.join()
    room.speak(session, "我的话费怎么多了")
    room.say(session, End(call="c", reason="hung up"))
    assert fault(room, session, Fragment(call="c", segment="t", speaker="caller", text="喂", final=True)) == "call_ended"
    news(session)
    room.answer("bill")
    told = news(session)
    assert [type(m) for m in told] == [Reading, Suggest, Ended]
    assert not room.board.calls


def test_a_final_the_engine_failed_at_is_told(room: Room) -> None:
    session = room.join()
    room.speak(session, "我的话费怎么多了")
    news(session)
    room.board.advise([replace(room.made(room.queries.pop()), failed="engine_failed")])
    (problem,) = news(session)
    assert isinstance(problem, Problem)
    assert (problem.code, problem.call) == ("engine_failed", "c")


def test_an_answer_to_a_call_that_is_gone_is_no_trouble(room: Room) -> None:
    room.speak(room.join(), "我的话费怎么多了")
    stale = room.made(room.queries.pop(), "bill")
    del room.board.calls["c"]
    assert room.board.advise([stale]).touched == {}


def test_a_resume_brings_what_was_missed_and_nothing_twice(room: Room) -> None:
    session = room.join()
    seen = len(news(session))
    room.board.detach(session, now=room.now)
    room.speak(session, "我的话费怎么多了")
    room.answer("bill")
    assert room.join(session=session.name, after=seen) is session
    assert kinds(session) == ["Opened", "Reading", "Suggest"]
    assert session.detached_ms is None


def test_a_session_is_found_again_by_role_agent_and_call(room: Room) -> None:
    session = room.join(agent="7")
    assert room.join(agent="7", after=2) is session
    assert room.join(agent="8", after=2) is not session
    assert room.join(agent="7") is not session


def test_a_resume_beyond_the_ring_brings_a_snapshot(catalog: Catalog) -> None:
    room = Room(catalog, ring_max=4)
    session = room.join()
    for i in range(6):
        room.speak(session, f"我的话费怎么多了{i}", segment=f"s{i}")
        room.answer("bill")
        room.now += 100
    news(session)
    assert room.join(session=session.name, after=1) is session
    told = news(session)
    assert [type(m) for m in told] == [Opened, Dropped, Snapshot]
    lost = told[1]
    assert isinstance(lost, Dropped)
    assert (lost.from_seq, lost.kind) == (2, "resume")


@pytest.mark.parametrize(("role", "elsewhere", "code"), [
    ("agent", "new", "too_many_calls"), ("supervisor", "nowhere", "unknown_call"),
])  # fmt: skip
def test_a_resume_that_is_refused_costs_the_session_nothing(catalog: Catalog, role: str, elsewhere: str, code: str) -> None:
    room = Room(catalog, calls_max=1)
    ingest, session = room.join("ingest"), room.join(role)
    seen = len(news(session))
    room.board.detach(session, now=room.now)
    room.speak(ingest, "我的话费怎么多了")
    room.answer("bill")
    with pytest.raises(Fault) as caught:
        room.join(role, elsewhere, session=session.name, after=seen)
    assert caught.value.code == code
    assert session.detached_ms == room.now
    room.join(role, session=session.name, after=seen)
    assert kinds(session) == ["Opened", "Heard", "Reading", "Suggest"]


def test_who_resumes_with_another_call_is_shown_it_and_what_was_missed_of_the_first(room: Room) -> None:
    agent, ingest = room.join(), room.join("ingest")
    room.say(ingest, Open(role="ingest", call="d"))
    seen = len(news(agent))
    room.board.detach(agent, now=room.now)
    room.speak(ingest, "嗯")
    room.join(call="d", session=agent.name, after=seen)
    told = news(agent)
    assert [type(m) for m in told] == [Opened, Heard, Snapshot]
    assert [m.call for m in told if isinstance(m, Opened | Heard | Snapshot)] == ["d", "c", "d"]
    room.join(call="d", session=agent.name, after=seen + 3)
    assert kinds(agent) == ["Opened"]


def test_who_resumes_when_the_next_call_of_the_name_has_begun_is_shown_that(room: Room) -> None:
    agent, ingest = room.join(), room.join("ingest")
    seen = len(news(agent))
    room.board.detach(agent, now=room.now)
    room.say(ingest, End(call="c"))
    room.say(ingest, Open(role="ingest", call="c"))
    room.join(session=agent.name, after=seen)
    assert kinds(agent) == ["Opened", "Ended", "Snapshot"]


def test_a_further_open_that_resumes_does_not_begin_an_ended_call_again(room: Room) -> None:
    gateway = room.join("ingest", None)
    for opening in (Open(role="ingest", call="c"), End(call="c")):
        room.say(gateway, opening)
    news(gateway)
    room.say(gateway, Open(role="ingest", call="c", after=5))
    opened, ended = news(gateway)
    assert isinstance(opened, Opened)
    assert (opened.call, ended) == (None, Ended(call="c"))
    assert not room.board.calls


def test_an_end_that_is_still_to_come_is_told_once(room: Room) -> None:
    agent = room.join()
    room.speak(agent, "我的话费怎么多了")
    room.say(agent, End(call="c"))
    seen = len(news(agent))
    room.say(agent, Open(role="agent", call="c", after=5))
    room.join(session=agent.name, after=seen)
    room.answer()
    assert kinds(agent) == ["Opened", "Opened", "Reading", "Ended"]


@pytest.mark.parametrize("calls", [200, 300, 500])
def test_a_resume_with_loss_fits_the_outbox_however_many_calls_there_are(room: Room, calls: int) -> None:
    gateway = room.join("ingest", None)
    for i in range(calls):
        room.say(gateway, Open(role="ingest", call=f"c{i}"))
        news(gateway)
    seen = gateway.outbox.seq
    for i in range(280):
        room.speak(gateway, f"我的话费怎么多了{i}", call=f"c{i % calls}", segment=f"s{i}")
        room.answer()
        news(gateway)
    for i in range(20):  # lines that carry the next call already: their ends and they themselves are to be told
        room.say(gateway, End(call=f"c{i}"))
        room.say(gateway, Open(role="ingest", call=f"c{i}"))
        news(gateway)
    room.join("ingest", None, session=gateway.name, after=seen)
    assert not gateway.outbox.overflowed
    told = news(gateway)
    ends = 20 if calls < 500 else 0
    assert [type(m) for m in told] == [Opened, Dropped, *[Ended] * ends, *[Snapshot] * calls]


def test_of_a_long_loss_each_call_that_is_over_is_told(catalog: Catalog) -> None:
    room = Room(catalog, ring_max=4)
    gateway, other = room.join("ingest", "a"), room.join("ingest", "a")
    for call in "bcd":
        room.say(gateway, Open(role="ingest", call=call))
        room.say(other, Open(role="ingest", call=call))
    news(gateway)
    seen = gateway.outbox.seq
    for call in "abc":
        room.say(other, End(call=call))
    for i in range(8):
        room.speak(other, f"我的话费怎么多了{i}", call="d", segment=f"s{i}")
    news(gateway)
    room.join("ingest", "a", session=gateway.name, after=seen)
    told = news(gateway)
    assert [m.call for m in told if isinstance(m, Ended | Snapshot)] == ["a", "b", "c", "d"]


def test_a_resume_after_an_overflow_brings_a_snapshot(catalog: Catalog) -> None:
    room = Room(catalog, outbox_max=8, fragments_per_s_max=100)
    slow, ingest = room.join(), room.join("ingest")
    seen = len(news(slow))
    for i in range(20):
        room.speak(ingest, f"我的话费怎么多了{i}", segment=f"s{i}")
        news(ingest)
    assert slow.outbox.overflowed
    assert len(slow.outbox) <= 9
    room.join(session=slow.name, after=seen)
    assert not slow.outbox.overflowed
    assert kinds(slow) == ["Opened", "Dropped", "Snapshot"]


def test_a_call_that_ended_meanwhile_does_not_begin_again_by_a_resume(room: Room) -> None:
    agent, ingest = room.join(), room.join("ingest")
    seen = len(news(agent))
    room.board.detach(agent, now=room.now)
    room.say(ingest, End(call="c"))
    assert room.join(session=agent.name, after=seen) is agent
    assert kinds(agent) == ["Opened", "Ended"]
    assert not room.board.calls


def test_a_supervisor_may_resume_although_its_call_is_over(room: Room) -> None:
    ingest = room.join("ingest")
    boss = room.join("supervisor")
    seen = len(news(boss))
    room.board.detach(boss, now=room.now)
    room.say(ingest, End(call="c"))
    assert room.join("supervisor", session=boss.name, after=seen) is boss
    assert boss.detached_ms is None
    assert kinds(boss) == ["Opened", "Ended"]


def test_of_an_ended_call_that_is_beyond_the_ring_the_end_is_told(catalog: Catalog) -> None:
    room = Room(catalog, ring_max=1)
    agent, ingest = room.join(), room.join("ingest")
    room.say(agent, Open(role="agent", call="d"))
    room.say(ingest, End(call="c"))
    room.say(agent, Ping())
    news(agent)
    room.join(session=agent.name, after=1)
    assert "Ended" in kinds(agent)


def test_a_session_that_stays_away_is_forgotten_and_its_call_abandoned(room: Room) -> None:
    agent = room.join()
    boss = room.join("supervisor")
    news(boss)
    room.board.detach(agent, now=room.now)
    room.pass_to(room.now + 60_000)
    assert agent.name in room.board.sessions
    room.pass_to(room.now + 60_001)
    assert agent.name not in room.board.sessions
    assert [m.reason for m in news(boss) if isinstance(m, Ended)] == ["abandoned"]
    assert room.join(session=agent.name, after=5) is not agent


def test_a_call_with_another_agent_is_not_abandoned(room: Room) -> None:
    first, _ = room.join(), room.join("ingest")
    room.board.detach(first, now=room.now)
    room.pass_to(room.now + 60_001)
    assert set(room.board.calls) == {"c"}


def test_a_call_nobody_speaks_in_is_ended(catalog: Catalog) -> None:
    room = Room(catalog, call_idle_s=10)
    agent = room.join()
    room.now += 9_000
    room.speak(agent, "我的话费怎么多了")
    room.pass_to(room.now + 10_000)
    assert room.board.calls
    room.pass_to(room.now + 10_001)
    assert not room.board.calls
    assert isinstance(news(agent)[-1], Ended)
    room.answer("bill")


def test_a_name_may_be_used_again_and_the_ended_are_not_remembered_for_ever(room: Room) -> None:
    session = room.join("ingest", None)
    for i in range(ENDED_KEPT + 50):
        room.say(session, Open(role="ingest", call=f"c{i}"))
        room.say(session, End(call=f"c{i}"))
        news(session)
    assert len(room.board._lines.ended) <= ENDED_KEPT
    room.say(session, Open(role="ingest", call="c50"))
    assert set(room.board.calls) == {"c50"}


def test_calls_in_progress_go_on_with_another_artifact(room: Room, catalog: Catalog) -> None:
    session = room.join()
    room.speak(session, "我的话费怎么多了")
    changed = replace(catalog.entries["bill"], answers={"zh-Hans": "新答案"})
    room.board.adopt(replace(catalog, entries={**catalog.entries, "bill": changed}), version="v2")
    news(session)
    room.answer("bill", intent="thank")
    assert [m.text for m in news(session) if isinstance(m, Suggest)] == ["您可以发短信查话费。", "不客气。"]
    opened = news(room.join())[0]
    assert isinstance(opened, Opened)
    assert opened.artifact == "v2"


NAMES = st.sampled_from(["c", "d", "c/d", "x"])
TEXTS = st.sampled_from(["我的话费怎么多了", "气死我了", "嗯", "", "谢谢你"])
CLIENT: st.SearchStrategy[ClientMessage] = st.one_of(
    st.builds(Open, role=st.sampled_from(["ingest", "agent", "supervisor"]), call=st.none() | NAMES),
    st.builds(
        Fragment, call=NAMES, segment=st.sampled_from("abc"), speaker=st.sampled_from(["caller", "agent"]), text=TEXTS,
        final=st.booleans(), stable_chars=st.none() | st.integers(0, 8),
    ),
    st.builds(Feedback, suggestion=st.sampled_from(["c/1", "d/2", "c/d/1", "?"]), action=st.just("dismissed")),
    st.builds(End, call=NAMES),
    st.just(Ping()),
)  # fmt: skip
STEP = st.tuples(
    st.integers(0, 3),
    st.one_of(CLIENT, st.sampled_from(["answer", "fail", "tick", "detach", "resume"])),
    st.integers(0, 40_000),
)


@budget(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(STEP, max_size=50))
def test_any_client_may_do_anything_and_no_call_hears_of_another(catalog: Catalog, steps: list[Any]) -> None:
    room = Room(catalog, calls_max=3, calls_per_connection_max=2, outbox_max=8, ring_max=4, call_idle_s=60)
    sessions = [room.join(role, None) for role in ("ingest", "agent", "agent", "supervisor")]
    allowed: dict[str, set[str]] = {}
    for who, what, pause in steps:
        room.now += pause
        session = sessions[who]
        allowed.setdefault(session.name, set()).update(session.calls)
        with contextlib.suppress(Fault):
            act(room, sessions, who, what)
        for other in sessions:
            allowed.setdefault(other.name, set()).update(other.calls)
            for message in news(other):
                call = getattr(message, "call", None)
                alert = other.role == "supervisor" and isinstance(message, Suggest) and message.kind == "alert"
                assert call is None or alert or call in allowed[other.name], (other.role, message)
        check(room)


def act(room: Room, sessions: list[Session], who: int, what: Any) -> None:
    session = sessions[who]
    if what == "answer":
        room.answer("bill", emotion="angry")
    elif what == "fail":
        asked, room.queries = room.queries, []
        room.board.advise([replace(room.made(query), failed="engine_failed") for query in asked])
    elif what == "tick":
        room.pass_to(room.now)
    elif what == "detach":
        room.board.detach(session, now=room.now)
    elif what == "resume":
        sessions[who] = room.join(
            session.role, next(iter(session.calls), None), session=session.name, after=session.outbox.seq
        )
    elif session.name in room.board.sessions:
        room.say(session, what)


def check(room: Room) -> None:
    """Calls and sessions agree on who watches what."""
    for name, live in room.board.calls.items():
        assert live.call.name == name
        assert all(watcher.name in room.board.sessions for watcher in live.watchers.values())
        assert all(name in watcher.calls for watcher in live.watchers.values())
    for session in room.board.sessions.values():
        assert session.calls.keys() <= room.board.calls.keys()
    assert len(room.board.calls) <= 3


def heard_of(room: Room, session: Session) -> list[Heard]:
    return [m for m in news(session) if isinstance(m, Heard)]


def test_equal_segment_names_in_two_calls_are_two_segments(room: Room) -> None:
    gateway, one, two = room.join("ingest"), room.join(call="c"), room.join(call="d")
    room.say(gateway, Open(role="ingest", call="d"))
    room.speak(gateway, "我的话费怎么多了", call="c")
    room.speak(gateway, "我要去国外旅游", call="d")
    assert [h.text for h in heard_of(room, one)] == ["我的话费怎么多了"]
    assert [h.text for h in heard_of(room, two)] == ["我要去国外旅游"]


def test_the_next_call_of_a_name_does_not_wait_for_the_last_final_of_the_one_before(room: Room) -> None:
    line = room.join("ingest", "line7")
    room.speak(line, "我的话费怎么多了", call="line7")
    room.say(line, End(call="line7"))
    room.say(line, Open(role="ingest", call="line7"))
    assert kinds(line) == ["Opened", "Suggest", "Ended", "Opened", "Suggest"]
    room.answer("bill")  # to the caller who has gone
    assert news(line) == []
    room.speak(line, "我的话费怎么多了", call="line7")
    room.answer("bill")
    assert [m.why["entry"] for m in news(line) if isinstance(m, Suggest)] == ["bill"]


@pytest.mark.parametrize("answered", [True, False], ids=["ended", "about to end"])
def test_who_comes_back_too_late_does_not_begin_an_ended_call_again(catalog: Catalog, answered: bool) -> None:
    room = Room(catalog, resume_s=1)
    agent, line = room.join(), room.join("ingest")
    room.board.detach(agent, now=room.now)
    room.speak(line, "我的话费怎么多了")
    room.say(line, End(call="c"))
    if answered:
        room.answer()
    room.now += 5_000
    room.pass_to(room.now)
    late = room.join(session=agent.name, after=3)
    assert kinds(late) == ["Opened", "Ended"]
    assert not late.calls


def test_supervisors_hear_that_a_call_with_an_alert_is_over(room: Room) -> None:
    boss, agent = room.join("supervisor", None), room.join()
    news(boss)
    room.board.calls["c"].call.board.settle(
        [Candidate(key="k", kind="alert", title="t", text="t", score=1, why={"entry": "k"})], segment="s", based_on=(), now=0
    )
    room.say(agent, End(call="c"))
    assert kinds(boss) == ["Ended"]


def test_of_lost_sessions_the_one_lost_for_longest_goes(catalog: Catalog) -> None:
    room = Room(catalog, connections_max=1)
    first, second = room.join("ingest", "a"), room.join("ingest", "b")
    room.board.detach(second, now=room.now)
    room.board.detach(first, now=room.now + 50_000)
    room.join("ingest", "c")
    assert list(room.board.calls) == ["a", "c"]


def test_cards_of_a_call_with_a_long_name_can_be_closed(catalog: Catalog) -> None:
    room = Room(catalog)
    name = "c" * 128
    agent = room.join(call=name)
    card = next(m for m in news(agent) if isinstance(m, Suggest))
    parsed = parse({"type": "feedback", "suggestion": card.id, "action": "dismissed"})
    assert parsed is not None
    room.say(agent, parsed)
    assert [m.state for m in news(agent) if isinstance(m, Suggest)] == ["withdrawn"]
