"""A model and a prompt in, one new token after another out, each with everything that led to it.

prompt ──> logits of the last token ──> penalties, temperature, filters, draw ──> token ──┐
  ^───────────────────────────────────────────────────────────────────────────────────────┘
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from lm_core.config import SamplingConfig
from lm_core.errors import ConfigError
from lm_core.generation.reader import Reader, check_prompt
from lm_core.generation.sampling import Candidate, candidates, distribution, draw, entropy_bits, numbers_from
from lm_core.models.registry import LanguageModel

# V vocabulary · L layers · H heads · S tokens in the window

SHOWN_CANDIDATES = 20
NOTHING_FORCED: Mapping[int, int] = MappingProxyType({})


@dataclass(frozen=True)
class DecodeStep:
    """One new token: `position` counts from 0 at the start of the prompt.

    token_id      the text goes on with this one
    drawn         the token that u chose; another than `token_id` only where that was forced
    u             the number in [0, 1) that chose it: it depends on seed and position alone
    logits        (V,) float32, as the model gave them
    candidates    most likely first, at most 20, the chosen one among them
    entropy_bits  of the final probabilities
    attention     (L, H, S) float32: where the newest token in the window looked while this one was being guessed; the
                  last column is that token's own, at `position` - 1, and the window begins at `position` - S
    """

    position: int
    token_id: int
    drawn: int
    u: float
    logits: npt.NDArray[np.float32]
    candidates: tuple[Candidate, ...]
    entropy_bits: float
    attention: npt.NDArray[np.float32] | None


def generate(
    model: LanguageModel,
    prompt_ids: Sequence[int],
    sampling: SamplingConfig,
    *,
    n_tokens: int,
    forced: Mapping[int, int] = NOTHING_FORCED,
    use_cache: bool = True,
    keep_attention: bool = False,
) -> Iterator[DecodeStep]:
    """Continue the prompt by `n_tokens`; equal arguments give equal tokens, with the cache or without.

    `forced` {position: id} puts a token there whatever was drawn. All other positions keep their number u, so a branch
    differs from the text that it left only by what the forced token changed.

    Whoever has enough closes the iterator or drops it: the cache goes with it. A model without a causal mask always
    does without a cache: every new token changes what the earlier ones came to.

    Raises:
        ConfigError: the prompt is empty, or it or `forced` has an id that the model does not know.
    """
    ids = list(prompt_ids)
    check_prompt(ids, model.vocab_size)
    _check_forced(forced, model.vocab_size)
    numbers = numbers_from(sampling.seed, len(ids))
    reader = Reader(model, use_cache=use_cache, keep_attention=keep_attention)
    for _ in range(n_tokens):
        logits, attention = reader.read(ids)
        u = float(numbers.random())
        stages = distribution(logits, sampling, seen=ids)
        drawn = draw(stages.final, u)
        token_id = forced.get(len(ids), drawn)
        yield DecodeStep(
            position=len(ids),
            token_id=token_id,
            drawn=drawn,
            u=u,
            logits=logits,
            candidates=candidates(logits, stages, token_id, SHOWN_CANDIDATES),
            entropy_bits=entropy_bits(stages.final),
            attention=attention,
        )
        ids.append(token_id)


def _check_forced(forced: Mapping[int, int], vocab_size: int) -> None:
    for position, token_id in forced.items():
        if not 0 <= token_id < vocab_size:
            raise ConfigError(
                f"The token id {token_id} cannot stand at position {position}: "
                f"this model knows the ids 0 to {vocab_size - 1}."
            )
