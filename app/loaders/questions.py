"""A question to the inside of a model by its name in ("lens", "surgery", …), the answer as plain values out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from app.loaders import neurons, origins, patches, probing, readouts, surgery, told, vicinity
from app.loaders.probing import Question, Reading

QUESTIONS: dict[str, Callable[[Reading, Question], dict[str, Any]]] = {
    "lens": readouts.lens,
    "who": readouts.attribution,
    "gradients": readouts.gradients,
    "parts": surgery.table,
    "surgery": surgery.operate,
    "matters": surgery.matters,
    "patching": patches.patching,
    "neurons": neurons.neurons,
    "map": vicinity.vocabulary_map,
    "near": vicinity.near,
    "number": origins.number,
}


def answer(run_id: str, name: str, question: Question) -> dict[str, Any]:
    """One question about a sentence (`text`; the run's own where it is empty) at the kept model nearest to `step`.

    Raises:
        RunError: no such run, or it has saved no model yet.
        ConfigError: no such question, or it cannot be asked of this model and sentence.
    """
    ask = probing.named(QUESTIONS, name)
    step = probing.whole_number(question, "step", -1)
    with probing.one_at_a_time:
        of_picture = {"film": origins.read_film, "ids": told.read_ids}.get(question.get("of", ""), probing.read)
        reading = of_picture(run_id, question, None if step < 0 else step)
        found = ask(reading, question)
        return {**reading.about(), **found}
