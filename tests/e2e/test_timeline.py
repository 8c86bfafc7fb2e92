"""One timeline on four pages: pictures follow it, the nearest kept model reads own texts, a run goes on from there."""

import re

import numpy as np
import pytest
import torch
from playwright.sync_api import expect
from sqlalchemy import update

from lm_core.config import RunConfig, parse_config
from lm_core.jobs.filming import take_point
from lm_core.jobs.schema import runs
from lm_core.jobs.store import open_store
from lm_core.models.registry import build_model
from lm_core.runs.checkpoint import save_tensors
from lm_core.runs.facts import RunFacts
from lm_core.runs.history import save_point
from lm_core.runs.run import Run, create_run
from lm_core.tokenizers.char import CharTokenizer

PROBE = "<b>wall, full</b>"
STEPS = (0, 10, 50, 100)
KEPT = (0, 40, 100)


@pytest.fixture(scope="module")
def run(server):
    """Four moments and three models of a finished run; moments at 10 and 50 have no model of their own."""
    values = {
        "name": "Film", "probe": PROBE * 9, "corpus": {"name": "copy", "examples": 200},
        "model": {"n_layers": 2, "n_heads": 2, "d_model": 16, "context_length": 16},
        "train": {"steps": 100, "batch_size": 4, "warmup_steps": 5},
    }  # fmt: skip
    config = parse_config(RunConfig, values)
    run = create_run(config, server.home / "runs")
    tokenizer = CharTokenizer.train([PROBE + "abcdefghijklmnopqrstuvwxyz: ->\n"])
    tokenizer.save(run.tokenizer_folder)
    run.write_facts(
        RunFacts(
            vocab_size=tokenizer.vocab_size, parameters=1, parameters_by_part={}, train_tokens=900,
            validation_tokens=100, train_bytes=900, validation_bytes=100, baselines={"uniform": 3.5},
            corpus_title="Copy", tokenizer_kind="char",
        )
    )  # fmt: skip
    torch.manual_seed(3)
    model = build_model(config.model, tokenizer.vocab_size).eval()
    for step in sorted({*STEPS, *KEPT}):
        before = {name: weight.detach().clone() for name, weight in model.named_parameters()}
        with torch.no_grad():
            for weight in model.parameters():
                weight.add_(0.2 * torch.randn_like(weight))
        if step in STEPS:
            ids = tokenizer.encode(PROBE)[:16]
            length = 8 if step != 50 else 0
            point = take_point(
                model, tokenizer, ids, step=step, val_loss=3 - step / 100, seed=0, sample_tokens=length,
                before=before if step else None, map_ids=np.arange(1, 20),
            )  # fmt: skip
            save_point(run, point)
        if step in KEPT:
            weights = {f"model.{name}": weight.detach() for name, weight in model.named_parameters()}
            save_tensors(run, weights, step=step, epoch=1)
    store = open_store(f"sqlite:///{server.home / 'tokenarium.db'}")
    store.submit(run.id, "Film", config.to_json(), 100)
    lease_rows = {"state": "done", "step": 100, "checkpoint_step": 100, "message": "", "started_at": 1.0}
    with store.database.write() as connection:
        connection.execute(update(runs).where(runs.c.id == run.id).values(**lease_rows))
    store.close()
    return run


def readout(page):
    return page.locator(".timeline-readout")


def watch_server(page):
    """Reruns and API questions from now on."""
    asked = []
    page.on("request", lambda request: asked.append(request.url) if "/api/" in request.url else None)
    return asked


def test_on_train_map_norms_samples_and_probe_follow_without_the_server(open_page, run):
    page = open_page(f"train?run={run.id}")
    expect(readout(page)).to_have_text("step 100", timeout=40_000)
    page.locator(".inside > summary").click()
    marks = page.locator(".token-mark")
    expect(marks).to_have_count(19, timeout=15_000)
    expect(page.locator(".parts .multiple")).to_have_count(6)
    expect(page.get_by_text("the first 16 tokens are followed")).to_be_visible()
    page.wait_for_timeout(300)
    asked, late = watch_server(page), marks.nth(3).get_attribute("style")
    length = page.locator(".parts .present").first.inner_text()
    page.locator(".timeline .track").focus()
    page.keyboard.press("ArrowLeft")
    expect(readout(page)).to_have_text("step 50")
    expect(page.locator(".parts .present").first).not_to_have_text(length)
    expect(marks.nth(3)).not_to_have_attribute("style", late)
    expect(page.locator(".sample-panel")).to_contain_text("at step 10")  # none was drawn at 50
    expect(page.locator("[role=tab][aria-selected=true]")).to_have_text("10")
    page.locator("[role=tab][aria-selected=true]").press("Home")
    expect(readout(page)).to_have_text("step 0")
    expect(page.locator(".inside .caption").last).to_contain_text("no step has been seen")
    page.get_by_role("button", name="Newest").click()
    expect(readout(page)).to_have_text("step 100")
    assert all("after=100" in url for url in asked), "but for what is newer, everything was in the browser already"
    marks.nth(2).focus()
    expect(page.locator(".inside .caption").first).to_contain_text("Nearest to")
    page.keyboard.press("ArrowRight")
    expect(marks.nth(3)).to_be_focused()
    page.get_by_text("The map as a table").click()
    expect(page.locator(".inside tbody tr")).to_have_count(19)
    assert page.locator(".inside b:text('wall')").count() == 0, "a token is text"


def test_an_own_sentence_is_seen_at_an_older_kept_model(open_page, run):
    page = open_page(f"attention?run={run.id}&at=50")
    expect(readout(page)).to_have_text("step 50", timeout=40_000)
    page.get_by_label("Your own sentence").first.fill("the wall")
    page.keyboard.press("Enter")
    said = page.locator(".own-notes")
    expect(said).to_contain_text("the model of step 40, the nearest to step 50 that is kept", timeout=40_000)
    expect(readout(page)).to_have_text("step 40")
    asked = watch_server(page)
    page.locator(".timeline .track").press("ArrowLeft")
    expect(said).to_contain_text("seen by the model of step 0.")
    page.wait_for_timeout(400)
    assert not [url for url in asked if "/api/attention?" in url], "the maps were there already"
    expect(page).to_have_url(re.compile("at=0.*text=the"))


def test_an_own_text_is_measured_by_the_model_nearest_to_the_timeline(open_page, run):
    page = open_page(f"loss?run={run.id}", width=400)
    expect(page.locator(".chip").first).to_be_visible(timeout=40_000)
    page.get_by_label("Your own text").fill("wall <b>")
    page.get_by_role("button", name="Measure").click()
    said = page.locator(".own-said")
    expect(said).to_have_text("Your text, read by the model of step 100.", timeout=40_000)
    expect(page.locator(".probe .chip")).to_have_count(8)
    loss = page.locator(".probe .chip").nth(2).get_attribute("aria-label")
    page.locator(".timeline .track").press("ArrowLeft")
    expect(said).to_contain_text("read by the model of step 40, the nearest to step 50")
    expect(page.locator(".probe .chip").nth(2)).not_to_have_attribute("aria-label", loss)
    page.get_by_role("button", name="Back to the run’s sentence").click()
    expect(page.locator(".probe .chip")).to_have_count(16)


def test_a_step_on_generate_lets_that_model_write(open_page, run):
    page = open_page(f"generate?run={run.id}")
    expect(page.locator(".number-line .slice").first).to_be_visible(timeout=60_000)
    expect(page.get_by_text("Written by this run at step 100 of 100.")).to_be_visible()
    before = page.locator(".chips").first.inner_text() if page.locator(".chips").count() else ""
    page.locator(".models .track").press("ArrowLeft")
    expect(page.get_by_text("Written by this run as it was at step 40 of 100.")).to_be_visible(timeout=30_000)
    if before:
        expect(page.locator(".chips").first).not_to_have_text(before)
    expect(page).to_have_url(re.compile("at=40"))
    page.locator(".models .live").click()
    expect(page.get_by_text("Written by this run at step 100 of 100.")).to_be_visible(timeout=30_000)
    moved_on = page.evaluate("""async () => {
      const { createModels } = await import('/pictures/x/generate/models.js');
      const models = createModels({ onChoose: () => {}, isBusy: () => false });
      const drawn = { runId: 'a', kept: [0, 40, 100], lastStep: 100, step: 40, at: 40, live: false };
      models.update(drawn);
      models.node.querySelector('.track').dispatchEvent(new KeyboardEvent('keydown', { key: 'Home' }));
      models.update(drawn);  // Python speaks of a moment that has passed
      const step = models.chosen();
      models.stop();
      return step;
    }""")
    assert moved_on == 0


def test_on_inside_a_late_answer_does_not_take_the_timeline_back(open_page, run):
    page = open_page(f"inside?run={run.id}")
    expect(readout(page)).to_have_text("step 100", timeout=60_000)
    held = []
    page.route("**/api/inside?*step=40*", lambda route: held.append(route))
    page.locator(".timeline .track").press("ArrowLeft")
    expect(readout(page)).to_have_text("step 40")
    for _ in range(100):
        if held:
            break
        page.wait_for_timeout(20)
    page.locator(".timeline .track").press("Home")
    held[0].continue_()
    expect(page.locator(".cost")).to_contain_text("Model of step 0.")
    expect(readout(page)).to_have_text("step 0")


def test_a_run_goes_on_from_the_step_of_the_timeline(open_page, run, server):
    page = open_page(f"train?run={run.id}&step=50", theme="dark")
    page.get_by_role("button", name="Continue from here").click(timeout=40_000)
    expect(page.get_by_text("begins with the model of step 40, the nearest to step 50")).to_be_visible()
    page.locator(".continue .form-field").first.fill("0.5x")
    page.get_by_role("button", name="Start the new run").click()
    expect(page.get_by_text("The learning rate is a number above 0")).to_be_visible()
    page.locator(".continue .form-field").first.fill("0,0005")
    page.locator(".continue .form-field").last.fill("45")
    page.get_by_role("button", name="Start the new run").click()
    expect(page.get_by_text(f"It went on from step 40 of run {run.id}.")).to_be_visible(timeout=30_000)
    child = Run(server.home / "runs" / re.search(r"run=([a-z0-9]+)", page.url)[1])
    config = child.read_config()
    assert (config.start.step, config.train.learning_rate, config.train.steps) == (40, 5e-4, 45)
    expect(page.locator(".badge")).to_have_text("Finished", timeout=60_000)
