"""What the Generate page shows: a run and a request in, every choice of the writing with all that led to it out."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from app import state
from app.i18n import _
from app.loaders import models, runs
from app.loaders.writing import is_warm, write
from app.sentences import translate_sentence
from lm_core.config import SamplingConfig, parse_config
from lm_core.errors import ConfigError
from lm_core.jobs.status import OVER

LONGEST_PROMPT = 20_000  # characters
MOST_TOKENS = 120
OPENING = 24  # tokens of the probe sentence that a run goes on from when nobody typed


@dataclass(frozen=True)
class Request:
    """What to write. `prompt` None: the opening of the run's own probe sentence."""

    prompt: str | None = None
    count: int = 40
    sampling: SamplingConfig = field(default_factory=SamplingConfig)


@dataclass(frozen=True)
class Standing:
    """How far a run has come, as far as writing with it goes. `checkpoint_step` None: nothing to write with yet."""

    state: str
    step: int
    steps: int
    checkpoint_step: int | None
    message: str
    first_checkpoint: int

    @property
    def is_live(self) -> bool:
        return self.state not in OVER


def standing(run_id: str) -> Standing:
    """Read from the store, without torch."""
    status, train = runs.status_of(run_id), runs.config_of(run_id).train
    return Standing(
        state=status["state"],
        step=status["step"],
        steps=status["steps"],
        checkpoint_step=status["checkpoint_step"],
        message=status["message"],
        first_checkpoint=min(train.checkpoint_every, train.steps),
    )


def parse_request(values: Mapping[str, Any]) -> Request:
    """What the page's form or the address holds -> a checked request.

    Raises:
        ConfigError: a sentence on what cannot be written, and why.
    """
    prompt = values.get("prompt")
    sampling = {
        name: values[name] for name in ("temperature", "top_k", "top_p", "seed") if values.get(name) is not None
    }
    count = values.get("count", Request.count)
    if not isinstance(count, int) or isinstance(count, bool) or not 1 <= count <= MOST_TOKENS:
        raise ConfigError(_("Between 1 and {most} can be written at once.").format(most=MOST_TOKENS))
    if prompt is not None:
        check_prompt(prompt)
    return Request(prompt, count, parse_config(SamplingConfig, sampling))


def check_prompt(prompt: object) -> None:
    """Refuse what cannot be gone on from; what can be mended is mended by `clean_prompt`."""
    if not isinstance(prompt, str) or not clean_prompt(prompt)[0]:
        raise ConfigError(_("There is nothing to go on from. Type at least one character."))
    if len(prompt) > LONGEST_PROMPT:
        sentence = _("This text has {count} characters; at most {most} can be gone on from.")
        raise ConfigError(sentence.format(count=len(prompt), most=LONGEST_PROMPT))


def clean_prompt(prompt: str) -> tuple[str, int]:
    """'a\\x00b\\r\\n' -> ('ab\\n', 1): without control characters and lone surrogates, and how many those were."""
    text = prompt.replace("\r\n", "\n").replace("\r", "\n")
    kept = "".join(c for c in text if c in "\n\t" or unicodedata.category(c) not in ("Cc", "Cs"))
    return kept, len(text) - len(kept)


def own_opening(run_id: str) -> str:
    """The first words of the sentence that the run follows, else a newline: text that its tokenizer surely knows."""
    points = runs.points_of(run_id)[:1]
    tokens = points[0].tokens[:OPENING] if points else ()
    text = "".join(token for token in tokens if not (token.startswith("<") and token.endswith(">")))
    return clean_prompt(text)[0] or "\n"


@dataclass(frozen=True)
class Plan:
    """Which writing the page shows. A run that goes on training does not change it: only Write takes newer weights."""

    run_id: str
    checkpoint_step: int
    request: Request
    at: int | None = None  # the step that was chosen; None: the newest model of that moment
    answered: str = ""  # the name of the last wish, so that the picture knows its wish was heard
    problem: str = ""  # why that wish could not be fulfilled; what was there before stays


def plan(
    run_id: str, standing: Standing, last: Plan | None, asked: Mapping[str, Any] | None, address: Mapping[str, Any]
) -> Plan:
    """What to show now: the wish of the form, else the writing of before, else what the address asks for."""
    newest = standing.checkpoint_step or 0
    if last is None:
        at = _step_or_newest(address.get("at"))
        last = Plan(run_id, nearest_step(run_id, at, newest), _request_or_default(address), at)
    elif last.run_id != run_id:
        last = Plan(run_id, newest, last.request)
    name = str(asked.get("asked", ""))[:40] if asked else ""
    if asked is None or name == last.answered:
        return last
    try:
        at = _step_or_newest(asked.get("step"))
        return Plan(run_id, nearest_step(run_id, at, newest), parse_request(asked), at, name)
    except ConfigError as error:
        return replace(last, answered=name, problem=translate_sentence(str(error)))


def nearest_step(run_id: str, at: int | None, newest: int) -> int:
    """The step of the kept model nearest to `at`, or the newest."""
    return newest if at is None else min((*models.kept(run_id), newest), key=lambda step: (abs(step - at), -step))


def _step_or_newest(value: object) -> int | None:
    """What the timeline or a link names; anything else means the newest."""
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10**9 else None


def _request_or_default(values: Mapping[str, Any]) -> Request:
    """A link may be mistyped: then the page opens with its own settings."""
    try:
        return parse_request(values)
    except ConfigError:
        return Request()


def sample_while_waking(run_id: str) -> tuple[int, str] | None:
    """What the run wrote at its last kept moment, and at which step; None once no model has to be waited for."""
    points = [] if is_warm() else runs.points_of(run_id)
    return (points[-1].step, points[-1].sample) if points and points[-1].sample else None


def asked_by_link() -> dict[str, float | int | None]:
    """The settings that the address asks for."""
    whole = {name: state.view_number(name) for name in ("top_k", "seed", "at")}
    return {**whole, **{name: state.view_decimal(name) for name in ("temperature", "top_p")}}


def as_link(view: Mapping[str, Any]) -> dict[str, float | int | None]:
    """The settings and the choice in view, for the address. A filter that is off needs no word."""
    link = {name: view.get(name) for name in ("temperature", "top_k", "top_p", "seed", "choice", "at")}
    return {name: None if name == "top_p" and value == 1 else value for name, value in link.items()}


def page_data(plan: Plan) -> dict[str, Any]:
    """Everything that the picture needs; see `app.loaders.writing`. Slow the first time: it imports torch.

    Raises:
        LMError: the checkpoint cannot be read, or the prompt cannot be gone on from.
    """
    request = plan.request
    typed = own_opening(plan.run_id) if request.prompt is None else request.prompt
    prompt, dropped = clean_prompt(typed)
    writing = write(plan.run_id, plan.checkpoint_step, prompt, request.count, request.sampling)
    draft = {"prompt": prompt, "count": request.count, "seed": request.sampling.seed}
    notes = _notes(writing, request, dropped)
    return {"writing": writing, "draft": draft, "notes": notes, "answered": plan.answered, "problem": plan.problem}


def kept_models(plan: Plan, standing: Standing, step: int) -> dict[str, Any]:
    """What the timeline offers: the steps of the kept models, `step` wrote, `at` was chosen (None: the newest)."""
    kept = sorted({*models.kept(plan.run_id), step})
    return {"runId": plan.run_id, "kept": kept, "at": plan.at, "lastStep": standing.steps, "live": standing.is_live}


def provenance(standing: Standing, step: int, at: int | None = None) -> str:
    """Which weights wrote this."""
    values = {"step": step, "steps": standing.steps}
    if not standing.steps:
        return _("Written by a model that was trained elsewhere.")
    if at is not None and step != standing.checkpoint_step:
        return _("Written by this run as it was at step {step} of {steps}.").format(**values)
    if standing.is_live:
        sentence = _(
            "Written by this run at step {step} of {steps}. It is still training: Write takes its newest checkpoint."
        )
        return sentence.format(**values)
    if standing.state == "failed":
        sentence = _(
            "Written by this run at step {step} of {steps}, its last checkpoint: the run failed later. {message}"
        )
        return sentence.format(**values, message=translate_sentence(standing.message))
    return _("Written by this run at step {step} of {steps}.").format(**values)


def waiting_sentence(standing: Standing) -> str:
    """Why there is nothing to write with yet, and when there will be."""
    if standing.is_live:
        sentence = _("This run is at step {step} and saves its first model at step {first}. Then it writes here.")
        return sentence.format(step=standing.step, first=standing.first_checkpoint)
    if standing.state == "failed":
        return _("This run failed before it saved a model. {message}").format(
            message=translate_sentence(standing.message)
        )
    return _("This run was stopped before it saved a model. Choose another run, or train a new one.")


def _notes(writing: dict[str, Any], request: Request, dropped: int) -> list[str]:
    """Plain sentences on what was changed or left out on the way."""
    notes = []
    if dropped:
        notes.append(_("Control characters left out, as they are no text: {count}.").format(count=dropped))
    if writing["uncovered"]:
        shown = " ".join(writing["uncovered"][:8])
        notes.append(_("This model has never seen {characters}: it reads <unk> there.").format(characters=shown))
    if writing["prompt_tokens"] > writing["context"]:
        sentence = _("The model reads at most the last {context} of these {count}; what stands before cannot matter.")
        notes.append(sentence.format(context=writing["context"], count=writing["prompt_tokens"]))
    if len(writing["steps"]) < request.count:
        notes.append(_("This model is slow here: it stopped after {count}.").format(count=len(writing["steps"])))
    return notes
