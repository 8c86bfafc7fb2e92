"""Generate: how does a model choose the next token? One writing, every choice of it open to the hand."""

from __future__ import annotations

import streamlit as st

from app.i18n import _
from app.widgets import at_once, write
from app.widgets.frame import header, lesson
from app.widgets.run_picker import pick_run
from app.widgets.sections import code_of, show_section

# One line a section: its name, and what draws it for a run.
SECTIONS = {
    "write": (_("Write"), write.show),
    "together": (_("Two at once"), at_once.show_pair),
    "beam": (_("Beam"), at_once.show_beam),
    "cache": (_("Cache"), at_once.show_cache),
}

# What each section shows, and what all of them rest on.
CODE = {
    "": ("lm_core.generation.sampling.distribution", "lm_core.generation.sampling.draw"),
    "write": ("lm_core.generation.sampling.keep_top_p", "lm_core.generation.decode.generate"),
    "together": ("lm_core.generation.contrastive.contrast",),
    "beam": ("lm_core.generation.beam.beam_search",),
    "cache": ("lm_core.models.cache.KVCache.append", "lm_core.generation.timing.multiplications"),
}

header(
    _("How does it choose the next token?"),
    _("It gives every candidate a slice of a line; a random number falls on the line and picks a slice."),
)
run_id, section = pick_run(), ""
if run_id is None:
    st.info(
        _("There is no model yet to write with. Train one: it takes a minute or two."), icon=":material/model_training:"
    )
    st.page_link("app_pages/home.py", label=_("Train your first model"), icon=":material/arrow_forward:")
else:
    section = show_section(SECTIONS, run_id)
lesson("generate", code=code_of(CODE, section), section=section)
