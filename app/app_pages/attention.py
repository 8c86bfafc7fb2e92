"""Attention: which token each token looks at, in every head of a run, at every kept moment, in any sentence."""

from __future__ import annotations

import streamlit as st

from app import state
from app.components import show_picture
from app.i18n import _
from app.loaders.code import source_of
from app.widgets import probing
from app.widgets.frame import header, lesson
from app.widgets.only_counts import only_counts
from app.widgets.run_picker import pick_run

KEY = "attention"
WRITTEN_OUT = "lm_core.models.attention.Attention._written_out"


@st.fragment
def picture(run_id: str) -> None:
    """All heads of a run; what is locked in it goes into the address, and an address opens what it names."""
    numbers = {name: state.view_number(name) for name in ("layer", "head", "query", "at", "write")}
    texts = {name: state.view_text(name) for name in ("text", "combine", "against")}
    data = {"run": run_id, "code": source_of(WRITTEN_OUT), **texts, **numbers}
    view = show_picture(KEY, data, key=KEY, listens=("view",)).view
    if view and view["run"] == run_id:
        state.remember_view(**{name: view.get(name) or None for name in ("text", "write", "combine", "against")})
        state.remember_view(**{name: view[name] for name in ("layer", "head", "query", "at")})


header(
    _("Who looks at whom?"),
    _(
        "To guess the next token, each token gathers from the tokens before it. A **head** decides how much from each: "
        "its weights are learned, and add up to 100 %."
    ),
)
run = pick_run()
if run is None:
    st.info(_("There is no run yet. Train a model first: its heads appear here while it learns."))
    st.page_link("app_pages/train.py", label=_("Train a model"), icon=":material/play_arrow:")
elif not only_counts(run):
    picture(run)
    probing.show(run, "surgery", prefix="cut-")
lesson(
    "attention",
    code=(
        "lm_core.models.attention.Attention.forward",
        "lm_core.models.attention.Attention._project",
        WRITTEN_OUT,
        "lm_core.models.attention.causal_mask",
        "lm_core.interpret.attention.attention_of",
        "lm_core.interpret.attention.queries_keys",
        "lm_core.interpret.projection.projection_path",
        "lm_core.interpret.ablation.with_cells",
        "lm_core.interpret.ablation.key_effects",
        "lm_core.interpret.heads.name_heads",
        "lm_core.interpret.rollout.rollout",
    ),
)
