"""The server: Streamlit's pages, the pictures' scripts, and the read-only routes that the pictures poll.

Run it with `tokenarium app`, or `streamlit run app/serve.py`.
"""

from __future__ import annotations

import asyncio
import gc
import importlib
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import streamlit as st
from starlette.middleware import Middleware
from starlette.routing import Route

# Streamlit warns of each cached function that is imported before its runtime runs; here that is how it should be.
logging.getLogger("streamlit.runtime.caching.cache_data_api").setLevel(logging.ERROR)

from app import routes, streaming  # noqa: E402
from app.visitors import NameVisitors  # noqa: E402
from app.widgets.frame import show_error  # noqa: E402
from lm_core.allocator import keep_freed_memory  # noqa: E402

SECONDS_BEFORE_WARMING = 5.0  # the first page comes first
WARMED = (
    *("lm_core.runs.checkpoint", "lm_core.generation.decode", "lm_core.interpret.attention"),
    "lm_core.jobs.launch",
)


@asynccontextmanager
async def lifespan(_app: st.App) -> AsyncIterator[dict[str, object]]:
    """Import what every page needs once, then keep it out of the garbage collector's rounds."""
    import pandas  # noqa: F401  Streamlit imports it on the first page otherwise

    from app.loaders import runs

    keep_freed_memory()
    runs.start_engine()
    gc.collect()
    gc.freeze()
    warming = asyncio.create_task(warm_the_models())
    yield {}
    warming.cancel()


async def warm_the_models() -> None:
    """Import torch beside the first visit, so that the first own sentence and the first generation need not wait."""
    await asyncio.sleep(SECONDS_BEFORE_WARMING)
    for module in WARMED:
        await asyncio.to_thread(importlib.import_module, module)
    gc.freeze()


app = st.App(
    Path(__file__).with_name("main.py"),
    routes=[
        Route("/pictures/{digest}/{path:path}", routes.picture_script),
        Route("/api/metrics", routes.metrics),
        Route("/api/history", routes.history),
        Route("/api/doctor", routes.doctor),
        Route("/api/step", routes.one_step),
        Route("/api/runs", routes.list_runs),
        Route("/api/checkpoints", routes.checkpoints),
        Route("/api/embedding", routes.embedding),
        Route("/api/loss", routes.loss_of_text),
        Route("/api/loss/ask/{question}", routes.loss_question),
        Route("/api/tokens", routes.tokens_of_text, methods=["POST"]),
        Route("/api/tokens/examples", routes.tokens_examples),
        Route("/api/tokens/figures", routes.tokens_figures),
        Route("/api/vocabulary", routes.vocabulary_columns),
        Route("/api/vocabulary/token", routes.vocabulary_token),
        Route("/api/vocabulary/file", routes.vocabulary_file),
        Route("/api/attention", routes.attention),
        Route("/api/attention/vectors", routes.attention_vectors),
        Route("/api/attention/sentence", routes.attention_sentence),
        Route("/api/inside", routes.inside),
        Route("/api/inside/tensors", routes.inside_tensors),
        Route("/api/inside/number", routes.inside_number),
        Route("/api/inside/ask/{question}", routes.inside_question),
        Route("/api/generate/ask/{question}", routes.generate_question),
        Route("/api/attention/heads", routes.attention_heads),
        Route("/api/generate/write", streaming.write, methods=["POST"]),
        Route("/api/generate/memorised", streaming.memorised, methods=["POST"]),
    ],
    middleware=[Middleware(NameVisitors)],
    lifespan=lifespan,
    on_script_error=show_error,
)
