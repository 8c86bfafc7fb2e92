"""A kept model of a run, a text and settings in; one choice after another out as plain JSON values, as it is made.

    begin     {"kind": "begin", step, prompt, …}         what it goes on from
    choice    {"kind": "choice", id, u, logits, …}       one token, drawn or put in by the reader
    end       {"kind": "end", "why": "count" | "stop" | "slow"}

Every text is written in small slices of time, so that a class that writes at once takes turns.
"""

from __future__ import annotations

import math
import sys
import time
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from app.loaders import models
from lm_core.config import SamplingConfig, parse_config
from lm_core.errors import ConfigError

LONGEST_PROMPT = 20_000  # characters
LONGEST_PUT_IN = 200  # characters
MOST_TOKENS = 200  # written at once, and at most so many tokens of an earlier text are gone on from
MOST_GIVEN = 2_000
MOST_STOPS = 8
ALL_LOGITS = 300  # vocabularies up to here are sent whole
SENT_LOGITS = 200  # of larger ones: so many that the text has not had, and all that it has
TAIL_GROUPS = 128  # all others: so many groups of like scores
DRAWN_PROMPT = 240  # tokens of the prompt that the page draws
DRAWN_ATTENTION = 96  # tokens of the past whose attention the page draws
SLICE = 0.03  # seconds that one text is written on before the next one's turn
SLOWEST = 120.0  # seconds of work; a text that takes longer stops and says so

SETTINGS = tuple(SamplingConfig.model_fields)


def is_warm() -> bool:
    """Whether torch is here already: importing it takes seconds, once in a server's life."""
    return "torch" in sys.modules


@dataclass(frozen=True)
class Wish:
    """What to write: after `prompt` the tokens `given`, then `put_in` as it stands, then `count` drawn ones.

    A draw depends on the seed and its place alone, so a branch meets the draws that the text it left has met.
    """

    run_id: str
    prompt: str
    count: int = 40
    step: int | None = None
    given: tuple[int, ...] = ()
    put_in: tuple[int, ...] | str = ()
    stops: tuple[str, ...] = ()
    sampling: SamplingConfig = field(default_factory=SamplingConfig)


def parse_wish(values: Mapping[str, Any]) -> Wish:
    """What the picture posts -> a checked wish.

    Raises:
        ConfigError: a sentence on what cannot be written, and why.
    """
    prompt, step, put_in = values.get("prompt"), values.get("step"), values.get("put_in", ())
    check_prompt(prompt)
    count = values.get("count", Wish.count)
    if not _is_whole(count) or not 0 <= count <= MOST_TOKENS:
        raise ConfigError(f"Between 1 and {MOST_TOKENS} can be written at once.")
    if isinstance(put_in, str):
        if not clean_prompt(put_in)[0] or len(put_in) > LONGEST_PUT_IN:
            raise ConfigError(f"Between 1 and {LONGEST_PUT_IN} characters can be put in at once.")
        put_in = clean_prompt(put_in)[0]
    sampling = {name: values[name] for name in SETTINGS if values.get(name) is not None}
    return Wish(
        run_id=str(values.get("run", "")),
        prompt=clean_prompt(str(prompt))[0],
        count=count,
        step=step if _is_whole(step) and step >= 0 else None,
        given=token_ids(values.get("given", ())),
        put_in=put_in if isinstance(put_in, str) else token_ids(put_in),
        stops=tuple(str(stop)[:LONGEST_PUT_IN] for stop in _list(values.get("stops", ())) if stop)[:MOST_STOPS],
        sampling=parse_config(SamplingConfig, sampling),
    )


def check_prompt(prompt: object) -> None:
    """Refuse what cannot be gone on from; what can be mended is mended by `clean_prompt`."""
    if not isinstance(prompt, str) or not clean_prompt(prompt)[0]:
        raise ConfigError("There is nothing to go on from. Type at least one character.")
    if len(prompt) > LONGEST_PROMPT:
        raise ConfigError(f"This text has {len(prompt)} characters; at most {LONGEST_PROMPT} can be gone on from.")


def clean_prompt(prompt: str) -> tuple[str, int]:
    """'a\\x00b\\r\\n' -> ('ab\\n', 1): without control characters and lone surrogates, and how many those were."""
    text = prompt.replace("\r\n", "\n").replace("\r", "\n")
    kept = "".join(c for c in text if c in "\n\t" or unicodedata.category(c) not in ("Cc", "Cs"))
    return kept, len(text) - len(kept)


def slice_of(work: Iterator[dict[str, Any]]) -> list[dict[str, Any]]:
    """The next events of a text, as many as one turn has time for; empty when it is over."""
    found, started = [], time.monotonic()
    for event in work:
        found.append(event)
        if time.monotonic() - started > SLICE:
            break
    return found


def write(wish: Wish) -> Iterator[dict[str, Any]]:
    """The events of a text. Slow the first time: it imports torch.

    Raises:
        LMError: no such run or model, a damaged one, or ids that it does not know.
    """
    from lm_core.models.registry import maps_of

    opened = models.open_model(wish.run_id, models.nearest(wish.run_id, wish.step))
    tokenizer, vocab_size = opened.tokenizer, opened.model.vocab_size
    prompt = tokenizer.encode(wish.prompt)
    put_in = tokenizer.encode(wish.put_in) if isinstance(wish.put_in, str) else wish.put_in
    unknown = next((token for token in (*wish.given, *put_in) if token >= vocab_size), None)
    if unknown is not None:
        raise ConfigError(f"The text has the token id {unknown}, and this model knows the ids 0 to {vocab_size - 1}.")
    named: set[int] = set(range(vocab_size)) if vocab_size <= ALL_LOGITS else set()
    yield {
        "kind": "begin",
        "step": opened.step,
        "unit": "character" if tokenizer.kind == "char" else "token",
        "prompt": tokenizer.token_texts(prompt[-DRAWN_PROMPT:]),
        "promptIds": list(prompt),
        "uncovered": tokenizer.uncovered(wish.prompt)[:12],
        "uncoveredPutIn": tokenizer.uncovered(wish.put_in)[:12] if isinstance(wish.put_in, str) else [],
        "layers": maps_of(opened.model.config)[0],
        "context": opened.model.config.context_length,
        "vocabularySize": vocab_size,
        "texts": _texts(tokenizer, named),
    }
    spent = 0.0
    for event in _choices(opened, prompt, put_in, wish):
        spent += event.pop("seconds", 0.0)
        if event["kind"] == "choice":
            new = {event["id"], *(event["ids"] or ())} - named
            event["texts"], named = _texts(tokenizer, new), named | new
        yield event
        if spent > SLOWEST:
            yield {"kind": "end", "why": "slow"}
            return


def _choices(opened: Any, prompt: Sequence[int], put_in: Sequence[int], wish: Wish) -> Iterator[dict[str, Any]]:
    """Every choice after `given`, then the end. `seconds` is the time that the model took."""
    from lm_core.generation.decode import generate
    from lm_core.generation.text import write_text

    ids = [*prompt, *wish.given]
    forced = dict(enumerate(put_in, start=len(ids)))
    n_tokens = len(put_in) + wish.count
    steps = generate(opened.model, ids, wish.sampling, n_tokens=n_tokens, forced=forced, keep_attention=True)
    started, stop = time.monotonic(), None
    for written in write_text(steps, opened.tokenizer, wish.stops):
        choice = _choice(written.step, ids, is_put_in=written.step.position in forced)
        yield {**choice, "seconds": time.monotonic() - started}
        ids.append(written.step.token_id)
        started, stop = time.monotonic(), written.stop
    yield {"kind": "end", "why": "stop", "stop": stop.word} if stop else {"kind": "end", "why": "count"}


def _choice(step: Any, seen: Sequence[int], is_put_in: bool) -> dict[str, Any]:
    """A `DecodeStep` as JSON: float32 numbers keep all their digits, so that the browser computes with the same."""
    from lm_core.generation.sampling import softmax

    chosen = next(candidate for candidate in step.candidates if candidate.id == step.token_id)
    looked = () if step.attention is None else step.attention.mean(axis=1)[:, -DRAWN_ATTENTION:]  # (L, S)
    own = float(softmax(step.logits)[step.token_id])  # of the model itself: temperature 1, nothing cut
    return {
        "kind": "choice",
        "id": step.token_id,
        "u": step.u,
        "putIn": is_put_in,
        "probability": chosen.final,
        "logProbability": math.log(max(own, 1e-300)),
        "attention": [[round(float(weight), 4) for weight in row] for row in looked],
        **sent_logits(step.logits, seen),
    }


def sent_logits(logits: npt.NDArray[np.float32], seen: Sequence[int] = ()) -> dict[str, Any]:
    """(V,) logits -> {"logits"} of all; or of the likeliest and of those seen, with their {"ids"}, and the {"tail"}.

    Penalties change the scores of tokens that the text has already, so these are all sent. The others are a tail of
    groups with like scores, each as [how many, their mean, their variance]: with these the sum of e^(l / T) over a
    group is known to a millionth at any temperature that matters, and any filter can be drawn.
    """
    if len(logits) <= ALL_LOGITS:
        return {"ids": None, "logits": exact(logits), "tail": None}
    is_seen = np.zeros(len(logits), dtype=np.bool_)
    is_seen[list(seen)] = True
    order = np.argsort(-logits.astype(np.float64), kind="stable")
    unseen = order[~is_seen[order]]
    shown = np.concatenate([unseen[:SENT_LOGITS], np.flatnonzero(is_seen)])
    others = logits[unseen[SENT_LOGITS:]].astype(np.float64)
    return {"ids": shown.tolist(), "logits": exact(logits[shown]), "tail": _groups(others)}


def _groups(scores: npt.NDArray[np.float64]) -> list[list[float]] | None:
    """Falling scores, cut where they cross equal steps: [count, mean, variance] each, the highest first."""
    if not len(scores):
        return None
    width = max(float(scores[0] - scores[-1]) / TAIL_GROUPS, 1e-9)
    edges = np.flatnonzero(np.diff(np.floor((scores[0] - scores) / width))) + 1
    parts = np.split(scores, edges)
    return [[len(part), float(f"{part.mean():.9g}"), float(f"{part.var():.4g}")] for part in parts]


def exact(values: npt.NDArray[np.float32]) -> list[float]:
    """Nine significant digits tell any two float32 apart, and are half as long as the float64 of the same number."""
    return [float(f"{value:.9g}") for value in values.tolist()]


def _texts(tokenizer: Any, ids: set[int]) -> dict[int, str]:
    ordered = sorted(ids)
    return dict(zip(ordered, tokenizer.token_texts(ordered), strict=True))


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _list(value: object) -> Sequence[Any]:
    return value if isinstance(value, list | tuple) else ()


def token_ids(value: object) -> tuple[int, ...]:
    """Raises:
    ConfigError: these are no token ids, or too many.
    """
    found = _list(value)
    if len(found) > MOST_GIVEN or not all(_is_whole(each) and each >= 0 for each in found):
        raise ConfigError(f"At most {MOST_GIVEN} token ids can be gone on from, each of them 0 or more.")
    return tuple(found)
