"""Two clients that say one text a call, as the same card does not come twice in one, and wait for its card.

`PollingClient` is websockets' Sans-I/O protocol on a socket that it polls. Its clock runs from the system call that sends
the words' bytes to the one that brings the card's: to pack and to unpack a frame is its own affair, which takes Python 50 us
and a softphone next to nothing. `LoopClient` is `assist.client`, all of it: frames, the turns of its event loop, and the
waking of a processor that has gone to sleep (on a virtual machine that alone takes some 50 us). Times are microseconds.
"""

import asyncio
import socket
from collections import deque
from collections.abc import Awaitable, Sequence
from time import monotonic, perf_counter_ns
from typing import Any, Final, TypeVar

import msgpack
from websockets.client import ClientProtocol
from websockets.frames import Frame, Opcode
from websockets.protocol import State
from websockets.typing import Subprotocol
from websockets.uri import WebSocketURI, parse_uri

from assist import wire
from assist.client import Client

TIMEOUT_S: Final = 10
READ_BYTES: Final = 65_536
Result = TypeVar("Result")


class NoAnswer(Exception):
    """The service says something else than what is waited for, or nothing; `str()` tells."""


class PollingClient:
    """A client that never sleeps. It sends little: the socket has room for it."""

    _sent_ns = _came_ns = 0  # when bytes went out last, and when some came

    def __init__(self, address: str) -> None:
        uri = parse_uri(address + "/v1")
        self._protocol = ClientProtocol(uri, subprotocols=[Subprotocol(wire.MSGPACK)])
        self._frames: deque[bytes] = deque()
        self._seq = self._calls = 0
        self._socket = socket.create_connection((uri.host, uri.port), timeout=TIMEOUT_S)
        try:
            self._open(uri)
        except BaseException:
            self._socket.close()
            raise

    def _open(self, uri: WebSocketURI) -> None:
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket.setblocking(False)
        self._protocol.send_request(self._protocol.connect())
        self._write()
        until = monotonic() + TIMEOUT_S
        while self._protocol.state is State.CONNECTING:
            self._read(until, "handshake")
            if self._protocol.handshake_exc:
                raise self._protocol.handshake_exc
        self._send(type="open", role="ingest")
        self._until("opened")

    def close(self) -> None:
        """Hang up."""
        self._socket.close()

    def begin(self) -> str:
        """Open another call; its name."""
        self._calls += 1
        self._send(type="open", role="ingest", call=f"polling-{self._calls}")
        return str(self._until("opened")["call"])

    def end(self, calls: Sequence[str]) -> None:
        """End calls, and wait until the service is idle again."""
        for call in calls:
            self._send(type="end", call=call)
        self.echo()

    def echo(self) -> float:
        """A ping and its pong."""
        sent_ns = self._send(type="ping")
        self._until("pong")
        return (self._came_ns - sent_ns) / 1000

    def card(self, call: str, text: str) -> float:
        """From sending a final to its first answer card."""
        sent_ns = self._send(type="fragment", call=call, segment="s", speaker="caller", text=text, final=True)
        while not _answers(self._until("suggest"), call):
            pass
        return (self._came_ns - sent_ns) / 1000

    def _send(self, **body: Any) -> int:
        """Send a message; when its bytes were handed to the system."""
        self._seq += 1
        self._protocol.send_binary(msgpack.packb({**body, "seq": self._seq}))
        self._write()
        return self._sent_ns

    def _write(self) -> None:
        data = b"".join(self._protocol.data_to_send())
        if data:
            self._sent_ns = perf_counter_ns()
            self._socket.sendall(data)

    def _until(self, kind: str) -> dict[str, Any]:
        until = monotonic() + TIMEOUT_S
        while True:
            while self._frames:
                message: dict[str, Any] = msgpack.unpackb(self._frames.popleft())
                if message["type"] == kind:
                    return message
                _check(message)
            self._read(until, kind)

    def _read(self, until: float, awaited: str) -> None:
        """Poll until something comes, and take it in."""
        while True:
            try:
                data = self._socket.recv(READ_BYTES)
                self._came_ns = perf_counter_ns()
                break
            except BlockingIOError:
                if monotonic() > until:
                    raise NoAnswer(f"no {awaited} came within {TIMEOUT_S} s") from None
        if not data:
            raise NoAnswer(f"the service hung up before the {awaited} came")
        self._protocol.receive_data(data)
        self._write()  # the service pings, too
        events = self._protocol.events_received()
        self._frames += [event.data for event in events if isinstance(event, Frame) and event.opcode is Opcode.BINARY]


class LoopClient:
    """Our Python client, on an event loop that runs while it is asked."""

    def __init__(self, address: str, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._client = Client(address, role="ingest")
        self._run(self._client.__aenter__())
        self._messages = aiter(self._client)
        self._calls = 0

    def close(self) -> None:
        """Hang up."""
        self._run(self._client.__aexit__(None, None, None))

    def begin(self) -> str:
        """Open another call; its name."""
        self._calls += 1
        call = f"loop-{self._calls}"
        self._run(self._client.open_call(call))
        self._run(self._until("opened"))
        return call

    def end(self, calls: Sequence[str]) -> None:
        """End calls, and wait until the service is idle again."""
        for call in calls:
            self._run(self._client.end(call))
        self.echo()

    def echo(self) -> float:
        """A ping and its pong."""
        return self._run(self._echo())

    def card(self, call: str, text: str) -> float:
        """From sending a final to its first answer card."""
        return self._run(self._card(call, text))

    async def _echo(self) -> float:
        started = perf_counter_ns()
        await self._client.ping()
        await self._until("pong")
        return (perf_counter_ns() - started) / 1000

    async def _card(self, call: str, text: str) -> float:
        started = perf_counter_ns()
        await self._client.fragment(call, "s", "caller", text, final=True)
        while not _answers(await self._until("suggest"), call):
            pass
        return (perf_counter_ns() - started) / 1000

    async def _until(self, kind: str) -> dict[str, Any]:
        try:
            async with asyncio.timeout(TIMEOUT_S):
                while True:
                    message = await anext(self._messages)
                    if message["type"] == kind:
                        return message
                    _check(message)
        except TimeoutError:
            raise NoAnswer(f"no {kind} came within {TIMEOUT_S} s") from None

    def _run(self, work: Awaitable[Result]) -> Result:
        return self._loop.run_until_complete(work)


def _answers(card: dict[str, Any], call: str) -> bool:
    """Whether this card is an answer in this call: the one before may have had two."""
    return card["kind"] == "answer" and card["call"] == call


def _check(message: dict[str, Any]) -> None:
    """Raise what the service says against us."""
    if message["type"] == "problem":
        raise NoAnswer(f"{message['code']}: {message['message']}")
    if message["type"] == "closing":
        raise NoAnswer(f"the service closes: {message['reason']}")
