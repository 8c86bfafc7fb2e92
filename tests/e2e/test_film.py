"""The film of BPE learning in a browser: one page for what a reader does, one for the arithmetic behind it."""

import re

import pytest
from playwright.sync_api import expect

from tests.finished_run import make_run


@pytest.fixture(scope="module")
def pieces(server):
    return make_run(server.home, "bpe")


def test_the_film_is_stepped_played_and_looked_into(open_page, pieces):
    page = open_page(f"tokens?run={pieces}&merge=3", theme="dark")
    readout = page.locator(".film-readout")
    expect(readout).to_have_text(re.compile("3 of 44 merges"), timeout=20_000)
    tokens = page.locator(".film-token")
    before = tokens.count()
    slider = page.get_by_label("Merges done")
    slider.evaluate("(input) => { input.value = 44; input.dispatchEvent(new Event('input')); }")
    expect(readout).to_have_text("44 of 44 merges")
    expect(page.get_by_text("The film ends here")).to_be_visible()
    assert tokens.count() < before
    expect(page.locator(".film-token .byte")).to_have_count(6)  # 你好 was not in the text that it learned from
    tokens.filter(has_text=re.compile("^·lower$")).first.click()
    expect(page.get_by_role("heading", name="The tree of “·lower”")).to_be_visible()
    expect(page.locator(".tree-box", has_text=re.compile("^[lower·]$"))).to_have_count(6)
    page.locator("button.tree-box").last.click()  # goes to the merge that made it
    expect(readout).not_to_have_text("44 of 44 merges")
    page.keyboard.press("End")
    expect(readout).to_have_text("44 of 44 merges")
    page.keyboard.press("ArrowLeft")
    expect(readout).to_have_text("43 of 44 merges")
    expect(page.locator(".pair.wins")).to_have_count(1)
    expect(page).to_have_url(re.compile("merge=43"))
    page.get_by_role("button", name="Play the merges").click()
    expect(readout).to_have_text("44 of 44 merges")
    expect(page.get_by_role("button", name="Play the merges")).to_be_visible()  # at the end it stops by itself
    page.locator(".values summary", has_text="Values as a table").last.click()
    expect(page.locator(".values tbody tr")).to_have_count(44)
    page.evaluate("window.harmed = false")
    page.get_by_text("only the text below").click()
    page.get_by_label("Text to watch").fill("<img src=x onerror='window.harmed=true'> <img src=x>")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".film-token", has_text="<").first).to_be_visible()
    expect(readout).to_have_text(re.compile("^0 of "))
    assert page.evaluate("window.harmed") is False


MEASURE = """async () => {
  const m = await import('/pictures/x/film/measures.js');
  const data = {bytes: [97, 97, 97, 98], borders: [1, 3, 2], starts: [0]};  // aa, ab, aaab
  const scenes = [[97, 97, 4, 9, []], [97, 98, 2, 7, []], [256, 257, 2, 5, []]];
  const ids = (done) => m.cut(data, done).map(({id}) => id);
  const met = (done) => m.meeting(m.cut(data, done), scenes[done], data.starts);
  const meet = (done) => [[...met(done).left], [...met(done).right]];
  return {
    ids: [0, 1, 2, 3].map(ids), meet: [0, 1, 2].map(meet), merges: m.mergesOf(m.treeOf(258, scenes)),
    left: [0, 3].map((done) => m.tokensLeft({scenes, atFirst: 11}, done)), none: m.cut({bytes: [], borders: []}, 5),
    apart: [...m.meeting(m.cut({bytes: [97, 97], borders: [0]}, 0), [97, 97], [0, 1]).left],
  };
}"""


def test_borders_tell_every_moment_of_gages_example(open_page):
    found = open_page("tokens").evaluate(MEASURE)
    assert found["ids"] == [[97, 97, 97, 98], [256, 97, 98], [256, 257], [258]]
    assert found["meet"] == [[[0], [1]], [[1], [2]], [[0], [1]]]
    assert found["merges"] == [1, 2, 3]
    assert (found["left"], found["none"], found["apart"]) == ([11, 5], [], [])


def test_chinese_and_a_narrow_screen(open_page, pieces):
    page = open_page(f"tokens?run={pieces}&section=film&lang=zh", width=400)
    expect(page.locator(".film-token").first).to_be_visible(timeout=20_000)
    assert page.evaluate("document.documentElement.scrollWidth") <= 400
