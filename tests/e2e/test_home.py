"""Home in a real browser: the film draws itself and stops, words of strangers stay words, links lead on."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

COMPONENTS = Path(__file__).parents[2] / "app" / "components"
CSS = "".join((COMPONENTS / path).read_text("utf-8") for path in ("kit/theme.css", "home/home.css"))
EMPTY = "pictures/x/kit/words.js"  # a document of the server without Streamlit in it
HOSTILE = "<img src=x onerror=alert(1)>"

# The film alone, on an empty page: what Python would send is given by the test.
MOUNT = """async ([css, film, runs, language]) => {
  const { default: render } = await import("/pictures/x/home/main.js");
  const host = document.createElement("div");
  host.id = "film-test";
  host.innerHTML = '<style></style><div class="tk"></div>';
  host.firstChild.textContent = css;
  document.body.replaceChildren(host);
  window.told = [];
  const tell = (name, value) => window.told.push([name, value]);
  const stations = ["data", "train"].map((page) => ({ page, title: page, question: "?" }));
  const data = { film, runs, stations, language, words: {}, large: false, base: "class/one" };
  render({ parentElement: host, data, setStateValue: tell, setTriggerValue: tell });
}"""


@pytest.fixture
def film(make_finished_run, tmp_path, monkeypatch):
    from app.loaders import home, runs
    from lm_core import settings as machine

    monkeypatch.setattr(machine, "GALLERY", tmp_path / "gallery")
    make_finished_run(tmp_path / "gallery" / "gallery-test", sample=HOSTILE)
    runs.config_of.clear()
    home.film_of.clear()
    return home.film_of("gallery-test")


def own(name="Mine"):
    return {"id": "abcd2345", "name": name, "state": "running", "step": 30, "steps": 120}


def test_home_opens_with_its_button_and_all_stations_and_they_lead_on(open_page):
    page = open_page("")
    expect(page.locator(".tk .button.start")).to_be_visible(timeout=20_000)
    expect(page.locator("a.station")).to_have_count(9)
    first = page.locator("a.station").first
    first.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    page.wait_for_url("**/train**", timeout=20_000)


def test_the_film_plays_in_twelve_seconds_pauses_and_plays_again(open_page, film):
    page = open_page(EMPTY, motion="no-preference")
    page.clock.install()
    page.evaluate(MOUNT, [CSS, film, [], "en"])
    page.clock.run_for(1000)
    expect(page.locator(".sample-step")).to_have_text("step 0")
    page.keyboard.press(" ")
    expect(page.get_by_role("button", name="Play", exact=True)).to_be_visible()
    page.clock.run_for(20_000)
    expect(page.locator(".sample-step")).to_have_text("step 0")
    page.keyboard.press(" ")
    page.clock.run_for(12_500)
    expect(page.get_by_role("button", name="Play again")).to_be_visible()
    expect(page.locator(".sample-step")).to_have_text("step 100")
    expect(page.locator(".hero .caption")).to_have_text(
        "At step 100 the loss on unseen text is 1.50 nats: better than counting pairs."
    )
    expect(page.get_by_role("img", name="Head 1.2 looks one back: 90")).to_be_visible()
    expect(page.locator(".rung.passed")).to_have_count(3)


def test_a_reader_who_asked_for_calm_gets_the_finished_picture(open_page, film):
    page = open_page(EMPTY)
    silent = {**film["moments"][-1], "step": film["steps"], "sample": ""}
    page.evaluate(MOUNT, [CSS, {**film, "moments": [*film["moments"], silent]}, [own()], "en"])
    expect(page.locator(".sample-step")).to_have_text("step 100")  # the last that wrote something
    expect(page.get_by_role("button", name="Play again")).to_be_visible()
    expect(page.get_by_role("button", name="Train another model")).to_be_visible()


def test_words_of_strangers_stay_words_and_links_carry_run_language_and_prefix(open_page, film):
    page = open_page(EMPTY)
    page.evaluate(MOUNT, [CSS, film, [own(HOSTILE)], "zh"])
    expect(page.locator(".sample")).to_have_text(HOSTILE)
    expect(page.locator(".own-name")).to_have_text(HOSTILE)
    assert page.locator("#film-test img").count() == 0
    assert page.locator("a.own-run").get_attribute("href") == "/class/one/train?lang=zh&run=abcd2345"
    assert page.locator("a.station").first.get_attribute("href") == "/class/one/data?lang=zh"
    page.locator("a.own-run").click()
    page.locator(".button.start").click()
    expect(page.locator(".button.start")).to_be_disabled()
    told = page.evaluate("window.told.map(([name, [wish]]) => [name, wish.value.page ?? null, wish.value.run ?? null])")
    assert told == [["go", "train", "abcd2345"], ["train", None, None]]
    page.get_by_text("Values as a table").click()
    expect(page.locator(".values tbody tr")).to_have_count(3)
