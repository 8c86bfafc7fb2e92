"""The server: Streamlit's pages, the pictures' scripts, and the read-only routes that the pictures poll.

Run it with `tokenarium app`, or `streamlit run app/serve.py`.
"""

from __future__ import annotations

import gc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import streamlit as st
from starlette.routing import Route

from app import routes
from app.widgets.frame import show_error


@asynccontextmanager
async def lifespan(_app: st.App) -> AsyncIterator[dict[str, object]]:
    """Import what every page needs once, then keep it out of the garbage collector's rounds."""
    import pandas  # noqa: F401  Streamlit imports it on the first page otherwise

    from app.loaders import runs

    runs.start_engine()
    gc.collect()
    gc.freeze()
    yield {}


app = st.App(
    Path(__file__).with_name("main.py"),
    routes=[
        Route("/pictures/{digest}/{path:path}", routes.picture_script),
        Route("/api/metrics", routes.metrics),
        Route("/api/history", routes.history),
        Route("/api/attention", routes.attention),
        Route("/api/attention/vectors", routes.attention_vectors),
        Route("/api/attention/sentence", routes.attention_sentence),
    ],
    lifespan=lifespan,
    on_script_error=show_error,
)
