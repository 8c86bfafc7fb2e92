"""A real server on a free port and a real Chromium, shared by all tests of pages."""

import importlib.util
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import update

from lm_core.jobs.schema import runs
from lm_core.jobs.status import OVER
from lm_core.jobs.store import open_store
from tests.finished_run import settings_of

ROOT = Path(__file__).parents[2]
CHROMIUM_ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip


def pytest_collection_modifyitems(items):
    for item in items:
        if Path(item.path).is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.e2e)


class Server:
    """The app as its own process; its data live in a folder of the test."""

    def __init__(self, home: Path, port: int | None = None):
        self.home, self.port = home, port or free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = home / "server.log"
        self.process = None

    def start(self):
        limits = {"TOKENARIUM_PARALLEL": "1", "TOKENARIUM_SPARE": "0", "TOKENARIUM_TEXT_MB": "5"}
        home = {"TOKENARIUM_HOME": str(self.home), **limits}
        command = [sys.executable, "-m", "streamlit", "run", "app/serve.py", "--server.headless=true"]
        options = [f"--server.port={self.port}", "--server.address=127.0.0.1"]
        with self.log.open("a") as log:
            self.process = subprocess.Popen(
                command + options, cwd=ROOT, stdout=log, stderr=subprocess.STDOUT, env={**os.environ, **home}
            )
        for _attempt in range(600):
            assert self.process.poll() is None, self.log.read_text()
            try:
                with urllib.request.urlopen(f"{self.url}/_stcore/health", timeout=1) as answer:
                    if answer.status == 200:
                        return self
            except OSError:
                time.sleep(0.1)
        raise AssertionError(f"The server did not answer in a minute:\n{self.log.read_text()}")

    def kill(self):
        """End it at once, wherever it is, as a lack of memory would."""
        self.process.kill()
        self.process.wait()

    def stop(self):
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def stop_background_runs(self):
        """End the supervisor and workers that this server's runs started, by their pids."""
        import psutil

        for process in psutil.process_iter(["cmdline", "environ"]):
            command = " ".join(process.info["cmdline"] or [])
            ours = (process.info["environ"] or {}).get("TOKENARIUM_HOME") == str(self.home)
            if ours and "lm_core.jobs" in command:
                process.send_signal(signal.SIGTERM)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture(scope="session")
def make_server():
    """make_server(home) -> a server of its own, for tests that stop and start it."""
    return Server


@pytest.fixture
def stop_all(server):
    """stop_all() ends the runs that a test started; at its end it is called anyway, or the next one waits its turn."""

    def stop():
        with closing(open_store(settings_of(server.home).store_url)) as store:
            for row in store.list():
                if row.state not in OVER:
                    store.stop(row.run_id)

    yield stop
    stop()


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    running = Server(tmp_path_factory.mktemp("home")).start()
    yield running
    running.stop()
    running.stop_background_runs()
    assert "Traceback" not in running.log.read_text(), running.log.read_text()


def find_browser() -> str | None:
    spec = importlib.util.spec_from_file_location("browser", ROOT / "tools" / "browser.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.find_browser()


@pytest.fixture(scope="session")
def browser(tmp_path_factory):
    """One for all, with a profile on disk: elsewhere each page would compile Streamlit's scripts anew."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        running = playwright.chromium.launch_persistent_context(
            tmp_path_factory.mktemp("profile"), executable_path=find_browser(), args=CHROMIUM_ARGUMENTS, locale="en-US"
        )
        yield running
        running.close()


@pytest.fixture
def open_page(browser, server):
    """open_page("train?lang=zh", theme="dark", width=400) -> a page; a script error fails the test."""
    pages, errors = [], []

    def open_one(path="", *, theme="light", width=1280, height=900, motion="reduce"):
        page = browser.new_page()
        pages.append(page)
        page.set_viewport_size({"width": width, "height": height})
        page.emulate_media(color_scheme=theme, reduced_motion=motion)
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(f"{server.url}/{path}")
        return page

    yield open_one
    browser.set_offline(False)
    for page in pages:
        page.close()
    assert not errors, errors


@pytest.fixture(scope="session")
def list_finished(server):
    """list_finished(run, "Name"): the store of the shared server knows a run of `make_finished_run` as done."""

    def list_one(run, name):
        with closing(open_store(settings_of(server.home).store_url)) as store:
            store.submit(run.id, name, run.config_path.read_text(), 100)
            with store.database.write() as connection:
                done = {"state": "done", "step": 100, "checkpoint_step": 100}
                connection.execute(update(runs).where(runs.c.id == run.id).values(**done))
        return run.id

    return list_one
