"""What is cross-entropy? The loss of a run over training, token by token, and by hand with two distributions."""

import streamlit as st

from app import state
from app.components import show_picture
from app.i18n import _
from app.loaders.loss import loss_facts
from app.widgets.frame import header, lesson
from app.widgets.run_picker import pick_run

header(
    _("What is cross-entropy?"),
    _("The mean surprise at the true next token: −ln of the probability that the model gave it."),
)
run_id = pick_run()
if run_id is None:
    st.info(_("There is no run yet. Choose a text and train a model: its loss appears here at once."))
    st.page_link("app_pages/data.py", label=_("Choose a text"), icon=":material/arrow_forward:")
else:
    view = {name: state.view_number(name) for name in ("step", "token", "unit")}
    told = show_picture(
        "loss", {**loss_facts(run_id), "view": view}, key=f"loss-{run_id}", listens=("view", "prepared")
    )
    if told.view:
        state.remember_view(**told.view)
lesson(
    "loss",
    code=(
        "lm_core.training.objective.next_token_loss",
        "lm_core.training.evaluation.evaluate",
        "lm_core.training.evaluation.bits_per_byte",
        "lm_core.models.ngram.baselines",
        "lm_core.interpret.surprise.token_losses",
    ),
)
