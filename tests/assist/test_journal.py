"""The log's lines about connections and calls: one each at the beginning and the end, none for what is said between."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect

from assist import journal, wire
from assist.service import Service
from assist.settings import Settings

TOKEN = "secret"
QUESTION = "我的流量怎么用得这么快"


@pytest.fixture
async def address(settings: Settings, caplog: pytest.LogCaptureFixture) -> AsyncIterator[str]:
    caplog.set_level(logging.INFO, logger="assist")
    async with Service(replace(settings, token=TOKEN)).running() as address:
        yield address


def dial(address: str) -> Any:
    return connect(f"{address}/v1", subprotocols=[wire.JSON])  # type: ignore[list-item]


async def send(socket: ClientConnection, **body: Any) -> None:
    await socket.send(wire.pack(body, subprotocol=wire.JSON))


async def until(socket: ClientConnection, kind: str, **fields: Any) -> dict[str, Any]:
    async with asyncio.timeout(20):
        while True:
            body = wire.unpack(await socket.recv(), subprotocol=wire.JSON)
            if body["type"] == kind and fields.items() <= body.items():
                return body


async def told(caplog: pytest.LogCaptureFixture, *events: str) -> list[Any]:
    """The journal's records once there are as many as these events, which they must be."""
    async with asyncio.timeout(20):
        while len(found := [record for record in caplog.records if record.name == journal.__name__]) < len(events):
            await asyncio.sleep(0.01)
    assert [record.getMessage() for record in found] == list(events)
    assert all(record.levelno == logging.INFO for record in found)
    return found


async def test_a_connection_and_its_call(address: str, caplog: pytest.LogCaptureFixture) -> None:
    async with dial(address) as socket:
        await send(socket, type="open", role="agent", call="c", token=TOKEN, caller={"surname": "欧阳"})
        session = (await until(socket, "opened"))["session"]
        for i, final in enumerate([False, False, True, True]):
            await send(socket, type="fragment", call="c", segment=f"s{i}", speaker="caller", text=QUESTION, final=final)
        await until(socket, "reading", segment="s3", final=True)
        await send(socket, type="end", call="c", reason=QUESTION)
        await until(socket, "ended")
        host, port = socket.local_address[:2]
    opened, begun, ended, closed = await told(caplog, "connection opened", "call begun", "call ended", "connection closed")
    assert (opened.session, opened.role, opened.subprotocol) == (session, "agent", wire.JSON)
    assert opened.remote == closed.remote == f"{host}:{port}"
    assert (begun.call, begun.session) == ("c", session)
    assert (ended.call, ended.reason, ended.segments) == ("c", "client", 2)
    assert ended.cards >= 2  # a greeting, an answer
    assert 0 <= ended.duration_ms < 20_000
    assert (closed.session, closed.code) == (session, 1000)
    everything = " ".join(str(record.__dict__) for record in caplog.records)
    assert QUESTION not in everything
    assert "欧阳" not in everything
    assert TOKEN not in everything


async def test_who_is_refused_is_told_without_a_session(address: str, caplog: pytest.LogCaptureFixture) -> None:
    async with dial(address) as socket:
        await send(socket, type="open", role="agent", call="c", token="wrong")
        await socket.wait_closed()
    (closed,) = await told(caplog, "connection closed")
    assert (closed.session, closed.code, closed.reason) == (None, 1008, "unauthorised")
    assert closed.remote.startswith("127.0.0.1:")


async def test_who_is_replaced_is_told_with_the_session_it_had(address: str, caplog: pytest.LogCaptureFixture) -> None:
    async with dial(address) as first, dial(address) as second:
        await send(first, type="open", role="agent", call="c", token=TOKEN)
        session = (await until(first, "opened"))["session"]
        await send(second, type="open", role="agent", call="c", token=TOKEN, session=session, after=1)
        await first.wait_closed()
        records = await told(caplog, "connection opened", "call begun", "connection opened", "connection closed")
    assert (records[-1].session, records[-1].code, records[-1].reason) == (session, 1008, "replaced")


async def test_a_line_that_is_cut_is_told(address: str, caplog: pytest.LogCaptureFixture) -> None:
    async with dial(address) as socket:
        await send(socket, type="open", role="ingest", token=TOKEN)
        await until(socket, "opened")
        socket.transport.abort()
        _, closed = await told(caplog, "connection opened", "connection closed")
    assert closed.code == 1006


async def test_a_call_nobody_carries_any_more_ends_as_abandoned(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, logger="assist")
    async with Service(replace(settings, resume_s=0)).running() as address:
        async with dial(address) as socket:
            await send(socket, type="open", role="ingest", call="c")
            await until(socket, "opened")
        events = ("connection opened", "call begun", "connection closed", "call ended")
        *_, ended = await told(caplog, *events)
    assert ended.reason == "abandoned"


async def test_a_stop_ends_the_calls_that_are_left(settings: Settings, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, logger="assist")
    async with contextlib.AsyncExitStack() as stack:
        address = await stack.enter_async_context(Service(settings).running())
        socket = await stack.enter_async_context(dial(address))
        await send(socket, type="open", role="ingest", call="c")
        await until(socket, "opened")
    ended = next(record for record in caplog.records if record.getMessage() == "call ended")
    assert (ended.call, ended.reason) == ("c", "shutdown")
