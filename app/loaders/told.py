"""A text as ids in the words of an address in, the model that foretells or writes it, and in which windows, out.

ids      "5.12.7"      a text of any length, exactly as the page has it
reads    "text"        in windows that overlap by half, as a long text is measured
         "writing"     all before a token, as far as the context goes: a window that slides, as a text is written
         "whole"       in one pass
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from app.loaders import models, prompts
from app.loaders.probing import Question, Reading, whole_number
from lm_core.config import SamplingConfig, parse_config
from lm_core.errors import ConfigError

if TYPE_CHECKING:
    from lm_core.interpret.figures import Choice

MOST_IDS = 6_000
WHOLE = ("text", "product", "beam", "written")  # figures of a text that may be longer than one pass
SETTINGS = tuple(SamplingConfig.model_fields)

Window = Callable[[int], tuple[int, int]]


def not_kept(step: int, kept: Sequence[int]) -> ConfigError:
    """The refusal of a moment whose model is gone."""
    shown = ", ".join(map(str, kept))
    return ConfigError(
        f"The model of step {step} is not kept, so nobody can ask it where its numbers came from. Choose a moment "
        f"whose model is kept: {shown}."
    )


def joined(ids: Sequence[int]) -> str:
    """(5, 12, 7) -> '5.12.7'."""
    return ".".join(map(str, ids))


def read_ids(run_id: str, question: Question, step: int | None = None) -> Reading:
    """The text `ids` in front of the model of just that `step`, or of the newest one.

    Raises:
        RunError: no such run, no model yet, or one that only counts.
        ConfigError: these are no ids of it.
    """
    checkpoint = models.nearest(run_id, step)
    untrained = prompts.is_untrained(run_id, -1 if step is None else step)
    models.refuse_counting(run_id)
    opened = models.open_untrained(run_id) if untrained else models.open_transformer(run_id, checkpoint)
    if step is not None and opened.step != step:
        raise not_kept(step, models.kept(run_id))
    parts = question.get("ids", "").split(".")
    size = opened.model.vocab_size
    if len(parts) > MOST_IDS or not all(part.isascii() and part.isdecimal() and len(part) < 8 for part in parts):
        raise ConfigError(f"Send 1 to {MOST_IDS} ids.")
    ids = tuple(map(int, parts))
    if max(ids) >= size:
        raise ConfigError(f"This model knows the ids 0 to {size - 1}. Encode the text with its tokenizer.")
    tokens = tuple(opened.tokenizer.token_texts(list(ids)))
    return Reading(run_id, opened.model, opened.tokenizer, opened.step, "", ids, tokens, [])


def window(reading: Reading, question: Question) -> Window:
    """For a token at a place of the text, [begin, end) of what is read to foretell it."""
    from lm_core.generation.reader import window_start
    from lm_core.interpret.text_loss import windows_of

    n_tokens, context, reads = len(reading.ids), reading.model.config.context_length, question.get("reads", "whole")
    if reads == "writing":
        return lambda at: (window_start(at, context), at)
    if reads == "text" and n_tokens > 1:
        windows = windows_of(n_tokens, context, max(1, context // 2))
        places = {at: (one.begin, one.end) for one in windows for at in range(one.first, one.end + 1)}
        return places.__getitem__
    return lambda _at: (0, n_tokens)


def window_of(reading: Reading, question: Question) -> Reading:
    """What of a text is read to write its next token: all of it, unless a window slides."""
    begin = window(reading, question)(len(reading.ids))[0] if question.get("reads") == "writing" else 0
    return replace(reading, ids=reading.ids[begin:], tokens=reading.tokens[begin:])


def asked_with(reading: Reading, question: Question) -> dict[str, Any]:
    """What figures of a text are asked with."""
    penalty = question.get("penalty", "")
    n_bytes = max(0, whole_number(question, "bytes", 0))
    first = min(max(1, whole_number(question, "first", 1)), len(reading.ids))
    return {
        "window": window(reading, question),
        "first": first,
        "penalty": float(penalty) if penalty.replace(".", "", 1).isdecimal() else 0.0,
        "n_bytes": n_bytes,
    }


def choice_of(whole: Reading, seen: Reading, question: Question) -> Choice:
    """How the token after a text is drawn under the settings of the question: all of it counts as said before.

    Raises:
        ConfigError: a setting is out of bounds.
    """
    from lm_core.generation.sampling import distribution, numbers_from
    from lm_core.interpret.figures import Choice
    from lm_core.interpret.forward import run_traced

    sampling = parse_config(SamplingConfig, {name: question[name] for name in SETTINGS if question.get(name)})
    logits = run_traced(seen.model, seen.ids)[0][0, -1].numpy(force=True)
    said = whole.ids if question.get("said") != "0" else ()  # where two write at once, nothing counts as said
    position = whole_number(question, "drawn", len(whole.ids))
    u = float(numbers_from(sampling.seed, max(0, position)).random())
    return Choice(sampling, said, distribution(logits, sampling, seen=said), u, position)
