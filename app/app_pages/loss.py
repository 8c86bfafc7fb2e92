"""What is cross-entropy? The loss of a run over training, token by token, and by hand with two distributions."""

import streamlit as st

from app.i18n import _
from app.widgets import counting, distributions, guess, loss_curve, sentence_chance, text_loss, wrong
from app.widgets.frame import header, lesson
from app.widgets.run_picker import pick_run
from app.widgets.sections import code_of, show_section

# One line a section: its name, and what draws it for a run.
SECTIONS = {
    "curve": (_("Curve"), loss_curve.show),
    "distributions": (_("Two distributions"), distributions.show),
    "sentence": (_("A sentence"), sentence_chance.show),
    "text": (_("Text"), text_loss.show),
    "wrong": (_("Where it is wrong"), wrong.show),
    "counting": (_("Counting"), counting.show),
    "guess": (_("Guess"), guess.show),
}

# What each section shows, and what all of them rest on.
CODE = {
    "": ("lm_core.training.objective.next_token_loss", "lm_core.training.evaluation.evaluate"),
    "curve": ("lm_core.training.evaluation.bits_per_byte", "lm_core.models.ngram.baselines"),
    "distributions": ("lm_core.training.objective.cross_entropy_slope",),
    "sentence": ("lm_core.interpret.sequence.running_products",),
    "text": ("lm_core.interpret.text_loss.read_text", "lm_core.interpret.surprise.token_losses"),
    "wrong": (
        "lm_core.training.scores.score_batch",
        "lm_core.training.scores.by_group",
        "lm_core.training.scores.calibration_error",
    ),
    "counting": ("lm_core.models.counts.Mixture", "lm_core.training.counting.count_text"),
    "guess": ("lm_core.interpret.guessing.spread",),
}

header(
    _("What is cross-entropy?"),
    _("The mean surprise at the true next token: −ln of the probability that the model gave it."),
)
run_id, section = pick_run(), ""
if run_id is None:
    st.info(_("There is no run yet. Choose a text and train a model: its loss appears here at once."))
    st.page_link("app_pages/data.py", label=_("Choose a text"), icon=":material/arrow_forward:")
else:
    section = show_section(SECTIONS, run_id)
lesson("loss", code=code_of(CODE, section), section=section)
