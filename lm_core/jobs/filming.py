"""The film of a training: a model at the steps that are due in, a `HistoryPoint` of each out, and what it cost.

Which steps are due, and what each frame holds, depends on the configuration alone: a run that was stopped and goes on
has the frames of one that never stopped. Bounds of the whole film:

    in number   14 frames at log-spaced steps, and one at each evaluation, 60 in all
    in memory   evaluations only as far as all frames stay below 32 MB; on the disk it is about half
    in time     samples at few of them (a token of a sample takes as long as a twentieth of a step)
"""

from __future__ import annotations

import copy
import math
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import torch

from lm_core.config import RunConfig, SamplingConfig
from lm_core.data.dataset import TokenDataset
from lm_core.generation.decode import generate
from lm_core.interpret.attention import attention_of, queries_keys
from lm_core.interpret.embedding import KEPT_NUMBERS, MOST_TOKENS, frequent_tokens, pack_rows
from lm_core.interpret.parts import part_moves, part_norms
from lm_core.interpret.snapshot import take_snapshot
from lm_core.interpret.surprise import token_losses, top_candidates
from lm_core.models.count_model import CountModel
from lm_core.models.registry import LanguageModel
from lm_core.runs.history import MAX_POINT_BYTES, HistoryPoint, save_point, steps
from lm_core.runs.run import Run
from lm_core.tokenizers.base import Tokenizer
from lm_core.training.counting import CountState
from lm_core.training.loop import evaluation_steps, log_spaced_steps
from lm_core.training.state import TrainState

FRAMES = 14
MOST_FRAMES = 60
MOST_BYTES = 32_000_000  # of all frames, unpacked
PROBE_TOKENS = 56  # a sentence that fits on the screen with all its arcs
TOP = 8
SAMPLE_TOKENS = 120  # at the end; on the way less
SAMPLE_ON_THE_WAY = 40
FIRST_WORDS = 1 / 15  # of all steps; between the first frame and this one every model babbles alike
SLOW_MODEL = 5_000_000  # weights; above, a sample of that length would hold up training
SEARCHED_TOKENS = 2_000  # of the validation text, for a line to begin with
COUNTED_TOKENS = 2_000_000  # of the training text, for the most frequent ones


def film_steps(config: RunConfig) -> frozenset[int]:
    """When to take a frame: dense at first, where models change fast, and at evaluations; 0 and the last included."""
    dense = set(log_spaced_steps(config.train.steps, FRAMES))
    begin = config.start.step if config.start else 0
    others = sorted(step for step in evaluation_steps(config.train) - dense if step > begin)
    room = MOST_BYTES // frame_bytes(config) - len(dense)
    return frozenset(dense | {begin} | set(spread(others, min(MOST_FRAMES - 1 - len(dense), room))))


def spread(steps: Sequence[int], count: int) -> list[int]:
    """At most `count` of them, evenly chosen, the last one included: ([10, 20, 30, 40, 50], 3) -> [10, 30, 50]"""
    if count <= 1 or len(steps) <= count:
        return list(steps[-count:]) if count > 0 else []
    return [steps[round(place * (len(steps) - 1) / (count - 1))] for place in range(count)]


def frame_bytes(config: RunConfig) -> int:
    """An upper bound of one frame's size before it is packed, whatever the vocabulary."""
    model = config.model
    tokens = _longest_probe(config) if config.probe else min(model.context_length, PROBE_TOKENS)
    maps, vectors = model.n_layers * model.n_heads * tokens**2, 4 * model.n_layers * tokens * model.d_model
    lists = tokens * TOP * 40 + MOST_TOKENS * (min(model.d_model, KEPT_NUMBERS) + 20)
    return maps + (vectors if maps + vectors + lists <= MAX_POINT_BYTES else 0) + lists


def sample_length(step: int, config: RunConfig) -> int:
    """How many tokens to write at that frame: most at the end, some at the log-spaced frames before, else none."""
    if step == config.train.steps:
        return SAMPLE_TOKENS
    speaks = step == 0 or step >= FIRST_WORDS * config.train.steps
    return SAMPLE_ON_THE_WAY if speaks and step in log_spaced_steps(config.train.steps, FRAMES) else 0


class Film:
    """Takes the frames of one run. `share` is what that cost so far, of all time spent here and on training."""

    def __init__(self, run: Run, config: RunConfig, tokenizer: Tokenizer, dataset: TokenDataset) -> None:
        self._run = run
        self._config = config
        self._tokenizer = tokenizer
        self._probe = probe_ids(config, tokenizer, dataset)
        self._map_ids = frequent_tokens(dataset.train[:COUNTED_TOKENS], tokenizer.vocab_size)
        self._due = film_steps(config) - set(steps(run))
        self._before: tuple[int, dict[str, torch.Tensor]] | None = None  # weights that the next step will change
        self._put_off: tuple[LanguageModel, float | None] | None = None
        self._trained = self._filmed = 0.0

    @property
    def share(self) -> float:
        return self._filmed / max(self._filmed + self._trained, 1e-9)

    def is_due(self, step: int) -> bool:
        return step in self._due

    @contextmanager
    def trains(self) -> Iterator[None]:
        """What is done inside is training, for the share."""
        started = time.perf_counter()
        try:
            yield
        finally:
            self._trained += time.perf_counter() - started

    def look(self, state: TrainState | CountState) -> None:
        """Remember the weights where the next step has a frame, which shows what that step changed; call before it."""
        if state.step + 1 in self._due and state.step not in self._due:  # else they are the same still
            self._before = state.step, {name: w.detach().clone() for name, w in state.model.named_parameters()}

    def take(self, state: TrainState | CountState, val_loss: float | None, *, length: int | None = None) -> None:
        """Take and keep the frame of this step; `length` of the sample if not the planned one.

        The one before the first step is put off, on a copy, until `catch_up`: people wait for the curve's first point.

        Raises:
            OSError: there is no room for it.
        """
        if state.step == 0 and length is None and _is_small(state.model):
            self._put_off = copy.deepcopy(state.model), val_loss
            self._due -= {0}
        else:
            self._take(state.model, state.step, val_loss, length)

    def catch_up(self) -> None:
        """Take the frame that was put off, if one was.

        Raises:
            OSError: there is no room for it.
        """
        if self._put_off:
            (model, val_loss), self._put_off = self._put_off, None
            self._take(model, 0, val_loss, None)

    def _take(self, model: LanguageModel, step: int, val_loss: float | None, length: int | None) -> None:
        started = time.perf_counter()
        point = take_point(
            model,
            self._tokenizer,
            self._probe,
            step=step,
            val_loss=val_loss if val_loss is not None and math.isfinite(val_loss) else None,
            seed=self._config.seed,
            sample_tokens=sample_length(step, self._config) if length is None else length,
            before=self._before[1] if self._before and self._before[0] == step - 1 else None,
            map_ids=self._map_ids,
        )
        self._due -= {step}
        if step:  # the frame put off leaves what the next one needs
            self._before = None
        try:
            save_point(self._run, point)
        finally:
            self._filmed += time.perf_counter() - started


def probe_ids(config: RunConfig, tokenizer: Tokenizer, dataset: TokenDataset) -> list[int]:
    """The sentence to follow: the chosen one, cut to what the model sees at once, or one from the validation text."""
    chosen = tokenizer.encode(config.probe)[: _longest_probe(config)]
    if chosen:
        return chosen
    beginning = [int(token) for token in dataset.validation[:SEARCHED_TOKENS]]
    start = _line_start(tokenizer.token_texts(beginning))
    return beginning[start : start + min(config.model.context_length, PROBE_TOKENS)]


def take_point(
    model: LanguageModel,
    tokenizer: Tokenizer,
    probe: Sequence[int],
    *,
    step: int,
    val_loss: float | None,
    seed: int,
    sample_tokens: int = SAMPLE_TOKENS,
    before: dict[str, torch.Tensor] | None = None,
    map_ids: npt.NDArray[np.int64] | None = None,
) -> HistoryPoint:
    """What the model makes of the probe now, a sample of what it writes by itself, and how its weights stand.

    `before` are the weights one step ago; `map_ids` the tokens whose embeddings are kept, by default all.
    """
    tokens = tuple(tokenizer.token_texts(probe))
    snapshot = take_snapshot(model, probe, tokens, step=step, keep=_is_drawn)
    top_ids, top_probabilities = top_candidates(snapshot, min(TOP, tokenizer.vocab_size))
    seen = HistoryPoint(
        step=step,
        val_loss=val_loss,
        tokens=tokens,
        attention=np.zeros((0, 0, len(tokens), len(tokens)), dtype=np.uint8),
        q=None,
        k=None,
        losses=token_losses(snapshot).astype(np.float32),
        top_ids=top_ids.astype(np.int32),
        top_probabilities=top_probabilities.astype(np.float32),
        top_texts=tuple(tuple(tokenizer.token_texts([int(token) for token in row])) for row in top_ids),
        sample=write_sample(model, tokenizer, probe, seed, sample_tokens),
    )
    if isinstance(model, CountModel):
        return seen
    q, k = queries_keys(snapshot)
    weights = {name: weight.detach() for name, weight in model.named_parameters()}
    norms = part_norms(weights)
    moves = part_moves(before, weights) if before is not None else dict.fromkeys(norms, math.nan)
    mapped = np.arange(min(tokenizer.vocab_size, MOST_TOKENS)) if map_ids is None else map_ids
    codes, scale = pack_rows(model.embed.weight.detach().numpy(force=True)[mapped])
    return replace(
        seen,
        attention=np.round(255 * attention_of(snapshot)).astype(np.uint8),
        q=q.astype(np.float16),
        k=k.astype(np.float16),
        parts=tuple(norms),
        weight_norms=np.array(list(norms.values()), dtype=np.float32),
        update_norms=np.array([moves[part] for part in norms], dtype=np.float32),
        map_tokens=tuple(tokenizer.token_texts([int(token) for token in mapped])),
        map_codes=codes,
        map_scale=scale,
    )


def _is_drawn(site: str) -> bool:
    return site.endswith(("attn.pattern", "attn.q", "attn.k"))


def write_sample(model: LanguageModel, tokenizer: Tokenizer, probe: Sequence[int], seed: int, length: int) -> str:
    """The same draws at every step, so that only the model differs between two frames."""
    if not length:
        return ""
    new_line = [] if tokenizer.uncovered("\n") else tokenizer.encode("\n")
    prompt = new_line or list(probe[:1])
    choices = generate(
        model, prompt, SamplingConfig(seed=seed), n_tokens=length if _is_small(model) else -(-length // 4)
    )
    return tokenizer.decode([choice.token_id for choice in choices])


def _is_small(model: LanguageModel) -> bool:
    return sum(weight.numel() for weight in model.parameters()) <= SLOW_MODEL


def _longest_probe(config: RunConfig) -> int:
    """T tokens need L x H x T x T bytes of attention, and a frame stays small."""
    n_heads = config.model.n_layers * config.model.n_heads
    return min(config.model.context_length, int((0.9 * MAX_POINT_BYTES / n_heads) ** 0.5))


def _line_start(texts: Sequence[str]) -> int:
    """Where the first line begins that does not open with a space; 0 if none does.

    [" ", "m", "e", "\\n", "\\n", "N", "o", "w", …] -> 5
    """
    for place in range(len(texts) // 2):
        opens_line = place == 0 or texts[place - 1].endswith("\n")
        if opens_line and texts[place][:1].strip():
            return place
    return 0
