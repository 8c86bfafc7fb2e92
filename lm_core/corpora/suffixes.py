"""A text in, the order of all its endings out: with it any passage is found in a text of millions in microseconds.

    banana    the endings      a  ana  anana  banana  na  nana
              begin at         5   3     1      0      4    2       = suffix_array("banana")

Equal beginnings stand next to each other, so what begins with "an" is one stretch of the list (Manber & Myers 1990).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Places = npt.NDArray[np.int32]

_KEY_BITS = 63  # of an int64, without its sign


def suffix_array(text: str) -> Places:
    """Where each ending of the text begins, the endings in the order of their characters' numbers.

    Prefix doubling: sorted by their first w characters, endings are sorted by 2w if each is followed by the rank of the
    one that begins w further on. The first sort already sees as many characters as fit into one number, and later ones
    touch only endings that are still equal to a neighbour.
    """
    key, width = _first_characters(text)
    order = np.argsort(key).astype(np.int32)
    ranks, tied = np.empty(len(order), dtype=np.int32), np.arange(len(order), dtype=np.int32)  # tied: places in order
    endings, key = order, key[order]
    while len(tied):
        begins = np.append(True, key[1:] != key[:-1])  # a new rank at each first of equal keys: its place in the order
        ranks[endings] = np.maximum.accumulate(np.where(begins, tied, 0))
        equal = ~(begins & np.append(begins[1:], True))
        tied, endings = tied[equal], endings[equal]
        key = _pair_of_ranks(ranks, endings, width)
        sorting = np.argsort(key)
        endings, key = endings[sorting], key[sorting]
        order[tied] = endings
        width *= 2
    return order


def _first_characters(text: str) -> tuple[npt.NDArray[np.int64], int]:
    """The first `width` characters of each ending as one number, those that stand later counting less: keys, width."""
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype="<u4")
    present = np.zeros(0x110000, dtype=np.int64)
    present[codes] = 1
    key = np.cumsum(present)[codes]  # 1 for the lowest character of the text; 0 is left for its end
    bits, width = int(key.max(initial=1)).bit_length(), 1
    while 2 * width * bits <= _KEY_BITS:
        later = np.zeros_like(key)
        later[:-width] = key[width:]
        key = key << (width * bits) | later
        width *= 2
    return key, width


def _pair_of_ranks(ranks: Places, endings: Places, width: int) -> npt.NDArray[np.int64]:
    """Of each ending its rank, then that of the one `width` further on; 0 where the text is over by then."""
    later = endings.astype(np.int64) + width
    inside = later < len(ranks)
    second = np.zeros(len(endings), dtype=np.int64)
    second[inside] = ranks[later[inside]] + 1
    return ranks[endings].astype(np.int64) * (len(ranks) + 1) + second
