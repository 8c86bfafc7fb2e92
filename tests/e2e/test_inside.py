"""The page Inside in a real browser: walk by keys, click numbers back to a weight, share a link, own sentences."""

import json
import random
import re
import urllib.parse
import urllib.request

import pytest
from playwright.sync_api import expect

from lm_core.jobs.store import open_store
from lm_core.runs.checkpoint import load_model, save_tensors

GALLERY = "gallery-comedies"
CLASSIC = {"norm": "layernorm", "activation": "gelu", "positions": "learned", "tie_embeddings": True}
GATED = {"activation": "swiglu", "positions": "sinusoidal", "n_kv_heads": 1, "causal": False, "residual": False}
GPT2 = {"norm": "layernorm", "activation": "gelu_tanh", "positions": "learned", "bias": True, "norm_epsilon": 1e-2}
HOSTILE = "<img src=x onerror=alert(1)> O"


@pytest.fixture(scope="module")
def other_runs(server, make_finished_run):
    """Models of other shapes, each kept twice."""
    store = open_store(f"sqlite:///{server.home / 'tokenarium.db'}")
    for name, switches in (("classic", CLASSIC), ("gated", GATED), ("gpt2", GPT2)):
        run = make_finished_run(server.home / "runs" / f"inside-{name}", name=name, **switches)
        halves = {f"model.{at}": weight / 2 for at, weight in load_model(run)[0].named_parameters()}
        save_tensors(run, halves, step=10, epoch=0)
        store.submit(run.id, name, run.read_config().to_json(), 100)
        store.stop(run.id)
    store.close()
    return ("inside-classic", "inside-gated", "inside-gpt2")


def open_walk(open_page, path="", run=GALLERY, **options):
    page = open_page(f"inside?run={run}{path}", **options)
    expect(page.locator(".makes .heat")).to_be_visible(timeout=30_000)
    return page


def title(page):
    return page.locator(".stage-title")


def click_number(page, row, column, rows, columns):
    """The middle of a cell of the tensor that the stop makes, found again from the picture's size."""
    heat = page.locator(".makes .heat")
    expect(heat).to_have_attribute("data-rows", str(rows))  # of this sentence, not of the one before
    measure = (
        "(canvas) => [canvas.dataset.left, canvas.dataset.top, canvas.clientWidth, canvas.clientHeight].map(Number)"
    )
    left, top, width, height = heat.evaluate(measure)
    x = left + (width - left - 2) * (column + 0.5) / columns
    y = top + (height - top - 3) * (row + 0.5) / rows
    heat.click(position={"x": x, "y": y})


def test_the_pass_is_walked_by_keys_and_a_number_is_followed_back_to_what_was_learned(open_page):
    page = open_walk(open_page)
    expect(page.locator(".station[aria-current=step]")).to_contain_text("Embedding")
    page.keyboard.press("ArrowRight")
    expect(title(page)).to_have_text("Token shift")
    page.locator(".station", has_text="Attention").click()
    expect(title(page)).to_have_text("Block 1 · Attention")
    expect(page.locator(".stage .caption")).to_contain_text("looks most at")
    page.keyboard.press("ArrowDown")
    expect(title(page)).to_have_text("Block 2 · Attention")
    page.locator(".heads .segment", has_text="3").click()
    tokens = page.locator(".chip").count()
    expect(page.locator(".makes .heat")).to_have_attribute("data-head", "2")
    click_number(page, 7, 5, tokens, tokens)
    origin = page.locator(".origin")
    expect(origin).to_contain_text("as in the model")
    expect(origin).to_contain_text("head 3")
    expect(page.locator(".one-line")).to_contain_text("softmax(dim=-1)")
    expect(page.locator(".code-where")).to_contain_text("lm_core/models/attention.py:")
    for stop in ("Masked", "Scaled", "q · k", "Gain of the head", "Rotary turn", "QK-norm", "Q, K and V", "Norm"):
        page.locator(".operand-links button").first.click()
        expect(title(page)).to_have_text(f"Block 2 · {stop}")
        expect(origin).to_contain_text("as in the model")
    expect(page).to_have_url(re.compile(r"stop=norm.1.*number=blocks\.1\.ln1|number=blocks\.1\.ln1.*stop=norm.1"))
    link = page.url.partition("/inside")[2]
    expect(origin).to_be_focused()
    page.keyboard.press("Escape")
    expect(origin).to_be_hidden()
    expect(page.locator(".makes .heat")).to_be_focused()  # the keys go on in the picture
    page.goto(page.url.partition("/inside")[0] + "/inside" + link)
    expect(page.locator(".origin")).to_contain_text("as in the model", timeout=20_000)
    expect(title(page)).to_have_text("Block 2 · Norm")


def test_play_goes_on_by_itself_and_the_table_has_the_numbers_in_view(open_page):
    page = open_walk(open_page, "&stop=logits")
    page.locator(".values summary", has_text="Values as a table").click()
    expect(page.locator(".table-frame thead")).to_contain_text("logits")
    assert page.locator(".table-frame tbody tr").count() > 60
    page.locator(".table-frame tbody tr").nth(4).locator(".cell-number").last.click()
    expect(page.locator(".origin")).to_contain_text("as in the model")
    title(page).click()  # nothing that takes keys for itself
    page.keyboard.press(" ")
    expect(page.get_by_role("button", name="Pause the pass")).to_be_visible()
    expect(title(page)).to_have_text("Next token", timeout=6_000)
    expect(page.get_by_role("button", name="Play the pass")).to_be_visible(timeout=6_000)
    before = page.locator(".origin").inner_text()
    page.locator(".next-token").first.click()
    expect(page.locator(".origin")).not_to_have_text(before)
    expect(page.locator(".origin")).to_contain_text("as in the model")
    expect(page).to_have_url(re.compile("number=probabilities"))
    page.locator(".makes .heat").focus()
    page.keyboard.press("ArrowLeft")
    expect(page.locator(".tip").first).to_contain_text("from all scores of its row")
    expect(title(page)).to_have_text("Next token")


def test_own_sentences_are_text_whatever_they_say_on_a_narrow_dark_page_in_chinese(open_page):
    page = open_walk(open_page, "&lang=zh&stop=pattern", theme="dark", width=400)
    expect(page.locator(".station", has_text="注意力").first).to_be_visible()
    field = page.locator(".own-field")
    field.press("Enter")
    assert "." not in page.locator(".own-notes").inner_text()
    field.fill(HOSTILE)
    field.press("Enter")
    expect(page.locator(".chip")).to_have_count(len(HOSTILE))
    expect(page.locator(".own-notes")).to_contain_text("<unk>")
    assert page.locator(".walk img").count() == 0
    assert page.evaluate("document.documentElement.scrollWidth") <= 400
    click_number(page, 5, 3, len(HOSTILE), len(HOSTILE))
    expect(page.locator(".origin .verdict")).to_be_visible()
    assert not page.locator(".verdict.differs").count()


def ask(server, route, **values):
    with urllib.request.urlopen(f"{server.url}/api/{route}?{urllib.parse.urlencode(values)}", timeout=60) as answer:
        return json.load(answer)


def test_the_page_works_numbers_of_every_kind_out_as_the_models_did(open_page, server, other_runs):
    page = open_walk(open_page, run=other_runs[0])
    expect(page.locator(".cost")).to_contain_text("Model of step 100.")
    page.locator(".track").press("ArrowLeft")  # the timeline opens an earlier model where one stands
    expect(page.locator(".cost")).to_contain_text("Model of step 10.")
    expect(title(page)).to_have_text("Embedding")
    chance, sources = random.Random(5), []
    for run in (GALLERY, *other_runs):
        overview = ask(server, "inside", run=run)
        for made in overview["start"] + overview["block"] + overview["end"]:
            at = ",".join(str(chance.randrange(size)) for size in made["shape"])
            sources.append(ask(server, "inside/number", run=run, key=made["key"], at=at))
    compare = """async ([address, sources]) => {
        const { agrees, sizeOfTerms, workedOut } = await import(`${address}arithmetic.js`);
        const { equationOf } = await import(`${address}equation.js`);
        return sources.filter((source) => {
            const found = workedOut(source), value = source.value ?? -Infinity;
            const lines = equationOf(source, found, value);
            return !agrees(found.value, value, sizeOfTerms(source, found)) || !lines.length || lines.some((line) => /NaN|undefined/.test(line.textContent));
        }).map(({ key, at, kind }) => `${key} ${at} ${kind}`);
    }"""  # noqa: E501
    assert page.evaluate(compare, [f"{server.url}/pictures/x/inside/", sources]) == []
    assert len({source["kind"] for source in sources}) == 21
