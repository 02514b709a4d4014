"""The demo: the real service, calls played through a real socket, cards for whoever watches."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from assist import demo
from assist.client import Client
from assist.settings import Settings


@pytest.mark.parametrize("token", ["", "secret"])
async def test_a_call_is_played_and_can_be_watched(
    settings: Settings, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, token: str
) -> None:
    monkeypatch.setattr(demo, "LEAD_S", 0.3)
    stop = asyncio.Event()
    playing = asyncio.create_task(
        demo.demo(replace(settings, token=token), files=demo.bundled()[:1], speed=60, stopped=stop.wait)  # type: ignore[arg-type]
    )
    printed = ""
    async with asyncio.timeout(20):
        while "http" not in printed:
            await asyncio.sleep(0.02)
            printed += capsys.readouterr().out
    address = printed.split()[printed.split().index("at") + 1].partition("/panel")[0].replace("http", "ws")
    async with Client(address, role="agent", call=demo.CALL, token=token or None) as client, asyncio.timeout(20):
        async for message in client:
            assert message["type"] != "problem", message
            if message["type"] == "suggest" and message["kind"] == "answer" and message["state"] == "confirmed":
                break
    stop.set()
    await playing
    assert "problem" not in printed + capsys.readouterr().out


async def test_a_file_that_is_no_call_is_refused_before_anything_starts(settings: Settings, tmp_path: Path) -> None:
    with pytest.raises(demo.replay.ReplayError):
        await demo.demo(settings, files=[tmp_path / "nothing"], speed=1, stopped=asyncio.Event().wait)  # type: ignore[arg-type]
