"""One client as the service knows it: role, calls, stream, rate. It outlives its connection. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from assist.faults import Fault
from assist.messages import ClientMessage, End, Feedback, Fragment, Open, Ping
from assist.outbox import Outbox

# What each role may send after it has opened.
MAY_SEND: Final[Mapping[str, tuple[type[ClientMessage], ...]]] = {
    "ingest": (Open, Fragment, End, Ping),
    "agent": (Open, Fragment, Feedback, End, Ping),
    "supervisor": (Open, Feedback, Ping),
}


@dataclass(slots=True)
class Allowance:
    """A token bucket: `per_s` a second, `burst` at once. It starts full at `at_ms`."""

    per_s: float
    burst: float
    at_ms: int = 0
    left: float = field(init=False)

    def __post_init__(self) -> None:
        self.left = self.burst

    def spend(self, *, now: int, keep: float = 0.0) -> bool:
        """Take one; False when only `keep` are left."""
        self.left = min(self.burst, self.left + (now - self.at_ms) * self.per_s / 1000)
        self.at_ms = now
        if self.left - keep < 1:
            return False
        self.left -= 1
        return True


@dataclass(slots=True)
class Session:
    """A client's standing.

    `detached_ms` is when its connection was lost, None while it has one. Who `oversees` is a supervisor who has opened no
    call, and gets every call's alerts.
    """

    name: str
    role: str
    agent: str
    outbox: Outbox
    problems: Allowance
    calls: dict[str, None] = field(default_factory=dict)
    detached_ms: int | None = None
    oversees: bool = False

    def check_allowed(self, message: ClientMessage) -> None:
        """Raise Fault not_allowed when the role may not send this."""
        if not isinstance(message, MAY_SEND[self.role]):
            kind = type(message).__name__.lower()
            raise Fault("not_allowed", f"The role {self.role} may not send `{kind}`.", field="type")

    def matches(self, opening: Open) -> bool:
        """Whether an `open` with `after` means this session: by its name, or by who opens what."""
        if self.role != opening.role:
            return False
        if opening.session:
            return opening.session == self.name
        return self.agent == (opening.agent or "") and opening.call in self.calls


def caller_of(told: Mapping[str, Any] | None) -> dict[str, str]:
    """The caller's surname and title, as text of a sane length; whatever else was sent is left out."""
    told = told or {}
    return {key: value[:32] for key in ("surname", "title") if isinstance(value := told.get(key), str)}
