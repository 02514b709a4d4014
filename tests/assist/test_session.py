"""A client's standing: what its role may send, how much, and when an `open` means it again."""

import pytest

from assist.faults import Fault
from assist.messages import ClientMessage, End, Feedback, Fragment, Open, Ping
from assist.outbox import Outbox
from assist.session import MAY_SEND, Allowance, Session, caller_of

MESSAGES: list[ClientMessage] = [
    Open(role="agent"), Ping(), End(call="c"), Feedback(suggestion="c/1", action="said"),
    Fragment(call="c", segment="s", speaker="caller", text="", final=True),
]  # fmt: skip


def session(role: str = "agent") -> Session:
    return Session("n1", role, "7", Outbox(waiting_max=8, ring_max=8), Allowance(1, 1), calls={"c": None})


@pytest.mark.parametrize(
    ("role", "refused"),
    [("ingest", [Feedback]), ("agent", []), ("supervisor", [Fragment, End])],
)
def test_roles(role: str, refused: list[type]) -> None:
    assert role in MAY_SEND
    for message in MESSAGES:
        if type(message) in refused:
            with pytest.raises(Fault, match=role) as caught:
                session(role).check_allowed(message)
            assert caught.value.code == "not_allowed"
        else:
            session(role).check_allowed(message)


def test_an_allowance_is_spent_and_grows_again() -> None:
    allowance = Allowance(2, 3, at_ms=1_000)
    assert [allowance.spend(now=1_000) for _ in range(4)] == [True, True, True, False]
    assert not allowance.spend(now=1_400)
    assert allowance.spend(now=1_500)
    assert [allowance.spend(now=60_000) for _ in range(4)] == [True, True, True, False]


@pytest.mark.parametrize(
    ("opening", "matches"),
    [
        (Open(role="agent", session="n1", after=0), True),
        (Open(role="agent", session="n2", after=0), False),
        (Open(role="supervisor", session="n1", after=0), False),
        (Open(role="agent", agent="7", call="c", after=0), True),
        (Open(role="agent", agent="8", call="c", after=0), False),
        (Open(role="agent", agent="7", call="d", after=0), False),
        (Open(role="agent", agent="7", after=0), False),
    ],
)
def test_whose_session_is_meant(opening: Open, matches: bool) -> None:
    assert session().matches(opening) is matches


def test_a_caller_is_a_surname_and_a_title_of_sane_length() -> None:
    told = {"surname": "王" * 100, "title": 5, "tags": ["vip"], "other": {}}
    assert caller_of(told) == {"surname": "王" * 32}
    assert caller_of(None) == {}


def test_what_is_kept_back_is_there_for_others() -> None:
    allowance = Allowance(per_s=1, burst=4)
    assert [allowance.spend(now=0, keep=2) for _ in range(3)] == [True, True, False]
    assert [allowance.spend(now=0) for _ in range(3)] == [True, True, False]
