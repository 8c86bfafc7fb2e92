"""Two at once in a real browser: both texts, where they part, what one draw does on both lines, keys."""

import re

import pytest
from playwright.sync_api import expect

from tests.clicked_numbers import check_numbers

RUN = "two-at-once"


@pytest.fixture(scope="module")
def run_id(server, make_finished_run, list_finished):
    return list_finished(make_finished_run(server.home / "runs" / RUN), "Two")


def test_two_texts_from_the_same_draws(open_page, run_id):
    page = open_page(f"generate?section=together&run={run_id}&count=12&seed=2&other_step=0")
    texts, caption = page.locator(".written-text"), page.locator(".together-body > .caption")
    expect(texts.first.locator("button")).to_have_count(12, timeout=40_000)
    expect(texts.nth(1).locator("button")).to_have_count(12)
    expect(page.locator(".place-count")).to_have_text("12 / 12")
    expect(caption).to_contain_text("They part at token")
    page.get_by_label("Text of A").locator("button").nth(3).click()
    expect(page.locator(".choice-panel h2")).to_have_text("Token 4 of A: one draw, two lines")
    assert page.locator(".draw-lines .slice.chosen").count() == 2
    draw = page.locator(".pill-text").text_content()
    page.keyboard.press("ArrowDown")
    expect(page.locator(".choice-panel h2")).to_have_text("Token 4 of B: one draw, two lines")
    assert page.locator(".pill-text").text_content() == draw  # the same draw for both
    page.keyboard.press("ArrowLeft")
    expect(page.locator(".place-count")).to_have_text("3 / 12")
    page.get_by_text("would the other choose the same?").click(force=True)
    expect(page).to_have_url(re.compile(r"choice=2&.*side=1.*colouring=same"), timeout=10_000)
    chip = page.get_by_label("Text of B").locator("button").nth(1)
    verdict = chip.get_attribute("aria-label")
    assert re.search(r"B gives it .*, A .*; A would choose", verdict)
    assert ("differs" in chip.get_attribute("class")) == ("the same" not in verdict)
    page.get_by_text("Add C: A minus B").click()
    third = page.get_by_label("Text of C").locator("button")
    expect(third).to_have_count(12, timeout=10_000)
    third.nth(2).click()
    expect(page.locator(".choice-panel h2")).to_have_text("Token 3 of C: one draw, three lines")
    assert page.locator(".draw-lines .slice.chosen").count() == 3
    assert check_numbers(page, run_id, 20) == 20
    page.locator("[data-key='contrast.score']").click()  # made of two models, and each can be asked
    expect(page.locator(".origin .verdict")).to_contain_text("as in the model")
    page.get_by_role("button", name="y =").click()
    expect(page.locator(".origin .verdict")).to_contain_text("as in the model")
    expect(page.locator(".origin h2")).to_contain_text("Where 0.")
    page.keyboard.press("Escape")
    page.get_by_label("Step of B").select_option("100")
    expect(caption).to_contain_text("A and B are one model", timeout=10_000)
    page.set_viewport_size({"width": 400, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= 400


def test_the_cache_fills_and_both_times_are_measured(open_page, run_id):
    page = open_page(f"generate?section=cache&run={run_id}&text=ROMEO:&seed=4")
    expect(page.locator(".place-count")).to_have_text("38 / 38", timeout=40_000)
    held, said = page.locator(".cache-meter"), page.locator(".cache-panel .caption")
    expect(page.locator(".speed-dot.with")).to_have_count(23, timeout=20_000)
    assert page.locator(".speed-dot.without").count() == 23
    expect(page.locator(".speed-panel .caption")).to_contain_text("times as many")
    page.get_by_label("Step", exact=True).fill("0")
    expect(said).to_contain_text("The prompt is read once: 6 columns come.")
    page.locator("h1").click()
    page.keyboard.press("ArrowRight")
    expect(said).to_contain_text("One column comes")
    expect(held).to_have_attribute("aria-label", "7 of 32 places are taken")
    page.get_by_label("Step", exact=True).fill("27")
    expect(said).to_contain_text("The window slides on by a quarter: 8 tokens are out")
    expect(page.locator(".window-text .out")).to_have_count(8)
    page.locator(".cache-grid").focus()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowDown")
    expect(page.locator(".cell-detail h3")).to_contain_text("Layer 2, token 33")
    page.locator(".cell-detail summary").click()
    assert check_numbers(page, run_id, 8) == 8
    assert page.evaluate("document.documentElement.scrollWidth") <= 1280
