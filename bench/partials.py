"""What partials are worth: example turns said piece by piece to the real call core and engine, as a recogniser sends them.

The agent greets first, as in every call. A recogniser revises: every third partial ends in a character that it has misheard
and the next one corrects. Some tell what they will not change any more (`stable_chars`), most do not.
"""

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from assist.call import Call
from assist.engine import Engine
from assist.guidance import Guide
from assist.messages import Fragment, Reading, ServerMessage, Speaker, Suggest
from assist.queries import UNKNOWN
from assist.settings import Settings
from index.evaluate import Share
from index.knowledge import NO_ENTRY, Example

PIECES_PER_S: Final = 3
PIECE_MS: Final = 1000 // PIECES_PER_S
UNITS_PER_S: Final = 4.5  # Chinese characters; a Latin letter takes a quarter
LETTERS: Final = 4
MISHEARD: Final = 1 / 3
GREETING: Final = "您好，这里是客户服务中心，很高兴为您服务，请问有什么可以帮到您？"
Mishear = Callable[[str], str]  # what a recogniser may take a character for


@dataclass(slots=True)
class Said:
    """What one turn brought: entries shown by half of it, provisional cards and those taken back, entries confirmed."""

    half: frozenset[str]
    provisional: int
    withdrawn: int
    confirmed: frozenset[str]


def shares(engine: Engine, examples: Sequence[Example], mishear: Mishear, *, told: bool = False) -> dict[str, Share]:
    """Of the final's right cards, those provisional by half of the turn; of the provisional cards, those withdrawn. Each
    for all, as `measure`, and for each style and language, as `measure/part`.

    `told`: the recogniser says of each partial what will stay.
    """
    answered = [example for example in examples if example.entry not in (None, NO_ENTRY)]
    turns = [(example, say(engine, example.say, mishear, told=told)) for example in answered]
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


def say(engine: Engine, text: str, mishear: Mishear, *, told: bool = False) -> Said:
    """The first turn of a caller, to an agent who has greeted."""
    call, now = greeted(engine, mishear, told=told)
    cards: list[Suggest] = []
    half: frozenset[str] | None = None
    for fragment in pieces("caller", text, mishear, told=told):
        if half is None and len(fragment.text) > len(text) / 2:
            half = shown(call)
        cards += (one for one in heard(engine, call, fragment, now=now) if isinstance(one, Suggest))
        now += PIECE_MS
    provisional = {card.id for card in cards if card.state == "provisional"}
    withdrawn = {card.id for card in cards if card.state == "withdrawn"} & provisional
    return Said(half or frozenset(), len(provisional), len(withdrawn), shown(call))


def glimpses(engine: Engine, examples: Sequence[Example], mishear: Mishear) -> dict[str, Share]:
    """Of the intents told before a turn is over, those that its final bears out; and of the turns, those that had one."""
    told, right, had = 0, 0, 0
    for example in examples:
        *early, final = intents(engine, example.say, mishear)
        told, right, had = told + len(early), right + early.count(final), had + bool(early)
    return {"early intent borne out": Share(right, told), "turn with an early intent": Share(had, len(examples))}


def intents(engine: Engine, text: str, mishear: Mishear) -> list[str]:
    """The intents that a turn's readings tell, one after another; the last is the final's, which may be unknown."""
    call, now = greeted(engine, mishear, told=False)
    early, last = [], UNKNOWN
    for fragment in pieces("caller", text, mishear, told=False):
        readings = [one for one in heard(engine, call, fragment, now=now) if isinstance(one, Reading)]
        if fragment.final:
            last = readings[-1].intent["label"] if readings else UNKNOWN
        else:
            early += [one.intent["label"] for one in readings if one.intent["label"] != UNKNOWN]
        now += PIECE_MS
    return [*early, last]


def greeted(engine: Engine, mishear: Mishear, *, told: bool) -> tuple[Call, int]:
    """A call in which the agent has greeted, and its time then."""
    call, now = Call("call", Settings(), Guide(engine.catalog)), 0
    for fragment in pieces("agent", GREETING, mishear, told=told):
        heard(engine, call, fragment, now=now)
        now += PIECE_MS
    return call, now


def pieces(speaker: Speaker, text: str, mishear: Mishear, *, told: bool) -> Iterator[Fragment]:
    """A turn as a recogniser sends it: partials, each a little longer, and the final.

    So timed that one of them ends where half of the turn has been heard.
    """
    who: Mapping[str, Any] = {"call": "call", "segment": speaker, "speaker": speaker}
    chance = random.Random(text)
    step = UNITS_PER_S / PIECES_PER_S * (LETTERS if text.isascii() else 1)
    half = len(text) // 2
    ends = (half + round(step * number) for number in range(-half, len(text)))  # more than there are
    for heard in (text[:end] for end in ends if 0 < end <= len(text)):
        sure = len(heard)
        if chance.random() < MISHEARD:
            sure -= 1
            heard = heard[:sure] + mishear(heard[sure:])
        yield Fragment(**who, text=heard, final=False, stable_chars=sure if told else None)
    yield Fragment(**who, text=text, final=True)


def heard(engine: Engine, call: Call, fragment: Fragment, *, now: int) -> list[ServerMessage]:
    """What a fragment brings."""
    news = call.hear(fragment, now=now)
    advice = call.advise(engine.answer([news.query])[0]) if news.query else []
    return [*news.messages, *advice]


def shown(call: Call) -> frozenset[str]:
    """The entries whose cards are on the screen."""
    return frozenset(card.why["entry"] for card in call.board.shown.values() if card.kind == "answer")
