"""The Runs page in a browser: choose, filter, compare along three axes in two units, and what the sentence says."""

import json
import math
import re

import pytest
from playwright.sync_api import expect

from tests.finished_run import make_run


@pytest.fixture(scope="module")
def pair(server):
    return make_run(server.home, "char"), make_run(server.home, "bpe")


def opened(open_page, address, **options):
    page = open_page(address, **options)
    expect(page.locator(".run-list .item").first).to_be_visible(timeout=20_000)
    return page


def test_two_runs_with_different_tokenizers_are_compared_per_byte_and_told_why(open_page, pair):
    page = opened(open_page, f"runs?compare={pair[0]},{pair[1]}")
    expect(page.get_by_role("radio", name="bits per byte")).to_be_checked()
    expect(page.locator(".fair")).to_contain_text("only per byte are their losses comparable")
    expect(page.locator(".compare .caption")).to_contain_text(
        re.compile("B has tokenizer bpe instead of char and ends")
    )
    expect(page.locator(".differences")).to_contain_text("tokenizer.kind")
    assert "model.n_layers" not in page.locator(".differences").inner_text()
    page.get_by_role("radio", name="nats per token").check()
    expect(page.locator(".compare .caption")).to_contain_text("cannot be compared")
    expect(page).to_have_url(re.compile("y=nats"))
    picker, actions = page.locator(".st-key-run"), page.locator(".st-key-actions [data-testid=stButtonGroup]")
    assert abs(picker.bounding_box()["y"] - actions.bounding_box()["y"]) < 60, "the run beside what is done with it"


def test_a_tick_lays_a_run_into_the_chart_and_the_link_opens_it_again(open_page, pair):
    page = opened(open_page, f"runs?compare={pair[0]}")
    expect(page.locator(".compare .caption")).to_contain_text("A ends at")
    page.locator(".item", has_text="made up, bpe").locator("input").first.check()
    expect(page).to_have_url(re.compile(f"compare={pair[0]}(%2C|,)"))
    expect(page.locator(".differ")).to_be_visible()
    page.reload()
    expect(page.locator(".item.chosen")).to_have_count(2, timeout=20_000)


def test_filters_and_their_empty_answer(open_page, pair):
    page = opened(open_page, "runs")
    page.get_by_role("searchbox", name="Find by name").fill("bpe")
    items = page.locator(".run-list .item")
    expect(items.filter(has_text="char")).to_have_count(0)
    expect(items.first).to_contain_text("bpe")
    page.get_by_role("combobox", name="State").select_option("failed")
    expect(page.locator(".none")).to_have_text("No run passes these filters.")


def test_the_chart_is_read_with_keys_along_three_axes(open_page, pair):
    page = opened(open_page, f"runs?compare={pair[0]}")
    chart = page.locator(".compare-canvas")
    page.wait_for_function(  # the curve is there
        "performance.getEntriesByType('resource').some((one) => one.name.includes('/api/metrics') && one.responseEnd)"
    )
    expect(page.locator(".compare .caption")).not_to_be_empty()
    chart.focus()
    page.keyboard.press("ArrowLeft")  # reading begins at the end
    page.keyboard.press("ArrowLeft")
    expect(page.locator(".tooltip")).to_contain_text("step 50")
    expect(page.locator(".compare [aria-live]")).to_contain_text("step 50: A")
    page.get_by_role("radio", name="tokens", exact=True).check()
    chart.focus()
    page.keyboard.press("End")
    page.keyboard.press("ArrowLeft")
    expect(page.locator(".tooltip")).to_contain_text("12.8")  # 50 steps of 16 windows of 16 tokens
    page.keyboard.press("+")
    expect(page.get_by_role("button", name="Show all")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Show all")).to_be_hidden()


def test_it_fits_a_telephone_and_hostile_names_are_text(open_page, server, pair):
    from lm_core.jobs.shelf import rename_run
    from lm_core.jobs.store import open_store
    from lm_core.jobs.tags import add_tag
    from tests.finished_run import settings_of

    run_id = make_run(server.home, "byte")
    settings = settings_of(server.home)
    store = open_store(settings.store_url)
    rename_run(run_id, "<img src=x onerror=alert(1)>", settings, store)
    add_tag(run_id, "<img src=x onerror=1>", settings, store)
    store.close()
    page = opened(open_page, f"runs?compare={run_id},{pair[0]}&lang=zh", width=400)
    expect(page.locator(".item-name", has_text="<img").first).to_be_visible()
    expect(page.locator(".tag")).to_have_text("<img src=x onerror=1>")
    assert page.locator(".tk img").count() == 0
    page.locator(".filters select").last.select_option("<img src=x onerror=1>")
    expect(page.locator(".run-list .item")).to_have_count(1)
    page.locator("details.values summary").click()
    expect(page.locator("details.values table")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 400


MODULES = """async (rows) => {
  const at = (name) => import(`/pictures/x/runs/${name}.js`);
  const [{differences, clauseOf}, {comparison}, {bandOf, seedGroups}, {filtered}, series, {markOf, letterOf}] =
    await Promise.all(['settings', 'sentence', 'groups', 'list', 'series', 'marks'].map(at));
  const end = (row, place) => ({row, mark: markOf(place), value: row.val_loss, over: true});
  const one = series.createSeries('a');
  const measured = {loss: [null, 4, 2], val_loss: [4.2, null, 2.1], energy_wh: [0.001, null, 0.003]};
  const columns = {...measured, tokens_per_second: [null, 100, 50]};
  const sent = {steps: [0, 1, 3], columns};
  const added = [series.appendRows(one, sent, 100), series.appendRows(one, sent, 100)];
  const row = {perByte: 0.5, trainPerByte: 0.5, tokensPerStep: 100};
  const view = (x, y, line = 'validation') => series.lineOf(one, row, {x, y, line});
  const say = (picked, groups = []) => comparison(picked.map(end), groups, 'nats');
  const lines = [{xs: [0, 5, 9], ys: [4, 3, 1.6], steps: [0, 5, 9]}, {xs: [0, 5], ys: [4, 2.5], steps: [0, 5]}];
  const counted = {...rows[0], settings: {seed: 2, 'model.architecture': 'counts', 'model.order': 3}};
  const neural = {...rows[0], settings: {...rows[0].settings, 'model.architecture': 'decoder'}};
  const moving = (row, place) => ({...end(row, place), over: place === 0, line: lines[place]});
  const all = {search: '', kind: '', corpus: '', sort: 'newest'};
  const marks = Array.from({length: 30}, (_, place) => JSON.stringify({...markOf(place), letter: ''}));
  return {
    live: comparison(rows.slice(0, 2).map(moving), [], 'nats'),
    twice: say(rows.slice(0, 2)), equal: say([rows[0], rows[0]]), many: say(rows.slice(0, 3)),
    seeds: say([rows[0], rows[3]], [['a', 'd']]),
    kinds: differences([counted, neural]).map(({setting}) => setting), early: comparison(
      [rows[0], rows[1]].map((row, place) => ({...moving(row, place), line: lines[1]})), [], 'nats'),
    stopped: comparison([rows[0], {...rows[0], state: 'stopped'}].map((row, place) =>
      ({...end(row, place), line: lines[place]})), [], 'nats'),
    differ: differences(rows.slice(0, 3)).map(({setting}) => setting), groups: seedGroups(rows),
    clause: clauseOf('model.dropout', 0.1, 0), half: clauseOf('model.d_model', 32, 64),
    added, seconds: one.seconds, tokens: view('tokens', 'nats').xs, bits: view('step', 'bytes').ys,
    train: view('step', 'nats', 'train').ys,
    energy: view('energy', 'nats').xs, along: view('energy', 'nats', 'train').xs,
    band: bandOf([{xs: [0, 1, 2], ys: [4, 3, 2], steps: [0, 1, 2]}, {xs: [0, 3], ys: [4, 1], steps: [0, 1]}]),
    lowest: filtered(rows, {...all, sort: 'loss'}).map((row) => row.id),
    failed: filtered(rows, {...all, kind: 'failed'}).map((row) => row.id),
    letters: [letterOf(0), letterOf(25), letterOf(26)], different: new Set(marks).size,
  };
}"""


def rows_of():
    base = {"model.n_layers": 4, "model.d_model": 64, "model.mlp_width": 256, "seed": 1}
    changes = [
        ("a", {}, 1.6),
        ("b", {"model.n_layers": 8}, 1.52),
        ("c", {"model.d_model": 128, "model.mlp_width": 512}, 1.9),
    ]
    changes += [("d", {"seed": 2}, 1.64)]
    common = {"gallery": False, "state": "done", "corpus": "x", "perByte": 1, "parameters": 1, "when": 1}
    return [
        {**common, "id": name, "name": name, "settings": {**base, **change}, "val_loss": loss}
        for name, change, loss in changes
    ]


def test_what_differs_and_what_came_of_it_is_said_in_one_sentence(open_page):
    found = open_page("runs").evaluate(MODULES, rows_of())
    assert found["twice"] == "B has twice the layers (8 instead of 4) and ends 0.08 nats per token lower."
    assert found["live"] == (
        "B has twice the layers (8 instead of 4) and stands 0.50 nats per token lower (step 5)."
    ), "where both have come to"
    assert found["equal"].startswith("B and A have the same settings. B ends at the same loss.")
    assert found["many"] == (
        "B ends lowest, at 1.52 nats per token; C ends 0.38 above it. They differ in: layers, width."
    )
    assert found["seeds"].startswith("2 seeds of the same settings lie between 1.60 and 1.64 nats per token, 1.62 on")
    assert found["differ"] == ["model.n_layers", "model.d_model"], "the MLP's width only follows d_model"
    assert found["kinds"] == ["seed", "model.architecture"], "what one kind of model has not got is no difference"
    assert "may be chance" not in found["early"], "while they train, no gap means anything yet"
    assert found["stopped"].startswith("B and A have the same settings. B stands 0.50 nats per token lower (step 5).")
    assert found["groups"] == [["a", "d"]]
    assert found["clause"] == "has dropout 0.1 instead of 0"
    assert found["half"] == "has half the width (32 instead of 64)"


def test_lines_bands_and_marks(open_page):
    found = open_page("runs").evaluate(MODULES, rows_of())
    assert found["added"] == [3, 0]
    assert found["seconds"] == [0, 1, 5], "one step of 100 tokens at 100/s, then two at 50/s"
    assert found["tokens"] == [0, 300]
    assert found["energy"] == [1, 3], "milliwatt-hours, exact where validation is measured"
    assert found["along"] == [1, 3], "between two measurements the earlier one stands"
    assert found["bits"] == pytest.approx([4.2 / 2 / math.log(2), 2.1 / 2 / math.log(2)])
    assert found["train"] == [4, 3]
    assert found["band"] == {"xs": [0, 2], "low": [4, 1], "mean": [4, 2], "high": [4, 3]}
    assert found["lowest"] == ["b", "a", "d", "c"]
    assert found["failed"] == []
    assert found["letters"] == ["A", "Z", "AA"]
    assert found["different"] == 30
    json.dumps(found, allow_nan=False)
