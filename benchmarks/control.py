"""How quickly a run obeys: from a click on Pause, Resume or Step to its effect, in the store and in a real browser."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable
from statistics import median

from playwright.sync_api import Page, sync_playwright

from benchmarks.app import MILLISECONDS, server
from benchmarks.pairs import load
from lm_core.jobs.launch import start_run
from lm_core.jobs.status import RunStatus
from lm_core.jobs.store import Store, open_store
from lm_core.presets import preset_config
from lm_core.settings import read_settings
from tools.browser import find_browser

CLICKS = 15
LOOK = 0.002  # seconds between two looks into the store
MORE_STEPS_THAN_NEEDED = 100_000


def milliseconds(act: Callable[[], object], is_done: Callable[[], bool]) -> float:
    started = time.perf_counter()
    act()
    while not is_done():
        time.sleep(LOOK)
    return MILLISECONDS * (time.perf_counter() - started)


def in_the_store(store: Store, run_id: str) -> dict[str, list[float]]:
    """From the wish to the row that says it is fulfilled: what engine and worker take."""

    def is_in(state: str, step: int = 0) -> bool:
        status: RunStatus = store.get(run_id)
        return status.state == state and not status.applying and status.step >= step

    times: dict[str, list[float]] = {"pause": [], "step": []}
    for _ in range(CLICKS):
        times["pause"].append(milliseconds(lambda: store.pause(run_id), lambda: is_in("paused")))
        step = store.get(run_id).step + 1
        times["step"].append(milliseconds(lambda: store.step(run_id), lambda step=step: is_in("paused", step)))
        milliseconds(lambda: store.resume(run_id), lambda: is_in("running"))
        time.sleep(0.3)
    return times


def in_the_browser(page: Page, address: str) -> dict[str, list[float]]:
    """From the click to the changed words on the page."""
    page.goto(address)
    badge, place = page.locator(".badge"), page.locator(".status-line span").nth(1)
    pause, resume, step = (page.get_by_role("button", name=name, exact=True) for name in ("Pause", "Resume", "Step"))
    pause.wait_for(timeout=60 * MILLISECONDS)
    times: dict[str, list[float]] = {"pause": [], "step": []}
    for _ in range(CLICKS):
        times["pause"].append(milliseconds(pause.click, lambda: badge.inner_text() == "Paused"))
        before = place.inner_text()
        times["step"].append(milliseconds(step.click, lambda before=before: place.inner_text() != before))
        milliseconds(lambda: None, lambda: badge.inner_text() == "Paused")
        resume.click()
        pause.wait_for()
        time.sleep(0.5)
    return times


def shown(times: dict[str, list[float]]) -> str:
    return ", ".join(
        f"{name} {median(values):.0f} ms [{min(values):.0f}, {max(values):.0f}]" for name, values in times.items()
    )


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="tokenarium-bench-", ignore_cleanup_errors=True) as home:
        os.environ["TOKENARIUM_HOME"] = home
        settings = read_settings()
        store = open_store(settings.store_url)
        config = preset_config("tiny")
        train = config.train.model_copy(update={"steps": MORE_STEPS_THAN_NEEDED})
        run_id = start_run(config.model_copy(update={"train": train}), settings, store)
        milliseconds(lambda: None, lambda: store.get(run_id).step > 20)
        print(f"obeying, in the store: {shown(in_the_store(store, run_id))}; {load()}", flush=True)
        with server(home) as url, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=find_browser(), args=["--no-sandbox", "--disable-gpu"])
            page = browser.new_context(locale="en-US", reduced_motion="reduce").new_page()
            times = in_the_browser(page, f"{url}/train?run={run_id}")
            print(f"obeying, seen in the browser: {shown(times)}; {load()}")
            browser.close()
        store.stop(run_id)
        milliseconds(lambda: None, lambda: store.get(run_id).state == "stopped")
        store.close()


if __name__ == "__main__":
    main()
