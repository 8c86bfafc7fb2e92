"""The posted routes of Generate. One streams a text while it is written: a wish in, one event a choice out, until the
reader leaves; the other says which stretches of a text stand in the training text.

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
from starlette.responses import JSONResponse, StreamingResponse

from app.i18n import LANGUAGES
from app.loaders import memorised as stretches
from app.loaders import writing
from app.sentences import translate_sentence
from lm_core.errors import ConfigError, LMError

MOST_POSTED = 8 * writing.LONGEST_PROMPT  # bytes

FRESH = {"Cache-Control": "no-store"}

_turn = asyncio.Lock()  # its waiters are served in their order


async def write(request: Request) -> StreamingResponse:
    """Events of app/loaders/writing.py as server-sent events; a refusal is one too, {"kind": "refused", "error"}."""
    events = _events(await _body(request), _language(request))
    return StreamingResponse(events, media_type="text/event-stream", headers=FRESH)


async def memorised(request: Request) -> JSONResponse:
    """What app/loaders/memorised.py finds, or {"error"}."""
    body = await _body(request)
    try:
        return JSONResponse(await run_in_threadpool(lambda: stretches.memorised(_posted(body))), headers=FRESH)
    except LMError as error:
        return JSONResponse({"error": translate_sentence(str(error), _language(request))}, 400, headers=FRESH)


async def _body(request: Request) -> bytes:
    """What was posted, cut where it is too long for either route."""
    body = b""
    async for chunk in request.stream():
        body += chunk[: MOST_POSTED + 1 - len(body)]
    return body


def _language(request: Request) -> str:
    language = request.query_params.get("lang", "en")
    return language if language in LANGUAGES else "en"


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
