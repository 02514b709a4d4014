"""What the service answers to plain HTTP: health, metrics, and the panel's few files. Called before a WebSocket opens."""

import re
from collections.abc import Callable
from http import HTTPStatus
from importlib.resources import files
from typing import Final

from websockets.datastructures import Headers
from websockets.http11 import Request, Response

SOCKET_PATH: Final = "/v1"
_NAME: Final = re.compile(r"[\w-]{1,64}\.\w+")
_TYPES: Final = {"html": "text/html", "js": "text/javascript", "css": "text/css", "svg": "image/svg+xml"}


def page(status: HTTPStatus, body: bytes | str, kind: str = "text/plain") -> Response:
    """An HTTP response that no cache keeps."""
    data = body.encode() if isinstance(body, str) else body
    headers = Headers()
    headers["Content-Type"] = f"{kind}; charset=utf-8"
    headers["Content-Length"] = str(len(data))
    headers["Cache-Control"] = "no-cache"
    headers["X-Content-Type-Options"] = "nosniff"
    return Response(status.value, status.phrase, headers, data)


class Pages:
    """The service's HTTP side."""

    def __init__(self, *, ready: Callable[[], bool], metrics: Callable[[], bytes], origins: str) -> None:
        self._ready = ready
        self._metrics = metrics
        self._origins = frozenset(origin.strip() for origin in origins.split(",") if origin.strip())

    def respond(self, request: Request) -> Response | None:
        """The answer to a request; None when it may go on to become a WebSocket."""
        path = request.path.partition("?")[0]
        if path == SOCKET_PATH:
            return None if self._may_connect(request) else page(HTTPStatus.FORBIDDEN, "This origin is not allowed.\n")
        if path == "/healthz":
            return page(HTTPStatus.OK, "ok\n")
        if path == "/readyz":
            ready = self._ready()
            return page(HTTPStatus.OK if ready else HTTPStatus.SERVICE_UNAVAILABLE, "ready\n" if ready else "no artifact\n")
        if path == "/metrics":
            return page(HTTPStatus.OK, self._metrics())
        return self._panel("index.html" if path in ("/", "/panel", "/panel/") else path.removeprefix("/panel/"), request)

    def _panel(self, name: str, request: Request) -> Response:
        """A file of the panel; the origins that may connect may also frame the page and load its module."""
        response = _panel_file(name)
        framers = "*" if "*" in self._origins else " ".join(["'self'", *sorted(self._origins)])
        response.headers["Content-Security-Policy"] = f"frame-ancestors {framers}"
        origin = request.headers.get("Origin")
        if origin and self._may_connect(request):
            response.headers["Access-Control-Allow-Origin"] = origin
            response.headers["Vary"] = "Origin"
        return response

    def _may_connect(self, request: Request) -> bool:
        """A page of another site must not read calls: browsers name the page's origin, programs name none."""
        origin = request.headers.get("Origin")
        if origin is None or "*" in self._origins or origin in self._origins:
            return True
        return origin.partition("://")[2] == request.headers.get("Host")


def _panel_file(name: str) -> Response:
    kind = _TYPES.get(name.rpartition(".")[2])
    file = files("assist") / "panel" / name
    if kind is None or not _NAME.fullmatch(name) or not file.is_file():
        return page(HTTPStatus.NOT_FOUND, "Nothing is here. The panel is at /panel/, the socket at /v1.\n")
    return page(HTTPStatus.OK, file.read_bytes(), kind)
