"""A page's name in, the page as a reader without a browser sees it out."""

import json
from pathlib import Path

from streamlit.testing.v1 import AppTest

ROOT = Path(__file__).parents[1]


def open_page(page, *, state=None, **address):
    """The app opened on this page by an address with these values; `state` is what the session remembers by then."""
    app = AppTest.from_file(ROOT / "app" / "main.py", default_timeout=60).switch_page(f"app_pages/{page}.py")
    for name, value in address.items():
        app.query_params[name] = value
    for name, value in (state or {}).items():
        app.session_state[name] = value
    app.run()
    assert not app.exception
    return app


def sent(app):
    """The data of the page's picture."""
    return json.loads(app.get("bidi_component")[0].proto.json)
