"""`generate` and `tokenize`: a run and a text in; the model's continuation, or the text's tokens, out."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from lm_core.cli.output import print_json, printable
from lm_core.config import SamplingConfig, parse_config
from lm_core.errors import ConfigError, RunError
from lm_core.runs.run import Run, find_run
from lm_core.settings import read_settings
from lm_core.tokenizers.base import Tokenizer
from lm_core.tokenizers.registry import load_tokenizer

if TYPE_CHECKING:
    from lm_core.generation.decode import DecodeStep


def write_on(
    run_id: str, prompt: str, sampling: dict[str, Any], *, n_tokens: int, stop: Sequence[str], as_json: bool
) -> None:
    """Print the prompt and what the model adds, token by token, up to a stop word; as JSON, one line a step.

    Raises:
        LMError: there is no such run, it has no checkpoint yet, or a setting is out of bounds.
    """
    choice = parse_config(SamplingConfig, sampling)
    run = find_run(run_id, read_settings())
    tokenizer = _tokenizer_of(run)
    ids = prompt_ids(tokenizer, prompt)
    import torch  # takes seconds, so refusals come first

    from lm_core.generation.decode import generate
    from lm_core.generation.text import write_text
    from lm_core.runs.checkpoint import open_model

    torch.set_num_threads(1)  # one token at a time is too little work to share
    model, _step = open_model(run)
    writing = write_text(generate(model, ids, choice, n_tokens=n_tokens), tokenizer, stop)
    if as_json:
        for written in writing:
            print_json(_step_values(written.step, tokenizer))
        return
    print(printable(prompt), end="", flush=True)
    for written in writing:
        print(printable(written.text), end="", flush=True)
    print()


def _tokenizer_of(run: Run) -> Tokenizer:
    if not run.tokenizer_folder.is_dir():
        raise RunError(f'Run "{run.id}" has not read its text yet. See how it stands: tokenarium show {run.id}')
    return load_tokenizer(run.tokenizer_folder)


def prompt_ids(tokenizer: Tokenizer, prompt: str) -> list[int]:
    """The prompt's ids; an empty prompt begins with a new line, as texts do.

    Raises:
        ConfigError: the prompt is not valid text.
    """
    _refuse_broken_text(prompt)
    if unknown := tokenizer.uncovered(prompt):
        shown = ", ".join(f'"{printable(char)}"' for char in unknown[:5])
        print(f"This run's tokenizer has never seen {shown}: it reads <unk> there.", file=sys.stderr)
    return tokenizer.encode(prompt or "\n") or [0]


def _refuse_broken_text(text: str) -> None:
    if any("\ud800" <= char <= "\udfff" for char in text):
        raise ConfigError("The text holds bytes that are not UTF-8. Type it again, or check the terminal's encoding.")


def _step_values(step: DecodeStep, tokenizer: Tokenizer) -> dict[str, Any]:
    """One `DecodeStep` in plain values; probabilities are shares of 1, entropy is in bits."""
    texts = tokenizer.token_texts([candidate.id for candidate in step.candidates])
    candidates = [
        {
            "id": candidate.id,
            "text": text,
            "logit": candidate.logit,
            "penalised": candidate.penalised,
            "probability": candidate.probability,
            "final": candidate.final,
            "cut_by": candidate.cut_by,
        }
        for candidate, text in zip(step.candidates, texts, strict=True)
    ]
    chosen = next(candidate for candidate in candidates if candidate["id"] == step.token_id)
    return {
        "position": step.position,
        "token_id": step.token_id,
        "text": chosen["text"],
        "probability": chosen["probability"],
        "final": chosen["final"],
        "u": step.u,
        "entropy_bits": step.entropy_bits,
        "candidates": candidates,
    }


def print_tokens(run_id: str, text: str, *, as_json: bool) -> None:
    """Print a text's tokens and their ids, then how many characters and bytes they stand for."""
    run = find_run(run_id, read_settings())
    tokenizer = _tokenizer_of(run)
    _refuse_broken_text(text)
    ids = tokenizer.encode(text)
    pieces = tokenizer.token_texts(ids)
    if as_json:
        print_json({"tokens": pieces, "ids": ids, "characters": len(text), "bytes": len(text.encode())})
        return
    for piece, token_id in zip(pieces, ids, strict=True):
        print(f"{token_id:>6}  {ascii(piece) if not piece.isprintable() else repr(piece)}")
    print(f"{len(ids)} tokens for {len(text)} characters, {len(text.encode())} bytes.")
    if unknown := tokenizer.uncovered(text):
        print(f"Never seen by this tokenizer: {', '.join(map(repr, unknown))}.")
