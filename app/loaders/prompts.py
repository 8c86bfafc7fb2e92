"""A run and the words of an address in, its opened model and the prompt that it goes on from out: how each of the
sections of Generate that ask a route begins.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from app.loaders import models
from app.loaders.generate import check_prompt, clean_prompt, own_opening
from app.loaders.probing import Question, whole_number
from lm_core.config import SamplingConfig, parse_config
from lm_core.errors import ConfigError

DRAWN = 60  # tokens of the prompt that a picture shows
NAMED = 12  # unknown characters
SETTINGS = ("temperature", "top_k", "top_p", "seed")
LONGEST_TEXT = 2_000  # characters that travel in an address


@dataclass(frozen=True, eq=False)
class Start:
    """One model in front of one prompt."""

    run_id: str
    model: Any
    tokenizer: Any
    step: int
    text: str
    ids: tuple[int, ...]

    def about(self) -> dict[str, Any]:
        """What an answer tells of it, for the picture to word."""
        return {
            "run": self.run_id,
            "step": self.step,
            "unit": "character" if self.tokenizer.kind == "char" else "token",
            "vocabulary": self.model.vocab_size,
            "context": self.model.config.context_length,
            "causal": self.model.config.causal,
            "text": self.text,
            "prompt": self.token_names(self.ids[-DRAWN:]),
            "promptTokens": len(self.ids),
            "promptIds": list(self.ids),
            "counts": models.is_counting(self.run_id),
            "uncovered": self.tokenizer.uncovered(self.text)[:NAMED],
        }

    def token_names(self, ids: Any) -> list[str]:
        return list(self.tokenizer.token_texts(list(ids)))


def start(run_id: str, question: Question, *, step: str = "step", text: str | None = None) -> Start:
    """The kept model of a run nearest to the question's `step` (the newest without one; 0: as it was drawn), before
    `text`, or the question's own, or else the opening of the run's own sentence.

    Raises:
        RunError: no such run, or it has saved no model yet.
        ConfigError: the prompt is empty or too long.
    """
    at = whole_number(question, step, -1)
    typed = question.get("text", "") if text is None else text
    if len(typed) > LONGEST_TEXT:
        raise ConfigError(f"This text has {len(typed)} characters; at most {LONGEST_TEXT} can be gone on from here.")
    nearest = models.nearest(run_id, None if at < 0 else at)
    opened = models.open_untrained(run_id) if is_untrained(run_id, at) else models.open_model(run_id, nearest)
    prompt = typed or own_opening(run_id)
    check_prompt(prompt)
    readable, _dropped = clean_prompt(prompt)
    ids = tuple(opened.tokenizer.encode(readable))
    return Start(run_id, opened.model, opened.tokenizer, opened.step, readable, ids)


def is_untrained(run_id: str, at: int) -> bool:
    """Whether step 0 is asked for and no file keeps it: then the model is drawn again."""
    return at == 0 and models.begins_anew(run_id) and 0 not in models.kept(run_id)


def sampling_of(question: Question) -> SamplingConfig:
    """The settings of a question.

    Raises:
        ConfigError: one of them is out of bounds.
    """
    return parse_config(SamplingConfig, {name: question[name] for name in SETTINGS if question.get(name)})


def count_of(question: Question, default: int, most: int) -> int:
    """How many tokens to write.

    Raises:
        ConfigError: fewer than one, or more than there is room for.
    """
    count = whole_number(question, "count", default)
    if not 1 <= count <= most:
        raise ConfigError(f"Between 1 and {most} can be written at once.")
    return count
