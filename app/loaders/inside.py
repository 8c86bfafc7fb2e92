"""One forward pass out: its stops for a picture, the numbers of the stop in view, and what made any one of them.

A run, a sentence and a step go in. Numbers come packed as app/loaders/attention.py draws it; the parts are the tensors
asked for, rows x columns of f32 each, in the order of the question.
"""

from __future__ import annotations

import inspect
import textwrap
import threading
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from functools import lru_cache
from pathlib import Path
from pkgutil import resolve_name
from typing import TYPE_CHECKING, Any

import numpy as np

from app.loaders import models, runs
from app.loaders.attention import pack
from app.loaders.bounded import Bounded
from app.loaders.code import line_with
from app.loaders.generate import own_opening
from app.loaders.reading import ids_that_fit, readable_text
from lm_core.errors import ConfigError
from lm_core.jobs.status import OVER

if TYPE_CHECKING:
    from lm_core.interpret.walk import Made
    from lm_core.interpret.walk_source import Source
    from lm_core.interpret.walk_values import Tensors

MOST_TOKENS = 128  # of the sentence; more would not fit a screen
OPENING = 24  # tokens of the run's own sentence that are walked when nobody typed
FALLBACK = "The cat sat on the mat."  # where a run follows no sentence
MOST_NUMBERS = 262_144  # of one tensor in one answer; of a larger one the row that was asked for comes alone
MOST_KEYS = 8
CANDIDATES = 12
KEPT_BYTES = 192_000_000

_one_at_a_time = threading.Lock()  # a class that looks at once must not stop the runs that train
_parts: Bounded[Tensors] = Bounded(KEPT_BYTES, lambda part: sum(tensor.nbytes for tensor in part.values()))


@dataclass(frozen=True)
class Sentence:
    """A sentence as a model reads it. `notes` say what could not be read, for the picture to word."""

    text: str
    ids: tuple[int, ...]
    tokens: tuple[str, ...]
    notes: list[dict[str, Any]] = field(default_factory=list)


@dataclass(frozen=True)
class Pass:
    """A model and what it reads."""

    run_id: str
    checkpoint: Path
    model: Any
    step: int
    sentence: Sentence


def overview(run_id: str, text: str, step: int) -> dict[str, Any]:
    """Everything but the numbers: the sentence, the stops with their shapes and lines, what may come next.

    The blocks of a model are alike, so the stops of the first stand for all.

    Raises:
        RunError: no such run, or it has saved no model yet.
        ConfigError: of the sentence nothing can be read.
    """
    from lm_core.interpret.walk import block_walk, end_walk, start_walk

    began = time.perf_counter()
    seen = _open(run_id, text, step)
    model, n_tokens, config = seen.model, len(seen.sentence.ids), seen.model.config
    status = runs.status_of(run_id)
    end = _part(seen, "end")
    return {
        "run": run_id,
        "step": seen.step,
        "kept": models.kept(run_id),
        "lastStep": status["steps"],
        "over": status["state"] in OVER,
        "own": bool(text.strip()),
        **asdict(seen.sentence),
        "sizes": _sizes(model, n_tokens),
        "switches": {
            **config.model_dump(
                include={"norm", "activation", "positions", "causal", "residual", "qk_norm", "qk_gain"}
            ),
            "tied": model.head is None,
        },
        "start": [_plain(made) for made in start_walk(model, n_tokens)],
        "block": [_plain(made) for made in block_walk(model, 0, n_tokens)],
        "end": [_plain(made) for made in end_walk(model, n_tokens)],
        "next": _next(seen, end["probabilities"]),
        "seconds": round(time.perf_counter() - began, 4),
    }


def pack_tensors(run_id: str, text: str, step: int, keys: Sequence[str], head: int, row: int) -> bytes:
    """The numbers of tensors: those of one head (of the query heads, counted from 0), all rows or, of wide ones, one.

    Raises:
        RunError: no such run, or it has saved no model yet.
        ConfigError: the pass has no such tensor, head or row.
    """
    if not 1 <= len(keys) <= MOST_KEYS:
        raise ConfigError(f"Between 1 and {MOST_KEYS} tensors can be asked for at once.")
    seen = _open(run_id, text, step)
    _check(0 <= head < seen.model.config.n_heads)
    _check(0 <= row < len(seen.sentence.ids))
    parts, about = [], []
    for key in keys:
        values = _tensor(seen, key)
        if values.ndim == 3:
            values = values[head * len(values) // seen.model.config.n_heads]
        alone = values.size > MOST_NUMBERS
        parts.append(np.ascontiguousarray(values[row : row + 1] if alone else values, dtype="<f4"))
        about.append({"key": key, "row": row if alone else None, "shape": list(parts[-1].shape)})
    return pack({"step": seen.step, "head": head, "tensors": about}, parts)


def number(run_id: str, text: str, step: int, key: str, at: str) -> dict[str, Any]:
    """What one number was made of, `at` its place ("0,5,3"), with the function that made it.

    Minus infinity, behind the mask, is null.

    Raises:
        RunError: no such run, or it has saved no model yet.
        ConfigError: the pass has no such number.
    """
    return number_of(_open(run_id, text, step), key, at)


def number_of(seen: Pass, key: str, at: str) -> dict[str, Any]:
    """The same of a pass that is open already.

    Raises:
        ConfigError: as `number`.
    """
    from lm_core.interpret.walk import block_walk, end_walk, start_walk
    from lm_core.interpret.walk_source import source_of

    part, n_tokens = _part_of(seen, key), len(seen.sentence.ids)
    ends = {"start": start_walk, "end": end_walk}
    walk = ends[part](seen.model, n_tokens) if part in ends else block_walk(seen.model, int(part[7:]), n_tokens)
    made = next((made for made in walk if made.key == key), None)
    _check(made is not None)
    assert made is not None
    places = places_of(at)
    _check(len(places) == len(made.shape))
    _check(all(place < size for place, size in zip(places, made.shape, strict=True)))
    source = source_of(seen.model, list(seen.sentence.ids), made, _part(seen, part), places)
    token = _token(seen, places[-1]) if made.axes.endswith("V") else None
    return {**worded(source, made.axes, made.code), "token": token}


def places_of(at: str) -> tuple[int, ...]:
    """'0,5,3' -> (0, 5, 3); what is no number is left out."""
    return tuple(int(place) for place in at.split(",") if place.isascii() and place.isdecimal() and len(place) < 8)


def worded(source: Source, axes: str, code: tuple[str, str]) -> dict[str, Any]:
    """A number's source as plain values: what its place is counted by, and the line and the function that made it."""
    operands = [
        {
            "name": each.name, "of": each.of, "weight": each.is_weight, "place": list(each.place),
            "axis": each.axis, "values": [_exact(value) for value in each.values],
        }
        for each in source.operands
    ]  # fmt: skip
    return {
        "key": source.key, "at": list(source.index), "axes": axes, "kind": source.kind, "value": _exact(source.value),
        "operands": operands, "constants": {name: float(value) for name, value in source.constants.items()},
        "code": {**line_with(*code), "source": _source(code[0])},
    }  # fmt: skip


# --------------------------------------------------------------------------- reading


def _open(run_id: str, text: str, step: int) -> Pass:
    checkpoint = models.nearest(run_id, step)
    with _one_at_a_time:
        opened = models.open_transformer(run_id, checkpoint)
        sentence = _read(run_id, checkpoint.as_posix(), text[:2001])
    return Pass(run_id, checkpoint, opened.model, opened.step, sentence)


@lru_cache(maxsize=64)
def _read(run_id: str, checkpoint: str, text: str) -> Sentence:
    """A sentence as the model's tokenizer cuts it; without one, the beginning of what the run follows."""
    opened = models.open_transformer(run_id, Path(checkpoint))
    own = text.strip() != ""
    readable, notes = readable_text(text if own else own_opening(run_id).strip() or FALLBACK)
    fitting = min(opened.model.config.context_length, MOST_TOKENS if own else OPENING)
    ids, left_out = ids_that_fit(opened.tokenizer, readable, fitting)
    if not ids:
        raise ConfigError("Of this sentence nothing can be read. Type at least one character.")
    said = [*notes, *left_out] if own else []
    return Sentence(readable, ids, tuple(opened.tokenizer.token_texts(ids)), said)


def _part(seen: Pass, part: str) -> Tensors:
    """The numbers of one part, worked out once while there is room for them."""
    from lm_core.interpret.walk_values import look

    key = (seen.run_id, seen.checkpoint.as_posix(), seen.step, seen.sentence.ids, part)
    with _one_at_a_time:
        return _parts.get(key, lambda: look(seen.model, seen.sentence.ids, part))


def _part_of(seen: Pass, key: str) -> str:
    """In which part a tensor is made; whatever else was asked for is refused."""
    from lm_core.interpret.walk import part_of
    from lm_core.interpret.walk_values import parts

    part = part_of(key)
    _check(part in parts(seen.model))
    return part


def _tensor(seen: Pass, key: str) -> Any:
    values = _part(seen, _part_of(seen, key)).get(key)
    _check(values is not None)
    return values


def _check(is_there: bool) -> None:
    if not is_there:
        raise ConfigError("This pass has no such number. Choose another one in the picture.")


# --------------------------------------------------------------------------- wording


def _sizes(model: Any, n_tokens: int) -> dict[str, int]:
    config = model.config
    width = model.blocks[0].mlp.up.out_features
    sizes = {"T": n_tokens, "C": config.d_model, "H": config.n_heads, "K": config.kv_heads, "D": config.d_head}
    return {**sizes, "M": width, "V": model.vocab_size, "L": config.n_layers}


def _plain(made: Made) -> dict[str, Any]:
    return {**asdict(made), "code": line_with(*made.code)}


def _next(seen: Pass, probabilities: Any) -> list[list[list[Any]]]:
    """For each token the likeliest that may follow: id, text, probability."""
    best = np.argsort(-probabilities, axis=-1, kind="stable")[:, :CANDIDATES]
    tokenizer = models.open_transformer(seen.run_id, seen.checkpoint).tokenizer
    texts = dict(zip(np.unique(best).tolist(), tokenizer.token_texts(np.unique(best).tolist()), strict=True))
    return [
        [[token, texts[token], _exact(row[token])] for token in found]
        for row, found in zip(probabilities, best.tolist(), strict=True)
    ]


def _token(seen: Pass, token: int) -> str:
    """How a token of the vocabulary is written."""
    text: str = models.open_transformer(seen.run_id, seen.checkpoint).tokenizer.token_texts([token])[0]
    return text


def _exact(value: Any) -> float | None:
    """As many digits as float32 has."""
    return float(f"{float(value):.9g}") if np.isfinite(value) else None


def _source(function: str) -> str:
    return textwrap.dedent(inspect.getsource(resolve_name(function)))
