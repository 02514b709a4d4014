"""Opens the service's port, and says in a sentence why where it cannot be had. Called by `service`."""

import errno
import socket
from collections.abc import Awaitable, Callable, Mapping
from typing import Final
from urllib.parse import urlsplit

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.http11 import Request, Response

from assist.connection import WRITE_BUFFER_BYTES
from assist.settings import ListenError, Settings
from assist.wire import SUBPROTOCOLS

HARD_LIMIT: Final = 8  # times the limit we tell: a larger frame is not even read, it ends the connection
HANDSHAKE_S: Final = 2  # browsers open sockets they may never use; a stop must not wait for those
PING_S: Final = 20  # also keeps a browser extension's panel alive
WHY: Final[Mapping[int, str]] = {
    errno.EADDRINUSE: "the port is taken by another program; stop that one, or choose another port with --listen",
    errno.EADDRNOTAVAIL: "this machine has no such address",
    errno.EACCES: "this user may not have that port; those below 1024 are kept for the system",
}


async def listen(
    settings: Settings,
    handler: Callable[[ServerConnection], Awaitable[None]],
    respond: Callable[[ServerConnection, Request], Response | None],
) -> Server:
    """Listen where the settings say: sockets go to `handler`, other requests to `respond`. Raises ListenError."""
    address = urlsplit(settings.listen)
    try:
        return await serve(
            handler,
            address.hostname,
            address.port,
            subprotocols=list(SUBPROTOCOLS),  # type: ignore[arg-type]
            process_request=respond,
            compression=None,  # MEASURED: it costs 20-40 us a message and a quarter of the throughput
            max_size=HARD_LIMIT * settings.frame_bytes_max,
            write_limit=WRITE_BUFFER_BYTES,
            ping_interval=PING_S,
            open_timeout=HANDSHAKE_S,
        )
    except (OSError, UnicodeError) as error:
        raise ListenError(f"cannot listen on {settings.listen}: {_why(error)}.") from error


def _why(error: OSError | UnicodeError) -> str:
    if isinstance(error, socket.gaierror | UnicodeError):  # a name that is too long, or empty, fails as text
        return "no machine of that name is known here"
    return WHY.get(error.errno or 0, str(error))


def reached(server: Server, settings: Settings) -> str:
    """The address under which a server is reached: the port may have been left to the system."""
    host = urlsplit(settings.listen).hostname or ""
    port = next(iter(server.sockets)).getsockname()[1]
    return f"ws://[{host}]:{port}" if ":" in host else f"ws://{host}:{port}"
