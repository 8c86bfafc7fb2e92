"""The choices before a training: a text and its numbers in, a started run out."""

from __future__ import annotations

from typing import Any

import streamlit as st

from app import state
from app.components import show_picture
from app.i18n import _
from app.loaders import data, runs
from app.loaders.enough import enough_view
from app.loaders.tokenizers import SMALLEST, sizes_up_to
from app.sentences import translate_sentence
from app.widgets import count_form
from app.widgets.frame import show_error
from app.widgets.text_views import CLEANING
from lm_core.corpora.cleaning import DecodedText
from lm_core.errors import LMError, VocabularyError
from lm_core.presets import COUNTS, PRESETS, RECIPES
from lm_core.tokenizers.registry import list_tokenizers

PRESET = "preset"
RECIPE = "recipe"
NEWEST = "modern"
PIECES, DEFAULT_SIZE = "pieces", 512
FULL = "the text, its cleaning and the kind of tokenizer that were too much, and the largest vocabulary of these"
BY_HEART = 50  # readings of the same text, after which validation has long turned up


def train_form(corpus: str | DecodedText | None, title: str, picture: dict[str, Any] | None) -> None:
    """Draw the form beside nothing else; the button starts the run and opens the page Train."""
    frame = st.container(border=True)
    left, middle, right = frame.columns([1, 1.15, 1], gap="medium")
    preset = st.session_state.get(PRESET, next(iter(PRESETS)))  # its column comes last: sizes need torch, at first slow
    with left:
        kind, vocab_size = _tokenizer(corpus)
    with right:
        model = preset if count_form.architecture() == "decoder" else count_form.short_name()
        suggestion = " · ".join(part for part in (title, kind, model) if part)[:120]
        name = st.text_input(_("Name"), placeholder=suggestion, max_chars=120, key="run name")
        probe = st.text_input(
            _("Sentence to follow"), max_chars=2000, key="probe", placeholder=_("empty: one from the text"),
            help=_(
                "The model's surprise at each of its tokens is kept at up to 60 moments of training, "
                "as far as the model sees at once."
            ),
        )  # fmt: skip
        architecture = count_form.pick_architecture()
        recipe = _recipe() if architecture == "decoder" else NEWEST
        wanted = st.button(
            _("Train on this text"), type="primary", width="stretch", disabled=corpus is None or picture is None
        )
        if wanted and corpus is not None:
            choices = {"title": title, "kind": kind, "vocab_size": vocab_size, "preset": preset, "recipe": recipe}
            choices["cleaning"] = st.session_state.get(CLEANING, ())
            if architecture == "counts":
                choices |= {"preset": COUNTS, "model": count_form.chosen()}
            _start(corpus, **choices, name=name or suggestion, probe=probe)
    with middle:
        if architecture == "counts":
            count_form.how_it_counts(data.vocabulary_size(kind, vocab_size, picture) if picture else 66)
        else:
            _preset(kind, vocab_size, picture)
        show_picture("fields", {}, key="fields")  # nothing to see: it guards the fields of the page
    if architecture == "decoder" and corpus is not None and picture and picture["split"]["training"]:
        with frame:
            sizes = data.size_of(preset, data.vocabulary_size(kind, vocab_size, picture), _chosen_recipe())
            text = (corpus, st.session_state.get(CLEANING, ()))
            show_picture("enough", enough_view(*text, kind, vocab_size, sizes, picture), key="enough-picture")


def _start(corpus: str | DecodedText, **choices: Any) -> None:
    """Start the run and go and watch it; a refusal is shown where the button is, and nothing is lost."""
    try:
        state.choose_run(runs.train_new(data.new_config(corpus, **choices)))
    except LMError as error:
        if isinstance(error, VocabularyError) and (error.largest or 0) >= SMALLEST:
            st.session_state[FULL] = (corpus, choices["cleaning"], choices["kind"], error.largest)
            st.rerun()
        show_error(error)
    else:
        st.switch_page("app_pages/train.py")


def _tokenizer(corpus: str | DecodedText | None) -> tuple[str, int]:
    kinds = {info.kind: info for info in list_tokenizers() if info.small}
    kind = st.radio(
        _("What becomes a number?"), list(kinds), format_func=lambda kind: translate_sentence(kinds[kind].title),
        captions=[translate_sentence(info.description) for info in kinds.values()], key="tokenizer",
        persist_state="session",
    )  # fmt: skip
    if not kinds[kind].learns:
        return kind, DEFAULT_SIZE
    *which, largest = st.session_state.get(FULL, (None,))
    if which != [corpus, st.session_state.get(CLEANING, ()), kind]:
        largest = None
    sizes = sizes_up_to(largest)
    if st.session_state.setdefault(PIECES, DEFAULT_SIZE) not in sizes:
        st.session_state[PIECES] = sizes[-1] if largest else DEFAULT_SIZE
    if len(sizes) == 1:
        st.caption(_("Vocabulary: {count:,}, the most that this text fills.").format(count=largest))
        return kind, sizes[0]
    size = st.select_slider(_("Vocabulary"), sizes, key=PIECES)
    if largest:
        st.caption(_("This text fills {count:,} at most.").format(count=largest))
    return kind, size


def _recipe() -> str:
    """Same size, other parts: what the difference is worth, a student finds out by training both."""
    names = {"modern": _("today's"), "classic": _("the textbook's of 2019")}
    newest_first = sorted(RECIPES, key=lambda recipe: recipe != NEWEST)
    return st.radio(
        _("Which recipe?"), newest_first, format_func=names.get, horizontal=True, key=RECIPE, persist_state="session",
        help=_(
            "Both have the same size. The classic one has learned positions, LayerNorm, GELU and AdamW; today's has "
            "rotary positions, RMSNorm, squared ReLU, token shift and Muon, and learns the same many times sooner. "
            "The page Experiments trains them side by side."
        ),
    )  # fmt: skip


def _chosen_recipe() -> str:
    return st.session_state.get(RECIPE, NEWEST)


def _preset(kind: str, vocab_size: int, picture: dict[str, Any] | None) -> None:
    names = {"tiny": _("Tiny"), "small": _("Small"), "medium": _("Medium")}
    vocab_size = data.vocabulary_size(kind, vocab_size, picture) if picture else 66
    recipe = _chosen_recipe()
    taken = data.times_taken(recipe)
    captions = [
        _meaning(data.size_of(preset, vocab_size, recipe), kind, picture, taken.get(preset)) for preset in PRESETS
    ]
    st.radio(
        _("How large a model?"), list(PRESETS), format_func=lambda preset: names.get(preset, preset), captions=captions,
        key=PRESET, persist_state="session",
    )  # fmt: skip


def _meaning(size: dict[str, Any], kind: str, picture: dict[str, Any] | None, seconds: float | None) -> str:
    """'235,000 parameters, 4 layers, sees 64 tokens; 1,200 steps read the text 1.1 times; took 3 min here.'"""
    parts = [
        _("{parameters:,} parameters: {layers} layers of {heads} heads, sees {context} tokens at once.").format(**size)
    ]
    tokens = None
    if picture and picture["split"]["training"]:
        whole = {"char": picture["characters"], "byte": picture["bytes"]}.get(kind)
        tokens = whole and whole * picture["split"]["training"] / picture["characters"]
    if tokens:
        parts.append(
            _("{steps:,} steps read the text {times} times.").format(
                steps=size["steps"], times=_short(size["tokens"] / tokens)
            )
        )
        if size["tokens"] > BY_HEART * tokens:
            parts.append(_("So often that it will learn it by heart."))
    else:
        parts.append(_("{steps:,} steps, {tokens:,} tokens in all.").format(steps=size["steps"], tokens=size["tokens"]))
    if seconds is not None:
        parts.append(_("It last took {minutes} min here.").format(minutes=_short(max(0.1, seconds / 60))))
    return " ".join(parts)


def _short(value: float) -> str:
    """1.13 -> '1.1', 867.2 -> '867': two digits below ten, whole numbers above."""
    return f"{value:,.1f}" if value < 10 else f"{value:,.0f}"
