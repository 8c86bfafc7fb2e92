"""Token ids in one by one, readable text out as soon as it is certain; and an end where a stop word is complete.

Of a character that is cut over several tokens nothing is shown until its last byte is here:

    <0xE4>  ->  ""        <0xBD>  ->  ""        <0xA0>  ->  "你"
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from lm_core.generation.decode import DecodeStep
from lm_core.tokenizers.base import REPLACEMENT, Tokenizer


class TextStream:
    """Decodes a growing list of ids by looking at its end alone: whole texts would take time with every token."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        self._tokenizer = tokenizer
        self._shown_ids: list[
            int
        ] = []  # the last ones whose text is out: some tokenizers join a token to the one before
        self._waiting: list[int] = []
        self._shown = ""  # of the text of both lists, what is out

    def add(self, token_id: int) -> str:
        """What has become certain: '' while the bytes of a character wait."""
        self._waiting.append(token_id)
        text = self._tokenizer.decode([*self._shown_ids, *self._waiting])
        unfinished = text.endswith(REPLACEMENT) and self._tokenizer.token_bytes([token_id])[0]  # <unk> has no bytes
        new = (text.rstrip(REPLACEMENT) if unfinished else text)[len(self._shown) :]
        self._shown += new
        if not unfinished:
            self._shown_ids, self._waiting = self._waiting, []
            self._shown = self._tokenizer.decode(self._shown_ids)
        return new


@dataclass(frozen=True)
class Stop:
    """A stop word that was found, and how many characters of the writing stand before it."""

    word: str
    after: int


@dataclass(frozen=True)
class Written:
    """A step and the `text` that it made certain; `stop` is not None in the step that ends the writing."""

    step: DecodeStep
    text: str
    stop: Stop | None


def write_text(steps: Iterator[DecodeStep], tokenizer: Tokenizer, stop: Sequence[str] = ()) -> Iterator[Written]:
    """Add the text to each step, and end with the one that completes a stop word in what the model wrote.

    That step's own text may go on beyond the word, and begin before it: `Stop.after` says where the word begins.
    """
    words = [word for word in stop if word]
    stream, written = TextStream(tokenizer), ""
    for step in steps:
        text = stream.add(step.token_id)
        written += text
        found = _first_of(words, written, len(text))
        yield Written(step, text, found)
        if found:
            return


def _first_of(words: Sequence[str], written: str, n_new: int) -> Stop | None:
    """The first of the words that is complete only now; of two at one place the longer."""
    places = ((written.find(word, max(0, len(written) - n_new - len(word) + 1)), word) for word in words)
    found = [(place, -len(word), word) for place, word in places if place >= 0]
    return Stop(min(found)[2], min(found)[0]) if found else None
