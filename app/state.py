"""The one place that names what a session remembers: run, language, depth, size, and the view of a picture.

What a link must carry lives in the address. Streamlit's own `bind="query-params"` writes the *label* of an option
there, which changes with the language and with the state of a run; so choices with labels go through
`from_address` and `to_address`, which write the option itself, and widgets without labels are bound.
"""

from __future__ import annotations

import secrets
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from app import visitors

RUN = "run"
NEXT_RUN = "the run to show next"
LATE_SECONDS = 10.0
ECHO_SECONDS = 5.0  # so long a message may carry an address from before it was written last
VIEW = "view written last"
PAGE = "page of that view"
LANGUAGE = "lang"
DEPTH = "depth"
LARGE = "large"
WRITING = "writing"
OWNER = "owner"
UPLOADS = "uploads to Runs"
NOTE = "what was done last on Runs"
IN_HAND = "the run in hand when Runs is drawn next"
TICKED = "ticked last on Runs"
ADDED = "added to the comparison"
OPENED = "the experiment started last"
POST = "wishes that were carried out"


def from_address(name: str, options: Sequence[str], default: str, *, key: str = "") -> str:
    """The value that a choice has now; call it before its widget, whose key is `key`, or else `name`.

    The address wins when it changed since we wrote it (a link, the back button), else the session's choice stays.
    """
    key = key or name
    wish = st.query_params.get(name)
    if wish in options and wish != st.session_state.get(_written(key)):
        st.session_state[key] = wish
    elif st.session_state.get(key) not in options:
        st.session_state[key] = default
    return st.session_state[key]


def to_address(name: str, *, key: str = "") -> None:
    """Write the choice into the address; call it after its widget."""
    key = key or name
    value = st.session_state[key]
    st.session_state.get(VIEW, {}).pop(name, None)
    _write(name, value, key)


def _write(name: str, value: str | None, key: str) -> None:
    """Write it, and remember what stood there: messages that the browser sent before it heard of it carry that."""
    there = st.query_params.get(name)
    if there != value:
        st.session_state[_given_up(key)] = {**_lately_given_up(key), there: time.monotonic()}
        if value is None:
            del st.query_params[name]
        else:
            st.query_params[name] = value
    st.session_state[_written(key)] = value


def _lately_given_up(key: str) -> dict[str | None, float]:
    values: dict[str | None, float] = st.session_state.get(_given_up(key), {})
    return {value: at for value, at in values.items() if time.monotonic() - at < ECHO_SECONDS}


def tell_label(name: str, label: str) -> None:
    """The browser shows an option in the words of when it was chosen, until told anew; call before the widget."""
    told = f"{name} in words"
    if st.session_state.get(told) != label:
        st.session_state[name] = st.session_state[name]
    st.session_state[told] = label


def _written(name: str) -> str:
    return f"{name} in the address"


def _given_up(name: str) -> str:
    return f"{name} no longer in the address"


def owner() -> str:
    """Whose runs these are: "local" on the reader's own machine, else the name that the server gave this browser.

    It is no login: it keeps turns fair in a class, and one's own runs first. A browser without cookies is somebody
    new after each reload.
    """
    if not _is_drawn():
        return "local"
    forwarded = st.context.headers.get("X-Forwarded-For")
    if st.context.ip_address is None and not forwarded:
        return "local"
    given = st.context.cookies.get(visitors.COOKIE, "")
    return given if visitors.is_name(given) else st.session_state.setdefault(OWNER, visitors.new_name())


def _is_drawn() -> bool:
    """Whether a page asks; the routes of the pictures have no session."""
    return get_script_run_ctx(suppress_warning=True) is not None


def choose_run(run_id: str) -> None:
    """Show this run from the next page on; call it before switching pages."""
    st.session_state[RUN] = run_id


@dataclass
class NextRun:
    """A run that was made on this page and is to be shown from now on, and the one that was shown when it was made."""

    run: str = ""
    shown: str | None = None
    before: str | None = None
    asked_at: float = -LATE_SECONDS

    def show(self, run_id: str) -> None:
        """Messages that the browser sent before it heard of this still carry the old run, in the address or in the
        picker. So the wish stands a while against that one run.
        """
        self.run, self.before, self.asked_at = run_id, self.shown, time.monotonic()


def next_run() -> NextRun:
    """Take it out before a run is made, and call its `show` after, both before the picker is drawn.

    A message of the browser ends a drawing at the next touch of the session, and a run takes a while to make: between
    its making and keeping its name, nothing may touch the session.
    """
    kept: NextRun = st.session_state.setdefault(NEXT_RUN, NextRun())
    kept.shown = st.session_state.get(RUN)
    return kept


def run_to_show() -> str | None:
    """The run that `NextRun.show` named, where a late message says otherwise; call it before the picker is drawn."""
    kept: NextRun = st.session_state.get(NEXT_RUN, NextRun())
    is_late = kept.before in (st.query_params.get(RUN), st.session_state.get(RUN))
    return kept.run if is_late and time.monotonic() - kept.asked_at < LATE_SECONDS else None


def view_number(name: str) -> int | None:
    """A whole number of the view in the address (layer, head, step), or None when it holds none."""
    text = st.query_params.get(name, "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else None


def view_decimal(name: str) -> float | None:
    """A decimal of the view in the address (a temperature, a share), or None when it holds none."""
    text = st.query_params.get(name, "")
    plain = text.isascii() and text.replace(".", "", 1).isdecimal() and len(text) < 10
    return float(text) if plain else None


def view_text(name: str, longest: int = 2000) -> str:
    """A text of the view in the address, cut to a length that a picture can show; "" when it holds none."""
    return st.query_params.get(name, "")[:longest]


def remember_view(**values: float | str | None) -> None:
    """Write the view into the address, so that its link opens exactly this picture.

    A message that the browser sent before it heard of this still carries the address of before, and may be another
    picture's: so whichever view is written next, the others that such a message took back are written again.
    """
    view: dict[str, str | None] = st.session_state.setdefault(VIEW, {})
    view |= {name: None if value is None else str(value) for name, value in values.items()}
    for name, text in view.items():
        if name in values or st.query_params.get(name) in _lately_given_up(name):
            _write(name, text, name)


def turn_to(page: str) -> None:
    """Names in the address mean something else on each page: nothing is carried over from the last one's view."""
    if st.session_state.get(PAGE) != page:
        st.session_state[PAGE] = page
        st.session_state[VIEW] = {}


def add_to_comparison(run_ids: list[str]) -> None:
    """Runs that the page Runs lays into its comparison when it is drawn next, once."""
    turn = added_to_comparison()["turn"] + 1
    st.session_state[ADDED] = {"turn": turn, "ids": run_ids}


def added_to_comparison() -> dict[str, Any]:
    """What was added last; the picture tells by `turn` whether it has it already."""
    return st.session_state.get(ADDED, {"turn": 0, "ids": []})


def opened_experiment() -> dict[str, Any]:
    """What was started last; the picture tells by `turn` whether it has it. Take it out first, as `next_run`."""
    opened: dict[str, Any] = st.session_state.setdefault(OPENED, {"turn": 0, "view": None})
    return opened


def open_experiment(opened: dict[str, Any], view: dict[str, str | None] | None) -> None:
    """What the page Experiments shows from now on; None: what it shows already, as nothing could be started."""
    opened |= {"view": view, "turn": opened["turn"] + 1}


def is_large() -> bool:
    """Presentation size: readable from the last row."""
    return bool(st.session_state.get(LARGE))


def writing() -> Any:
    """What the Generate page wrote last in this session, or None; it stays when the page changes."""
    return st.session_state.get(WRITING)


def remember_writing(value: Any) -> None:
    st.session_state[WRITING] = value


def told(key: str, name: str) -> Any:
    """What the picture `key` told Python by its state `name`, before it is drawn again; None: nothing."""
    return (st.session_state.get(key) or {}).get(name)


@dataclass
class Post:
    """Which wishes of the pictures were carried out in this session, whose name they carry."""

    session: str = field(default_factory=lambda: secrets.token_hex(8))
    done: deque[str] = field(default_factory=lambda: deque(maxlen=200))
    lock: threading.RLock = field(default_factory=threading.RLock)


def post() -> Post:
    kept: Post = st.session_state.setdefault(POST, Post())
    return kept


def carry_out(key: str, name: str, do: Callable[[Any], None]) -> None:
    """Do what the picture `key` wished by `name`, each wish once, in their order; call it before anything is drawn.

    The browser sends its newest wishes with every message, as any message may end a drawing. One that comes while a
    wish is being carried out begins another run of the page beside this one: it waits here, and then finds it done.
    """
    kept, wishes = post(), told(key, name) or []
    with kept.lock:
        for wish in wishes:
            if wish["session"] == kept.session and wish["id"] not in kept.done:
                kept.done.append(wish["id"])
                do(wish["value"])


def names_from_address(name: str, options: Sequence[str], told: Sequence[str] | None) -> tuple[str, ...]:
    """Several choices in an order, as one value of the address: "html,lower" -> ("html", "lower").

    What a picture has just told wins, then an address that changed since we wrote it, else the session's choice stays.
    """
    wish = st.query_params.get(name)
    is_new = wish != st.session_state.get(_written(name)) and wish not in _lately_given_up(name)
    if told is None and wish is not None and is_new:
        told = wish.split(",")
    if told is not None:
        st.session_state[name] = tuple(dict.fromkeys(choice for choice in told if choice in options))
    chosen: tuple[str, ...] = st.session_state.get(name, ())
    _write(name, ",".join(chosen) or None, name)
    return chosen
