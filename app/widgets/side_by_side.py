"""Choosing the tokenizers that stand beside the page's own: up to three, of every kind and of other runs."""

from __future__ import annotations

from typing import Any

import streamlit as st

from app import state
from app.i18n import _
from app.loaders import runs, sidebyside, tokenizers
from app.loaders.tokenizers import COUNT_THEIR_OWN, UPLOADED, Source
from app.widgets.run_picker import label as run_label
from app.widgets.tokenizer_picker import kind_name
from lm_core.config import CorpusSpec, TokenizerSpec
from lm_core.tokenizers.registry import list_tokenizers

OTHERS = "with"  # in the address: with=byte,bpe-4096,run-k3f9ab2c
KEY = "tokenizers beside the page's own"
WRITTEN = f"{KEY}, in the address"
MOST_OTHERS = 3
OFFERED_SIZES = (512, 1024, 4096)
MOST_RUNS = 12


def pick_others(source: Source) -> list[dict[str, Any]]:
    """Draw the choice; the columns as the picture wants them, the page's own tokenizer first."""
    _corpus, own = sidebyside.specs_of(source)
    options = {**_trained_here(tokenizers.text_beside(source)), **_of_runs(source.run)}
    mine = _name(own)
    if not source.run:
        options.pop(mine, None)
    linked = st.query_params.get(OTHERS)
    if KEY not in st.session_state or linked not in (None, st.session_state.get(WRITTEN)):
        wanted = (linked or "gpt2,bpe-1024,unigram-1024,char").split(",")
        st.session_state[KEY] = [name for name in dict.fromkeys(wanted) if name in options and name != mine]
    st.session_state[KEY] = [name for name in st.session_state[KEY] if name in options][:MOST_OTHERS]
    chosen = st.multiselect(
        _("Beside it"), list(options), format_func=lambda name: options[name][0], key=KEY, persist_state="session",
        max_selections=MOST_OTHERS, placeholder=_("Choose one to three others"),
    )  # fmt: skip
    st.session_state[WRITTEN] = ",".join(chosen)
    state.remember_view(**{OTHERS: ",".join(chosen) or None})
    first = {
        "label": own.title or _label(own),
        "of": _of_run(source.run),
        "source": source.address(),
    }
    return [first, *({"label": options[name][0], "of": "", "source": options[name][1].address()} for name in chosen)]


def _of_run(run_id: str) -> str:
    names = {choice.run_id: run_label(choice) for choice in runs.list_choices()} if run_id else {}
    return names.get(run_id, run_id)


def _name(spec: TokenizerSpec) -> str:
    """In the address: "byte", "unigram-512", "bpe-512", "bpe-lines-512"."""
    parts = [spec.kind, *([] if spec.split == "words" else [spec.split]), str(spec.vocab_size)]
    return spec.kind if spec.kind in COUNT_THEIR_OWN else "-".join(parts)


def _label(spec: TokenizerSpec) -> str:
    if spec.kind in COUNT_THEIR_OWN:
        return kind_name(spec.kind)
    label = f"{kind_name(spec.kind)} {spec.vocab_size:,}"
    return label if spec.split == "words" else _("{tokenizer}, whole lines").format(tokenizer=label)


def _trained_here(corpus: CorpusSpec) -> dict[str, tuple[str, Source]]:
    """Every kind, trained on the same text as the page's own."""
    found = {}
    for info in list_tokenizers():
        kind = info.kind
        if info.unavailable is not None or kind == UPLOADED:
            continue
        sizes = ("",) if kind in COUNT_THEIR_OWN else tuple(map(str, OFFERED_SIZES))
        for cut in ("", "lines") if kind == "bpe" else ("",):
            for spec in (tokenizers.spec_of(kind, size, cut) for size in sizes):
                found[_name(spec)] = (_label(spec), Source(corpus=corpus, tokenizer=spec))
    return found


def _of_runs(but: str) -> dict[str, tuple[str, Source]]:
    """The newest runs and those of the gallery."""
    choices = [choice for choice in runs.list_choices() if choice.run_id != but][:MOST_RUNS]
    return {f"run-{choice.run_id}": (run_label(choice), Source(run=choice.run_id)) for choice in choices}
