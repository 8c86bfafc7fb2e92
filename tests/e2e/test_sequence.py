"""The probability of a sentence in a browser: its sums, stepping by keys, two sentences beside each other."""

import math
import re

import numpy as np
import pytest
from playwright.sync_api import expect

from tests.clicked_numbers import check_numbers

PAGE = "loss?run=gallery-comedies&section=sentence"

MATHS = """async (logs) => {
  const m = await import('/pictures/x/sequence/maths.js');
  return {
    running: m.running(logs), summary: m.summary({logs, bytes: 10}), none: m.summary({logs, bytes: 0}).bitsPerByte,
    under: [m.underflowAt([1, 0.5, 0, 0]), m.underflowAt([1, 0.5])], limits: m.LIMITS,
    powers: [-200, -1e5, Math.log(0.5), -9.9, 30].map(m.power),
  };
}"""


def test_sums_means_and_very_small_numbers(browser, server):
    page = browser.new_page()
    page.goto(f"{server.url}/pictures/x/sequence/maths.js")
    logs = np.random.default_rng(3).normal(-2, 0.5, 20)
    found = page.evaluate(MATHS, [None, *logs.tolist()])
    page.close()
    assert found["running"] == pytest.approx([0, *np.cumsum(logs)])
    assert found["summary"] == {
        "tokens": 20, "total": pytest.approx(logs.sum()), "mean": pytest.approx(-logs.mean()),
        "perplexity": pytest.approx(np.exp(-logs.mean())), "bitsPerByte": pytest.approx(-logs.sum() / math.log(2) / 10),
    }  # fmt: skip
    assert found["none"] is None
    assert found["under"] == [2, None]
    for kind, name in ((np.float16, "float16"), (np.float32, "float32"), (np.float64, "float64")):
        half = math.log(np.finfo(kind).smallest_subnormal) - math.log(2)
        assert found["limits"][name] == pytest.approx(half)
    assert found["powers"] == ["1.4 × 10⁻⁸⁷", "3.6 × 10⁻⁴³⁴³⁰", "0.5", "5.0 × 10⁻⁵", "1.1 × 10¹³"]


def test_stepping_through_two_sentences(open_page):
    page = open_page(f"{PAGE}&text=the king is dead&other=king dead is the", width=400, theme="dark")
    stage = page.get_by_role("slider", name="The sentence, token by token")
    expect(stage).to_be_visible(timeout=20_000)
    expect(stage).to_have_attribute("aria-valuenow", "16")
    stage.focus()
    page.keyboard.press("Home")
    page.keyboard.press("ArrowRight")
    expect(stage).to_have_attribute("aria-valuenow", "2")
    share = float(page.locator(".equation .probability").inner_text())
    assert float(page.locator(".sum-row td").first.inner_text().replace("−", "-")) == pytest.approx(
        math.log(share), abs=0.01
    )
    page.keyboard.press("ArrowDown")
    expect(stage).to_have_attribute("aria-valuetext", re.compile("^sentence B"))
    page.keyboard.press("End")
    expect(page.locator(".formats td").first).to_have_text("0")  # float16
    rows = page.locator(".sums tbody tr")
    sums, means = (
        [float(cell.replace("−", "-").rstrip(" ◂")) for cell in rows.nth(row).locator("td").all_inner_texts()]
        for row in (2, 3)
    )
    assert means == pytest.approx([-total / 15 for total in sums], abs=1e-3)
    expect(page.get_by_text(re.compile("In total [AB] is the likelier one"))).to_be_visible()
    page.get_by_label("Sentence B", exact=True).fill("")
    page.get_by_role("button", name="Measure").click()
    expect(page.get_by_text("All 15 factors multiply to")).to_be_visible()
    expect(page).to_have_url(re.compile("text=the"))
    page.locator("details.values summary").click()
    expect(page.locator(".tables tbody tr")).to_have_count(16)
    assert check_numbers(page, "gallery-comedies", 12) == 12
    assert page.evaluate("document.documentElement.scrollWidth") <= 400
