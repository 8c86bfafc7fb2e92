"""Where a run is wrong, in a browser: charts read by hover and keys, another run beside it, every kept step."""

import re

import pytest
from playwright.sync_api import expect

from lm_core.models.registry import build_model
from lm_core.runs.checkpoint import save_tensors
from lm_core.runs.run import find_run
from tests.finished_run import make_run, settings_of

RUN = "gallery-comedies"


@pytest.fixture(scope="module")
def other(server):
    """A run with models of two steps, whose first weights are as they were drawn."""
    run = find_run(make_run(server.home, "char", name="beside"), settings_of(server.home))
    model = build_model(run.read_config().model, run.read_facts().vocab_size)
    for step in (0, 100):
        weights = {f"model.{name}": (1 + step / 50) * weight.detach() for name, weight in model.named_parameters()}
        save_tensors(run, weights, step=step, epoch=1)
    return run.id


def number(text):
    return float(re.search(r"[−-]?\d+\.\d+", text).group().replace("−", "-"))


def test_the_parts_of_the_loss_are_read_by_hover_and_keys_beside_another_run(open_page, other):
    page = open_page(f"loss?run={RUN}&section=wrong", theme="dark")
    cells = page.locator(".figures tbody td")
    expect(cells.first).to_have_text("19968", timeout=20_000)
    loss = number(cells.nth(1).inner_text())
    rows = [each.split() for each in page.locator(".class-line .number").all_inner_texts()]
    shares = [float(re.match(r"[\d.]+", each).group()) for each in page.locator(".class-line .note").all_inner_texts()]
    assert len(rows) == 5
    assert sum(shares) == pytest.approx(100, abs=1)
    assert min(float(row[0]) for row in rows) < loss < max(float(row[0]) for row in rows)
    place = page.locator("section", has=page.get_by_role("heading", name="By place in the context")).last
    place.locator("svg").focus()
    page.keyboard.press("ArrowRight")
    expect(place.locator(".readout")).to_contain_text("1 tokens before it: 2.")
    page.keyboard.press("End")
    expect(place.locator(".readout")).to_contain_text("64 tokens before it: 1.")
    knows = page.locator("section", has=page.get_by_role("heading", name="Does it know what it knows?")).last
    box = knows.locator("svg").bounding_box()
    knows.locator("svg").hover(position={"x": box["width"] / 2, "y": 60})
    expect(knows.locator(".readout")).to_contain_text("guesses, it said")
    page.get_by_role("radio", name="every candidate").check()
    expect(knows.locator(".caption")).to_contain_text("Nearly all candidates lie in the first bin")
    page.get_by_label("Compare with", exact=True).select_option(other)
    expect(page.locator(".figures tbody tr")).to_have_count(2, timeout=10_000)
    expect(place.locator("g.series-1 circle").first).to_be_visible()
    expect(page).to_have_url(re.compile(f"other={other}"))
    page.locator("details.values summary").click()
    expect(page.locator(".values table").first).to_contain_text("inside a word")


def test_every_kept_step_shows_what_is_learned_first_on_a_phone_in_chinese(open_page, other):
    page = open_page(f"loss?run={other}&section=wrong&step=0&lang=zh", width=400)
    expect(page.locator(".timeline .track-mark")).to_have_count(2, timeout=20_000)
    expect(page.locator(".figures tbody tr")).to_have_count(1, timeout=10_000)
    expect(page.locator(".pair")).to_have_count(0)
    page.get_by_role("slider").last.press("End")
    expect(page.locator(".pair")).to_have_count(2, timeout=10_000)
    expect(page.locator(".pair.chosen")).to_contain_text("100")
    assert page.evaluate("document.documentElement.scrollWidth") <= 400
