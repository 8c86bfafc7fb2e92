"""Probes in a browser: walking the lens, switching parts off, sums that hold, a weight set by hand; hostile text."""

import re
from functools import partial

import pytest
from playwright.sync_api import expect

from tests.clicked_numbers import check_numbers

RUN = "gallery-comedies"
HOSTILE = "<img src=x onerror=alert(1)>"
# Pairs of labels of which one stands on the other, by more than half a letter.
COVERED = """marks => {
    const boxes = marks.map((mark) => ({ text: mark.textContent, box: mark.getBoundingClientRect() }));
    const onEachOther = (a, b) => Math.abs((a.left + a.right - b.left - b.right) / 2) < 0.45 * (a.width + b.width)
        && Math.abs((a.top + a.bottom - b.top - b.bottom) / 2) < 0.45 * Math.max(a.height, b.height);
    return boxes.flatMap((one, at) => boxes.slice(at + 1).filter((other) => onEachOther(one.box, other.box))
        .map((other) => one.text + other.text));
}"""


def number(text):
    return float(re.search(r"[+−-]?\d+\.\d+", text).group().replace("−", "-"))


def kept_after_clicks(page, clicks):
    """What the page holds in memory after so many clicks on cells, once what can be forgotten is."""
    page.evaluate(
        """async (clicks) => {
          const roots = [...document.querySelectorAll("*")].map((node) => node.shadowRoot);
          const root = roots.find((each) => each?.querySelector(".cell"));
          for (let at = 0; at < clicks; at += 1) {
            const all = root.querySelectorAll(".cell");
            all[(7 * at) % all.length].click();
            await new Promise(requestAnimationFrame);
          }
        }""",
        clicks,
    )
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable")
    looks = []
    for _look in range(3):  # the address is written a moment after the last click, later where much else goes on
        page.wait_for_timeout(250)
        session.send("HeapProfiler.collectGarbage")
        looks.append({one["name"]: one["value"] for one in session.send("Performance.getMetrics")["metrics"]})
    session.detach()
    return {name: min(look[name] for look in looks) for name in ("Nodes", "JSHeapUsedSize")}


def test_the_lens_by_keys_then_who_wrote_it_then_without_it(open_page):
    page = open_page(f"inside?run={RUN}&section=lens&text=The king is dead")
    cells = page.get_by_role("gridcell")
    expect(cells.first).to_be_visible(timeout=20_000)
    expect(cells).to_have_count(6 * 16)  # the embedding, four layers, and what follows
    cells.first.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowRight")
    expect(page.locator(".grid-readout")).to_contain_text("layer 1, after “h”")
    page.keyboard.press("Enter")
    shown = page.locator(".detail-panel")
    expect(shown.locator(".share-row")).to_have_count(8)
    expect(shown).to_contain_text("place")
    expect(page).to_have_url(re.compile("place=1"))
    page.keyboard.press("Escape")
    expect(shown).to_be_hidden()
    first, second = (kept_after_clicks(page, 100) for _turn in range(2))
    assert second["Nodes"] <= first["Nodes"] + 50
    assert second["JSHeapUsedSize"] <= first["JSHeapUsedSize"] + 500_000
    page.locator(".grid").press("Escape")
    page.get_by_role("button", name="under 25 %").click()
    expect(page.locator(".predict-verdict")).to_have_text(re.compile(r"^(Yes|No)\. It is .* of the 16 places"))
    page.get_by_text("Values as a table").click()
    expect(page.locator(".values tbody tr")).to_have_count(5 * 16)
    words = {"text": "The king is dead"}
    assert check_numbers(page, RUN, 15, **words) == 15
    cells.nth(20).focus()
    page.keyboard.press("Enter")
    origin = page.locator(".origin")
    expect(origin).to_contain_text("as in the model")
    for name in ("score read off early", "stream behind the last norm", "Block 1 · stream"):  # each further back
        origin.locator(".operand-links button").first.click()
        expect(origin.locator(".unit").first).to_contain_text(name)
        expect(origin).to_contain_text("as in the model")
    origin.get_by_role("button", name="One back").click()
    expect(origin.locator(".unit").first).to_contain_text("stream behind the last norm")
    origin.press("Escape")
    expect(origin).to_be_hidden()

    page.get_by_role("radio", name="Who wrote this?").click(force=True)
    total = page.locator(".total")
    expect(total).to_contain_text("logit of", timeout=10_000)
    bars = page.locator(".signed-row .number").all_inner_texts()
    assert len(bars) == 2 + 4 * 5
    assert sum(map(number, bars)) == pytest.approx(
        number(total.inner_text().split("=")[1]), abs=0.15
    )  # two decimals each
    for many in (".signed-row", ".target-rows button"):  # one Tab stop each: arrow keys do the rest
        assert page.locator(many).evaluate_all("nodes => nodes.filter((node) => node.tabIndex === 0).length") == 1
    page.locator(".signed-row").nth(5).focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(origin).to_contain_text("as in the model")
    expect(page.locator(".signed-row").nth(6)).to_be_focused()  # drawn again, the keys are where they were
    page.keyboard.press("Escape")
    expect(origin).to_be_hidden()
    product = page.locator(".detail-panel .mono").inner_text().replace("−", "-").split("=")
    factors = [float(factor) for factor in product[1].split("×")]
    assert factors[0] * factors[1] * factors[2] == pytest.approx(float(product[0]), rel=0.01)
    page.get_by_text("Values as a table").click()
    assert check_numbers(page, RUN, 15, **words) == 15
    page.locator(".place").nth(4).click()
    expect(page.locator(".caption")).to_contain_text("After “k”")

    page.get_by_role("radio", name="Without it").click(force=True)
    table = page.get_by_role("gridcell")
    expect(table).to_have_count(4 * 5, timeout=10_000)
    expect(page.locator(".loss-line")).to_contain_text("(0.000)")
    table.nth(4).click()
    expect(table.nth(4)).to_have_text("off")
    expect(page.locator(".loss-line")).not_to_contain_text("(0.000)")
    expect(page.locator(".grid-readout")).to_contain_text("MLP 1 is off")
    expect(page).to_have_url(re.compile("off=0"))
    page.get_by_text("Values as a table").click()
    assert check_numbers(page, RUN, 15, **words) == 15
    page.get_by_role("button", name="Switch all on").click()
    expect(page.locator(".loss-line")).to_contain_text("(0.000)")


def test_what_the_browser_works_out_itself(open_page):
    """A pattern with a cell set is what lm_core makes of it; rank correlation against a worked example."""
    page = open_page("inside")
    module = "async (name) => (await import('/pictures/x/probing/' + name)).{call}"
    pattern = [[1, 0, 0], [0.4, 0.6, 0], [0.2, 0.3, 0.5]]
    call = module.format(call=f"withCells({pattern}, [[2, 2, 0], [1, 1, 1], [1, 0, 0.25]], true)")
    changed = page.evaluate(call, "surgery.js")
    assert changed[2] == pytest.approx([0.4, 0.6, 0])
    assert changed[1] == pytest.approx([0.25, 0.75, 0])
    agree = partial(page.evaluate, arg="names.js")
    assert agree(module.format(call="ranksAgree([1, 2, 3, 4, 5], [2, 1, 4, 3, 5])")) == pytest.approx(0.8)
    assert agree(module.format(call="ranksAgree([1, 1, 2], [5, 5, 9])")) == pytest.approx(1)
    assert agree(module.format(call="ranksAgree([1, 2, 3], [4, 4, 4])")) == 0


def test_long_work_is_asked_for_first_and_can_be_stopped(open_page):
    page = open_page("inside")
    assert page.evaluate(
        """async () => {
          const { createProgress, isLong } = await import("/pictures/x/probing/progress.js");
          const said = [isLong({ left: 5, seconds: 90 }), isLong({ left: 5, seconds: 3 })];
          const progress = createProgress({ onStop: () => said.push("stop"), onGo: () => said.push("go") });
          progress.show({ all: 8, left: 6, seconds: 90 }, true);
          const texts = [progress.box.textContent];
          progress.box.querySelector("button").click();
          progress.show({ all: 8, left: 6, seconds: 9 });
          texts.push(progress.box.textContent);
          progress.box.querySelector("button").click();
          progress.show({ all: 8, left: 0, seconds: 0 });
          return [said, texts, progress.box.hidden];
        }"""
    ) == [
        [True, False, "go", "stop"],
        ["2 of 8 worked out. The rest takes about 1\xa0min 30\xa0s.Go on", "2 of 8 worked out, about 9\xa0s moreStop"],
        True,
    ]


def test_surgery_by_keyboard_in_the_dark_and_on_a_narrow_page(open_page):
    page = open_page(f"attention?run={RUN}&cut-layer=3&cut-head=1", theme="dark", width=400)
    slider = page.get_by_role("slider", name="Share of attention")
    expect(page.locator(".matters-table tbody tr")).to_have_count(10, timeout=20_000)
    expect(page.locator(".loss-line")).to_contain_text("(0.000)")
    slider.focus()
    page.keyboard.press("Home")
    first = page.locator(".share-row .number").first
    expect(first).to_have_text(re.compile(r"47\s% → (?!47)"))  # the row is the last one: only the next guess moves
    expect(page.locator(".cell-name")).to_contain_text("0 % (learned")
    expect(page.locator(".probing .caption").nth(1)).to_contain_text("rank correlation")
    assert check_numbers(page, RUN, 20, rounding=0.02) == 20
    page.get_by_role("button", name="Switch head 3.1 off").click()
    expect(page.get_by_role("button", name="Switch head 3.1 on")).to_be_visible()
    expect(page).to_have_url(re.compile("cut-off=2.0"))
    page.get_by_role("button", name="Undo everything").press("Enter")
    expect(page.get_by_role("button", name="Switch head 3.1 off")).to_be_focused()  # a greyed button takes no keys
    expect(page.locator(".loss-line")).to_contain_text("(0.000)")
    assert page.evaluate("document.documentElement.scrollWidth") == 400


def test_patching_neurons_and_gradients_with_hostile_text_in_chinese(open_page):
    words = {"text": HOSTILE}
    page = open_page(f"inside?run={RUN}&section=patching&text={HOSTILE}&lang=zh")
    cells = page.get_by_role("gridcell")
    expect(cells.first).to_be_visible(timeout=20_000)
    expect(page.locator(".context").first).to_contain_text("img src")
    page.get_by_role("textbox").nth(1).fill("abc")
    page.keyboard.press("Enter")
    expect(page.locator(".own-box .note")).to_contain_text("3")  # of how many tokens, in a sentence
    expect(cells.first).to_be_visible()  # what was there stays
    page.locator("summary").first.click()
    assert check_numbers(page, RUN, 10, **words) == 10
    page.goto(page.url.replace("section=patching", "section=neurons"))
    expect(page.locator("li.place-line")).to_have_count(8, timeout=20_000)
    assert check_numbers(page, RUN, 9, **words) == 9
    page.locator(".places .ring").first.focus()
    page.keyboard.press("ArrowDown")
    held = page.locator(".places li").nth(1).locator(".tinted[tabindex='0']")
    expect(held).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(".origin:visible .one-line")).to_be_visible()
    page.keyboard.press("Escape")
    expect(held).to_be_focused()
    page.get_by_role("spinbutton").fill("5")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("neuron=5"))
    page.goto(page.url.replace("section=neurons", "section=gradients"))
    expect(page.locator(".push-row")).to_have_count(14, timeout=20_000)
    assert check_numbers(page, RUN, 10, **words) == 10
    page.goto(page.url.replace("section=gradients", "section=map"))
    expect(page.locator(".near-row")).to_have_count(10, timeout=20_000)
    assert check_numbers(page, RUN, 10) == 10
    expect(page.locator(".token-mark")).to_have_count(65)
    page.get_by_role("searchbox").fill("e")
    page.keyboard.press("Enter")
    expect(page.locator(".token-mark.focused")).to_have_text("e")
    expect(page.locator(".token-mark.near")).to_have_count(10)
    expect(page.locator(".token-mark.focused.behind")).to_have_count(0)
    readable = page.locator(".token-mark:not(.behind)")
    assert 20 < readable.count() < 65
    assert readable.evaluate_all(COVERED) == []
    before = page.locator(".near-list").inner_text()
    page.locator(".token-mark.focused").focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator(".near-list")).not_to_have_text(before)
    expect(page).to_have_url(re.compile("entry="))
    assert not page.locator(".probing img").count()
