"""The demo: the real service, and a telephone line that plays calls into it through a real socket, again and again."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Final

from assist import replay
from assist.client import Client
from assist.replay import Script
from assist.service import Service
from assist.settings import Settings

CALL: Final = "demo"
LEAD_S: Final = 2.0  # before the first word, and between calls
LINGER_S: Final = 12.0  # cards stay to be read after the last word


async def demo(settings: Settings, *, files: Sequence[Path], speed: float, stopped: Callable[[], Awaitable[None]]) -> None:
    """Serve until stopped, and play the calls in turn: those given, or the bundled ones that the artifact's packs answer.

    Raises ReplayError for a file that is no call.
    """
    scripts = [replay.load(path) for path in files or bundled()]
    service = Service(settings)
    async with service.running() as address:
        if not files and service.desk:
            held = service.desk.engine.manifest.packs
            scripts = [script for script in scripts if script.fits(held)] or scripts
        print(f"Watch the cards at {address.replace('ws', 'http', 1)}/panel/?call={CALL}&rejoin", flush=True)
        line = asyncio.create_task(_telephone(address, settings, scripts, speed))
        try:
            await stopped()
        finally:
            line.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await line


def bundled() -> list[Path]:
    """The calls that ship, in the order of their names."""
    return sorted(Path(str(file)) for file in (files("assist") / "calls").iterdir() if file.name.endswith(".jsonl"))


async def _telephone(address: str, settings: Settings, scripts: Sequence[Script], speed: float) -> None:
    async with Client(address, role="ingest", token=settings.token or None) as client:
        reader = asyncio.create_task(_read(client))
        try:
            while True:
                for script in scripts:
                    await _play(client, script, speed)
        finally:
            reader.cancel()


async def _read(client: Client) -> None:
    """Take in what comes, so that nothing piles up."""
    async for message in client:
        if message["type"] == "problem":
            print(f"problem: {message['message']}", flush=True)


async def _play(client: Client, script: Script, speed: float) -> None:
    await client.open_call(CALL, **script.opening)
    loop = asyncio.get_running_loop()
    started = loop.time() + LEAD_S
    print(f"call: {script.name}", flush=True)
    for timed in script.fragments:
        await asyncio.sleep(started + timed.at_ms / 1000 / speed - loop.time())
        said = timed.fragment
        await client.fragment(
            CALL, said.segment, said.speaker, said.text, final=said.final, revision=said.revision,
            stable_chars=said.stable_chars, emotion=said.emotion,
        )  # fmt: skip
        if said.final:
            print(f"  {said.speaker}: {said.text}", flush=True)
    await asyncio.sleep(LINGER_S / speed)
    await client.end(CALL)
