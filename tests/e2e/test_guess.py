"""Guessing in a browser: the sums against Python, two rounds by keyboard alone, a reload, and a new beginning."""

import re

import numpy as np
import pytest
from playwright.sync_api import expect

from lm_core.interpret.guessing import mean_and_error, spread
from tests.counted_run import make_counted_run

MATHS = """async ({losses, percents, vocabulary}) => {
  const m = await import('/pictures/x/guess/maths.js');
  let named = [];
  const grown = Array.from({length: 3}, () => named = m.withOneMore(named));
  return {
    left: m.leftOver(percents), each: m.shareOfOthers(percents, vocabulary), running: m.running(losses), grown,
    full: m.withOneMore([99]), moved: m.withPercent([60, 24], 1, 90), low: m.withPercent([60], 0, -5),
  };
}"""


def test_shares_means_and_errors_are_those_of_python(browser, server):
    page = browser.new_page()
    page.goto(f"{server.url}/pictures/x/guess/maths.js")
    losses = np.random.default_rng(1).exponential(2, 9).tolist()
    found = page.evaluate(MATHS, {"losses": losses, "percents": [50, 20, 9], "vocabulary": 66})
    page.close()
    assert found["left"] == 21
    assert found["each"] == pytest.approx(spread({0: 0.5, 1: 0.2, 2: 0.09}, 66)[3])
    assert found["running"][0] == {"mean": losses[0], "error": None}
    for at, point in enumerate(found["running"][1:], start=2):
        assert (point["mean"], point["error"]) == pytest.approx(mean_and_error(losses[:at]))
    assert found["grown"] == [[60], [60, 24], [60, 24, 10]]
    assert (found["full"], found["moved"], found["low"]) == ([50, 49], [60, 39], [1])


def test_two_rounds_by_keyboard_alone_last_over_a_reload(open_page, server):
    run = make_counted_run(server.home, order=3)
    page = open_page(f"loss?run={run}&section=guess", theme="dark", width=400)
    field, said = page.get_by_label("What comes next?"), page.locator(".said")
    expect(field).to_be_visible(timeout=40_000)
    field.focus()
    costs = []
    for round in range(2):
        page.keyboard.type("a")
        page.keyboard.press("Enter")
        expect(page.locator(".named-row output")).to_have_text("60 %")
        page.keyboard.press("ArrowUp")
        expect(page.locator(".named-row output")).to_have_text("65 %")
        page.keyboard.press("Enter")
        expect(said).to_contain_text("You gave it")
        costs.append(float(re.search(r"is ([\d.]+) nats", said.inner_text())[1]))
        if round == 0:
            page.keyboard.press("Enter")
            expect(field).to_be_focused()
            expect(page.locator(".hidden-token")).to_have_text("?")
    expect(page.locator(".standing")).to_have_attribute("aria-label", re.compile(r"Rounds: 2\."))
    label = page.locator(".standing").get_attribute("aria-label")
    mean, error = mean_and_error(costs)
    shown = re.search(r"You \(thick\): ([\d.]+) ± ([\d.]+)", label)
    assert (float(shown[1]), float(shown[2])) == pytest.approx((mean, error), abs=0.02)
    came = page.locator(".hidden-token").inner_text()
    page.reload()
    expect(said).to_be_visible(timeout=20_000)
    expect(page.locator(".hidden-token")).to_have_text(came)
    expect(page.locator(".standing")).to_have_attribute("aria-label", label)
    assert page.evaluate("document.documentElement.scrollWidth") <= 400
    page.get_by_role("button", name="Begin anew").press("Enter")
    expect(page.get_by_text("Your line begins with your first guess.")).to_be_visible()
    expect(page.locator(".rest")).to_contain_text("As long as you name none")
