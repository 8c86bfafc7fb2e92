"""The read-only routes that pictures ask: arguments checked, NaN as null, a JSON sentence for every refusal.

A route knows no session, so the picture says in which language it wants the engine's sentences: `lang`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import PurePosixPath
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response

from app.components import FOLDER, assets_digest
from app.i18n import LANGUAGES
from app.loaders import attention as attention_loader
from app.loaders import (
    compare,
    demonstrations,
    loss_questions,
    models,
    pitfalls,
    questions,
    runs,
    sidebyside,
    tokenizers,
    tokens,
    vocabulary,
)
from app.loaders import doctor as doctor_loader
from app.loaders import heads as heads_loader
from app.loaders import inside as inside_loader
from app.loaders import loss as loss_loader
from app.loaders import one_step as step_loader
from app.loaders import train as train_loader
from app.loaders.vectors import pack_vectors
from app.sentences import translate_sentence
from lm_core.errors import LMError, RunError

FRESH = {"Cache-Control": "no-store"}
FOR_EVER = {"Cache-Control": "public, max-age=31536000, immutable"}
LONGEST_STEP = 10_000_000
MOST_POSTED = 4 * tokens.MOST_CHARACTERS + 1_000_000  # bytes: JSON of a text that is read at once


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


async def list_runs(request: Request) -> Response:
    """Every run's line, as app/loaders/compare.py makes it: how far each has come, for the list of the page Runs."""
    return await _guard(request, lambda _none: _runs(_language(request)))


async def history(request: Request) -> Response:
    """The kept moments of a run above `after`, without attention: losses, likeliest tokens and sample of each."""
    return await _answer(request, "after", _history)


async def doctor(request: Request) -> Response:
    """What the curves of a run say about its settings, as figures; the picture has the sentences."""
    return await _guard(request, lambda run_id: JSONResponse(doctor_loader.findings_of(run_id), headers=FRESH))


async def one_step(request: Request) -> Response:
    """The training step that follows `step` (-1: the newest that can be made again), taken apart: the arithmetic of the
    weight at `part`, `row`, `column`, and what the tokens of `window` were given before and after.
    """

    def make(run_id: str) -> Response:
        step, row, column, window = (_step(request, name) for name in ("step", "row", "column", "window"))
        part = request.query_params.get("part", "")
        return JSONResponse(step_loader.taken_apart(run_id, step, part, row, column, window), headers=FRESH)

    return await _guard(request, make)


async def attention(request: Request) -> Response:
    """The attention maps of the kept moments above `after`, packed as app/loaders/attention.py says."""
    return await _answer(request, "after", _attention)


async def attention_vectors(request: Request) -> Response:
    """q, k, … of one head (`layer`, `head` counted from 0) at a kept moment (`step`) or of an own sentence (`text`)."""

    def make(run_id: str) -> Response:
        layer, head, step, at = (_step(request, name) for name in ("layer", "head", "step", "at"))
        text, write = request.query_params.get("text", ""), max(0, _step(request, "write"))
        return _packed(pack_vectors(run_id, step, layer, head, text, write, at))

    return await _guard(request, make)


async def attention_sentence(request: Request) -> Response:
    """The attention maps of a sentence of one's own (`text`) at the kept models, the one nearest to `step` surely."""

    def make(run_id: str) -> Response:
        text, step = request.query_params.get("text", ""), _step(request, "step")
        write, first = (max(0, _step(request, name)) for name in ("write", "first"))
        return _packed(attention_loader.pack_sentence(run_id, text, step, write=write, first_layer=first))

    return await _guard(request, make)


async def attention_heads(request: Request) -> Response:
    """What each head of the model of just that `step` does on random tokens said twice; null where it is not kept."""

    def make(run_id: str) -> Response:
        return JSONResponse(heads_loader.scores_on_random(run_id, _step(request, "step")), headers=FRESH)

    return await _guard(request, make)


async def inside(request: Request) -> Response:
    """The way through one pass of a sentence (`text`; empty: the run's own) at the kept model nearest to `step`."""

    def make(run_id: str) -> Response:
        text, step = request.query_params.get("text", ""), _step(request, "step")
        return JSONResponse(inside_loader.overview(run_id, text, step), headers=FRESH)

    return await _guard(request, make)


async def inside_tensors(request: Request) -> Response:
    """The numbers of some tensors of that pass (`keys`, with commas), of one `head`; of wide ones `row` alone."""

    def make(run_id: str) -> Response:
        text, keys = request.query_params.get("text", ""), request.query_params.get("keys", "").split(",")
        step, head, row = (_step(request, name) for name in ("step", "head", "row"))
        return _packed(inside_loader.pack_tensors(run_id, text, step, keys, head, row))

    return await _guard(request, make)


async def inside_number(request: Request) -> Response:
    """What one number of that pass was made of: `key` names its tensor, `at` its place, with commas."""

    def make(run_id: str) -> Response:
        text, key = request.query_params.get("text", ""), request.query_params.get("key", "")
        found = inside_loader.number(run_id, text, _step(request, "step"), key, request.query_params.get("at", ""))
        return JSONResponse(found, headers=FRESH)

    return await _guard(request, make)


async def _question(request: Request, answer: Callable[[str, str, Mapping[str, str]], dict[str, Any]]) -> Response:
    """The question that the address names, asked about a run."""

    def make(run_id: str) -> Response:
        found = answer(run_id, request.path_params["question"], request.query_params)
        return JSONResponse(found, headers=FRESH)

    return await _guard(request, make)


async def inside_question(request: Request) -> Response:
    """One question to the inside of a model: a lens, an ablation, …; app/loaders/questions.py has their names."""
    return await _question(request, questions.answer)


async def generate_question(request: Request) -> Response:
    """One question about what a run writes: two at once, its cache, …; app/loaders/demonstrations.py has the names."""
    return await _question(request, demonstrations.answer)


async def checkpoints(request: Request) -> Response:
    """The steps whose models are kept, to open or to go on from."""

    def make(run_id: str) -> Response:
        return JSONResponse({"run": run_id, "steps": models.kept(run_id)}, headers=FRESH)

    return await _guard(request, make)


async def loss_of_text(request: Request) -> Response:
    """What a text of one's own (`text`) costs each kept model of a run, token by token."""

    def make(run_id: str) -> Response:
        found = loss_loader.loss_of_text(run_id, request.query_params.get("text", ""))
        return JSONResponse({"run": run_id, **found}, headers=FRESH)

    return await _guard(request, make)


async def loss_question(request: Request) -> Response:
    """One question of the page Loss; app/loaders/loss_questions.py has their names."""
    return await _question(request, loss_questions.answer)


async def embedding(request: Request) -> Response:
    """Where the tokens lie on the map, at every kept moment that has one."""
    return await _guard(request, lambda run_id: JSONResponse(train_loader.token_map(run_id), headers=FRESH))


async def tokens_of_text(request: Request) -> Response:
    """A text, posted as it may be long, as tokens, or with "ids" all its ids: {"source", "text", "focus" or "ids"}."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > MOST_POSTED:
            return _refusal(translate_sentence("This text is too long to be cut at once.", _language(request)), 413)
    try:
        asked = json.loads(body)
        source, text, focus = dict(asked["source"]), str(asked["text"]), asked.get("focus")
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return _refusal("Post a source and a text.", 400)
    place = focus if isinstance(focus, int) and not isinstance(focus, bool) else None

    def make() -> Any:
        found = tokenizers.source_at({key: str(value) for key, value in source.items()})
        return tokens.ids_of(found, text) if asked.get("ids") else tokens.tokens_of(found, text, place)

    return await _plainly(request, make)


async def tokens_examples(request: Request) -> Response:
    """What goes wrong with a tokenizer, each trouble with an example found in it."""
    return await _of_tokenizer(request, pitfalls.examples_of)


async def tokens_figures(request: Request) -> Response:
    """A tokenizer measured: size, training time, speed, five languages, the best run that has it."""
    return await _of_tokenizer(request, lambda source: sidebyside.figures_of(source, _language(request)))


async def vocabulary_columns(request: Request) -> Response:
    """All tokens of a tokenizer."""
    return await _of_tokenizer(request, lambda source: vocabulary.columns_of(source, _language(request)))


async def vocabulary_token(request: Request) -> Response:
    """One token (`token`): where it occurs, what it was made of."""
    return await _of_tokenizer(request, lambda source: vocabulary.token_of(source, _step(request, "token")))


async def vocabulary_file(request: Request) -> Response:
    """The tokenizer as a tokenizer.json to keep."""

    def make(_run_id: str) -> Response:
        headers = {**FRESH, "Content-Disposition": 'attachment; filename="tokenizer.json"'}
        data = vocabulary.file_of(tokenizers.source_at(request.query_params))
        return Response(data, media_type="application/json", headers=headers)

    return await _guard(request, make)


async def _of_tokenizer(request: Request, make: Callable[[tokenizers.Source], Any]) -> Response:
    """The answer of a route whose arguments name a tokenizer."""
    address: Mapping[str, str] = request.query_params
    return await _plainly(request, lambda: make(tokenizers.source_at(address)))


async def _plainly(request: Request, make: Callable[[], Any]) -> Response:
    """Do the work in a thread and answer with its values."""
    return await _guard(request, lambda _run_id: JSONResponse(make(), headers=FRESH))


async def _answer(request: Request, cursor: str, make: Any) -> Response:
    """The answer of a route whose arguments are a run and a cursor."""

    def checked(run_id: str) -> Response:
        return make(run_id, _step(request, cursor), _language(request))

    return await _guard(request, checked)


async def _guard(request: Request, make: Any) -> Response:
    """Do the work on a run in a thread, turn refusals into sentences."""
    try:
        return await run_in_threadpool(make, request.query_params.get("run", ""))
    except LMError as error:
        status = 404 if isinstance(error, RunError) else 400
        return _refusal(translate_sentence(str(error), _language(request)), status)


def _language(request: Request) -> str:
    """The language that the picture asks in; English for all that there is not."""
    language = request.query_params.get("lang", "en")
    return language if language in LANGUAGES else "en"


def _step(request: Request, name: str) -> int:
    text = request.query_params.get(name, "-1")
    if not text.removeprefix("-").isascii() or not text.removeprefix("-").isdecimal() or len(text) > 9:
        raise LMError(f"{name} must be a whole number of steps.")
    return min(int(text), LONGEST_STEP)


def _metrics(run_id: str, since: int, language: str = "en") -> Response:
    status = runs.status_of(run_id)  # before the rows: a run that ends in between is asked once more
    status["message"] = translate_sentence(status["message"], language)
    series = runs.series_of(run_id, since)
    following = series["steps"][-1] if series["steps"] else since
    facts = train_loader.facts(run_id, language)
    return JSONResponse({"run": run_id, "status": status, "facts": facts, **series, "next": following}, headers=FRESH)


def _runs(language: str) -> Response:
    return JSONResponse({"rows": compare.rows(language)}, headers=FRESH)


def _history(run_id: str, after: int, _language: str = "en") -> Response:
    points = ",".join(train_loader.moments(run_id, after))
    return Response(
        f'{{"run": {json.dumps(run_id)}, "points": [{points}]}}', media_type="application/json", headers=FRESH
    )


def _attention(run_id: str, after: int, language: str = "en") -> Response:
    return _packed(attention_loader.pack_history(run_id, after, language))


def _packed(data: bytes) -> Response:
    return Response(data, media_type="application/octet-stream", headers=FRESH)


def _refusal(sentence: str, status: int) -> Response:
    return JSONResponse({"error": sentence}, status_code=status, headers=FRESH)
