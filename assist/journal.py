"""What the log tells of connections and calls: a line when each begins and ends, none between, and nothing that was said.

Called by `service`. A client's own reasons are free text, and may quote the caller: they are not told.
"""

import logging
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from assist.connection import Connection
    from assist.live import Live

log = logging.getLogger(__name__)
OURS: Final = frozenset({"idle", "abandoned"})  # reasons for which the service itself ends a call


def connection_opened(connection: "Connection") -> None:
    """A client's `open` has succeeded."""
    session = connection.session
    assert session is not None
    subprotocol, remote = connection.subprotocol, connection.remote
    told = {"session": session.name, "role": session.role, "subprotocol": subprotocol, "remote": remote}
    log.info("connection opened", extra=told)


def connection_closed(connection: "Connection") -> None:
    """A connection is over; `session` is null if its `open` never succeeded, `reason` unless the service ended it."""
    code, reason = connection.socket.close_code, connection.closed_for
    told = {"session": connection.session_name, "remote": connection.remote, "code": code, "reason": reason}
    log.info("connection closed", extra=told)


def call_begun(live: "Live") -> None:
    """A call begins with the `open` of a session."""
    log.info("call begun", extra={"call": live.call.name, "session": next(iter(live.watchers), None)})


def call_ended(live: "Live", *, now: int, reason: str = "") -> None:
    """A call is over: for the reason given, or as the service or a client ended it."""
    ending = live.ending.reason if live.ending else None
    told = {
        "call": live.call.name,
        "reason": reason or (ending if ending in OURS else "client"),
        "duration_ms": live.now(now),
        "segments": live.call.transcript.finals,
        "cards": live.call.board.named,
    }
    log.info("call ended", extra=told)
