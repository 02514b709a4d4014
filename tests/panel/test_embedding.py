"""The panel in other people's pages: messages between frames, the component's events and methods."""

import pytest
from playwright.async_api import expect

pytestmark = pytest.mark.asyncio(loop_scope="session")
TITLE = "查询剩余流量"
LISTEN = "<script>var told = []; addEventListener('message', event => told.push(event.data))</script>"


async def test_a_page_of_our_own_origin_opens_calls_by_message_and_hears_of_cards(desk, show):
    screen = await show(desk, host=f"{LISTEN}<iframe src='/panel/?lang=zh' width=400 height=600></iframe>")
    frame = screen.page.frame_locator("iframe")
    await expect(frame.locator(".status")).to_have_text("等待来电")
    await screen.page.evaluate("frames[0].postMessage({type: 'agent-assist:open', call: 'c', agent: '8021'}, '*')")
    await expect(frame.locator(".status")).to_have_text("已连接")
    async with desk.recogniser("c") as recogniser:
        await recogniser.ask()
        card = frame.locator(".card").filter(has_text=TITLE)
        await card.locator(".copy").click()
        await expect(card.locator(".copy")).to_have_text("已复制")
    told = await screen.page.evaluate("told")
    assert {each["type"] for each in told} == {"agent-assist:suggestion", "agent-assist:copied"}
    assert told[-1]["text"] == await card.locator(".text").text_content()


async def test_an_allowed_origin_may_frame_us_but_is_not_heard_and_told_nothing(serve, show):
    other = await serve()
    desk = await serve(origins=other.web)
    screen = await show(other, host=f"{LISTEN}<iframe src='{desk.web}/panel/?lang=zh&call=c' width=400 height=600></iframe>")
    frame = screen.page.frame_locator("iframe")
    await expect(frame.locator(".status")).to_have_text("已连接")
    await screen.page.evaluate("frames[0].postMessage({type: 'agent-assist:open', call: 'evil'}, '*')")
    async with desk.recogniser("c") as recogniser:
        await recogniser.ask()
        await expect(frame.locator(".card").filter(has_text=TITLE)).to_be_visible()
    await expect(frame.locator(".name")).to_have_text("通话 c")
    assert await screen.page.evaluate("told") == []


async def test_the_component_goes_from_call_to_call_and_tells_what_happens_by_events(desk, show):
    screen = await show(desk, lang="zh")
    panel = screen.page.locator("agent-assist")
    await screen.page.evaluate(
        """window.told = [];
        for (const type of ["state", "suggestion", "feedback"])
            addEventListener(type, event => told.push([type, event.detail]));"""
    )
    await panel.evaluate("panel => panel.open({ call: 'c', agent: '8021' })")
    await expect(screen.state).to_have_text("已连接")
    async with desk.recogniser("c") as recogniser:
        await recogniser.ask()
        await screen.answer.locator(".dismiss").click()
    told = await screen.page.evaluate("told")
    assert [detail["state"] for kind, detail in told if kind == "state"] == ["connecting", "live"]
    assert any(kind == "suggestion" and detail["title"] == TITLE for kind, detail in told)
    assert [detail["action"] for kind, detail in told if kind == "feedback"][-1] == "dismissed"
    await panel.evaluate("panel => panel.open({ call: 'd' })")
    await expect(screen.page.locator(".name")).to_have_text("通话 d")
    await expect(screen.state).to_have_text("已连接")
    await expect(screen.page.locator(".line")).to_have_count(0)
