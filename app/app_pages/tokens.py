"""How does text become numbers? Any text cut by any tokenizer, several side by side, and their vocabularies."""

import streamlit as st

from app.i18n import _
from app.loaders import tokenizers
from app.widgets.frame import header, lesson
from app.widgets.token_sections import show_section
from app.widgets.tokenizer_picker import pick_tokenizer

header(
    _("How does text become numbers?"),
    _("It is cut into tokens, and each token has a number. The model sees the numbers only."),
)
source = pick_tokenizer()
if source is not None:
    show_section(source)
    if (left_out := tokenizers.left_out(source)) > 0:
        note = _("The text is long: the tokenizer learned from its first megabyte, {left_out:,} characters come after.")
        st.caption(note.format(left_out=left_out))
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
