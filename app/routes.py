"""The read-only routes that pictures ask: arguments checked, NaN as null, a JSON sentence for every refusal."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response

from app.components import FOLDER, assets_digest
from app.loaders import attention as attention_loader
from app.loaders import runs
from app.loaders import train as train_loader
from lm_core.errors import LMError, RunError

FRESH = {"Cache-Control": "no-store"}
FOR_EVER = {"Cache-Control": "public, max-age=31536000, immutable"}
LONGEST_STEP = 10_000_000


async def picture_script(request: Request) -> Response:
    """A script of a picture. Only .js files inside `app/components` exist here."""
    path = PurePosixPath(request.path_params["path"])
    file = (FOLDER / path).resolve()
    if path.suffix != ".js" or not file.is_relative_to(FOLDER.resolve()) or not file.is_file():
        return _refusal("There is no such script.", 404)
    current = request.path_params["digest"] == assets_digest()
    return FileResponse(file, media_type="text/javascript", headers=FOR_EVER if current else FRESH)


async def metrics(request: Request) -> Response:
    """How a run stands and its metrics above `since`; `next` is the cursor for the next question."""
    return await _answer(request, "since", _metrics)


async def history(request: Request) -> Response:
    """The kept moments of a run above `after`, without attention: losses, likeliest tokens and sample of each."""
    return await _answer(request, "after", _history)


async def attention(request: Request) -> Response:
    """The attention maps of the kept moments above `after`, packed as app/loaders/attention.py says."""
    return await _answer(request, "after", _attention)


async def attention_vectors(request: Request) -> Response:
    """q and k of one head (`layer`, `head` counted from 0) at a kept moment (`step`) or of an own sentence (`text`)."""

    def make(run_id: str) -> Response:
        layer, head, step = (_step(request, name) for name in ("layer", "head", "step"))
        return _packed(attention_loader.pack_vectors(run_id, step, layer, head, request.query_params.get("text", "")))

    return await _guard(make, request.query_params.get("run", ""))


async def attention_sentence(request: Request) -> Response:
    """The attention maps of a sentence of one's own (`text`), seen through the newest weights of the run."""
    query = request.query_params
    return await _guard(_sentence, query.get("run", ""), query.get("text", ""))


async def _answer(request: Request, cursor: str, make: Any) -> Response:
    """The answer of a route whose arguments are a run and a cursor."""

    def checked(run_id: str) -> Response:
        return make(run_id, _step(request, cursor))

    return await _guard(checked, request.query_params.get("run", ""))


async def _guard(make: Any, *arguments: str) -> Response:
    """Do the work in a thread, turn refusals into sentences."""
    try:
        return await run_in_threadpool(make, *arguments)
    except RunError as error:
        return _refusal(str(error), 404)
    except LMError as error:
        return _refusal(str(error), 400)


def _step(request: Request, name: str) -> int:
    text = request.query_params.get(name, "-1")
    if not text.removeprefix("-").isascii() or not text.removeprefix("-").isdecimal() or len(text) > 9:
        raise LMError(f"{name} must be a whole number of steps.")
    return min(int(text), LONGEST_STEP)


def _metrics(run_id: str, since: int) -> Response:
    status = runs.status_of(run_id)  # before the rows: a run that ends in between is asked once more
    series = runs.series_of(run_id, since)
    following = series["steps"][-1] if series["steps"] else since
    answer = {"run": run_id, "status": status, "facts": train_loader.facts(run_id), **series, "next": following}
    return JSONResponse(answer, headers=FRESH)


def _history(run_id: str, after: int) -> Response:
    return JSONResponse(
        {"run": run_id, "points": [_plain(point) for point in runs.points_of(run_id, after)]}, headers=FRESH
    )


def _plain(point: Any) -> dict[str, Any]:
    losses = [None if loss != loss else round(float(loss), 4) for loss in point.losses]
    top = [
        [[text, round(float(share), 4)] for text, share in zip(texts, shares, strict=True)]
        for texts, shares in zip(point.top_texts, point.top_probabilities, strict=True)
    ]
    values = {"step": point.step, "val_loss": point.val_loss, "sample": point.sample}
    return {**runs.finite(values), "tokens": list(point.tokens), "losses": losses, "top": top}


def _attention(run_id: str, after: int) -> Response:
    return _packed(attention_loader.pack_history(run_id, after))


def _sentence(run_id: str, text: str) -> Response:
    return _packed(attention_loader.pack_sentence(run_id, text))


def _packed(data: bytes) -> Response:
    return Response(data, media_type="application/octet-stream", headers=FRESH)


def _refusal(sentence: str, status: int) -> Response:
    return JSONResponse({"error": sentence}, status_code=status, headers=FRESH)
