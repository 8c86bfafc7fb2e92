"""Any number that a model made in, by its name and place, what it was made of out: plain values.

A number of the forward pass is named by its tensor ("blocks.0.attn.pattern"), one that was worked out from these by its
figure ("lens.rank", "text.loss"). The question brings along what the page was set to.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from app.loaders import attention, models, patches, probing, surgery, told
from app.loaders.code import line_with, source_of
from app.loaders.inside import Pass, Sentence, number_of, places_of, worded
from app.loaders.neurons import scan_of
from app.loaders.probing import Question, Reading, whole_number
from lm_core.errors import ConfigError

if TYPE_CHECKING:
    from lm_core.interpret.figures import Asked


def number(reading: Reading, question: Question) -> dict[str, Any]:
    """The number `key` at the place `at` ("0,5,3"); with `versus` ("run:step") less the same number of another model.

    Raises:
        RunError: there is no such run to compare with.
        ConfigError: there is no such number.
    """
    if question.get("key") == "contrast.score":
        return _contrasted(reading, question)
    found = _of(reading, question)
    if not question.get("versus"):
        return found
    run_id, _colon, step = question["versus"].rpartition(":")
    at = int(step) if step.isascii() and step.isdecimal() else None
    other = read_film(run_id, {**question, "text": "", "write": ""}, at)
    if other.ids != reading.ids:  # not its own sentence: the same words, then
        other = read_film(run_id, {**question, "text": "".join(reading.tokens), "write": ""}, at)
    if other.ids != reading.ids:
        raise ConfigError("The two models read this sentence in different tokens, so their numbers cannot be compared.")
    rival = _of(other, question)
    operands = [
        {"name": name, "of": of, "weight": False, "place": found["at"], "axis": None, "values": [each["value"]]}
        for name, of, each in (("x", found["key"], found), ("y", "versus", rival))
    ]
    value = (found["value"] or 0) - (rival["value"] or 0)
    return {**found, "kind": "less", "value": value, "operands": operands, "constants": {}}


def _contrasted(reading: Reading, question: Question) -> dict[str, Any]:
    """ln p of a token at A less ln q of it at B, the model of `other`:`other_step`."""
    run_id, step = question.get("other") or reading.run_id, probing.whole_number(question, "other_step", -1)
    own = {**question, "key": "choice.own"}
    expert, amateur = _of(reading, own), _of(told.read_ids(run_id, question, None if step < 0 else step), own)
    operands = [
        {
            "name": name,
            "of": "choice.own",
            "weight": False,
            "place": each["at"],
            "axis": None,
            "values": [each["value"]],
        }
        for name, each in (("x", expert), ("y", amateur))
    ]
    operands[1]["given"] = {"run": run_id, "step": amateur["step"]}
    value = math.log(max(expert["value"], 1e-300)) - math.log(max(amateur["value"], 1e-300))
    where = "lm_core.generation.contrastive.contrast"
    code = {**line_with(where, "expert - amateur"), "source": source_of(where)}
    return {**expert, "key": "contrast.score", "kind": "contrast", "value": value, "operands": operands, "code": code}


def _of(reading: Reading, question: Question) -> dict[str, Any]:
    from lm_core.interpret.figures import FIGURES, source_of_figure

    key, at = question.get("key", ""), question.get("at", "")
    probe = key.partition(".")[0]
    choice = None
    if question.get("of") == "ids" and probe not in told.WHOLE:
        whole, reading = reading, told.window_of(reading, question)
        choice = told.choice_of(whole, reading, question) if probe == "choice" else None
    if key not in FIGURES:
        sentence = Sentence(reading.text, reading.ids, reading.tokens)
        checkpoint = models.nearest(reading.run_id, reading.step)
        return number_of(Pass(reading.run_id, checkpoint, reading.model, reading.step, sentence), key, at)
    asked = replace(_asked(reading, question, probe, places_of(at)), choice=choice)
    source, figure = source_of_figure(key, asked), FIGURES[key]
    token = reading.token_names([asked.index[-1]])[0] if figure.axes.endswith("V") else None
    given = {} if source.ids is None else {"given": {"of": "ids", "ids": told.joined(source.ids), "reads": "whole"}}
    return {**worded(source, figure.axes, figure.code), **given, "step": reading.step, "token": token}


def _asked(reading: Reading, question: Question, probe: str, index: tuple[int, ...]) -> Asked:
    """What a probe was set to. Only what this probe needs is worked out."""
    from lm_core.interpret.figures import Asked

    against = whole_number(question, "against", -1)
    layer, head, neuron = (max(0, whole_number(question, name, 0)) for name in ("layer", "head", "neuron"))
    config, size = reading.model.config, reading.model.vocab_size
    token = max(0, whole_number(question, "token", 0))
    if layer >= config.n_layers or head >= config.n_heads or max(token, against) >= size:
        raise ConfigError("This pass has no such number. Choose another one in the picture.")
    entries = reading.tokenizer.vocabulary() if probe == "name" else ()
    readable = [entry.id for entry in entries if entry.kind == "text"]
    return Asked(
        reading.model, list(reading.ids), index, position=reading.position(question), token=token,
        against=None if against < 0 else against, layer=layer, head=head, neuron=neuron,
        edits=surgery.edits_of(reading, question) if probe == "cut" else {},
        other=patches.second_sentence(reading, question).ids if probe in ("patch", "other") else (),
        scan=scan_of(reading, layer) if probe == "scan" else None,
        tokens=reading.tokens, allowed=readable or None, **told.asked_with(reading, question),
    )  # fmt: skip


def read_film(run_id: str, question: Question, step: int | None = None) -> Reading:
    """The sentence of the page Attention in front of the model nearest to `step`: one's own (`text`, and `write` tokens
    that the model of step `writer` wrote on), else the run's own as its kept moments have it.

    Raises:
        RunError: no such run, or it has saved no model yet.
        ConfigError: the model of just that step is not kept, or of the sentence nothing can be read.
    """
    if step is not None and step not in (kept := models.kept(run_id)):
        raise told.not_kept(step, kept)
    text, opened = question.get("text", ""), models.open_transformer(run_id, models.nearest(run_id, step))
    if text:
        write, writer = whole_number(question, "write", 0), whole_number(question, "writer", -1)
        seen = attention.look_at(run_id, text, step, write=max(0, write), at=writer)
        return Reading(run_id, opened.model, opened.tokenizer, opened.step, text, seen.ids, seen.tokens, [])
    film = attention.film_of(run_id)
    tokens = film[-1].tokens if film else ()
    ids = tuple(opened.tokenizer.encode("".join(tokens)))
    if len(ids) < 2 or tuple(opened.tokenizer.token_texts(ids)) != tokens:
        return probing.read(run_id, {}, step)
    return Reading(run_id, opened.model, opened.tokenizer, opened.step, "", ids, tokens, [])
