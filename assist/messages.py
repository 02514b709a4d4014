"""The messages of protocol version 1: what a client may say, and what the service says.

Client messages are validated (`parse`) by rules that stand beside each field, so that README's protocol table and the code
cannot drift. Records, not to be changed; no I/O. `wire` turns them into frames and back.
"""

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any, Final, Literal

from assist.faults import Fault
from assist.records import record
from assist.rules import NAME_CHARS_MAX, TEXT_CHARS_MAX, ruled, rules

Speaker = Literal["caller", "agent"]
ROLES: Final = ("ingest", "agent", "supervisor")
ACTIONS: Final = ("displayed", "clicked", "copied", "edited", "dismissed", "said")
FOR_GOOD: Final = frozenset({"unauthorised", "replaced"})  # of closing: to come back would not help, or push another out


@record(frozen=True, slots=True, kw_only=True)
class Open:
    """First message of a connection, and one for each further call it carries."""

    role: str = ruled(str, required=True, choices=ROLES)
    call: str | None = ruled(str)
    agent: str | None = ruled(str)
    token: str | None = ruled(str, chars_max=4096)
    language: str | None = ruled(str)
    caller: Mapping[str, Any] | None = ruled(dict)  # surname, title, tags
    session: str | None = ruled(str)
    after: int | None = ruled(int)


@record(frozen=True, slots=True, kw_only=True)
class Fragment:
    """A piece of transcript: what one speaker said in one segment, so far (partial) or at last (final)."""

    call: str = ruled(str, required=True)
    segment: str = ruled(str, required=True)
    speaker: Speaker = ruled(str, required=True, choices=("caller", "agent"))
    text: str = ruled(str, required=True, chars_max=TEXT_CHARS_MAX)
    final: bool = ruled(bool, required=True)
    revision: str = ruled(str, default="replace", choices=("replace", "append"))
    start_ms: int | None = ruled(int)
    end_ms: int | None = ruled(int)
    stable_chars: int | None = ruled(int, high=TEXT_CHARS_MAX)
    confidence: float | None = ruled(float, high=1)
    emotion: Mapping[str, Any] | None = ruled(dict)  # label, confidence: from the recogniser


@record(frozen=True, slots=True, kw_only=True)
class Feedback:
    """What the agent did with a card."""

    suggestion: str = ruled(str, required=True, chars_max=NAME_CHARS_MAX + 16)  # the call's name, and a number
    action: str = ruled(str, required=True, choices=ACTIONS)
    text: str | None = ruled(str, chars_max=TEXT_CHARS_MAX)
    reason: str | None = ruled(str, chars_max=1000)


@record(frozen=True, slots=True, kw_only=True)
class End:
    """The call is over."""

    call: str = ruled(str, required=True)
    reason: str | None = ruled(str, chars_max=1000)


@record(frozen=True, slots=True, kw_only=True)
class Ping:
    """Are you there; `echo` comes back."""

    echo: str | None = ruled(str, chars_max=1000)


ClientMessage = Open | Fragment | Feedback | End | Ping
CLIENT_TYPES: Final[dict[str, type[ClientMessage]]] = {
    "open": Open, "fragment": Fragment, "feedback": Feedback, "end": End, "ping": Ping,
}  # fmt: skip
_RULES: Final = {name: rules(kind) for name, kind in CLIENT_TYPES.items()}


def parse(body: Mapping[str, Any]) -> ClientMessage | None:
    """Return the message a map stands for, None for a type this version does not know (to be ignored).

    Raises Fault: missing_field, wrong_type, bad_value, text_too_long, each with the field's name.
    """
    name = body.get("type")
    if not isinstance(name, str):
        raise Fault("missing_field", "Every message is a map with a text field `type`.", field="type")
    if name not in _RULES:
        return None
    values = {}
    for key, rule in _RULES[name]:
        value = body.get(key)
        if value is not None:
            values[key] = rule.check(key, value)
        elif rule.required:
            raise Fault("missing_field", f"A message `{name}` needs `{key}`.", field=key)
    return CLIENT_TYPES[name](**values)


@record(frozen=True, slots=True, kw_only=True)
class Opened:
    """The connection (or one more call on it) is accepted; the limits in force."""

    session: str
    artifact: str
    languages: tuple[str, ...]
    limits: Mapping[str, int]
    server_time_ms: int
    call: str | None = None


@record(frozen=True, slots=True, kw_only=True)
class Heard:
    """What was said, passed on to those who watch a call but do not feed it."""

    call: str
    segment: str
    speaker: str
    text: str
    final: bool


@record(frozen=True, slots=True, kw_only=True)
class Reading:
    """Intent and emotion of a caller turn; a label is `unknown` below its threshold."""

    call: str
    segment: str
    final: bool
    intent: Mapping[str, Any]  # label, p
    emotion: Mapping[str, Any]  # label, p, trend, heat: how much care the call asks for, 0 to 1


State = Literal["provisional", "confirmed", "withdrawn"]


@record(frozen=True, slots=True, kw_only=True)
class Suggest:
    """A card: shown now, confirmed, or taken back."""

    id: str
    call: str
    kind: str  # answer | phrase | empathy | alert | step | task
    state: State
    title: str
    text: str
    score: float
    why: Mapping[str, Any]  # entry, matched, threshold, runner_up, source
    based_on: tuple[str, ...]
    steps: Sequence[str] | None = None  # of an answer: what the agent does
    next: Sequence[Mapping[str, str]] | None = None  # entry, title: what the caller is likely to ask next
    expires_ms: int | None = None
    timing_us: Mapping[str, int] | None = None  # decode, wait, encode, search, advise, total


@record(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """A call as it stands, for who joins late or was away for longer than the service remembers."""

    call: str
    now_ms: int
    turns: tuple[Heard, ...]
    suggestions: tuple[Suggest, ...]
    reading: Reading | None = None


@record(frozen=True, slots=True, kw_only=True)
class Ended:
    """A call is over; its cards are to be cleared."""

    call: str
    reason: str | None = None


@record(frozen=True, slots=True, kw_only=True)
class Problem:
    """The peer's bad input, in a code and a sentence. The connection stays open unless the peer persists."""

    code: str
    message: str
    field: str | None = None
    call: str | None = None
    retry_after_ms: int | None = None


@record(frozen=True, slots=True, kw_only=True)
class Dropped:
    """Messages `from_seq` to `to_seq` will not come: the reader was too slow, or away too long."""

    from_seq: int
    to_seq: int
    kind: str


@record(frozen=True, slots=True, kw_only=True)
class Closing:
    """The service is about to close this connection. For a reason FOR_GOOD the client is not to come back by itself."""

    reason: str
    reconnect_after_ms: int


@record(frozen=True, slots=True, kw_only=True)
class Pong:
    """The answer to a ping."""

    echo: str | None = None


ServerMessage = Opened | Heard | Reading | Suggest | Snapshot | Ended | Problem | Dropped | Closing | Pong
SERVER_TYPES: Final[dict[type[ServerMessage], str]] = {
    Opened: "opened", Heard: "heard", Reading: "reading", Suggest: "suggest", Snapshot: "snapshot", Ended: "ended",
    Problem: "problem", Dropped: "dropped", Closing: "closing", Pong: "pong",
}  # fmt: skip
_FIELDS: Final = {kind: tuple(f.name for f in dataclasses.fields(kind)) for kind in SERVER_TYPES}


def as_map(message: ServerMessage) -> dict[str, Any]:
    """The map that goes on the wire, without `seq`; fields that hold None are left out."""
    body: dict[str, Any] = {"type": SERVER_TYPES[type(message)]}
    for name in _FIELDS[type(message)]:
        value = getattr(message, name)
        if value is not None:
            body[name] = _plain(value)
    return body


def _plain(value: Any) -> Any:
    if type(value) is tuple:
        return [_plain(item) for item in value]
    return as_map(value) if type(value) in _FIELDS else value
