"""Memory that was used and freed is kept for the next pass: nothing in, one setting of the process's allocator out.

Each pass of a model makes the same large arrays. The C library of Linux hands freed ones back to the system after every
pass and asks for them again, page by page: for attention maps that takes longer than computing them.
"""

from __future__ import annotations

import ctypes
import sys

KEPT_BYTES = 256_000_000  # freed memory that stays at hand
LARGEST_BLOCK = 32 * 2**20  # larger arrays, as the weights of large models, go back at once; glibc allows no more
_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3  # M_TRIM_THRESHOLD and M_MMAP_THRESHOLD of malloc.h


def keep_freed_memory() -> bool:
    """Ask for it; False where the system has no such setting, as Windows, macOS and musl."""
    if not sys.platform.startswith("linux"):
        return False
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError):
        return False
    return bool(mallopt(_MMAP_THRESHOLD, LARGEST_BLOCK)) and bool(mallopt(_TRIM_THRESHOLD, KEPT_BYTES))
