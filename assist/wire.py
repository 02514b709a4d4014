"""Frames of protocol version 1: msgpack in binary frames or JSON in text frames, the same maps in both.

Sans-I/O: bytes or text in, messages out, and back. Called by the service, the client and the tests.
"""

import json
from collections.abc import Mapping
from typing import Any, Final

import msgpack

from assist.faults import Fault
from assist.messages import ClientMessage, ServerMessage, as_map, parse

MSGPACK: Final = "assist.v1.msgpack"
JSON: Final = "assist.v1.json"
SUBPROTOCOLS: Final = (MSGPACK, JSON)


def pack(body: Mapping[str, Any], *, subprotocol: str) -> bytes | str:
    """One frame of a map."""
    if subprotocol == MSGPACK:
        return msgpack.packb(body)  # type: ignore[no-any-return]
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"))


def unpack(frame: bytes | str, *, subprotocol: str) -> dict[str, Any]:
    """The map in a frame. Raises Fault malformed_frame."""
    try:
        body = _loads(frame, subprotocol)
    except (ValueError, RecursionError, msgpack.exceptions.UnpackException, msgpack.exceptions.StackError) as error:
        raise Fault("malformed_frame", f"This frame is not valid {subprotocol.rpartition('.')[2]}.") from error
    if not isinstance(body, dict):
        raise Fault("malformed_frame", f"A frame must hold one map, not {type(body).__name__}.")
    return body


def _loads(frame: bytes | str, subprotocol: str) -> Any:
    if subprotocol == MSGPACK:
        if isinstance(frame, str):
            raise Fault("malformed_frame", "The subprotocol is msgpack: send binary frames.")
        return msgpack.unpackb(frame, strict_map_key=True)
    if isinstance(frame, bytes):
        raise Fault("malformed_frame", "The subprotocol is JSON: send text frames.")
    body = json.loads(frame)
    if "\\u" in frame:  # JSON can spell half a character (a lone surrogate); nothing after this line could encode it
        json.dumps(body, ensure_ascii=False).encode()
    return body


def decode(frame: bytes | str, *, subprotocol: str) -> ClientMessage | None:
    """The client message in a frame; None when its type is unknown and to be ignored. Raises Fault."""
    return parse(unpack(frame, subprotocol=subprotocol))


def encode(message: ServerMessage, *, seq: int, subprotocol: str) -> bytes | str:
    """The frame of a server message, numbered."""
    body = as_map(message)
    body["seq"] = seq
    return pack(body, subprotocol=subprotocol)
