"""The cards of one call: at most a few on the screen, no card twice in a short while, nothing that flickers.

Pure. What becomes *confirmed* depends on finals and earlier confirmed cards only; provisional cards come and go over
it. So equal finals give equal confirmed cards, whatever the partials were. Called by `call`.
"""

import math
from collections.abc import Container, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from typing import Any, Final

from assist.messages import State, Suggest
from assist.records import record

# Which card gives way when the screen is full: the one that matters least, then the oldest.
WEIGHT: Final = {"alert": 5, "task": 4, "answer": 3, "empathy": 2, "step": 1, "phrase": 1}
LEDGER_MAX: Final = 256


@record(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A card that could be shown. `key` says what counts as the same card; `cooldown_ms` how long it must not return."""

    key: str
    kind: str
    title: str
    text: str
    score: float
    why: dict[str, Any]
    steps: Sequence[str] = ()  # what the agent does
    next: Sequence[Mapping[str, str]] = ()  # entry and title of what the caller is likely to ask next
    cooldown_ms: float = 60_000  # infinity: once a call
    firm: bool = True  # of a partial: sure enough to take another card's place


@dataclass(slots=True)
class Board:
    """The screen of one call, and the ledger of what was confirmed on it."""

    call: str
    cards_max: int
    card_ms: int
    shown: dict[str, Suggest] = field(default_factory=dict)  # key -> card on the screen, oldest first
    named: int = 0  # cards the call has had, those that were taken back included
    _provisional: dict[str, str] = field(default_factory=dict)  # key -> segment it was shown for
    _closed: dict[str, str] = field(default_factory=dict)  # key -> segment whose partials may not show it again
    _ledger: dict[str, int] = field(default_factory=dict)  # key -> when last confirmed

    def propose(
        self, candidates: Sequence[Candidate], *, segment: str, now: int, timing_us: Mapping[str, int] | None = None
    ) -> list[Suggest]:
        """Show the best card of a partial, unless it has been closed; in another's place only if it is firm."""
        best = next(iter(self._fresh(candidates, now)), None)
        held = [key for key, its in self._provisional.items() if its == segment]
        if best is None or best.key in self.shown or self._closed.get(best.key) == segment:
            return []
        if not best.firm and (held or len(self.shown) >= self.cards_max):
            return []
        news = [self._withdraw(key) for key in held] + self._make_room({best.key})
        news.append(self._put(best, state="provisional", based_on=(segment,), now=now, timing_us=timing_us))
        self._provisional[best.key] = segment
        return news

    def settle(
        self,
        candidates: Sequence[Candidate],
        *,
        segment: str,
        based_on: tuple[str, ...],
        now: int,
        timing_us: Mapping[str, int] | None = None,
    ) -> list[Suggest]:
        """Confirm cards for a final, and take back the segment's provisional ones that it does not bear out.

        `timing_us` goes out with the cards: the answer's own map, to which whoever measures may still add.
        """
        fresh = self._fresh(candidates, now)
        wanted = {candidate.key for candidate in fresh}
        news = [self._withdraw(key) for key, of in list(self._provisional.items()) if of == segment and key not in wanted]
        self._closed = {key: of for key, of in self._closed.items() if of != segment}
        news += self._make_room(wanted)
        for candidate in fresh:
            self._provisional.pop(candidate.key, None)
            self._enter(candidate.key, now)
            news.append(self._put(candidate, state="confirmed", based_on=based_on, now=now, timing_us=timing_us))
        return news

    def forget(self, segment: str) -> list[Suggest]:
        """Take back what a segment's partials brought, when its final brings nothing."""
        return self.settle((), segment=segment, based_on=(), now=0)

    def expire(self, now: int) -> list[Suggest]:
        """Take cards off the screen whose time is over."""
        return [self._close(key) for key, card in list(self.shown.items()) if now >= (card.expires_ms or now + 1)]

    def retire(self, entries: Container[str]) -> list[Suggest]:
        """Take off the cards of some entries or phrases: they have been said."""
        return [self._withdraw(key) for key, card in list(self.shown.items()) if card.why["entry"] in entries]

    def dismiss(self, suggestion: str) -> list[Suggest]:
        """The agent closed a card: it leaves the screen. Nothing happens if it is gone already."""
        return [self._close(key) for key, card in list(self.shown.items()) if card.id == suggestion]

    def rested(self, key: str, *, now: int) -> float:
        """Milliseconds since a card was last confirmed; infinity if it never was."""
        return now - self._ledger[key] if key in self._ledger else math.inf

    def _fresh(self, candidates: Sequence[Candidate], now: int) -> list[Candidate]:
        return [c for c in candidates if self.rested(c.key, now=now) >= c.cooldown_ms][: self.cards_max]

    def _enter(self, key: str, now: int) -> None:
        self._ledger.pop(key, None)
        self._ledger[key] = now
        if len(self._ledger) > LEDGER_MAX:
            del self._ledger[next(iter(self._ledger))]

    def _put(
        self,
        candidate: Candidate,
        *,
        state: State,
        based_on: tuple[str, ...],
        now: int,
        timing_us: Mapping[str, int] | None,
    ) -> Suggest:
        old = self.shown.get(candidate.key)
        card = Suggest(
            id=old.id if old else self._name(), call=self.call, kind=candidate.kind, state=state,
            title=candidate.title, text=candidate.text, score=candidate.score, why=candidate.why, based_on=based_on,
            steps=candidate.steps or None, next=candidate.next or None,
            expires_ms=now + self.card_ms, timing_us=timing_us,
        )  # fmt: skip
        self.shown[candidate.key] = card
        return card

    def _make_room(self, wanted: Set[str]) -> list[Suggest]:
        """Withdraw what must go for `wanted` to be shown together; never one of these."""
        others = self.shown.keys() - wanted
        too_many = len(others) + len(wanted) - self.cards_max
        if too_many <= 0:
            return []
        least_first = sorted(others, key=lambda key: (self._weight(key), self.shown[key].expires_ms or 0, key))
        return [self._withdraw(key) for key in least_first[:too_many]]

    def _weight(self, key: str) -> int:
        return WEIGHT.get(self.shown[key].kind, 0) if key not in self._provisional else -1

    def _close(self, key: str) -> Suggest:
        """Take a card off for good: what the agent closed must not be back with the next partial."""
        if key in self._provisional:
            self._closed[key] = self._provisional[key]
        return self._withdraw(key)

    def _withdraw(self, key: str) -> Suggest:
        self._provisional.pop(key, None)
        return replace(self.shown.pop(key), state="withdrawn", expires_ms=None, timing_us=None)

    def _name(self) -> str:
        self.named += 1
        return f"{self.call}/{self.named}"
