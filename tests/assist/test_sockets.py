"""Messages come one by one and in order, handed over or received, whole or in fragments."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.asyncio.server import serve
from websockets.exceptions import ConnectionClosed

from assist.sockets import Socket


@dataclass
class Ear:
    """What one connection heard: at once, and all of it in order."""

    at_once: list[bytes | str] = field(default_factory=list)
    heard: list[bytes | str] = field(default_factory=list)
    listening: asyncio.Event = field(default_factory=asyncio.Event)

    async def serve(self, socket: Socket) -> None:
        """Listen once `listening` is set, and receive the rest."""

        def hear(message: bytes | str) -> None:
            self.at_once.append(message)
            self.heard.append(message)

        await self.listening.wait()
        socket.hear = hear
        with contextlib.suppress(ConnectionClosed):
            while True:
                message = await socket.recv()
                socket.behind -= 1
                self.heard.append(message)


@contextlib.asynccontextmanager
async def talking(ear: Ear) -> AsyncIterator[ClientConnection]:
    async with serve(ear.serve, "127.0.0.1", 0, create_connection=Socket) as server:  # type: ignore[arg-type]
        port = server.sockets[0].getsockname()[1]
        async with connect(f"ws://127.0.0.1:{port}", proxy=None) as client:
            yield client


async def until(ear: Ear, count: int) -> None:
    async with asyncio.timeout(5):
        while len(ear.heard) < count:
            await asyncio.sleep(0.01)


async def test_a_message_is_handed_over_at_once() -> None:
    ear = Ear()
    ear.listening.set()
    async with talking(ear) as client:
        await client.send("一")
        await until(ear, 1)
        await client.send(b"2")
        await until(ear, 2)
    assert ear.at_once == ["一", b"2"] == ear.heard


async def test_what_comes_before_somebody_listens_is_received_in_order() -> None:
    ear = Ear()
    async with talking(ear) as client:
        for i in range(5):
            await client.send(str(i))
        await asyncio.sleep(0.05)
        ear.listening.set()
        for i in range(5, 10):
            await client.send(str(i))
        await until(ear, 10)
    assert ear.heard == [str(i) for i in range(10)]


async def test_whole_messages_and_fragments_keep_their_order() -> None:
    ear = Ear()
    ear.listening.set()
    sent = [f"{i}-{'x' * i}" for i in range(300)]
    async with talking(ear) as client:
        for i, text in enumerate(sent):
            await client.send([text[:2], text[2:]] if i % 7 == 3 else text)
            if i % 50 == 0:
                await until(ear, i + 1)
        await until(ear, len(sent))
    assert ear.heard == sent
    assert 0 < len(ear.at_once) < len(sent)


async def test_of_a_flood_only_the_first_is_handed_over() -> None:
    ear = Ear()
    ear.listening.set()
    async with talking(ear) as client:
        for i in range(100):
            client.protocol.send_text(str(i).encode())
        client.transport.write(b"".join(client.protocol.data_to_send()))
        await until(ear, 100)
    assert ear.heard == [str(i) for i in range(100)]
    assert ear.at_once == ["0"]


async def test_text_that_is_not_utf_8_closes_the_connection() -> None:
    ear = Ear()
    ear.listening.set()
    async with talking(ear) as client:
        client.protocol.send_text(b"\xff\xfe")
        client.transport.write(b"".join(client.protocol.data_to_send()))
        with pytest.raises(ConnectionClosed) as closed:
            await client.recv()
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 1007
    assert ear.heard == []
