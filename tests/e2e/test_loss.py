"""The loss page in a browser: four rulers, one token worked out, a view to link to."""

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


def test_hostile_tokens_are_drawn_as_text_and_the_table_holds_them(open_page, hostile_run):
    page = opened(open_page, f"loss?run={hostile_run}&lang=zh", width=400)
    expect(page.locator(".chip").first).to_contain_text("<img")
    assert page.locator(".tk img").count() == 0
    page.locator("details.values summary").click()
    expect(page.locator(".tables table")).to_have_count(2)
    assert page.evaluate("document.documentElement.scrollWidth") <= 400


UNITS = """async () => {
  const {inUnit} = await import('/pictures/x/loss/units.js');
  return [inUnit(Math.LN2, 'bits', null), inUnit(Math.LN2, 'bytes', 0.5), inUnit(1, 'bytes', null)];
}"""


def test_one_loss_in_other_units(open_page):
    assert open_page("loss").evaluate(UNITS) == [pytest.approx(1), pytest.approx(0.5), None]
