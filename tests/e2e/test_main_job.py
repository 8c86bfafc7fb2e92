"""The main job, as a newcomer does it: one button, a model that learns in the background, every page on that model."""

import re

import pytest
from playwright.sync_api import expect

SLOW_MACHINE = 60_000  # milliseconds; how long it takes is for `make bench`


@pytest.fixture(scope="module")
def own_server(tmp_path_factory, make_server):
    running = make_server(tmp_path_factory.mktemp("newcomer")).start()
    yield running
    running.stop()
    running.stop_background_runs()
    assert "Traceback" not in running.log.read_text(), running.log.read_text()


@pytest.fixture(scope="module")
def page(browser, own_server):
    opened, errors = browser.new_page(), []
    opened.set_viewport_size({"width": 1280, "height": 900})
    opened.on("pageerror", lambda error: errors.append(f"{error} {error.stack}"))
    opened.goto(own_server.url)
    yield opened
    opened.close()
    assert not errors, errors


def steps_on_screen(page) -> tuple[int, int]:
    """(340, 1500) from "step 340 of 1500"."""
    step, steps = re.search(r"step (\d+) of (\d+)", page.locator(".status").inner_text()).groups()
    return int(step), int(steps)


def step_on_screen(page) -> int:
    return steps_on_screen(page)[0]


def wait_for_step(page, wanted):
    page.wait_for_function(
        """wanted => {
          const shadows = [...document.querySelectorAll("*")].map((node) => node.shadowRoot);
          const status = shadows.map((root) => root?.querySelector(".status")).find(Boolean);
          const found = /step (\\d+) of/.exec(status?.textContent ?? "");
          return found && Number(found[1]) >= wanted;
        }""",
        arg=wanted,
        timeout=SLOW_MACHINE,
    )


def go(page, name):
    page.get_by_role("link", name=name, exact=True).first.click()


def test_one_button_starts_a_run_whose_curve_moves(page):
    page.get_by_role("button", name="Train your first model").click(timeout=SLOW_MACHINE)
    expect(page).to_have_url(re.compile(r"/train\?.*run=\w+"), timeout=SLOW_MACHINE)
    wait_for_step(page, 2)
    before = step_on_screen(page)
    wait_for_step(page, before + 5)
    expect(page.locator(".status")).to_contain_text("tokens/s")
    expect(page.locator(".sample")).not_to_be_empty()


def test_it_pauses_resumes_and_its_page_says_so(page):
    page.get_by_role("button", name="Pause", exact=True).click()
    expect(page.locator(".badge")).to_have_text("Paused", timeout=SLOW_MACHINE)
    paused_at = step_on_screen(page)
    page.wait_for_timeout(1500)
    assert step_on_screen(page) == paused_at
    page.get_by_role("button", name="Resume", exact=True).click()
    expect(page.locator(".badge")).to_have_text("Running", timeout=SLOW_MACHINE)
    wait_for_step(page, paused_at + 5)


@pytest.mark.parametrize("name", ["Attention", "Tokens", "Loss"])
def test_every_page_opens_on_the_run_while_it_trains(page, name):
    run = re.search(r"run=(\w+)", page.url).group(1)
    go(page, name)
    expect(page).to_have_url(re.compile(rf"/{name.lower()}\?.*run={run}"), timeout=SLOW_MACHINE)
    expect(page.locator(".tk :is(.token, canvas, svg):visible").first).to_be_visible(timeout=SLOW_MACHINE)


def test_the_run_goes_on_when_browser_and_server_are_gone(page, browser, own_server):
    run = re.search(r"run=(\w+)", page.url).group(1)
    page.goto(f"{own_server.url}/train?run={run}")
    expect(page.locator(".badge")).to_have_text(re.compile("Running|Finished"), timeout=SLOW_MACHINE)
    before, last = steps_on_screen(page)
    page.goto("about:blank")
    own_server.kill()
    own_server.start()
    page.goto(f"{own_server.url}/train?run={run}")
    wait_for_step(page, min(before + 1, last))


def test_a_run_that_is_stopped_says_so_and_still_writes(page, own_server):
    run = re.search(r"run=(\w+)", page.url).group(1)
    if page.locator(".badge").inner_text() == "Running":
        page.get_by_role("button", name="Stop", exact=True).click()
    expect(page.locator(".badge")).to_have_text(re.compile("Stopped|Finished"), timeout=SLOW_MACHINE)
    go(page, "Generate")
    expect(page).to_have_url(re.compile(rf"/generate\?.*run={run}"), timeout=SLOW_MACHINE)
    expect(page.get_by_role("heading", name="The text so far").first).to_be_visible(timeout=SLOW_MACHINE)
