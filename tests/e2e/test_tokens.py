"""The token page in a browser: typing becomes tokens at once, hovering links, any text stays text."""

import re

import pytest
from playwright.sync_api import expect

from tests.finished_run import make_run


@pytest.fixture(scope="module")
def letters(server):
    return make_run(server.home, "char")


@pytest.fixture(scope="module")
def pieces(server):
    return make_run(server.home, "bpe")


def typed(page, text):
    field = page.get_by_label("Text to cut into tokens")
    expect(field).to_be_visible(timeout=20_000)
    field.fill(text)
    return page.locator(".chip")


def test_typing_becomes_tokens_and_one_of_them_is_worked_out(open_page, pieces):
    page = open_page(f"tokens?run={pieces}")
    chips = typed(page, "the lower 你")
    expect(page.locator(".chip.byte")).to_have_count(3)
    expect(page.get_by_text("3 tokens are single bytes")).to_be_visible()
    lower = page.locator(".chip", has_text="lo").first
    lower.hover()
    expect(page.locator(".rows tr.same")).to_have_count(1)
    lower.click()
    expect(lower).to_have_attribute("aria-selected", "true")
    expect(page.get_by_text("“·lower”", exact=True)).to_be_visible()
    expect(page).to_have_url(re.compile(r"token=\d"))
    rungs = page.locator(".rung:not(.hidden-step)")
    shown = rungs.count()
    page.get_by_role("button", name="One step back").click()
    expect(rungs).to_have_count(shown - 1)
    page.keyboard.press("Escape")
    chips.first.focus()
    page.keyboard.press("ArrowRight")
    expect(chips.nth(1)).to_be_focused()


def test_hostile_text_is_drawn_as_text(open_page, letters):
    page = open_page(f"tokens?run={letters}", theme="dark")
    page.evaluate("window.harmed = false")
    chips = typed(page, "<img src=x onerror='window.harmed=true'>\n\u202eabc \u0000")
    expect(chips.first).to_contain_text("<unk>")
    expect(page.get_by_text("what they were is lost")).to_be_visible()
    assert page.locator(".chips img").count() == 0
    assert page.evaluate("window.harmed") is False


def test_a_megabyte_is_cut_without_freezing(open_page, letters):
    page = open_page(f"tokens?run={letters}")
    typed(page, "the")
    paste = "(field) => { field.value = 'the lower mat\\n'.repeat(75000); field.dispatchEvent(new Event('input')); }"
    page.get_by_label("Text to cut into tokens").evaluate(paste)
    expect(page.get_by_text(re.compile(r"The first 600 of 1050000 tokens"))).to_be_visible(timeout=15_000)
    expect(page.locator(".chip")).to_have_count(600)
    clear = "(field) => { field.value = 'the'; field.dispatchEvent(new Event('input')); }"
    page.get_by_label("Text to cut into tokens").evaluate(clear)
    expect(page.locator(".chip")).to_have_count(3, timeout=10_000)


def test_chinese_and_a_narrow_screen(open_page, letters):
    page = open_page(f"tokens?run={letters}&lang=zh", width=400)
    expect(page.locator(".chip").first).to_be_visible(timeout=20_000)
    assert page.evaluate("document.documentElement.scrollWidth") <= 400


ALIGN = """async () => {
  const {cellsOf, placePieces, newPieces} = await import('/pictures/x/tokens/alignment.js');
  const characters = ['l', 'o', 'w', '你'];
  const ids = ['low', '<0xE4>', '<0xBD>', '<0xA0>'];
  const cells = cellsOf(characters, ids);
  const first = placePieces(characters, characters, cells, false);
  const last = placePieces(ids, characters, cells, false);
  const spans = (placed) => placed.map((piece) => [piece.start, piece.span]);
  return {cells, first: spans(first), last: spans(last), fresh: newPieces(first, last)};
}"""


def test_pieces_stand_under_the_characters_they_came_from(open_page):
    page = open_page("tokens")
    found = page.evaluate(ALIGN)
    assert found["cells"] == [1, 1, 1, 3]
    assert found["first"] == [[0, 1], [1, 1], [2, 1], [3, 3]]
    assert found["last"] == [[0, 3], [3, 1], [4, 1], [5, 1]]
    assert found["fresh"] == [True, True, True, True]
