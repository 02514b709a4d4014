"""What the log tells of connections and calls: a line when each begins and ends, none between, and nothing that was said.

Called by `service`. A client's own reason is cut: it is free text, and a line must stay one.
"""

import logging
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from assist.connection import Connection
    from assist.switchboard import Live

log = logging.getLogger(__name__)
REASON_CHARS_MAX: Final = 100


def connection_opened(connection: "Connection") -> None:
    """A client's `open` has succeeded."""
    session = connection.session
    assert session is not None
    subprotocol, remote = connection.subprotocol, connection.remote
    told = {"session": session.name, "role": session.role, "subprotocol": subprotocol, "remote": remote}
    log.info("connection opened", extra=told)


def connection_closed(connection: "Connection") -> None:
    """A connection is over, whoever ended it; `session` is null if its `open` never succeeded."""
    code, reason = connection.socket.close_code, connection.socket.close_reason
    told = {"session": connection.served, "remote": connection.remote, "code": code, "reason": reason}
    log.info("connection closed", extra=told)


def call_begun(live: "Live") -> None:
    """A call begins with the `open` of a session."""
    log.info("call begun", extra={"call": live.call.name, "session": next(iter(live.watchers), None)})


def call_ended(live: "Live", *, now: int) -> None:
    """A call is over: ended by a client, idle, or abandoned."""
    reason = live.ending.reason if live.ending else None
    told = {
        "call": live.call.name,
        "reason": reason and reason[:REASON_CHARS_MAX],
        "duration_ms": live.now(now),
        "segments": live.call.transcript.finals,
        "cards": live.call.board.named,
    }
    log.info("call ended", extra=told)
