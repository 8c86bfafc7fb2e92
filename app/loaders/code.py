"""The source of a function, by its dotted name, as the running program has it."""

from __future__ import annotations

import importlib
import inspect
import textwrap

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
