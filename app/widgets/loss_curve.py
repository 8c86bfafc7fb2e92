"""The section Curve of the page Loss: a run in, its loss over training out, beside the models that only count."""

from __future__ import annotations

from app import state
from app.components import show_picture
from app.loaders import runs
from app.loaders.loss import loss_facts
from app.widgets.run_picker import label


def show(run_id: str) -> None:
    """The picture of a run's loss; the step, token, unit and other run that one looks at go into the address."""
    view = {name: state.view_number(name) for name in ("step", "token", "unit")} | {"beside": state.view_text("beside")}
    others = [
        {"id": one.run_id, "name": label(one)} for one in runs.list_choices() if one.steps and one.run_id != run_id
    ]
    data = {**loss_facts(run_id), "others": others, "view": view}
    told = show_picture("loss", data, key=f"loss-{run_id}", listens=("view", "prepared"))
    if told.view:
        state.remember_view(**told.view)
