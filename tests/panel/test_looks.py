"""How the panel looks: widths, themes, contrast, motion, languages, labels."""

import re

import pytest
from playwright.async_api import expect

from assist.board import WEIGHT
from assist.mood import HEAT

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [300, 400])
async def test_it_fits_and_can_be_read(desk, show, tmp_path, theme, width):
    screen = await show(desk, call="c", lang="en", color_scheme=theme, size=(width, 720))
    async with desk.recogniser("c") as recogniser:
        await recogniser.ask()
        await recogniser.hear("s2", "x" * 200, final=False)
        await expect(screen.answer).to_be_visible()
        await expect(screen.page.locator(".partial")).to_contain_text("xxx")
        await screen.page.screenshot(path=tmp_path / f"{theme}-{width}.png")
    assert await screen.page.evaluate("document.scrollingElement.scrollWidth") <= width
    assert await screen.page.locator(".panel").evaluate("node => node.getBoundingClientRect().width") <= 400
    assert await screen.page.locator(".panel").get_attribute("data-theme") == theme
    assert await screen.poor_contrasts() == []


async def test_a_wide_window_does_not_widen_the_panel(desk, show):
    screen = await show(desk, call="c", size=(1200, 700))
    assert await screen.page.locator(".panel").evaluate("node => node.getBoundingClientRect().width") == 400


async def test_the_theme_asked_for_wins_over_the_systems(desk, show):
    screen = await show(desk, call="c", theme="light", color_scheme="dark")
    await expect(screen.page.locator(".panel")).to_have_css("background-color", "rgb(245, 245, 243)")
    await screen.page.locator("agent-assist").evaluate("node => node.setAttribute('theme', 'auto')")
    await expect(screen.page.locator(".panel")).to_have_css("background-color", "rgb(21, 24, 28)")
    await screen.page.emulate_media(color_scheme="light")
    await expect(screen.page.locator(".panel")).to_have_css("background-color", "rgb(245, 245, 243)")


async def test_who_wants_no_motion_gets_none(desk, show):
    screen = await show(desk, call="c", lang="zh", reduced_motion="reduce")
    await expect(screen.cards.first).to_have_css("animation-name", "none")


@pytest.mark.parametrize(
    ("locale", "language", "state"),
    [("en-GB", None, "Connected"), ("zh-TW", None, "已连接"), ("en-GB", "zh", "已连接"), ("fr-FR", None, "已连接")],
)
async def test_labels_follow_the_browser_unless_told(desk, show, locale, language, state):
    screen = await show(desk, call="c", locale=locale, **({"lang": language} if language else {}))
    await expect(screen.state).to_have_text(state)


async def test_english_labels(desk, show):
    screen = await show(desk, call="c", lang="en", agent="8021")
    async with desk.recogniser("c") as recogniser:
        await recogniser.ask()
        await expect(screen.answer.locator(".kind")).to_have_text("Answer")
        await expect(screen.answer.locator(".copy")).to_have_text("Copy")
        await expect(screen.page.locator(".speaker")).to_have_text("Caller")
        await expect(screen.page.locator(".name")).to_have_text("Call c")
        await expect(screen.page.locator(".intent")).not_to_have_text(re.compile("[一-龥]"))
        await screen.page.locator("agent-assist").evaluate("node => node.setAttribute('lang', 'zh')")
        await expect(screen.answer.locator(".kind")).to_have_text("答复")


async def test_every_label_of_the_service_has_its_words(desk, show):
    screen = await show(desk)
    catalog = desk.service.desk.engine.catalog
    wanted = {
        "intent": [*catalog.intents, "unknown"],
        "emotion": [*catalog.emotions, *HEAT, "unknown"],
        "kind": list(WEIGHT),
        "trend": ["rising", "steady", "falling"],
    }
    missing = await screen.page.evaluate(
        """async wanted => {
            const { known } = await import("/panel/words.js");
            return Object.entries(wanted).flatMap(([group, keys]) => keys.filter(key => !known(group, key)));
        }""",
        wanted,
    )
    assert missing == []
    assert await screen.page.evaluate("import('/panel/words.js').then(words => words.HEAT)") == HEAT
