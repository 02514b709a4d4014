"""All calls and sessions of the service: who said what in which call, who is to hear of it.

Pure: `now` is milliseconds of a clock that never goes back; what comes out are effects, carried out by `service`. One
message at a time goes in, so two calls cannot mix.
"""

from collections import Counter, OrderedDict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from hmac import compare_digest
from typing import Final

from assist.call import Call
from assist.catalog import LANGUAGES, Catalog
from assist.faults import CODES, Fault
from assist.guidance import Guide
from assist.messages import (
    ClientMessage,
    Dropped,
    End,
    Ended,
    Feedback,
    Fragment,
    Heard,
    Open,
    Opened,
    Ping,
    Pong,
    Problem,
    Reading,
    ServerMessage,
    Suggest,
)
from assist.outbox import Outbox
from assist.queries import Answer, Query
from assist.session import Allowance, Session, caller_of
from assist.settings import Settings

ENDED_KEPT: Final = 10_000  # names of ended calls remembered, to tell a late fragment from an unknown call
SESSIONS_PER_CONNECTION: Final = 2  # of `connections_max`: beyond, the session lost for longest is not waited for
TICK_MS: Final = 500  # between two ticks of a call
FINALS_SHARE: Final = 0.25  # of a call's allowance, which partials may not use up: nobody sends a final again
BEATS: Final = 10  # the calls take turns within that time, so that 2,000 of them do not all hold up one fragment


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


class Switchboard:
    """The state of the service between two messages."""

    def __init__(self, settings: Settings, catalog: Catalog, *, version: str, name: Callable[[], str]) -> None:
        self.settings = settings
        self.guide = Guide(catalog)
        self.version = version
        self.calls: dict[str, Live] = {}
        self.sessions: dict[str, Session] = {}
        self.counts: Counter[tuple[str, str]] = Counter()  # (what, of which kind) since the last look: for metrics
        self._name = name
        self._begun = 0  # calls, ever
        self._ended: OrderedDict[str, None] = OrderedDict()

    def join(self, opening: Open, *, now: int, epoch_ms: int) -> tuple[Session, Effects]:
        """A connection's first message: a new session, or one that goes on after a lost connection. Raises Fault."""
        self._check_token(opening)
        effects = Effects()
        session = self._resumed(opening)
        over = self._over(opening)  # a call that has ended meanwhile does not begin again
        reopened = replace(opening, call=None) if over else opening
        if session is None:
            session = self._join_anew(reopened, effects, now=now, epoch_ms=epoch_ms)
            if over:
                effects.send(session, Ended(call=opening.call or ""))
            return session, effects
        self._check_room(session, reopened.call or "")
        session.detached_ms = None
        missed, lost = session.outbox.resume(opening.after or 0)
        self._open_call(session, reopened, effects, now=now, epoch_ms=epoch_ms, resumed=True)
        if lost:
            self._tell_loss(session, opening, lost, effects, now)
        for message in missed:
            effects.send(session, message)
        return session, effects

    def _over(self, opening: Open) -> bool:
        """Whether a client comes back to a call that has ended, or is about to."""
        live = self.calls.get(opening.call or "")
        return opening.after is not None and (live.ending is not None if live else opening.call in self._ended)

    def _join_anew(self, opening: Open, effects: Effects, *, now: int, epoch_ms: int) -> Session:
        session = self._new_session(opening, effects)
        try:
            self._open_call(session, opening, effects, now=now, epoch_ms=epoch_ms)
        except Fault:
            del self.sessions[session.name]
            raise
        return session

    def _check_token(self, opening: Open) -> None:
        if self.settings.token and not compare_digest((opening.token or "").encode(), self.settings.token.encode()):
            raise Fault("unauthorised", "The token is missing or wrong.", field="token")

    def _resumed(self, opening: Open) -> Session | None:
        if opening.after is None:
            return None
        found = [session for session in self.sessions.values() if session.matches(opening)]
        return found[-1] if found else None

    def _new_session(self, opening: Open, effects: Effects) -> Session:
        if len(self.sessions) >= SESSIONS_PER_CONNECTION * self.settings.connections_max:
            lost = [s for s in self.sessions.values() if s.detached_ms is not None]
            if lost:
                self._forget(min(lost, key=lambda s: s.detached_ms or 0), effects)
        session = Session(
            self._name(),
            opening.role,
            opening.agent or "",
            Outbox(waiting_max=self.settings.outbox_max, ring_max=self.settings.ring_max),
            Allowance(self.settings.problems_per_minute_max / 60, self.settings.problems_per_minute_max),
        )
        self.sessions[session.name] = session
        return session

    def _tell_loss(self, session: Session, opening: Open, lost: int, effects: Effects, now: int) -> None:
        first = (opening.after or 0) + 1
        effects.send(session, Dropped(from_seq=first, to_seq=first + lost - 1, kind="resume"))
        for name in session.calls:
            effects.send(session, self.calls[name].call.snapshot(now=self.calls[name].now(now)))
        if opening.call and opening.call in self._ended:
            effects.send(session, Ended(call=opening.call))

    def _open_call(
        self, session: Session, opening: Open, effects: Effects, *, now: int, epoch_ms: int, resumed: bool = False
    ) -> None:
        if opening.role != session.role:
            raise Fault("bad_value", f"This connection has the role {session.role}.", field="role")
        live, begun = self._find_or_begin(session, opening, effects, now) if opening.call else (None, False)
        effects.send(session, self._opened(session, opening.call, epoch_ms))
        if live is None:
            return
        live.watchers[session.name] = session
        session.calls[live.call.name] = None
        if opening.role != "supervisor":  # who only watches changes nothing
            live.call.caller = {**live.call.caller, **caller_of(opening.caller)}
            live.call.language = opening.language if opening.language in LANGUAGES else live.call.language
        live.call.agent = opening.agent if opening.role == "agent" and opening.agent else live.call.agent
        if begun:
            self._publish(live, live.call.start(), effects)
        elif not resumed:
            effects.send(session, live.call.snapshot(now=live.now(now)))

    def _find_or_begin(self, session: Session, opening: Open, effects: Effects, now: int) -> tuple[Live, bool]:
        name = opening.call or ""
        self._check_room(session, name)
        live = self.calls.get(name)
        if live and not live.ending:
            return live, False
        if opening.role == "supervisor":
            raise Fault("unknown_call", f"There is no call {name!r} to watch.", field="call")
        if live:  # its last final is still with the engine, but whoever begins the next call does not wait for it
            self._close_call(live, effects)
        if len(self.calls) >= self.settings.calls_max:
            raise Fault("too_many_calls", f"The service carries {self.settings.calls_max} calls at most.", field="call")
        self._ended.pop(name, None)
        rate = self.settings.fragments_per_s_max
        self._begun += 1
        beat = self._begun % BEATS
        call = Call(name, self.settings, self.guide, run=self._begun)
        live = Live(call, beat, now, now, Allowance(rate, 2 * rate, now))
        self.calls[name] = live
        effects.begun += (live,)
        return live, True

    def _check_room(self, session: Session, name: str) -> None:
        limit = self.settings.calls_per_connection_max
        if name and name not in session.calls and len(session.calls) >= limit:
            raise Fault("too_many_calls", f"A connection may carry {limit} calls.", field="call")

    def _opened(self, session: Session, call: str | None, epoch_ms: int) -> Opened:
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
            call=call,
        )

    def receive(self, session: Session, message: ClientMessage, *, now: int, epoch_ms: int) -> Effects:
        """Any later message of a session. Raises Fault."""
        session.check_allowed(message)
        effects = Effects()
        if isinstance(message, Fragment):
            self._fragment(session, message, effects, now)
        elif isinstance(message, Open):
            self._open_call(session, message, effects, now=now, epoch_ms=epoch_ms)
        elif isinstance(message, Feedback):
            self._feedback(session, message, effects)
        elif isinstance(message, End):
            self._end(session, message, effects)
        elif isinstance(message, Ping):
            effects.send(session, Pong(echo=message.echo))
        return effects

    def _live(self, session: Session, name: str) -> Live:
        if name in session.calls:
            return self.calls[name]
        if name in self._ended:
            raise Fault("call_ended", f"The call {name!r} is over.", field="call")
        raise Fault("unknown_call", f"Open the call {name!r} on this connection first.", field="call")

    def _fragment(self, session: Session, fragment: Fragment, effects: Effects, now: int) -> None:
        live = self._live(session, fragment.call)
        if live.ending:
            raise Fault("call_ended", f"The call {fragment.call!r} is over.", field="call")
        if len(fragment.text) > self.settings.text_chars_max:
            limit = self.settings.text_chars_max
            raise Fault("text_too_long", f"`text` may hold {limit} characters, not {len(fragment.text)}.", field="text")
        if not live.allowance.spend(now=now, keep=0.0 if fragment.final else live.allowance.burst * FINALS_SHARE):
            limit = self.settings.fragments_per_s_max
            raise Fault("rate_exceeded", f"A call may send {limit} fragments a second.", retry_after_ms=1000 // limit + 1)
        live.touched_ms = now
        news = live.call.hear(fragment, now=live.now(now))
        self.counts["fragments", "final" if fragment.final else "partial"] += 1
        self._publish(live, news.messages, effects, source=session)
        if news.query:
            effects.queries.append(news.query)

    def _feedback(self, session: Session, feedback: Feedback, effects: Effects) -> None:
        live = self._showing(session, feedback.suggestion)
        self.counts["feedback", feedback.action] += 1
        if feedback.action == "dismissed":
            self._publish(live, live.call.dismiss(feedback.suggestion), effects)

    def _showing(self, session: Session, suggestion: str) -> Live:
        live = self.calls.get(suggestion.rpartition("/")[0])
        if live is None or session.name not in live.watchers or suggestion not in live.suggestions:
            raise Fault("unknown_suggestion", f"No card {suggestion!r} was shown here.", field="suggestion")
        return live

    def _end(self, session: Session, end: End, effects: Effects) -> None:
        live = self._live(session, end.call)
        live.ending = end
        if not live.call.busy:
            self._close_call(live, effects)

    def _close_call(self, live: Live, effects: Effects) -> None:
        name = live.call.name
        ended = Ended(call=name, reason=live.ending.reason if live.ending else None)
        self._publish(live, [ended], effects)
        if any(card.kind == "alert" for card in live.call.board.shown.values()):
            for session in self._overseers(live):
                effects.send(session, ended)
        for session in live.watchers.values():
            session.calls.pop(name, None)
        del self.calls[name]
        effects.ended += (live,)
        self._ended[name] = None
        if len(self._ended) > ENDED_KEPT:
            self._ended.popitem(last=False)

    def advise(self, answers: Iterable[Answer]) -> Effects:
        """The engine's answers, to the calls that asked."""
        effects = Effects()
        for answer in answers:
            live = self.calls.get(answer.query.call)
            if live is None or live.call.run != answer.query.run:
                continue
            self._publish(live, live.call.advise(answer), effects)
            if answer.failed and answer.query.final:
                self._publish(live, [_failure(answer)], effects)
            if live.ending and not live.call.busy:
                self._close_call(live, effects)
        return effects

    def on_beat(self, beat: int) -> list[Live]:
        """The calls whose turn it is to be told the time."""
        return [live for live in self.calls.values() if live.beat == beat % BEATS]

    def tick(self, live: Live, *, now: int) -> Effects:
        """What time alone brings to a call: cards, or its end when nobody speaks in it any more."""
        effects = Effects()
        self._publish(live, live.call.tick(now=live.now(now)), effects)
        if now - live.touched_ms > self.settings.call_idle_s * 1000:
            live.ending = End(call=live.call.name, reason="idle")
            self._close_call(live, effects)
        return effects

    def forget_lost(self, *, now: int) -> Effects:
        """Give up sessions whose client has not come back in time, and the calls that only they carried."""
        effects = Effects()
        for session in list(self.sessions.values()):
            if session.detached_ms is not None and now - session.detached_ms > self.settings.resume_s * 1000:
                self._forget(session, effects)
        return effects

    def detach(self, session: Session, *, now: int) -> None:
        """The session's connection is lost; it may come back within `resume_s`."""
        session.detached_ms = now

    def _forget(self, session: Session, effects: Effects) -> None:
        del self.sessions[session.name]
        for name in list(session.calls):
            live = self.calls[name]
            del live.watchers[session.name]
            if not any(watcher.role != "supervisor" for watcher in live.watchers.values()):
                live.ending = End(call=name, reason="abandoned")
                self._close_call(live, effects)

    def adopt(self, catalog: Catalog, *, version: str) -> None:
        """Go on with another artifact, calls in progress too."""
        self.guide, self.version = Guide(catalog), version
        for live in self.calls.values():
            live.call.guide = self.guide

    def _publish(
        self, live: Live, messages: Sequence[ServerMessage], effects: Effects, *, source: Session | None = None
    ) -> None:
        """Send to all who opened the call; what was heard does not go back to its source."""
        for message in messages:
            self._note(live, message)
            for session in live.watchers.values():
                if session is not source or not isinstance(message, Heard):
                    effects.send(session, message)
            if isinstance(message, Suggest) and message.kind == "alert":
                for session in self._overseers(live):
                    effects.send(session, message)

    def _overseers(self, live: Live) -> list[Session]:
        """Supervisors who watch no call in particular: they get every call's alerts."""
        return [s for s in self.sessions.values() if s.role == "supervisor" and not s.calls and s.name not in live.watchers]

    def _note(self, live: Live, message: ServerMessage) -> None:
        if isinstance(message, Suggest):
            self.counts[f"suggestions_{message.kind}", message.state] += 1
            live.suggestions[message.id] = None
            if len(live.suggestions) > self.settings.ring_max:
                del live.suggestions[next(iter(live.suggestions))]
        elif isinstance(message, Reading | Heard):
            self.counts["messages", type(message).__name__.lower()] += 1


def _failure(answer: Answer) -> Problem:
    message = f"Segment {answer.query.segment!r} has no reading: {CODES['engine_failed']}."
    return Problem(code="engine_failed", message=message, call=answer.query.call)
