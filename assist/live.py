"""A call in progress with those who hear of it, and what a step of the switchboard asks of the shell. Data only."""

from dataclasses import dataclass, field
from typing import Final

from assist.call import Call
from assist.messages import End, ServerMessage
from assist.queries import Query
from assist.session import Allowance, Session

BEATS: Final = 10  # the calls take turns within a tick, so that 2,000 of them do not all hold up one fragment


@dataclass(slots=True)
class Live:
    """A call in progress, and the sessions that opened it."""

    call: Call
    beat: int  # which of BEATS is its turn
    started_ms: int
    touched_ms: int
    allowance: Allowance
    watchers: dict[str, Session] = field(default_factory=dict)
    suggestions: dict[str, None] = field(default_factory=dict)  # ids shown, for feedback; the oldest go first
    ending: End | None = None

    def alerted(self, suggestion: str) -> bool:
        """Whether this card is an alert on the screen."""
        return any(card.id == suggestion and card.kind == "alert" for card in self.call.board.shown.values())

    def now(self, now: int) -> int:
        """The call's own time."""
        return max(0, now - self.started_ms)


@dataclass(slots=True)
class Effects:
    """What a step asks of the shell: queries for the engine, sessions whose outboxes have news, calls for the log."""

    queries: list[Query] = field(default_factory=list)
    touched: dict[str, Session] = field(default_factory=dict)
    begun: tuple[Live, ...] = ()  # no lists: most steps are fragments, which begin and end no call
    ended: tuple[Live, ...] = ()

    def send(self, session: Session, message: ServerMessage) -> None:
        """Put a message into a session's stream."""
        session.outbox.push(message)
        self.touched[session.name] = session
