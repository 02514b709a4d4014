"""What simulated callers say, and when: seeded, so that every run of a benchmark sends the same words.

Caller turns are the say-lines of the packs' examples, each with one of a few openers, so that no text comes twice in a
call; they stream as a recogniser would stream them. Each is followed by an agent's sentence (final only: the agent's
partials are never computed, and would make the load look larger than it is). The fragments of a call keep their order;
when each is sent is a Poisson process. Pure but for reading the packs.
"""

import itertools
import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from assist.messages import Fragment
from assist.speech import Spoken, stream
from assist.text import is_filler, normalise
from index.knowledge import Knowledge

SEED: Final = 20_260
OPENERS: Final = ("", "你好", "喂，", "那个，", "我想问下，", "是这样，", "麻烦问一下，", "对了，", "师傅，", "就是，")
ENGLISH: Final = ("", "hi, ", "hello, ", "yeah, ", "well, ", "so, ", "ok, ", "listen, ", "right, ", "sorry, ")


@dataclass(frozen=True, slots=True)
class Script:
    """What there is to say."""

    caller: tuple[str, ...]
    agent: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sending:
    """A fragment, and when it is meant to be sent, in seconds from the start of the run; None opens the call."""

    at_s: float
    call: str
    fragment: Fragment | None


def script(knowledge: Knowledge) -> Script:
    """The say-lines of the examples, without bare fillers; and the packs' Mandarin sentences for the agent."""
    said = dict.fromkeys(example.say for example in knowledge.examples)
    lines = (tones for phrase in knowledge.phrases for tones in [phrase.text.get("zh-Hans", {})])
    spoken = dict.fromkeys(line for tones in lines for line in tones.values() if "{" not in line)
    return Script(tuple(text for text in said if not is_filler(normalise(text))), tuple(spoken))


def questions(knowledge: Knowledge, count: int, *, seed: int = SEED) -> list[str]:
    """`count` questions: examples and entries' variants, shuffled, over again when there are not enough."""
    texts = list(dict.fromkeys([*script(knowledge).caller, *(v.text for e in knowledge.entries for v in e.questions)]))
    random.Random(seed).shuffle(texts)
    return list(itertools.islice(itertools.cycle(texts), count))


def fragments(call: str, said: Script, *, seed: int) -> Iterator[Fragment]:
    """What comes from one call, without end."""
    for timed in stream(call, _turns(said, random.Random(f"{seed}/{call}"))):
        if timed.fragment.speaker == "caller" or timed.fragment.final:
            yield timed.fragment


def _turns(said: Script, chance: random.Random) -> Iterator[Spoken]:
    while True:
        text = chance.choice(said.caller)
        yield Spoken(speaker="caller", text=chance.choice(ENGLISH if text.isascii() else OPENERS) + text)
        if said.agent:
            yield Spoken(speaker="agent", text=chance.choice(said.agent))


def schedule(
    said: Script, *, calls: int, seconds: float, ramp_s: float, rate: float = 3.0, seed: int = SEED
) -> list[Sending]:
    """All that is sent in a run, in order of time: calls open evenly over the ramp, then send `rate` a second each."""
    sendings: list[Sending] = []
    for i in range(calls):
        name = f"call-{i}"
        sendings += _call(name, said, begin_s=ramp_s * i / calls, end_s=ramp_s + seconds, rate=rate, seed=seed)
    return sorted(sendings, key=lambda sending: sending.at_s)


def _call(call: str, said: Script, *, begin_s: float, end_s: float, rate: float, seed: int) -> Iterator[Sending]:
    chance = random.Random(f"times/{seed}/{call}")
    at = begin_s
    yield Sending(at, call, None)
    for fragment in fragments(call, said, seed=seed):
        at += chance.expovariate(rate)
        if at >= end_s:
            return
        yield Sending(at, call, fragment)
