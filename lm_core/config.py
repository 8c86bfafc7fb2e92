"""What an experiment is, in frozen and checked records: `RunConfig` in JSON, out of JSON, equal or not.

    RunConfig ── CorpusSpec       which text
              ├─ TokenizerSpec    how it becomes numbers
              ├─ ModelConfig      what learns
              ├─ TrainConfig      how it learns
              ├─ probe, seed      the sentence to follow, the one source of chance
              └─ start            another run's step to go on from, if any

Equal `RunConfig`s give equal curves on one machine. Every field has bounds and a help text: forms draw themselves
from `Model.model_fields`. Contradictions are refused in the words of the person who chose them.
"""

from __future__ import annotations

import json
from typing import Any, Literal, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from lm_core.errors import ConfigError

FORMAT_VERSION: Literal[1] = 1

OWN_TEXT = "own-text"
PRETRAINED = "pretrained"  # in place of a corpus: the model was trained elsewhere, and its text is not here
NARROWEST = 8  # d_model


class Frozen(BaseModel):
    """Base of all configuration: immutable, and no field that nobody declared."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


CleaningStepName = Literal[
    "line-ends", "control", "nfc", "nfkc", "html", "markdown", "boilerplate", "emails", "phones", "lower",
    "whitespace", "duplicate-lines", "near-duplicates", "length",
]  # fmt: skip


class CorpusSpec(Frozen):
    """Which text a run learns from: a built-in by name, or a text of one's own by its fingerprint."""

    name: str = Field("comedies", pattern=r"^[a-z0-9][a-z0-9-]{0,40}$", description="Name in the corpus library.")
    examples: int = Field(
        20_000, ge=100, le=200_000, description="How many examples a generated corpus holds (tasks, dates)."
    )
    text_id: str | None = Field(
        None, pattern=r"^[0-9a-f]{64}$", description="SHA-256 of the text, for a text of one's own."
    )
    title: str = Field("", max_length=200, description="What people call this text.")
    cleaning: tuple[CleaningStepName, ...] = Field(
        (), max_length=20, description="Steps that clean the text before it is divided, in their order; empty: none."
    )

    @model_validator(mode="after")
    def _no_step_twice(self) -> Self:
        twice = next((name for name in self.cleaning if self.cleaning.count(name) > 1), None)
        if twice is not None:
            raise ValueError(f'The cleaning step "{twice}" is named twice. Once is enough.')
        return self

    @model_validator(mode="after")
    def _own_text_has_a_fingerprint(self) -> Self:
        if (self.name == OWN_TEXT) != (self.text_id is not None):
            raise ValueError(f'text_id belongs to the corpus "{OWN_TEXT}" and to no other.')
        return self


class TokenizerSpec(Frozen):
    """How text becomes numbers."""

    kind: Literal[
        "char", "byte", "bpe", "sentencepiece-bpe", "unigram", "word", "gpt2", "cl100k", "o200k", "huggingface"
    ] = Field("char", description="One number per character, per byte, per learned piece (BPE, unigram), or per word.")
    vocab_size: int = Field(
        512, ge=16, le=32_000, description="How many tokens BPE, unigram or words learn; others count their own."
    )
    split: Literal["words", "lines"] = Field(
        "words", description="What BPE's merges stay inside: words, as GPT-2 cuts them, or whole lines."
    )
    file_id: str | None = Field(
        None, pattern=r"^[0-9a-f]{64}$", description="SHA-256 of the tokenizer.json, for one that was uploaded."
    )
    title: str = Field("", max_length=200, description="What people call this tokenizer.")

    @model_validator(mode="after")
    def _an_upload_has_a_fingerprint(self) -> Self:
        if (self.kind == "huggingface") != (self.file_id is not None):
            raise ValueError('file_id belongs to the tokenizer "huggingface" and to no other.')
        return self


class ModelConfig(Frozen):
    """A model's shape. The vocabulary's size comes from the tokenizer, so it is not here."""

    architecture: Literal["decoder", "counts"] = Field("decoder", description="A Transformer, or a model that counts.")
    order: int = Field(3, ge=1, le=5, description="Of counts: tokens in an n-gram, the last of which is guessed.")
    smoothing: Literal["witten-bell", "kneser-ney", "add-k"] = Field(
        "witten-bell", description="Of counts: what n-grams get that were never seen, and how shorter ones help."
    )
    added: float = Field(1.0, gt=0.0, le=100.0, description="With add-k: how often every n-gram is taken as seen.")
    n_layers: int = Field(4, ge=1, le=64, description="How many blocks stand on each other.")
    n_heads: int = Field(4, ge=1, le=32, description="How many attention heads each block has.")
    n_kv_heads: int | None = Field(
        None, ge=1, le=32, description="Key and value heads shared by groups of query heads; empty: one each."
    )
    d_model: int = Field(128, ge=NARROWEST, le=4096, description="Width of the residual stream: numbers per token.")
    d_mlp: int | None = Field(None, ge=8, le=16_384, description="Width inside the MLP; empty: 4 x d_model.")
    exact_mlp: bool = Field(
        False, description="Take d_mlp as it stands; without this, SwiGLU's three matrices get two thirds of it."
    )
    context_length: int = Field(64, ge=4, le=2048, description="How many tokens the model sees at once.")
    norm: Literal["layernorm", "rmsnorm", "none"] = Field(
        "rmsnorm", description="How each block steadies its input; without it, many blocks or large steps may run away."
    )
    norm_epsilon: float = Field(
        1e-5, gt=0.0, le=0.01, description="Added to a norm's mean square, so that nothing is divided by zero."
    )
    activation: Literal["gelu", "gelu_tanh", "relu2", "swiglu"] = Field(
        "relu2", description="The bend inside the MLP; gelu_tanh is GPT-2's quick form of gelu."
    )
    bias: bool = Field(
        False, description="Let each matrix of a block add a number of its own to every output, as in GPT-2."
    )
    positions: Literal["learned", "sinusoidal", "rotary", "none"] = Field(
        "rotary", description="How the model knows where a token stands; without it, all that came before is one heap."
    )
    rotary_base: float = Field(
        10_000.0, ge=10.0, le=10_000_000.0,
        description="How slowly the slowest pair turns with rotary positions: about so many tokens to one radian.",
    )  # fmt: skip
    causal: bool = Field(
        True, description="Hide later tokens: without this mask a model reads the answer instead of guessing it."
    )
    residual: bool = Field(
        True, description="Add what a block finds to what it read: without it, each block must hand on everything anew."
    )
    scale_scores: bool = Field(
        True, description="Divide scores by the root of a head's width: without it, wide heads see one token only."
    )
    tie_embeddings: bool = Field(False, description="Use one table for reading tokens and for guessing them.")
    init: Literal["by_width", "gpt2"] = Field(
        "by_width", description="Size of the first weights: as the width asks for, or 0.02 for all widths, as in GPT-2."
    )
    qk_norm: bool = Field(
        False, description="Bring queries and keys to one length, so that no score runs away and all heads stay awake."
    )
    qk_gain: bool = Field(
        False, description="With qk_norm, each head learns how sharply it compares; without it, no head can look hard."
    )
    zero_init: bool = Field(
        False, description="Start each block's output at zero: a fresh block changes nothing until it has learned what."
    )
    token_shift: bool = Field(
        False, description="Add to each token a learned share of the one before it: pairs of letters cost no head."
    )
    dropout: float = Field(0.0, ge=0.0, le=0.9, description="Share of activations silenced while training.")

    @property
    def kv_heads(self) -> int:
        return self.n_kv_heads or self.n_heads

    @property
    def d_head(self) -> int:
        return self.d_model // self.n_heads

    @property
    def mlp_width(self) -> int:
        return self.d_mlp or 4 * self.d_model

    @property
    def _turns_pairs(self) -> bool:
        return self.positions in ("sinusoidal", "rotary")

    @model_validator(mode="after")
    def _heads_fit_the_width(self) -> Self:
        if self.d_model % self.n_heads:
            raise ValueError(
                f"d_model ({self.d_model}) must be divisible by n_heads ({self.n_heads}). "
                f"Try {_neighbours(self.d_model, self.n_heads * (2 if self._turns_pairs else 1))}."
            )
        if self.qk_gain and not self.qk_norm:
            raise ValueError("qk_gain gives heads back what qk_norm took from them: switch qk_norm on as well.")
        if self.n_heads % self.kv_heads:
            raise ValueError(
                f"n_heads ({self.n_heads}) must be divisible by n_kv_heads ({self.kv_heads}): "
                f"each key-value head serves an equal group. Try {_divisors(self.n_heads)}."
            )
        if self._turns_pairs and self.d_head % 2:
            raise ValueError(
                f"{self.positions} positions turn pairs of numbers, so each head needs an even width; "
                f"d_model / n_heads is {self.d_head}. Try d_model {2 * self.n_heads * ((self.d_head + 1) // 2)}."
            )
        return self


class TrainConfig(Frozen):
    """How the model learns. A step is one batch, one gradient, one update."""

    steps: int = Field(1000, ge=1, le=1_000_000, description="How many updates in all.")
    batch_size: int = Field(16, ge=1, le=1024, description="Windows of text per step.")
    optimizer: Literal["adamw", "muon"] = Field(
        "adamw", description="AdamW moves each number by itself; Muon turns each matrix's update as a whole."
    )
    precision: Literal["float32", "bfloat16", "auto"] = Field(
        "float32", description="Digits in products: bfloat16 keeps 2 to 3, and auto takes it where the processor can."
    )
    learning_rate: float = Field(4e-3, gt=0, le=1.0, description="Size of an update at its highest.")
    schedule: Literal["cosine", "linear", "constant"] = Field("cosine", description="How the learning rate falls.")
    warmup_steps: int = Field(40, ge=0, le=100_000, description="Steps over which the learning rate rises from 0.")
    final_lr_fraction: float = Field(0.05, ge=0.0, le=1.0, description="Learning rate at the end, as a share.")
    weight_decay: float = Field(0.05, ge=0.0, le=1.0, description="How strongly weights are pulled towards 0.")
    beta1: float = Field(0.9, ge=0.0, lt=1.0, description="Adam's memory of the gradient.")
    beta2: float = Field(0.99, ge=0.0, lt=1.0, description="Adam's memory of the squared gradient.")
    grad_clip: float = Field(1.0, gt=0.0, le=1000.0, description="Longest gradient allowed; longer ones are scaled.")
    validation_fraction: float = Field(0.1, ge=0.01, le=0.5, description="Share of the text kept aside for testing.")
    eval_every: int = Field(50, ge=1, le=100_000, description="Steps between two validation measurements.")
    eval_windows: int = Field(64, ge=1, le=4096, description="Windows in the fixed validation sample.")
    checkpoint_every: int = Field(200, ge=1, le=100_000, description="Steps between two checkpoints.")

    @model_validator(mode="after")
    def _warm_up_ends_before_training_does(self) -> Self:
        if self.warmup_steps and self.warmup_steps >= self.steps:
            raise ValueError(
                f"warmup_steps ({self.warmup_steps}) must be below steps ({self.steps}), "
                f"or the learning rate never arrives. Try {self.steps // 10}."
            )
        return self


class SamplingConfig(Frozen):
    """How the next token is chosen from the model's scores."""

    repetition_penalty: float = Field(
        1.0, ge=1.0, le=10.0, description="Divide the scores of tokens that the text has already by this; 1: off."
    )
    presence_penalty: float = Field(0.0, ge=0.0, le=10.0, description="Take this off the same tokens' scores; 0: off.")
    frequency_penalty: float = Field(0.0, ge=0.0, le=10.0, description="Take this off for each time one stands there.")
    temperature: float = Field(0.8, ge=0.0, le=10.0, description="Below 1 sharper, above 1 flatter, 0 always the top.")
    top_k: int | None = Field(None, ge=1, le=1_000_000, description="Keep only the k most likely; empty: all.")
    top_p: float = Field(1.0, gt=0.0, le=1.0, description="Keep the most likely until they cover p; 1: all.")
    min_p: float = Field(0.0, ge=0.0, le=1.0, description="Drop what is less likely than this times the top; 0: none.")
    seed: int = Field(0, ge=0, le=2**31 - 1, description="Equal seeds draw equal numbers.")


class StartPoint(Frozen):
    """Where a run begins that goes on from another: with the weights that one had after so many steps."""

    run: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{2,40}$", description="The run to go on from.")
    step: int = Field(ge=0, le=1_000_000, description="After how many of its steps.")


class RunConfig(Frozen):
    """The whole experiment."""

    format_version: Literal[1] = FORMAT_VERSION
    name: str = Field("", max_length=120, description="What people call this run.")
    group: str = Field(
        "", pattern=r"^[a-z0-9-]{0,40}$", description="The experiment that this run is part of; empty: none."
    )
    corpus: CorpusSpec = CorpusSpec()
    tokenizer: TokenizerSpec = TokenizerSpec()
    model: ModelConfig = ModelConfig()
    train: TrainConfig = TrainConfig()
    probe: str = Field("", max_length=2000, description="A sentence followed through training; empty: from the text.")
    seed: int = Field(1, ge=0, le=2**31 - 1, description="The one source of chance.")
    start: StartPoint | None = Field(None, description="Begin as another run was at one of its steps; empty: anew.")

    @model_validator(mode="after")
    def _there_is_something_left_to_train(self) -> Self:
        if self.start and self.start.step >= self.train.steps:
            raise ValueError(
                f"This run begins at step {self.start.step}, so train.steps ({self.train.steps}) leaves nothing to "
                f"train. Try {2 * self.start.step or 1000}."
            )
        return self

    def to_json(self) -> str:
        return self.model_dump_json(indent=2)


Config = TypeVar("Config", bound=Frozen)


def parse_config(kind: type[Config], values: str | dict[str, Any]) -> Config:
    """Read a configuration from JSON text or a dict.

    Raises:
        ConfigError: one sentence per mistake, naming the setting, e.g.
            "model.n_heads: input should be less than or equal to 32 (got 99)".
    """
    try:
        return kind.model_validate_json(values) if isinstance(values, str) else kind.model_validate(values)
    except ValidationError as error:
        raise ConfigError(" ".join(_sentence(mistake) for mistake in error.errors())) from None


def with_settings(config: RunConfig, settings: dict[str, str]) -> RunConfig:
    """Set fields by dotted name, as the command line does: {"model.n_layers": "2"} -> a new, checked config.

    Raises:
        ConfigError: no such setting, or a value that it cannot take.
    """
    values = config.model_dump()
    for dotted, text in settings.items():
        *parents, field = dotted.split(".")
        place: Any = values
        for parent in parents:
            place = place.get(parent) if isinstance(place, dict) else None
        if not isinstance(place, dict) or field not in place or isinstance(place[field], dict):
            raise ConfigError(f'There is no setting "{dotted}". A setting looks like model.n_layers or train.steps.')
        place[field] = text if isinstance(place[field], str) else _value(text)  # a run may be called "2024"
    return parse_config(RunConfig, values)


def _value(text: str) -> Any:
    """'2' -> 2, 'true' -> True, 'null' -> None, 'rotary' -> 'rotary'."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):  # no JSON, or more digits or brackets than Python reads
        return text


def _sentence(mistake: Any) -> str:
    where = ".".join(str(part) for part in mistake["loc"])
    what = mistake["msg"].removeprefix("Value error, ")
    if mistake["type"] == "value_error":  # a contradiction: our own sentence says it all
        return str(what)
    got = mistake.get("input")
    shown = f" (got {json.dumps(got)[:80]})" if isinstance(got, str | int | float | bool) or got is None else ""
    return f"{where}: {what[:1].lower()}{what[1:]}{shown}."


def _neighbours(width: int, part: int) -> str:
    """The two multiples of `part` around `width`: (100, 8) -> '96 or 104'."""
    below = width // part * part
    return f"{below} or {below + part}" if below >= NARROWEST else str(below + part)


def _divisors(number: int) -> str:
    return ", ".join(str(part) for part in range(1, number + 1) if number % part == 0)
