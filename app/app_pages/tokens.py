"""How does text become numbers? Any text, cut by the tokenizer of the chosen run as one types."""

import streamlit as st

from app import state
from app.components import show_picture
from app.i18n import _
from app.loaders import film, tokens
from app.widgets.film import film_section
from app.widgets.frame import header, lesson
from app.widgets.lattice import lattice_section
from app.widgets.run_picker import pick_run

TEXT = "text on the token page"  # kept for when the reader comes back


@st.fragment
def playground(run_id: str) -> None:
    """The picture tells what was typed, and gets it back as tokens; nothing else on the page runs again."""
    typed = (st.session_state.get("tokens") or {}).get("typed") or {}
    text = str(typed.get("text", st.session_state.get(TEXT, tokens.first_text(run_id))))
    st.session_state[TEXT] = text
    focus = typed.get("focus", state.view_number("token"))
    picture = tokens.tokens_of(run_id, text, focus)
    show_picture(
        "tokens",
        {**picture, "run": run_id, "focus": focus, "serial": typed.get("serial", 0)},
        key="tokens",
        listens=("typed",),
    )
    state.remember_view(token=focus)


@st.fragment(run_every=1.0)
def wait_for_tokenizer(run_id: str) -> None:
    """Look again each second until the run has made its tokenizer, then draw the page."""
    if tokens.is_ready(run_id):
        st.rerun()
    st.info(_("This run is still making its tokenizer. The picture appears as soon as it is there."))


@st.fragment
def whole_vocabulary(run_id: str) -> None:
    """Every token that there is; built only when asked for."""
    with st.expander(_("The whole vocabulary"), key="vocabulary", on_change="rerun") as expander:
        if expander.open:
            names = {"id": _("id"), "token": _("token"), "kind": _("kind")}
            table = {names[name]: values for name, values in tokens.vocabulary_of(run_id).items()}
            st.dataframe(table, hide_index=True, height=320, width="stretch")


header(
    _("How does text become numbers?"),
    _("It is cut into tokens, and each token has a number. The model sees the numbers only."),
)
run_id = pick_run()
if run_id is None:
    st.info(_("There is no run yet. Choose a text and train a model: its tokenizer appears here at once."))
    st.page_link("app_pages/data.py", label=_("Choose a text"), icon=":material/arrow_forward:")
elif not tokens.is_ready(run_id):
    wait_for_tokenizer(run_id)
else:
    playground(run_id)
    whole_vocabulary(run_id)
    shown = (run_id, film.tokenizer_of_run(run_id), lambda: film.texts_of_run(run_id))
    film_section(*shown)
    lattice_section(*shown)
lesson(
    "tokens",
    code=(
        "lm_core.tokenizers.char.CharTokenizer.train",
        "lm_core.tokenizers.char.CharTokenizer.encode",
        "lm_core.tokenizers.byte.ByteTokenizer.encode",
        "lm_core.tokenizers.merging.merges",
        "lm_core.tokenizers.bpe_training.learn_merges_plainly",
        "lm_core.tokenizers.bpe_training.Learning",
        "lm_core.tokenizers.lattice.best_arrivals",
        "lm_core.tokenizers.sentencepiece.SentencePieceTokenizer.encode",
    ),
)
