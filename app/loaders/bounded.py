"""What was read or worked out, remembered while it fits: a key and the work in, its value out, once for all who ask.

The bound is in bytes: one large model counts as much as many small ones. The newest value always stays, however large.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

Value = TypeVar("Value")


class Bounded(Generic[Value]):
    """Values by key, the last used ones up to `most_bytes` in all; one of them is made at a time."""

    def __init__(self, most_bytes: int, size: Callable[[Value], int]) -> None:
        self.most_bytes = most_bytes
        self._size = size
        self._kept: OrderedDict[Hashable, tuple[Value, int]] = OrderedDict()
        self._lock = threading.RLock()

    def get(self, key: Hashable, make: Callable[[], Value]) -> Value:
        """The value of that key; made, if it is not here. A refusal is raised and not remembered."""
        with self._lock:  # thirty who open the same model wait for one that reads it
            if key not in self._kept:
                value = make()
                self._kept[key] = (value, self._size(value))
            self._kept.move_to_end(key)
            while len(self._kept) > 1 and self.bytes > self.most_bytes:
                self._kept.popitem(last=False)
            return self._kept[key][0]

    @property
    def bytes(self) -> int:
        return sum(size for _value, size in self._kept.values())

    def cache_clear(self) -> None:
        with self._lock:
            self._kept.clear()
