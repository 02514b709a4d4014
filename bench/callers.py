"""Two clients that say one text a call, as the same card does not come twice in one, and wait for its card.

`Thin` is websockets' Sans-I/O protocol on a socket that it polls: what it adds is two small frames. `Python` is
`assist.client`, with the turns of its event loop and the waking of a processor that has gone to sleep (on a virtual machine
that alone takes some 50 us); a client in another language has its own.
Times are microseconds.
"""

import asyncio
import socket
from collections import deque
from collections.abc import Awaitable, Iterator, Sequence
from time import monotonic, perf_counter_ns
from typing import Any, Final, TypeVar

import msgpack
from websockets.client import ClientProtocol
from websockets.frames import Frame, Opcode
from websockets.protocol import State
from websockets.typing import Subprotocol
from websockets.uri import parse_uri

from assist import wire
from assist.client import Client

TIMEOUT_S: Final = 10
READ_BYTES: Final = 65_536
Result = TypeVar("Result")


class Thin:
    """A client that never sleeps. It sends little: the socket has room for it."""

    def __init__(self, address: str) -> None:
        uri = parse_uri(address + "/v1")
        self._socket = socket.create_connection((uri.host, uri.port), timeout=TIMEOUT_S)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket.setblocking(False)
        self._protocol = ClientProtocol(uri, subprotocols=[Subprotocol(wire.MSGPACK)])
        self._frames: deque[Frame] = deque()
        self._seq = self._calls = 0
        self._protocol.send_request(self._protocol.connect())
        self._write()
        while self._protocol.state is State.CONNECTING:
            self._read()
        self._send(type="open", role="ingest")
        self._until("opened")

    def close(self) -> None:
        """Hang up."""
        self._socket.close()

    def begin(self) -> str:
        """Open another call; its name."""
        self._calls += 1
        self._send(type="open", role="ingest", call=f"thin-{self._calls}")
        return str(self._until("opened")["call"])

    def end(self, calls: Sequence[str]) -> None:
        """End calls, and wait until the service is idle again."""
        for call in calls:
            self._send(type="end", call=call)
        self.echo()

    def echo(self) -> float:
        """A ping and its pong."""
        started = perf_counter_ns()
        self._send(type="ping")
        self._until("pong")
        return (perf_counter_ns() - started) / 1000

    def card(self, call: str, text: str) -> float:
        """From sending a final to its first answer card."""
        started = perf_counter_ns()
        self._send(type="fragment", call=call, segment="s", speaker="caller", text=text, final=True)
        while self._until("suggest")["kind"] != "answer":
            pass
        return (perf_counter_ns() - started) / 1000

    def _send(self, **body: Any) -> None:
        self._seq += 1
        self._protocol.send_binary(msgpack.packb({**body, "seq": self._seq}))
        self._write()

    def _write(self) -> None:
        for data in self._protocol.data_to_send():
            self._socket.sendall(data)

    def _read(self) -> None:
        """Poll for something to come, and take it in."""
        until = monotonic() + TIMEOUT_S
        while True:
            try:
                data = self._socket.recv(READ_BYTES)
                break
            except BlockingIOError:
                if monotonic() > until:
                    raise TimeoutError("the service does not answer") from None
        self._protocol.receive_data(data)
        self._write()  # the service pings, too
        events = self._protocol.events_received()
        self._frames += [event for event in events if isinstance(event, Frame) and event.opcode is Opcode.BINARY]

    def _until(self, kind: str) -> dict[str, Any]:
        for message in self._messages():
            if message["type"] == kind:
                return message
        raise ConnectionError("the service has closed the connection")

    def _messages(self) -> Iterator[dict[str, Any]]:
        while self._protocol.state is State.OPEN:
            while self._frames:
                yield msgpack.unpackb(self._frames.popleft().data)
            self._read()


class Python:
    """Our Python client, on a loop of its own that runs while it is asked."""

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
        call = f"python-{self._calls}"
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
        while (await self._until("suggest"))["kind"] != "answer":
            pass
        return (perf_counter_ns() - started) / 1000

    async def _until(self, kind: str) -> dict[str, Any]:
        async with asyncio.timeout(TIMEOUT_S):
            while True:
                message = await anext(self._messages)
                if message["type"] == kind:
                    return message

    def _run(self, work: Awaitable[Result]) -> Result:
        return self._loop.run_until_complete(work)


Caller = Thin | Python
