"""The service over real sockets: every kind of bad input, lost connections, slow readers, broken artifacts, shutdown."""

import asyncio
import contextlib
import json
import logging
import shutil
import signal
import socket as sockets
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from assist import artifact, connection, wire
from assist.client import Client
from assist.faults import CODES
from assist.service import Service
from assist.settings import Settings

ROOT = Path(__file__).parents[2]
QUESTION = "我的流量怎么用得这么快"
FRAGMENT = {"type": "fragment", "call": "c", "segment": "s", "speaker": "caller", "text": QUESTION, "final": True}
Body = dict[str, Any]


class Peer:
    """A raw client: maps go out as they are, and what comes in is looked through."""

    def __init__(self, socket: ClientConnection, subprotocol: str) -> None:
        self.socket = socket
        self.subprotocol = subprotocol

    async def send(self, *bodies: Body) -> None:
        for body in bodies:
            await self.socket.send(wire.pack(body, subprotocol=self.subprotocol))

    async def next(self, *, timeout: float = 20) -> Body:
        async with asyncio.timeout(timeout):
            return wire.unpack(await self.socket.recv(), subprotocol=self.subprotocol)

    async def until(self, what: str, /, **fields: Any) -> Body:
        """The next message of a type and with these fields; what comes before it is left aside."""
        while True:
            body = await self.next()
            if body["type"] == what and fields.items() <= body.items():
                return body

    async def rest(self) -> list[Body]:
        """All that comes until the connection closes."""
        bodies = []
        with contextlib.suppress(ConnectionClosed):
            while True:
                bodies.append(await self.next())
        return bodies

    async def open(self, role: str = "agent", call: str | None = "c", **fields: Any) -> Body:
        await self.send({"type": "open", "role": role, "call": call, **fields})
        return await self.until("opened")


@contextlib.asynccontextmanager
async def peer(address: str, subprotocol: str = wire.JSON, **options: Any) -> AsyncIterator[Peer]:
    async with connect(f"{address}/v1", subprotocols=[subprotocol], compression=None, **options) as socket:  # type: ignore[list-item]
        yield Peer(socket, subprotocol)


async def eventually(done: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not done():
            await asyncio.sleep(0.01)


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


@pytest.mark.parametrize("subprotocol", wire.SUBPROTOCOLS)
async def test_words_in_cards_out(address: str, subprotocol: str) -> None:
    async with peer(address, subprotocol) as agent:
        opened = await agent.open(agent="1024")
        assert opened["seq"] == 1
        await agent.send(FRAGMENT)
        reading = await agent.until("reading", final=True)
        assert reading["segment"] == "s"
        card = await agent.until("suggest", kind="answer", state="confirmed")
        assert card["why"]["source"]
        timing = card["timing_us"]
        assert timing.keys() == {"decode", "wait", "encode", "search", "advise", "total"}
        assert all(0 <= timing[stage] <= timing["total"] for stage in timing)


@pytest.mark.parametrize("offered", [None, ["chat"]])
async def test_a_client_that_names_no_subprotocol_of_ours_is_refused(address: str, offered: Any) -> None:
    with pytest.raises(InvalidStatus) as caught:
        async with connect(f"{address}/v1", subprotocols=offered):
            pass
    assert caught.value.response.status_code == 400


async def test_numbers_have_no_gaps(address: str) -> None:
    async with peer(address) as agent:
        opened = await agent.open()
        numbers = [opened["seq"]]
        for i in range(20):
            await agent.send({**FRAGMENT, "segment": f"s{i}"}, {"type": "ping", "echo": str(i)})
        while len(numbers) < 40:
            numbers.append((await agent.next())["seq"])
    assert numbers == list(range(1, len(numbers) + 1))


SMALL = {"frame_bytes_max": 2_000, "text_chars_max": 50, "calls_per_connection_max": 2, "fragments_per_s_max": 3}
PROBLEMS: dict[str, list[Any]] = {
    "malformed_frame": ["{"],
    "frame_too_big": [{**FRAGMENT, "reason": "字" * 700}],
    "missing_field": [{**FRAGMENT, "text": None}],
    "wrong_type": [{**FRAGMENT, "final": "yes"}],
    "bad_value": [{**FRAGMENT, "speaker": "dog"}],
    "text_too_long": [{**FRAGMENT, "text": "字" * 51}],
    "unknown_call": [{**FRAGMENT, "call": "other"}],
    "unknown_suggestion": [{"type": "feedback", "suggestion": "c/99", "action": "said"}],
    "call_ended": [{"type": "end", "call": "c"}, FRAGMENT],
    "too_many_calls": [{"type": "open", "role": "agent", "call": call} for call in ("d", "e")],
    "rate_exceeded": [{**FRAGMENT, "segment": f"s{i}", "text": "嗯"} for i in range(7)],
}
ELSEWHERE = {"not_open", "unauthorised", "not_allowed", "not_ready", "engine_failed"}  # tested one by one below


def test_every_problem_is_tested() -> None:
    assert PROBLEMS.keys() | ELSEWHERE == CODES.keys()


@pytest.mark.parametrize("code", PROBLEMS)
async def test_bad_input_is_told_and_the_connection_stays_open(settings: Settings, code: str) -> None:
    async with Service(replace(settings, **SMALL)).running() as address, peer(address) as agent:
        await agent.open()
        for body in PROBLEMS[code]:
            await agent.socket.send(body if isinstance(body, str) else json.dumps(body, ensure_ascii=False))
        problem = await agent.until("problem")
        assert problem["code"] == code
        assert problem["message"].endswith(".")
        await agent.send({"type": "ping", "echo": "still here"})
        await agent.until("pong", echo="still here")


async def test_a_problem_with_a_fragment_names_its_call(address: str) -> None:
    async with peer(address) as gateway:
        await gateway.open("ingest")
        await gateway.send({**FRAGMENT, "call": "other"})
        assert (await gateway.until("problem"))["call"] == "other"


async def test_a_frame_beyond_all_measure_ends_the_connection(settings: Settings) -> None:
    async with Service(replace(settings, **SMALL)).running() as address, peer(address) as agent:
        await agent.open()
        await agent.socket.send("x" * 20_000)
        await agent.rest()
        assert agent.socket.close_code == 1009


@pytest.mark.parametrize(
    "first", ["{", b"\x80", '{"type":"ping"}', '{"type":"dance"}', '{"type":"open","role":"dog"}', "[]"]
)
async def test_before_open_anything_else_is_a_problem(address: str, first: str | bytes) -> None:
    async with peer(address) as agent:
        await agent.socket.send(first)
        assert (await agent.next())["type"] == "problem"
        assert (await agent.open())["type"] == "opened"


async def test_the_first_message_must_be_open(address: str) -> None:
    async with peer(address) as agent:
        await agent.send({"type": "ping"})
        assert (await agent.next())["code"] == "not_open"


async def test_a_wrong_token_is_refused_and_the_right_one_not(settings: Settings) -> None:
    async with Service(replace(settings, token="secret")).running() as address:
        for token in (None, "wrong"):
            async with peer(address) as agent:
                await agent.send({"type": "open", "role": "agent", "token": token})
                told = await agent.rest()
                assert [body.get("code") or body["reason"] for body in told] == ["unauthorised", "unauthorised"]
                assert told[-1]["reconnect_after_ms"] == 60_000  # not each second, for ever
        async with peer(address) as agent:
            await agent.open(token="secret")


async def test_a_supervisor_may_not_speak(address: str) -> None:
    async with peer(address) as boss:
        await boss.open("supervisor", None)
        await boss.send(FRAGMENT)
        assert (await boss.until("problem"))["code"] == "not_allowed"


async def test_whoever_persists_is_cut_off_after_as_many_problems_as_the_setting_says(settings: Settings) -> None:
    async with Service(replace(settings, problems_per_minute_max=20)).running() as address, peer(address) as agent:
        await agent.open()
        for _ in range(19):
            await agent.socket.send("{")
        for _ in range(19):
            await agent.until("problem")
        await agent.send({"type": "ping"})
        await agent.until("pong")
        with contextlib.suppress(ConnectionClosed):
            for _ in range(100):
                await agent.socket.send("{")
        told = await agent.rest()
        assert told[-1]["reason"] == "too_many_problems"
        assert len(told) < 10
        assert agent.socket.close_code == 1008


async def test_whoever_never_opens_is_cut_off(settings: Settings) -> None:
    async with Service(replace(settings, problems_per_minute_max=3)).running() as address, peer(address) as agent:
        for _ in range(3):
            await agent.socket.send("nonsense")
        told = await agent.rest()
        assert [body["type"] for body in told] == ["problem"] * 3 + ["closing"]


async def test_nonsense_wins_no_time_to_open_in(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "OPEN_TIMEOUT_S", 0.5)
    async with Service(settings).running() as address, peer(address) as agent:
        async with asyncio.timeout(10):
            with contextlib.suppress(ConnectionClosed):
                while True:
                    await agent.socket.send("nonsense")
                    await asyncio.sleep(0.1)
        told = await agent.rest()
    assert (told[0]["type"], told[-1]["reason"]) == ("problem", "no_open")
    assert len(told) < 20


async def test_a_failing_engine_is_told_and_the_call_goes_on(service: Service, address: str) -> None:
    assert service.desk is not None
    whole = service.desk.engine.catalog
    async with peer(address) as agent:
        await agent.open()
        service.desk.engine.catalog = replace(whole, rows={})
        await agent.send(FRAGMENT)
        problem = await agent.until("problem")
        assert (problem["code"], problem["call"]) == ("engine_failed", "c")
        service.desk.engine.catalog = whole
        await agent.send({**FRAGMENT, "segment": "t"})
        await agent.until("suggest", kind="answer")
    assert service.problems["engine_failed"] == 1


async def test_a_bug_that_one_call_brings_out_costs_the_others_nothing(settings: Settings) -> None:
    service = Service(replace(settings, drain_s=0))
    async with service.running() as address, peer(address) as gateway:
        await gateway.open("ingest", "bad")
        await gateway.send({"type": "open", "role": "ingest", "call": "good"})
        await gateway.until("opened", call="good")
        assert service.switchboard is not None
        service.switchboard.calls["bad"].call.mood = None  # type: ignore[assignment]
        service.switchboard.calls["bad"].call.board = None  # type: ignore[assignment]
        for i in range(20):
            await gateway.send(
                {**FRAGMENT, "call": "bad", "segment": f"s{i}"}, {**FRAGMENT, "call": "good", "segment": f"s{i}"}
            )
        for i in range(20):
            await gateway.until("reading", call="good", segment=f"s{i}", final=True)
        await asyncio.sleep(1.1)  # two ticks
        await gateway.send({"type": "ping"})
        await gateway.until("pong")


async def test_a_bug_in_one_call_does_not_close_a_gateway_s_others(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    service = Service(replace(settings, drain_s=0))
    async with service.running() as address, peer(address) as gateway:
        await gateway.open("ingest", "bad")
        assert service.switchboard is not None
        service.switchboard.calls["bad"].call.transcript = None  # type: ignore[assignment]
        await gateway.send({"type": "open", "role": "ingest", "call": "good"})
        await gateway.send({**FRAGMENT, "call": "bad"}, {**FRAGMENT, "call": "good"})
        await gateway.until("reading", call="good", final=True)
    failed = next(record for record in caplog.records if record.levelno >= logging.ERROR)
    assert (failed.getMessage(), failed.call) == ("message failed", "bad")  # type: ignore[attr-defined]
    assert QUESTION not in f"{failed.__dict__} {failed.exc_text}"


async def test_a_lost_connection_resumes_where_it_was(service: Service, address: str) -> None:
    async with peer(address) as gateway, peer(address) as agent:
        await gateway.open("ingest")
        session = (await agent.open())["session"]
        after = (await agent.until("snapshot"))["seq"]
        agent.socket.transport.abort()
        await eventually(lambda: len(service.connections) == 1)
        await gateway.send(FRAGMENT)
        await gateway.until("suggest", kind="answer")
        async with peer(address) as again:
            opened = await again.open(session=session, after=after)
            assert (opened["session"], opened["seq"]) == (session, after + 1)
            card = await again.until("suggest", kind="answer")
            await gateway.send({**FRAGMENT, "segment": "t", "text": "我要去日本，想开通国际漫游"})
            later = await again.until("suggest", kind="answer")
            assert later["id"] != card["id"]
            assert later["seq"] > card["seq"]


async def test_a_second_connection_takes_a_session_over(service: Service, address: str) -> None:
    async with peer(address) as first, peer(address) as second:
        session = (await first.open())["session"]
        await first.until("suggest")
        former = service.connections[session]
        assert (await second.open(session=session, after=2))["session"] == session
        for late in ("{", json.dumps(FRAGMENT)):  # frames that were on their way have no effect
            former._receive(late)
        assert not service.problems
        told = await first.rest()
        assert [body["reason"] for body in told] == ["replaced"]
        assert told[-1]["reconnect_after_ms"] == 60_000
        assert first.socket.close_code == 1008
        await second.send(FRAGMENT)
        await second.until("reading", segment="s")


async def test_a_takeover_from_a_connection_that_is_stuck_goes_on_without_it(settings: Settings) -> None:
    service = Service(replace(settings, **FLOOD))
    async with service.running() as address, peer(address) as gateway, stuck(address) as first:
        await gateway.open("ingest")
        session = (await first.open())["session"]
        after = (await first.until("snapshot"))["seq"]
        await flood(gateway, final=False)
        async with peer(address) as second:
            last = (await second.open(session=session, after=after))["seq"]
            assert last == after + 1
            reading = asyncio.create_task(first.rest())  # what it was stuck at begins to flow
            await asyncio.sleep(0.05)
            await gateway.send({**FRAGMENT, "segment": "last"})
            while True:
                body = await second.next()
                assert body["seq"] == last + 1
                last = body["to_seq"] if body.get("kind") == "provisional" else body["seq"]
                if body["type"] == "suggest" and body["kind"] == "answer":
                    break
            await reading


@contextlib.asynccontextmanager
async def stuck(address: str) -> AsyncIterator[Peer]:
    """A peer with tiny buffers, which reads nothing that it is not asked for."""
    host, _, port = address.removeprefix("ws://").partition(":")
    raw = sockets.socket()
    raw.setsockopt(sockets.SOL_SOCKET, sockets.SO_RCVBUF, 2_048)
    raw.connect((host, int(port)))
    raw.setblocking(False)
    async with peer(address, sock=raw, max_queue=1, close_timeout=0.1) as slow:
        yield slow


FLOOD = {"fragments_per_s_max": 1_000_000, "outbox_max": 64, "ring_max": 16}


async def flood(gateway: Peer, *, final: bool) -> None:
    """Some 20 MB of words that no query is made of."""
    for i in range(4_000):
        text = "嗯" * 1_900 + str(i % 10) * (not final)
        await gateway.send(
            {**FRAGMENT, "speaker": "agent", "segment": f"s{i}" if final else "s", "text": text, "final": final}
        )


async def test_a_slow_reader_stalls_nobody_and_memory_stays_bounded(settings: Settings) -> None:
    service = Service(replace(settings, **FLOOD))
    async with service.running() as address, peer(address) as gateway, peer(address) as other, stuck(address) as slow:
        await gateway.open("ingest")
        await other.open()
        session = (await slow.open())["session"]
        reading = asyncio.create_task(count(other, "heard", 4_000))
        await flood(gateway, final=True)
        assert await reading == 4_000
        assert service.switchboard is not None
        outbox = service.switchboard.sessions[session].outbox
        assert outbox.overflowed
        assert len(outbox) <= 65
        await eventually(lambda: session not in service.connections)
        assert service.slow_readers == 1
        page = service.metrics.page().decode()
        assert "assist_slow_readers_total 1.0" in page
        assert f"assist_messages_dropped_total {float(service.switchboard.shed)}" in page
        async with peer(address) as again:
            await again.open(session=session, after=2)
            assert (await again.next())["type"] == "dropped"
            assert (await again.next())["type"] == "snapshot"


async def test_a_peer_that_goes_while_cards_are_due_is_no_error(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    service = Service(replace(settings, fragments_per_s_max=10_000))
    async with service.running() as address, peer(address) as gateway:
        await gateway.open("ingest")
        for number in range(20):
            async with peer(address) as agent:
                await agent.open()
                for i in range(3):
                    await gateway.send({**FRAGMENT, "segment": f"{number}-{i}"})
                agent.socket.transport.abort()
        await gateway.send({**FRAGMENT, "segment": "last"})
        await gateway.until("reading", segment="last")
    assert [record.message for record in caplog.records if record.levelno >= logging.ERROR] == []


async def test_a_slow_reader_of_partials_loses_only_what_is_provisional(settings: Settings) -> None:
    service = Service(replace(settings, **FLOOD))
    async with service.running() as address, peer(address) as gateway, stuck(address) as slow:
        await gateway.open("ingest")
        session = (await slow.open())["session"]
        last = (await slow.until("snapshot"))["seq"]
        await flood(gateway, final=False)
        await gateway.send({**FRAGMENT, "segment": "end"})
        await gateway.until("suggest", kind="answer")
        assert session in service.connections
        assert service.switchboard is not None
        assert len(service.switchboard.sessions[session].outbox) <= 64
        gaps = 0
        while True:
            body = await slow.next()
            assert body["seq"] == last + 1
            last = body["to_seq"] if body["type"] == "dropped" else body["seq"]
            gaps += body["type"] == "dropped"
            if body["type"] == "suggest" and body["kind"] == "answer":
                break
        assert gaps
        assert service.switchboard.sessions[session].outbox.dropped > 1_000


async def count(peer: Peer, kind: str, many: int) -> int:
    """Read until so many messages of a type have come."""
    seen = 0
    while seen < many:
        seen += (await peer.next())["type"] == kind
    return seen


async def test_a_connection_too_many_is_told_to_come_again(settings: Settings) -> None:
    async with (
        Service(replace(settings, connections_max=1)).running() as address,
        peer(address) as one,
        peer(address) as two,
    ):
        await one.open()
        await two.send({"type": "open", "role": "agent"})
        told = await two.rest()
        assert [body.get("code") or body["reason"] for body in told] == ["not_ready", "not_ready"]
        assert told[-1]["reconnect_after_ms"] == 1000


async def test_who_replaces_its_own_connection_needs_no_more_room(settings: Settings) -> None:
    async with (
        Service(replace(settings, connections_max=1)).running() as address,
        peer(address) as one,
        peer(address) as again,
    ):
        session = (await one.open())["session"]
        assert (await again.open(session=session, after=1))["session"] == session
        assert [body["reason"] for body in await one.rest() if body["type"] == "closing"] == ["replaced"]


async def test_sockets_that_have_not_opened_are_bounded_too(settings: Settings) -> None:
    async with Service(replace(settings, connections_max=1)).running() as address, peer(address) as one:
        await one.open()
        async with peer(address) as silent:
            with pytest.raises(InvalidStatus) as caught:
                async with peer(address):
                    pass
            assert caught.value.response.status_code == 503
            await silent.send({"type": "open", "role": "agent"})
            assert (await silent.next())["code"] == "not_ready"
            await silent.rest()
        assert (await fetch(address, "/healthz"))[0] == 200


async def test_without_an_artifact_it_is_alive_but_not_ready_until_one_is_published(
    settings: Settings, artifact_folder: Path, tmp_path: Path
) -> None:
    async with Service(replace(settings, artifact=str(tmp_path))).running() as address:
        assert (await fetch(address, "/healthz"))[0] == 200
        assert (await fetch(address, "/readyz"))[0] == 503
        assert (await fetch(address, "/metrics"))[0] == 200
        async with peer(address) as agent:
            await agent.send({"type": "open", "role": "agent"})
            problem = await agent.next()
            assert (problem["code"], problem["retry_after_ms"]) == ("not_ready", 1000)
        version = artifact.current(artifact_folder)
        shutil.copytree(artifact_folder / version, tmp_path / version)
        artifact.point(tmp_path, version)
        async with asyncio.timeout(20):
            while (await fetch(address, "/readyz"))[0] != 200:
                await asyncio.sleep(0.05)
        async with peer(address) as agent:
            assert (await agent.open())["artifact"] == version


async def test_swaps_through_the_disk_under_load_lose_no_final(
    settings: Settings, artifact_folder: Path, tmp_path: Path
) -> None:
    source = artifact_folder / artifact.current(artifact_folder)
    for name in ("v1", "v2", "broken"):
        shutil.copytree(source, tmp_path / name)
    (tmp_path / "broken" / "catalog.json").write_text("{}", encoding="utf-8")
    artifact.point(tmp_path, "v1")
    service = Service(replace(settings, artifact=str(tmp_path), fragments_per_s_max=10_000))
    async with service.running() as address, peer(address) as agent:
        await agent.open()
        sent = 0
        for version in ("v2", "v1", "broken", "v2", "v1", "v2"):
            loaded = service.keeper.loaded + service.keeper.refused
            artifact.point(tmp_path, version)
            while service.keeper.loaded + service.keeper.refused == loaded:
                await agent.send({**FRAGMENT, "segment": f"s{sent}"})
                sent += 1
                await asyncio.sleep(0.002)
        for i in range(sent):
            await agent.until("reading", segment=f"s{i}", final=True)
        assert service.keeper.refused == 1
        assert service.keeper.loaded == 6
        assert sent > 50


async def fetch(address: str, path: str, **headers: str) -> tuple[int, str, str]:
    """Status, content type and body of a GET."""

    def get() -> tuple[int, str, str]:
        connection = HTTPConnection(address.removeprefix("ws://"), timeout=20)
        connection.request("GET", path, headers=headers)
        response = connection.getresponse()
        body = response.read().decode()
        connection.close()
        return response.status, response.headers["Content-Type"], body

    return await asyncio.to_thread(get)


async def test_metrics_tell_what_happened(address: str) -> None:
    async with peer(address) as agent:
        await agent.open()
        await agent.send(FRAGMENT, {**FRAGMENT, "segment": "t", "text": "嗯", "final": False})
        card = await agent.until("suggest", kind="answer")
        await agent.send({"type": "feedback", "suggestion": card["id"], "action": "copied"}, {"type": "feedback"})
        await agent.until("problem")
        status, kind, text = await fetch(address, "/metrics")
        samples = {
            (s.name, *sorted(s.labels.values())): s.value for f in text_string_to_metric_families(text) for s in f.samples
        }
    assert status == 200
    assert kind.startswith("text/plain")
    assert samples["assist_connections",] == 1
    assert samples["assist_calls",] == 1
    assert samples["assist_fragments_total", "final"] == 1
    assert samples["assist_fragments_total", "partial"] == 1
    assert samples["assist_feedback_total", "copied"] == 1
    assert samples["assist_problems_total", "missing_field"] == 1
    assert samples["assist_suggestions_total", "answer", "confirmed"] >= 1
    assert samples["assist_partials_dropped_total", "superseded"] >= 0
    assert samples["assist_artifacts_loaded_total",] == 1
    assert samples["assist_queue_depth",] == 0
    assert samples["assist_latency_seconds_count", "total"] == 1
    assert any(name[0] == "assist_artifact_info" for name in samples)


@pytest.mark.parametrize(
    "path",
    [
        "/panel/../settings.py",
        "/panel/%2e%2e/cli.py",
        "/nothing",
        "/panel/nothing.js",
        "//[",
        "/panel/" + "a" * 300 + ".js",
        "/panel/.js",
    ],
)
async def test_nothing_but_the_panel_is_served(address: str, path: str) -> None:
    assert (await fetch(address, path))[0] == 404


@pytest.mark.parametrize("path", ["/", "/panel/", "/panel/?call=demo", "/panel/agent-assist.js", "/panel/panel.css"])
async def test_the_panel_is_served(address: str, path: str) -> None:
    status, kind, body = await fetch(address, path)
    assert status == 200
    assert kind.split(";")[0] in ("text/html", "text/javascript", "text/css")
    assert body


@pytest.mark.parametrize(
    ("allowed", "origin", "welcome"),
    [
        ("", None, True),
        ("", "http://evil.example", False),
        ("", "null", False),
        ("", "http://[", False),
        ("", "own", True),
        ("http://crm.example, http://b.example", "http://b.example", True),
        ("http://crm.example", "http://crm.example.evil", False),
        ("*", "http://evil.example", True),
    ],
)
async def test_origins(settings: Settings, allowed: str, origin: str | None, welcome: bool) -> None:
    async with Service(replace(settings, origins=allowed)).running() as address:
        told = address.replace("ws", "http", 1) if origin == "own" else origin
        if welcome:
            async with peer(address, origin=told) as agent:
                await agent.open()
        else:
            with pytest.raises(InvalidStatus) as caught:
                async with peer(address, origin=told):
                    pass
            assert caught.value.response.status_code == 403


@pytest.mark.parametrize("log_text", [False, True])
async def test_logs_hold_no_caller_text_unless_asked_for(
    settings: Settings, caplog: pytest.LogCaptureFixture, log_text: bool
) -> None:
    service = Service(replace(settings, log_text=log_text))
    with caplog.at_level(logging.DEBUG, logger="assist"):
        async with service.running() as address, peer(address) as agent:
            await agent.open(caller={"surname": "欧阳"})
            await agent.send(FRAGMENT, {**FRAGMENT, "segment": 5}, {**FRAGMENT, "text": QUESTION * 300})
            await agent.until("suggest", kind="answer")
            assert service.desk is not None
            service.desk.engine.catalog = replace(service.desk.engine.catalog, rows={})
            await agent.send({**FRAGMENT, "segment": "t"})
            await agent.until("problem", code="engine_failed")
    logged = " ".join(f"{record.getMessage()} {record.__dict__} {record.exc_text}" for record in caplog.records)
    assert "engine failed" in logged
    assert (QUESTION in logged) is log_text
    assert "欧阳" not in logged


async def test_leaving_says_goodbye_and_ends_the_threads(settings: Settings) -> None:
    service = Service(settings)
    async with service.running() as address:
        socket = await connect(f"{address}/v1", subprotocols=[wire.JSON])  # type: ignore[list-item]
        agent = Peer(socket, wire.JSON)
        await agent.open()
        await agent.send(FRAGMENT)
        await agent.until("reading")
    told = await agent.rest()
    assert told[-1] == {"type": "closing", "reason": "shutdown", "reconnect_after_ms": 1000, "seq": told[-1]["seq"]}
    assert socket.close_code == 1001
    assert service.desk is not None
    assert not any(thread.is_alive() for thread in service.desk._threads)


async def test_an_error_inside_ends_the_threads_too(settings: Settings) -> None:
    service = Service(settings)

    async def fail() -> None:
        async with service.running():
            raise KeyError("inside")

    with pytest.raises(KeyError, match="inside"):
        await fail()
    assert service.desk is not None
    assert not any(thread.is_alive() for thread in service.desk._threads)


async def test_a_peer_that_reads_nothing_does_not_hold_up_the_end(settings: Settings) -> None:
    service = Service(replace(settings, **FLOOD, drain_s=0))
    async with contextlib.AsyncExitStack() as stack:
        async with service.running() as address:
            slow = await stack.enter_async_context(stuck(address))
            async with peer(address) as gateway:
                await gateway.open("ingest")
                await slow.open()
                await flood(gateway, final=False)
            leaving = asyncio.get_running_loop().time()
        assert asyncio.get_running_loop().time() - leaving < 10


@contextlib.asynccontextmanager
async def process(*arguments: str) -> AsyncIterator[tuple[asyncio.subprocess.Process, str]]:
    """`assist serve` as a real process, and its address."""
    running = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "assist", "serve", "--listen", "ws://127.0.0.1:0", *arguments, cwd=ROOT,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert running.stdout is not None
    try:
        async with asyncio.timeout(30):
            line = (await running.stdout.readline()).decode()
        yield running, line.split()[2].rpartition("/")[0]
    finally:
        with contextlib.suppress(ProcessLookupError):
            running.kill()
        await running.communicate()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGTERM")
async def test_sigterm_answers_the_finals_in_flight_and_says_closing(artifact_folder: Path) -> None:
    async with process("--artifact", str(artifact_folder), "--fragments-per-s-max", "10000") as (running, address):
        async with peer(address) as agent:
            await agent.open()
            await agent.send(*({**FRAGMENT, "segment": f"s{i}"} for i in range(300)), {"type": "ping", "echo": "all"})
            await agent.until("pong", echo="all")
            running.send_signal(signal.SIGTERM)
            told = await agent.rest()
        assert told[-1]["type"] == "closing"
        assert told[-1]["reason"] == "shutdown"
        async with asyncio.timeout(20):
            _, errors = await running.communicate()
    read = {body["segment"] for body in told if body["type"] == "reading"}
    assert "s299" in read
    assert running.returncode == 0
    assert QUESTION not in errors.decode()
    assert all(json.loads(line)["level"] in ("info", "warning") for line in errors.decode().splitlines())


async def test_two_calls_over_real_sockets_never_mix(address: str) -> None:
    texts = {"a": "我的流量怎么用得这么快", "b": "我要去日本，想开通国际漫游"}

    async def speak(name: str) -> list[Any]:
        async with Client(address, role="agent", call=name) as client:
            for i in range(20):
                await client.fragment(name, f"s{i}", "caller", texts[name], final=True)
            await client.ping("done")
            seen = []
            async for message in client:
                seen.append(message)
                if message["type"] == "reading" and message["segment"] == "s19":
                    return seen
        return seen

    work: list[Awaitable[list[Any]]] = [speak("a"), speak("b")]
    for name, seen in zip("ab", await asyncio.gather(*work), strict=True):
        assert {message["call"] for message in seen if "call" in message} == {name}
        assert len([m for m in seen if m["type"] == "reading"]) == 20
