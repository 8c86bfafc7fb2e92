"""Why a worker ended, in words."""

import pytest

from lm_core.jobs.endings import log_tail, why_it_ended

TRACEBACK = 'Traceback (most recent call last):\n  File "x.py", line 1, in f\nKeyError: "loss"\n'


@pytest.mark.parametrize(
    ("code", "log", "words"),
    [
        (-9, "", "The system ended it, most often because memory ran out. A smaller model or batch may help."),
        (-11, "", "The system ended it (SIGSEGV)."),
        (-250, "", "The system ended it (signal 250)."),
        (1, TRACEBACK, 'Its last words were: KeyError: "loss"'),
        (1, "\n\n", "It left no word why."),
        (1, "RuntimeError: can't allocate memory: you tried 9 bytes", "The memory of this machine ran out. "
         "Choose a smaller model or batch, or close other programs."),
        (1, "OSError: [Errno 28] No space left on device", "The disk is full. Make room, then start the run again."),
    ],
)  # fmt: skip
def test_an_ending_is_put_in_words(tmp_path, code, log, words):
    (tmp_path / "log").write_text(f"=== worker 1 of abc\n{log}")
    assert why_it_ended(code, tmp_path / "log") == words


def test_only_the_last_worker_speaks(tmp_path):
    (tmp_path / "log").write_text(f"=== worker 1 of abc\nMemoryError\n=== worker 2 of abc\n{TRACEBACK}")
    assert why_it_ended(1, tmp_path / "log") == 'Its last words were: KeyError: "loss"'


def test_a_log_that_is_not_there_says_nothing(tmp_path):
    assert log_tail(tmp_path / "none") == ""
    assert why_it_ended(3, tmp_path / "none") == "It left no word why."


def test_of_a_long_log_only_the_end_is_read(tmp_path):
    (tmp_path / "log").write_text("=== worker 1 of abc\n" + "x" * 100_000 + "\nthe end\n")
    assert why_it_ended(1, tmp_path / "log") == "Its last words were: the end"
