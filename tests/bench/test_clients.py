"""The benchmarks' two clients against the real service: the same card, and a clear word when there is none."""

import contextlib
import os
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from assist.client import Refused
from bench import clients, runs
from bench.clients import LoopClient, NoAnswer, PollingClient
from bench.served import Served, served

Connect = Callable[[str], PollingClient | LoopClient]


@pytest.fixture
def service(artifact_folder: Path) -> Iterator[Served]:
    with served(artifact_folder) as service:
        yield service


@pytest.fixture(params=["polling", "loop"])
def connect(request: pytest.FixtureRequest) -> Iterator[Connect]:
    """Either client, hung up at the end."""
    with contextlib.ExitStack() as stack:
        loop = stack.enter_context(contextlib.closing(runs.new_loop()))

        def connect(address: str) -> PollingClient | LoopClient:
            made = PollingClient(address) if request.param == "polling" else LoopClient(address, loop)
            return stack.enter_context(contextlib.closing(made))

        yield connect


def test_each_call_gets_its_card(service: Served, connect: Connect) -> None:
    client = connect(service.address)
    calls = [client.begin(), client.begin()]
    assert all(client.card(call, "我的话费怎么多了") > 0 for call in calls)
    client.end(calls)
    with pytest.raises(NoAnswer, match="call_ended"):
        client.card(calls[0], "我的话费怎么多了")


def test_a_problem_is_told_at_once(service: Served, connect: Connect) -> None:
    with pytest.raises(NoAnswer, match=r"unknown_call: Open the call 'nobody' on"):
        connect(service.address).card("nobody", "我的话费怎么多了")


def test_a_text_without_a_card_is_told(service: Served, connect: Connect, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clients, "TIMEOUT_S", 0.3)
    client = connect(service.address)
    with pytest.raises(NoAnswer, match=r"no suggest came within 0.3 s"):
        client.card(client.begin(), "今天天气不错")


def test_who_is_not_let_in_hears_why(artifact_folder: Path, connect: Connect) -> None:
    with served(artifact_folder, token="secret") as service, pytest.raises((NoAnswer, Refused), match="token"):
        connect(service.address)


def test_a_service_that_dies_is_not_waited_for(service: Served) -> None:
    client = PollingClient(service.address)
    os.kill(service.pid, signal.SIGKILL)
    with contextlib.closing(client), pytest.raises((NoAnswer, ConnectionError)):
        client.card(client.begin(), "我的话费怎么多了")


@pytest.mark.parametrize("answer", [b"", b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n"])
def test_a_server_that_does_not_shake_hands_is_not_waited_for(answer: bytes) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def refuse() -> None:
            peer = server.accept()[0]
            with peer:
                peer.recv(4096)
                peer.sendall(answer)

        thread = threading.Thread(target=refuse)
        thread.start()
        with pytest.raises(Exception, match=r"hung up|503"):
            PollingClient(f"ws://127.0.0.1:{server.getsockname()[1]}")
        thread.join()
