"""The engine's queue: finals before partials, the latest partial of a segment only, none that is past its deadline.

A batch forms only from what is already waiting, so an idle service answers at once. An exception of the engine fails
the queries of its batch, never the worker. `ask` and `swap` are called on the event loop; `deliver` is called there.
"""

import asyncio
import logging
import threading
from collections import Counter, OrderedDict, deque
from collections.abc import Callable, Sequence
from time import perf_counter_ns
from typing import Final

from assist.engine import Engine, search_alone
from assist.queries import Answer, Query
from assist.records import record
from assist.settings import Settings

log = logging.getLogger(__name__)
Deliver = Callable[[Sequence[Answer]], None]
Key = tuple[str, str]  # call, segment


@record(frozen=True, slots=True)
class _Ticket:
    query: Query
    asked_ns: int
    received_ns: int


class Backlog:
    """What waits for the engine. Pure: no lock, no clock."""

    def __init__(self, *, queue_max: int, budget_ms: int) -> None:
        self.queue_max: Final = queue_max
        self.budget_ns: Final = budget_ms * 1_000_000
        self.dropped: Counter[str] = Counter(superseded=0, expired=0, overflow=0)
        self._finals: deque[_Ticket] = deque()
        self._partials: OrderedDict[Key, _Ticket] = OrderedDict()

    def __len__(self) -> int:
        return len(self._finals) + len(self._partials)

    def add(self, query: Query, *, now_ns: int, received_ns: int) -> None:
        """Queue a query. It replaces the waiting partial of its segment."""
        key = (query.call, query.segment)
        ticket = _Ticket(query, now_ns, received_ns)
        if query.final:
            if self._partials.pop(key, None):
                self.dropped["superseded"] += 1
            self._finals.append(ticket)
            return
        if self._partials.pop(key, None):
            self.dropped["superseded"] += 1
        elif len(self._partials) >= self.queue_max:
            self._partials.popitem(last=False)
            self.dropped["overflow"] += 1
        self._partials[key] = ticket

    def take(self, count: int, *, now_ns: int) -> list[_Ticket]:
        """Up to `count` queries to compute now: finals as they came, then partials, the newest first.

        When there are more partials than can be computed, some must be dropped: better those that are old already than
        to compute each when it is nearly worthless. Partials past their deadline are dropped on the way.
        """
        batch = [self._finals.popleft() for _ in range(min(count, len(self._finals)))]
        while self._partials and now_ns - next(iter(self._partials.values())).asked_ns > self.budget_ns:
            self._partials.popitem(last=False)
            self.dropped["expired"] += 1
        while len(batch) < count and self._partials:
            batch.append(self._partials.popitem()[1])
        return batch


class Desk:
    """Asks an engine, on worker threads or (with none) on the event loop itself."""

    def __init__(self, engine: Engine, settings: Settings, deliver: Deliver) -> None:
        self.engine = engine
        self.waiting = Backlog(queue_max=settings.queue_max, budget_ms=settings.budget_ms)
        self._batch_max = settings.batch_max
        self._deliver = deliver
        self._loop = asyncio.get_running_loop()
        self._ready = threading.Condition()
        self._open = True
        self._scheduled = False
        self._threads = [
            threading.Thread(target=self._work, name=f"engine-{i}", daemon=True) for i in range(settings.workers)
        ]
        search_alone()
        for thread in self._threads:
            thread.start()

    def ask(self, query: Query, *, received_ns: int) -> None:
        """Queue a query; its answer or failure will be delivered, unless it is a partial that has become stale.

        `received_ns` is when its frame came in, by `perf_counter_ns`; the answer's timing counts from there.
        """
        with self._ready:
            self.waiting.add(query, now_ns=perf_counter_ns(), received_ns=received_ns)
            if self._threads:
                self._ready.notify()
                return
        if not self._scheduled:
            self._scheduled = True
            self._loop.call_soon(self._drain)

    def swap(self, engine: Engine) -> None:
        """Use another engine from the next batch on; a batch in progress ends with the old one."""
        self.engine = engine

    def close(self) -> None:
        """Stop the workers after what they are at."""
        with self._ready:
            self._open = False
            self._ready.notify_all()
        for thread in self._threads:
            thread.join()

    def _work(self) -> None:
        search_alone()
        while True:
            with self._ready:
                while self._open and not self.waiting:
                    self._ready.wait()
                if not self._open:
                    return
                batch = self.waiting.take(self._share(), now_ns=perf_counter_ns())
            if batch:
                self._loop.call_soon_threadsafe(self._deliver, self._compute(batch))

    def _share(self) -> int:
        """How many to take: one while there is a worker for each, else a fair part of the backlog."""
        return max(1, min(self._batch_max, len(self.waiting) // max(1, len(self._threads))))

    def _drain(self) -> None:
        self._scheduled = False
        batch = self.waiting.take(self._batch_max, now_ns=perf_counter_ns())
        if self.waiting:
            self._scheduled = True
            self._loop.call_soon(self._drain)
        if batch:
            self._deliver(self._compute(batch))

    def _compute(self, batch: Sequence[_Ticket]) -> list[Answer]:
        engine, started = self.engine, perf_counter_ns()
        try:
            answers = engine.answer([ticket.query for ticket in batch])
        except Exception:  # whatever it was, the callers of these queries must hear of it, and the worker must live
            log.exception("engine failed", extra={"queries": len(batch)})
            return [Answer(query=ticket.query, catalog=engine.catalog, failed="engine_failed") for ticket in batch]
        for ticket, answer in zip(batch, answers, strict=True):
            answer.timing_us["decode"] = (ticket.asked_ns - ticket.received_ns) // 1000
            answer.timing_us["wait"] = (started - ticket.asked_ns) // 1000
            answer.timing_us["received_ns"] = ticket.received_ns
        return answers
