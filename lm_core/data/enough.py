"""Is this text enough for this model? Tokens and parameters in, what two rules of thumb say about them out.

About 20 tokens per parameter make the best of a given amount of computing (Hoffmann et al. 2022, "Training
Compute-Optimal Large Language Models", table 3). A text may be read several times: up to about 4 readings are nearly as
good as new text, and what a further reading adds falls off as exp(-R / 15.4) (Muennighoff et al. 2023, "Scaling
Data-Constrained Language Models", sections 3.1 and 6). Both were measured on models thousands of times larger than
those trained here.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

TOKENS_PER_PARAMETER = 20
GOOD_READINGS = 4
FORGIVENESS = 15.39  # R*_D of Muennighoff et al.: how many readings it takes until repeating has lost most of its worth


@dataclass(frozen=True)
class Enough:
    """The text, the model and the run in one unit: tokens."""

    tokens: float  # in the training part
    parameters: int
    read: float  # tokens that the run reads: steps x windows x context

    @property
    def wanted(self) -> int:
        """Tokens that the rule asks for."""
        return TOKENS_PER_PARAMETER * self.parameters

    @property
    def per_parameter(self) -> float:
        return self.tokens / self.parameters

    @property
    def readings(self) -> float:
        """How often the run reads the text: its epochs."""
        return self.read / self.tokens

    @property
    def worth(self) -> float:
        """Tokens of new text that the run's readings are worth: U + U R* (1 - exp(-R / R*)), R repetitions of U."""
        repetitions = max(0.0, self.readings - 1)
        new = min(self.read, self.tokens)
        return new + new * FORGIVENESS * (1 - math.exp(-repetitions / FORGIVENESS))

    @property
    def verdict(self) -> Literal["plenty", "enough", "little", "by-heart"]:
        """'plenty': the rule is met; 'enough': it is met by readings that are nearly as good as new text."""
        if self.readings > FORGIVENESS + 1:
            return "by-heart"
        if self.tokens >= self.wanted:
            return "plenty"
        return "enough" if GOOD_READINGS * self.tokens >= self.wanted else "little"
