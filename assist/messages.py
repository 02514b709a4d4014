"""The messages of protocol version 1: what a client may say, and what the service says.

Client messages validate themselves (`parse`), from rules that stand beside each field, so that README's protocol table
and the code cannot drift. Records, not to be changed; no I/O. `wire` turns them into frames and back.
"""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from assist.faults import Fault
from assist.records import record

Speaker = Literal["caller", "agent"]
ROLES: Final = ("ingest", "agent", "supervisor")
ACTIONS: Final = ("displayed", "clicked", "copied", "edited", "dismissed", "said")
TEXT_CHARS_MAX: Final = 10_000  # what the format allows; the service's own, smaller limit is a setting
NAME_CHARS_MAX: Final = 128
TIME_MS_MAX: Final = 2**53
FOR_GOOD: Final = frozenset({"unauthorised", "replaced"})  # of closing: to come back would not help, or push another out


@dataclass(frozen=True, slots=True)
class Rule:
    """What a field may hold: a type, and bounds where they mean something."""

    kind: type
    required: bool = False
    choices: tuple[str, ...] = ()
    chars_max: int = NAME_CHARS_MAX
    low: float = 0
    high: float = TIME_MS_MAX

    def check(self, name: str, value: Any) -> Any:
        """Return `value` in the field's own type; raise Fault wrong_type, bad_value or text_too_long."""
        if self.kind is str:
            return self._check_text(name, value)
        if self.kind in (int, float):
            return self._check_number(name, value)
        if not isinstance(value, self.kind):
            raise Fault("wrong_type", f"`{name}` must be {_WORD[self.kind]}, not {type(value).__name__}.", field=name)
        return value

    def _check_text(self, name: str, value: Any) -> str:
        if not isinstance(value, str):
            raise Fault("wrong_type", f"`{name}` must be text, not {type(value).__name__}.", field=name)
        if len(value) > self.chars_max:
            raise Fault("text_too_long", f"`{name}` may hold {self.chars_max} characters, not {len(value)}.", field=name)
        if self.choices and value not in self.choices:
            raise Fault("bad_value", f"`{name}` must be one of {', '.join(self.choices)}.", field=name)
        if self.required and not value and name != "text":
            raise Fault("bad_value", f"`{name}` must not be empty.", field=name)
        return value

    def _check_number(self, name: str, value: Any) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float) or value != value:
            raise Fault("wrong_type", f"`{name}` must be a number, not {type(value).__name__}.", field=name)
        if not self.low <= value <= self.high:
            raise Fault("bad_value", f"`{name}` must lie between {self.low:g} and {self.high:g}.", field=name)
        return self.kind(value)  # type: ignore[no-any-return]


_WORD: Final = {bool: "true or false", dict: "a map", list: "a list"}


def _field(kind: type, *, default: Any = None, required: bool = False, **rule: Any) -> Any:
    metadata = {"rule": Rule(kind, required=required, **rule)}
    return field(metadata=metadata) if required else field(default=default, metadata=metadata)


@record(frozen=True, slots=True, kw_only=True)
class Open:
    """First message of a connection, and one for each further call it carries."""

    role: str = _field(str, required=True, choices=ROLES)
    call: str | None = _field(str)
    agent: str | None = _field(str)
    token: str | None = _field(str, chars_max=4096)
    language: str | None = _field(str)
    caller: Mapping[str, Any] | None = _field(dict)  # surname, title, tags
    session: str | None = _field(str)
    after: int | None = _field(int)


@record(frozen=True, slots=True, kw_only=True)
class Fragment:
    """A piece of transcript: what one speaker said in one segment, so far (partial) or at last (final)."""

    call: str = _field(str, required=True)
    segment: str = _field(str, required=True)
    speaker: Speaker = _field(str, required=True, choices=("caller", "agent"))
    text: str = _field(str, required=True, chars_max=TEXT_CHARS_MAX)
    final: bool = _field(bool, required=True)
    revision: str = _field(str, default="replace", choices=("replace", "append"))
    start_ms: int | None = _field(int)
    end_ms: int | None = _field(int)
    stable_chars: int | None = _field(int, high=TEXT_CHARS_MAX)
    confidence: float | None = _field(float, high=1)
    emotion: Mapping[str, Any] | None = _field(dict)  # label, confidence: from the recogniser


@record(frozen=True, slots=True, kw_only=True)
class Feedback:
    """What the agent did with a card."""

    suggestion: str = _field(str, required=True, chars_max=NAME_CHARS_MAX + 16)  # the call's name, and a number
    action: str = _field(str, required=True, choices=ACTIONS)
    text: str | None = _field(str, chars_max=TEXT_CHARS_MAX)
    reason: str | None = _field(str, chars_max=1000)


@record(frozen=True, slots=True, kw_only=True)
class End:
    """The call is over."""

    call: str = _field(str, required=True)
    reason: str | None = _field(str, chars_max=1000)


@record(frozen=True, slots=True, kw_only=True)
class Ping:
    """Are you there; `echo` comes back."""

    echo: str | None = _field(str, chars_max=1000)


ClientMessage = Open | Fragment | Feedback | End | Ping
CLIENT_TYPES: Final[dict[str, type[ClientMessage]]] = {
    "open": Open, "fragment": Fragment, "feedback": Feedback, "end": End, "ping": Ping,
}  # fmt: skip
_RULES: Final = {
    name: tuple((f.name, f.metadata["rule"]) for f in dataclasses.fields(kind)) for name, kind in CLIENT_TYPES.items()
}


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
            raise Fault("missing_field", f"A {name} message needs `{key}`.", field=key)
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
