"""The section Write in a real browser: its arithmetic against lm_core's, sliders, keys, branches, streams, stops."""

import re

import numpy as np
import pytest
from playwright.sync_api import expect

from app.loaders.writing import sent_logits
from lm_core.config import SamplingConfig
from lm_core.generation.sampling import distribution, draw, entropy_bits
from tests.clicked_numbers import check_numbers

EMPTY = "pictures/x/kit/words.js"  # a document of the server without Streamlit in it
RUN = "generate-e2e"
HOSTILE = "<img src=x onerror=alert(1)>"

# Many steps under many settings, in one go: what each candidate gets, and what each draw picks.
COMPUTE = """async (cases) => {
  const { choose, distribution, entropyBits, ranked } = await import("/pictures/x/generate/sampling.js");
  return cases.map(({ step, seen, settings, draws }) => {
    const candidates = distribution({ ranking: ranked(step), tail: step.tail, seen }, settings);
    return {
      ids: candidates.map(({ id }) => id), scores: candidates.map(({ score }) => score),
      uncut: candidates.map(({ uncut }) => uncut),
      cut: candidates.map(({ cut }) => cut?.by ?? null), final: candidates.map(({ probability }) => probability),
      entropy: entropyBits(candidates),
      picked: draws.map((u) => choose(candidates, u).id),
    };
  });
}"""


@pytest.fixture(scope="module")
def run_id(server, make_finished_run, list_finished):
    """A finished run of one's own, whose name is an attack."""
    return list_finished(make_finished_run(server.home / "runs" / RUN, name=HOSTILE), HOSTILE)


@pytest.fixture
def open_generate(open_page, run_id):
    def open_one(address="", **options):
        page = open_page(f"generate?run={run_id}&{address}", **options)
        expect(page.locator(".generate:not(.busy) .number-line .slice").first).to_be_visible(timeout=40_000)
        return page

    return open_one


def settings_of(sampling):
    return sampling.model_dump(exclude={"seed"})


def many_cases():
    """Logits with and without ties under every kind of filter and penalty, and draws at the ends and in between."""
    random = np.random.default_rng(5)
    steps = [
        random.normal(0, 3, 65), np.round(random.normal(0, 2, 65)), np.zeros(7), random.normal(0, 0.1, 65),
        np.array([3.0]),
    ]  # fmt: skip
    draws = [0.0, 1 - 2**-53, *random.random(40)]
    filters = [(None, 1), (1, 1), (5, 1), (500, 1), (None, 0.9), (None, 0.05), (9, 0.63), (2, 0.999)]
    for logits in (step.astype(np.float32) for step in steps):
        for temperature in (0.0, 0.05, 0.5, 0.8, 1.0, 2.0):
            for top_k, top_p in filters:
                min_p, presence, frequency = (float(random.choice([0, 0, each])) for each in (0.2, 0.5, 0.25))
                sampling = SamplingConfig(
                    temperature=temperature, top_k=top_k, top_p=top_p, min_p=min_p, presence_penalty=presence,
                    frequency_penalty=frequency, repetition_penalty=float(random.choice([1, 1.25])),
                )  # fmt: skip
                yield logits, sampling, draws, random.integers(0, len(logits), 12).tolist()


def computed(page, cases):
    """What the browser makes of (logits, sampling, draws, seen)."""
    asked = [
        {"step": sent_logits(logits, seen), "seen": seen, "settings": settings_of(sampling), "draws": draws}
        for logits, sampling, draws, seen in cases
    ]
    return zip(cases, page.evaluate(COMPUTE, asked), strict=True)


def test_sampling_in_the_browser_is_the_sampling_of_the_core(open_page, server):
    for (logits, sampling, draws, seen), answer in computed(open_page(EMPTY), list(many_cases())):
        stages, ids = distribution(logits, sampling, seen=seen), answer["ids"]
        np.testing.assert_array_equal(answer["scores"], stages.penalised[ids])
        np.testing.assert_allclose(answer["uncut"], stages.probabilities[ids], rtol=1e-12, atol=1e-300)
        np.testing.assert_allclose(answer["final"], stages.final[ids], rtol=1e-12, atol=1e-300)
        assert answer["cut"] == [stages.cut_by(each) for each in ids]
        assert answer["entropy"] == pytest.approx(entropy_bits(stages.final), abs=1e-9)
        assert answer["picked"] == [draw(stages.final, u) for u in draws]


def test_a_large_vocabulary_keeps_its_shares_though_most_of_it_is_not_sent(open_page, server):
    random = np.random.default_rng(2)
    settings = [
        {"top_k": 50}, {"top_k": 700}, {"top_p": 0.97}, {"min_p": 0.02}, {"min_p": 0.3},
        {"repetition_penalty": 1.5, "frequency_penalty": 0.5}, {},
    ]  # fmt: skip
    cases = [
        (
            random.normal(0, spread, 2000).astype(np.float32),
            SamplingConfig(temperature=T, **each),
            [0.999999],
            [7, 7, 9],
        )
        for spread in (0.1, 2)
        for T in (0, 0.1, 0.8, 2)
        for each in settings
    ]
    for (logits, sampling, _draws, seen), answer in computed(open_page(EMPTY), cases):
        final, ids = distribution(logits, sampling, seen=seen).final, answer["ids"][:-1]
        assert np.abs(answer["final"][:-1] - final[ids]).sum() < 2e-3
        assert answer["final"][-1] == pytest.approx(1 - final[ids].sum(), abs=2e-3)
        assert answer["entropy"] == pytest.approx(entropy_bits(final), abs=0.02)


def test_sliders_keys_and_clicks_redraw_at_once_and_the_address_follows(open_generate, run_id):
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
    # Where its numbers come from: by keys from the row that is held; then some numbers at random.
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    panel = page.locator(".origin")
    expect(panel.locator(".verdict")).to_contain_text("as in the model")
    expect(panel.locator(".code-where")).to_contain_text("lm_core/models/gpt.py")
    page.keyboard.press("Escape")
    expect(panel).to_be_hidden()
    expect(page.locator(".is-locked [data-key='choice.logit']")).to_be_focused()
    # Space plays from anywhere but a field or a button, and stops.
    page.locator(".rows").focus()
    page.keyboard.press(" ")
    expect(page.get_by_role("button", name="Pause (Space)")).to_be_visible()
    page.keyboard.press(" ")
    expect(page.get_by_role("button", name="Play (Space)")).to_be_visible()
    page.get_by_role("button", name="Roll 200 times").click()
    counts = [int(text) for text in page.locator(".roll:visible .number").all_inner_texts()]
    assert sum(counts) == 200
    page.get_by_text("Values as a table").click()
    expect(page.locator(".values tbody tr")).to_have_count(20)
    assert check_numbers(page, run_id, 25) == 25


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


def test_branches_are_kept_and_a_text_is_put_in_edited_and_written_on(open_generate):
    page = open_generate("choice=5")
    tree, place = page.locator(".tree-row"), page.locator(".place")
    expect(page.locator(".explored")).to_be_hidden()
    first = page.locator("button.chip").all_inner_texts()
    page.locator(".rows .row:not(.is-chosen)").first.hover()
    page.locator(".rows .row:not(.is-chosen) .go button").first.click()
    expect(tree).to_have_count(2)
    expect(place).to_have_text("6 / 40")
    expect(page.locator(".caption").first).to_contain_text("would have picked")
    second = page.locator("button.chip").all_inner_texts()
    assert second[:5] == first[:5]
    assert second[5] != first[5]
    # The same token again is the same branch, and the arrows go from branch to branch.
    page.locator(".tree-row").first.locator(".tree-token:not(.given)").nth(5).click()
    expect(page.locator("button.chip").nth(5)).to_have_text(first[5])
    page.locator(".tree").focus()
    page.keyboard.press("ArrowDown")
    expect(page.locator("button.chip").nth(5)).to_have_text(second[5])
    expect(tree).to_have_count(2)
    # Another candidate by keys alone.
    page.locator(".rows").focus()
    for key in ("ArrowDown", "ArrowDown", "ArrowDown", "Enter"):
        page.keyboard.press(key)
    expect(tree).to_have_count(3)
    expect(page.locator("button.chip").nth(5)).not_to_have_text(second[5])
    expect(page.locator(".generate:not(.busy)")).to_be_visible()
    # Words of one's own; then written on from the end.
    field = page.get_by_label("Put in a text of your own")
    field.fill("To be")
    page.keyboard.press("Enter")
    expect(tree).to_have_count(4)
    expect(page.locator("button.chip.put-in")).to_have_text(["T", "o", "·", "b", "e"])
    expect(page.locator(".generate:not(.busy)")).to_be_visible()
    page.get_by_role("button", name="Write on").click()
    expect(place).to_have_text(re.compile("/ 8[0-9]"))
    # Colours: by rank at once; by the other model, which is the same one here; memorised says what cannot be.
    colour = page.get_by_label("Colour of the chips")
    for way in ("surprise", "entropy", "rank"):
        colour.select_option(way)
    colour.select_option("other")
    page.get_by_label("The other model").select_option("step 100")
    expect(page.locator(".small-caption")).to_contain_text(re.compile("the same [0-9]+ times. Here its likeliest is"))
    colour.select_option("memorised")
    expect(page.locator(".small-caption")).to_contain_text("learned from another edition of its text")
    link = page.get_by_role("link", name="All heads in Attention").get_attribute("href")
    assert re.search(r"/attention\?run=generate-e2e&text=.+&at=100&layer=2&query=\d+", link)
    # The sum at the end of the first branch is that of its choices.
    said = page.locator(".explored p.note").inner_text()
    assert "log-probability" in said
    assert "NaN" not in page.locator(".explored").inner_text()
    page.get_by_role("button", name="Edit the text").click()
    prompt = page.get_by_label("Text to go on from")
    assert "To be" in prompt.input_value()
    expect(prompt).to_be_focused()


STOP_AT_THE_FIRST = """(bench) => new Promise((done) => {
  const look = () => {
    const chips = bench.querySelectorAll("button.chip").length;
    if (chips && chips !== 40 && chips < 200) { // 40: still the text of before
      bench.querySelector(".prompt .primary").click();
      done(chips);
    } else requestAnimationFrame(look);
  };
  bench.querySelector(".prompt .primary").click();
  look();
})"""


def test_tokens_appear_as_they_are_made_a_text_is_stopped_and_the_page_is_as_it_was_left(open_generate):
    page = open_generate()
    page.get_by_label("Characters").fill("200")
    page.get_by_label("Text to go on from").fill("ROMEO:\nTo be, or not to be")
    network = page.context.new_cdp_session(page)  # a slow one, or all tokens are here before Stop is pressed
    conditions = {"offline": False, "latency": 0, "uploadThroughput": -1}
    network.send("Network.emulateNetworkConditions", {**conditions, "downloadThroughput": 30_000})
    page.locator(".generate").evaluate(STOP_AT_THE_FIRST)
    expect(page.locator(".prompt p.note")).to_contain_text("You stopped it after", timeout=20_000)
    network.send("Network.emulateNetworkConditions", {**conditions, "downloadThroughput": -1})
    written = page.locator("button.chip").count()
    assert 0 < written < 200
    page.wait_for_timeout(150)
    assert page.locator("button.chip").count() == written
    # A stop word ends the next one; another page and back again leaves all as it was.
    page.get_by_text("Stop words, another seed").click()
    page.locator(".stops").fill("o e")
    page.locator(".stops").press("Enter")
    expect(page.locator(".prompt p.note")).to_contain_text("It stopped at")
    expect(page.locator("button.chip").last).to_have_text(re.compile("[oe]"))
    texts = page.locator("button.chip").all_inner_texts()
    page.get_by_role("link", name="Loss").click()
    expect(page.locator(".generate")).to_have_count(0)
    page.get_by_role("link", name="Generate").click()
    expect(page.locator("button.chip").first).to_be_visible()
    assert page.locator("button.chip").all_inner_texts() == texts


def test_on_a_telephone_the_settings_come_before_the_table_and_nothing_overflows(open_generate):
    page = open_generate("lang=zh", theme="dark", width=400)
    expect(page.locator('.tk[data-theme="dark"]').first).to_be_visible()
    top = {name: page.locator(name).bounding_box()["y"] for name in (".scope", ".settings", ".table-panel", ".looking")}
    assert list(top) == sorted(top, key=top.get)
    assert page.evaluate("document.scrollingElement.scrollWidth <= innerWidth")
    panels = page.locator(".generate .panel:visible").all()
    assert all(panel.bounding_box()["x"] + panel.bounding_box()["width"] <= 400 for panel in panels)
