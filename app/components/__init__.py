"""Mounts the pictures: a folder of JavaScript modules in, a Streamlit component out.

Each picture is `app/components/<name>/main.js`, a plain ES module that imports its neighbours and `../kit/`. The
browser loads modules from the route `/pictures/<digest>/…` of `app/serve.py`; the digest changes with any file, so a
browser may keep them for ever and never shows yesterday's picture. Streamlit itself carries a loader of a few lines.
"""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st

from app import state
from app.i18n import component_words, current_language

FOLDER = Path(__file__).parent

LOADER = """
// A component's real code is a module of the app's own server; this only fetches it and passes every call on.
const address = new URL(__ADDRESS__, location.origin);
let module = null;
export default function (component) {
  let cleanup = null;
  let gone = false;
  module ??= import(address);
  module.then((loaded) => { if (!gone) cleanup = loaded.default(component); }, () => {
    module = null;
    component.parentElement.querySelector(".tk").textContent = __MISSING__;
  });
  return () => { gone = true; cleanup?.(); };
}
"""
BORROWED = {
    "experiments": ("runs",),
    "sidebyside": ("tokens",),
    "beam": ("together",),
    "cache": ("together",),
    "wrong": ("surprise",),
}  # pictures that are partly made of another's modules wear its styles too
NUMBERED = (
    "attention", "inside", "probing", "generate", "together", "beam", "cache", "surprise", "sequence", "entropy",
)  # fmt: skip  # pictures whose numbers say where they came from
MISSING = "This picture comes from Tokenarium's own server. Start it with: make run"


@cache
def assets_digest() -> str:
    """Changes when any script of a picture changes."""
    digest = hashlib.sha256()
    for path in sorted(FOLDER.rglob("*.js")):
        digest.update(path.relative_to(FOLDER).as_posix().encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


@st.cache_resource
def _component(name: str) -> Any:
    """Registered once per server: registering again at each rerun would replace it under other sessions."""
    base = st.get_option("server.baseUrlPath").strip("/")
    address = "/" + "/".join(part for part in (base, "pictures", assets_digest(), name, "main.js") if part)
    js = LOADER.replace("__ADDRESS__", repr(address)).replace("__MISSING__", repr(MISSING))
    borrowed = [f"{other}/{other}" for other in BORROWED.get(name, ())] + ["inside/origin"] * (name in NUMBERED)
    styles = ("kit/theme", *borrowed, f"{name}/{name}")
    css = "".join((FOLDER / f"{style}.css").read_text("utf-8") for style in styles)
    return st.components.v2.component(f"tokenarium_{name}", html='<div class="tk"></div>', css=css, js=js)


def show_picture(name: str, data: dict[str, Any], *, key: str, listens: tuple[str, ...] = ()) -> Any:
    """Draw a picture and return what it told Python.

    `data` must be JSON without NaN; language, catalogue, size and the session that wishes are made in are added here.
    `listens` names the states and wishes that the picture tells; each state is an attribute of the result.
    """
    language = current_language()
    common = {
        "language": language,
        "catalogue": component_words(language),
        "large": state.is_large(),
        "session": state.post().session,
        "base": st.get_option("server.baseUrlPath").strip("/"),
    }
    assert not common.keys() & data.keys(), "a picture's own data would take the place of its language"
    callbacks = {f"on_{name}_change": _ignore for name in listens}
    return _component(name)(key=key, data={**common, **data}, **callbacks)


def look_again_every(seconds: float, *, key: str) -> None:
    """Have the fragment that this is called in drawn again and again, for as long as it calls this."""
    show_picture("ticker", {"period": int(1000 * seconds)}, key=key, listens=("tick",))


def _ignore() -> None:
    """Streamlit wants a callback for every name that a component may set."""
