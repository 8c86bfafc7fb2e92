"""The Experiments page: what does each part do? Two models side by side that differ in one thing."""

from __future__ import annotations

from typing import Any

from app import state
from app.components import show_picture
from app.i18n import _, current_language
from app.loaders import compare, experiments
from app.widgets.frame import header, lesson, show_error
from lm_core.errors import LMError

VIEW = ("lab", "trial", "part", "guess")
CODE = (
    "lm_core.models.attention.Attention",
    "lm_core.models.gpt.Block",
    "lm_core.models.layers.make_norm",
    "lm_core.training.muon.orthogonalised",
)


def start(wish: dict[str, Any]) -> None:
    """Start the runs that are wished for; a refusal is shown in words and changes nothing."""
    started = None
    try:
        started = experiments.start(wish)
    except LMError as error:
        show_error(error)
    state.open_experiment(opened, started)


# Before anything is drawn: another message of the picture may interrupt the drawing, and a wish must not be lost.
opened = state.opened_experiment()
before = opened["turn"]
state.carry_out("experiments", "start", start)
started = opened["view"] if opened["turn"] != before else None
header(
    _("What does each part do?"),
    _("Take one thing away, or add one, and train both models side by side. First say what you expect."),
)
language = current_language()
data = {
    "rows": compare.rows(language),
    "help": compare.help_of_settings(language),
    "view": started or {name: state.view_text(name) for name in VIEW},
    "opened": state.opened_experiment(),
}
told = show_picture("experiments", data, key="experiments", listens=("view", "start"))
if view := started or told.view:
    state.remember_view(**{name: view.get(name) for name in VIEW})
lesson("experiments", code=CODE)
