"""The section Curve of the page Loss: a run in, its loss over training out, beside the models that only count."""

from __future__ import annotations

from app import state
from app.components import show_picture
from app.loaders.loss import loss_facts


def show(run_id: str) -> None:
    """The picture of a run's loss; the step, token and unit that one looks at go into the address."""
    view = {name: state.view_number(name) for name in ("step", "token", "unit")}
    told = show_picture(
        "loss", {**loss_facts(run_id), "view": view}, key=f"loss-{run_id}", listens=("view", "prepared")
    )
    if told.view:
        state.remember_view(**told.view)
