"""The token page in a browser: typing becomes tokens at once, hovering links, any text stays text."""

import json
import re

import pytest
from playwright.sync_api import expect

from lm_core.runs.run import Run
from tests.finished_run import make_run

HOSTILE = "<img src=x onerror='window.harmed=true'>\n\u202eabc \u0000"
FAMILY = "👩‍👩‍👧"


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
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    chips = typed(page, f"the lower 你 {FAMILY}")
    expect(page.locator(".chip.byte")).to_have_count(3 + 18)
    expect(page.get_by_text("21 tokens are bytes of characters")).to_be_visible()
    together = page.locator(".together")
    assert together.locator(".together-text").all_text_contents() == ["你", FAMILY]
    assert together.nth(1).locator(".chip").count() == 18
    lower = page.locator(".chip", has_text="lo").first
    lower.hover()
    expect(page.locator(".rows tr.same")).to_have_count(1)
    expect(page.locator(".reading")).to_contain_text("times in this text")
    page.get_by_role("button", name="Copy ids").click()
    expect(page.get_by_role("button", name=re.compile("ids copied"))).to_be_visible()
    copied = json.loads(page.evaluate("navigator.clipboard.readText()"))
    assert [str(token) for token in copied] == page.locator(".chip-id").all_text_contents()
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
    page.locator("[data-example=spelling]").click()
    expect(page.get_by_label("Text to cut into tokens")).to_have_value(re.compile(r"^the \w+ \w-\w-\w"))
    expect(page.locator(".pitfall-words")).to_contain_text("is one token")


def test_hostile_text_is_drawn_as_text_and_a_megabyte_does_not_freeze(open_page, letters):
    page = open_page(f"tokens?run={letters}&with=byte", theme="dark")
    page.evaluate("window.harmed = false")
    chips = typed(page, HOSTILE)
    expect(chips.first).to_contain_text("<unk>")
    expect(page.get_by_text("what they were is lost")).to_be_visible()
    assert page.locator(".chips img").count() == 0
    paste = "(field) => { field.value = 'the lower mat\\n'.repeat(75000); field.dispatchEvent(new Event('input')); }"
    page.get_by_label("Text to cut into tokens").evaluate(paste)
    expect(page.get_by_text(re.compile(r"The first 600 of 1050000 tokens"))).to_be_visible(timeout=15_000)
    expect(page.locator(".chip")).to_have_count(600)
    page.get_by_label("Text to cut into tokens").fill("the")
    expect(page.locator(".chip")).to_have_count(3, timeout=10_000)
    page.get_by_role("radio", name="Side by side").click()
    field = page.get_by_label("Text for all of them")
    expect(field).to_have_value("the", timeout=20_000)
    field.fill(HOSTILE)
    expect(page.locator(".column").first).to_contain_text("<unk>")
    page.get_by_role("radio", name="Vocabulary").click()
    expect(page.locator(".token-row").first).to_contain_text("<unk>", timeout=20_000)
    assert page.locator(".column img, .token-row img").count() == 0
    assert page.evaluate("window.harmed") is False


def test_a_new_tokenizer_side_by_side_with_others_and_its_vocabulary(open_page):
    page = open_page("tokens?corpus=copy&kind=bpe&vocab=300&section=side&with=byte,char")
    expect(page.locator(".column")).to_have_count(3, timeout=30_000)
    page.get_by_label("Text for all of them").fill("copy 你")
    expect(page.locator(".column").nth(1)).to_contain_text("×3")  # one character of three bytes, drawn whole
    expect(page.locator(".column").nth(2)).to_contain_text("<unk>")
    page.locator(".column").nth(1).locator(".piece").last.hover()
    expect(page.locator(".column .piece.same")).to_have_count(3)
    page.locator(".stretch").nth(1).focus()
    page.keyboard.press("Home")  # the "c" of "copy", by keys alone
    expect(page.locator(".column .piece.same")).to_have_count(3)
    expect(page.locator(".column").nth(1).locator(".piece").first).to_have_class(re.compile("same"))
    expect(page.locator(".languages tbody tr")).to_have_count(5)
    expect(page.get_by_text("Dearest: Hindi with")).to_be_visible()
    expect(page.get_by_text(re.compile("MB/s")).first).to_be_visible()

    page.get_by_role("radio", name="Vocabulary").click()
    rows = page.locator(".token-row")
    expect(rows.first).to_be_visible(timeout=20_000)
    assert rows.count() < 60  # of 300: only what is in sight
    page.get_by_label("Order").select_option("frequent")
    expect(rows.first).to_have_attribute("aria-posinset", "1")
    page.get_by_label("Search the vocabulary").fill("opy")
    expect(page.get_by_text(re.compile(r"of 300 tokens are shown"))).to_be_visible()
    rows.first.click()
    expect(page.locator(".place").first).to_be_visible()
    expect(page.locator(".place mark").first).to_contain_text("opy")
    page.get_by_label("Search the vocabulary").fill("")
    page.get_by_label("Which tokens").select_option("unused")
    expect(page.locator(".token-row.never").first).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("button", name="Save as JSON").click()
    saved = json.loads(download.value.path().read_text())
    assert [token["id"] for token in saved] == list(range(300))
    page.get_by_role("listbox").focus()
    page.keyboard.press("End")
    expect(page.locator(".token-row[aria-selected=true]")).to_be_visible()


def test_chinese_and_a_narrow_screen(open_page, letters):
    page = open_page(f"tokens?run={letters}&lang=zh", width=400)
    expect(page.locator(".chip").first).to_be_visible(timeout=20_000)
    for part in ("side", "vocabulary"):
        page.goto(page.url.replace("section=playground", f"section={part}").replace("section=side", f"section={part}"))
        expect(page.locator(".column, .token-row").first).to_be_visible(timeout=20_000)
        assert page.evaluate("document.documentElement.scrollWidth") <= 400


MODULES = """async () => {
  const {cellsOf, placeAmong, placePieces, newPieces} = await import('/pictures/x/tokens/alignment.js');
  const {groupsOf} = await import('/pictures/x/tokens/groups.js');
  const {chosenTokens, tokensOf, scriptOf} = await import('/pictures/x/vocabulary/choosing.js');
  const {csvOf} = await import('/pictures/x/vocabulary/files.js');
  const {countsOf} = await import('/pictures/x/vocabulary/lengths.js');
  const characters = ['l', 'o', 'w', '你'];
  const ids = ['low', '<0xE4>', '<0xBD>', '<0xA0>'];
  const cells = cellsOf(characters, ids);
  const first = placePieces(characters, characters, cells, false);
  const last = placePieces(ids, characters, cells, false);
  const spans = (placed) => placed.map((piece) => [piece.start, piece.span]);
  const texts = Array.from({length: 50257}, (_none, id) => `t${id % 977}`);
  const many = tokensOf({texts, kinds: Array(50257).fill('t'), times: Array(50257).fill(1)});
  const start = performance.now();
  const asked = {search: '97', sort: 'longest', kind: 'all', script: 'latin', length: null};
  const found = chosenTokens({tokens: many, ...asked}).length;
  const milliseconds = performance.now() - start;
  const kinds = ['t', 't', 't', 'b', 's'];
  const small = tokensOf({texts: ['=1+1', ' a,"b"\\n', '你', '<0xE4>', '<s>'], kinds, times: [3, 2, 1, 0, 0]});
  const groups = groupsOf(7, [0, 1, 2, -1, -1, 3, 4, 5], 'a 你e\\u0301');
  return {
    cells, first: spans(first), last: spans(last), fresh: newPieces(first, last), found, milliseconds,
    groups: groups.map(({from, to, text}) => [from, to, text]), unknown: groupsOf(2, [], 'ab').length,
    among: spans(placeAmong(['the', 'na', '##ive', '[UNK]'], [...'The naïve 你'], Array(11).fill(1))),
    lost: placeAmong(['x'], ['a'], [1]),
    lengths: countsOf(tokensOf({texts: ['a', 'b'.repeat(16), 'c'.repeat(99), ' <0xE4>'], kinds: ['t', 't', 't', 'b']})),
    csv: csvOf(small), scripts: small.map(({text, kind}) => scriptOf(text, kind)),
  };
}"""


def test_the_modules_by_themselves(open_page):
    """Pieces under their characters, tokens of one character together, a large vocabulary searched at once."""
    page = open_page("tokens")
    found = page.evaluate(MODULES)
    assert found["cells"] == [1, 1, 1, 3]
    assert found["first"] == [[0, 1], [1, 1], [2, 1], [3, 3]]
    assert found["last"] == [[0, 3], [3, 1], [4, 1], [5, 1]]
    assert found["fresh"] == [True, True, True, True]
    assert found["groups"] == [[0, 1, "a"], [1, 2, " "], [2, 5, "你"], [5, 7, "e\u0301"]]
    assert found["unknown"] == 2
    assert found["among"] == [[0, 3], [4, 2], [6, 3], [10, 1]]
    assert found["lost"] is None
    assert found["lengths"] == [[1, 1], [16, 2]]  # longer ones share the last bar; parts of characters have no length
    assert found["found"] > 500
    assert found["milliseconds"] < 500
    assert found["scripts"] == ["digits", "latin", "han", "bytes", "special"]
    lines = found["csv"].split("\r\n")
    assert lines[1] == "0,'=1+1,text,4,3,"
    assert lines[2] == '1," a,""b""\n",text,7,2,'


def test_a_run_that_still_makes_its_tokenizer_is_waited_for(open_page, server):
    run = Run(server.home / "runs" / make_run(server.home, "char"))
    tokenizer = run.tokenizer_folder / "tokenizer.json"
    aside = tokenizer.rename(tokenizer.with_suffix(".aside"))
    page = open_page(f"tokens?run={run.id}&from=run")
    expect(page.get_by_text("still making its tokenizer")).to_be_visible(timeout=20_000)
    aside.rename(tokenizer)
    expect(page.locator(".chip").first).to_be_visible(timeout=20_000)
