"""Silences, holds and long calls."""

from assist.settings import Settings
from assist.waiting import Waiting

SETTINGS = Settings(caller_silent_ms=8_000, agent_silent_ms=6_000, hold_word_ms=15_000, long_call_ms=900_000)


def waiting() -> Waiting:
    return Waiting(SETTINGS)


def test_a_silence_is_told_once_and_by_whose_turn_it_is() -> None:
    state = waiting()
    state.heard("caller", now=0)
    assert state.tick(now=5_999) == []
    assert state.tick(now=6_000) == ["agent_silent"]
    assert state.tick(now=60_000) == []
    state.heard("agent", now=61_000)
    assert state.tick(now=68_999) == []
    assert state.tick(now=69_000) == ["caller_silent"]


def test_on_hold_a_word_is_due_again_and_again_and_no_silence_is_told() -> None:
    state = waiting()
    state.heard("agent", now=0)
    assert state.said("ask_wait", now=0) == ""
    told = [(now, situation) for now in range(0, 50_000, 500) for situation in state.tick(now=now)]
    assert told == [(15_000, "long_hold"), (30_000, "long_hold"), (45_000, "long_hold")]


def test_the_end_of_a_hold_asks_for_thanks_unless_they_were_given() -> None:
    state = waiting()
    state.said("ask_wait", now=0)
    assert state.said("", now=5_000) == "hold_end"
    assert state.said("", now=6_000) == ""
    state.said("ask_wait", now=7_000)
    assert state.said("thank_wait", now=9_000) == ""
    assert state.said("", now=9_500) == ""


def test_a_moment_s_wait_is_not_thanked_for_and_a_long_one_is_whoever_spoke_last() -> None:
    state = waiting()
    state.said("ask_wait", now=0)
    assert state.said("", now=2_999) == ""
    state.said("ask_wait", now=10_000)
    state.tick(now=25_000)
    state.said("long_wait", now=26_000)
    assert state.said("", now=26_500) == "hold_end"


def test_a_long_call_is_told_once() -> None:
    state = waiting()
    state.heard("caller", now=899_999)
    assert state.tick(now=900_000) == ["long_call"]
    assert state.tick(now=900_500) == []
