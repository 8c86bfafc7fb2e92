"""Inside: what happens in one pass? One sentence through one model, from its ids to the next token, in sections."""

from __future__ import annotations

import streamlit as st

from app.i18n import _
from app.widgets import inside_walk, probing
from app.widgets.frame import header, lesson
from app.widgets.only_counts import only_counts
from app.widgets.run_picker import pick_run
from app.widgets.sections import show_section

# One line a section: its name, and what draws it for a run.
SECTIONS = {
    "walk": (_("Walk"), inside_walk.show),
    "lens": (_("Lens"), probing.section("lens")),
    "without": (_("Without it"), probing.section("without")),
    "who": (_("Who wrote this?"), probing.section("who")),
    "patching": (_("Patching"), probing.section("patching")),
    "neurons": (_("Neurons"), probing.section("neurons")),
    "gradients": (_("Gradients"), probing.section("gradients")),
    "map": (_("Map"), probing.section("map")),
}

header(
    _("What happens in one pass?"),
    _(
        "Each token becomes a row of numbers. Block by block something is added to it, until the last row says which "
        "token may come next. Every number here is the model's own: click it to see where it came from."
    ),
)
run = pick_run()
if run is None:
    st.info(_("There is no run yet. Train a model first: then walk through it here."))
    st.page_link("app_pages/train.py", label=_("Train a model"), icon=":material/play_arrow:")
elif not only_counts(run):
    show_section(SECTIONS, run)
lesson(
    "inside",
    code=(
        "lm_core.models.gpt.GPT.forward",
        "lm_core.models.gpt.Block.forward",
        "lm_core.models.attention.Attention.forward",
        "lm_core.models.attention.Attention._project",
        "lm_core.models.layers.MLP.forward",
        "lm_core.interpret.walk_source.source_of",
        "lm_core.interpret.figures.source_of_figure",
        "lm_core.interpret.lens.logit_lens",
        "lm_core.interpret.ablation.without",
        "lm_core.interpret.attribution.attribute",
        "lm_core.interpret.patching.patch_rows",
        "lm_core.interpret.patching._Runs.row",
        "lm_core.interpret.neurons.strongest",
        "lm_core.interpret.gradients.gradient_times_input",
        "lm_core.interpret.embedding.token_map",
        "lm_core.interpret.neighbours.neighbours",
    ),
)
