"""The loss page in a browser: four rulers, one token worked out, a view to link to."""

import math
import re

import numpy as np
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


CURVE = """async ([steps, losses]) => {
  const {inUnit, logTicks, offAxis, onAxis} = await import('/pictures/x/loss/units.js');
  const {exponentialMean, runningMedian} = await import('/pictures/x/loss/smoothing.js');
  return {
    units: [inUnit(Math.LN2, 'bits', null), inUnit(Math.LN2, 'bytes', 0.5), inUnit(1, 'bytes', null)],
    axis: [onAxis(2, 'nats', null, 'log'), onAxis(2, 'perplexity', null, 'log'), onAxis(0, 'nats', null, 'log'),
      offAxis(Math.log(3), 'log')],
    ticks: logTicks(Math.log(0.9), Math.log(5.2), 9).map((place) => Math.round(Math.exp(place) * 10) / 10),
    mean: exponentialMean(steps, losses, 20), medians: [5, 20].map((window) => runningMedian(losses, window)),
    flat: exponentialMean([1, 2, 9], [3, 3, 3], 20), short: runningMedian([null, 2, 4], 500),
  };
}"""


def test_units_axes_and_lines_that_are_smoothed(browser, server):
    random = np.random.default_rng(5)
    steps = np.cumsum(random.integers(1, 4, 80))  # some steps were not measured, and some rows have no loss
    losses = [None if row % 7 == 3 else float(value) for row, value in enumerate(random.normal(2, 0.5, 80))]
    page = browser.new_page()
    page.goto(f"{server.url}/pictures/x/loss/units.js")
    found = page.evaluate(CURVE, [steps.tolist(), losses])
    page.close()
    assert found["units"] == [pytest.approx(1), pytest.approx(0.5), None]
    assert found["axis"] == [pytest.approx(math.log(2)), pytest.approx(2), None, pytest.approx(3)]
    assert found["ticks"] == [1, 1.5, 2, 3, 4, 5]
    measured = [row for row in range(80) if losses[row] is not None]
    for row in range(80):
        if losses[row] is None:
            assert found["mean"][row] is None
            continue
        before = [at for at in measured if at <= row]
        weights = 0.5 ** ((steps[row] - steps[before]) / 20)
        assert found["mean"][row] == pytest.approx(np.average([losses[at] for at in before], weights=weights))
        at = measured.index(row)
        for window, medians in zip((5, 20), found["medians"], strict=True):
            around = measured[max(0, at - window // 2) : at + window // 2 + 1]
            assert medians[row] == pytest.approx(np.median([losses[one] for one in around]))
    assert found["flat"] == [3, 3, 3]  # from the first value on: nothing leans on a start at 0
    assert found["short"] == [None, 3, 3]


def test_the_curve_says_what_is_drawn_and_stands_beside_another_run(open_page, server, run):
    other = make_run(server.home, "bpe")
    page = opened(open_page, f"loss?run={run}", width=400)
    expect(page.get_by_text("their exponential mean up to there, half-life 5 steps")).to_be_visible()
    page.get_by_role("radio", name="median").check()
    page.get_by_role("combobox", name="window, batches").select_option("20")
    expect(page.get_by_text("Its label is the median of the last 11.")).to_be_visible()
    page.get_by_role("radio", name="log loss").check()
    expect(page.get_by_text("nats per token, logarithmic axis")).to_be_visible()
    page.get_by_role("combobox", name="Another run beside it").select_option(other)
    expect(page.get_by_text("Dashed: the validation of “made up, bpe")).to_be_visible()
    expect(page).to_have_url(re.compile(f"beside={other}"))
    page.locator("canvas.loss-canvas").focus()
    page.keyboard.press("ArrowLeft")
    expect(page.locator(".tooltip-row")).to_have_count(4)  # a batch, its median, validation, the other run's
    assert page.evaluate("document.documentElement.scrollWidth") <= 400
