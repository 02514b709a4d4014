"""The cards of a call: few, calm, and confirmed by finals alone."""

import math
from dataclasses import replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from assist.board import LEDGER_MAX, Board, Candidate
from assist.messages import Suggest


def card(key: str, *, kind: str = "answer", score: float = 0.8, cooldown_ms: float = 60_000) -> Candidate:
    return Candidate(key=key, kind=kind, title=key, text=key, score=score, why={}, cooldown_ms=cooldown_ms)


def board() -> Board:
    return Board("c", cards_max=3, card_ms=45_000)


def settle(board: Board, *cards: Candidate, segment: str = "s", now: int = 0) -> list[Suggest]:
    return board.settle(cards, segment=segment, based_on=(segment,), now=now)


def told(cards: list[Suggest]) -> list[tuple[str, str]]:
    return [(card.title, card.state) for card in cards]


def test_a_final_confirms_its_cards() -> None:
    news = settle(board(), card("a"), card("b"))
    assert told(news) == [("a", "confirmed"), ("b", "confirmed")]
    assert news[0].expires_ms == 45_000
    assert news[0].id != news[1].id


def test_a_confirmed_card_rests() -> None:
    shelf = board()
    settle(shelf, card("a"))
    assert settle(shelf, card("a"), now=59_999) == []
    assert told(settle(shelf, card("a"), now=60_000)) == [("a", "confirmed")]


def test_once_a_call_is_once() -> None:
    shelf = board()
    settle(shelf, card("a", cooldown_ms=math.inf))
    assert settle(shelf, card("a", cooldown_ms=math.inf), now=10**9) == []


def test_a_partial_shows_its_best_card_once() -> None:
    shelf = board()
    assert told(shelf.propose([card("a"), card("b")], segment="s", now=1)) == [("a", "provisional")]
    assert shelf.propose([card("a")], segment="s", now=2) == []


def provisional(key: str = "a", segment: str = "s") -> Board:
    shelf = board()
    shelf.propose([card(key)], segment=segment, now=0)
    return shelf


def test_the_final_confirms_the_same_card_or_takes_it_back() -> None:
    shelf = provisional()
    shown = shelf.shown["a"].id
    news = settle(shelf, card("a"))
    assert told(news) == [("a", "confirmed")]
    assert news[0].id == shown
    assert told(settle(provisional(), card("b"))) == [("a", "withdrawn"), ("b", "confirmed")]
    assert told(provisional().forget("s")) == [("a", "withdrawn")]


def test_a_provisional_card_gives_way_to_a_better_one() -> None:
    shelf = provisional("a")
    assert shelf.propose([], segment="s", now=4) == []  # to none it does not
    assert shelf.propose([replace(card("b"), firm=False)], segment="s", now=4) == []  # nor to a mere guess
    assert told(shelf.propose([card("c")], segment="s", now=5)) == [("a", "withdrawn"), ("c", "provisional")]


def test_a_guess_does_not_push_a_confirmed_card_off_a_full_screen() -> None:
    shelf = board()
    settle(shelf, card("a"), card("b"), card("c"))
    assert shelf.propose([replace(card("d"), firm=False)], segment="s", now=1) == []
    assert ("d", "provisional") in told(shelf.propose([card("d")], segment="s", now=2))


def test_a_provisional_card_that_was_closed_comes_back_only_with_the_final() -> None:
    shelf = provisional("a")
    assert told(shelf.dismiss(shelf.shown["a"].id)) == [("a", "withdrawn")]
    assert shelf.propose([card("a")], segment="s", now=5) == []
    assert told(shelf.propose([card("a")], segment="t", now=5)) == [("a", "provisional")]  # another segment, another matter
    assert told(settle(shelf, card("a"), segment="s")) == [("a", "confirmed")]


def test_a_final_of_another_segment_leaves_a_provisional_card_alone() -> None:
    assert told(settle(provisional(segment="s"), card("b"), segment="t")) == [("b", "confirmed")]


def test_a_full_screen_gives_up_what_matters_least() -> None:
    shelf = board()
    settle(shelf, card("alert", kind="alert"), card("answer"), card("phrase", kind="phrase"))
    assert told(settle(shelf, card("new"), now=1)) == [("phrase", "withdrawn"), ("new", "confirmed")]


def test_cards_expire_and_can_be_dismissed_once() -> None:
    shelf = board()
    (shown,) = settle(shelf, card("a"))
    assert shelf.expire(44_999) == []
    assert told(shelf.expire(45_000)) == [("a", "withdrawn")]
    assert shelf.dismiss(shown.id) == []
    (shown,) = settle(shelf, card("b"))
    assert told(shelf.dismiss(shown.id)) == [("b", "withdrawn")]
    assert shelf.dismiss(shown.id) == []


def test_the_ledger_forgets_the_oldest() -> None:
    shelf = board()
    for i in range(2 * LEDGER_MAX):
        settle(shelf, card(f"k{i}"), now=i)
    assert len(shelf._ledger) <= LEDGER_MAX
    assert shelf.rested("k0", now=10) == math.inf


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["propose", "settle", "forget", "expire", "dismiss"]),
        st.lists(st.sampled_from("abcdef"), max_size=4, unique=True),
        st.sampled_from(["s", "t"]),
        st.sampled_from(["answer", "phrase", "alert"]),
        st.integers(0, 30_000),
    ),
    max_size=60,
)


@given(STEPS)
def test_what_a_screen_shows_is_what_was_told_and_never_too_much(steps: list[Any]) -> None:
    shelf, screen, now = board(), dict[str, Suggest](), 0
    for what, keys, segment, kind, pause in steps:
        now += pause
        cards = [card(key, kind=kind) for key in keys]
        if what == "propose":
            news = shelf.propose(cards, segment=segment, now=now)
        elif what == "settle":
            news = settle(shelf, *cards, segment=segment, now=now)
        elif what == "forget":
            news = shelf.forget(segment)
        elif what == "expire":
            news = shelf.expire(now)
        else:
            news = shelf.dismiss(next(iter(screen), ""))
        for suggestion in news:
            if suggestion.state == "withdrawn":
                assert screen.pop(suggestion.id), "withdrawn, but never shown"
            else:
                screen[suggestion.id] = suggestion
            assert len(screen) <= 3
        assert {shown.id for shown in shelf.shown.values()} == screen.keys()


@given(STEPS)
def test_what_is_confirmed_depends_on_finals_alone(steps: list[Any]) -> None:
    def confirmed(*, partials: bool) -> list[tuple[int, str]]:
        shelf, now, seen = board(), 0, []
        for what, keys, segment, kind, pause in steps:
            now += pause
            cards = [card(key, kind=kind) for key in keys]
            if what == "propose" and partials:
                shelf.propose(cards, segment=segment, now=now)
            elif what == "settle":
                news = settle(shelf, *cards, segment=segment, now=now)
                seen += [(now, shown.title) for shown in news if shown.state == "confirmed"]
        return seen

    assert confirmed(partials=True) == confirmed(partials=False)


def test_a_final_s_own_cards_do_not_push_each_other_off() -> None:
    shelf = board()
    settle(shelf, card("warning", kind="alert"))
    news = settle(shelf, card("danger", kind="alert"), card("a"), card("comfort", kind="empathy"), now=1_000)
    assert told(news) == [
        ("warning", "withdrawn"), ("danger", "confirmed"), ("a", "confirmed"), ("comfort", "confirmed"),
    ]  # fmt: skip


def test_a_card_confirmed_again_keeps_its_place() -> None:
    shelf = board()
    settle(shelf, card("phrase", kind="phrase", cooldown_ms=0), card("a"), card("b"))
    news = settle(shelf, card("c"), card("phrase", kind="phrase", cooldown_ms=0), now=1_000)
    assert told(news) == [("a", "withdrawn"), ("c", "confirmed"), ("phrase", "confirmed")]
    assert news[-1].id == "c/1"
