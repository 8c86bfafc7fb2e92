"""The section Counting in a browser: a text is looked up, a share is worked out, orders and smoothings change it."""

import re

import pytest
from playwright.sync_api import expect

from tests.counted_run import make_counted_run


@pytest.fixture(scope="module")
def run(server):
    return make_counted_run(server.home, order=3)


def test_a_text_is_looked_up_worked_out_and_gone_on_with(open_page, run):
    page = open_page(f"loss?run={run}&section=counting")
    field = page.get_by_label("What follows this text?")
    expect(field).to_be_visible(timeout=40_000)
    field.fill("copy: <img src=x>")
    field.fill("copy:")
    expect(page.locator(".equations li")).to_have_count(4)
    expect(page.locator(".follower").first.locator(".number").first).to_have_text(re.compile(r"^(100|9\d)\s%"))
    page.locator(".follower-token").nth(1).click()
    expect(page.locator(".follower-token").nth(1)).to_have_attribute("aria-pressed", "true")
    expect(page.locator(".equations b").last).to_have_text(re.compile(r"^0\.0"))
    page.get_by_role("radio", name="2", exact=True).check()
    expect(page.locator(".equations li")).to_have_count(3)
    page.get_by_role("radio", name="add k").check()
    expect(page.locator(".equations li")).to_have_count(2)
    page.get_by_role("button", name="Go on with").first.press("Enter")
    expect(field).to_have_value("copy: ")
    expect(page.locator(".orders .caption")).to_contain_text("add k", timeout=20_000)
    expect(page.locator(".count-sample")).to_have_count(5, timeout=20_000)
    expect(page).to_have_url(re.compile("smoothing=add-k"))


def test_it_stands_in_chinese_on_a_narrow_dark_page(open_page, run):
    page = open_page(f"loss?run={run}&section=counting&lang=zh", theme="dark", width=400)
    expect(page.locator(".count-text")).to_be_visible(timeout=40_000)
    expect(page.locator(".follower").first).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 400
