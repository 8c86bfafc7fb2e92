"""A model and a text in, an honest name for each of its attention heads out: "previous", "repeat", …, or "mixed".

    text      "To be, or not to be"      what the head does where the model is at home
    random    7 2 9 4 | 7 2 9 4          the same tokens twice, in no order that a language has: only a head that goes
                                         by the pattern, not by what letters usually follow, still shows it

A name is given where the evidence agrees, else the head is "mixed" and the nearest name is told beside it:

    previous, next, itself, first, near, broad    on the text, in both of its halves, and on random tokens
    repeat, same                                  on random tokens: in a language, other things look alike
    sink, class, brackets                         on the text, in both of its halves: random tokens have no such thing

`repeat` is the induction head of Olsson et al. 2022, and its score on repeated random tokens their prefix matching
score; `same` the duplicate token head of Wang et al. 2023 (section 3.1); `first` the sink of Xiao et al. 2023. What a
head of each pure kind looks at is drawn in `head_patterns.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from lm_core.interpret.head_patterns import FIRST_QUERY, chance, ideals, text_ideals
from lm_core.models.gpt import GPT
from lm_core.models.inference import reading
from lm_core.models.trace import Trace

# L layers · H heads · T tokens · N random texts

THRESHOLDS = {
    "previous": 0.5, "next": 0.5, "itself": 0.5, "first": 0.4, "sink": 0.4, "repeat": 0.4, "same": 0.4,
    "brackets": 0.4, "class": 0.5, "near": 0.6, "broad": 0.85,
}  # fmt: skip  # what it takes to earn a name; of several the first is the name
BY_RANDOM = ("repeat", "same")
HALF_SUPPORT = 0.8  # each witness must reach this share of the threshold
ENOUGH = 3  # queries in each half; fewer are no evidence
SINK_DISTANCE = 2  # nearer than this, a sink cannot be told from looking one back
RANDOM_TEXTS = 4
LONGEST_BLOCK = 32  # tokens, said twice
SHORTEST_BLOCK = 4
_SEED = 11

Floats = npt.NDArray[np.floating[Any]]


@dataclass(frozen=True)
class Measure:
    """One kind of head: how much of it this head shows, on the text and on random tokens; None where not measured."""

    name: str
    text: float | None
    random: float | None
    threshold: float
    sure: bool

    @property
    def score(self) -> float:
        """The figure that the name rests on."""
        first, second = (self.random, self.text) if self.name in BY_RANDOM else (self.text, self.random)
        return first if first is not None else second if second is not None else 0.0


@dataclass(frozen=True)
class HeadReport:
    """What one head does.

    name      one of THRESHOLDS, "mixed", or "short" where the text is too short to tell
    score     0 to 1, of the name, or of `nearest` where there is none
    nearest   the kind that comes nearest to its threshold; None where a name was found
    distance  tokens back on average;  entropy  bits, the average over rows
    sink      the token that most others look at, and the share that it gets
    """

    layer: int
    head: int
    name: str
    score: float
    nearest: str | None
    distance: float
    entropy: float
    sink: int
    sink_share: float
    measures: tuple[Measure, ...]


def head_reports(
    model: GPT, pattern: Floats, tokens: Sequence[str], allowed: Sequence[int] | None = None
) -> tuple[HeadReport, ...]:
    """Name every head of a model by its `pattern` (L, H, T, T) on a text and by what it does on random tokens.

    `allowed` are the ids to draw random tokens from (all by default).
    """
    return name_heads(pattern, tokens, repeated_patterns(model, allowed), causal=model.config.causal)


def random_scores(model: GPT, allowed: Sequence[int] | None = None) -> list[list[dict[str, float]]] | None:
    """Of each layer and head how much of each kind it shows on repeated random tokens; None where there is no room."""
    repeated = repeated_patterns(model, allowed)
    if repeated is None:
        return None
    found = _random_evidence(*repeated, causal=model.config.causal)
    layers, heads = model.config.n_layers, model.config.n_heads
    return [
        [{name: float(one.score[layer, head]) for name, one in found.items()} for head in range(heads)]
        for layer in range(layers)
    ]


def random_repeats(allowed: Sequence[int], context_length: int) -> npt.NDArray[np.int64] | None:
    """(N, 2n) ids: n random ones, then the same again; None where vocabulary or context is too small for that.

    No token comes twice within a block, so that each has one earlier copy.
    """
    n = min(context_length // 2, LONGEST_BLOCK, len(allowed))
    if n < SHORTEST_BLOCK:
        return None
    chance_of = np.random.default_rng(_SEED)
    blocks = np.stack([chance_of.choice(np.asarray(allowed), n, replace=False) for _text in range(RANDOM_TEXTS)])
    return np.concatenate((blocks, blocks), axis=1).astype(np.int64)


def repeated_patterns(model: GPT, allowed: Sequence[int] | None = None) -> tuple[Floats, npt.NDArray[np.int64]] | None:
    """The patterns (N, L, H, T, T) of a model on repeated random tokens, and their ids (N, T)."""
    ids = random_repeats(range(model.vocab_size) if allowed is None else allowed, model.config.context_length)
    if ids is None:
        return None
    trace = Trace(keep=lambda site: site.endswith("attn.pattern"))
    with reading(model):
        model(torch.from_numpy(ids).to(model.embed.weight.device), trace=trace)
    sites = [f"blocks.{layer}.attn.pattern" for layer in range(model.config.n_layers)]
    patterns = torch.stack([trace.activations[site] for site in sites], dim=1)
    return patterns.float().numpy(force=True), ids


def name_heads(
    pattern: Floats,
    tokens: Sequence[str],
    repeated: tuple[Floats, npt.NDArray[np.int64]] | None = None,
    *,
    causal: bool = True,
) -> tuple[HeadReport, ...]:
    """Name heads by patterns alone: (L, H, T, T) on a text and, where there is one, (N, L, H, T, T) on random tokens.

    Without random tokens the text alone decides.
    """
    on_text = _text_evidence(pattern, tokens, causal=causal)
    on_random = _random_evidence(*repeated, causal=causal) if repeated else {}
    sink_at, sink_share = _sinks(pattern)
    entropy = _entropies(pattern)[..., 1:].mean(-1) / np.log(2) if len(tokens) > 1 else np.zeros(pattern.shape[:2])
    distance = _distances(pattern)
    too_short = len(tokens) < FIRST_QUERY + 2 * ENOUGH
    reports = []
    for layer, head in np.ndindex(pattern.shape[0], pattern.shape[1]):
        measures = tuple(_judged(name, on_text, on_random, (layer, head)) for name in on_text)
        found = next((measure for measure in measures if measure.sure), None)
        rivals = [measure for measure in measures if measure.name != "broad"]  # evenness is high for most heads
        nearest = max(rivals, key=lambda measure: measure.score / measure.threshold)
        reports.append(
            HeadReport(
                layer, head,
                name=found.name if found else "short" if too_short else "mixed",
                score=(found or nearest).score,
                nearest=None if found else nearest.name,
                distance=float(distance[layer, head]), entropy=float(entropy[layer, head]),
                sink=int(sink_at[layer, head]), sink_share=float(sink_share[layer, head]), measures=measures,
            )
        )  # fmt: skip
    return tuple(reports)


# --- evidence: how much of each kind, for all heads at once ---


@dataclass(frozen=True, eq=False)
class _Evidence:
    """score (L, H), nan where nothing could show it; held (L, H): enough rows, and both halves support it."""

    score: Floats
    held: npt.NDArray[np.bool_]


def evidence_rows(
    model: GPT, pattern: Floats, tokens: Sequence[str], name: str, allowed: Sequence[int] | None = None
) -> tuple[tuple[Floats, Floats], Floats | None]:
    """What the evidence of one kind is made of: how much of it each row of a text shows (L, H, T) and what each row
    counts, whose weighted mean is the score; and the scores (N, L, H) of the random texts, None where there are none or
    where they show no such kind.
    """
    repeated = repeated_patterns(model, allowed)
    on_random = _random_scores(*repeated, causal=model.config.causal) if repeated else {}
    return _text_rows(pattern, tokens, causal=model.config.causal)[name], on_random.get(name)


def _text_rows(pattern: Floats, tokens: Sequence[str], *, causal: bool) -> dict[str, tuple[Floats, Floats]]:
    """Of each kind how much of it each row shows (L, H, T), and what each row counts."""
    plain, lettered = ideals(tokens, causal=causal), text_ideals(tokens)
    found: dict[str, tuple[Floats, Floats]] = {
        name: (_on(pattern, ideal.keys), ideal.queries) for name, ideal in plain.items()
    }
    by_chance = chance(lettered["class"], causal=causal)
    beyond = (_on(pattern, lettered["class"].keys) - by_chance) / np.maximum(1 - by_chance, 1e-9)
    found["class"] = beyond, lettered["class"].queries
    inside = lettered["brackets"]
    found["brackets"] = _on(pattern, inside.keys), inside.queries
    found["sink"] = _sink_rows(pattern)
    found["broad"] = _evenness(pattern, causal=causal), plain["itself"].queries
    return {name: found[name] for name in THRESHOLDS if name in found}


def _text_evidence(pattern: Floats, tokens: Sequence[str], *, causal: bool) -> dict[str, _Evidence]:
    return {name: _weigh(name, *rows) for name, rows in _text_rows(pattern, tokens, causal=causal).items()}


def _random_scores(patterns: Floats, ids: npt.NDArray[np.int64], *, causal: bool) -> dict[str, Floats]:
    """(N, L, H) of each kind: its score on each random text."""
    texts = []
    for pattern, row in zip(patterns, ids, strict=True):
        drawn = ideals(row.tolist(), causal=causal)
        found = {name: _weigh(name, _on(pattern, ideal.keys), ideal.queries) for name, ideal in drawn.items()}
        found["broad"] = _weigh("broad", _evenness(pattern, causal=causal), drawn["itself"].queries)
        texts.append(found)
    return {name: np.stack([text[name].score for text in texts]) for name in texts[0]}


def _random_evidence(patterns: Floats, ids: npt.NDArray[np.int64], *, causal: bool) -> dict[str, _Evidence]:
    """The average over the random texts."""
    each = _random_scores(patterns, ids, causal=causal)
    scores = {name: np.mean(texts, axis=0) for name, texts in each.items()}
    return {name: _Evidence(score, score >= HALF_SUPPORT * THRESHOLDS[name]) for name, score in scores.items()}


def _judged(
    name: str, on_text: dict[str, _Evidence], on_random: dict[str, _Evidence], place: tuple[int, int]
) -> Measure:
    text, random, threshold = on_text[name], on_random.get(name), THRESHOLDS[name]
    said = None if np.isnan(text.score[place]) else float(text.score[place])
    again = None if random is None else float(random.score[place])
    if name in BY_RANDOM and random is not None:
        sure = bool(random.score[place] >= threshold)
    else:
        agrees = random is None or bool(random.held[place])
        sure = said is not None and said >= threshold and bool(text.held[place]) and agrees
    return Measure(name, said, again, threshold, sure)


def _on(pattern: Floats, keys: npt.NDArray[Any]) -> Floats:
    """(…, T, T) and marks (T, T) -> (…, T): the share of each row that lies on marked keys (or their weighted sum)."""
    return np.asarray(np.einsum("...ts,ts->...t", pattern, keys.astype(pattern.dtype)))


def _weigh(name: str, values: Floats, queries: Floats) -> _Evidence:
    """(L, H, T) agreement of rows, and what each row counts (…, T), as one score with its support in both halves."""
    queries = np.broadcast_to(queries, values.shape)
    total = queries.sum(-1)
    score = np.where(total > 0, (values * queries).sum(-1) / np.maximum(total, 1e-12), np.nan)
    held = np.ones(score.shape, dtype=bool)
    middle = (values.shape[-1] + FIRST_QUERY + 1) // 2
    for half in (slice(0, middle), slice(middle, None)):
        count, weight = (queries[..., half] > 0).sum(-1), queries[..., half].sum(-1)
        mean = (values[..., half] * queries[..., half]).sum(-1) / np.maximum(weight, 1e-12)
        held &= (count >= ENOUGH) & (mean >= HALF_SUPPORT * THRESHOLDS[name])
    return _Evidence(score, held)


def _sinks(pattern: Floats) -> tuple[npt.NDArray[np.int64], Floats]:
    """Of each head the key that gets most from afar, whatever asks, in the first half of the text; and its share."""
    n = pattern.shape[-1]
    shares = np.zeros((*pattern.shape[:2], max(1, n // 2)))
    for key in range(shares.shape[-1]):
        rows = pattern[..., max(FIRST_QUERY, key + SINK_DISTANCE) :, key]
        shares[..., key] = rows.mean(-1) if rows.shape[-1] else 0.0
    return shares.argmax(-1), shares.max(-1)


def _sink_rows(pattern: Floats) -> tuple[Floats, Floats]:
    """A sink that is not the first token, whose name is "first"."""
    at, _share = _sinks(pattern)
    values = np.take_along_axis(pattern, at[..., None, None], axis=-1)[..., 0]  # (L, H, T)
    rows = np.arange(pattern.shape[-1])
    queries = (rows >= np.maximum(FIRST_QUERY, at[..., None] + SINK_DISTANCE)) & (at[..., None] > 0)
    return values, queries.astype(np.float64)


def _entropies(pattern: Floats) -> Floats:
    """(L, H, T) nats: -Σ p ln p of each row."""
    return np.asarray(-(pattern * np.log(np.maximum(pattern, 1e-12))).sum(-1))


def _evenness(pattern: Floats, *, causal: bool) -> Floats:
    """(L, H, T): the entropy of each row over the most that so many keys allow; 1 = the same weight everywhere."""
    n = pattern.shape[-1]
    seen = np.arange(1, n + 1) if causal else np.full(n, n)
    return np.asarray(_entropies(pattern) / np.maximum(np.log(seen), 1e-9))


def _distances(pattern: Floats) -> Floats:
    """(L, H): tokens between the one that looks and what it looks at, on average."""
    rows = np.arange(pattern.shape[-1])
    return np.asarray(_on(pattern, abs(rows[:, None] - rows[None])).mean(-1))
