"""The lattice in a browser: the best way is filled, Viterbi can be walked, samples have their marks."""

import re

import pytest
from playwright.sync_api import expect

from tests.finished_run import make_run


@pytest.fixture(scope="module")
def unigram(server):
    return make_run(server.home, "unigram")


def test_the_walk_ends_in_the_best_way_and_other_ways_are_drawn(open_page, unigram):
    page = open_page(f"tokens?run={unigram}&section=lattice", theme="dark")
    pieces = page.locator(".lattice-piece")
    expect(pieces.first).to_be_visible(timeout=30_000)
    field = page.get_by_label("Word, with the space before it")
    field.fill(" lower<i>")
    field.press("Enter")
    expect(page.locator(".lattice-character")).to_have_count(9)
    expect(page.get_by_text(re.compile("ways? .*to cut “·lower<i>”"))).to_be_visible()
    best = page.locator(".lattice-piece.best")
    assert "".join(best.locator(".token").all_inner_texts()).replace("·", "") != ""
    page.get_by_role("button", name="One place back").click()
    expect(best).to_have_count(0)
    expect(page.locator(".arrival.now")).to_have_count(1)
    page.get_by_role("button", name="One place on").click()
    expect(page.locator(".lattice-piece.best").first).to_be_visible()
    pieces.first.focus()
    expect(page.locator(".reading").last).to_contain_text("ln P = ")
    expect(page.locator(".sample-mark").first).to_be_attached()
    page.get_by_role("button", name="Draw again").click()
    expect(page.get_by_text(re.compile("Seed 2|gave the same way"))).to_be_visible()
    field.fill("")
    field.press("Enter")
    expect(page.get_by_text("A lattice is drawn of 1 to 24 characters, and these are 0.")).to_be_visible()


def test_a_run_with_other_tokens_learns_pieces_when_asked_in_chinese_on_a_narrow_screen(open_page, server):
    page = open_page(f"tokens?run={make_run(server.home, 'char')}&section=lattice&lang=zh", width=400)
    button = page.get_by_role("button", name=re.compile("unigram", re.I))
    expect(button).to_be_visible(timeout=30_000)
    button.click()
    expect(page.locator(".lattice-piece.best").first).to_be_visible(timeout=30_000)
    expect(button).to_have_count(0)
    assert page.evaluate("document.documentElement.scrollWidth") <= 400
