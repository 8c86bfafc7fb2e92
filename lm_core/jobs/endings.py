"""Why a worker ended, in words: its exit code and the end of its log in, one sentence or two for people out."""

from __future__ import annotations

import signal
from pathlib import Path

_TAIL_BYTES = 20_000
_LONGEST_QUOTE = 300
_KNOWN = (
    (("MemoryError", "can't allocate memory", "not enough memory", "out of memory"),
     "The memory of this machine ran out. Choose a smaller model or batch, or close other programs."),
    (("No space left on device", "disk is full"),
     "The disk is full. Make room, then start the run again."),
)  # fmt: skip


def why_it_ended(code: int, log_path: Path) -> str:
    """-9, … -> "The system ended it, most often because memory ran out. …"; 1, a log -> its last words."""
    tail = log_tail(log_path)
    for signs, sentence in _KNOWN:
        if any(sign in tail for sign in signs):
            return sentence
    if code == -getattr(signal, "SIGKILL", 9):
        return "The system ended it, most often because memory ran out. A smaller model or batch may help."
    if code < 0:
        return f"The system ended it ({_signal_name(-code)})."
    last_line = next((line.strip() for line in reversed(tail.splitlines()) if line.strip()), "")
    if not last_line:
        return "It left no word why."
    return f"Its last words were: {last_line[:_LONGEST_QUOTE]}"


def log_tail(log_path: Path, start_of_last: str = "=== ") -> str:
    """The end of the log, from the start of the last worker's part on."""
    try:
        with log_path.open("rb") as file:
            file.seek(0, 2)
            file.seek(max(0, file.tell() - _TAIL_BYTES))
            text = file.read().decode(errors="replace")
    except OSError:
        return ""
    return text.rpartition(start_of_last)[2].partition("\n")[2] if start_of_last in text else text


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
