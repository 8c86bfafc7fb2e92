"""Two models of one vocabulary and a prompt in, a text that the better one prefers out: contrastive decoding.

What a weak model also finds likely is often what is likely everywhere: the same word again, a commonplace. A token's
score is how much more the expert thinks of it than the amateur does (Li et al. 2022, section 3), among those that the
expert finds plausible at all:

    expert    the 0.40   a 0.30   moon 0.25   xq 0.001
    amateur   the 0.60   a 0.30   moon 0.05   xq 0.0001
    score        -0.41      0.0       1.61     cut: below alpha 0.1 times 0.40, though the ratio would be highest
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from lm_core.config import SamplingConfig
from lm_core.errors import ConfigError
from lm_core.generation.reader import Reader, check_prompt
from lm_core.generation.sampling import (
    Distribution,
    Floats,
    distribution,
    draw,
    keep_min_p,
    log_softmax,
    numbers_from,
)
from lm_core.models.registry import LanguageModel

# V vocabulary


@dataclass(frozen=True)
class ContrastStep:
    """One new token at `position`, with what both models thought; each array is (V,), by id.

    expert, amateur  the two models' own probabilities
    scores           ln expert - ln amateur, -inf for what the expert finds implausible
    stages           from the scores, in place of logits, to the final probabilities
    u                the number in [0, 1) that chose the token
    """

    position: int
    token_id: int
    u: float
    expert: Floats
    amateur: Floats
    scores: Floats
    stages: Distribution


def contrast(expert_logits: npt.ArrayLike, amateur_logits: npt.ArrayLike, alpha: float) -> Floats:
    """Scores (V,): ln p_expert - ln p_amateur where p_expert is at least `alpha` times its highest, else -inf.

    With `alpha` 1 only the expert's likeliest token is left, with 0 nothing is cut.
    """
    expert, amateur = log_softmax(expert_logits), log_softmax(amateur_logits)
    return np.where(keep_min_p(expert, alpha), expert - amateur, -np.inf)


def generate_contrasted(
    expert: LanguageModel,
    amateur: LanguageModel,
    prompt_ids: Sequence[int],
    sampling: SamplingConfig,
    *,
    alpha: float,
    n_tokens: int,
) -> Iterator[ContrastStep]:
    """Continue the prompt by `n_tokens`; temperature 0 always takes the highest score. Each model has its own window.

    Raises:
        ConfigError: the vocabularies differ in size, the prompt is empty or has an unknown id, alpha is not in 0 to 1.
    """
    ids = list(prompt_ids)
    check_prompt(ids, expert.vocab_size)
    _check_pair(expert, amateur, alpha)
    numbers = numbers_from(sampling.seed, len(ids))
    of_expert, of_amateur = Reader(expert), Reader(amateur)
    for _ in range(n_tokens):
        expert_logits, amateur_logits = of_expert.read(ids).logits, of_amateur.read(ids).logits
        scores = contrast(expert_logits, amateur_logits, alpha)
        u = float(numbers.random())
        stages = distribution(scores, sampling, seen=ids)
        token_id = draw(stages.final, u)
        yield ContrastStep(
            position=len(ids),
            token_id=token_id,
            u=u,
            expert=np.exp(log_softmax(expert_logits)),
            amateur=np.exp(log_softmax(amateur_logits)),
            scores=scores,
            stages=stages,
        )
        ids.append(token_id)


def _check_pair(expert: LanguageModel, amateur: LanguageModel, alpha: float) -> None:
    if expert.vocab_size != amateur.vocab_size:
        raise ConfigError(
            f"Two models can be contrasted if they have one tokenizer. These have {expert.vocab_size} and "
            f"{amateur.vocab_size} tokens. Choose two runs of the same text and tokenizer."
        )
    if not 0 <= alpha <= 1:
        raise ConfigError(f"alpha must be from 0 to 1 (got {alpha}).")
