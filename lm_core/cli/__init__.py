"""The command line: words after `tokenarium` in, plain text or JSON out, or one sentence and exit code 2."""

from lm_core.cli.main import main

__all__ = ["main"]
