"""One call, closed loop: from a final's words to its card, over the socket; and beside it, on the same texts in the same
run, the engine in this process, and the bare sum of what cannot be left out: tokenise + ONNX run + FAISS search.

The three are measured in alternating blocks, so that a drift of the machine touches all alike, and each text after a ping
and its pong, so that all find the processor as a call finds it: a process that has waited, even for a millisecond, runs
slower at first than one that loops. Each has an engine of its own that hears a text as often as the others do: a tokenizer
remembers what it has heard. The bare sum is of the same windows and as many neighbours as the engine asks for; the text is
normalised beforehand.
"""

import asyncio
import itertools
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter_ns
from typing import Any, Final

import msgpack
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

from assist import wire
from assist.artifact import QUESTIONS
from assist.candidates import Voice, answer_cards
from assist.engine import NEIGHBOURS, Engine, search_alone
from assist.queries import Query
from assist.text import normalise
from assist.windows import windows
from bench import material
from index.evaluate import answers

BLOCK: Final = 50
WARM: Final = 100
SOMEONE: Final = Voice(language="zh-Hans", tone="plain", agent="", company="", surname="", title="")


@dataclass(slots=True)
class Times:
    """Microseconds, text by text."""

    card: list[float] = field(default_factory=list)  # text to card over the socket
    echo: list[float] = field(default_factory=list)  # a ping and its pong just before: what sockets and wake-ups cost here
    engine: list[float] = field(default_factory=list)
    bare: list[float] = field(default_factory=list)

    @property
    def overhead(self) -> list[float]:
        """What the socket and the call core add, text by text."""
        return [a - b for a, b in zip(self.card, self.bare, strict=True)]


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


async def measure(address: str, folder: Path, texts: Sequence[str], *, count: int) -> Times:
    """`count` texts (over again when there are fewer), after WARM that are not kept; `folder` holds what is served."""
    search_alone()  # as the service's threads do
    lean, full = material.engine(folder), material.engine(folder)
    queue = list(itertools.islice(itertools.cycle(texts), count + WARM))
    times = Times()
    async with connect(address + "/v1", subprotocols=[Subprotocol(wire.MSGPACK)], compression=None, proxy=None) as socket:
        caller = Caller(socket)
        await caller.open()
        for start in range(0, len(queue), BLOCK):
            block = queue[start : start + BLOCK]
            calls = [await caller.begin() for _ in block]  # beforehand: no call is opened the moment its caller speaks
            for call, text in zip(calls, block, strict=True):
                times.echo.append(await caller.echo())
                times.card.append(await caller.card(call, text))
            await caller.end(calls)
            said = [normalise(text) for text in block]
            for text in said:
                await caller.echo()
                times.bare.append(bare(lean, windows(text)))
            for text in said:
                await caller.echo()
                times.engine.append(whole(full, text))
    return Times(times.card[WARM:], times.echo[WARM:], times.engine[WARM:], times.bare[WARM:])


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


class Caller:
    """Says one text a call, as the same card does not come twice in one."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self._calls = 0
        self._seq = 0

    async def open(self) -> None:
        """Begin the session."""
        await self._send(type="open", role="ingest")
        await self._until("opened")

    async def begin(self) -> str:
        """Open another call; its name."""
        self._calls += 1
        await self._send(type="open", role="ingest", call=f"closed-{self._calls}")
        return str((await self._until("opened"))["call"])

    async def end(self, calls: Sequence[str]) -> None:
        """End calls, and wait until the service is idle again."""
        for call in calls:
            await self._send(type="end", call=call)
        await self.echo()

    async def echo(self) -> float:
        """Microseconds of a ping and its pong."""
        started = perf_counter_ns()
        await self._send(type="ping")
        await self._until("pong")
        return (perf_counter_ns() - started) / 1000

    async def card(self, call: str, text: str) -> float:
        """Microseconds from sending a final to its first confirmed answer card."""
        started = perf_counter_ns()
        await self._send(type="fragment", call=call, segment="s", speaker="caller", text=text, final=True)
        while (await self._until("suggest"))["kind"] != "answer":
            pass
        return (perf_counter_ns() - started) / 1000

    async def _send(self, **body: Any) -> None:
        self._seq += 1
        await self._socket.send(msgpack.packb({**body, "seq": self._seq}))

    async def _until(self, kind: str) -> dict[str, Any]:
        async with asyncio.timeout(10):
            while True:
                message: dict[str, Any] = msgpack.unpackb(await self._socket.recv())
                if message["type"] == kind:
                    return message
