"""The Attention page in a real browser: look, lock, isolate, play, share, and a sentence of one's own."""

import json
import re
import struct
import urllib.parse
import urllib.request

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
from lm_core.runs.history import HistoryPoint, save_point
from lm_core.runs.run import create_run
from lm_core.tokenizers.char import CharTokenizer

PROBE = "O wall, full often hast thou"
HOSTILE = "<img src=x onerror=alert(1)>"
ODD_TOKENS = ("The", " ", HOSTILE, "\n", "中文", "<0xE4>", "שלום", "understanding", "😀", "<unk>", "a", "b", "c", "d")
STEPS = (0, 2, 10, 60)


def new_run(home, name, *, layers, heads, steps=60):
    values = {
        "name": name, "train": {"steps": steps, "batch_size": 4},
        "model": {"n_layers": layers, "n_heads": heads, "d_model": 16 * heads, "context_length": 32},
    }  # fmt: skip
    config = parse_config(RunConfig, values)
    run = create_run(config, home / "runs")
    store = open_store(f"sqlite:///{home / 'tokenarium.db'}")
    store.submit(run.id, name, config.to_json(), steps)
    store.stop(run.id)
    store.close()
    return run, config


@pytest.fixture(scope="module")
def seen_run(server):
    """Two layers of two heads at four moments, with the weights of the last."""
    run, config = new_run(server.home, "seen", layers=2, heads=2)
    tokenizer = CharTokenizer.train([PROBE + "abcdefghijklmnopqrstuvwxyz \n"])
    tokenizer.save(run.tokenizer_folder)
    counts = {"train_tokens": 9, "validation_tokens": 9, "train_bytes": 9, "validation_bytes": 9}
    run.write_facts(
        RunFacts(
            vocab_size=tokenizer.vocab_size, parameters=1, parameters_by_part={}, baselines={},
            corpus_title="Copy", tokenizer_kind="char", **counts,
        )
    )  # fmt: skip
    torch.manual_seed(3)
    model = build_model(config.model, tokenizer.vocab_size).eval()
    for step in STEPS:
        with torch.no_grad():
            for weight in model.parameters():
                weight.add_(0.2 * torch.randn_like(weight))
        save_point(run, take_point(model, tokenizer, tokenizer.encode(PROBE), step=step, val_loss=3.0, seed=0))
    weights = {f"model.{name}": weight.detach() for name, weight in model.named_parameters()}
    save_tensors(run, weights, step=STEPS[-1], epoch=1)
    return run


def crafted_point(tokens, step, layers, heads, shift):
    """Every head looks `shift` tokens back, all of it."""
    size = len(tokens)
    attention = np.zeros((layers, heads, size, size), np.uint8)
    for query in range(size):
        attention[:, :, query, max(0, query - shift)] = 255
    texts = tuple(("a",) * 8 for _ in tokens)
    return HistoryPoint(
        step=step, val_loss=None, tokens=tokens, attention=attention, q=None, k=None,
        losses=np.full(size, np.nan, np.float32), top_ids=np.zeros((size, 8), np.int32),
        top_probabilities=np.zeros((size, 8), np.float32), top_texts=texts, sample="",
    )  # fmt: skip


@pytest.fixture(scope="module")
def odd_run(server):
    """Tokens that no page may trust, and two moments: itself, then one back."""
    run, _config = new_run(server.home, "odd", layers=1, heads=3)
    for step, shift in ((0, 0), (60, 1)):
        save_point(run, crafted_point(ODD_TOKENS, step, 1, 3, shift))
    return run


def open_picture(open_page, run, path="", **options):
    page = open_page(f"attention?run={run.id}{path}", **options)
    expect(page.locator(".explorer")).to_be_visible(timeout=20_000)
    expect(page.locator(".head[aria-checked=true]")).to_have_count(1)
    return page


def ask(server, path, **values):
    with urllib.request.urlopen(f"{server.url}{path}?{urllib.parse.urlencode(values)}", timeout=60) as answer:
        data = answer.read()
    (length,) = struct.unpack_from("<I", data)
    return json.loads(data[4 : 4 + length]), data[4 + length :]


def caption(page):
    return page.locator(".stage .caption").inner_text()


def test_hover_shows_click_locks_and_the_link_opens_the_same_view(open_page, seen_run):
    page = open_picture(open_page, seen_run, "&layer=1&head=1&query=9")
    assert "Head 1.1" in caption(page)
    page.locator(".head").nth(3).hover()
    expect(page.locator(".stage .caption")).to_contain_text("Head 2.2")
    expect(page.locator(".badge")).to_have_text("preview · click locks")
    page.mouse.move(2, 2)
    expect(page.locator(".stage .caption")).to_contain_text("Head 1.1")
    page.locator(".head").nth(2).click()
    page.locator(".chip").nth(5).click()
    page.wait_for_url(re.compile("layer=2.*query=5"))
    link = page.url
    page.goto("about:blank")
    page.goto(link)
    expect(page.locator(".head[aria-checked=true]")).to_have_attribute(
        "aria-label", re.compile("Head 2.1"), timeout=20_000
    )
    expect(page.locator(".chip[aria-checked=true]")).to_have_attribute("aria-label", re.compile("position 5$"))


def test_arrow_keys_walk_heads_and_tokens_and_escape_lets_go(open_page, seen_run):
    page = open_picture(open_page, seen_run, "&layer=1&head=1&query=9")
    page.locator(".head[aria-checked=true]").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    expect(page.locator(".head[aria-checked=true]")).to_have_attribute("aria-label", re.compile("Head 2.2"))
    page.keyboard.press("Enter")
    expect(page.locator(".badge")).to_have_text("isolated · Esc releases")
    assert page.locator(".head.aside").count() == 3
    page.locator("canvas.matrix").focus()
    page.keyboard.press("ArrowUp")
    expect(page.locator(".chip[aria-checked=true]")).to_have_attribute("aria-label", re.compile("position 8$"))
    page.keyboard.press("Escape")
    expect(page.locator(".chip[aria-checked=true]")).to_have_count(0)
    expect(page.locator(".head.aside")).to_have_count(0)
    page.locator(".head").first.dblclick()
    expect(page.locator(".head.aside")).to_have_count(3)


def test_the_worked_cell_agrees_with_the_stored_weight_in_every_head_and_moment(open_page, seen_run):
    page = open_picture(open_page, seen_run, "&layer=1&head=1&query=20")
    page.locator(".track").focus()
    for _moment in range(2):
        for head in range(4):
            page.locator(".head").nth(head).click()
            expect(page.locator(".arithmetic p.muted").first).to_contain_text(f"Head {head // 2 + 1}.{head % 2 + 1}")
            expect(page.locator(".verdict")).to_contain_text("they agree")
        page.locator(".track").focus()
        page.keyboard.press("ArrowLeft")
    page.get_by_role("button", name="One step back").click()
    expect(page.locator(".steps [aria-current=step]")).to_have_text("sum")
    expect(page.locator(".verdict")).to_be_hidden()


def test_space_plays_the_moments_except_in_a_field(open_page, seen_run):
    page = open_picture(open_page, seen_run)
    page.locator(".own-field").focus()
    page.keyboard.press("Space")
    assert page.locator(".own-field").input_value() == " "
    expect(page.get_by_role("button", name="Play the moments")).to_be_visible()
    page.locator("canvas.matrix").focus()
    page.keyboard.press("Space")
    expect(page.get_by_role("button", name="Pause the moments")).to_be_visible()
    expect(page.locator(".timeline-readout")).to_have_text("step 0")
    expect(page.locator(".timeline-readout")).to_have_text("step 2", timeout=5000)


def test_a_link_opens_its_moment_and_the_caption_tells_how_the_name_came(open_page, odd_run):
    page = open_picture(open_page, odd_run, "&at=0&layer=1&head=1&query=9")
    expect(page.locator(".stage .caption")).to_contain_text("stays with the token itself 100")
    page.get_by_role("button", name="Newest").click()
    expect(page.locator(".stage .caption")).to_contain_text("looks one token back 100")
    expect(page.locator(".stage .caption")).to_contain_text("since step 60; before that, “itself”")
    expect(page.locator(".role")).to_have_text("previous token 1.00")
    expect(page.locator(".missing")).to_contain_text("q and k were not kept")
    assert page.locator("canvas.matrix").get_attribute("aria-label").startswith("Head 1.1 looks one token back")


@pytest.mark.parametrize(("theme", "width"), [("dark", 1280), ("light", 400)])
def test_tokens_of_any_kind_are_text_and_nothing_else(open_page, odd_run, theme, width):
    page = open_picture(open_page, odd_run, theme=theme, width=width)
    assert page.locator(".chip").all_inner_texts()[2] == HOSTILE.replace(" ", "·")
    assert page.locator(".explorer img").count() == 0
    page.locator("summary").click()
    assert page.locator(".values td").nth(7 * 2 + 1).inner_text() == HOSTILE.replace(" ", "·")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "nothing hangs out at the side"


def test_what_lies_ahead_keeps_its_contrast(open_page, seen_run):
    for theme in ("light", "dark"):
        page = open_picture(open_page, seen_run, "&query=5", theme=theme)
        colours = page.locator(".chip.future").first.evaluate(
            "node => [getComputedStyle(node).color, getComputedStyle(node.closest('.tk')).getPropertyValue('--page'),"
            " getComputedStyle(node).opacity]"
        )
        assert contrast(rgb(colours[0]), rgb(colours[1])) >= 4.5
        assert colours[2] == "1"


def test_a_sentence_of_ones_own_is_seen_checked_and_linked(open_page, seen_run):
    page = open_picture(open_page, seen_run, "&layer=2&head=1")
    field = page.get_by_label("Your own sentence")
    field.fill("the cat saw the cat 😀 " + HOSTILE)
    field.press("Enter")
    expect(page.locator(".own-notes")).to_contain_text("seen by the model of step 60", timeout=60_000)
    notes = page.locator(".own-notes").inner_text()
    assert "Only the first 32 of 50 tokens fit" in notes
    assert "has never met" in notes
    expect(page.locator(".chip")).to_have_count(32)
    expect(page.locator(".verdict")).to_contain_text("they agree")
    page.wait_for_url(re.compile("text=the"))
    page.get_by_role("button", name="Back to the run’s sentence").click()
    expect(page.locator(".chip")).to_have_count(len(PROBE))
    page.wait_for_url(lambda url: "text=" not in url)
    field.fill("a")
    field.press("Enter")
    expect(page.locator(".own-notes")).to_contain_text("at least two tokens")
    expect(page.locator(".chip")).to_have_count(len(PROBE))


def set_state(server, run, **columns):
    store = open_store(f"sqlite:///{server.home / 'tokenarium.db'}")
    with store.database.write() as connection:
        connection.execute(update(runs).where(runs.c.id == run.id).values(**columns))
    store.close()


def test_a_run_that_failed_early_says_why_instead_of_waiting(open_page, server):
    run, _config = new_run(server.home, "lost", layers=1, heads=1)
    set_state(server, run, state="failed", message="The loss became NaN at step 0.")
    page = open_page(f"attention?run={run.id}")
    expect(page.locator(".tk .notice")).to_have_text("This run failed. The loss became NaN at step 0.", timeout=20_000)
    expect(page.get_by_text("This run ended before its first moment was kept.")).to_be_visible()


def test_moments_that_arrive_while_the_page_is_open_appear(open_page, server):
    run, _config = new_run(server.home, "live", layers=1, heads=1)
    set_state(server, run, state="paused", want="pause")  # as if its worker waited: not over
    page = open_page(f"attention?run={run.id}")
    expect(page.get_by_text("The first moment arrives with step 0.")).to_be_visible(timeout=20_000)
    save_point(run, crafted_point(ODD_TOKENS, 0, 1, 1, 0))
    expect(page.locator(".explorer")).to_be_visible()
    expect(page.locator(".stage .caption")).to_contain_text("stays with the token itself")
    save_point(run, crafted_point(ODD_TOKENS, 5, 1, 1, 1))
    expect(page.locator(".timeline-readout")).to_have_text("step 5")
    expect(page.locator(".stage .caption")).to_contain_text("looks one token back")


def test_chinese_page_has_its_lesson_and_its_timeline(open_page, seen_run):
    page = open_picture(open_page, seen_run, "&lang=zh")
    expect(page.get_by_text("注意力头").first).to_be_visible()
    expect(page.get_by_text("最新")).to_be_visible()


def test_the_browser_reads_what_python_packed(open_page, server, seen_run):
    page = open_picture(open_page, seen_run)
    header, body = ask(server, "/api/attention", run=seen_run.id, after=2)
    found = page.evaluate(
        """async ([run]) => {
          const payload = await import("/pictures/x/attention/payload.js");
          const { createFilm, decodeMoments, extendFilm, storedRow, triangleIndex } = payload;
          const buffer = await (await fetch(`/api/attention?run=${run}&after=2`)).arrayBuffer();
          const { header, moments } = decodeMoments(buffer);
          const film = createFilm(header);
          extendFilm(film, moments);
          extendFilm(film, moments);  // the same again is no news
          return { steps: film.moments.map(m => m.step), index: triangleIndex(3, 2),
            row: [...storedRow(film, 1, { layer: 1, head: 0 }, 27)] };
        }""",
        [seen_run.id],
    )
    assert found["steps"] == [10, 60]
    assert found["index"] == 8
    triangles = np.frombuffer(body, np.uint8).reshape(2, 2, 2, -1)
    assert np.allclose(found["row"], triangles[1, 1, 0, -28:] / 255)
    assert header["tokens"] == list(PROBE)


def rgb(text):
    if text.strip().startswith("#"):
        return [int(text.strip()[at : at + 2], 16) for at in (1, 3, 5)]
    return [float(part) for part in re.findall(r"[\d.]+", text)[:3]]


def contrast(first, second):
    def luminance(colour):
        shares = [value / 255 for value in colour]
        linear = [share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4 for share in shares]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    high, low = sorted([luminance(first), luminance(second)], reverse=True)
    return (high + 0.05) / (low + 0.05)
