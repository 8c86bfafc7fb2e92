"""Two distributions in a browser: their arithmetic against NumPy and autograd, bars, sums, steps, a run's choice."""

import math
import re

import numpy as np
import pytest
from playwright.sync_api import expect

from lm_core.training.objective import cross_entropy_slope
from tests.clicked_numbers import check_numbers

PAGE = "loss?run=gallery-comedies&section=distributions"

MATHS = """async (cases) => {
  const m = await import('/pictures/x/entropy/maths.js');
  const [p, q] = [[0.5, 0.25, 0.25], [0.25, 0.25, 0.5]];
  return {
    own: m.entropy(p), cost: m.crossEntropy(p, q), extra: m.divergence(p, q),
    sure: m.crossEntropy([1, 0], [0.25, 0.75]), never: m.crossEntropy([0.5, 0.5], [1, 0]) === Infinity,
    moved: m.withShare([0.5, 0.25, 0.25], 0, 0.8), last: m.withShare([1, 0, 0], 0, 0.4),
    marked: m.marked([0.9, 0.6, 0.2]),
    cases: cases.map(({truth, logits, smoothing, temperature}) => {
      const {p, q} = m.distributions({truth, smoothing, logits, temperature});
      return {p, q, cost: m.crossEntropy(p, q), swapped: m.crossEntropy(q, p), extra: m.divergence(p, q),
        slope: m.slope(p, q, temperature), back: m.softmax(m.logitsOf(q, temperature), temperature),
        stepped: m.crossEntropy(p, m.softmax(m.descended(logits, m.slope(p, q, temperature), 0.01), temperature))};
    }),
  };
}"""


def cases():
    random = np.random.default_rng(7)
    for size in (2, 3, 4, 6) * 5:
        truth = np.eye(size)[random.integers(size)] if random.random() < 0.4 else random.dirichlet(np.ones(size))
        yield {
            "truth": truth.tolist(), "logits": random.normal(0, 2, size).tolist(),
            "smoothing": float(random.choice([0, 0.1, 0.4])), "temperature": float(random.choice([0.5, 1, 2])),
        }  # fmt: skip


def mean_surprise(p, q):
    return float(-(p[p > 0] * np.log(q[p > 0])).sum())


@pytest.fixture(scope="module")
def found(browser, server):
    page = browser.new_page()
    page.goto(f"{server.url}/pictures/x/entropy/maths.js")
    yield page.evaluate(MATHS, list(cases()))
    page.close()


def test_the_worked_example_of_the_lesson(found):
    assert (found["own"], found["cost"]) == (pytest.approx(1.0397, abs=1e-4), pytest.approx(1.2130, abs=1e-4))
    assert found["extra"] == pytest.approx(0.1733, abs=1e-4)
    assert found["sure"] == pytest.approx(-math.log(0.25))  # one certain outcome leaves -ln q of it
    assert found["never"] is True
    assert found["moved"] == pytest.approx([0.8, 0.1, 0.1])
    assert found["last"] == pytest.approx([0.4, 0.3, 0.3])
    assert found["marked"]["accuracy"] == pytest.approx(2 / 3)
    assert found["marked"]["loss"] == pytest.approx(-math.log(0.9 * 0.6 * 0.2) / 3)


def test_the_page_computes_what_numpy_and_autograd_compute(found):
    for case, here in zip(cases(), found["cases"], strict=True):
        p, q = np.array(here["p"]), np.array(here["q"])
        assert p.tolist() == pytest.approx(
            ((1 - case["smoothing"]) * np.array(case["truth"]) + case["smoothing"] / len(p)).tolist()
        )
        loss, slope = cross_entropy_slope(
            case["logits"], case["truth"], smoothing=case["smoothing"], temperature=case["temperature"]
        )
        assert here["cost"] == pytest.approx(loss, abs=1e-9) == pytest.approx(mean_surprise(p, q), abs=1e-9)
        assert here["slope"] == pytest.approx(slope, abs=1e-12)
        assert here["extra"] >= 0
        assert here["extra"] == pytest.approx(mean_surprise(p, q) - mean_surprise(p, p), abs=1e-9)
        if (p > 0).all():
            assert here["swapped"] == pytest.approx(mean_surprise(q, p), abs=1e-9)
        assert here["back"] == pytest.approx(here["q"], abs=1e-12)
        assert here["stepped"] < here["cost"]


def loss_of(page):
    return float(page.locator(".sum-line").first.locator("b").first.inner_text().replace("−", "-"))


def test_bars_sums_and_steps(open_page):
    page = open_page(PAGE, width=400)
    guess = page.get_by_role("slider", name="guess q of e")
    expect(guess).to_be_visible(timeout=20_000)
    guess.focus()
    page.keyboard.press("PageUp")
    expect(guess).to_have_attribute("aria-valuenow", "0.35")
    bars = page.get_by_role("slider", name="guess q of").all()
    assert sum(float(bar.get_attribute("aria-valuenow")) for bar in bars) == pytest.approx(1, abs=0.02)
    expect(page).to_have_url(re.compile("q=0.35"))
    before = page.locator(".mean-value").all_text_contents()
    page.get_by_role("button", name="Swap p and q").click()
    expect(page.locator(".mean-value").first).not_to_have_text(before[0])
    after = page.locator(".mean-value").all_text_contents()
    assert after == [*before[3:], *before[:3]]  # the two pictures changed places
    page.get_by_role("button", name="Perfect guess").click()
    expect(page.get_by_text("The guess is the truth, so nothing is wasted")).to_be_visible()
    page.get_by_role("button", name="Certain truth").click()
    expect(page.get_by_text("The truth is certain, so one term is left")).to_be_visible()
    loss = loss_of(page)
    share = float(page.get_by_role("slider", name="guess q of e").get_attribute("aria-valuetext"))
    assert loss == pytest.approx(-math.log(share), abs=0.01)
    expect(page.get_by_text(re.compile("✓ torch .* differentiated the loss"))).to_be_visible()
    page.get_by_role("button", name="Take a step").click()
    expect(page.get_by_text(re.compile("Steps taken: 1, from"))).to_be_visible()
    assert loss_of(page) < loss
    smoothing = page.get_by_role("slider", name="label smoothing")
    smoothing.fill("0.2")
    expect(page.get_by_role("slider", name="truth p of a")).to_have_attribute("aria-valuenow", "0.05")
    assert page.evaluate("document.documentElement.scrollWidth") <= 400


def test_a_choice_of_a_run_and_two_models_that_are_right_equally_often(open_page):
    page = open_page(f"{PAGE}&place=1&lang=zh&unit=1", theme="dark")
    expect(page.locator(".choice .came")).to_be_visible(timeout=20_000)
    truths = page.locator(".hand-bar.p")
    values = [float(bar.get_attribute("aria-valuenow")) for bar in truths.all()]
    assert sorted(values)[-2:] == [0, 1]
    assert check_numbers(page, "gallery-comedies", 5) == 5
    verdicts = page.locator(".model-verdict b").all_inner_texts()
    assert verdicts[0] == verdicts[2]
    assert verdicts[1] != verdicts[3]
    page.locator(".model").nth(1).get_by_role("slider").nth(2).focus()
    page.keyboard.press("PageDown")
    expect(page.locator(".model-verdict b").nth(2)).to_contain_text("50")
