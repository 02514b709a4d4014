"""The Python client: it reconnects and resumes, loses no final, and shows no confirmed card twice."""

import asyncio
import contextlib
import json
import random
import re
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import replace
from importlib.resources import files
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed

from assist import wire
from assist.client import FINAL_PROBLEMS, Client, Refused
from assist.service import Service
from assist.settings import Settings

TEXTS = (
    "我的流量怎么用得这么快", "我要去日本，想开通国际漫游", "宽带从昨天晚上就上不去网了", "手机丢了先帮我停机",
    "怎么查话费余额", "我想换个便宜点的套餐", "我的卡怎么补办", "怎么开发票",
)  # fmt: skip


@pytest.fixture
async def service(settings: Settings) -> AsyncIterator[Service]:
    """A running service; `address` is where."""
    service = Service(settings)
    async with service.running() as address:
        service.address = address  # type: ignore[attr-defined]
        yield service


@pytest.fixture
def address(service: Service) -> str:
    return str(service.address)  # type: ignore[attr-defined]


def cut(service: Service) -> None:
    """Cut every connection, without a goodbye."""
    for connection in list(service.connections.values()):
        connection.socket.transport.abort()


async def read(client: Client, seen: list[dict[str, Any]], last: str) -> None:
    """Read until the final reading of a segment has come."""
    async with asyncio.timeout(30):
        async for message in client:
            seen.append(message)
            if message["type"] == "reading" and message["final"] and message["segment"] == last:
                return


async def test_what_is_appended_survives_a_lost_connection(service: Service, address: str) -> None:
    seen: list[dict[str, Any]] = []
    async with Client(address, role="ingest", call="c") as client:
        await client.fragment("c", "s", "caller", "我的流量", final=False, revision="append")
        cut(service)
        await client.fragment("c", "s", "caller", "怎么用得", final=False, revision="append")  # lost with the connection
        reader = asyncio.create_task(read(client, [], "s"))
        while not client.reconnects:
            await asyncio.sleep(0.01)
        async with Client(address, role="agent", call="c") as agent:
            await client.fragment("c", "s", "caller", "这么快", final=True, revision="append")
            await read(agent, seen, "s")
        await reader
    heard = [message["text"] for message in seen if message["type"] == "heard" and message["final"]]
    assert heard == ["我的流量怎么用得这么快"]


@pytest.mark.parametrize("subprotocol", wire.SUBPROTOCOLS)
async def test_it_speaks_and_reads(address: str, subprotocol: str) -> None:
    async with Client(address, subprotocol=subprotocol, role="agent", call="c") as client:
        assert client.opened["limits"]["text_chars"] == 2_000
        await client.fragment("c", "s", "caller", TEXTS[0], final=True)
        seen: list[dict[str, Any]] = []
        await read(client, seen, "s")
        await client.ping("x")
        async for message in client:
            if message["type"] == "pong":
                assert message["echo"] == "x"
                break
        card = next(m for m in seen if m["type"] == "suggest")
        await client.feedback(card["id"], "dismissed")
        await client.end("c", "done")
        async for message in client:
            if message["type"] == "ended":
                assert message["reason"] == "done"
                break


@pytest.mark.parametrize("seed", range(4))
async def test_over_a_line_that_breaks_again_and_again_each_final_is_read_once(
    service: Service, address: str, seed: int
) -> None:
    chance = random.Random(seed)
    seen: list[dict[str, Any]] = []
    async with Client(address, role="agent", call="c") as client:
        reader = asyncio.create_task(read(client, seen, f"s{len(TEXTS) - 1}"))
        for i, text in enumerate(TEXTS):
            for end in range(4, len(text), 4):
                await client.fragment("c", f"s{i}", "caller", text[:end], final=False)
            await client.fragment("c", f"s{i}", "caller", text, final=True)
            if chance.random() < 0.6:
                await asyncio.sleep(chance.random() * 0.01)
                cut(service)
                await asyncio.sleep(chance.random() * 0.4)
        await reader
        assert client.reconnects > 0
    finals = Counter(m["segment"] for m in seen if m["type"] == "reading" and m["final"])
    assert finals == {f"s{i}": 1 for i in range(len(TEXTS))}
    confirmed = Counter(m["why"]["entry"] for m in seen if m["type"] == "suggest" and m["state"] == "confirmed")
    assert set(confirmed.values()) == {1}
    assert not [m for m in seen if m["type"] == "dropped"]
    assert len({m["seq"] for m in seen if m["type"] != "opened"}) == len([m for m in seen if m["type"] != "opened"])


async def test_what_others_say_meanwhile_is_not_missed(service: Service, address: str) -> None:
    seen: list[dict[str, Any]] = []
    async with Client(address, role="agent", call="c") as agent, Client(address, role="ingest", call="c") as gateway:
        reader = asyncio.create_task(read(agent, seen, "s3"))
        for i in range(4):
            await gateway.fragment("c", f"s{i}", "caller", TEXTS[i], final=True)
            await asyncio.sleep(0.02)
            assert agent.session is not None
            connection = service.connections.get(agent.session)
            if connection:
                connection.socket.transport.abort()
        await reader
    assert [m["segment"] for m in seen if m["type"] == "heard" and m["final"]] == ["s0", "s1", "s2", "s3"]


async def test_a_service_that_starts_again_is_given_the_calls_and_the_last_finals(settings: Settings) -> None:
    running = Service(settings).running()
    address = await running.__aenter__()
    seen: list[dict[str, Any]] = []
    async with Client(address, role="ingest") as client:
        await client.open_call("c", language="en")
        await client.fragment("c", "s1", "caller", TEXTS[0], final=True)
        await read(client, seen, "s1")
        session = client.session
        reader = asyncio.create_task(read(client, seen, "s2"))
        await running.__aexit__(None, None, None)
        await client.fragment("c", "s2", "caller", TEXTS[1], final=True)
        async with Service(replace(settings, listen=address)).running():
            await reader
            assert client.session != session
    assert [m["segment"] for m in seen if m["type"] == "reading" and m["final"]] == ["s1", "s1", "s2"]


async def test_a_service_that_starts_again_does_not_greet_in_mid_call(settings: Settings) -> None:
    running = Service(settings).running()
    address = await running.__aenter__()
    seen: list[dict[str, Any]] = []
    async with Client(address, role="agent", call="first") as client:
        await client.open_call("second")
        await client.fragment("second", "s1", "agent", "好的", final=True)
        await client.fragment("second", "s2", "caller", TEXTS[0], final=True)
        await read(client, [], "s2")
        reader = asyncio.create_task(read(client, seen, "s3"))
        await running.__aexit__(None, None, None)
        await client.open_call("third")
        await client.fragment("third", "s3", "caller", TEXTS[1], final=True)
        async with Service(replace(settings, listen=address)).running():
            await reader
    assert {m["call"] for m in seen if m["type"] == "snapshot"} == {"first", "second"}
    assert {m["call"] for m in seen if m["type"] == "suggest" and not m["based_on"]} == {"third"}


async def test_the_next_call_of_a_name_is_given_to_a_service_that_starts_again(settings: Settings) -> None:
    running = Service(settings).running()
    address = await running.__aenter__()
    async with Client(address, role="ingest") as client:
        for segment in ("s1", "s2"):
            await client.open_call("c")
            await client.fragment("c", segment, "caller", TEXTS[0], final=True)
            await read(client, [], segment)
            if segment == "s1":
                await client.end("c")
        reader = asyncio.create_task(read(client, [], "s3"))
        await running.__aexit__(None, None, None)
        async with Service(replace(settings, listen=address)).running():
            await client.fragment("c", "s3", "caller", TEXTS[1], final=True)
            await reader


async def test_of_every_call_the_finals_that_were_under_way_are_sent_again(service: Service, address: str) -> None:
    calls = [f"c{i}" for i in range(100)]
    seen: list[dict[str, Any]] = []
    async with Client(address, role="ingest") as client:
        for call in calls:
            await client.open_call(call)
        await client.ping()
        async for message in client:
            if message["type"] == "pong":
                break
        for call in calls:
            await client.fragment(call, "s", "caller", TEXTS[0], final=True)
        cut(service)
        async with asyncio.timeout(30):
            async for message in client:
                seen.append(message)
                if len([m for m in seen if m["type"] == "reading"]) == len(calls):
                    break
    assert {m["call"] for m in seen if m["type"] == "reading"} == set(calls)


async def test_what_was_answered_is_not_sent_again_but_for_the_last(settings: Settings) -> None:
    running = Service(settings).running()
    address = await running.__aenter__()
    seen: list[dict[str, Any]] = []
    async with Client(address, role="ingest", call="c") as client:
        for i in range(3):
            await client.fragment("c", f"s{i}", "caller", TEXTS[i], final=True)
        await read(client, [], "s2")
        reader = asyncio.create_task(read(client, seen, "s3"))
        await running.__aexit__(None, None, None)
        await client.fragment("c", "s3", "caller", TEXTS[3], final=True)
        async with Service(replace(settings, listen=address)).running():
            await reader
    assert [m["segment"] for m in seen if m["type"] == "reading"] == ["s2", "s3"]


async def test_what_may_pass_is_waited_for(settings: Settings) -> None:
    async with (
        Service(replace(settings, calls_max=1)).running() as address,
        Client(address, role="ingest", call="a") as first,
        asyncio.timeout(20),
    ):
        joining = asyncio.create_task(Client(address, role="ingest", call="b").__aenter__())
        await asyncio.sleep(0.3)
        assert not joining.done()
        await first.end("a")
        second = await joining
        assert second.opened["call"] == "b"
        await second.__aexit__(None, None, None)


async def test_a_subprotocol_that_the_service_does_not_speak_is_refused_for_good(address: str) -> None:
    with pytest.raises(Refused, match=r"subprotocol.*assist\.v1\.json"):
        async with asyncio.timeout(10):
            await Client(address, subprotocol="assist.v9.json", role="agent").__aenter__()


def test_what_is_final_is_so_for_the_panel_too() -> None:
    (told,) = re.findall(r"FINAL_PROBLEMS = new Set\((.+)\);", (files("assist") / "panel" / "stream.js").read_text("utf-8"))
    assert set(json.loads(told)) == FINAL_PROBLEMS


async def test_a_wrong_token_is_refused_for_good(settings: Settings) -> None:
    async with Service(replace(settings, token="secret")).running() as address:
        with pytest.raises(Refused, match="token"):
            await Client(address, role="agent", token="wrong").__aenter__()
        async with Client(address, role="agent", token="secret") as client:
            await client.open_call("c")
            async for message in client:
                assert message["type"] == "opened"
                break


async def test_a_closing_for_good_ends_the_reading(service: Service, address: str) -> None:
    async with Client(address, role="agent", call="c") as client:
        assert client.session is not None
        leaving = asyncio.create_task(service.connections[client.session].close("unauthorised"))
        seen = []
        async with asyncio.timeout(20):
            async for message in client:
                seen.append(message)
        await leaving
        assert (seen[-1]["type"], seen[-1]["reason"]) == ("closing", "unauthorised")
        assert client.reconnects == 0


async def test_it_waits_for_a_service_that_is_not_ready(settings: Settings, artifact_folder: Any, tmp_path: Any) -> None:
    async with Service(replace(settings, artifact=str(tmp_path))).running() as address:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.5):
                await Client(address, role="agent").__aenter__()


async def test_who_is_replaced_leaves_the_session_to_the_other(service: Service, address: str) -> None:
    async with Client(address, role="agent", call="c") as first:
        reader = asyncio.create_task(read(first, [], "never"))
        async with Client(address, role="agent", call="c", session=first.session, after=1) as second:
            await reader
            assert first.reconnects == 0
            await second.fragment("c", "s", "caller", TEXTS[0], final=True)
            seen: list[dict[str, Any]] = []
            await read(second, seen, "s")
            assert len(service.connections) == 1


async def test_closing_ends_the_reading(address: str) -> None:
    client = await Client(address, role="agent", call="c").__aenter__()
    reader = asyncio.create_task(read(client, [], "never"))
    await asyncio.sleep(0.05)
    await client.__aexit__(None, None, None)
    await reader
    with contextlib.suppress(ConnectionClosed):
        await client.ping()


async def test_nothing_of_a_call_that_is_over_is_sent_again(service: Service, address: str) -> None:
    async with Client(address, role="ingest") as client:
        reader = asyncio.create_task(read(client, [], "last"))
        for i in range(40):
            await client.open_call(f"c{i}")
            await client.fragment(f"c{i}", "s", "caller", TEXTS[i % len(TEXTS)], final=True)
            await client.end(f"c{i}")
        await client.open_call("live")
        for _ in range(3):
            await asyncio.sleep(0.1)
            async with asyncio.timeout(20):
                while not service.connections:  # it pauses for longer each time
                    await asyncio.sleep(0.02)
            cut(service)
        await asyncio.sleep(1)
        await client.fragment("live", "last", "caller", TEXTS[0], final=True)
        await reader
        assert client.reconnects == 3
    assert not service.problems


async def test_it_never_comes_back_earlier_than_asked(
    service: Service, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("assist.connection.RECONNECT_AFTER_MS", 400)
    monkeypatch.setattr(random, "uniform", lambda least, most: least)
    loop = asyncio.get_running_loop()
    async with Client(address, role="ingest") as client:
        reader = asyncio.create_task(read(client, [], "never"))
        assert client.session is not None
        asked_s = loop.time()
        await service.connections[client.session].close("shutdown")
        async with asyncio.timeout(10):
            while not service.connections:
                await asyncio.sleep(0.005)
        assert loop.time() - asked_s >= 0.4
        reader.cancel()


async def test_connections_that_keep_breaking_are_tried_less_and_less_often(service: Service, address: str) -> None:
    async with Client(address, role="ingest") as client:
        reader = asyncio.create_task(read(client, [], "never"))
        for _ in range(100):
            cut(service)
            await asyncio.sleep(0.01)
        assert client.reconnects < 10
        reader.cancel()
