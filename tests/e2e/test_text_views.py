"""The views of a text in a browser: cleaning by hand and by keys, statistics and split by pointer and keys."""

import re

from playwright.sync_api import expect

HOSTILE = "<img src=x onerror='window.harmed=1'>Ask  Ada\u200b at ada@example.org, she knows.\n" * 40


def test_steps_are_switched_moved_and_shown_and_travel_into_the_run(open_page, server, stop_all):
    page = open_page("data?corpus=own-text&look=cleaning")
    field = page.get_by_label("Your text")
    field.fill(HOSTILE)
    field.blur()
    html = page.get_by_role("switch", name="HTML")
    html.check(timeout=30_000)
    expect(page.locator(".steps.on .effect")).to_have_text(re.compile("−1,480 characters"), timeout=15_000)
    expect(page.locator(".passages del").first).to_contain_text("<img src=x onerror")
    assert page.evaluate("window.harmed") is None
    page.get_by_role("switch", name="E-mail addresses").check()
    page.get_by_role("switch", name="Control characters").check()
    expect(page.locator(".passages .sign").first).to_have_text("200B", timeout=15_000)
    titles = page.locator(".steps.on .step-title")
    expect(titles).to_have_text(["Control characters", "HTML", "E-mail addresses"])
    page.get_by_role("button", name="Move “E-mail addresses” up").click()
    expect(titles).to_have_text(["Control characters", "E-mail addresses", "HTML"])
    expect(page.get_by_role("button", name="Move “E-mail addresses” up")).to_be_focused()
    page.keyboard.press("Alt+ArrowUp")
    expect(titles).to_have_text(["E-mail addresses", "Control characters", "HTML"])
    expect(page).to_have_url(re.compile("cleaning=emails%2Ccontrol%2Chtml"), timeout=15_000)
    expect(page.locator(".steps.on .step").first).not_to_have_class(re.compile("pending"))
    titles.first.click()
    expect(page.locator(".passages ins").first).to_have_text("[email]")
    page.get_by_role("radio", name="side by side").check()
    expect(page.locator(".aside").first.get_by_label("before")).to_contain_text("ada@example.org")
    expect(page.locator(".aside").first.get_by_label("after")).not_to_contain_text("ada@example.org")
    page.get_by_role("button", name="Train on this text").click()
    expect(page).to_have_url(re.compile(r"/train\?.*run=[a-z0-9]{8}"), timeout=20_000)
    run = re.search(r"run=([a-z0-9]{8})", page.url)[1]
    assert '"emails"' in (server.home / "runs" / run / "run.json").read_text()


def test_statistics_and_split_are_read_by_pointer_and_keys(open_page):
    page = open_page("data?corpus=names&look=statistics", theme="dark", width=700)
    chart = page.locator(".chart")
    chart.focus(timeout=30_000)
    page.keyboard.press("Home")
    expect(page.locator(".reading").first).to_have_text(re.compile(r"“.+” · rank 1: \d+ times"))
    page.locator(".column").nth(5).hover()
    expect(page.locator(".reading").nth(1)).to_have_text(re.compile(r"^5 characters: [\d,]+ lines"))
    page.get_by_role("radio", name="characters", exact=True).check()
    page.get_by_role("radio", name="3", exact=True).check()
    expect(page.locator(".run-name").first).to_have_text(re.compile(r"^.{3}$"))
    page.locator("details.values summary").click()
    expect(page.locator(".tables table")).to_have_count(5)
    page.get_by_role("radio", name="Split and leaks").click()
    expect(page.locator(".badge.none")).to_have_text("Clean", timeout=15_000)
    page.locator(".band").focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator(".reading")).to_contain_text("of the text")
    expect(page.get_by_text("Is this enough?")).to_be_visible()
    page.get_by_text("Medium", exact=True).first.click()
    expect(page.locator(".badge.by-heart")).to_be_visible(timeout=15_000)


def test_every_view_fits_a_narrow_screen_in_chinese(open_page):
    page = open_page("data?lang=zh&corpus=names&look=cleaning&cleaning=lower", width=400)
    expect(page.locator(".effect").first).to_be_visible(timeout=30_000)
    for view in (2, 3):
        assert page.evaluate("document.documentElement.scrollWidth") <= 400
        page.locator('[data-testid="stButtonGroup"]').nth(1).get_by_role("radio").nth(view).click()
        expect(page.locator(".chart, .band").first).to_be_visible(timeout=15_000)
    assert page.evaluate("document.documentElement.scrollWidth") <= 400


def test_the_order_of_steps_is_a_list_of_names(open_page):
    page = open_page("healthz")
    found = page.evaluate(
        """async () => {
            const { switched, moved, placed } = await import('/pictures/x/cleaning/order.js');
            const { visibleParts } = await import('/pictures/x/cleaning/signs.js');
            const names = ['a', 'b', 'c'];
            return [switched(['c'], 'b', names), switched(['b', 'c'], 'b', names), moved(['a', 'b'], 'a', 1),
                    moved(['a', 'b'], 'a', -1), placed(['a', 'b', 'c'], 'c', 0),
                    visibleParts('a\\u200b b\\n').map((part) => part.shown)];
        }"""
    )
    assert found == [["b", "c"], ["c"], ["b", "a"], ["a", "b"], ["c", "a", "b"], ["a", "200B", " b↵\n"]]
