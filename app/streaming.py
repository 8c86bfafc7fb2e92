"""The route that streams a text while it is written: a wish posted, one event a choice out, until the reader leaves.

The texts of a class take turns of a few hundredths of a second, first come, first served; so thirty that write at once
wait for each other evenly, and one thread works for all. A reader who cancels or closes the tab ends their own text.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import StreamingResponse

from app.i18n import LANGUAGES
from app.loaders import writing
from app.sentences import translate_sentence
from lm_core.errors import ConfigError, LMError

MOST_POSTED = 8 * writing.LONGEST_PROMPT  # bytes

_turn = asyncio.Lock()  # its waiters are served in their order


async def write(request: Request) -> StreamingResponse:
    """Events of app/loaders/writing.py as server-sent events; a refusal is one too, {"kind": "refused", "error"}."""
    language = request.query_params.get("lang", "en")
    body = b""
    async for chunk in request.stream():
        body += chunk[: MOST_POSTED + 1 - len(body)]
    events = _events(body, language if language in LANGUAGES else "en")
    return StreamingResponse(events, media_type="text/event-stream", headers={"Cache-Control": "no-store"})


async def _events(body: bytes, language: str) -> AsyncIterator[str]:
    try:
        work = writing.write(writing.parse_wish(_posted(body)))
        while True:
            async with _turn:
                found = await run_in_threadpool(writing.slice_of, work)
            if not found:
                return
            yield "".join(_packed(event) for event in found)
    except LMError as error:
        yield _packed({"kind": "refused", "error": translate_sentence(str(error), language)})


def _posted(body: bytes) -> dict[str, Any]:
    """Raises:
    ConfigError: this is no wish.
    """
    try:
        return dict(json.loads(body))
    except (ValueError, TypeError, RecursionError):
        too_long = len(body) > MOST_POSTED
        raise ConfigError("This text is too long to go on from." if too_long else "Post a run and a text.") from None


def _packed(event: dict[str, Any]) -> str:
    return f"data: {json.dumps(event, allow_nan=False, separators=(',', ':'))}\n\n"
