"""What the panel's tests stand on: the real service, a recogniser that feeds it, and a browser that shows the panel."""

import asyncio
import contextlib
import json
import re
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar
from urllib.request import urlopen

import pytest
import pytest_asyncio
from playwright.async_api import Browser, ConsoleMessage, Locator, Page, async_playwright
from websockets.asyncio.client import ClientConnection, connect

from assist.service import Service
from assist.settings import Settings

CHROMIUM = Path("/usr/bin/chromium")
CONTRAST = (Path(__file__).parent / "contrast.js").read_text(encoding="utf-8")
CHROMIUM_FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--headless")


@dataclass
class Recogniser:
    """Speech recognition of one call, as an ingest client. It knows two questions that knowledge/ answers."""

    QUESTION: ClassVar = "我流量还剩多少"
    OTHER_QUESTION: ClassVar = "我还能打多少分钟电话"
    socket: ClientConnection
    call: str
    _seq: int = 0

    async def send(self, **body: Any) -> None:
        self._seq += 1
        await self.socket.send(json.dumps({"seq": self._seq, "call": self.call, **body}))

    async def hear(self, segment: str, text: str, *, speaker: str = "caller", final: bool = True, **more: Any) -> None:
        await self.send(type="fragment", segment=segment, speaker=speaker, text=text, final=final, **more)

    async def ask(self, segment: str = "s1") -> None:
        """The caller's question, final: `Screen.answer` is the card it brings."""
        await self.hear(segment, self.QUESTION)

    async def ask_more(self, segment: str = "s2") -> None:
        """After a word of the agent's another question: `Screen.other_answer`."""
        await self.hear(f"before {segment}", "好的", speaker="agent")
        await self.hear(segment, self.OTHER_QUESTION)

    async def hear_growing(self, segment: str, text: str) -> None:
        """Partials that grow to the whole text: a card comes when two in a row agree on it."""
        for end in range(len(text) - 2, len(text) + 1):
            await self.hear(segment, text[:end], final=False, stable_chars=end)
            await asyncio.sleep(0.1)


@dataclass
class Desk:
    """A running service and what belongs to it."""

    service: Service
    address: str
    running: contextlib.AsyncExitStack

    async def stop(self) -> None:
        """Stop the service before the test ends."""
        await self.running.aclose()

    @property
    def web(self) -> str:
        return self.address.replace("ws://", "http://")

    @contextlib.asynccontextmanager
    async def recogniser(self, call: str) -> AsyncIterator[Recogniser]:
        async with connect(f"{self.address}/v1", subprotocols=["assist.v1.json"], max_queue=None) as socket:  # type: ignore[list-item]
            recogniser = Recogniser(socket, call)
            await recogniser.send(type="open", role="ingest")
            await socket.recv()
            yield recogniser

    async def metric(self, line: str) -> float:
        """The value of a metric, by its name and labels as /metrics writes them; 0 when it is not there."""
        page = (await asyncio.to_thread(lambda: urlopen(f"{self.web}/metrics").read())).decode()
        found = re.search(rf"^{re.escape(line)} (\S+)$", page, re.MULTILINE)
        return float(found.group(1)) if found else 0.0

    async def feedback(self, action: str) -> float:
        return await self.metric(f'assist_feedback_total{{action="{action}"}}')

    def drop_agents(self) -> None:
        """Cut the agents' connections, as a network does: no goodbye."""
        for connection in list(self.service.connections.values()):
            if connection.session and connection.session.role != "ingest":
                connection.socket.transport.abort()


@dataclass
class Screen:
    """A page with the panel, and what its console said."""

    page: Page
    complaints: list[str] = field(default_factory=list)

    def note(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(f"{message.text} {message.location}")

    def card(self, title: str) -> Locator:
        return self.page.locator(".card").filter(has=self.page.locator(".title", has_text=title))

    @property
    def answer(self) -> Locator:
        return self.card("查询剩余流量")

    @property
    def other_answer(self) -> Locator:
        return self.card("查询剩余通话分钟")

    @property
    def cards(self) -> Locator:
        return self.page.locator(".shelf ul .card")

    async def places(self) -> dict[str, float]:
        """Where each card stands: suggestion -> top edge, below the top of the first place."""
        top = "getBoundingClientRect().top"
        script = f"all => all.map(card => [card.dataset.suggestion, card.{top} - card.closest('ul').{top}])"
        return dict(await self.cards.evaluate_all(script))

    async def poor_contrasts(self) -> list[str]:
        """Texts that are too faint for WCAG AA."""
        await self.page.wait_for_timeout(300)  # cards fade in
        poor: list[str] = await self.page.evaluate(CONTRAST)
        return poor

    @property
    def state(self) -> Locator:
        return self.page.locator(".status")


async def wait_until(condition: Callable[[], Any], *, within_s: float = 5) -> None:
    """Wait until what the condition brings is true."""
    async with asyncio.timeout(within_s):
        while not await condition():
            await asyncio.sleep(0.02)


@pytest.fixture
def until() -> Callable[..., Any]:
    """`await until(condition)`."""
    return wait_until


@pytest_asyncio.fixture(loop_scope="session", scope="session")
async def browser() -> AsyncIterator[Browser]:
    if not CHROMIUM.exists():
        pytest.skip(f"{CHROMIUM} is not installed: the panel needs a browser to be tested")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_FLAGS)
        yield browser
        await browser.close()


@pytest_asyncio.fixture(loop_scope="session")
async def serve(artifact_folder: Path) -> AsyncIterator[Callable[..., Any]]:
    """Starts services: `await serve(token=…)`; they stop with the test."""
    async with contextlib.AsyncExitStack() as stack:

        async def start(**settings: Any) -> Desk:
            usual = {"listen": "ws://127.0.0.1:0", "artifact": str(artifact_folder), "drain_s": 0, "budget_ms": 10_000}
            service = Service(Settings(**{**usual, **settings}))
            running = await stack.enter_async_context(contextlib.AsyncExitStack())
            return Desk(service, await running.enter_async_context(service.running()), running)

        yield start


@pytest_asyncio.fixture(loop_scope="session")
async def desk(serve: Callable[..., Any]) -> Desk:
    """A service with a free hand for fragments."""
    started: Desk = await serve()
    return started


@pytest_asyncio.fixture(loop_scope="session")
async def show(browser: Browser) -> AsyncIterator[Callable[..., Any]]:
    """Opens the panel: `await show(desk, call="c", lang="zh")`. A console error or warning fails the test at its end."""
    screens: list[Screen] = []
    async with contextlib.AsyncExitStack() as stack:

        async def open_page(
            desk: Desk,
            *,
            size: tuple[int, int] = (400, 720),
            quiet: bool = True,
            state: str = "live",
            host: str = "",
            before: Callable[[Page], Any] | None = None,
            **query: str,
        ) -> Screen:
            look = {key: query.pop(key) for key in ("color_scheme", "reduced_motion", "locale") if key in query}
            context = await browser.new_context(
                viewport={"width": size[0], "height": size[1]},
                permissions=["clipboard-read", "clipboard-write"],
                **look,  # type: ignore[arg-type]
            )
            stack.push_async_callback(context.close)
            screen = Screen(await context.new_page())
            screen.page.on("console", screen.note)
            screen.page.on("pageerror", lambda error: screen.complaints.append(str(error)))
            if before:
                await before(screen.page)
            if quiet:
                screens.append(screen)
            asked = "&".join(f"{key}={value}" for key, value in query.items())
            if not host:
                await screen.page.goto(f"{desk.web}/panel/?{asked}")
                await screen.page.locator(f".status[data-state={state if 'call' in query else 'idle'}]").wait_for()
                return screen
            # A page of the service's own address: browsers keep pages that seem to come from elsewhere off local sockets.
            await screen.page.route("**/favicon.ico", lambda route: route.fulfill(status=204))
            await screen.page.goto(f"{desk.web}/healthz")
            await screen.page.set_content(host)
            return screen

        yield open_page
    assert [screen.complaints for screen in screens] == [[] for _ in screens]
