"""One training step as the Train page shows it: a run, a step and a weight in, every number of its arithmetic out."""

from __future__ import annotations

import importlib
import inspect
from dataclasses import asdict
from functools import cache
from typing import TYPE_CHECKING, Any

from app.loaders import runs
from app.loaders.step_state import Recorded, kept_steps, recorded

if TYPE_CHECKING:
    from lm_core.training.one_step import Guesses, OneStep

STRIP = (8, 24)  # rows and columns of neighbours around the chosen weight
PROBE = -1  # the window of the sentence that the run follows

# For each line of the equation: module, function, and how its line of code begins.
LOOP, ADAM, MUON = (f"lm_core.training.{name}" for name in ("loop", "optimizers", "muon"))
LINES = {
    "clip": (LOOP, "_gradient", "grad_norm = clip_grad_norm_("),
    "adamw.momentum": (ADAM, "AdamW._directions", "torch._foreach_lerp_(mean,"),
    "adamw.square": (ADAM, "AdamW._directions", "torch._foreach_addcmul_("),
    "adamw.mean_hat": (ADAM, "AdamW._directions", "directions = list(torch._foreach_div(mean,"),
    "adamw.square_hat": (ADAM, "AdamW._directions", "size = list(torch._foreach_div(mean_square,"),
    "adamw.direction": (ADAM, "AdamW._directions", "torch._foreach_div_(directions, size)"),
    "adamw.decay": (ADAM, "AdamW.move", "torch._foreach_mul_(decayed,"),
    "adamw.new": (ADAM, "AdamW.move", "torch._foreach_add_(weights,"),
    "muon.momentum": (MUON, "Muon._means", "torch._foreach_lerp_(means,"),
    "muon.ahead": (MUON, "Muon._means", "return dict(zip(names, torch._foreach_lerp("),
    "muon.orthogonal": (MUON, "Muon._move", "update = orthogonalised("),
    "muon.decay": (MUON, "Muon._move", "torch._foreach_mul_(weights,"),
    "muon.new": (MUON, "Muon._move", "torch._foreach_add_(weights,"),
}


def taken_apart(run_id: str, wanted: int, part: str, row: int, column: int, window: int) -> dict[str, Any]:
    """Plain JSON values on one step and one of its weights.

    `wanted`: the step whose next one is meant, or -1 for the newest. `part` "": the weight that moved farthest.
    `window`: a window of the batch, counted from 0, or -1 for the probe sentence.

    Raises:
        LMError: it cannot be made, or there is no such weight.
    """
    from lm_core.training.notable import notable_weights
    from lm_core.training.one_step import arithmetic, singular_values

    found = recorded(run_id, wanted)
    step = found.step
    notable = notable_weights(step)
    if not part:
        place = next(iter(notable.values()))
        part, row, column = place.name, place.row, place.column
    weight = arithmetic(step, part, row, column)
    turned = singular_values(step, part) if weight.kind == "muon" else None
    shares = step.batch.before.log().mean(), step.batch.after.log().mean()
    return {
        "run": run_id,
        "step": step.step,
        "kept": list(kept_steps(run_id)),
        "seconds": found.seconds,
        "parameters": sum(each.numel() for each in step.before.values()),
        **runs.finite({name: getattr(step, name) for name in ("loss", "grad_norm", "rate", "ratio")}),
        "clip": step.train.grad_clip,
        "batch": {"windows": len(step.batch.inputs), "before": -float(shares[0]), "after": -float(shares[1])},
        "parts": [_part(step, name) for name in step.before],
        "notable": [{"kind": kind, **asdict(place)} for kind, place in notable.items()],
        "weight": {"name": part, "row": row, "column": column, "kind": weight.kind, "numbers": weight.numbers},
        "token": _token_of_row(found, part, row),
        "strip": _strip(step, part, row, column),
        "singular": None if turned is None else {"before": turned[0], "after": turned[1]},
        "window": _window(found, window),
        "probe": step.probe is not None,
        "code": {name: line_of(*where) for name, where in LINES.items()},
    }


def _part(step: OneStep, name: str) -> dict[str, Any]:
    from lm_core.training.one_step import as_matrix

    rows, columns = as_matrix(step.before[name]).shape
    return {"name": name, "rows": rows, "columns": columns, "muon": name in step.directions}


def _token_of_row(found: Recorded, name: str, row: int) -> str | None:
    """A row of the embedding or of the head belongs to a token."""
    return found.tokenizer.token_texts([row])[0] if name in ("embed.weight", "head.weight") else None


def _strip(step: OneStep, name: str, row: int, column: int) -> dict[str, Any]:
    """How far the weights around the chosen one moved, and their gradients."""
    from lm_core.training.one_step import as_matrix

    before, after, gradient = (as_matrix(each[name]) for each in (step.before, step.after, step.gradient))
    top, left = (
        max(0, min(at - length // 2, size - length))
        for at, length, size in zip((row, column), STRIP, before.shape, strict=True)
    )
    cut = (slice(top, top + STRIP[0]), slice(left, left + STRIP[1]))
    moved = (after - before)[cut]
    return {"top": top, "left": left, "moved": moved.tolist(), "gradient": gradient[cut].tolist()}


def _window(found: Recorded, window: int) -> dict[str, Any]:
    """Each token of a window but the first, with the share that it had before it came, before and after the step."""
    step = found.step
    guesses: Guesses = step.batch
    if window < 0 and step.probe is not None:
        guesses, place, name = step.probe, 0, PROBE
    else:
        place = name = max(0, min(window, len(step.batch.inputs) - 1))
    ids = [int(guesses.inputs[place, 0]), *guesses.targets[place].tolist()]
    return {
        "name": name,
        "tokens": found.tokenizer.token_texts(ids),
        "before": guesses.before[place].tolist(),
        "after": guesses.after[place].tolist(),
    }


@cache
def line_of(module: str, function: str, begins: str) -> dict[str, str]:
    """The line of a function that begins so, without comment: {"text": …, "where": "lm_core/training/muon.py:95"}."""
    found: Any = importlib.import_module(module)
    for name in function.split("."):
        found = getattr(found, name)
    lines, first = inspect.getsourcelines(found)
    number = next(at for at, line in enumerate(lines) if line.strip().startswith(begins))
    text = lines[number].partition("  #")[0].strip()
    return {"text": text, "where": f"{module.replace('.', '/')}.py:{first + number}"}
