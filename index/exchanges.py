"""How well a mere yes or no is understood: exchanges of two turns, played to the real call core and engine, and judged."""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from assist.call import Call
from assist.engine import Engine
from assist.guidance import Guide
from assist.messages import Fragment, Speaker
from assist.settings import Settings
from index.evaluate import Share
from index.knowledge import NO_ENTRY, Exchange

PAUSE_MS = 1_000


def judge(engine: Engine, exchanges: Sequence[Exchange]) -> dict[str, Share]:
    """Shares by measure; a measure is named `what` or `what/language`."""
    right: dict[str, list[bool]] = defaultdict(list)
    for exchange in exchanges:
        for measure, passed in _measures(exchange, shown(engine, exchange)):
            right[measure].append(passed)
            right[f"{measure}/{exchange.language}"].append(passed)
    return {measure: Share(sum(passed), len(passed)) for measure, passed in sorted(right.items())}


def _measures(exchange: Exchange, cards: Sequence[str]) -> Iterator[tuple[str, bool]]:
    if exchange.entry == NO_ENTRY:
        yield "no card after a reply that wants none", not cards
        return
    yield "card after a yes", bool(cards)
    if cards:
        yield "first card after a yes is right", cards[0] == exchange.entry


def failing(engine: Engine, exchanges: Sequence[Exchange]) -> Iterator[str]:
    """The exchanges that come out otherwise than they say, a line each, with their place."""
    for exchange in exchanges:
        cards = shown(engine, exchange)
        due = [] if exchange.entry == NO_ENTRY else [exchange.entry]
        if cards[:1] != due:
            told = " and ".join(cards) or "no card"
            yield f"{exchange.place}: {exchange.asked} / {exchange.say}: {exchange.entry} is due, {told} is shown"


def shown(engine: Engine, exchange: Exchange) -> list[str]:
    """The entries whose cards are on the screen after both turns, the best first."""
    call, now = Call("call", Settings(), Guide(engine.catalog)), 0
    turns: tuple[tuple[Speaker, str], ...] = (("agent", exchange.asked), ("caller", exchange.say))
    for speaker, text in turns:
        now += PAUSE_MS
        fragment = Fragment(call="call", segment=speaker, speaker=speaker, text=text, final=True)
        query = call.hear(fragment, now=now).query
        if query:
            call.advise(engine.answer([query])[0])
    return [card.why["entry"] for card in call.board.shown.values() if card.kind == "answer"]
