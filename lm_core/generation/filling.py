"""A model and a prompt in, what its KV cache holds after each new token out: the columns that came, and from where on.

context 4      read "the cat"   the cat · ·      2 columns
               read "sat"       the cat sat ·    1 column
               read "on"        the cat sat on   1 column, and now it is full
               read "a"         cat sat on a     "the" slid out; every token stands elsewhere now, so all come anew
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from lm_core.config import SamplingConfig
from lm_core.errors import ConfigError
from lm_core.generation.reader import Reader, check_prompt, window_start
from lm_core.generation.sampling import distribution, draw, numbers_from
from lm_core.models.gpt import GPT

# L layers · K key-value heads · D width of a head · T columns that came


@dataclass(frozen=True)
class Filling:
    """The cache after one more token was read, and the token that was chosen from it.

    tokens        how many the text had when it was read
    start         where the window begins: what stands before has slid out
    keys, values  (L, T, K, D) float32 of the T columns that came in this step, the last ones of the window
    token_id      the next token, which the cache does not hold yet
    """

    tokens: int
    start: int
    keys: npt.NDArray[np.float32]
    values: npt.NDArray[np.float32]
    token_id: int


def fill(model: GPT, prompt_ids: Sequence[int], sampling: SamplingConfig, *, n_tokens: int) -> Iterator[Filling]:
    """Write `n_tokens`, the same as `generate` writes, and look at the cache each time.

    Raises:
        ConfigError: without a causal mask there is no cache.
    """
    reader, ids = Reader(model), list(prompt_ids)
    cache, numbers = reader.cache, numbers_from(sampling.seed, len(ids))
    if cache is None:
        raise ConfigError(
            "This model has no causal mask: each new token changes what the earlier ones came to, so there is no cache."
        )
    check_prompt(ids, model.vocab_size)
    held = start = 0
    for _ in range(n_tokens):
        logits = reader.read(ids).logits
        slid = window_start(len(ids), model.config.context_length)
        came = slice(held if slid == start else 0, None)
        held, start = cache.length, slid
        keys, values = (part[:, 0, :, came].transpose(1, 2).numpy(force=True).copy() for part in cache.filled())
        token_id = draw(distribution(logits, sampling, seen=ids).final, float(numbers.random()))
        yield Filling(len(ids), start, keys, values, token_id)
        ids.append(token_id)
