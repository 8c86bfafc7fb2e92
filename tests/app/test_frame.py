"""The frame: lessons at three depths, choices in the address, words in two languages."""

import ast
import re
from functools import partial
from itertools import product
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from app import components, i18n, state, visitors
from app.loaders.code import source_of
from app.widgets.frame import lesson_part

ROOT = Path(__file__).parents[2]
PAGES = ["home", "data", "tokens", "train", "loss", "attention", "inside", "generate", "runs", "experiments"]


def address_app():
    import streamlit as st

    from app import state

    value = state.from_address("fruit", ["apple", "pear"], "apple")
    st.segmented_control("Fruit", ["apple", "pear"], format_func=str.upper, key="fruit", required=True)
    state.to_address("fruit")
    st.write(f"at first {value}, now {st.session_state['fruit']}")


def in_address(app):
    """AppTest gives a parameter that the script set as a list, one that it left alone as it was."""
    value = app.query_params["fruit"]
    return value[0] if isinstance(value, list) else value


def test_a_lesson_file_is_cut_at_its_headings():
    text = "# story\nOnce upon a time.\n\n## inside\nMore.\n# maths\n$1 + 1$\n"
    assert lesson_part(text, "story") == "Once upon a time.\n\nMore."
    assert lesson_part(text, "story", "inside") == "Once upon a time.\n\nMore."
    assert lesson_part(text, "story", "outside") == "Once upon a time."
    assert lesson_part(text, "maths") == "$1 + 1$"
    assert lesson_part(text, "poetry") == ""


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_page_has_a_story_and_maths_in_every_language(page, language):
    assert (i18n.ASSETS / "lessons" / language / f"{page}.md").exists()
    text = i18n.lesson_text(page, language)
    assert lesson_part(text, "story")
    assert lesson_part(text, "maths")


@pytest.mark.parametrize("page", ["loss", "generate"])
def test_a_lesson_has_words_and_code_for_each_section_in_every_language(page):
    tree = ast.parse((ROOT / "app" / "app_pages" / f"{page}.py").read_text("utf-8"))
    dicts = {
        node.targets[0].id: node.value.keys for node in tree.body if isinstance(getattr(node, "value", None), ast.Dict)
    }
    sections = [key.value for key in dicts["SECTIONS"]]
    for depth, language in product(["story", "maths"], ["en", "zh"]):
        text = i18n.lesson_text(page, language)
        shared = lesson_part(text, depth, "none of them")
        own = {section: lesson_part(text, depth, section).removeprefix(shared) for section in sections}
        assert shared
        assert all(own.values())
        assert len(lesson_part(text, depth)) == len(shared) + sum(map(len, own.values()))
    assert [key.value for key in dicts["CODE"]] == ["", *sections]


def test_a_link_chooses_and_the_address_then_says_what_holds():
    app = AppTest.from_function(address_app)
    app.query_params["fruit"] = "pear"
    app.run()
    assert app.markdown[0].value == "at first pear, now pear"
    assert in_address(app) == "pear"


def test_an_unknown_value_in_the_address_falls_back_to_the_default():
    app = AppTest.from_function(address_app)
    app.query_params["fruit"] = "<script>"
    app.run()
    assert in_address(app) == "apple"


def test_a_choice_made_on_the_page_wins_over_the_old_address():
    app = AppTest.from_function(address_app)
    app.query_params["fruit"] = "pear"
    app.run()
    app.session_state["fruit"] = "apple"
    app.run()
    assert in_address(app) == "apple"


def test_the_button_back_chooses_again_what_was_chosen_before():
    app = AppTest.from_function(address_app)
    app.query_params["fruit"] = "pear"
    app.run()
    app.session_state["fruit"] = "apple"
    app.run()
    app.query_params["fruit"] = "pear"
    app.run()
    assert in_address(app) == "pear"


def two_pictures_app():
    import streamlit as st

    from app import state

    state.turn_to(st.session_state.get("page", "first"))
    for name in ("text", "place"):
        if name in st.session_state.get("drawn", ["text", "place"]):
            state.remember_view(**{name: st.session_state.get(f"the {name}")})


def test_a_view_written_last_outlives_a_message_of_another_picture_with_an_earlier_address():
    app = AppTest.from_function(two_pictures_app)
    app.session_state["the text"] = "the cat"
    app.run()
    app.session_state["the text"] = None
    app.run()
    assert "text" not in app.query_params
    app.query_params["text"] = "the cat"  # from before the browser heard that it is gone
    app.session_state["drawn"], app.session_state["the place"] = ["place"], 27
    app.run()
    assert "text" not in app.query_params
    app.query_params["text"] = "another page's"
    app.session_state["page"] = "second"
    app.run()
    assert "text" in app.query_params


def test_chinese_catalogue_keeps_every_placeholder():
    import re

    for message, translated in i18n.catalogue("zh").items():
        assert sorted(re.findall(r"\{\w*\}", message)) == sorted(re.findall(r"\{\w*\}", translated)), message


def test_component_words_are_those_of_the_scripts():
    words = i18n.component_words("zh")
    assert words.get("Newest"), "the timeline's word is missing"
    assert i18n.component_words("en") == {}


def test_source_of_reads_functions_classes_and_methods():
    assert source_of("lm_core.config.parse_config").startswith("def parse_config(")
    assert source_of("lm_core.config.RunConfig").startswith("class RunConfig(")
    assert source_of("lm_core.config.RunConfig.to_json").startswith("def to_json(")


def test_every_function_shown_under_a_page_exists():
    for page in (ROOT / "app" / "app_pages").glob("*.py"):
        for name in re.findall(r'"(lm_core\.[\w.]+)"', page.read_text("utf-8")):
            assert source_of(name), f"{page.name} shows {name}"


def test_the_digest_follows_the_scripts(monkeypatch, tmp_path):
    script = tmp_path / "x" / "main.js"
    script.parent.mkdir()
    digests = set()
    monkeypatch.setattr(components, "FOLDER", tmp_path)
    for text in ("one", "two"):
        script.write_text(text)
        digests.add(components.assets_digest.__wrapped__())
    assert len(digests) == 2


def test_every_script_that_is_imported_exists():
    for script in (ROOT / "app" / "components").rglob("*.js"):
        for path in re.findall(r"""(?:from|import)\s*\(?["'](\.[^"']+)["']""", script.read_text("utf-8")):
            assert (script.parent / path).is_file(), f"{script.name} imports {path}"


def test_no_script_writes_markup():
    for script in (ROOT / "app" / "components").rglob("*.js"):
        text = script.read_text("utf-8")
        for forbidden in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval("):
            assert forbidden not in text, f"{script.name} uses {forbidden}"


def test_every_colour_has_its_one_home():
    """In theme.css; black and white on a tint (theme.js) are chosen by arithmetic."""
    for source in (ROOT / "app" / "components").rglob("*.*"):
        if source.suffix in (".js", ".css") and source.name not in ("theme.css", "theme.js"):
            assert not re.findall(r"#[0-9a-fA-F]{3,8}\b|\brgba?\(", source.read_text("utf-8")), source


def test_no_page_lets_html_through():
    for source in (ROOT / "app").rglob("*.py"):
        assert "unsafe_allow_html" not in source.read_text("utf-8"), source


def test_runs_belong_to_this_machine_or_to_a_browser_session(monkeypatch):
    from types import SimpleNamespace

    def seen_from(address, headers=(), session=None, cookies=()):
        context = SimpleNamespace(ip_address=address, headers=dict(headers), cookies=dict(cookies))
        monkeypatch.setattr(state.st, "context", context)
        monkeypatch.setattr(state, "_is_drawn", lambda: True)
        monkeypatch.setattr(state.st, "session_state", {} if session is None else session)
        return state.owner()

    assert seen_from(None) == "local"
    session = {}
    ada = seen_from("192.0.2.7", session=session)
    assert ada == seen_from("192.0.2.7", session=session)
    assert ada.startswith("visitor-")
    assert ada != seen_from("192.0.2.7") != seen_from(None, {"X-Forwarded-For": "192.0.2.7"}) != "local"
    named = {visitors.COOKIE: visitors.new_name()}
    assert seen_from("192.0.2.7", cookies=named) == named[visitors.COOKIE]  # also after a reload
    assert seen_from("192.0.2.7", session=session, cookies={visitors.COOKIE: "local"}) == ada


def test_a_page_names_a_browser_once():
    async def answer(_scope, _receive, send, kind=b"text/html"):
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", kind)]})

    def cookies_for(app, *headers):
        sent = []

        async def send(message):
            sent.append(message)

        with pytest.raises(StopIteration):  # it waits for nothing, so one push brings it to its end
            visitors.NameVisitors(app)({"type": "http", "headers": list(headers)}, None, send).send(None)
        return [value.decode() for name, value in sent[0]["headers"] if name == b"set-cookie"]

    [cookie] = cookies_for(answer)
    name = cookie.partition(";")[0]
    assert visitors.is_name(name.partition("=")[2])
    assert "HttpOnly" in cookie
    assert cookies_for(answer, (b"cookie", f"other=1; {name}".encode())) == []
    assert cookies_for(partial(answer, kind=b"text/javascript")) == []
    assert len(cookies_for(answer, (b"cookie", f"{visitors.COOKIE}=local".encode()))) == 1
