"""What learns, a Transformer or a model that counts, and how it counts: choices of the form before a training."""

from __future__ import annotations

from typing import Any

import streamlit as st

from app.i18n import _
from lm_core.models.counts import LARGEST_KEY

ARCHITECTURE = "architecture"
ORDER = "order"
SMOOTHING = "smoothing"
ADDED = "added"


def pick_architecture() -> str:
    """ "decoder" or "counts"."""
    names = {"decoder": _("a Transformer"), "counts": _("a model that counts")}
    return st.radio(
        _("What learns?"), list(names), format_func=names.get, horizontal=True, key=ARCHITECTURE,
        persist_state="session",
        help=_(
            "Counting takes seconds: how often each token followed the few before it. What a Transformer is better at "
            "is what it has learned beyond that."
        ),
    )  # fmt: skip


def architecture() -> str:
    return st.session_state.get(ARCHITECTURE, "decoder")


def how_it_counts(vocab_size: int) -> None:
    """How far it looks back, and what n-grams get that were never seen."""
    longest = max(order for order in range(1, 6) if vocab_size**order < LARGEST_KEY)
    st.radio(
        _("How many tokens does it look back?"), list(range(1, longest + 1)), index=min(3, longest) - 1,
        format_func=lambda order: str(order - 1), horizontal=True, key=ORDER, persist_state="session",
        help=_("With {count} tokens of context it counts {next}-grams.").format(count=2, next=3),
    )  # fmt: skip
    names = {"witten-bell": "Witten-Bell", "kneser-ney": "Kneser-Ney", "add-k": _("add k")}
    captions = [
        _("A context with many different followers trusts the shorter one more."),
        _("Takes a little off every count; short contexts count what came before, not how often."),
        _("Every follower counts as seen k times more. Simple, and bad: look at what it costs."),
    ]
    smoothing = st.radio(
        _("What of the unseen?"), list(names), format_func=names.get, captions=captions, key=SMOOTHING,
        persist_state="session",
    )  # fmt: skip
    if smoothing == "add-k":
        st.select_slider(_("k"), [0.001, 0.01, 0.1, 1.0, 10.0], value=1.0, key=ADDED, persist_state="session")


def chosen() -> dict[str, Any]:
    """These choices as settings of the model."""
    session = st.session_state
    return {
        "order": session.get(ORDER, 3),
        "smoothing": session.get(SMOOTHING, "witten-bell"),
        "added": session.get(ADDED, 1.0),
    }


def short_name() -> str:
    """ "3-grams, kneser-ney", for the run's name."""
    return "{order}-grams, {smoothing}".format(**chosen())
