"""What a newcomer waits for, in a real browser: until Home is ready, and from the click to the first loss point."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from statistics import median

from playwright.sync_api import Browser, Locator, Page, Response, sync_playwright

from benchmarks.pairs import load
from lm_core.jobs.status import OVER
from lm_core.jobs.store import open_store
from tools.browser import find_browser

ROOT = Path(__file__).parents[1]
VISITS = 5
CLICKS = 5
QUIET_SECONDS = 8  # before each click, as a reader takes them: the next worker gets ready
MILLISECONDS = 1000


@contextmanager
def server(home: str) -> Iterator[str]:
    """The app on a free port with an empty data folder; gives its address, ends it afterwards.

    The folder is removed next, and with it ends whatever trains in it.
    """
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    environment = {**os.environ, "TOKENARIUM_HOME": home, "HEADLESS": "1"}
    command = [sys.executable, "-c", "from lm_core.cli import main; main()", "app", "--port", str(port)]
    with open(os.devnull, "w") as nowhere:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=nowhere, stderr=nowhere)
    try:
        wait_until_healthy(url, process)
        yield url
    finally:
        process.terminate()
        process.wait(20)


def wait_until_healthy(url: str, process: subprocess.Popen[bytes], seconds: float = 90) -> None:
    """Return when the server answers; SystemExit with a sentence when it ends or never does."""
    started = time.monotonic()
    while time.monotonic() - started < seconds and process.poll() is None:
        with suppress(OSError), urllib.request.urlopen(f"{url}/_stcore/health", timeout=1):
            return
        time.sleep(0.1)
    sys.exit(f"The app did not answer at {url}. Start it by hand to see why: tokenarium app")


def start_button(page: Page) -> Locator:
    return page.get_by_role("button", name=re.compile("Train your first model|Train another model"))


def page_ready(browser: Browser, url: str) -> float:
    """Seconds from typing the address to the button that can be clicked, with an empty cache."""
    context = browser.new_context(locale="en-US")
    page = context.new_page()
    started = time.perf_counter()
    page.goto(url, wait_until="commit")
    start_button(page).wait_for(timeout=60 * MILLISECONDS)
    seconds = time.perf_counter() - started
    context.close()
    return seconds


def click_to_first_loss(browser: Browser, url: str) -> float:
    """Seconds from the click until a row with a training loss is in the browser, which draws it in its next frame."""
    context = browser.new_context(locale="en-US")
    page = context.new_page()
    page.goto(url)
    start_button(page).wait_for(timeout=60 * MILLISECONDS)
    started = time.perf_counter()
    with page.expect_response(has_a_loss, timeout=90 * MILLISECONDS):
        start_button(page).click()
    seconds = time.perf_counter() - started
    context.close()
    return seconds


def let_stop(home: str) -> None:
    """Stop what trains, so that the next run finds a free place."""
    store = open_store(f"sqlite:///{home}/tokenarium.db")
    for run in store.list():
        if run.state not in OVER:
            store.stop(run.run_id)
    while any(run.state not in OVER for run in store.list()):
        time.sleep(0.1)
    store.close()


def has_a_loss(response: Response) -> bool:
    if "/api/metrics" not in response.url or "run=gallery" in response.url or response.status != 200:
        return False
    return any(value is not None for value in response.json()["columns"].get("loss", []))


def main() -> None:
    with (
        tempfile.TemporaryDirectory(prefix="tokenarium-bench-", ignore_cleanup_errors=True) as home,
        server(home) as url,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=find_browser(), args=["--no-sandbox", "--disable-gpu"])
        first, *later = [page_ready(browser, url) for _ in range(VISITS)]
        print(
            f"page ready: first visit {first:.1f} s, then {median(later):.1f} s [{min(later):.1f}, {max(later):.1f}]; "
            f"{load()}",
            flush=True,
        )
        times = []
        for _ in range(CLICKS):
            time.sleep(QUIET_SECONDS)
            times.append(click_to_first_loss(browser, url))
            let_stop(home)
        print(
            f"click to first loss point: {median(times):.2f} s [{min(times):.2f}, {max(times):.2f}], "
            f"{CLICKS} clicks; {load()}"
        )
        browser.close()


if __name__ == "__main__":
    main()
