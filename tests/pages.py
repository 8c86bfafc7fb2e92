"""A page's name in, the page as a reader without a browser sees it out."""

import itertools
import json
from pathlib import Path

from streamlit.testing.v1 import AppTest

from app import state

ROOT = Path(__file__).parents[1]
NUMBERS = itertools.count(1)


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


def as_wish(app, value):
    """A wish as the browser sends it in this session."""
    return {"id": str(next(NUMBERS)), "session": app.session_state[state.POST].session, "value": value}


def wish(app, picture, name, value):
    """What a picture does when a reader presses one of its buttons; the page as it is then."""
    app.session_state[picture] = {name: [as_wish(app, value)]}
    return app.run()
