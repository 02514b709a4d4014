"""The service: sockets, engine threads and clocks around the pure core. Started by `cli`, the demo and the tests."""

import asyncio
import contextlib
import gc
import itertools
import logging
import uuid
from collections import Counter
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from http import HTTPStatus
from pathlib import Path
from time import perf_counter_ns
from typing import Any, Final

from websockets.asyncio.server import ServerConnection
from websockets.http11 import Request, Response

from assist import journal
from assist.batching import Desk
from assist.connection import Connection, epoch_ms, now_ms
from assist.engine import Engine
from assist.faults import Fault
from assist.keeper import Keeper
from assist.listening import listen, reached
from assist.live import BEATS, Effects, Live
from assist.messages import ClientMessage, Fragment, Open
from assist.metrics import Metrics
from assist.pages import Pages, page
from assist.queries import Answer
from assist.session import Session
from assist.settings import Settings
from assist.switchboard import TICK_MS, Switchboard

log = logging.getLogger(__name__)
# The calls in progress hold no cycles, and walking all of them took 57 ms at 2,000 calls: young garbage is looked for as
# often as it is worth, all of it only after millions of new objects.
GC_THRESHOLDS: Final = (5_000, 5, 100)
SOCKETS_PER_CONNECTION: Final = 2  # of `connections_max`: all clients may be replacing half-dead connections at once


class Service:
    """One process that assists calls."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.keeper = Keeper(Path(settings.artifact), self._adopt, threads=settings.graph_threads)
        self.connections: dict[str, Connection] = {}  # by session
        self.problems: Counter[str] = Counter()
        self.slow_readers = 0
        self.desk: Desk | None = None
        self.switchboard: Switchboard | None = None
        self.metrics = Metrics(self)
        self._pages = Pages(ready=lambda: self.switchboard is not None, metrics=self.metrics.page, origins=settings.origins)
        self._sockets = 0  # accepted: also those that have not opened yet, or have been replaced
        self._tasks: set[asyncio.Task[None]] = set()
        self._draining = False

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[str]:
        """Run the service; yields the address it listens on. Leaving drains and stops it. Raises ListenError."""
        await self.keeper.refresh()
        try:
            async with await listen(self.settings, self._serve, self._respond) as server:
                self.spawn(self.keeper.watch())
                self.spawn(self._tick())
                try:
                    yield reached(server, self.settings)
                finally:
                    await self._drain()
        finally:
            if self.desk:
                self.desk.close()

    async def _drain(self) -> None:
        """Let finals in progress be answered, say goodbye, stop."""
        self._draining = True
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self.settings.drain_s):
                while self._busy():
                    await asyncio.sleep(0.01)
        await asyncio.gather(*(connection.close("shutdown") for connection in list(self.connections.values())))
        for live in self.switchboard.calls.values() if self.switchboard else ():
            try:
                journal.call_ended(live, now=now_ms(), reason="shutdown")
            except Exception:  # a bug that one call brings out must not keep the service from stopping
                log.exception("call lost", extra={"call": live.call.name})
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _busy(self) -> bool:
        calls = self.switchboard.calls.values() if self.switchboard else ()
        waiting = any(connection.session and len(connection.session.outbox) for connection in self.connections.values())
        return waiting or any(live.call.busy for live in calls)

    def _respond(self, connection: ServerConnection, request: Request) -> Response | None:
        response = self._pages.respond(request)
        if response is None and self._sockets >= SOCKETS_PER_CONNECTION * self.settings.connections_max:
            return page(HTTPStatus.SERVICE_UNAVAILABLE, "The service has as many connections as it may.\n")
        return response

    async def _serve(self, socket: ServerConnection) -> None:
        connection = Connection(socket, self)
        self._sockets += 1
        try:
            await connection.serve()
        finally:
            self._sockets -= 1
            session = connection.session
            if session and self.connections.get(session.name) is connection:
                del self.connections[session.name]
                assert self.switchboard is not None
                self.switchboard.detach(session, now=now_ms())
            journal.connection_closed(connection)

    def join(self, connection: Connection, opening: Open) -> None:
        """A connection's `open`. Raises Fault."""
        if self.switchboard is None or self._draining:
            raise Fault("not_ready", "The service is not ready; try again shortly.", retry_after_ms=1000)
        if len(self.connections) >= self.settings.connections_max and not self._replaces(opening):
            raise Fault("not_ready", "The service has as many connections as it may.", retry_after_ms=5000)
        session, effects = self.switchboard.join(opening, now=now_ms(), epoch_ms=epoch_ms())
        former = self.connections.get(session.name)
        connection.session, connection.session_name = session, session.name
        self.connections[session.name] = connection
        journal.connection_opened(connection)
        if former:
            former.session = None
            self.spawn(former.close("replaced"))
        self._carry_out(effects, received_ns=perf_counter_ns())

    def _replaces(self, opening: Open) -> bool:
        """Whether a client takes over from a connection of its own, which needs no more room."""
        assert self.switchboard is not None
        resumed = self.switchboard.resumed(opening)
        return resumed is not None and resumed.name in self.connections

    def receive(self, session: Session, message: ClientMessage, *, received_ns: int) -> None:
        """Any later message. Raises Fault."""
        assert self.switchboard is not None
        if self.settings.log_text and isinstance(message, Fragment):
            log.info("fragment", extra={"call": message.call, "speaker": message.speaker, "text": message.text})
        effects = self.switchboard.receive(session, message, now=now_ms(), epoch_ms=epoch_ms())
        self._carry_out(effects, received_ns=received_ns)

    def _carry_out(self, effects: Effects, *, received_ns: int) -> None:
        for query in effects.queries:
            assert self.desk is not None
            self.desk.ask(query, received_ns=received_ns)
        for name in effects.touched:
            connection = self.connections.get(name)
            if connection:
                connection.wake()
        for live in effects.ended:
            journal.call_ended(live, now=now_ms())
        for live in effects.begun:
            journal.call_begun(live)

    def _deliver(self, answers: Sequence[Answer]) -> None:
        """The engine's answers, on the event loop: to the calls, and their times to the metrics."""
        assert self.switchboard is not None
        for answer in answers:
            try:
                self._advise(self.switchboard, answer)
            except Exception:  # a bug that one call brings out must not cost the others of the batch their answers
                log.exception("advice failed", extra={"call": answer.query.call})

    def _advise(self, switchboard: Switchboard, answer: Answer) -> None:
        started = perf_counter_ns()
        effects = switchboard.advise([answer])
        if not answer.failed:
            ended = perf_counter_ns()
            answer.timing_us["advise"] = (ended - started) // 1000
            answer.timing_us["total"] = (ended - answer.timing_us.pop("received_ns")) // 1000
        self._carry_out(effects, received_ns=started)
        if answer.failed:
            self.problems[answer.failed] += answer.query.final
        else:
            self.metrics.observe(answer.timing_us)

    def _adopt(self, engine: Engine) -> None:
        if self.switchboard is None or self.desk is None:
            self.switchboard = Switchboard(
                self.settings, engine.catalog, version=engine.version, name=lambda: uuid.uuid4().hex
            )
            self.desk = Desk(engine, self.settings, self._deliver)
            gc.freeze()  # what was loaded stays: the collector need not walk thousands of entries again and again
            gc.set_threshold(*GC_THRESHOLDS)
            return
        self.desk.swap(engine)
        self.switchboard.adopt(engine.catalog, version=engine.version)

    async def _tick(self) -> None:
        for beat in itertools.count():
            await asyncio.sleep(TICK_MS / BEATS / 1000)
            if self.switchboard:
                for live in self.switchboard.on_beat(beat):
                    self._in_time(self.switchboard.tick, live)
                self._in_time(self.switchboard.forget_lost)

    def _in_time(self, step: Callable[..., Effects], *whose: Live) -> None:
        try:
            self._carry_out(step(*whose, now=now_ms()), received_ns=perf_counter_ns())
        except Exception:  # time must not stop for all calls because of one
            log.exception("tick failed")

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        """Run something beside the rest, until the service stops."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        error = None if task.cancelled() else task.exception()
        if error:
            log.error("task failed", exc_info=error)
