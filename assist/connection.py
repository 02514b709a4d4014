"""One client's socket: frames in, the session's stream out. A thin shell; decisions are made in `switchboard`."""

import asyncio
import logging
from time import monotonic_ns, perf_counter_ns, time_ns
from typing import TYPE_CHECKING, Final

from websockets.asyncio.server import ServerConnection
from websockets.exceptions import ConnectionClosed
from websockets.protocol import State

from assist import wire
from assist.faults import Fault
from assist.messages import FOR_GOOD, ClientMessage, Closing, Open, Problem, ServerMessage
from assist.session import Session

if TYPE_CHECKING:
    from assist.service import Service

log = logging.getLogger(__name__)
_UTF8_MAX: Final = 4  # bytes of one character
OPEN_TIMEOUT_S: Final = 10
WRITE_BUFFER_BYTES: Final = 32_768
CLOSE_TIMEOUT_S: Final = 2  # for a peer that does not read what we say last
RECONNECT_AFTER_MS: Final = 1000
REFUSED_MS: Final = 60_000  # for a client that comes back though it should not


def now_ms() -> int:
    """The service's clock: milliseconds, never going back."""
    return monotonic_ns() // 1_000_000


def epoch_ms() -> int:
    """The time of day, in milliseconds since 1970."""
    return time_ns() // 1_000_000


class Connection:
    """A WebSocket, and the session it serves once `open` has been received."""

    def __init__(self, socket: ServerConnection, service: "Service") -> None:
        self.socket = socket
        self.service = service
        self.subprotocol = socket.subprotocol or wire.JSON
        self.remote = ":".join(map(str, (socket.remote_address or ())[:2]))  # asked now: a socket cut off cannot tell
        self.session: Session | None = None
        self.session_name: str | None = None  # also when another connection has taken the session over: for the log
        self.closed_for: str | None = None  # our reason; None while open, or when the peer went
        self._news = asyncio.Event()
        self._closing = False
        self._writing = False  # the writer task is at it: whoever else sends would overtake it
        self._said = 0  # numbers of what is sent before there is a session

    async def serve(self) -> None:
        """Serve the connection until it closes."""
        try:
            async with asyncio.timeout(OPEN_TIMEOUT_S):
                refused = await self._open()
            if refused:
                await self.close(refused)
                return
            writer = asyncio.create_task(self._write())
            try:
                async for frame in self.socket:
                    self._receive(frame)
            finally:
                writer.cancel()
        except ConnectionClosed:
            pass
        except TimeoutError:
            await self.close("no_open")

    async def _open(self) -> str:
        """Wait for a valid `open`; each other frame is answered with a problem. Returns why to close, if that is due."""
        for _ in range(self.service.settings.problems_per_minute_max):
            frame = await self.socket.recv()
            try:
                self.service.join(self, self._opening(frame))
                return ""
            except Fault as fault:
                await self._say(self._problem(fault))
                if fault.code in ("unauthorised", "not_ready"):
                    return fault.code
        return "too_many_problems"

    def _decode(self, frame: bytes | str) -> ClientMessage | None:
        limit = self.service.settings.frame_bytes_max
        size = len(frame.encode()) if isinstance(frame, str) and len(frame) * _UTF8_MAX > limit else len(frame)
        if size > limit:
            raise Fault("frame_too_big", f"A frame may hold {limit} bytes, not {size}.")
        return wire.decode(frame, subprotocol=self.subprotocol)

    def _opening(self, frame: bytes | str) -> Open:
        message = self._decode(frame)
        if not isinstance(message, Open):
            raise Fault("not_open", "The first message must be `open`.", field="type")
        return message

    def _receive(self, frame: bytes | str) -> None:
        received_ns = perf_counter_ns()
        session = self.session
        if session is None or self._closing:
            return  # another connection has taken the session over, or this one has said goodbye
        message = None
        try:
            message = self._decode(frame)
            if message is not None:
                self.service.receive(session, message, received_ns=received_ns)
        except Fault as fault:
            session.outbox.push(self._problem(fault, call=getattr(message, "call", None)))
            self.wake()
            if not session.problems.spend(now=now_ms()):
                self._closing = True
                self.service.spawn(self.close("too_many_problems"))
        except Exception:  # a bug that one call brings out must not cost a gateway its others
            log.exception("message failed", extra={"session": session.name, "call": getattr(message, "call", None)})

    def _problem(self, fault: Fault, call: str | None = None) -> Problem:
        self.service.problems[fault.code] += 1
        return Problem(
            code=fault.code, message=str(fault), field=fault.field, call=call, retry_after_ms=fault.retry_after_ms
        )

    def wake(self) -> None:
        """There is something to send, or too much.

        What the socket can take goes at once: a task of its own would cost a turn of the event loop. The rest is left to
        the writer, which waits for a slow reader.
        """
        session = self.session
        if session and session.outbox.overflowed:
            if not self.socket.transport.is_closing():
                log.warning("slow reader", extra={"session": session.name})
                self.service.slow_readers += 1
                self.socket.transport.abort()  # a closing handshake would wait behind what it does not read
        elif session and not self._writing:
            try:
                self._send_ready(session)
            except Exception:
                self._gave_out()

    def _send_ready(self, session: Session) -> None:
        """What the socket can take, in one write: each is a system call, and may wake the peer."""
        protocol, transport = self.socket.protocol, self.socket.transport
        if transport.is_closing():
            return  # the peer has gone; `serve` will hear of it in a moment
        room = WRITE_BUFFER_BYTES - transport.get_write_buffer_size()
        while room > 0 and protocol.state is State.OPEN:
            frame = self._frame(session)
            if frame is None:
                break
            data = frame if isinstance(frame, bytes) else frame.encode()
            (protocol.send_text if isinstance(frame, str) else protocol.send_binary)(data)
            room -= len(data)
        else:
            self._news.set()
        if frames := protocol.data_to_send():
            transport.write(b"".join(frames))

    def _frame(self, session: Session) -> bytes | str | None:
        numbered = session.outbox.take()
        if numbered is None:
            return None
        return wire.encode(numbered.message, seq=numbered.seq, subprotocol=self.subprotocol)

    async def _write(self) -> None:
        """Send what `wake` had to leave, for as long as the session is served here."""
        session = self.session
        assert session is not None
        try:
            while self.session is session:
                self._writing = True
                while self.session is session and (frame := self._frame(session)):
                    await self.socket.send(frame)
                self._writing = False
                self._news.clear()
                await self._news.wait()
        except ConnectionClosed:
            pass  # whoever reads the socket hears of it too
        except Exception:
            self._gave_out()

    def _gave_out(self) -> None:
        """Our own bug: a connection that no longer speaks must not look alive."""
        log.exception("writer failed", extra={"session": self.session_name})
        self.socket.transport.abort()

    async def _say(self, message: ServerMessage) -> None:
        """Send outside the session's stream and its count, before there is one or after it has been cut off."""
        self._said += 1
        seq = self.session.outbox.seq + 1 if self.session else self._said
        await self.socket.send(wire.encode(message, seq=seq, subprotocol=self.subprotocol))

    async def close(self, reason: str) -> None:
        """Say why, and close."""
        self.closed_for = self.closed_for or reason
        try:
            async with asyncio.timeout(CLOSE_TIMEOUT_S):
                pause = REFUSED_MS if reason in FOR_GOOD else RECONNECT_AFTER_MS
                await self._say(Closing(reason=reason, reconnect_after_ms=pause))
                await self.socket.close(1001 if reason == "shutdown" else 1008, reason)
        except ConnectionClosed:
            pass
        except TimeoutError:
            self.socket.transport.abort()
