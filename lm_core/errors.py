"""The errors whose message is written for the person who caused them.

    LMError
    ├── ConfigError       a setting out of bounds, or two that contradict each other
    ├── CorpusError       a text that cannot be read or learned from
    ├── TokenizerError    a tokenizer that cannot be trained, loaded or applied
    │   └── VocabularyError   a vocabulary that a text cannot fill; knows the largest that it can
    ├── ModelError        a model from elsewhere that cannot be read here, or one of ours that others cannot read
    └── RunError          a run that does not exist, or cannot do what was asked
        └── LostLease     another worker owns this run now: leave without writing

Each message says what was asked, what is possible, and what to do. Programmers' mistakes are `assert`s instead.
"""


class LMError(Exception):
    """Base of all errors shown to people as they are: one plain sentence or two, no traceback."""


class ConfigError(LMError):
    """A setting is out of bounds, or two settings contradict each other."""


class CorpusError(LMError):
    """A text cannot be read, or holds too little to learn from."""


class TokenizerError(LMError):
    """A tokenizer cannot be trained, loaded or applied."""


class VocabularyError(TokenizerError):
    """A text is too short for a vocabulary; `largest` is the size that it can fill, None where that is not known."""

    def __init__(self, sentence: str, largest: int | None = None) -> None:
        super().__init__(sentence)
        self.largest = largest


class ModelError(LMError):
    """A model from elsewhere cannot be read here, or one of ours has parts that others' programs do not know."""


class RunError(LMError):
    """A run does not exist, is damaged, or cannot do what was asked now."""


class LostLease(RunError):
    """The run belongs to another worker by now; whoever sees this leaves without writing."""
