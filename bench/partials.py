"""What partials are worth: example turns said piece by piece to the real call core and engine, as a recogniser sends them.

A recogniser revises: each partial ends in a character that the next one may change, so only what two agree on is stable;
unless it tells what it will not change any more.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from assist.call import Call
from assist.engine import Engine
from assist.guidance import Guide
from assist.messages import Fragment, ServerMessage, Suggest
from assist.settings import Settings
from index.evaluate import Share
from index.knowledge import NO_ENTRY, Example

PIECES_PER_S: Final = 3
UNITS_PER_S: Final = 4.5  # Chinese characters; a Latin letter takes a quarter
LETTERS: Final = 4
WHO: Final[Mapping[str, Any]] = {"call": "call", "segment": "s", "speaker": "caller"}


@dataclass(slots=True)
class Said:
    """What one turn brought: entries shown by half of it, provisional cards and those taken back, entries confirmed."""

    half: frozenset[str]
    provisional: int
    withdrawn: int
    confirmed: frozenset[str]


def shares(engine: Engine, examples: Sequence[Example], *, told: bool = False) -> dict[str, Share]:
    """Of the final's right cards, those provisional by half of the turn; of the provisional cards, those withdrawn. Each
    for all, as `measure`, and for each style and language, as `measure/part`.

    `told`: the recogniser says of each partial that it will stay.
    """
    turns = [(example, say(engine, example.say, told=told)) for example in examples if example.entry not in (None, NO_ENTRY)]
    found = _shares(turns)
    for part in dict.fromkeys(part for example, _ in turns for part in _parts(example)):
        some = [(example, said) for example, said in turns if part in _parts(example)]
        found |= {f"{measure}/{part}": share for measure, share in _shares(some).items()}
    return found


def _parts(example: Example) -> tuple[str, str]:
    return example.style or "any", example.language


def _shares(turns: Sequence[tuple[Example, Said]]) -> dict[str, Share]:
    right = [(example.entry in said.half) for example, said in turns if example.entry in said.confirmed]
    return {
        "right card by half of the turn": Share(sum(right), len(right)),
        "provisional card withdrawn": Share(
            sum(said.withdrawn for _, said in turns), sum(said.provisional for _, said in turns)
        ),
    }


def say(engine: Engine, text: str, *, told: bool = False) -> Said:
    """One turn of a new call."""
    call = Call("call", Settings(), Guide(engine.catalog))
    step = UNITS_PER_S / PIECES_PER_S * (LETTERS if text.isascii() else 1)
    ends = [round(step * i) for i in range(1, int(len(text) / step) + 1)]
    cards: list[Suggest] = []
    half: frozenset[str] | None = None
    for number, end in enumerate(ends):
        if half is None and end > len(text) / 2:
            half = shown(call)
        partial = Fragment(**WHO, text=text[:end], final=False, stable_chars=end if told else None)
        cards += heard(engine, call, partial, now=number * 1000 // PIECES_PER_S)
    half = shown(call) if half is None else half
    final = Fragment(**WHO, text=text, final=True)
    cards += heard(engine, call, final, now=len(ends) * 1000 // PIECES_PER_S)
    provisional = {card.id for card in cards if card.state == "provisional"}
    withdrawn = {card.id for card in cards if card.state == "withdrawn"} & provisional
    return Said(half, len(provisional), len(withdrawn), shown(call))


def heard(engine: Engine, call: Call, fragment: Fragment, *, now: int) -> list[Suggest]:
    """The cards a fragment brings."""
    news = call.hear(fragment, now=now)
    messages: list[ServerMessage] = [*news.messages]
    if news.query:
        messages += call.advise(engine.answer([news.query])[0])
    return [message for message in messages if isinstance(message, Suggest)]


def shown(call: Call) -> frozenset[str]:
    """The entries whose cards are on the screen."""
    return frozenset(card.why["entry"] for card in call.board.shown.values() if card.kind == "answer")
