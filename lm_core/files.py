"""Files that are whole or not there: bytes in, a file on disk that survives a crash at any moment out.

The bytes go to a temporary file, are forced to the disk, and only then take the name that readers look for.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from pathlib import Path


def write_atomically(path: Path, data: bytes) -> None:
    """Write `data` so that `path` holds either its old content or all of the new one, even after a power cut.

    Folders that are missing are made. Several threads and processes may write the same file: the last one wins.

    Raises:
        OSError: the disk is full, or the folder cannot be written to; nothing has changed then.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f"{path.name}.{os.getpid()}-{threading.get_ident()}.tmp")
    try:
        with temporary.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        _replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)
    _sync_folder(path.parent)


def _replace(source: Path, target: Path) -> None:
    """`os.replace`; on Windows a virus scanner may hold the file for a moment, so try again for a second."""
    for _ in range(20 if sys.platform == "win32" else 0):
        try:
            os.replace(source, target)
            return
        except PermissionError:
            time.sleep(0.05)
    os.replace(source, target)


def _sync_folder(folder: Path) -> None:
    """Force the folder's list of names to the disk; Windows has no such call and needs none."""
    if sys.platform == "win32":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
