"""The source of a function, by its dotted name, as the running program has it."""

from __future__ import annotations

import importlib
import inspect
import textwrap
from functools import cache
from pkgutil import resolve_name

import streamlit as st


@st.cache_data(max_entries=128, show_spinner=False)
def source_of(name: str) -> str:
    """'lm_core.training.schedule.learning_rate' -> its source; also 'module.Class' and 'module.Class.method'."""
    module_name, _dot, rest = name.rpartition(".")
    try:
        module = importlib.import_module(module_name)
    except ModuleNotFoundError:  # module.Class.method
        module_name, _dot, owner = module_name.rpartition(".")
        return textwrap.dedent(inspect.getsource(getattr(getattr(importlib.import_module(module_name), owner), rest)))
    return textwrap.dedent(inspect.getsource(getattr(module, rest)))


@cache
def line_with(name: str, fragment: str) -> dict[str, str]:
    """The first line of a function that holds a fragment, without its comment, and where it stands.

    ('lm_core.models.layers.rotate', 'return') -> {"text": "return x * …", "where": "lm_core/models/layers.py:183", …}
    """
    found = resolve_name(name)
    lines, first = inspect.getsourcelines(found)
    number = next(at for at, line in enumerate(lines) if fragment in line)
    where = f"{found.__module__.replace('.', '/')}.py:{first + number}"
    return {"text": lines[number].partition("  #")[0].strip(), "where": where, "function": name}
