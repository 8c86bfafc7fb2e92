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
from lm_core.interpret.head_patterns import ideals, text_ideals
from lm_core.interpret.heads import name_heads, random_repeats
from lm_core.interpret.rollout import combine_heads, rollout
from lm_core.jobs.filming import take_point
from lm_core.jobs.schema import runs
from lm_core.jobs.store import open_store
from lm_core.models.registry import build_model
from lm_core.runs.checkpoint import save_tensors
from lm_core.runs.facts import RunFacts
from lm_core.runs.history import HistoryPoint, save_point
from lm_core.runs.run import create_run
from lm_core.tokenizers.char import CharTokenizer
from tests.clicked_numbers import check_numbers

PROBE = "O wall, full often hast thou"
HOSTILE = "<img src=x onerror=alert(1)>"
ODD_TOKENS = ("The", " ", HOSTILE, "\n", "中文", "<0xE4>", "שלום", "understanding", "😀", "<unk>", "a", "b", "c", "d")
STEPS = (0, 2, 10, 60)


def new_run(home, name, *, layers, heads, steps=60):
    values = {
        "name": name, "train": {"steps": steps, "batch_size": 4},
        "model": {
            "n_layers": layers, "n_heads": heads, "d_model": 16 * heads, "context_length": 32, "qk_norm": True,
            "qk_gain": True, "positions": "rotary",
        },
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


def test_hover_shows_click_locks_keys_walk_and_the_link_opens_the_same_view(open_page, seen_run):
    page = open_picture(open_page, seen_run, "&layer=1&head=1&query=9")
    assert "Head 1.1" in caption(page)
    page.locator(".head").nth(3).hover()
    expect(page.locator(".stage .caption")).to_contain_text("Head 2.2")
    expect(page.locator(".badge")).to_have_text("preview · click locks")
    page.mouse.move(2, 2)
    expect(page.locator(".stage .caption")).to_contain_text("Head 1.1")
    assert_what_lies_ahead_keeps_its_contrast(page)
    page.locator(".head[aria-checked=true]").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    expect(page.locator(".head[aria-checked=true]")).to_have_attribute("aria-label", re.compile("Head 2.2"))
    page.keyboard.press("Enter")
    expect(page.locator(".badge")).to_have_text("isolated · Esc releases")
    assert page.locator(".head.aside").count() == 3
    page.locator("canvas.matrix").focus()
    page.keyboard.press("ArrowUp")
    expect(page.locator(".chip[aria-checked=true]")).to_have_attribute("aria-label", re.compile("position 9$"))
    page.keyboard.press("Escape")
    expect(page.locator(".chip[aria-checked=true]")).to_have_count(0)
    expect(page.locator(".head.aside")).to_have_count(0)
    page.keyboard.press("Shift+ArrowUp")
    expect(page.locator(".head[aria-checked=true]")).to_have_attribute("aria-label", re.compile("Head 1.2"))
    page.locator(".head").first.dblclick()
    expect(page.locator(".head.aside")).to_have_count(3)
    page.keyboard.press("Escape")
    page.locator(".head").nth(2).click()
    page.locator(".chip").nth(5).click()
    page.get_by_label("Show").select_option("mean")
    page.get_by_label("Compare with").select_option("step 2")
    wanted = ("layer=2", "head=1", "query=5", "combine=mean", "against=2")
    page.wait_for_url(lambda url: all(part in url for part in wanted))
    link = page.url
    page.goto("about:blank")
    page.goto(link)
    expect(page.locator(".head[aria-checked=true]")).to_have_attribute(
        "aria-label", re.compile("Head 2.1"), timeout=20_000
    )
    expect(page.locator(".chip[aria-checked=true]")).to_have_attribute("aria-label", re.compile("position 6$"))
    expect(page.locator(".head-name")).to_have_text("Mean of layer 2")
    expect(page.locator(".role")).to_have_text("against step 2")
    expect(page.locator(".stage .caption")).to_contain_text("of a row lies elsewhere")


def assert_what_lies_ahead_keeps_its_contrast(page):
    for theme in ("dark", "light"):
        page.emulate_media(color_scheme=theme)
        expect(page.locator(".tk").first).to_have_attribute("data-theme", theme)
        colours = page.locator(".chip.future").first.evaluate(
            "node => [getComputedStyle(node).color, getComputedStyle(node.closest('.tk')).getPropertyValue('--page'),"
            " getComputedStyle(node).opacity]"
        )
        assert contrast(rgb(colours[0]), rgb(colours[1])) >= 4.5
        assert colours[2] == "1"


def test_the_worked_cell_and_the_whole_matrix_agree_with_the_stored_weights(open_page, seen_run):
    page = open_picture(open_page, seen_run, "&layer=1&head=1&query=20")
    page.locator(".track").focus()
    for _moment in range(2):
        for head in range(4):
            page.locator(".head").nth(head).click()
            expect(page.locator(".arithmetic p.muted").first).to_contain_text(f"Head {head // 2 + 1}.{head % 2 + 1}")
            expect(page.locator(".arithmetic .verdict")).to_contain_text("they agree")
        page.locator(".track").focus()
        page.keyboard.press("ArrowLeft")
    page.get_by_role("button", name="Newest").click()
    page.get_by_role("button", name="One step back").click()
    expect(page.locator(".arithmetic [aria-current=step]")).to_have_text("sum")
    expect(page.locator(".arithmetic .verdict")).to_be_hidden()
    page.get_by_role("button", name="Play the steps").click()
    expect(page.locator(".arithmetic .verdict")).to_be_visible()
    page.locator(".path summary").click()
    expect(page.locator(".path")).to_contain_text("learned sharpness of this head")
    assert page.locator(".path-row .row-label").all_inner_texts() == [
        "x·W for q", "q normed", "q turned", "q", "x·W for k", "k normed", "k",
    ]  # fmt: skip
    weight = page.locator(".arithmetic .verdict").inner_text().split("stored ")[1].split()[0]
    page.get_by_role("button", name="softmax").click()
    expect(page.locator(".whole-equation")).to_contain_text(f"= {weight[:-1]}")
    page.get_by_role("button", name="One stage on").click()
    expect(page.locator(".whole-equation")).to_contain_text("first number of z =")
    page.get_by_text("Values as a table").first.click()
    assert check_numbers(page, seen_run.id, 15, rounding=0.02) == 15  # kept as bytes, and their means
    page.locator(".matrix").press("Enter")
    expect(page.locator(".origin:visible")).to_contain_text("as in the model")
    expect(page.locator(".origin:visible .one-line")).to_contain_text("softmax(dim=-1)")
    page.keyboard.press("Escape")
    expect(page.locator(".origin:visible")).to_have_count(0)
    page.locator(".caption .figure").first.focus()  # in the caption, by keys
    page.keyboard.press("Enter")
    expect(page.locator(".origin:visible")).to_contain_text("as in the model")
    page.keyboard.press("Escape")
    page.locator(".reasons .figure").first.click()  # by mouse: nothing lies over the numbers beside the map
    expect(page.locator(".origin:visible")).to_contain_text("evidence for a name")
    page.keyboard.press("Escape")
    page.locator(".whole .steps button").nth(2).click()
    page.locator(".whole-canvas").focus()
    for _cell in PROBE:
        page.keyboard.press("ArrowRight")  # on to the last token, which no token before it may see
    expect(page.locator(".whole .muted").first).to_contain_text(f"and “{PROBE[-1]}” at {len(PROBE)}")
    expect(page.locator(".whole-equation")).to_contain_text("+ (−∞) = −∞")
    page.keyboard.press("Enter")
    expect(page.locator(".origin:visible")).to_contain_text("a later token: hidden")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="× V").click()
    page.locator(".whole summary").click()
    expect(page.locator(".code-line.now")).to_contain_text("@ v")
    page.get_by_role("button", name="Play the stages").click()
    expect(page.locator(".whole [aria-current=step]")).to_have_text("q·k")
    expect(page.locator(".whole [aria-current=step]")).to_have_text("÷ √d")


def test_space_plays_the_moments_except_in_a_field(open_page, seen_run):
    page = open_picture(open_page, seen_run)
    expect(page.locator(".arithmetic")).to_have_attribute("aria-busy", "false")
    held = []
    page.route("**/api/attention/vectors*", lambda route: held.append(route))
    page.locator(".head").first.click()
    page.locator(".head").nth(3).click()
    expect(page.locator(".arithmetic.stale")).to_be_visible()  # still the numbers of the head before, so they are pale
    for route in held:
        route.continue_()
    page.unroute("**/api/attention/vectors*")
    expect(page.locator(".arithmetic")).to_have_attribute("aria-busy", "false")
    page.locator(".own-field").first.focus()
    page.keyboard.press("Space")
    assert page.locator(".own-field").first.input_value() == " "
    expect(page.get_by_role("button", name="Play the moments")).to_be_visible()
    page.locator("canvas.matrix").focus()
    page.keyboard.press("Space")
    expect(page.get_by_role("button", name="Pause the moments")).to_be_visible()
    expect(page.locator(".timeline-readout")).to_have_text("step 0")
    expect(page.locator(".timeline-readout")).to_have_text("step 2", timeout=5000)


def test_a_link_opens_its_moment_and_the_caption_tells_how_the_name_came(open_page, server, odd_run):
    other, _config = new_run(server.home, "turned", layers=1, heads=3)
    save_point(other, crafted_point(ODD_TOKENS, 60, 1, 3, 2))
    page = open_picture(open_page, odd_run, "&at=0&layer=1&head=1&query=9")
    expect(page.locator(".stage .caption")).to_contain_text("stays with the token itself 100")
    page.get_by_role("button", name="Newest").click()
    expect(page.locator(".stage .caption")).to_contain_text("looks one token back 100")
    expect(page.locator(".stage .caption")).to_contain_text("since step 60; before that, “itself”")
    expect(page.locator(".role")).to_have_text("previous token 1.00")
    expect(page.locator(".missing")).to_contain_text("q and k were not kept")
    assert page.locator("canvas.matrix").get_attribute("aria-label").startswith("Head 1.1 looks one token back")
    page.get_by_label("Compare with").select_option(label="turned")
    expect(page.locator(".role")).to_have_text("against turned")
    expect(page.locator(".stage .caption")).to_contain_text("Head 1.1 against turned: 86")
    expect(page.locator(".stage .caption")).to_contain_text("100 % there and 0 % here")


@pytest.mark.parametrize(("theme", "width"), [("dark", 1280), ("light", 400)])
def test_tokens_of_any_kind_are_text_and_nothing_else(open_page, odd_run, theme, width):
    page = open_picture(open_page, odd_run, theme=theme, width=width)
    assert page.locator(".chip").all_inner_texts()[2] == HOSTILE.replace(" ", "·")
    assert page.locator(".explorer img").count() == 0
    page.locator(".explorer > .values summary").click()
    assert page.locator(".values td").nth(7 * 2 + 1).inner_text() == HOSTILE.replace(" ", "·")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "nothing hangs out at the side"


def test_a_sentence_of_ones_own_is_seen_checked_and_linked(open_page, seen_run):
    page = open_picture(open_page, seen_run, "&layer=2&head=1")
    field = page.get_by_label("Your own sentence").first
    field.fill("the cat saw the cat 😀 " + HOSTILE)
    field.press("Enter")
    expect(page.locator(".own-notes")).to_contain_text("seen by the model of step 60", timeout=60_000)
    notes = page.locator(".own-notes").inner_text()
    assert "Only the first 32 of 50 tokens fit" in notes
    assert "has never met" in notes
    expect(page.locator(".chip")).to_have_count(32)
    expect(page.locator(".probing .sentence-chips .place")).to_have_count(32, timeout=20_000)  # surgery follows
    expect(page.locator(".arithmetic .verdict")).to_contain_text("they agree")
    page.wait_for_url(re.compile("text=the"))
    field.fill("the cat")
    page.get_by_role("button", name="Let it write on").click()
    expect(page.locator(".chip.written")).to_have_count(24)
    expect(page.locator(".own-notes")).to_contain_text("The last 24 tokens, underlined, are its own.")
    expect(page.locator(".arithmetic .verdict")).to_contain_text("they agree")
    page.wait_for_url(re.compile("write=24"))
    page.get_by_role("button", name="Back to the run’s sentence").click()
    expect(page.locator(".chip")).to_have_count(len(PROBE))
    page.wait_for_url(lambda url: "text=" not in url and "write=" not in url)
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
    expect(page.locator(".tk > .notice")).to_have_text(
        "This run failed. The loss became NaN at step 0.", timeout=20_000
    )
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


def test_the_browser_reads_and_works_out_what_python_does(open_page, server, seen_run):
    page = open_picture(open_page, seen_run)
    header, body = ask(server, "/api/attention", run=seen_run.id, after=2)
    found = page.evaluate(
        """async ([run]) => {
          const payload = await import("/pictures/x/attention/payload.js");
          const { createFilm, decodeMoments, extendFilm, storedRow, triangleOf } = payload;
          const { cellIndex } = await import("/pictures/x/attention/cells.js");
          const buffer = await (await fetch(`/api/attention?run=${run}&after=2`)).arrayBuffer();
          const { header, moments } = decodeMoments(buffer);
          const film = createFilm(header);
          extendFilm(film, moments);
          extendFilm(film, moments);  // the same again is no news
          const map = (combine) => [...triangleOf(film, 1, { layer: 1, head: 0, combine })];
          return { steps: film.moments.map(m => m.step), index: [cellIndex(3, 2), cellIndex(3, 2, 9)],
            row: [...storedRow(film, 1, { layer: 1, head: 0 }, 27)],
            maps: { mean: map("mean"), largest: map("largest"), rollout: map("rollout") } };
        }""",
        [seen_run.id],
    )
    assert found["steps"] == [10, 60]
    assert found["index"] == [8, 29]
    triangles = np.frombuffer(body, np.uint8).reshape(2, 2, 2, -1)
    assert np.allclose(found["row"], triangles[1, 1, 0, -28:] / 255)
    assert header["tokens"] == list(PROBE)
    pattern = squares(triangles[1])
    wanted = {"mean": pattern[1].mean(0), "largest": combine_heads(pattern, "max")[1], "rollout": rollout(pattern)[1]}
    for name, map_of in wanted.items():
        assert np.abs(squares(np.array(found["maps"][name])) - map_of).max() < 3 / 255, name
    assert_the_whole_matrix_is_softmax_of_queries_and_keys_times_values(page)
    assert_a_window_cuts_rows_and_says_what_lies_before_it(page)
    assert_two_hundred_hovers_and_clicks_leave_no_memory_behind(page)


def assert_two_hundred_hovers_and_clicks_leave_no_memory_behind(page):
    tools = page.context.new_cdp_session(page)

    def used():
        tools.send("HeapProfiler.collectGarbage")
        return {one["name"]: one["value"] for one in tools.send("Performance.getMetrics")["metrics"]}["JSHeapUsedSize"]

    def interact(times):
        page.evaluate(
            """async (times) => {
              const roots = [...document.querySelectorAll("*")].map((node) => node.shadowRoot);
              const root = roots.find((one) => one?.querySelector(".head"));
              const heads = [...root.querySelectorAll(".head")], chips = [...root.querySelectorAll(".chip")];
              for (let at = 0; at < times; at += 1) {
                heads[at % 4].dispatchEvent(new PointerEvent("pointerenter", { pointerType: "mouse" }));
                heads[at % 4].click();
                chips[at % chips.length].click();
                await new Promise(requestAnimationFrame);
              }
            }""",
            times,
        )

    expect(page.locator(".head[aria-checked=true]")).to_be_visible()
    tools.send("Performance.enable")
    interact(20)
    before = used()
    interact(200)
    assert used() - before < 4_000_000, "20 kB of each interaction stay behind"


def assert_the_whole_matrix_is_softmax_of_queries_and_keys_times_values(page):
    size, d_head = 7, 5
    q, k, v = np.random.default_rng(3).standard_normal((3, size, d_head)).astype(np.float32)
    found = page.evaluate(
        """async ([q, k, v, size, dHead]) => {
          const { passOf } = await import("/pictures/x/attention/pass.js");
          const list = (values) => Float32Array.from(values);
          const pass = passOf({ q: list(q), k: list(k), v: list(v), size, dHead });
          const hidden = pass.masked[1] === -Infinity;
          return { raw: [...pass.raw], weights: [...pass.weights], z: [...pass.z], hidden };
        }""",
        [*(part.ravel().tolist() for part in (q, k, v)), size, d_head],
    )
    scores = torch.tensor(q @ k.T / d_head**0.5).masked_fill(~torch.ones(size, size).tril().bool(), -torch.inf)
    weights = scores.softmax(-1).numpy()
    assert np.allclose(found["raw"], (q @ k.T).ravel(), atol=1e-5)
    assert np.allclose(found["weights"], weights.ravel(), atol=1e-6)
    assert np.allclose(found["z"], (weights @ v).ravel(), atol=1e-5)
    assert found["hidden"]


def assert_a_window_cuts_rows_and_says_what_lies_before_it(page):
    found = page.evaluate(
        """async () => {
          const w = await import("/pictures/x/attention/window.js");
          const film = { size: 200, tokens: Array.from({ length: 200 }, (_, at) => String(at)) };
          const state = { windowSize: 64, windowFrom: 100, query: 120, key: 20, hoveredQuery: null, hoveredKey: 163 };
          const seen = w.windowOf(film, state);
          const whole = new Float32Array(200 * 201 / 2).fill(0).map((_, at) => at);
          const shares = new Float32Array(200 * 201 / 2).fill(0.01);
          const { query, key, hoveredKey } = w.stateWithin(state, seen);
          return { seen: [seen.from, seen.size, seen.tokens[0], seen.whole], within: [query, key, hoveredKey],
            cut: [...w.cutTriangle(whole, seen)].slice(0, 3), before: w.sharesOutside(shares, seen)[5],
            moves: [w.windowTo(film, state, 10), w.windowTo(film, state, 120), w.windowTo(film, state, 199)],
            first: [w.firstWindow(96), w.firstWindow(97)] };
        }"""
    )
    assert found["seen"] == [100, 64, "100", False]
    assert found["within"] == [20, None, 63]
    assert found["cut"] == [100 * 101 / 2 + 100, 101 * 102 / 2 + 100, 101 * 102 / 2 + 101]
    assert found["before"] == pytest.approx(1.0, abs=1e-4)
    assert found["moves"] == [0, 100, 136]
    assert found["first"] == [None, 64]


def squares(triangles):
    """(…, T (T + 1) / 2) bytes -> (…, T, T) shares; rows add up to 1."""
    size = int((2 * triangles.shape[-1]) ** 0.5)
    full = np.zeros((*triangles.shape[:-1], size, size))
    full[..., *np.tril_indices(size)] = triangles
    return full / np.maximum(full.sum(-1, keepdims=True), 1)


def shares_of(maps, causal=True):
    """(…, T, T) bytes -> the shares of each row; what it lacks of 255 lies in its zeros, half a step each at most."""
    visible = np.tri(maps.shape[-1], dtype=bool) if causal else np.ones(maps.shape[-2:], bool)
    zeros = (maps == 0) & visible
    lacks = (255 - maps.sum(-1, keepdims=True, dtype=np.float64)).clip(0)
    filled = maps + zeros * (lacks / zeros.sum(-1, keepdims=True).clip(1)).clip(max=0.5)
    return filled / filled.sum(-1, keepdims=True)


def constructed(tokens, causal=True):
    """Heads built to do one thing each, on a ground of noise that hides none, and one of noise alone: (1, H, T, T)."""
    pure = {**ideals(tokens, causal=causal), **text_ideals(tokens)}
    visible = np.tri(len(tokens)) if causal else np.ones((len(tokens), len(tokens)))
    noise = np.random.default_rng(5).random((len(pure) + 3, len(tokens), len(tokens))) * visible
    for head, ideal in enumerate(pure.values()):
        noise[head] += (
            4 * len(tokens) * ideal.keys * (ideal.queries > 0)[:, None] / np.maximum(ideal.keys.sum(1), 1)[:, None]
        )
    noise[-3] **= 20  # here and there
    noise[-2] += 40 * (np.arange(len(tokens)) == 4) * visible  # a sink that is not the first token
    noise[-1] = visible
    noise[-1, :, 0] *= 2  # broad, with one key above the others
    pattern = noise / noise.sum(-1, keepdims=True)
    return np.rint(255 * pattern[None]).astype(np.uint8)


@pytest.mark.parametrize("causal", [True, False])
def test_heads_are_named_as_python_names_them(open_page, causal):
    """Constructed ones, on the text alone and with what they do on random tokens; with a causal mask and without."""
    page = open_page("healthz")
    tokens = list("a (big) Cat, 12 [red] cats: a (Big) cat; 7 dogs!")
    tokens[-1] = "<0xE4>"
    maps = constructed(tokens, causal)
    repeated = random_repeats(range(90), 24)
    on_random = np.stack([shares_of(constructed([str(token) for token in row], causal), causal) for row in repeated])
    pattern = shares_of(maps, causal)
    assert pattern.shape[1] == on_random.shape[2]
    for random in (None, (on_random, repeated)):
        reports = name_heads(pattern, tokens, random, causal=causal)
        scores = [{one.name: one.random for one in report.measures if one.random is not None} for report in reports]
        found = page.evaluate(
            """async ([tokens, maps, scores, wide]) => {
              const { measureHead } = await import("/pictures/x/attention/measures.js");
              const { kindsOf } = await import("/pictures/x/attention/kinds.js");
              const kinds = kindsOf(tokens);
              return maps.map((map, head) => measureHead(Uint8Array.from(map), kinds, scores && scores[head], wide));
            }""",
            [
                tokens,
                maps[0][:, np.tri(len(tokens), k=0 if causal else len(tokens), dtype=bool)].tolist(),
                scores if random else None,
                0 if causal else len(tokens),
            ],
        )
        for mine, its in zip(found, reports, strict=True):
            assert (mine["name"], mine["sink"]["key"]) == (its.name, its.sink)
            assert mine["distance"] == pytest.approx(its.distance, abs=1e-6)
            assert mine["entropy"] == pytest.approx(its.entropy, abs=1e-6)
            scored = {one.name: (one.text, one.sure) for one in its.measures}
            for one in mine["measures"]:
                assert one["text"] == (
                    None if scored[one["name"]][0] is None else pytest.approx(scored[one["name"]][0], abs=1e-6)
                )
                assert one["sure"] == scored[one["name"]][1], one
        if not random:
            assert {
                *([] if causal else ["next"]),
                "previous",
                "itself",
                "first",
                "sink",
                "repeat",
                "same",
                "brackets",
                "near",
                "broad",
                "mixed",
            } <= {report.name for report in reports}


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
