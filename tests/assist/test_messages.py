"""Client messages validate themselves: a message, None for an unknown type, or a Fault with the field's name."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assist.faults import CODES, Fault
from assist.messages import (
    ACTIONS,
    CLIENT_TYPES,
    TEXT_CHARS_MAX,
    Closing,
    Feedback,
    Fragment,
    Heard,
    Open,
    Snapshot,
    Suggest,
    as_map,
    parse,
)
from assist.rules import TIME_MS_MAX

FRAGMENT = {"type": "fragment", "call": "c", "segment": "s", "speaker": "caller", "text": "喂", "final": True}
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.binary(max_size=5)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
)
NAMES = sorted({name for kind in CLIENT_TYPES.values() for name in kind.__dataclass_fields__} | {"type", "seq"})


def fault(body: dict[str, Any]) -> Fault:
    with pytest.raises(Fault) as caught:
        parse(body)
    return caught.value


def test_a_whole_fragment() -> None:
    assert parse(FRAGMENT) == Fragment(call="c", segment="s", speaker="caller", text="喂", final=True)


def test_unknown_types_and_keys_are_ignored() -> None:
    assert parse({"type": "dance", "call": 5}) is None
    assert parse({**FRAGMENT, "colour": "red", "seq": 7}) == parse(FRAGMENT)


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"type": None}, "missing_field", "type"),
        ({"type": ["fragment"]}, "missing_field", "type"),
        ({"text": None}, "missing_field", "text"),
        ({"call": ""}, "bad_value", "call"),
        ({"call": 5}, "wrong_type", "call"),
        ({"call": "c" * 129}, "text_too_long", "call"),
        ({"text": "字" * (TEXT_CHARS_MAX + 1)}, "text_too_long", "text"),
        ({"speaker": "dog"}, "bad_value", "speaker"),
        ({"final": 1}, "wrong_type", "final"),
        ({"revision": "insert"}, "bad_value", "revision"),
        ({"start_ms": "1"}, "wrong_type", "start_ms"),
        ({"start_ms": True}, "wrong_type", "start_ms"),
        ({"start_ms": -1}, "bad_value", "start_ms"),
        ({"start_ms": TIME_MS_MAX + 1}, "bad_value", "start_ms"),
        ({"start_ms": 10**400}, "bad_value", "start_ms"),
        ({"start_ms": float("nan")}, "wrong_type", "start_ms"),
        ({"confidence": float("inf")}, "bad_value", "confidence"),
        ({"confidence": 1.5}, "bad_value", "confidence"),
        ({"emotion": "angry"}, "wrong_type", "emotion"),
    ],
)
def test_bad_fragments(change: dict[str, Any], code: str, field: str) -> None:
    found = fault({**FRAGMENT, **change})
    assert (found.code, found.field) == (code, field)
    assert str(found).endswith(".")


def test_text_may_be_empty_and_as_long_as_the_format_allows() -> None:
    for text in ("", "字" * TEXT_CHARS_MAX):
        parsed = parse({**FRAGMENT, "text": text})
        assert isinstance(parsed, Fragment)
        assert parsed.text == text


def test_numbers_come_out_in_their_own_type() -> None:
    opening = parse({"type": "open", "role": "agent", "after": 3.0})
    assert isinstance(opening, Open)
    assert opening.after == 3
    assert isinstance(opening.after, int)


@pytest.mark.parametrize("action", ACTIONS)
def test_every_action_may_be_told(action: str) -> None:
    assert isinstance(parse({"type": "feedback", "suggestion": "c/1", "action": action}), Feedback)


@given(st.dictionaries(st.sampled_from(NAMES), VALUES | st.sampled_from([*CLIENT_TYPES, "caller", "agent", "ingest"])))
def test_any_map_is_a_message_or_none_or_a_fault(body: dict[str, Any]) -> None:
    outcome: Any
    try:
        outcome = parse(body)
    except Fault as found:
        outcome = found
    known = isinstance(outcome, Fault) and outcome.code in CODES and str(outcome)
    assert known or outcome is None or type(outcome) in CLIENT_TYPES.values()


def test_what_is_none_is_not_sent_and_messages_within_messages_become_maps() -> None:
    card = Suggest(
        id="c/1", call="c", kind="answer", state="confirmed", title="t", text="x", score=0.5, why={}, based_on=("s",)
    )
    heard = Heard(call="c", segment="s", speaker="caller", text="喂", final=True)
    body = as_map(Snapshot(call="c", now_ms=5, turns=(heard,), suggestions=(card,)))
    assert body["turns"] == [
        {"type": "heard", "call": "c", "segment": "s", "speaker": "caller", "text": "喂", "final": True}
    ]
    assert body["suggestions"][0]["based_on"] == ["s"]
    assert "reading" not in body
    assert "expires_ms" not in body["suggestions"][0]
    assert as_map(Closing(reason="shutdown", reconnect_after_ms=5)) == {
        "type": "closing", "reason": "shutdown", "reconnect_after_ms": 5,
    }  # fmt: skip
