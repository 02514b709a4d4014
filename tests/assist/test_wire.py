"""Frames: any bytes or text give a message, None or a Fault, and what is packed comes back."""

import json
from typing import Any

import msgpack
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assist import wire
from assist.faults import CODES, Fault
from assist.messages import CLIENT_TYPES, Dropped, Fragment, Heard, Pong, Problem, Reading, ServerMessage, Suggest, as_map

FRAGMENT = {"type": "fragment", "call": "c", "segment": "s", "speaker": "caller", "text": "喂", "final": True}
TEXT = st.text(max_size=30)
EMPTY: st.SearchStrategy[dict[str, Any]] = st.just({})
BOTH = st.sampled_from(wire.SUBPROTOCOLS)
PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.floats(allow_nan=False) | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
)
SERVER: st.SearchStrategy[ServerMessage] = st.one_of(
    st.builds(Heard, call=TEXT, segment=TEXT, speaker=TEXT, text=TEXT, final=st.booleans()),
    st.builds(Pong, echo=st.none() | TEXT),
    st.builds(Problem, code=TEXT, message=TEXT, field=st.none() | TEXT),
    st.builds(Dropped, from_seq=st.integers(1, 99), to_seq=st.integers(1, 99), kind=TEXT),
    st.builds(Reading, call=TEXT, segment=TEXT, final=st.booleans(), intent=st.dictionaries(TEXT, TEXT), emotion=EMPTY),
    st.builds(
        Suggest, id=TEXT, call=TEXT, kind=TEXT, state=st.just("confirmed"), title=TEXT, text=TEXT, score=st.floats(0, 1),
        why=st.dictionaries(TEXT, PLAIN, max_size=2), based_on=st.lists(TEXT, max_size=3).map(tuple),
    ),
)  # fmt: skip


def decoded(frame: bytes | str, subprotocol: str) -> None:
    """Decode, and see that nothing but a message, None or a Fault comes of it."""
    outcome: Any
    try:
        outcome = wire.decode(frame, subprotocol=subprotocol)
    except Fault as fault:
        outcome = fault
    known = isinstance(outcome, Fault) and outcome.code in CODES
    assert known or outcome is None or type(outcome) in CLIENT_TYPES.values()


@given(st.binary(max_size=200) | TEXT, BOTH)
def test_any_bytes_or_text(frame: bytes | str, subprotocol: str) -> None:
    decoded(frame, subprotocol)


@given(PLAIN)
def test_any_value_in_a_frame(value: Any) -> None:
    decoded(msgpack.packb(value), wire.MSGPACK)
    decoded(json.dumps(value), wire.JSON)


@given(
    st.dictionaries(st.sampled_from(["type", "call", "segment", "text", "final", "speaker", "role", "after"]), PLAIN), BOTH
)
def test_any_values_in_a_fragment(change: dict[str, Any], subprotocol: str) -> None:
    decoded(wire.pack({**FRAGMENT, **change}, subprotocol=subprotocol), subprotocol)


@given(st.integers(0, 60), st.binary(min_size=1, max_size=3), BOTH)
def test_a_damaged_frame(at: int, damage: bytes, subprotocol: str) -> None:
    frame = wire.pack(FRAGMENT, subprotocol=subprotocol)
    raw = frame.encode() if isinstance(frame, str) else frame
    raw = raw[:at] + damage + raw[at + len(damage) :]
    decoded(raw.decode(errors="replace") if subprotocol == wire.JSON else raw, subprotocol)
    decoded(frame[: at + 1], subprotocol)


@given(SERVER, st.integers(1, 2**40), BOTH)
def test_a_server_message_comes_back_as_it_was(message: ServerMessage, seq: int, subprotocol: str) -> None:
    frame = wire.encode(message, seq=seq, subprotocol=subprotocol)
    assert isinstance(frame, bytes if subprotocol == wire.MSGPACK else str)
    assert wire.unpack(frame, subprotocol=subprotocol) == {**as_map(message), "seq": seq}


@pytest.mark.parametrize("subprotocol", wire.SUBPROTOCOLS)
def test_a_client_message_comes_back_as_it_was(subprotocol: str) -> None:
    message = wire.decode(wire.pack(FRAGMENT, subprotocol=subprotocol), subprotocol=subprotocol)
    assert message == Fragment(call="c", segment="s", speaker="caller", text="喂", final=True)


@pytest.mark.parametrize(
    ("frame", "subprotocol"),
    [
        ("{", wire.JSON),
        ("", wire.JSON),
        ("[]", wire.JSON),
        ("null", wire.JSON),
        ('"text"', wire.JSON),
        ("[" * 100_000, wire.JSON),
        ('{"a":' * 100_000, wire.JSON),
        (b"{}", wire.JSON),
        ('{"type":"ping","echo":"\\ud800"}', wire.JSON),
        ('{"type":"open","after":' + "9" * 5_000 + "}", wire.JSON),
        ("text", wire.MSGPACK),
        (b"", wire.MSGPACK),
        (b"\xc1", wire.MSGPACK),
        (b"\x90", wire.MSGPACK),
        (b"\x91" * 100_000, wire.MSGPACK),
        (b"\x81\x01\x02", wire.MSGPACK),
        (b"\x81\xa1a\xa2\xff\xff", wire.MSGPACK),
        (b"\x80\x80", wire.MSGPACK),
        (b"\xdf\xff\xff\xff\xff", wire.MSGPACK),
    ],
)
def test_malformed_frames(frame: bytes | str, subprotocol: str) -> None:
    with pytest.raises(Fault) as caught:
        wire.decode(frame, subprotocol=subprotocol)
    assert caught.value.code == "malformed_frame"


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999", "9" * 400, "-0.0", "1.5"])
def test_strange_numbers(number: str) -> None:
    decoded(f'{{"type":"open","role":"agent","after":{number}}}', wire.JSON)
