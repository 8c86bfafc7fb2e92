"""What a run found out before its first step: sizes, parameters, and how well counting alone would do."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Origin:
    """Where a model comes from that was trained elsewhere."""

    source: str  # a package and its file, a folder, an id on huggingface.co
    licence: str  # as its makers say it; "" where they say nothing
    family: str  # "gpt2" or "llama"
    trained_context: int  # tokens that it saw at once when it was trained
    precision: str  # in which its weights are kept here


@dataclass(frozen=True)
class RunFacts:
    """Numbers that never change while a run trains; the pages' ground to stand on.

    `baselines` holds nats per token on the validation part: "uniform", "unigram", "bigram", where the vocabulary is
    small enough "trigram", and what packing the text costs, "gzip" and "xz" (older runs have not measured that). Bits
    per byte of any loss is `loss * validation_tokens / (ln 2 * validation_bytes)`.
    """

    vocab_size: int
    parameters: int
    parameters_by_part: dict[str, int]
    train_tokens: int
    validation_tokens: int
    train_bytes: int  # UTF-8 bytes of the training part
    validation_bytes: int
    baselines: dict[str, float]
    corpus_title: str
    tokenizer_kind: str
    uncovered: tuple[str, ...] = ()  # characters of the text that the tokenizer cannot represent
    corpus_licence: str = ""
    corpus_source: str = ""
    versions: dict[str, str] = field(default_factory=dict)  # of the packages that decide the numbers: torch, numpy
    origin: Origin | None = None  # of a model that was brought in; nothing else is known of its training
