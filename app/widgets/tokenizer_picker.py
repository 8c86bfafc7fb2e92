"""Choosing the tokenizer that a page looks at: that of a run, or a new one trained on a text here and now."""

from __future__ import annotations

import re

import streamlit as st

from app import state
from app.i18n import _
from app.loaders import data, runs, sidebyside, tokenizers
from app.loaders.tokenizers import COUNT_THEIR_OWN, SIZES, UPLOADED, Source
from app.sentences import translate_sentence
from app.widgets.frame import show_error
from app.widgets.run_picker import pick_run
from app.widgets.text_views import CLEANING
from lm_core.config import OWN_TEXT, CorpusSpec, TokenizerSpec, parse_config
from lm_core.corpora.clean import CLEANING_STEPS
from lm_core.errors import LMError
from lm_core.tokenizers.registry import list_tokenizers, tokenizer_info

FROM, CORPUS, KIND, SIZE, CUT = "from", "corpus", "kind", "vocab", "cut"  # in the address
FILE = "tokenizer file of the token page"
LARGEST = "the largest vocabulary that a text fills, by text and kind"
OWN = "own text on the token page"  # its fingerprint and title, for when the reader comes back
TEXT_ID = re.compile(r"[0-9a-f]{64}")


def kind_name(kind: str) -> str:
    """What people call a kind of tokenizer."""
    return translate_sentence(tokenizer_info(kind).title)


def pick_tokenizer() -> Source | None:
    """Draw the chooser and return what is chosen; where there is nothing yet, say what to do and return None.

    The choice lives in the address. A link that names a text and no run means a new tokenizer.
    """
    if CORPUS in st.query_params and FROM not in st.query_params:
        st.session_state[_key(FROM)] = "new"
    choices = {"run": _("A run's tokenizer"), "new": _("Another one")}
    default = "run" if runs.list_choices() else "new"
    state.from_address(FROM, list(choices), default, key=_key(FROM))
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        chosen = st.segmented_control(
            _("Which tokenizer?"), list(choices), format_func=choices.get, required=True, key=_key(FROM),
            persist_state="session", label_visibility="collapsed",
        )  # fmt: skip
        state.to_address(FROM, key=_key(FROM))
        source = _new_one() if chosen == "new" else _of_run()
    if source is None and chosen == "new":
        st.info(_("Choose the file of a tokenizer: its tokens appear here at once."))
    elif source is None:
        st.info(_("There is no run yet. Train a tokenizer here and now, or choose a text and train a model."))
        st.page_link("app_pages/data.py", label=_("Choose a text"), icon=":material/arrow_forward:")
    return source


def _key(name: str) -> str:
    """The session's key of a choice: other pages have choices of the same name."""
    return f"{name} of the tokenizer"


def _of_run() -> Source | None:
    state.remember_view(corpus=None, text=None, title=None, kind=None, vocab=None, cut=None, file=None, name=None)
    state.remember_view(cleaning=None)
    run_id = pick_run()
    return None if run_id is None else Source(run=run_id)


def _new_one() -> Source | None:
    """A text, a kind and, where it learns its pieces, a size; None while the file of an uploaded one is missing."""
    state.remember_view(run=None)
    corpus = _corpus()
    infos = list_tokenizers()
    kinds = {info.kind: translate_sentence(info.title) for info in infos if info.unavailable is None}
    missing = [f"**{info.title}**: {translate_sentence(info.unavailable)}" for info in infos if info.unavailable]
    kind = _select(KIND, kinds, "bpe", _("Kind"), 200, help="  \n".join(missing) or None)
    if kind != "bpe":
        state.remember_view(cut=None)
    if kind == UPLOADED:
        state.remember_view(vocab=None)
        spec = _uploaded()
        return None if spec is None else Source(corpus=corpus, tokenizer=spec)
    state.remember_view(file=None, name=None)
    if kind in COUNT_THEIR_OWN:
        state.remember_view(vocab=None)
        return Source(corpus=corpus, tokenizer=tokenizers.spec_of(kind, ""))
    largest = st.session_state.get(LARGEST, {}).get((corpus, kind))
    sizes, suggested = tokenizers.sizes_up_to(largest), tokenizers.suggested_size(corpus)
    suggested = suggested if suggested in sizes else sizes[-1]
    size = _select(SIZE, {str(size): f"{size:,}" for size in sizes}, str(suggested), _("Vocabulary"), 120)
    cuts = {"words": _("words, as GPT-2"), "lines": _("whole lines")}
    cut = _select(CUT, cuts, "words", _("Pieces stay inside"), 180) if kind == "bpe" else ""
    if largest:
        st.caption(_("This text fills {count:,} at most.").format(count=largest))
    return Source(corpus=corpus, tokenizer=tokenizers.spec_of(kind, size, cut))


def offer_no_more_than(source: Source, largest: int | None) -> bool:
    """A text cannot fill so large a vocabulary: offer the largest that it fills. False where that helps nobody."""
    asked = source.tokenizer.vocab_size if source.tokenizer is not None else 0
    if source.tokenizer is None or largest is None or not tokenizers.SMALLEST <= largest < asked:
        return False
    st.session_state.setdefault(LARGEST, {})[source.corpus, source.tokenizer.kind] = largest
    return True


def _uploaded() -> TokenizerSpec | None:
    """The tokenizer of a file, as kept from now on; an address may name one that is kept already."""
    file = st.file_uploader(_("The file tokenizer.json of any Hugging Face model"), type=["json"], width=320)
    if file is not None:
        try:
            st.session_state[FILE] = tokenizers.keep_upload(file.getvalue(), file.name).model_dump()
        except LMError as error:
            show_error(error)
            return None
    elif TEXT_ID.fullmatch(st.query_params.get("file", "")):
        title = st.query_params.get("name", "")[: tokenizers.LONGEST_TITLE]
        st.session_state[FILE] = {"kind": UPLOADED, "file_id": st.query_params["file"], "title": title}
    if FILE not in st.session_state:
        return None
    spec = parse_config(TokenizerSpec, st.session_state[FILE])
    state.remember_view(file=spec.file_id, name=spec.title or None)
    return spec


def _corpus() -> CorpusSpec:
    """A text of the library, or the reader's own where a link has brought it here."""
    own = _own_text()
    titles = {info.name: translate_sentence(info.title) for info in data.library() if info.unavailable is None}
    if own is not None:
        titles = {OWN_TEXT: own.title or _("Own text"), **titles}
    name = _select(CORPUS, titles, next(iter(titles)), _("Text"), 260)
    if name == OWN_TEXT and own is not None:
        state.remember_view(text=own.text_id, title=own.title or None)
        return _cleaned(own)
    state.remember_view(text=None, title=None)
    return _cleaned(CorpusSpec(name=name))


def _cleaned(corpus: CorpusSpec) -> CorpusSpec:
    """The text with the cleaning steps that are on for the page Data, or that the address names."""
    steps = state.names_from_address(CLEANING, list(CLEANING_STEPS), None)
    if steps:
        st.caption(_("Cleaning: {count} on").format(count=len(steps)))
    return corpus.model_copy(update={"cleaning": steps})


def _own_text() -> CorpusSpec | None:
    text_id = st.query_params.get("text", "")
    if TEXT_ID.fullmatch(text_id):
        title = st.query_params.get("title", "")[: tokenizers.LONGEST_TITLE]
        st.session_state[OWN] = {"name": OWN_TEXT, "text_id": text_id, "title": title}
    return parse_config(CorpusSpec, st.session_state[OWN]) if OWN in st.session_state else None


def _select(
    name: str, options: dict[str, str], default: str, label: str, width: int, *, help: str | None = None
) -> str:
    key = _key(name)
    state.from_address(name, list(options), default, key=key)
    chosen = st.selectbox(
        label, list(options), format_func=lambda option: options.get(option, option), key=key, persist_state="session",
        width=width, help=help,
    )  # fmt: skip
    state.to_address(name, key=key)
    return chosen


def train_with(source: Source) -> None:
    """A button that goes to the page Data, where a model is trained on this text with this tokenizer."""
    corpus, spec = sidebyside.specs_of(source)
    if not tokenizer_info(spec.kind).small or spec.split != "words":
        return  # its vocabulary is far too large for a model that is trained here, or the form there has no such choice
    if not st.button(_("Train a model with this tokenizer"), icon=":material/arrow_forward:"):
        return
    st.session_state["tokenizer"] = spec.kind  # the choices of the form there
    if spec.vocab_size in SIZES:
        st.session_state["pieces"] = spec.vocab_size
    st.switch_page("app_pages/data.py", query_params=tokenizers.address_of(corpus))
