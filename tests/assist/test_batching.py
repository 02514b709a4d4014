"""The engine's queue: finals are never dropped, the latest partial wins, and an engine that raises stops nothing."""

import asyncio
import random
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assist import artifact
from assist.batching import Backlog, Desk
from assist.engine import Engine
from assist.queries import Answer, Query
from assist.settings import Settings

MS = 1_000_000


def query(number: int = 1, *, segment: str = "s", call: str = "c", final: bool = False, turn: str = "我的话费") -> Query:
    return Query(call=call, number=number, segment=segment, speaker="caller", turn=turn, final=final, heard_ms=0)


def waiting(queue_max: int = 100) -> Backlog:
    return Backlog(queue_max=queue_max, budget_ms=50)


def add(queue: Backlog, *queries: Query, now_ns: int = 0) -> None:
    for each in queries:
        queue.add(each, now_ns=now_ns, received_ns=now_ns)


def numbers(queue: Backlog, count: int = 100, *, now_ns: int = 0) -> list[int]:
    return [ticket.query.number for ticket in queue.take(count, now_ns=now_ns)]


def test_finals_come_first_then_the_newest_partials() -> None:
    queue = waiting()
    add(queue, query(1, segment="a"), query(2, segment="b"), query(3, segment="c", final=True))
    assert numbers(queue, 2) == [3, 2]
    assert numbers(queue) == [1]
    assert not queue


def test_the_latest_partial_of_a_segment_wins() -> None:
    queue = waiting()
    add(queue, query(1, segment="a"), query(2, segment="b"), query(3, segment="a"), query(4, segment="a", call="d"))
    assert numbers(queue) == [4, 3, 2]
    assert queue.dropped["superseded"] == 1


def test_a_final_supersedes_the_partial_of_its_segment() -> None:
    queue = waiting()
    add(queue, query(1), query(2, final=True))
    assert numbers(queue) == [2]
    assert queue.dropped["superseded"] == 1


def test_a_partial_past_its_deadline_is_not_computed_but_a_final_is() -> None:
    queue = waiting()
    add(queue, query(1, segment="a"), query(2, segment="b", final=True))
    assert numbers(queue, now_ns=50 * MS + 1) == [2]
    assert queue.dropped["expired"] == 1
    add(queue, query(3))
    assert numbers(queue, now_ns=50 * MS) == [3]


def test_the_oldest_partial_goes_when_there_are_too_many() -> None:
    queue = waiting(queue_max=3)
    add(
        queue, *(query(i, segment=f"s{i}") for i in range(5)), *(query(i, segment=f"f{i}", final=True) for i in range(5, 15))
    )
    assert numbers(queue) == [*range(5, 15), 4, 3, 2]
    assert queue.dropped["overflow"] == 2


STEP = st.tuples(st.sampled_from(["partial", "final", "take"]), st.sampled_from("abc"), st.integers(0, 30))


@given(st.lists(STEP, max_size=100), st.integers(1, 4))
def test_each_query_is_computed_or_counted_as_dropped(steps: list[tuple[str, str, int]], queue_max: int) -> None:
    queue, now, asked, taken = waiting(queue_max), 0, dict[int, Query](), list[int]()
    for number, (what, segment, pause) in enumerate(steps):
        now += pause * MS
        if what == "take":
            taken += numbers(queue, 2, now_ns=now)
        else:
            asked[number] = query(number, segment=segment, final=what == "final")
            add(queue, asked[number], now_ns=now)
    taken += numbers(queue, 1_000, now_ns=now)
    assert len(set(taken)) == len(taken)
    assert [n for n in taken if asked[n].final] == [n for n, q in asked.items() if q.final], "all finals, in order"
    assert len(taken) + queue.dropped.total() == len(asked)


class Inbox:
    """What a desk delivers, and a way to wait for it."""

    def __init__(self) -> None:
        self.answers: list[Answer] = []
        self.threads: set[int] = set()
        self._news = asyncio.Event()

    def __call__(self, answers: Sequence[Answer]) -> None:
        self.answers += answers
        self.threads.add(threading.get_ident())
        self._news.set()

    async def until(self, done: Callable[[], bool]) -> None:
        async with asyncio.timeout(20):
            while not done():
                self._news.clear()
                await self._news.wait()

    async def count(self, count: int) -> None:
        await self.until(lambda: len(self.answers) >= count)


@pytest.fixture(params=[0, 1, 2])
def workers(request: pytest.FixtureRequest) -> int:
    return int(request.param)


async def test_every_final_is_answered_once_on_the_loop(engine: Engine, workers: int) -> None:
    inbox = Inbox()
    desk = Desk(engine, Settings(workers=workers), inbox)
    try:
        for number in range(200):
            desk.ask(query(number, segment=f"s{number}", final=True), received_ns=0)
            if number % 50 == 0:
                await asyncio.sleep(0)
        await inbox.count(200)
    finally:
        desk.close()
    assert sorted(answer.query.number for answer in inbox.answers) == list(range(200))
    assert not any(answer.failed for answer in inbox.answers)
    assert inbox.threads == {threading.get_ident()}
    assert inbox.answers[0].timing_us.keys() >= {"decode", "wait", "encode", "search"}


async def test_an_engine_that_raises_fails_its_batch_and_not_the_worker(engine: Engine, workers: int) -> None:
    inbox = Inbox()
    desk = Desk(engine, Settings(workers=workers, batch_max=1), inbox)
    broken: str = None  # type: ignore[assignment]  # no text: the engine raises
    try:
        for number in range(40):
            desk.ask(
                query(number, segment=f"s{number}", final=True, turn=broken if number % 2 else "我的话费"), received_ns=0
            )
        await inbox.count(40)
    finally:
        desk.close()
    failed = {answer.query.number for answer in inbox.answers if answer.failed == "engine_failed"}
    assert failed == set(range(1, 40, 2))


async def test_of_many_partials_of_one_segment_the_last_is_answered(engine: Engine, workers: int) -> None:
    inbox = Inbox()
    desk = Desk(engine, Settings(workers=workers, budget_ms=60_000), inbox)
    try:
        for number in range(300):
            desk.ask(query(number), received_ns=0)
        await inbox.until(lambda: any(answer.query.number == 299 for answer in inbox.answers))
    finally:
        desk.close()
    assert len(inbox.answers) + desk.waiting.dropped["superseded"] == 300


async def test_a_backlog_is_answered_in_batches(engine: Engine) -> None:
    sizes: list[int] = []
    inbox = Inbox()

    def deliver(answers: Sequence[Answer]) -> None:
        sizes.append(len(answers))
        inbox(answers)

    desk = Desk(engine, Settings(workers=0, batch_max=16), deliver)
    for number in range(40):
        desk.ask(query(number, segment=f"s{number}", final=True), received_ns=0)
    await inbox.count(40)
    desk.close()
    assert sizes == [16, 16, 8]


async def test_ten_thousand_swaps_under_load_lose_no_final(artifact_folder: Path, engine: Engine, workers: int) -> None:
    inbox = Inbox()
    desk = Desk(engine, Settings(workers=workers), inbox)
    other = Engine(artifact_folder / artifact.current(artifact_folder))
    finals = range(0, 10_000, 19)
    chance = random.Random(7)
    try:
        for number in range(10_000):
            desk.swap(chance.choice((other, engine)))
            if number in finals:
                desk.ask(query(number, segment=f"s{number}", final=True), received_ns=0)
                desk.ask(query(number, segment="p"), received_ns=0)
                await inbox.count(number // 19 - 20)  # a backlog of twenty or so
        await inbox.until(lambda: sum(answer.query.final for answer in inbox.answers) >= len(finals))
    finally:
        desk.close()
    answered = [answer.query.number for answer in inbox.answers if answer.query.final]
    assert sorted(answered) == list(finals)
    assert {id(answer.catalog) for answer in inbox.answers} == {id(engine.catalog), id(other.catalog)}


def test_closing_ends_the_threads(engine: Engine) -> None:
    async def run() -> list[threading.Thread]:
        desk = Desk(engine, Settings(workers=2), lambda answers: None)
        threads = [thread for thread in threading.enumerate() if thread.name.startswith("engine-")]
        desk.close()
        return threads

    threads = asyncio.run(run())
    assert len(threads) == 2
    assert not any(thread.is_alive() for thread in threads)
