"""Models that were trained elsewhere: the form that brings one in, and what a page says that has nothing of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st

from app.i18n import _
from app.loaders import pretrained
from app.widgets.plain import plain

NAME = "pretrained model"
FOUND = "what it would take"


def bring_in_form(attempt: Callable[[Callable[[], None]], None], done: Callable[[str], None]) -> None:
    """Name a model, see what it takes, bring it in. `attempt` shows refusals; `done` is told the new run's id."""
    with st.expander(_("Bring in a pretrained model")):
        st.markdown(
            _(
                "A model that others trained, beside your own: it opens on every page that looks inside or writes. "
                "GPT-2's and Llama's families can be read."
            )
        )
        first, button = st.columns([8, 2], vertical_alignment="bottom")
        with first:
            name = st.text_input(
                _("Which model?"), value=pretrained.SMOLLM2, max_chars=1000, key=NAME,
                help=_("smollm2; an id on huggingface.co, such as openai-community/gpt2; or, on your own machine, a "
                       "folder or a .gguf file."),
            )  # fmt: skip
        with button:
            wanted = st.button(_("What does it take?"), width="stretch")
        if wanted:
            st.session_state.pop(FOUND, None)
            attempt(lambda: _look(name))
        found = st.session_state.get(FOUND)
        if found and found["name"] == name:
            _offer(found, attempt, done)


def _look(name: str) -> None:
    """Sizes alone; a model on the hub is fetched only when it is brought in."""
    with st.spinner(_("Looking …")):
        fetched = pretrained.bytes_to_fetch(name)
        takes = None if fetched else pretrained.estimate_of(name)
    st.session_state[FOUND] = {"name": name, "fetched": fetched, "takes": takes}


def _offer(found: dict[str, Any], attempt: Callable[[Callable[[], None]], None], done: Callable[[str], None]) -> None:
    takes = found["takes"]
    if takes is None:
        sentence = _("{size} MB come over the network first; then its sizes are checked.")
        st.markdown(sentence.format(size=f"{found['fetched'] / 1e6:,.0f}"))
    else:
        st.markdown(plain(what_it_takes(takes)))
        if takes["memory_bytes"] > takes["available_bytes"]:
            sentence = _("Only {size} MB of memory are free, so it cannot be opened here now.")
            st.warning(sentence.format(size=f"{takes['available_bytes'] / 1e6:,.0f}"), icon=":material/memory:")
            return
    if st.button(_("Bring it in"), type="primary", icon=":material/download:"):
        with st.spinner(_("Reading, keeping and trying out its weights …")):
            attempt(lambda: _bring(found["name"], done))


def _bring(name: str, done: Callable[[str], None]) -> None:
    run_id = pretrained.bring_in(name)
    st.session_state.pop(FOUND, None)
    done(run_id)


def what_it_takes(takes: dict[str, Any]) -> str:
    """Name, size, licence and origin of a model, and what it takes up, in plain sentences."""
    sentence = _(
        "{title}: {parameters} parameters, {layers} layers of {heads} heads. Licence: {licence}. From {source}. It "
        "sees {context} of the {trained} tokens that it was trained with. It takes {disk} MB on the disk, up to "
        "{memory} MB of memory while it is open, about {seconds} s to bring in, and {reading} s to read 100 tokens."
    )
    return sentence.format(
        title=takes["title"],
        parameters=f"{takes['parameters']:,}",
        layers=takes["layers"],
        heads=takes["heads"],
        licence=takes["licence"] or _("not named"),
        source=takes["source"],
        context=f"{takes['context_length']:,}",
        trained=f"{takes['trained_context']:,}",
        disk=f"{takes['disk_bytes'] / 1e6:,.0f}",
        memory=f"{takes['memory_bytes'] / 1e6:,.0f}",
        seconds=f"{takes['seconds']:,.0f}",
        reading=f"{takes['seconds_per_100_tokens']:.1f}",
    )


def trained_elsewhere(run_id: str) -> bool:
    """Where a model was trained elsewhere, say so, and where it can be looked at."""
    if not pretrained.is_pretrained(run_id):
        return False
    about = pretrained.about(run_id)
    sentence = _(
        "{name} was trained elsewhere: no step of its training is recorded here. It has {parameters} parameters and "
        "comes from {source} (licence: {licence})."
    )
    licence = about["licence"] or _("not named")
    words = {"name": about["name"], "parameters": f"{about['parameters']:,}", "source": about["source"]}
    st.info(plain(sentence.format(**words, licence=licence)), icon=":material/inventory_2:")
    with st.container(horizontal=True):
        st.page_link("app_pages/tokens.py", label=_("Its tokens"), icon=":material/arrow_forward:")
        st.page_link("app_pages/attention.py", label=_("Who looks at whom?"), icon=":material/arrow_forward:")
        st.page_link("app_pages/inside.py", label=_("What happens in one pass?"), icon=":material/arrow_forward:")
        st.page_link("app_pages/loss.py", label=_("What surprises it"), icon=":material/arrow_forward:")
        st.page_link("app_pages/generate.py", label=_("Let it write"), icon=":material/arrow_forward:")
    return True


def needs_its_text(run_id: str) -> bool:
    """Where the text that a model learned from is not here, say so instead of what would be made from it."""
    if not pretrained.is_pretrained(run_id):
        return False
    st.info(
        _("This model was trained elsewhere, on a text that is not here. Choose another run."),
        icon=":material/inventory_2:",
    )
    return True
