"""An address that cannot be had is told in a sentence, and no traceback."""

import errno
import socket
from typing import Any

import pytest

from assist import listening
from assist.listening import listen, reached
from assist.settings import ListenError, Settings


async def handler(socket: Any) -> None:
    raise AssertionError("nobody connects")


async def refusal(address: str) -> str:
    with pytest.raises(ListenError) as caught:
        await listen(Settings(listen=address), handler, lambda connection, request: None)
    told = str(caught.value)
    assert told.startswith(f"cannot listen on {address}: ")
    assert told.endswith(".")
    assert "rrno" not in told
    return told


async def test_a_port_that_is_taken() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        assert "taken by another program" in await refusal(f"ws://127.0.0.1:{other.getsockname()[1]}")


async def test_an_address_of_another_machine() -> None:
    assert "no such address" in await refusal("ws://192.0.2.1:0")  # kept for documentation: nobody's


@pytest.mark.parametrize("host", ["no-such-machine.invalid", "..", "x" * 70])
async def test_a_name_nobody_has(host: str) -> None:
    assert "no machine of that name" in await refusal(f"ws://{host}:0")


async def test_a_port_for_the_system_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*arguments: Any, **options: Any) -> None:
        raise PermissionError(errno.EACCES, "permission denied")

    monkeypatch.setattr(listening, "serve", refuse)  # who runs the tests may be allowed to have it
    assert "below 1024" in await refusal("ws://127.0.0.1:80")


async def test_where_it_is_reached() -> None:
    settings = Settings(listen="ws://127.0.0.1:0")
    async with await listen(settings, handler, lambda connection, request: None) as server:
        port = reached(server, settings).removeprefix("ws://127.0.0.1:")
        assert int(port) > 0
        assert reached(server, Settings(listen="ws://[::1]:0")) == f"ws://[::1]:{port}"
