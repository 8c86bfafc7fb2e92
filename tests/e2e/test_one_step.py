"""One step in arithmetic, in a real browser: the numbers on the screen are multiplied out here once more."""

import re

import pytest
from playwright.sync_api import expect
from sqlalchemy import update

from lm_core.config import RunConfig, parse_config
from lm_core.jobs.preparation import prepare
from lm_core.jobs.schema import runs
from lm_core.jobs.store import open_store
from lm_core.runs.checkpoint import save_checkpoint
from lm_core.runs.run import create_run
from lm_core.training.loop import train
from lm_core.training.state import new_state
from tests.finished_run import settings_of

VALUES = {
    "name": "Taken apart",
    "corpus": {"name": "copy", "examples": 300},
    "model": {"n_layers": 1, "n_heads": 2, "d_model": 16, "context_length": 16},
    "train": {
        "steps": 40, "batch_size": 4, "learning_rate": 1e-2, "warmup_steps": 4, "optimizer": "muon", "grad_clip": 0.3,
        "weight_decay": 0.1, "eval_windows": 4,
    },
}  # fmt: skip
SUPERSCRIPTS = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")


@pytest.fixture(scope="module")
def run(server):
    """A stopped run as a worker leaves it, with a checkpoint at step 20."""
    settings, config = settings_of(server.home), parse_config(RunConfig, VALUES)
    made = create_run(config, settings.runs_folder)
    store = open_store(settings.store_url)
    store.submit(made.id, config.name, config.to_json(), config.train.steps)
    prepared = prepare(made, config, settings)
    prepared.write_facts()
    state = new_state(config, prepared.tokenizer.vocab_size)
    for event in train(state, prepared.dataset, config):
        if event.step == 20:
            break
    path = save_checkpoint(made, state, epoch=1)
    stopped = {"state": "stopped", "step": 20, "checkpoint_step": 20, "checkpoint_file": path.name, "epoch": 1}
    with store.database.write() as connection:
        connection.execute(update(runs).where(runs.c.id == made.id).values(**stopped))
    store.close()
    return made


def number(text):
    """'−1.5 × 10⁻⁷' -> -1.5e-07"""
    mantissa, _times, power = text.replace("−", "-").partition(" × 10")
    return float(mantissa) * 10.0 ** int(power.translate(SUPERSCRIPTS) or 0)


def last_digit(text):
    """'0.0383' -> 0.0001: what one unit of the last digit shown is worth."""
    mantissa, _times, power = text.replace("−", "-").partition(" × 10")
    return 10.0 ** (int(power.translate(SUPERSCRIPTS) or 0) - len(mantissa.partition(".")[2]))


def line(page, key):
    """The texts of the numbers of a line, the result last."""
    return page.locator(f'.equation-line[data-line="{key}"] .num').all_inner_texts()


def open_fold(open_page, run_id, **options):
    page = open_page(f"train?run={run_id}&lang={options.pop('lang', 'en')}", **options)
    summary = page.locator(".one-step > summary")
    expect(summary).to_be_visible(timeout=30_000)
    return page, summary


def test_a_weight_and_a_token_are_followed_through_one_real_step(open_page, run):
    asked = []
    page, summary = open_fold(open_page, run.id)
    page.on("request", lambda request: asked.append(request.url) if "/api/step" in request.url else None)
    page.wait_for_timeout(600)
    assert not asked, "nothing is made before somebody opens it"
    summary.click()
    expect(page.locator(".step-which select")).to_have_value("20", timeout=20_000)
    expect(page.locator(".step-facts")).to_contain_text("shortened")

    # A matrix that Muon turns: as the page has it, and multiplied out here.
    page.get_by_label("part", exact=True).select_option("blocks.0.mlp.up.weight")
    expect(page.locator(".equation-line")).to_have_count(7)
    old, rate, decay, moved, new = line(page, "new")
    again = number(old) * (1 - number(rate) * number(decay)) - number(moved)
    assert again == pytest.approx(number(new), abs=max(last_digit(new), 1e-6))
    gradient, most, norm, clipped = line(page, "clip")
    assert number(gradient) * number(most) / number(norm) == pytest.approx(number(clipped), rel=2e-5)
    expect(page.locator(".singular figcaption")).to_contain_text("made orthogonal")
    expect(page.locator(".verdict")).to_contain_text("multiply out")
    expect(page.locator('.equation-line[data-line="orthogonal"] code')).to_contain_text("orthogonalised(batch)")

    # A neighbour by click and by key; a weight that AdamW moves.
    page.locator(".cell").nth(16 + 3).click()  # a row of 16
    expect(page.get_by_label("row", exact=True)).to_have_value("1")
    expect(page.get_by_label("column", exact=True)).to_have_value("3")
    page.locator(".cells").press("ArrowDown")
    expect(page.get_by_label("row", exact=True)).to_have_value("2")
    page.get_by_label("part", exact=True).select_option("head.weight")
    expect(page.locator('.equation-line[data-line="square"]')).to_be_visible()
    mean, epsilon, direction = (line(page, "direction")[at] for at in (0, 2, 3))
    square = line(page, "direction")[1]
    assert number(mean) / (number(square) ** 0.5 + number(epsilon)) == pytest.approx(number(direction), rel=2e-5)
    expect(page.locator(".singular")).to_be_hidden()
    expect(page.locator(".step-part .note").first).to_contain_text("belongs to the token")
    for suggestion in page.locator(".suggestions .button").all():
        suggestion.click()
        expect(suggestion).to_have_attribute("aria-pressed", "true")
        expect(page.locator('[data-agrees="false"]')).to_have_count(0)

    # A token of the batch, before and after.
    page.get_by_label("Text", exact=True).select_option("1")
    expect(page.locator(".step-tokens + .note")).to_contain_text("for this text")
    page.locator(".step-token").nth(5).click()
    expect(page.locator(".step-token").nth(5)).to_have_attribute("aria-selected", "true")
    shares = page.locator(".surprise-text").all_inner_texts()
    assert [re.fullmatch(r"−ln [\d.]+ = [\d.]+ nats", text) is not None for text in shares] == [True, True]
    expect(page.locator(".token-result .caption")).to_contain_text("surprising by")
    page.locator(".step-which select").select_option("0")
    expect(page.locator(".step-body > .note")).to_contain_text("of step 0")


def test_it_fits_a_telephone_in_chinese_and_says_what_is_too_large(open_page, server, run):
    page, summary = open_fold(open_page, run.id, width=400, theme="dark", lang="zh")
    summary.click()
    expect(page.locator(".equation-line").first).to_be_visible(timeout=20_000)
    wide = "() => document.documentElement.scrollWidth <= innerWidth"
    assert page.evaluate(wide)
    facts = vars(run.read_facts())
    try:
        run.write_facts(type(run.read_facts())(**{**facts, "parameters": 200_000_000}))
        page.get_by_role("spinbutton").first.fill("1")
        page.get_by_role("spinbutton").first.press("Enter")
        page.wait_for_timeout(300)
        assert page.locator(".one-step .notice").is_hidden(), "what is made already is remembered"
    finally:
        run.write_facts(type(run.read_facts())(**facts))


def test_numbers_are_written_as_they_are_computed_with(open_page):
    page = open_page()
    written = page.evaluate(
        """async () => {
            const { written, rounded, linesOf } = await import("/pictures/x/train/one_step_equation.js");
            const numbers = {
                weight: 0.5, gradient: -0.004, clipped: -0.002, shrink: 0.5, beta1: 0.9, momentum_before: 0.001,
                momentum: 0.0007, rate: 0.01, decay: 0, new: 0.49, beta2: 0.99, square_before: 1e-6, updates: 2,
                square: 1.03e-6, mean_hat: 0.0007 / 0.19, square_hat: 1.03e-6 / 0.0199, epsilon: 1e-8, direction: 1,
            };
            const answer = { weight: { kind: "adamw", row: 0, column: 0, numbers }, clip: 1, grad_norm: 2 };
            return [
                written(0.0123), written(-1.5), written(rounded(3.2123456789e-7)), written(0),
                linesOf(answer).map(({ key, agrees }) => `${key} ${agrees}`).join(", "),
            ];
        }"""
    )
    assert written[:4] == ["0.0123", "−1.5", "3.212346 × 10⁻⁷", "0"]
    assert written[4] == (
        "clip true, momentum true, square true, mean_hat true, square_hat true, direction false, update true, new true"
    ), "a number that does not follow from the others is found"
