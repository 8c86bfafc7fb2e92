"""The allocator's setting, in a process of its own: after it, passes ask the system for no new memory."""

import subprocess
import sys
from pathlib import Path

import pytest

from lm_core import allocator

MEASURE = """
import resource, sys
import numpy as np
from lm_core.allocator import keep_freed_memory
if sys.argv[1] == "kept":
    assert keep_freed_memory()
def work():
    arrays = [np.ones(200_000) for _ in range(20)]
for _ in range(5):
    work()
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(20):
    work()
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


def page_faults(how):
    command = [sys.executable, "-c", MEASURE, how]
    return int(
        subprocess.run(command, cwd=Path(__file__).parents[2], capture_output=True, text=True, check=True).stdout
    )


@pytest.mark.skipif(not allocator.keep_freed_memory(), reason="this system's allocator has no such setting")
def test_freed_memory_is_used_again():
    assert page_faults("kept") < page_faults("as it is") / 10


def test_another_system_goes_on_as_it_is(monkeypatch):
    monkeypatch.setattr(allocator.sys, "platform", "win32")
    assert allocator.keep_freed_memory() is False
