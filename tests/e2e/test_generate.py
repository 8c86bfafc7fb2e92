"""The Generate page in a real browser: its arithmetic against lm_core's, its sliders, its keys, its form."""

import re
import sqlite3

import numpy as np
import pytest
from playwright.sync_api import expect

from app.loaders.writing import TEMPERATURES, sent_logits
from lm_core.config import SamplingConfig
from lm_core.generation.sampling import distribution, draw, entropy_bits
from lm_core.jobs.store import open_store

EMPTY = "pictures/x/kit/words.js"  # a document of the server without Streamlit in it
RUN = "generate-e2e"
HOSTILE = "<img src=x onerror=alert(1)>"

# Many steps under many settings, in one go: what each candidate gets, and what each draw picks.
COMPUTE = """async (cases) => {
  const { choose, distribution, entropyBits, ranked } = await import("/pictures/x/generate/sampling.js");
  return cases.map(({ step, settings, draws }) => {
    const candidates = distribution({ ranking: ranked(step), tail: step.tail }, settings);
    return {
      ids: candidates.map(({ id }) => id), uncut: candidates.map(({ uncut }) => uncut),
      cut: candidates.map(({ cut }) => cut?.by ?? null), final: candidates.map(({ probability }) => probability),
      entropy: entropyBits(candidates), picked: draws.map((u) => choose(candidates, u).id),
    };
  });
}"""


@pytest.fixture(scope="module")
def run_id(server, make_finished_run):
    """A finished run of one's own, whose name is an attack."""
    run = make_finished_run(server.home / "runs" / RUN, name=HOSTILE)
    database = server.home / "tokenarium.db"
    store = open_store(f"sqlite:///{database}")
    store.submit(run.id, HOSTILE, run.config_path.read_text(), 100)
    store.close()
    with sqlite3.connect(database, timeout=20) as connection:
        connection.execute("UPDATE runs SET state = 'done', step = 100, checkpoint_step = 100 WHERE id = ?", (run.id,))
    connection.close()
    return run.id


@pytest.fixture
def open_generate(open_page, run_id):
    def open_one(address="", **options):
        page = open_page(f"generate?run={run_id}&{address}", **options)
        expect(page.locator(".number-line .slice").first).to_be_visible(timeout=40_000)
        return page

    return open_one


def settings_of(sampling):
    return {"temperature": sampling.temperature, "topK": sampling.top_k, "topP": sampling.top_p}


def many_cases():
    """Logits with and without ties, under every kind of filter, and draws at the ends and in between."""
    random = np.random.default_rng(5)
    steps = [
        random.normal(0, 3, 65),
        np.round(random.normal(0, 2, 65)),
        np.zeros(7),
        random.normal(0, 0.1, 65),
        np.array([3.0]),
    ]
    draws = [0.0, 1 - 2**-53, *random.random(40)]
    for logits in (step.astype(np.float32) for step in steps):
        for temperature in (0.0, 0.05, 0.5, 0.8, 1.0, 2.0):
            for top_k, top_p in (
                (None, 1.0),
                (1, 1.0),
                (5, 1.0),
                (500, 1.0),
                (None, 0.9),
                (None, 0.05),
                (9, 0.63),
                (2, 0.999),
            ):
                yield logits, SamplingConfig(temperature=temperature, top_k=top_k, top_p=top_p), draws


def test_sampling_in_the_browser_is_the_sampling_of_the_core(open_page, server):
    cases = list(many_cases())
    asked = [
        {"step": sent_logits(logits), "settings": settings_of(sampling), "draws": draws}
        for logits, sampling, draws in cases
    ]
    page = open_page(EMPTY)
    answers = page.evaluate(COMPUTE, asked)
    for (logits, sampling, draws), answer in zip(cases, answers, strict=True):
        stages, ids = distribution(logits, sampling), answer["ids"]
        np.testing.assert_allclose(answer["uncut"], stages.probabilities[ids], rtol=1e-12, atol=1e-300)
        np.testing.assert_allclose(answer["final"], stages.final[ids], rtol=1e-12, atol=1e-300)
        cut = ["top-k" if not stages.in_top_k[i] else None if stages.in_top_p[i] else "top-p" for i in ids]
        assert answer["cut"] == cut
        assert answer["entropy"] == pytest.approx(entropy_bits(stages.final), abs=1e-9)
        assert answer["picked"] == [draw(stages.final, u) for u in draws]


def test_a_large_vocabulary_keeps_its_shares_at_every_temperature_of_the_slider(open_page, server):
    logits = np.random.default_rng(2).normal(0, 2, 2000).astype(np.float32)
    step = sent_logits(logits)
    step["tail"]["temperatures"] = TEMPERATURES
    sampling = [SamplingConfig(temperature=value, top_k=k) for value in TEMPERATURES for k in (None, 50)]
    page = open_page(EMPTY)
    answers = page.evaluate(
        COMPUTE, [{"step": step, "settings": settings_of(each), "draws": [0.999999]} for each in sampling]
    )
    for each, answer in zip(sampling, answers, strict=True):
        final = distribution(logits, each).final
        np.testing.assert_allclose(answer["final"][:-1], final[answer["ids"][:-1]], rtol=1e-9, atol=1e-300)
        others = 1 - final[answer["ids"][:-1]].sum()
        assert answer["final"][-1] == pytest.approx(others, abs=1e-9)
        assert answer["entropy"] == pytest.approx(entropy_bits(final), abs=1e-6)


def test_sliders_keys_and_clicks_redraw_at_once_and_the_address_follows(open_generate):
    page = open_generate("choice=3")
    assert page.locator(".place").inner_text() == "4 / 40"
    page.keyboard.press("ArrowRight")
    expect(page.locator(".place")).to_have_text("5 / 40")
    page.locator("button.chip").nth(9).click()
    expect(page.locator(".place")).to_have_text("10 / 40")
    expect(page.locator("button.chip[aria-current]")).to_have_count(1)
    before = page.locator(".sum").inner_text()
    temperature = page.get_by_role("slider", name="Temperature")
    temperature.focus()
    page.keyboard.press("Home")
    expect(page.locator(".caption").first).to_contain_text("Temperature 0 always takes the most likely candidate")
    for _press in range(4):
        page.keyboard.press("ArrowRight")
    expect(page.locator(".slider output").first).to_have_text("0.20")
    assert page.locator(".sum").inner_text() != before
    top_k = page.get_by_role("slider", name="Top-k")
    top_k.focus()
    page.keyboard.press("Home")
    expect(page.locator(".rows .row.is-cut").first).to_contain_text("rank 2 is past 1")
    expect(page.locator(".changes")).to_contain_text("of the 40 choices would change")
    expect(page).to_have_url(re.compile(r"choice=9&.*temperature=0\.2&top_k=1&seed=0$"), timeout=10_000)
    page.get_by_role("button", name="As written").click()
    expect(page.locator(".rows .row.is-cut")).to_have_count(0)
    # A held candidate: click, arrows, Escape.
    page.locator(".rows .row").nth(2).click()
    expect(page.locator(".rows .is-locked")).to_have_count(1)
    page.keyboard.press("Escape")
    expect(page.locator(".rows .is-locked")).to_have_count(0)
    page.locator(".rows").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(page.locator(".rows .row").nth(1)).to_have_class(re.compile("is-locked"))
    # Space plays from anywhere but a field, and stops.
    page.keyboard.press(" ")
    expect(page.get_by_role("button", name="Pause (Space)")).to_be_visible()
    page.keyboard.press(" ")
    expect(page.get_by_role("button", name="Play (Space)")).to_be_visible()
    page.get_by_role("button", name="Roll 200 times").click()
    counts = [int(text) for text in page.locator(".roll:visible .number").all_inner_texts()]
    assert sum(counts) == 200
    page.get_by_text("Values as a table").click()
    expect(page.locator(".values tbody tr")).to_have_count(20)


def test_writing_again_takes_the_form_and_the_sliders_and_refuses_in_sentences(open_generate):
    page = open_generate()
    alerts = []
    page.on("dialog", lambda dialog: (alerts.append(dialog.message), dialog.dismiss()))
    prompt = page.get_by_label("Text to go on from")
    prompt.fill(f"{HOSTILE}\n")
    page.get_by_label("Characters").fill("12")
    page.get_by_label("Seed").fill("9")
    page.get_by_role("slider", name="Temperature").focus()
    page.keyboard.press("ArrowLeft")
    page.get_by_role("button", name="Write again with these settings").click()
    expect(page.locator(".place")).to_have_text("12 / 12", timeout=15_000)
    expect(page.locator(".slider output").first).to_have_text("0.75")
    expect(page.locator(".line-names .detail").first).to_have_text("T 0.75")
    expect(page.locator(".prompt p.note")).to_contain_text("This model has never seen")
    assert page.locator(".chips .chip.given").count() == len(HOSTILE) + 1
    assert page.locator(".generate img").count() == 0
    prompt.fill("")
    page.get_by_role("button", name="Write", exact=True).click()
    expect(page.get_by_role("alert")).to_have_text("There is nothing to go on from. Type at least one character.")
    prompt.fill("x" * 20_001)
    page.get_by_role("button", name="Write", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("at most 20000 can be gone on from")
    assert len(prompt.input_value()) == 20_001, "nothing typed is lost"
    prompt.fill("\x00\x01")
    page.get_by_role("button", name="Write", exact=True).click()
    expect(page.get_by_role("alert")).to_have_text(
        "There is nothing to go on from. Type at least one character.", timeout=15_000
    )
    expect(page.locator(".place")).to_have_text("12 / 12")
    assert alerts == []


def test_on_a_telephone_the_settings_come_before_the_table_and_nothing_overflows(open_generate):
    page = open_generate("lang=zh", theme="dark", width=400)
    expect(page.locator('.tk[data-theme="dark"]').first).to_be_visible()
    top = {name: page.locator(name).bounding_box()["y"] for name in (".scope", ".settings", ".table-panel", ".looking")}
    assert list(top) == sorted(top, key=top.get)
    assert page.evaluate("document.scrollingElement.scrollWidth <= innerWidth")
    panels = page.locator(".generate .panel").all()
    assert all(panel.bounding_box()["x"] + panel.bounding_box()["width"] <= 400 for panel in panels)
