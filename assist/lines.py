"""Which calls are in progress, which clients are there, who hears of what. Pure; called by `switchboard` and `reception`."""

from collections import Counter, OrderedDict
from collections.abc import Sequence
from typing import Final

from assist.live import Effects, Live
from assist.messages import End, Ended, Heard, ServerMessage, Suggest
from assist.session import Session
from assist.settings import Settings

ENDED_KEPT: Final = 10_000  # names of ended calls remembered, to tell a late fragment from an unknown call


class Lines:
    """The calls and sessions of the service."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.calls: dict[str, Live] = {}
        self.sessions: dict[str, Session] = {}
        self.ended: OrderedDict[str, None] = OrderedDict()  # names of the latest ended calls
        self.counts: Counter[tuple[str, str]] = Counter()  # (what, of which kind), ever: for metrics
        self._shed = 0

    @property
    def shed(self) -> int:
        """How many provisional messages were not sent, ever, because their readers were too slow."""
        return self._shed + sum(session.outbox.dropped for session in self.sessions.values())

    def publish(
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
        return [session for session in self.sessions.values() if session.oversees and session.name not in live.watchers]

    def tell_alerts(self, session: Session, effects: Effects) -> None:
        """Show a supervisor who has just come, or has missed something, which alerts stand."""
        for live in self.calls.values():
            for card in live.call.board.shown.values():
                if card.kind == "alert":
                    effects.send(session, card)

    def _note(self, live: Live, message: ServerMessage) -> None:
        if isinstance(message, Suggest):
            self.counts[f"suggestions_{message.kind}", message.state] += 1
            live.suggestions[message.id] = None
            if len(live.suggestions) > self.settings.ring_max:
                del live.suggestions[next(iter(live.suggestions))]

    def close(self, live: Live, effects: Effects) -> None:
        """End a call: all who hear of it are told."""
        name = live.call.name
        ended = Ended(call=name, reason=live.ending.reason if live.ending else None)
        self.publish(live, [ended], effects)
        if any(card.kind == "alert" for card in live.call.board.shown.values()):
            for session in self._overseers(live):
                effects.send(session, ended)
        for session in live.watchers.values():
            session.calls.pop(name, None)
        del self.calls[name]
        effects.ended += (live,)
        self.ended[name] = None
        if len(self.ended) > ENDED_KEPT:
            self.ended.popitem(last=False)

    def forget_lost(self, *, now: int) -> Effects:
        """Give up sessions whose client has not come back in time, and the calls that only they carried."""
        effects = Effects()
        for session in list(self.sessions.values()):
            if session.detached_ms is not None and now - session.detached_ms > self.settings.resume_s * 1000:
                self.forget(session, effects)
        return effects

    def forget(self, session: Session, effects: Effects) -> None:
        """Give up a session, and the calls that only it carried."""
        del self.sessions[session.name]
        self._shed += session.outbox.dropped
        for name in list(session.calls):
            live = self.calls[name]
            del live.watchers[session.name]
            if not any(watcher.role != "supervisor" for watcher in live.watchers.values()):
                live.ending = End(call=name, reason="abandoned")
                self.close(live, effects)
