"""Attention of 12 x 12 heads and 64 tokens in a real browser: bytes of a moment, and how long a redraw takes."""

from __future__ import annotations

import sys
import tempfile
import urllib.request
from pathlib import Path
from statistics import median

import numpy as np
from playwright.sync_api import Page, sync_playwright

from benchmarks.app import MILLISECONDS, server
from benchmarks.pairs import load
from lm_core.config import RunConfig, parse_config
from lm_core.jobs.store import open_store
from lm_core.runs.history import HistoryPoint, save_point
from lm_core.runs.run import create_run
from tools.browser import find_browser

LAYERS, HEADS, TOKENS = 12, 12, 64
STEPS = (0, 60)
REDRAWS = 50
BUDGET = 16.0  # milliseconds: a frame of sixty a second

# Each redraw is one frame in which all thumbnails, the lines, the matrix and the sentence are painted anew.
TIMES = (
    "performance.getEntriesByName('attention:frame').filter((e) => e.detail.includes('time')).map((e) => e.duration)"
)
NEXT_FRAME = "() => new Promise((ready) => requestAnimationFrame(() => setTimeout(ready)))"


def made_up_run(home: Path) -> str:
    """A run of that size with two kept moments of drawn weights; nothing is trained."""
    values = {
        "name": "many heads",
        "model": {"n_layers": LAYERS, "n_heads": HEADS, "d_model": 8 * HEADS, "context_length": TOKENS},
    }
    config = parse_config(RunConfig, values)
    run = create_run(config, home / "runs")
    store = open_store(f"sqlite:///{home / 'tokenarium.db'}")
    store.submit(run.id, config.name, config.to_json(), STEPS[-1])
    store.stop(run.id)
    store.close()
    chance = np.random.default_rng(0)
    for step in STEPS:
        scores = 3 * chance.standard_normal((LAYERS, HEADS, TOKENS, TOKENS))
        powers = np.exp(scores) * np.tri(TOKENS)
        save_point(run, moment(step, np.rint(255 * powers / powers.sum(-1, keepdims=True)).astype(np.uint8)))
    return run.id


def moment(step: int, attention: np.ndarray) -> HistoryPoint:
    return HistoryPoint(
        step=step, val_loss=None, tokens=tuple("abcdefgh" * (TOKENS // 8)), attention=attention, q=None, k=None,
        losses=np.full(TOKENS, np.nan, np.float32), top_ids=np.zeros((TOKENS, 8), np.int32),
        top_probabilities=np.zeros((TOKENS, 8), np.float32), top_texts=(("a",) * 8,) * TOKENS, sample="",
    )  # fmt: skip


def redraw_times(page: Page) -> list[float]:
    """Milliseconds of each redraw while the timeline jumps to and fro."""
    page.locator(".track").focus()
    for jump in range(4 + REDRAWS):
        if jump == 4:
            page.evaluate("performance.clearMeasures()")  # warm
        page.keyboard.press(("Home", "End")[jump % 2])
        for _frame in range(2):  # the choice, then what it moves
            page.evaluate(NEXT_FRAME)
    return sorted(page.evaluate(TIMES))


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="tokenarium-bench-", ignore_cleanup_errors=True) as home:
        run = made_up_run(Path(home))
        with server(home) as url, sync_playwright() as playwright:
            with urllib.request.urlopen(f"{url}/api/attention?run={run}&after=0") as answer:
                size = len(answer.read())
            browser = playwright.chromium.launch(executable_path=find_browser(), args=["--no-sandbox", "--disable-gpu"])
            page = browser.new_page(locale="en-US", reduced_motion="reduce", viewport={"width": 1280, "height": 900})
            page.goto(f"{url}/attention?run={run}")
            page.locator(".explorer").wait_for(timeout=60 * MILLISECONDS)
            times = redraw_times(page)
            browser.close()
    if not times:
        sys.exit("The page did not redraw. Open it by hand to see why: tokenarium app")
    tail = times[int(0.95 * len(times))]
    print(
        f"attention, {LAYERS} x {HEADS} heads, {TOKENS} tokens: a moment is {size / 1000:.0f} kB; redraw "
        f"{median(times):.1f} ms, 95 % under {tail:.1f} ms, {len(times)} redraws (budget {BUDGET:.0f} ms); {load()}"
    )


if __name__ == "__main__":
    main()
