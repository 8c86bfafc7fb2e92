"""The Train page in a real browser, with a run whose worker is this test: it writes rows, obeys, and falls silent."""

import math
import re
import time

import numpy as np
import pytest
from playwright.sync_api import expect
from sqlalchemy import update

from lm_core.config import RunConfig, parse_config
from lm_core.jobs.schema import runs
from lm_core.jobs.store import open_store
from lm_core.runs.facts import RunFacts
from lm_core.runs.history import HistoryPoint, save_point
from lm_core.runs.run import create_run

STEPS = 200
HOSTILE = "<img src=x onerror=alert(1)>"
TOKENS = ("The", " ", HOSTILE, "\n", "中文", "<0xE4>", "שלום", ".")
BASELINES = {"uniform": 4.2, "unigram": 3.3, "bigram": 2.5, "trigram": 2.0}


class HandFedRun:
    """A run in the server's store; no worker process, so it does exactly what a test says."""

    def __init__(self, home, name, *, steps=STEPS, tokenizer="char"):
        values = {"name": name, "tokenizer": {"kind": tokenizer}, "train": {"steps": steps, "batch_size": 4}}
        config = parse_config(RunConfig, values)
        self.run = create_run(config, home / "runs")
        self.id, self.step = self.run.id, 0
        self.store = open_store(f"sqlite:///{home / 'tokenarium.db'}")
        self.store.submit(self.id, name, config.to_json(), steps)
        self.set(state="starting", epoch=1, attempts=1, host="elsewhere", started_at=time.time() - 90)
        self.lease = self.store.lease(self.id, 1)
        self.lease.report()

    def set(self, **columns):
        far = {"lease_until": time.time() + 3600, "heard_at": time.time()}
        with self.store.database.write() as connection:
            connection.execute(update(runs).where(runs.c.id == self.id).values(**{**far, **columns}))

    def prepare(self):
        self.run.write_facts(
            RunFacts(
                vocab_size=65, parameters=205_632, parameters_by_part={}, train_tokens=9000, validation_tokens=1000,
                train_bytes=9000, validation_bytes=1000, baselines=BASELINES, corpus_title="Comedies",
                tokenizer_kind="char",
            )
        )  # fmt: skip
        self.lease.change_state("running", message="")

    def learn(self, last, **more):
        """Steps up to `last`, a validation every ten, as one write of the worker."""
        rows = []
        for step in range(self.step + 1 if self.step else 0, last + 1):
            loss = 1.5 + 2.8 * math.exp(-step / 40)
            if step:
                rows += [(step, "loss", loss), (step, "learning_rate", 0.001), (step, "tokens_per_second", 1000.0)]
                rows += [(step, name, value) for name, value in more.items()]
            if step % 10 == 0:
                rows += [(step, "val_loss", loss + 0.05), (step, "val_bits_per_byte", (loss + 0.05) / math.log(2))]
        self.step = last
        self.lease.report(rows, step=last, tokens_per_second=1000.0)

    def keep(self, step, sample="To be"):
        n = len(TOKENS)
        save_point(
            self.run,
            HistoryPoint(
                step=step, val_loss=None, tokens=TOKENS, attention=np.zeros((1, 1, n, n), np.uint8), q=None, k=None,
                losses=np.array([math.nan, *[4.0 - step / 100] * (n - 1)], np.float32),
                top_ids=np.zeros((n, 2), np.int32), top_probabilities=np.full((n, 2), 0.25, np.float32),
                top_texts=((HOSTILE, "e"),) * n, sample=f"{sample} {HOSTILE}\nor not",
            ),
        )  # fmt: skip

    def finish(self, state="done", message="Finished."):
        self.lease.change_state(state, message=message, step=self.step)


@pytest.fixture(scope="module")
def finished(server):
    run = HandFedRun(server.home, "Finished")
    run.prepare()
    run.learn(STEPS, my_metric=3.0)
    for step in (0, 10, 50, 100, STEPS):
        run.keep(step)
    run.finish()
    return run


def open_run(open_page, run, **options):
    address = options.pop("address", "")
    page = open_page(f"train?run={run.id}{address}", **options)
    expect(page.locator(".loss-frame")).to_be_visible(timeout=30_000)
    return page


def test_a_run_is_followed_from_its_preparation_to_its_end(open_page, server):
    run = HandFedRun(server.home, "Followed")
    page = open_run(open_page, run)
    badge, place = page.locator(".badge"), page.locator(".status-line span").nth(1)
    expect(badge).to_have_text("Preparing")
    run.prepare()
    run.learn(20)
    expect(badge).to_have_text("Running")
    expect(place).to_have_text("step 20 of 200")
    expect(page.locator(".facts")).to_contain_text("206 k parameters")
    page.locator(".loss-frame .pointer").press("End")  # a cursor that must survive arriving rows
    page.locator(".loss-frame .pointer").press("+")
    run.learn(60, energy_wh=0.012, watts_per_core=10.0)
    run.keep(60)
    expect(place).to_have_text("step 60 of 200")
    expect(page.locator(".ladder-news")).to_have_text("step 50: better than counting pairs")
    expect(page.locator(".readings")).to_contain_text("0.0120\u00a0Wh")
    expect(page.locator(".readings")).to_contain_text("estimate: CPU time × 10 W per core")
    expect(page.get_by_role("region", name="energy")).to_contain_text("Wh")
    expect(page.get_by_role("button", name="Show all steps")).to_be_visible()
    expect(page.locator(".loss-frame .tooltip")).to_contain_text("step 20")
    expect(page.locator(".sample")).to_contain_text("To be")
    expect(page.locator(".status-line")).to_contain_text("left")
    run.learn(STEPS)
    run.finish()
    expect(badge).to_have_text("Finished")
    expect(page.get_by_test_id("stSelectbox").locator("input")).to_have_value(f"Followed · finished · {run.id}")
    expect(page.get_by_role("button", name="Replay")).to_be_visible()
    expect(page.get_by_role("button", name="Pause")).to_be_hidden()
    expect(page.locator(".loss .caption")).to_contain_text("At step 200")
    asked = []
    page.on("request", lambda request: asked.append(request.url) if "/api/" in request.url else None)
    page.wait_for_timeout(1500)
    assert not asked, "a run that is over is not asked about again"


def test_a_validation_that_comes_after_its_row_is_not_lost(open_page, server):
    run = HandFedRun(server.home, "Late validation")
    run.prepare()
    run.lease.report([(1, "loss", 4.0)], step=1)
    page = open_run(open_page, run)
    expect(page.locator(".status-line span").nth(1)).to_have_text("step 1 of 200")
    run.lease.report([(1, "val_loss", 3.9)], step=1)
    expect(page.locator(".readings")).to_contain_text("3.90")
    run.finish("stopped")


def test_pause_stop_and_the_space_key_are_wishes_that_the_worker_fulfils(open_page, server):
    run = HandFedRun(server.home, "Obedient")
    run.prepare()
    run.learn(10)
    page = open_run(open_page, run)
    badge = page.locator(".badge")
    page.get_by_role("button", name="Pause").click()
    expect(badge).to_have_text("applying…")
    expect(page.get_by_role("button", name="Pause")).to_be_disabled()
    wait_for(lambda: run.store.get(run.id).want == "pause")
    run.lease.change_state("paused", ctl_seen=run.lease.control().ctl)
    expect(badge).to_have_text("Paused")
    page.locator(".badge").click()
    page.keyboard.press("Space")
    wait_for(lambda: run.store.get(run.id).want == "run")
    run.lease.change_state("running", ctl_seen=run.lease.control().ctl)
    expect(badge).to_have_text("Running")
    page.get_by_role("button", name="Stop").click()
    wait_for(lambda: run.store.get(run.id).want == "stop")
    run.finish("stopped", "Stopped at step 10.")
    expect(badge).to_have_text("Stopped")
    expect(page.get_by_role("button", name="Resume")).to_be_enabled()
    run.set(state="running", step=10)  # somebody else lets it go on
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")  # else it looks every five seconds
    expect(badge).to_have_text("Running")
    run.learn(12)
    expect(page.locator(".status-line span").nth(1)).to_have_text("step 12 of 200")
    run.finish("stopped")


def test_five_clicks_are_five_steps_and_a_key_makes_one_more(open_page, server):
    run = HandFedRun(server.home, "Stepped")
    run.prepare()
    run.learn(10)
    run.lease.change_state("paused")
    page = open_run(open_page, run)
    badge, place = page.locator(".badge"), page.locator(".status-line span").nth(1)
    expect(badge).to_have_text("Paused")
    for _ in range(5):
        page.get_by_role("button", name="Step").click()
    expect(badge).to_have_text("applying…")
    wait_for(lambda: run.store.get(run.id).run_until == 15)
    run.learn(15)
    run.lease.change_state("paused", ctl_seen=run.lease.control().ctl)
    expect(badge).to_have_text("Paused")
    expect(place).to_have_text("step 15 of 200")
    badge.click()
    page.keyboard.press(".")
    wait_for(lambda: run.store.get(run.id).run_until == 16)
    run.finish("stopped")


def test_the_learning_rate_is_changed_and_given_back_while_it_trains(open_page, server):
    run = HandFedRun(server.home, "Steered")
    run.prepare()
    run.learn(10)
    page = open_run(open_page, run)
    field, state = page.get_by_role("textbox", name="learning rate"), page.locator(".rate-state")
    expect(field).to_have_value("0.001")
    expect(state).to_have_text("follows the schedule")
    field.fill("7")
    expect(state).to_have_text("a number above 0, up to 1")
    field.fill("0,002")
    field.press("Enter")
    expect(state).to_have_text("applying…")
    wait_for(lambda: run.store.get(run.id).rate_by_hand == 0.002)
    run.lease.change_state("running", ctl_seen=run.lease.control().ctl)
    expect(state).to_have_text("set by hand")
    expect(page.locator(".badge")).to_have_text("Running")
    page.get_by_role("button", name="Follow the schedule").click()
    wait_for(lambda: run.store.get(run.id).rate_by_hand is None)
    run.lease.change_state("running", ctl_seen=run.lease.control().ctl)
    expect(state).to_have_text("follows the schedule")
    run.finish("stopped")


def test_a_reset_asks_first_and_empties_the_page(open_page, server):
    run = HandFedRun(server.home, "Begun again")
    run.prepare()
    run.learn(60)
    run.keep(60)
    run.finish("stopped")
    page = open_run(open_page, run)
    expect(page.locator(".sample")).to_contain_text("To be")
    page.get_by_role("button", name="Reset").click()
    expect(page.get_by_role("alertdialog", name="Reset")).to_contain_text("learned in 60 steps")
    page.keyboard.press("Escape")
    expect(page.get_by_role("alertdialog")).to_be_hidden()
    assert run.store.get(run.id).step == 60
    page.get_by_role("button", name="Reset").click()
    page.get_by_role("button", name="Delete and begin again").click()
    expect(page.locator(".badge")).to_have_text("Paused")
    expect(page.locator(".status-line span").nth(1)).to_have_text("step 0 of 200")
    expect(page.locator(".readings")).not_to_contain_text("2.")
    expect(page.locator(".sample")).not_to_contain_text("To be")
    expect(page.get_by_role("button", name="Reset")).to_be_hidden()
    assert run.store.get(run.id).state == "parked"
    run.set(state="starting", epoch=3, started_at=time.time())
    run.lease = run.store.lease(run.id, 3)
    run.step = 0
    run.learn(20)
    run.lease.change_state("running", ctl_seen=run.lease.control().ctl)
    run.keep(0, sample="Again")
    expect(page.locator(".status-line span").nth(1)).to_have_text("step 20 of 200")
    expect(page.locator(".sample")).to_contain_text("Again")
    run.finish("stopped")


def test_a_silent_worker_and_a_failure_are_said_in_words(open_page, server):
    run = HandFedRun(server.home, "Unlucky")
    run.prepare()
    run.learn(10)
    run.set(progress_at=time.time() - 90)
    page = open_run(open_page, run)
    expect(page.locator(".trouble")).to_contain_text("Training has stood still for 1 min")
    lost = "The worker was lost; training goes on from the beginning (attempt 2)."
    run.set(progress_at=time.time(), message=lost)
    expect(page.locator(".trouble")).to_have_text(lost)
    run.store.pause(run.id)
    expect(page.locator(".badge")).to_have_text("applying…")
    run.set(heard_at=time.time() - 60)
    expect(page.locator(".badge")).to_have_text("The worker is not answering")
    run.finish("failed", "The loss became NaN at step 11: lower the learning rate.")
    expect(page.locator(".badge")).to_have_text("Failed")
    expect(page.get_by_role("alert")).to_contain_text("lower the learning rate")
    expect(page.get_by_role("button", name="Train your own")).to_be_visible()


def test_an_unanswering_server_is_a_quiet_line_and_rows_go_on_after_it(open_page, server):
    run = HandFedRun(server.home, "Patient")
    run.prepare()
    run.learn(10)
    page = open_run(open_page, run)
    expect(page.locator(".status-line span").nth(1)).to_have_text("step 10 of 200")
    page.context.set_offline(True)
    expect(page.locator(".trouble")).to_have_text("The server does not answer; trying again.")
    run.learn(30)
    page.context.set_offline(False)
    expect(page.locator(".status-line span").nth(1)).to_have_text("step 30 of 200", timeout=10_000)
    expect(page.locator(".trouble")).to_be_hidden()
    run.finish("stopped")


def test_timeline_probe_and_table_show_the_chosen_moment_and_the_link_keeps_it(open_page, finished):
    page = open_run(open_page, finished)
    expect(page.locator(".sample-panel")).to_contain_text("at step 200")
    page.locator(".track").focus()
    page.keyboard.press("ArrowLeft")
    expect(page.locator(".sample-panel")).to_contain_text("at step 100")
    page.get_by_role("tab", name="step 50", exact=True).click()
    expect(page.locator(".sample-panel")).to_contain_text("at step 50")
    page.get_by_role("tab", name="step 50", exact=True).press("ArrowRight")
    expect(page.locator(".sample-panel")).to_contain_text("at step 100")
    expect(page.locator(".timeline-readout")).to_have_text("step 100")
    page.locator(".chip").nth(2).click()
    page.wait_for_url(re.compile(r"step=100.*token=2|token=2.*step=100"))
    expect(page.locator(".candidates")).to_contain_text("step 100")
    page.get_by_text("Values as a table").click()
    expect(page.locator(".values tr.selected")).to_contain_text("100")
    again = open_run(open_page, finished, address="&step=50&token=4")
    expect(again.locator(".timeline-readout")).to_have_text("step 50")
    expect(again.locator(".chip").nth(4)).to_have_attribute("aria-selected", "true")


def test_text_of_the_model_is_never_markup_and_every_script_looks_right(open_page, finished):
    page = open_run(open_page, finished, theme="dark")
    expect(page.locator(".chip").nth(2)).to_contain_text("onerror")
    page.locator(".chip").nth(3).hover()
    expect(page.locator(".candidates")).to_contain_text(HOSTILE.replace(" ", "·"))
    expect(page.locator(".sample")).to_contain_text(HOSTILE)
    assert page.locator(".train img").count() == 0
    assert page.locator(".chip .byte").inner_text() == "E4"
    assert page.locator(".chip").nth(6).locator(".token").evaluate("node => getComputedStyle(node).direction") == "rtl"
    assert page.locator(".tk").first.get_attribute("data-theme") == "dark"


def test_a_finished_run_replays_and_shows_all_again(open_page, finished):
    page = open_run(open_page, finished, motion="no-preference")
    expect(page.get_by_text("my metric")).to_be_visible()
    page.get_by_role("button", name="Replay").click()
    expect(page.locator(".badge")).to_have_text("Replay")
    expect(page.locator(".status-line span").nth(1)).not_to_have_text("step 200 of 200")
    page.locator(".badge").click()
    page.keyboard.press("Space")
    expect(page.locator(".badge")).to_have_text("Replay, paused")
    page.get_by_role("button", name="Show all").click()
    expect(page.locator(".badge")).to_have_text("Finished")
    expect(page.locator(".status-line span").nth(1)).to_have_text("step 200 of 200")


def test_a_run_of_the_gallery_leads_to_one_of_your_own(open_page, server):
    page = open_page("train?run=gallery-comedies")
    expect(page.locator(".badge")).to_have_text("Finished", timeout=30_000)
    expect(page.get_by_role("button", name="Replay")).to_be_visible()
    expect(page.get_by_role("button", name="Stop")).to_be_hidden()
    page.get_by_role("button", name="Train your own").click()
    page.wait_for_url(re.compile("/data"))


def test_another_run_takes_the_page_over(open_page, server, finished):
    other = HandFedRun(server.home, "Another")
    other.prepare()
    other.learn(10)
    other.finish("stopped")
    page = open_run(open_page, finished)
    expect(page.locator(".badge")).to_have_text("Finished")
    page.locator(".track").press("Home")
    page.wait_for_url(re.compile("step=0"))
    another = page.get_by_role("option", name=re.compile("Another"))
    for _attempt in range(20):  # a list that is opened while the page is drawn anew closes again
        page.get_by_role("combobox").first.click()
        page.wait_for_timeout(200)
        if another.is_visible():
            break
    another.click()
    expect(page.locator(".badge")).to_have_text("Stopped")
    expect(page.locator(".status-line span").nth(1)).to_have_text("step 10 of 200")
    page.wait_for_url(lambda address: other.id in address and "step=" not in address)


def test_the_page_speaks_chinese_and_fits_a_telephone(open_page, finished):
    page = open_run(open_page, finished, address="&lang=zh", width=400)
    expect(page.locator(".tk").first).to_have_attribute("lang", "zh")
    main = page.locator("[data-testid=stMain]")
    assert main.evaluate("node => node.scrollWidth <= node.clientWidth"), "nothing sticks out at the side"


def test_the_curve_doctor_speaks_and_starts_the_run_again_with_one_change(open_page, server):
    run = HandFedRun(server.home, "By heart")
    run.prepare()
    run.learn(20)
    page = open_run(open_page, run)
    panel = page.locator(".doctor")
    expect(panel).to_contain_text("can be read from step 80 on")
    rows = [(step, "loss", 2.0 - step / 200) for step in range(21, 161)]
    rows += [(step, "val_loss", 2.2 if step <= 80 else 2.2 + step / 500) for step in range(30, 161, 10)]
    run.step = 160
    run.lease.report(rows, step=160)
    expect(panel).to_contain_text("Overfitting")
    expect(panel).to_contain_text("From step 30 to step 160 validation rose from 2.20 to 2.52")
    expect(panel).to_contain_text("dropout 0 → 0.1")
    page.get_by_role("button", name=re.compile("Rerun with this one change: dropout")).click()
    page.wait_for_url(lambda address: "run=" in address and run.id not in address, timeout=20_000)
    other = re.search(r"run=([a-z0-9]+)", page.url)[1]
    config = parse_config(RunConfig, (server.home / "runs" / other / "run.json").read_text())
    assert config.model.dropout == 0.1
    assert config.name == "By heart · dropout 0.1"
    expect(page.get_by_role("combobox").first).to_have_value(re.compile("By heart · dropout 0.1"))
    run.store.stop(other)
    run.finish("stopped")


def test_a_healthy_run_is_said_to_be_so_in_both_languages_and_asked_about_once(open_page, server):
    page = open_page("train?run=gallery-comedies&lang=zh", width=400)
    asked = []
    page.on("request", lambda request: asked.append(request.url) if "/api/doctor" in request.url else None)
    expect(page.locator(".doctor [data-severity=good]")).to_be_visible(timeout=30_000)
    page.wait_for_timeout(3500)
    assert len(asked) <= 2
    main = page.locator("[data-testid=stMain]")
    assert main.evaluate("node => node.scrollWidth <= node.clientWidth"), "nothing sticks out at the side"


def test_every_finding_has_a_title_and_a_sentence_without_gaps(open_page):
    page = open_page("_stcore/health")
    texts = page.evaluate("""async () => {
      const w = await import('/pictures/x/train/doctor_words.js');
      const all = { step: 100, until: 80, loss: 2.5, train: 2.4, ratio: 0.007, usual: 0.007, chance: 4.2, since: 60,
        lowest: 2.1, count: 4, leap: 1.5, fall: 0.3, rows: 300, highest: 9, best: 2.1, tokens: 6000, parameters: 200000,
        per_parameter: 0.03, ideal: 20, readings: 89.6 };
      const change = { setting: 'train.learning_rate', before: 0.004, value: 0.001 };
      const kinds = ['early', 'healthy', 'nan', 'stuck', 'rising', 'leaping', 'wild', 'rate-too-low', 'spikes',
        'overfitting', 'text-too-small'];
      return kinds.map((kind) => [kind, w.findingTitle(kind), w.findingText({ kind, figures: all, change })]);
    }""")
    for kind, title, sentence in texts:
        assert title != kind
        assert sentence
        assert not re.search(r"[{}]|undefined|NaN%|null", sentence), sentence


def test_numbers_about_a_run(open_page):
    page = open_page("_stcore/health")
    result = page.evaluate("""async () => {
      const m = await import('/pictures/x/train/measures.js');
      const r = await import('/pictures/x/train/run.js');
      const { validationAt } = await import('/pictures/x/kit/series.js');
      const { lossCaption } = await import('/pictures/x/train/captions.js');
      const says = (at, best, train, about = {}) => lossCaption({
        newest: {step: 9, value: at}, best: {step: 5, value: best}, train,
        rungs: [{name: 'uniform', value: 4.19, reached: at < 4.19, beatenAt: 1}, {name: 'trigram', value: 1.94}],
      }, {depth: 'story', status: {}}, {tokenizer: 'char', ...about});
      const validation = [{step: 0, value: 4.1}, {step: 10, value: 3.1}, {step: 20, value: 2.2}];
      const run = r.createRun();
      r.addRows(run, {steps: [0, 1, 2], columns: {val_loss: [4, null, null], loss: [null, 3.9, 3.8]}});
      const late = {val_loss: [3.7, null], loss: [3.8, 3.6], extra: [null, 7]};
      const again = r.addRows(run, {steps: [2, 3], columns: late});
      const whole = {begin: 0, end: 2, validation: [], rungs: [{name: 'uniform', value: 4.2}], zoomed: false};
      const domain = (values) => m.lossDomain({...whole, values});
      const rungs = m.ladder({trigram: 2, gzip: 2.3, uniform: 4.2, unigram: 3.3}, validation);
      return {
        ladder: rungs.map((rung) => [rung.name, rung.beatenAt]),
        at: validationAt(validation, 19).step,
        left: m.secondsLeft({step: 50, steps: 150, tokensPerStep: 64, speed: m.recentSpeed([640, 640], 2)}),
        bits: m.bitsPerByte(Math.LN2, {validation_tokens: 10, validation_bytes: 20}),
        calm: domain([4.1, 1.6]), exploded: domain([4, 1000]), unknown: domain([undefined, 4]),
        says: [says(9.61, 4.19, 9), says(4.02, 2.52, 0.14), says(2.1, 2.1, 2), says(1.94, 1.94, 2, {counts: {}})],
        expected: r.otherMetrics(r.createRun(), ['energy_wh', 'grad_norm']),
        replay: [m.replayStep(0, 1000), m.replayStep(0.5, 1000), m.replayStep(1, 1000)],
        rows: [again.added, run.columns.extra, run.validation.map((point) => point.value)],
        rtl: [m.readsRightToLeft('12 שלום'), m.readsRightToLeft('<0xE4>ab')],
      };
    }""")
    assert result["ladder"] == [["uniform", 10], ["unigram", 10], ["gzip", 20], ["trigram", None]]
    assert result["at"] == 10
    assert result["left"] == pytest.approx(10)
    assert result["bits"] == pytest.approx(0.5)
    assert result["calm"] == [1.5, 4.5]
    assert result["exploded"] == [4, 8.5]
    assert result["unknown"] == [4, 4.5], "before the first step no training loss is known"
    astray, by_heart, usual, counted = result["says"]
    assert astray.startswith("At step 9 its loss of 9.61 is worse than blind guessing (4.19)")
    assert astray.endswith("has risen since.")
    assert "no better than blind guessing" not in by_heart
    assert by_heart.endswith("has risen since: it memorises.")
    assert "as unsure as if it chose between 8.17 equally likely characters. The next rung is" in usual
    assert counted.endswith("It has become the model of the rung “counts triples”.")
    assert result["expected"] == ["grad_norm", "energy_wh"]
    start, middle, end = result["replay"]
    assert start < 1
    assert 10 < middle < 500
    assert end == 1000
    assert result["rows"] == [1, [None, None, None, 7], [4, 3.7]]
    assert result["rtl"] == [True, False]


def test_what_each_state_offers(open_page):
    page = open_page("_stcore/health")
    offered = page.evaluate("""async () => {
      const { offers } = await import('/pictures/x/train/controls.js');
      const { openWish } = await import('/pictures/x/train/live.js');
      const of = (state, more = {}, gallery = false) => Object.entries(
        offers({status: {state, want: 'run', applying: false, ...more.status}, wish: null, replaying: null, ...more},
               {gallery, rows: 9})).filter(([, offer]) => offer).map(([name, offer]) => `${name} ${offer}`).join(', ');
      const wish = {wish: 'pause', at: 1000};
      return {
        running: of('running'), paused: of('paused'), queued: of('queued'), stopped: of('stopped'), done: of('done'),
        failed: of('failed'), gallery: of('done', {}, true), replay: of('done', {replaying: 'playing'}),
        wished: of('running', {wish}),
        begun: of('paused', {status: {state: 'paused', want: 'run', applying: false, started_at: 9}}),
        stepping: of('running', {wish: {wish: 'step', value: 12, at: 1000}}),
        open: openWish(wish, {state: 'running', applying: true}, 2000) === wish,
        fulfilled: openWish(wish, {state: 'paused', applying: false}, 2000),
        tooLong: openWish(wish, {state: 'running', applying: false}, 60000),
        outdone: openWish({wish: 'rate', value: 0.1, was: null, at: 1000}, {state: 'running', rate_by_hand: 0.2}, 2000),
      };
    }""")
    assert offered == {
        "running": "pause true, stop true", "paused": "resume true, step true, stop true",
        "queued": "pause true, stop true",
        "stopped": "resume true, step true, replay true", "begun": "resume true, step true, stop true, reset true",
        "stepping": "resume disabled, step true, stop true", "done": "replay true", "failed": "replay true, own true",
        "gallery": "replay true, own true", "replay": "replay true, showAll true",
        "wished": "pause disabled, stop true", "open": True, "fulfilled": None, "tooLong": None,
        "outdone": None,
    }  # fmt: skip


def wait_for(condition, seconds=10):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "the wish did not arrive"
        time.sleep(0.05)


def test_a_hidden_tab_asks_for_nothing_and_catches_up_when_it_is_seen_again(open_page, server):
    run = HandFedRun(server.home, "Hidden tab")
    run.prepare()
    run.learn(20)
    page = open_run(open_page, run)
    place = page.locator(".status-line span").nth(1)
    expect(place).to_have_text("step 20 of 200")
    turn = """hidden => {
      Object.defineProperty(document, "hidden", {value: hidden, configurable: true});
      document.dispatchEvent(new Event("visibilitychange"));
    }"""
    page.evaluate(turn, True)
    page.wait_for_timeout(600)  # what was on its way may still arrive
    asked = []
    page.on("request", lambda request: asked.append(request.url) if "/api/" in request.url else None)
    run.learn(80)
    page.wait_for_timeout(1500)
    assert not asked
    expect(place).to_have_text("step 20 of 200")
    page.evaluate(turn, False)
    expect(place).to_have_text("step 80 of 200")
    run.finish("stopped")
