"""What does it learn from? A corpus of the library or a text of one's own, looked at, then learned from."""

import streamlit as st

from app.i18n import _
from app.loaders import data
from app.sentences import translate_sentence
from app.widgets.cut import cut_button
from app.widgets.frame import header, lesson
from app.widgets.library import choose_corpus
from app.widgets.own_text import leave_link, own_text, show_reading
from app.widgets.text_views import show_text
from app.widgets.train_form import train_form
from lm_core.config import OWN_TEXT

header(
    _("What does it learn from?"),
    _("From a text, and from nothing else: everything that the model will ever know stands in it."),
)
infos = {info.name: info for info in data.library()}
picture, corpus, title = None, None, ""
left, right = st.columns([1, 1.9], gap="medium")
with left:
    chosen = choose_corpus(infos)
with right:
    if chosen == OWN_TEXT:
        own = own_text()
        if own is not None:
            show_reading(own)
        if own is not None and own.read is not None:
            corpus, title = own.read, own.title or _("Own text")
            about = {"title": title, "description": "", "licence": "", "source": ""}
    else:
        leave_link()
        info = infos[chosen]
        corpus, title = chosen, translate_sentence(info.title)
        about = {"title": title, "description": translate_sentence(info.description)}
        about |= {"licence": translate_sentence(info.licence), "source": translate_sentence(info.source)}
    if corpus is not None:
        picture = show_text(corpus, about)
        if picture is not None:
            cut_button(corpus, title)
train_form(corpus, title, picture)
lesson(
    "data",
    code=(
        "lm_core.corpora.library.load_corpus",
        "lm_core.corpora.cleaning.clean_text",
        "lm_core.corpora.clean.cleaning_stages",
        "lm_core.corpora.near_duplicates.without_near_duplicates",
        "lm_core.corpora.zipf.fit_zipf",
        "lm_core.data.splitting.split_documents",
        "lm_core.data.leakage.find_leaks",
    ),
)
