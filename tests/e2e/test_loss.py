"""The loss page in a browser: four rulers, one token worked out, cross-entropy by hand, a view to link to."""

import math
import re

import pytest
from playwright.sync_api import expect

from tests.finished_run import make_run

HOSTILE = ("<img src=x onerror=alert(1)>", "\n", "a", "<0xE4>", "\u202eb")


@pytest.fixture(scope="module")
def run(server):
    return make_run(server.home, "char")


@pytest.fixture(scope="module")
def hostile_run(server):
    return make_run(server.home, "char", tokens=HOSTILE)


def opened(open_page, address, **options):
    page = open_page(address, **options)
    expect(page.locator(".chip").first).to_be_visible(timeout=20_000)
    return page


def test_one_loss_on_four_rulers_and_what_the_curve_says(open_page, run):
    page = opened(open_page, f"loss?run={run}", theme="dark")
    values = page.locator(".ruler b")
    expect(values.nth(0)).not_to_have_text("–")
    nats = float(values.nth(0).inner_text())
    assert float(values.nth(1).inner_text()) == pytest.approx(nats / math.log(2), rel=0.01)
    assert float(values.nth(2).inner_text()) == pytest.approx(nats / math.log(2) / 2, rel=0.01)  # half a token per byte
    assert float(values.nth(3).inner_text()) == pytest.approx(math.exp(nats), rel=0.01)
    expect(page.get_by_text("At step 100 the validation loss is").first).to_be_visible()
    page.get_by_role("radio", name="perplexity").check()
    expect(page.get_by_text("perplexity, logarithmic axis")).to_be_visible()
    expect(page).to_have_url(re.compile("unit=3"))


def test_reading_and_zooming_with_keys(open_page, run):
    page = opened(open_page, f"loss?run={run}")
    chart = page.locator("canvas.loss-canvas")
    chart.focus()
    page.keyboard.press("ArrowLeft")
    expect(page.locator(".tooltip")).to_contain_text("step 99")
    page.keyboard.press("+")
    expect(page.get_by_role("button", name="Show all")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Show all")).to_be_hidden()


def test_a_token_is_worked_out_and_travels_into_the_address(open_page, run):
    page = opened(open_page, f"loss?run={run}&step=50")
    expect(page.locator(".timeline-readout")).to_have_text("step 50")
    page.locator(".chip").nth(4).click()
    expect(page).to_have_url(re.compile("step=50.*token=4"))
    truth = page.locator(".expected-row.truth")
    expect(truth).to_have_count(1)
    probability = float(page.locator(".equation .probability").first.inner_text())
    assert float(page.locator(".equation b").first.inner_text()) == pytest.approx(-math.log(probability), abs=0.01)
    page.get_by_role("button", name="The token above").click()
    expect(page.get_by_role("slider", name="truth p of").first).to_have_attribute("aria-valuenow", "1.00")
    expect(page.get_by_text("it would be infinite")).to_be_visible()


def test_the_guess_is_moved_with_arrow_keys_and_the_sum_stays_one(open_page, run):
    page = opened(open_page, f"loss?run={run}")
    guess = page.get_by_role("slider", name="guess q of e")
    guess.focus()
    for _press in range(5):
        page.keyboard.press("PageUp")
    expect(guess).to_have_attribute("aria-valuenow", "0.75")
    values = [float(bar.get_attribute("aria-valuenow")) for bar in page.get_by_role("slider", name="guess q of").all()]
    assert sum(values) == pytest.approx(1, abs=0.02)
    page.get_by_role("button", name="Perfect guess").click()
    expect(page.get_by_text("The guess is the truth")).to_be_visible()


def test_hostile_tokens_are_drawn_as_text_and_the_table_holds_them(open_page, hostile_run):
    page = opened(open_page, f"loss?run={hostile_run}&lang=zh", width=400)
    expect(page.locator(".chip").first).to_contain_text("<img")
    assert page.locator(".tk img").count() == 0
    page.locator("details.values summary").click()
    expect(page.locator(".tables table")).to_have_count(2)
    assert page.evaluate("document.documentElement.scrollWidth") <= 400


ENTROPY = """async () => {
  const {entropy, crossEntropy, divergence, withShare} = await import('/pictures/x/loss/entropy.js');
  const {inUnit} = await import('/pictures/x/loss/units.js');
  const [p, q] = [[0.5, 0.25, 0.25], [0.25, 0.25, 0.5]];
  return {
    own: entropy(p), cost: crossEntropy(p, q), extra: divergence(p, q),
    sure: crossEntropy([1, 0], [0.25, 0.75]), never: crossEntropy([0.5, 0.5], [1, 0]) === Infinity,
    moved: withShare([0.5, 0.25, 0.25], 0, 0.8), last: withShare([1, 0, 0], 0, 0.4),
    bits: inUnit(Math.LN2, 'bits', null), bytes: inUnit(Math.LN2, 'bytes', 0.5), none: inUnit(1, 'bytes', null),
  };
}"""


def test_the_worked_example_of_the_lesson(open_page):
    found = open_page("loss").evaluate(ENTROPY)
    assert found["own"] == pytest.approx(1.0397, abs=1e-4)
    assert found["cost"] == pytest.approx(1.2130, abs=1e-4)
    assert found["extra"] == pytest.approx(0.1733, abs=1e-4)
    assert found["sure"] == pytest.approx(-math.log(0.25))
    assert found["never"] is True
    assert found["moved"] == pytest.approx([0.8, 0.1, 0.1])
    assert found["last"] == pytest.approx([0.4, 0.3, 0.3])
    assert (found["bits"], found["bytes"], found["none"]) == (pytest.approx(1), pytest.approx(0.5), None)
