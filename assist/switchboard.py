"""All calls and sessions of the service: who said what in which call, who is to hear of it.

Pure: `now` is milliseconds of a clock that never goes back; what comes out are effects, carried out by `service`. One
message at a time goes in, so two calls cannot mix.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Final

from assist.catalog import Catalog
from assist.faults import CODES, Fault
from assist.guidance import Guide
from assist.lines import Lines
from assist.live import BEATS, Effects, Live
from assist.messages import ClientMessage, End, Feedback, Fragment, Open, Ping, Pong, Problem
from assist.queries import Answer
from assist.reception import Reception
from assist.session import Session
from assist.settings import Settings

TICK_MS: Final = 500  # between two ticks of a call
FINALS_SHARE: Final = 0.25  # of a call's allowance, which partials may not use up: nobody sends a final again


class Switchboard:
    """The state of the service between two messages."""

    def __init__(self, settings: Settings, catalog: Catalog, *, version: str, name: Callable[[], str]) -> None:
        self.settings = settings
        self._lines = Lines(settings)
        self._reception = Reception(self._lines, catalog, version=version, name=name)

    @property
    def calls(self) -> Mapping[str, Live]:
        """The calls in progress, by name."""
        return self._lines.calls

    @property
    def sessions(self) -> Mapping[str, Session]:
        """The sessions, the detached ones included, by name."""
        return self._lines.sessions

    @property
    def counts(self) -> Counter[tuple[str, str]]:
        """How often what happened, of which kind, since the service began: for metrics."""
        return self._lines.counts

    @property
    def shed(self) -> int:
        """How many provisional messages slow readers never got."""
        return self._lines.shed

    @property
    def version(self) -> str:
        """The artifact's."""
        return self._reception.version

    def resumed(self, opening: Open) -> Session | None:
        """The session that an `open` goes on with; None if it begins one."""
        return self._reception.resumed(opening)

    def join(self, opening: Open, *, now: int, epoch_ms: int) -> tuple[Session, Effects]:
        """A connection's first message: a new session, or one that goes on after a lost connection. Raises Fault."""
        return self._reception.join(opening, now=now, epoch_ms=epoch_ms)

    def receive(self, session: Session, message: ClientMessage, *, now: int, epoch_ms: int) -> Effects:
        """Any later message of a session. Raises Fault."""
        session.check_allowed(message)
        effects = Effects()
        if isinstance(message, Fragment):
            self._fragment(session, message, effects, now)
        elif isinstance(message, Open):
            self._reception.open_call(session, message, effects, now=now, epoch_ms=epoch_ms)
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
        if name in self._lines.ended:
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
        self._lines.publish(live, news.messages, effects, source=session)
        if news.query:
            effects.queries.append(news.query)

    def _feedback(self, session: Session, feedback: Feedback, effects: Effects) -> None:
        live = self._showing(session, feedback.suggestion)
        self.counts["feedback", feedback.action] += 1
        if feedback.action == "dismissed":
            self._lines.publish(live, live.call.dismiss(feedback.suggestion), effects)

    def _showing(self, session: Session, suggestion: str) -> Live:
        live = self.calls.get(suggestion.rpartition("/")[0])
        told = live is not None and (session.name in live.watchers or (session.oversees and live.alerted(suggestion)))
        if live is None or not told or suggestion not in live.suggestions:
            raise Fault("unknown_suggestion", f"No card {suggestion!r} was shown here.", field="suggestion")
        return live

    def _end(self, session: Session, end: End, effects: Effects) -> None:
        live = self._live(session, end.call)
        live.ending = end
        if not live.call.busy:
            self._lines.close(live, effects)

    def advise(self, answers: Iterable[Answer]) -> Effects:
        """The engine's answers, to the calls that asked."""
        effects = Effects()
        for answer in answers:
            live = self.calls.get(answer.query.call)
            if live is None or live.call.run != answer.query.run:
                continue
            self._lines.publish(live, live.call.advise(answer), effects)
            if answer.failed and answer.query.final:
                self._lines.publish(live, [_failure(answer)], effects)
            if live.ending and not live.call.busy:
                self._lines.close(live, effects)
        return effects

    def on_beat(self, beat: int) -> list[Live]:
        """The calls whose turn it is to be told the time."""
        return [live for live in self.calls.values() if live.beat == beat % BEATS]

    def tick(self, live: Live, *, now: int) -> Effects:
        """What time alone brings to a call: cards, or its end when nobody speaks in it any more."""
        effects = Effects()
        self._lines.publish(live, live.call.tick(now=live.now(now)), effects)
        if now - live.touched_ms > self.settings.call_idle_s * 1000:
            live.ending = End(call=live.call.name, reason="idle")
            self._lines.close(live, effects)
        return effects

    def detach(self, session: Session, *, now: int) -> None:
        """The session's connection is lost; it may come back within `resume_s`."""
        session.detached_ms = now

    def adopt(self, catalog: Catalog, *, version: str) -> None:
        """Go on with another artifact, calls in progress too."""
        self._reception.guide, self._reception.version = Guide(catalog), version
        for live in self.calls.values():
            live.call.guide = self._reception.guide

    def forget_lost(self, *, now: int) -> Effects:
        """Give up sessions whose client has not come back in time, and the calls that only they carried."""
        return self._lines.forget_lost(now=now)


def _failure(answer: Answer) -> Problem:
    message = f"Segment {answer.query.segment!r} has no reading: {CODES['engine_failed']}."
    return Problem(code="engine_failed", message=message, call=answer.query.call)
