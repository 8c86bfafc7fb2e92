"""What holds for every page in a real browser: deep links, language, theme, no request outside, guarded routes."""

import json
import urllib.error
import urllib.request

import pytest
from playwright.sync_api import expect

PAGES = ["", "data", "tokens", "train", "loss", "attention", "inside", "generate", "runs"]


def ask(server, path):
    try:
        with urllib.request.urlopen(server.url + path, timeout=10) as answer:
            return answer.status, answer.headers, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.headers, error.read()


def test_a_deep_link_opens_its_page_in_its_language(open_page):
    page = open_page("attention?lang=zh")
    expect(page.get_by_role("link", name="训练", exact=True).first).to_be_visible(timeout=20_000)
    assert "lang=zh" in page.url
    page.get_by_role("radio", name="English").or_(page.get_by_text("English", exact=True)).first.click()
    expect(page.get_by_role("link", name="Train", exact=True).first).to_be_visible()


@pytest.mark.parametrize("path", PAGES)
def test_every_page_opens_without_an_error_or_a_request_outside(open_page, server, path):
    page = open_page("data" if path == "" else "")
    outside = []
    page.on("request", lambda request: outside.append(request.url) if server.url not in request.url else None)
    page.goto(f"{server.url}/{path}")
    expect(page.get_by_role("heading", level=1)).to_be_visible(timeout=20_000)
    page.wait_for_timeout(1500)
    assert page.get_by_text("Something went wrong").count() == 0
    assert [url for url in outside if not url.startswith(("data:", "blob:", "ws:"))] == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_pictures_follow_the_theme(open_page, theme):
    page = open_page("train", theme=theme)
    expect(page.locator(f'.tk[data-theme="{theme}"]').first).to_be_visible(timeout=20_000)


def test_scripts_come_from_the_components_folder_and_nowhere_else(server):
    status, headers, body = ask(server, "/pictures/x/kit/dom.js")
    assert status == 200
    assert headers["Content-Type"].startswith("text/javascript")
    assert headers["Cache-Control"] == "no-store"
    assert b"export function element" in body
    for path in ("kit/theme.css", "__init__.py", "../serve.py", "%2e%2e/serve.py", "kit/none.js", ""):
        assert ask(server, f"/pictures/x/{path}")[0] in (404, 400), path


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/api/metrics", 404),
        ("/api/metrics?run=nothing-here", 404),
        ("/api/metrics?run=..%2F..%2Fetc", 404),
        ("/api/metrics?run=%00", 404),
        ("/api/metrics?run=gallery-comedies&since=abc", 400),
        ("/api/metrics?run=gallery-comedies&since=--1", 400),
        ("/api/metrics?run=gallery-comedies&since=1e9", 400),
        ("/api/history?run=gallery-comedies&after=99999999999999", 400),
        ("/api/history?run=%3Cscript%3E", 404),
        ("/api/attention?run=%F0%9F%98%80", 404),
    ],
)
def test_routes_refuse_wrong_questions_with_a_sentence(server, path, status):
    answered, _headers, body = ask(server, path)
    assert answered == status
    assert json.loads(body)["error"].endswith(".")


def test_the_metrics_route_gives_rows_from_where_one_stopped(server):
    _status, _headers, body = ask(server, "/api/metrics?run=gallery-comedies&since=-1")
    everything = json.loads(body)
    middle = everything["steps"][len(everything["steps"]) // 2]
    _status, _headers, body = ask(server, f"/api/metrics?run=gallery-comedies&since={middle}")
    rest = json.loads(body)
    assert rest["steps"] == [step for step in everything["steps"] if step > middle]
    assert rest["next"] == everything["steps"][-1]
    assert b"NaN" not in body
