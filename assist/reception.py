"""Who comes in: sessions begin, go on after a lost connection, and open calls. Pure; called by `switchboard`."""

from collections import deque
from collections.abc import Callable, Iterable
from hmac import compare_digest
from typing import Final

from assist.call import Call
from assist.catalog import LANGUAGES, Catalog
from assist.faults import Fault
from assist.guidance import Guide
from assist.lines import Lines
from assist.live import BEATS, Effects, Live
from assist.messages import Dropped, Ended, Open, Opened, ServerMessage
from assist.outbox import Outbox
from assist.session import Allowance, Session, caller_of

SESSIONS_PER_CONNECTION: Final = 2  # of `connections_max`: beyond, the session lost for longest is not waited for


class Reception:
    """Lets clients in, as the settings allow."""

    def __init__(self, lines: Lines, catalog: Catalog, *, version: str, name: Callable[[], str]) -> None:
        self.settings = lines.settings
        self.guide = Guide(catalog)
        self.version = version
        self._lines = lines
        self._name = name
        self._begun = 0  # calls, ever

    def join(self, opening: Open, *, now: int, epoch_ms: int) -> tuple[Session, Effects]:
        """A connection's first message: a new session, or one that goes on after a lost connection. Raises Fault."""
        self._check_token(opening)
        effects = Effects()
        session = self.resumed(opening)
        if session is None:
            session = self._join_anew(opening, effects, now=now, epoch_ms=epoch_ms)
        else:
            self._go_on(session, opening, effects, now=now, epoch_ms=epoch_ms)
        return session, effects

    def resumed(self, opening: Open) -> Session | None:
        """The session that an `open` goes on with; None if it begins one."""
        if opening.after is None:
            return None
        found = [session for session in self._lines.sessions.values() if session.matches(opening)]
        return found[-1] if found else None

    def _join_anew(self, opening: Open, effects: Effects, *, now: int, epoch_ms: int) -> Session:
        session = self._new_session(opening, effects)
        try:
            self.open_call(session, opening, effects, now=now, epoch_ms=epoch_ms)
        except Fault:
            del self._lines.sessions[session.name]
            raise
        if session.oversees:
            self._lines.tell_alerts(session, effects)
        return session

    def _check_token(self, opening: Open) -> None:
        if self.settings.token and not compare_digest((opening.token or "").encode(), self.settings.token.encode()):
            raise Fault("unauthorised", "The token is missing or wrong.", field="token")

    def _new_session(self, opening: Open, effects: Effects) -> Session:
        if len(self._lines.sessions) >= SESSIONS_PER_CONNECTION * self.settings.connections_max:
            lost = [s for s in self._lines.sessions.values() if s.detached_ms is not None]
            if lost:
                self._lines.forget(min(lost, key=lambda s: s.detached_ms or 0), effects)
        session = Session(
            self._name(),
            opening.role,
            opening.agent or "",
            Outbox(waiting_max=self.settings.outbox_max, ring_max=self.settings.ring_max),
            Allowance(self.settings.problems_per_minute_max / 60, self.settings.problems_per_minute_max),
            oversees=opening.role == "supervisor" and not opening.call,
        )
        self._lines.sessions[session.name] = session
        return session

    def _go_on(self, session: Session, opening: Open, effects: Effects, *, now: int, epoch_ms: int) -> None:
        """Tell what was missed; if that is no longer known, the loss, which calls are over, and how the others stand."""
        live, _ = self._find_or_begin(session, opening, effects, now)  # may refuse: nothing of the session is touched yet
        session.detached_ms = None
        missed, lost = session.outbox.resume(opening.after or 0)
        joined = live is not None and self._watch(session, live, opening)
        effects.send(session, self._opened(session, live, epoch_ms))
        if lost:
            first = (opening.after or 0) + 1
            effects.send(session, Dropped(from_seq=first, to_seq=first + lost - 1, kind="resume"))
            # Were these and the snapshots too many for the outbox, it would overflow at each resume again.
            missed = [*deque(missed, maxlen=self.settings.calls_per_connection_max - len(session.calls))]
        for message in missed:
            effects.send(session, message)
        if lost:
            self._show_all(session, effects, now)
        elif live and joined:
            self._show(session, live, effects, now)
        if live is None:
            self._tell_over(session, opening, effects, told=missed)

    def open_call(self, session: Session, opening: Open, effects: Effects, *, now: int, epoch_ms: int) -> None:
        """One more call on a session's connection, or the first. Raises Fault."""
        if opening.role != session.role:
            raise Fault("bad_value", f"This connection has the role {session.role}.", field="role")
        live, begun = self._find_or_begin(session, opening, effects, now)
        effects.send(session, self._opened(session, live, epoch_ms))
        if live is None:
            self._tell_over(session, opening, effects)
            return
        self._watch(session, live, opening)
        if begun and opening.after is None:
            self._lines.publish(live, live.call.start(), effects)
        else:  # begun by who comes back: the service was stopped in mid-call, so no greeting
            self._show(session, live, effects, now)

    def _watch(self, session: Session, live: Live, opening: Open) -> bool:
        """Let a session hear of a call from now on; False if it did already."""
        joined = session.name not in live.watchers
        live.watchers[session.name] = session
        session.calls[live.call.name] = None
        session.oversees = False
        if opening.role != "supervisor":  # who only watches changes nothing
            live.call.caller = {**live.call.caller, **caller_of(opening.caller)}
            live.call.language = opening.language if opening.language in LANGUAGES else live.call.language
        live.call.agent = opening.agent if opening.role == "agent" and opening.agent else live.call.agent
        return joined

    def _show_all(self, session: Session, effects: Effects, now: int) -> None:
        for name in session.calls:
            self._show(session, self._lines.calls[name], effects, now)
        if session.oversees:
            self._lines.tell_alerts(session, effects)

    def _show(self, session: Session, live: Live, effects: Effects, now: int) -> None:
        effects.send(session, live.call.snapshot(now=live.now(now)))

    def _tell_over(self, session: Session, opening: Open, effects: Effects, *, told: Iterable[ServerMessage] = ()) -> None:
        """Tell who comes back to a call that it is over, unless that is told already, or will be after its last final."""
        name = opening.call
        if name and name not in session.calls and not any(isinstance(m, Ended) and m.call == name for m in told):
            effects.send(session, Ended(call=name))

    def _over(self, opening: Open) -> bool:
        """Whether a client comes back to a call that has ended, or is about to: it does not begin again."""
        live = self._lines.calls.get(opening.call or "")
        return opening.after is not None and (live.ending is not None if live else opening.call in self._lines.ended)

    def _find_or_begin(self, session: Session, opening: Open, effects: Effects, now: int) -> tuple[Live | None, bool]:
        """The call that is opened, and whether it begins; none if none is named, or the one that is has ended."""
        name = opening.call
        if not name or self._over(opening):
            return None, False
        self._check_room(session, name)
        live = self._lines.calls.get(name)
        if live and not live.ending:
            return live, False
        if opening.role == "supervisor":
            raise Fault("unknown_call", f"There is no call {name!r} to watch.", field="call")
        if live:  # its last final is still with the engine, but whoever begins the next call does not wait for it
            self._lines.close(live, effects)
        if len(self._lines.calls) >= self.settings.calls_max:
            raise Fault("too_many_calls", f"The service carries {self.settings.calls_max} calls at most.", field="call")
        self._lines.ended.pop(name, None)
        rate = self.settings.fragments_per_s_max
        self._begun += 1
        beat = self._begun % BEATS
        call = Call(name, self.settings, self.guide, run=self._begun)
        live = Live(call, beat, now, now, Allowance(rate, 2 * rate, now))
        self._lines.calls[name] = live
        effects.begun += (live,)
        return live, True

    def _check_room(self, session: Session, name: str) -> None:
        limit = self.settings.calls_per_connection_max
        if name not in session.calls and len(session.calls) >= limit:
            raise Fault("too_many_calls", f"A connection may carry {limit} calls.", field="call")

    def _opened(self, session: Session, live: Live | None, epoch_ms: int) -> Opened:
        s = self.settings
        limits = {
            "frame_bytes": s.frame_bytes_max,
            "text_chars": s.text_chars_max,
            "fragments_per_s": s.fragments_per_s_max,
            "calls_per_connection": s.calls_per_connection_max,
        }
        return Opened(
            session=session.name,
            artifact=self.version,
            languages=LANGUAGES,
            limits=limits,
            server_time_ms=epoch_ms,
            call=live.call.name if live else None,
        )
