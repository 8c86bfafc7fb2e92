"""What a tag may be: text from people in, a short plain label out, or a refusal in words."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterable

from lm_core.errors import RunError

LONGEST_TAG = 24  # characters
MOST_TAGS = 8  # of one run


def clean_tag(text: str) -> str:
    """'  no\\npositions ' -> 'no positions'. Any script, and any sign that can be seen: it is shown as text only.

    Raises:
        RunError: nothing is left, or it is too long.
    """
    seen = "".join(
        " " if unicodedata.category(each) in ("Cc", "Cs", "Co", "Cn", "Cf", "Zl", "Zp") else each for each in text
    )
    tag = " ".join(unicodedata.normalize("NFC", seen).split())
    if not tag:
        raise RunError("A tag has at least one letter. Type a short word, such as: baseline.")
    if len(tag) > LONGEST_TAG:
        raise RunError(f"A tag has at most {LONGEST_TAG} letters, and this one has {len(tag)}. Shorten it.")
    return tag


def with_tag(tags: Iterable[str], tag: str) -> tuple[str, ...]:
    """One more, in the order of the alphabet; one that is there already changes nothing.

    Raises:
        RunError: there are as many as a run may have.
    """
    found = {*tags, tag}
    if len(found) > MOST_TAGS:
        raise RunError(f"A run has at most {MOST_TAGS} tags. Remove one first.")
    return tuple(sorted(found, key=lambda each: (each.casefold(), each)))


def tags_as_json(tags: Iterable[str]) -> bytes:
    """As an exported run keeps them."""
    return json.dumps(list(tags), ensure_ascii=False).encode()


def tags_from_json(data: bytes) -> tuple[str, ...]:
    """A stranger's list, cleaned and checked like any other text.

    Raises:
        ValueError: it is no list of texts.
        RunError: one of them cannot be a tag, or they are too many.
    """
    found = json.loads(data)
    if not isinstance(found, list) or not all(isinstance(each, str) for each in found):
        raise ValueError
    tags: tuple[str, ...] = ()
    for each in found:
        tags = with_tag(tags, clean_tag(each))
    return tags
