"""Beam search in a real browser: its tree step by step, keys, the address, Chinese, a narrow window."""

import re

import pytest
from playwright.sync_api import expect

from tests.clicked_numbers import check_numbers

RUN = "beam-search"


@pytest.fixture(scope="module")
def run_id(server, make_finished_run, list_finished):
    return list_finished(make_finished_run(server.home / "runs" / RUN), "Beam")


def test_the_tree_grows_step_by_step(open_page, run_id):
    page = open_page(f"generate?section=beam&run={run_id}&text=ROMEO:&width=2&count=5&choice=4")
    nodes, said = page.locator(".beam-node:not(.prompt)"), page.locator(".beam-frame + .caption")
    expect(nodes).to_have_count(2 + 4 * 4, timeout=40_000)
    expect(page.locator(".place-count")).to_have_text("5 / 5")
    expect(page.locator(".beam-node.best")).to_have_count(5)  # the winning path, marked by a star too
    assert page.locator(".beam-badge-text", has_text="★").count() == 5
    page.locator("h1").click()
    page.keyboard.press("ArrowLeft")
    expect(nodes).to_have_count(2 + 3 * 4)
    expect(said).to_contain_text("Kept: it is among the 2 likeliest")
    for _step in range(4):
        page.keyboard.press("ArrowDown")
    expect(said).to_contain_text("Cut: 2 others of this depth are likelier")
    numbers = [
        float(part.replace("−", "-")) for part in re.findall(r"[−\d.]+\d", said.text_content().split("Total:")[1])
    ]
    assert numbers[0] + numbers[1] == pytest.approx(numbers[2], abs=0.0016)  # the equation holds as it is written
    expect(page.locator(".beam-text")).to_have_count(3)
    expect(page.locator(".beam-text").last.locator(".beam-chip")).to_have_count(4)
    page.get_by_text("Values as a table").click()
    expect(page.locator(".values tbody tr")).to_have_count(14)
    assert check_numbers(page, run_id, 12) == 12
    expect(page).to_have_url(re.compile(r"choice=3"), timeout=10_000)
    page.set_viewport_size({"width": 400, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= 400
    page.get_by_text("简体中文").click()
    expect(page.locator(".beam-node.best")).to_have_count(4, timeout=10_000)  # the same step of the same search
    assert page.evaluate("document.documentElement.scrollWidth") <= 400
