"""A client of the protocol in Python: reconnects, resumes, and sends finals again that may have been lost on the way.

Used by the demo, the tests and the benchmarks; a model for clients in other languages.
"""

import asyncio
import contextlib
import random
import time
from collections import deque
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from types import TracebackType
from typing import Any, Final

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus
from websockets.typing import Subprotocol

from assist import wire
from assist.messages import FOR_GOOD

FINALS_KEPT: Final = 32  # of each call, sent again after a reconnect; a segment known already has no effect
BACKOFF_S: Final = (0.1, 0.3, 1.0, 3.0, 5.0)
STEADY_S: Final = 5.0  # a connection that lasted so long was none of those that keep failing
JITTER: Final = 0.5  # up to half as long again, so that a thousand clients do not come back at once
WAITING_MAX: Final = 256  # messages kept while there is no connection; partials are not kept at all
# A service that answers `open` so will not answer otherwise a second later; as in panel/stream.js.
FINAL_PROBLEMS: Final = frozenset(
    {"unauthorised", "bad_value", "wrong_type", "missing_field", "text_too_long", "not_allowed"}
)


class Refused(Exception):
    """The service will not have us: wrong token, wrong protocol. `str()` is its sentence."""


@dataclass(slots=True)
class _Carried:
    """A call of ours."""

    opening: dict[str, Any]
    begun: bool = False  # the service has told so
    finals: deque[dict[str, Any]] = field(default_factory=lambda: deque(maxlen=FINALS_KEPT))

    def answered(self, segment: str) -> None:
        """What came before an answered final has arrived too; that one stays, for a service that starts anew."""
        if any(body["segment"] == segment for body in self.finals):
            while self.finals[0]["segment"] != segment:
                self.finals.popleft()


class Client:
    """One connection's worth of protocol; `async with` it, send, and iterate over what comes."""

    def __init__(self, uri: str, *, subprotocol: str = wire.MSGPACK, **opening: Any) -> None:
        """`uri` is ws://HOST:PORT; `opening` are the fields of `open`, of which `role` is required."""
        self.uri = uri.rstrip("/") + "/v1"
        self.subprotocol = subprotocol
        self.session: str | None = None
        self.after = 0
        self.reconnects = 0
        self._opening = opening
        self._calls: dict[str, _Carried] = {opening["call"]: _Carried({})} if opening.get("call") else {}
        self._socket: ClientConnection | None = None
        self._live = False  # opened, and what had to be sent again has been: nothing may overtake that
        self._seq = 0
        self._waiting: deque[dict[str, Any]] = deque(maxlen=WAITING_MAX)
        self._grown: dict[tuple[str, str], str] = {}  # open segments that are appended to: by call and name
        self._closed = False
        self._attempts = 0  # to connect, since the last steady connection
        self._since_s = 0.0
        self._told_to_wait_s = 0.0

    async def __aenter__(self) -> "Client":
        await self._connect()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closed = True
        if self._socket:
            await self._socket.close()

    async def open_call(self, call: str, **fields: Any) -> None:
        """Carry one more call on this connection."""
        carried = self._calls[call] = _Carried({"type": "open", "role": self._opening["role"], "call": call, **fields})
        await self._send(carried.opening)

    async def fragment(self, call: str, segment: str, speaker: str, text: str, *, final: bool, **fields: Any) -> None:
        """Send a piece of transcript.

        Of a segment that is appended to (`revision="append"`), all that has come so far is sent each time: a piece that is
        lost with a connection, or comes twice, would change what is heard.
        """
        if fields.pop("revision", None) == "append":
            text = self._grown.get((call, segment), "") + text
            self._grown[call, segment] = text
        if final:
            self._grown.pop((call, segment), None)
        body = {
            "type": "fragment",
            "call": call,
            "segment": segment,
            "speaker": speaker,
            "text": text,
            "final": final,
            **fields,
        }
        if final and call in self._calls:
            self._calls[call].finals.append(body)
        await self._send(body)

    async def feedback(self, suggestion: str, action: str, **fields: Any) -> None:
        """Tell what the agent did with a card."""
        await self._send({"type": "feedback", "suggestion": suggestion, "action": action, **fields})

    async def end(self, call: str, reason: str | None = None) -> None:
        """The call is over."""
        self._forget(call)
        await self._send({"type": "end", "call": call, "reason": reason})

    async def ping(self, echo: str | None = None) -> None:
        """Ask for a pong."""
        await self._send({"type": "ping", "echo": echo})

    def __aiter__(self) -> AsyncIterator[dict[str, Any]]:
        return self._messages()

    async def _messages(self) -> AsyncIterator[dict[str, Any]]:
        """The service's messages, across reconnects, until the client is closed."""
        while not self._closed:
            try:
                assert self._socket is not None
                yield self._noted(await self._socket.recv())
            except ConnectionClosed:
                if not self._closed:
                    self.reconnects += 1
                    if time.monotonic() - self._since_s > STEADY_S:
                        self._attempts = 0
                    await self._connect()

    def _noted(self, frame: bytes | str) -> dict[str, Any]:
        message = wire.unpack(frame, subprotocol=self.subprotocol)
        if message["type"] == "closing":  # it stands outside the count
            self._closed = self._closed or message["reason"] in FOR_GOOD
            self._told_to_wait_s = message["reconnect_after_ms"] / 1000
        else:
            self._note(message)
            self.after = message["to_seq"] if message.get("kind") == "provisional" else message["seq"]
        return message

    def _note(self, message: Mapping[str, Any]) -> None:
        """What a message tells about a call of ours."""
        carried = self._calls.get(message.get("call", ""))
        if carried is None:
            return
        if message["type"] == "opened":
            carried.begun = True
        elif message["type"] == "reading" and message["final"]:
            carried.answered(message["segment"])
        elif message["type"] == "ended" and carried.begun:  # else it was the call before, of the same name
            self._forget(message["call"])

    async def _connect(self) -> None:
        """Connect and open; resume if there was a session. Tries for ever, with growing pauses; raises Refused."""
        self._live = False
        while not self._closed:
            await asyncio.sleep(self._pause_s())
            self._attempts += 1
            try:
                self._socket = await connect(
                    self.uri, subprotocols=[Subprotocol(self.subprotocol)], compression=None, max_size=None
                )
                await self._open()
                self._since_s = time.monotonic()
                return
            except InvalidStatus as error:
                if error.response.status_code == HTTPStatus.BAD_REQUEST:  # the subprotocol is none of the service's
                    raise Refused((error.response.body or b"").decode(errors="replace").strip() or str(error)) from error
            except (OSError, InvalidHandshake, ConnectionClosed, TimeoutError):
                pass

    def _pause_s(self) -> float:
        """Before the next attempt: none at first, then growing; never shorter than the service has asked for."""
        asked, self._told_to_wait_s = self._told_to_wait_s, 0.0
        grown = BACKOFF_S[min(self._attempts, len(BACKOFF_S)) - 1] if self._attempts else 0.0
        return max(asked, grown) * random.uniform(1.0, 1.0 + JITTER)

    def _forget(self, call: str) -> None:
        """A call is over: nothing of it is sent again."""
        self._calls.pop(call, None)
        if self._opening.get("call") == call:
            del self._opening["call"]
        self._grown = {key: text for key, text in self._grown.items() if key[0] != call}
        self._waiting = deque((body for body in self._waiting if body.get("call") != call), WAITING_MAX)

    async def _open(self) -> None:
        assert self._socket is not None
        self._seq = 0
        resume = {"session": self.session, "after": self.after} if self.session else {}
        await self._put({"type": "open", **self._opening, **resume})
        opened = wire.unpack(await self._socket.recv(), subprotocol=self.subprotocol)
        if opened["type"] == "problem":
            await self._socket.close()
            if opened["code"] in FINAL_PROBLEMS:
                raise Refused(opened["message"])
            self._told_to_wait_s = opened.get("retry_after_ms", 0) / 1000
            raise OSError(opened["message"])
        known = opened["session"] == self.session
        self.session, self.after = opened["session"], opened["seq"]
        self.opened = opened
        self._note(opened)
        await self._send_again(known=known)

    async def _send_again(self, *, known: bool) -> None:
        """What the service may not have: further calls, finals, and what has waited for a connection."""
        kept = [*self._openings(known=known), *(body for carried in self._calls.values() for body in carried.finals)]
        by_call = ("open", "fragment")
        others = (body for body in self._waiting if body["type"] not in by_call or body["call"] not in self._calls)
        self._waiting = deque(others, WAITING_MAX)
        for body in kept:
            await self._put(body)
        self._live = True
        waiting, self._waiting = self._waiting, deque(maxlen=WAITING_MAX)
        for body in waiting:
            await self._send(body)

    def _openings(self, *, known: bool) -> list[dict[str, Any]]:
        """Of calls not begun yet; and in a new session of all, with `after` where callers have been greeted."""
        further = [carried for call, carried in self._calls.items() if call != self._opening.get("call")]
        begun = [{**carried.opening, "after": self.after} for carried in further if carried.begun and not known]
        return begun + [carried.opening for carried in further if not carried.begun]

    async def _send(self, body: dict[str, Any]) -> None:
        with contextlib.suppress(ConnectionClosed):
            if self._live:
                await self._put(body)
                return
        if body.get("final", True):
            self._waiting.append(body)

    async def _put(self, body: Mapping[str, Any]) -> None:
        assert self._socket is not None
        self._seq += 1
        told = {key: value for key, value in body.items() if value is not None}
        await self._socket.send(wire.pack({**told, "seq": self._seq}, subprotocol=self.subprotocol))
