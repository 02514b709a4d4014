"""The panel's stream: resume, loss, restart, silence, refusal, the end of a call. Against the real service."""

import asyncio
import contextlib

import pytest
from playwright.async_api import expect

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_lost_connection_is_resumed_without_doubles(desk, show):
    screen = await show(desk, call="c", lang="zh", agent="8021")
    await screen.page.evaluate("window.told = []; addEventListener('feedback', event => told.push(event.detail))")
    async with desk.recogniser("c") as recogniser:
        await recogniser.ask()
        await expect(screen.answer).to_be_visible()
        shown = await screen.places()
        desk.drop_agents()
        await expect(screen.state).to_have_text("重新连接中")
        await recogniser.ask_more()
        await expect(screen.state).to_have_text("已连接")
        await expect(screen.other_answer).to_have_count(1)
        await expect(screen.answer).to_have_count(1)
        await expect(screen.page.locator(".line")).to_have_count(3)
        after = await screen.places()
        stayed = shown.keys() & after.keys()
        assert [after[card] for card in stayed] == [shown[card] for card in stayed]
        assert await desk.metric("assist_sessions") == 2  # the recogniser's and ours: the same as before
        displayed = [told["suggestion"] for told in await screen.page.evaluate("told") if told["action"] == "displayed"]
        assert len(displayed) == len(set(displayed))
        assert set(after) <= {*shown, *displayed}


async def test_a_connection_is_kept_awake_and_given_up_when_nothing_comes_back(desk, show):
    sockets, silent = [], asyncio.Event()

    def relay(socket):
        server = socket.connect_to_server()
        sockets.append([])
        sockets[-1].append(server)
        socket.on_message(lambda frame: None if silent.is_set() else (sockets[-1].append(frame), server.send(frame)))
        server.on_message(lambda frame: None if silent.is_set() else socket.send(frame))

    async def before(page):
        await page.clock.install()
        await page.route_web_socket("**/v1", relay)

    screen = await show(desk, call="c", lang="zh", before=before)
    await screen.page.clock.run_for(21_000)
    await expect(screen.state).to_have_text("已连接")
    assert '"type":"ping"' in sockets[0][-1]
    silent.set()
    assert await passes(screen, "重新连接中", step_ms=1_000) <= 42
    silent.clear()
    await passes(screen, "已连接", step_ms=20)  # gently: the network's time is not the page's
    assert len(sockets) == 2


async def passes(screen, state, *, step_ms):
    """Let the page's clock run until the connection is in a state; returns the number of steps."""
    for step in range(1_000):
        if await screen.state.text_content() == state:
            return step
        await screen.page.clock.run_for(step_ms)
        await asyncio.sleep(0.01)
    raise AssertionError(f"never {state}")


async def test_feedback_given_while_away_is_sent_when_back(desk, show, until):
    screen = await show(desk, call="c", lang="zh")
    async with desk.recogniser("c") as recogniser:
        await recogniser.ask()
        await expect(screen.answer).to_be_visible()
        desk.drop_agents()
        await expect(screen.state).to_have_text("重新连接中")
        await screen.answer.locator(".dismiss").click()
        await until(lambda: desk.feedback("dismissed"))
        await expect(screen.answer).to_have_count(0)


async def test_what_was_lost_for_good_is_made_good_by_a_snapshot(serve, show):
    pages, deaf = [], asyncio.Event()

    def relay(socket):
        server = socket.connect_to_server()
        pages.append(socket)
        server.on_message(lambda frame: None if deaf.is_set() else socket.send(frame))

    desk = await serve(ring_max=2)
    screen = await show(desk, call="c", lang="zh", before=lambda page: page.route_web_socket("**/v1", relay))
    async with desk.recogniser("c") as recogniser:
        await recogniser.ask()
        await expect(screen.answer).to_be_visible()
        deaf.set()  # sent, and never received: more than the service remembers
        for n in range(8):
            await recogniser.hear(f"a{n}", f"第{n}句话", speaker="agent")
        await asyncio.sleep(0.2)
        deaf.clear()
        await pages[0].close()
        await expect(screen.state).to_have_text("重新连接中")
        await expect(screen.state).to_have_text("已连接")
        await expect(screen.page.locator(".lines")).to_contain_text("第0句话 第1句话 第2句话 第3句话 第4句话 第5句话")
        await expect(screen.answer).to_have_count(1)


async def test_a_service_that_starts_anew_is_joined_anew(serve, show):
    old = await serve()
    screen = await show(old, quiet=False, call="c", lang="zh", agent="8021")
    await expect(screen.state).to_have_text("已连接")
    async with contextlib.AsyncExitStack() as stack:
        recogniser = await stack.enter_async_context(old.recogniser("c"))
        await recogniser.ask()
        await expect(screen.answer).to_be_visible()
        await screen.answer.locator(".dismiss").click()
    await old.stop()
    await expect(screen.state).to_have_text("重新连接中")
    new = await serve(listen=old.address)
    await expect(screen.state).to_have_text("已连接", timeout=15_000)
    await expect(screen.page.locator(".line")).to_have_count(0)
    async with new.recogniser("c") as recogniser:
        await recogniser.ask()
        await expect(screen.answer).to_have_count(1)  # though the new card bears the name of the dismissed one


async def test_cards_go_in_time_even_while_the_service_is_away(serve, show):
    desk = await serve(card_ms=1500)
    screen = await show(desk, quiet=False, call="c", lang="zh")
    async with contextlib.AsyncExitStack() as stack:
        recogniser = await stack.enter_async_context(desk.recogniser("c"))
        await recogniser.ask()
        await expect(screen.answer).to_be_visible()
    await desk.stop()
    await expect(screen.state).to_have_text("重新连接中")
    await expect(screen.cards).to_have_count(0, timeout=6_000)


async def test_the_end_of_a_call_clears_the_cards_and_begins_no_other(desk, show):
    screen = await show(desk, call="c", lang="zh")
    async with desk.recogniser("c") as recogniser:
        await recogniser.ask()
        await expect(screen.answer).to_be_visible()
        await recogniser.send(type="end")
        await expect(screen.state).to_have_text("通话已结束")
        await expect(screen.cards).to_have_count(0)
        await expect(screen.page.locator(".lines")).to_contain_text(recogniser.QUESTION)
        await asyncio.sleep(1)
        assert await desk.metric("assist_calls") == 0


async def test_on_a_line_that_carries_call_after_call_the_next_is_joined(desk, show):
    screen = await show(desk, call="c", lang="zh", rejoin="")
    async with desk.recogniser("c") as recogniser:
        await recogniser.ask()
        await expect(screen.answer).to_be_visible()
        await recogniser.send(type="end")
        await expect(screen.state).to_have_text("通话已结束")
    async with desk.recogniser("c") as recogniser:
        await expect(screen.state).not_to_have_text("通话已结束", timeout=6_000)
        await recogniser.ask()
        await expect(screen.answer).to_be_visible()


async def test_a_wrong_token_is_told_and_not_tried_again(serve, show):
    desk = await serve(token="right")
    screen = await show(desk, call="c", lang="zh", token="wrong", state="refused")
    await expect(screen.state).to_have_text("无法连接")
    await expect(screen.page.locator(".problem")).to_contain_text("口令")
    await asyncio.sleep(1)
    assert await desk.metric('assist_problems_total{code="unauthorised"}') == 1
    right = await show(desk, call="c", lang="zh", token="right")
    await expect(right.state).to_have_text("已连接")


async def test_a_closing_for_good_is_told_and_not_tried_again(desk, show):
    screen = await show(desk, call="c", lang="zh")
    (connection,) = desk.service.connections.values()
    await connection.close("unauthorised")
    await expect(screen.state).to_have_text("无法连接")
    await expect(screen.page.locator(".problem")).to_contain_text("口令")
    await asyncio.sleep(1)
    assert await desk.metric("assist_connections") == 0


async def test_without_a_call_the_panel_waits(desk, show):
    screen = await show(desk, lang="en")
    await expect(screen.state).to_have_text("Waiting for a call")
    assert await desk.metric("assist_connections") == 0


async def test_a_long_shift_leaves_nothing_behind(desk, show):
    screen = await show(desk, call="c", lang="zh")
    async with desk.recogniser("c") as recogniser:
        for n in range(40):
            speaker = "agent" if n % 2 else "caller"
            await recogniser.hear(f"s{n}", f"第{n}句话", speaker=speaker, final=False)
            await recogniser.hear(f"s{n}", f"第{n}句话说完了", speaker=speaker)
            await asyncio.sleep(0.05)
        await expect(screen.page.locator(".lines")).to_contain_text("第39句话说完了")
        assert await screen.page.locator(".line").count() <= 6
        count = "document.querySelector('agent-assist').shadowRoot.querySelectorAll('*').length"
        assert await screen.page.evaluate(count) < 150
