"""An open-loop load on a service: everything is sent when it is due, whether or not earlier answers have come, and each
latency counts from the intended time. So a stall of the service (or of this client) is not hidden.

A final of the caller is answered by its final `reading`. A partial need not be answered at all (labels unchanged), and an
answer does not say which partial it is for; it counts only if exactly one partial of its segment was sent in the
AMBIGUOUS_S before it came, so partials' latencies are cut off there, and what is promised is promised of finals.
Event-loop timers tick in whole milliseconds, so a thread that sleeps precisely wakes the loop.
"""

import asyncio
import gc
import threading
import time
from bisect import bisect_right
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import msgpack
from websockets.asyncio.client import ClientConnection, connect
from websockets.asyncio.connection import broadcast
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from assist import wire
from bench.workload import Sending

AMBIGUOUS_S: Final = 0.3
DRAIN_S: Final = 5.0
CALLS_PER_CONNECTION: Final = 125
Key = tuple[str, str]  # call, segment


@dataclass(slots=True)
class Outcome:
    """What came of a load. Microseconds; `stages` by (final or partial, stage) as cards tell them."""

    finals: list[float] = field(default_factory=list)
    cards: list[float] = field(default_factory=list)  # the first confirmed card of a final, where there was one
    partials: list[float] = field(default_factory=list)
    lateness: list[float] = field(default_factory=list)  # of this client: actual less intended sending time
    stages: dict[Key, list[float]] = field(default_factory=lambda: defaultdict(list))
    sent: Counter[str] = field(default_factory=Counter)  # final, agent, partial, open
    answered: int = 0
    ambiguous: int = 0
    problems: Counter[str] = field(default_factory=Counter)

    @property
    def lost(self) -> int:
        """Finals of callers that were never answered."""
        return self.sent["final"] - self.answered


class Load:
    """Plays a schedule. Samples of what is due before `warm_s` are not kept, though it is counted as sent and answered."""

    def __init__(self, address: str, sendings: Sequence[Sending], *, warm_s: float = 0.0) -> None:
        self.outcome = Outcome()
        self._address = address + "/v1"
        self._sendings = sendings
        self._due = [sending.at_s for sending in sendings]
        self._warm_s = warm_s
        self._names = {call: i for i, call in enumerate(dict.fromkeys(sending.call for sending in sendings))}
        self._sockets: list[ClientConnection] = []
        self._frames: list[bytes] = []
        self._next = 0
        self._start = 0.0
        self._finals: dict[Key, float] = {}  # caller's finals not yet answered, by when they were due
        self._carded: dict[Key, float] = {}  # finals without a card yet
        self._partials: dict[Key, deque[float]] = {}
        self._all_sent = asyncio.Event()

    async def run(self, mark: Callable[[], None] = lambda: None) -> Outcome:
        """Connect, send all, wait for the finals' answers, close. `mark` is called when the warm-up is over, and when all is
        sent.
        """
        count = -(-len(self._names) // CALLS_PER_CONNECTION)
        self._sockets = [await self._connect() for _ in range(max(count, min(4, len(self._names))))]
        self._frames = self._packed()
        readers = [asyncio.create_task(self._read(socket)) for socket in self._sockets]
        gc.collect()
        gc.disable()  # a pause of the client's collector would be told as the service's
        try:
            await self._send(mark)
        finally:
            gc.enable()
            await asyncio.gather(*(socket.close() for socket in self._sockets))
            await asyncio.gather(*readers)
        return self.outcome

    async def _connect(self) -> ClientConnection:
        socket = await connect(
            self._address, subprotocols=[Subprotocol(wire.MSGPACK)], compression=None, max_size=None, proxy=None
        )
        await socket.send(msgpack.packb({"type": "open", "role": "ingest", "seq": 1}))
        await socket.recv()
        return socket

    def _packed(self) -> list[bytes]:
        """The frames of the schedule: made before the run, so that the client has less to do in it."""
        numbers = [1] * len(self._sockets)
        frames = []
        for sending in self._sendings:
            place = self._place(sending.call)
            numbers[place] += 1
            frames.append(msgpack.packb({**_body(sending), "seq": numbers[place]}))
        return frames

    def _place(self, call: str) -> int:
        return self._names[call] % len(self._sockets)

    async def _send(self, mark: Callable[[], None]) -> None:
        loop = asyncio.get_running_loop()
        self._start = time.perf_counter() + 0.05
        loop.call_later(self._warm_s + 0.05, mark)
        metronome = threading.Thread(target=self._beat, args=(loop,), daemon=True)
        metronome.start()
        await self._all_sent.wait()
        mark()
        metronome.join()
        until = time.perf_counter() + DRAIN_S
        while self._finals and time.perf_counter() < until:
            await asyncio.sleep(0.02)

    def _beat(self, loop: asyncio.AbstractEventLoop) -> None:
        """Wake the loop at every due time, from a thread of its own."""
        i = 0
        while i < len(self._due):
            pause = self._start + self._due[i] - time.perf_counter()
            if pause > 0:
                time.sleep(pause)
            loop.call_soon_threadsafe(self._pump)
            i = bisect_right(self._due, time.perf_counter() - self._start, lo=i + 1)

    def _pump(self) -> None:
        """Send all that is due."""
        while self._next < len(self._due):
            now = time.perf_counter() - self._start
            if self._due[self._next] > now:
                return
            self._put(self._sendings[self._next], self._frames[self._next], now)
            self._next += 1
        self._all_sent.set()

    def _put(self, sending: Sending, frame: bytes, now: float) -> None:
        said, key = sending.fragment, (sending.call, sending.fragment.segment if sending.fragment else "")
        if sending.at_s >= self._warm_s:
            self.outcome.lateness.append(1e6 * (now - sending.at_s))
        if said is None:
            self.outcome.sent["open"] += 1
        elif said.speaker == "agent":
            self.outcome.sent["agent"] += 1
        elif said.final:
            self.outcome.sent["final"] += 1
            self._finals[key] = self._carded[key] = sending.at_s
            self._partials.pop(key, None)
        else:
            self.outcome.sent["partial"] += 1
            self._partials.setdefault(key, deque(maxlen=4)).append(sending.at_s)
        broadcast([self._sockets[self._place(sending.call)]], frame)

    async def _read(self, socket: ClientConnection) -> None:
        try:
            while True:
                frame = await socket.recv()
                self._take(msgpack.unpackb(frame), time.perf_counter() - self._start)
        except ConnectionClosed:
            pass

    def _take(self, message: dict[str, Any], now: float) -> None:
        kind = message["type"]
        if kind == "reading":
            key = (message["call"], message["segment"])
            self._take_final(key, now) if message["final"] else self._take_partial(key, now)
        elif kind == "suggest" and message["based_on"]:
            self._take_card(message, (message["call"], message["based_on"][-1]), now)
        elif kind in ("problem", "dropped", "closing"):
            self.outcome.problems[message.get("code", kind)] += 1

    def _take_final(self, key: Key, now: float) -> None:
        due = self._finals.pop(key, None)
        if due is None:
            return
        self.outcome.answered += 1
        if due >= self._warm_s:
            self.outcome.finals.append(1e6 * (now - due))

    def _take_partial(self, key: Key, now: float) -> None:
        recent = [at for at in self._partials.get(key, ()) if now - at <= AMBIGUOUS_S]
        if len(recent) != 1:
            self.outcome.ambiguous += 1
        elif recent[0] >= self._warm_s:
            self.outcome.partials.append(1e6 * (now - recent[0]))

    def _take_card(self, message: dict[str, Any], key: Key, now: float) -> None:
        if message["state"] == "withdrawn" or now < self._warm_s:
            return
        final = message["state"] == "confirmed"
        if final:
            due = self._carded.pop(key, None)
            if due is None or due < self._warm_s:
                return
            self.outcome.cards.append(1e6 * (now - due))
        for stage, us in message.get("timing_us", {}).items():
            self.outcome.stages["final" if final else "partial", stage].append(us)


def _body(sending: Sending) -> dict[str, Any]:
    said = sending.fragment
    if said is None:
        return {"type": "open", "role": "ingest", "call": sending.call}
    return {
        "type": "fragment", "call": said.call, "segment": said.segment, "speaker": said.speaker, "text": said.text,
        "final": said.final,
    }  # fmt: skip
