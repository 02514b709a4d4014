"""One call, closed loop: from a final's words to its card, over the socket; and beside it, on the same texts in the same
run, the engine in this process, and the bare sum of what cannot be left out: tokenise + ONNX run + FAISS search.

They are measured in alternating blocks, so that a drift of the machine touches all alike, and each text after a ping
and its pong, so that all find the processor as a call finds it: a process that has waited, even for a millisecond, runs
slower at first than one that loops. Each has an engine of its own that hears a text as often as the others do: a tokenizer
remembers what it has heard. The bare sum is of the same windows and as many neighbours as the engine asks for; the text is
normalised beforehand.

Two clients speak, each with a service of its own: one that polls and so is always awake, and our Python client (`clients`).
The overhead is reckoned with each one's cards.
"""

import contextlib
import itertools
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, fields
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
from bench.served import served
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

    @property
    def overhead(self) -> list[float]:
        """What the socket and the call core add, text by text."""
        return [a - b for a, b in zip(self.card, self.bare, strict=True)]

    @property
    def client_overhead(self) -> list[float]:
        """The same, and what our Python client adds."""
        return [a - b for a, b in zip(self.client_card, self.bare, strict=True)]


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


def measure(folder: Path, texts: Sequence[str], *, count: int) -> Times:
    """`count` texts (over again when there are fewer), after WARM that are not kept; `folder` holds what is served."""
    search_alone()  # as the service's threads do
    lean, full = material.engine(folder), material.engine(folder)
    times = Times()
    with contextlib.ExitStack() as stack:
        polling = stack.enter_context(contextlib.closing(PollingClient(stack.enter_context(served(folder)).address)))
        loop = stack.enter_context(contextlib.closing(runs.new_loop()))
        client = stack.enter_context(contextlib.closing(LoopClient(stack.enter_context(served(folder)).address, loop)))
        for block in _blocks(texts, count=count):
            times.echo += say(polling, block, times.card)
            say(client, block, times.client_card)
            said = [normalise(text) for text in block]
            for text in said:
                client.echo()
                times.bare.append(bare(lean, windows(text)))
            for text in said:
                client.echo()
                times.engine.append(whole(full, text))
    return Times(**{kept.name: getattr(times, kept.name)[WARM:] for kept in fields(times)})


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
