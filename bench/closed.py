"""One call, closed loop: from a final's words to its card, over the socket; and beside it, on the same texts in the same
run, the engine in this process, and the bare sum of what cannot be left out: tokenise + ONNX run + FAISS search.

They are measured in alternating blocks, so that a drift of the machine touches all alike, and each text after a ping
and its pong, so that all find the processor as a call finds it: a process that has waited, even for a millisecond, runs
slower at first than one that loops. Each has an engine of its own that hears a text as often as the others do: a tokenizer
remembers what it has heard. The bare sum is of the same windows and as many neighbours as the engine asks for; the text is
normalised beforehand.

Two clients speak, block by block in turn: one that polls and so is always awake, and our Python client (`clients`).
"""

import contextlib
import itertools
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from operator import sub
from pathlib import Path
from time import perf_counter_ns
from typing import Final

from assist.artifact import QUESTIONS
from assist.candidates import Voice, answer_cards
from assist.engine import NEIGHBOURS, Engine, search_alone
from assist.queries import Query
from assist.text import normalise
from assist.windows import windows
from bench import material, runs
from bench.clients import LoopClient, PollingClient
from index.evaluate import answers

BLOCK: Final = 50
WARM: Final = 100
SOMEONE: Final = Voice(language="zh-Hans", tone="plain", agent="", company="", surname="", title="")


@dataclass(slots=True)
class Times:
    """Microseconds, text by text."""

    card: list[float] = field(default_factory=list)  # text to card over the socket, for a client that polls
    client_card: list[float] = field(default_factory=list)  # the same for our Python client
    echo: list[float] = field(default_factory=list)  # a ping and its pong before a card of the first
    engine: list[float] = field(default_factory=list)
    bare: list[float] = field(default_factory=list)
    overhead: list[float] = field(default_factory=list)  # what the socket and the call core add: card less bare
    client_overhead: list[float] = field(default_factory=list)


def with_cards(folder: Path, texts: Sequence[str], *, count: int, seed: int) -> list[str]:
    """Up to `count` of the texts, in seeded order, which get an answer card."""
    engine = material.engine(folder)
    shuffled = random.Random(seed).sample(list(texts), len(texts))
    chosen: list[str] = []
    for start in range(0, len(shuffled), BLOCK):
        block = shuffled[start : start + BLOCK]
        told = zip(block, answers(engine, block), strict=True)
        chosen += [text for text, answer in told if answer_cards(answer, SOMEONE)]
        if len(chosen) >= count:
            break
    return chosen[:count]


def measure(address: str, folder: Path, texts: Sequence[str], *, count: int) -> Times:
    """`count` texts (over again when there are fewer), after WARM that are not kept; `folder` holds what is served."""
    search_alone()  # as the service's threads do
    lean, full = material.engine(folder), material.engine(folder)
    times = Times()
    with contextlib.ExitStack() as stack:
        loop = stack.enter_context(contextlib.closing(runs.new_loop()))
        polling = stack.enter_context(contextlib.closing(PollingClient(address)))
        client = stack.enter_context(contextlib.closing(LoopClient(address, loop)))
        for number, block in enumerate(_blocks(texts, count=count)):
            polled = number % 2 == 0
            cards: list[float] = []
            echoes = say(polling if polled else client, block, cards)
            bares = [_after(client, lambda text: bare(lean, windows(text)), text) for text in block]
            engines = [_after(client, lambda text: whole(full, text), text) for text in block]
            if number * BLOCK < WARM:
                continue
            (times.card if polled else times.client_card).extend(cards)
            (times.overhead if polled else times.client_overhead).extend(map(sub, cards, bares))
            times.echo += echoes if polled else []
            times.bare += bares
            times.engine += engines
    return times


def _after(client: LoopClient, step: Callable[[str], float], text: str) -> float:
    """The time of a step on a normalised text, taken when this process has just waited."""
    said = normalise(text)
    client.echo()
    return step(said)


def cards(address: str, texts: Sequence[str], *, count: int) -> list[float]:
    """From text to card alone, at a service that runs already, for a client that polls."""
    times: list[float] = []
    with contextlib.closing(PollingClient(address)) as polling:
        for block in _blocks(texts, count=count):
            say(polling, block, times)
    return times[WARM:]


def _blocks(texts: Sequence[str], *, count: int) -> Iterator[Sequence[str]]:
    queue = list(itertools.islice(itertools.cycle(texts), count + WARM))
    return (queue[start : start + BLOCK] for start in range(0, len(queue), BLOCK))


def say(client: PollingClient | LoopClient, block: Sequence[str], times: list[float]) -> list[float]:
    """Say the texts, add the times of their cards, return those of the echoes before them."""
    calls = [client.begin() for _ in block]  # beforehand: no call is opened the moment its caller speaks
    echoes = []
    for call, text in zip(calls, block, strict=True):
        echoes.append(client.echo())
        times.append(client.card(call, text))
    client.end(calls)
    return echoes


def bare(engine: Engine, pieces: Sequence[str]) -> float:
    """Tokenise, run, search; nothing else."""
    graph = engine._graph
    started = perf_counter_ns()
    vectors = graph.run(None, {"ids": engine.tokenizer(pieces)})[0]
    engine.search(QUESTIONS, vectors, count=NEIGHBOURS)
    return (perf_counter_ns() - started) / 1000


def whole(engine: Engine, said: str) -> float:
    """The engine's own answer."""
    query = Query(call="c", number=1, segment="s", speaker="caller", turn=said, final=True, heard_ms=0)
    started = perf_counter_ns()
    engine.answer([query])
    return (perf_counter_ns() - started) / 1000
