"""What the section Write opens with: a run and what the reader last had there in, the form and the kept models out.

The text itself comes from a route, choice by choice: app/loaders/writing.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from app import state
from app.i18n import _
from app.loaders import models, runs
from app.loaders.writing import MOST_TOKENS, SETTINGS, check_prompt, clean_prompt, is_warm
from app.sentences import translate_sentence
from lm_core.config import SamplingConfig, parse_config
from lm_core.errors import ConfigError
from lm_core.jobs.status import OVER

__all__ = ["check_prompt", "clean_prompt", "own_opening"]

OPENING = 24  # tokens of the probe sentence that a run goes on from when nobody typed
COUNT = 40
LONGEST_IN_ADDRESS = 400  # characters of a prompt
WHOLE = ("top_k", "seed", "at")


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


def own_opening(run_id: str) -> str:
    """The first words of the sentence that the run follows, else a newline: text that its tokenizer surely knows."""
    points = runs.points_of(run_id)[:1]
    tokens = points[0].tokens[:OPENING] if points else ()
    text = "".join(token for token in tokens if not (token.startswith("<") and token.endswith(">")))
    return clean_prompt(text)[0] or "\n"


def page_data(
    run_id: str, standing: Standing, last: Mapping[str, Any] | None, address: Mapping[str, Any]
) -> dict[str, Any]:
    """Everything that the picture needs before it asks for a text. `last`: what it told of its view in this session."""
    opening = own_opening(run_id)
    same_run = last is not None and last.get("run") == run_id
    at = (last or {}).get("at") if same_run else None if last else address.get("at")
    return {
        "run": run_id,
        "opening": opening,
        "draft": {"prompt": _prompt(last, address) or opening, **_numbers(last or address)},
        "sampling": _sampling(last or address).model_dump(),
        "stops": str((last or {}).get("stops") or "")[:LONGEST_IN_ADDRESS],
        "choice": address.get("choice"),
        "models": {"kept": models.kept(run_id), "at": _step(at), "lastStep": standing.steps, "live": standing.is_live},
        "standing": {**asdict(standing), "message": translate_sentence(standing.message)},
        "waking": sample_while_waking(run_id),
    }


def _prompt(last: Mapping[str, Any] | None, address: Mapping[str, Any]) -> str:
    """What the reader typed, if anything that can be gone on from."""
    typed = last.get("prompt") if last else address.get("prompt")
    try:
        check_prompt(typed)
    except ConfigError:
        return ""
    return str(typed)


def _numbers(values: Mapping[str, Any]) -> dict[str, Any]:
    count = values.get("count")
    is_fine = isinstance(count, int) and not isinstance(count, bool) and 1 <= count <= MOST_TOKENS
    return {"count": count if is_fine else COUNT}


def _sampling(values: Mapping[str, Any]) -> SamplingConfig:
    """A link may be mistyped: then the page opens with its own settings."""
    try:
        found = {name: values[name] for name in SETTINGS if values.get(name) is not None}
        return parse_config(SamplingConfig, found)
    except ConfigError:
        return SamplingConfig()


def _step(value: object) -> int | None:
    """What the timeline or a link names; anything else means the newest."""
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10**9 else None


def sample_while_waking(run_id: str) -> dict[str, Any] | None:
    """What the run wrote at its last kept moment, and at which step; None where no model has to be waited for."""
    points = [] if is_warm() else runs.points_of(run_id)
    return {"step": points[-1].step, "text": points[-1].sample} if points and points[-1].sample else None


def asked_by_link() -> dict[str, Any]:
    """What the address asks for."""
    whole = {name: state.view_number(name) for name in (*WHOLE, "choice", "count")}
    decimal = {name: state.view_decimal(name) for name in SETTINGS if name not in WHOLE}
    return {**whole, **decimal, "prompt": state.view_text("prompt", LONGEST_IN_ADDRESS)}


def as_link(view: Mapping[str, Any]) -> dict[str, Any]:
    """The text, the settings and the choice in view, for the address. What is off or as usual needs no word."""
    usual = SamplingConfig().model_dump()
    link = {name: view.get(name) for name in (*SETTINGS, "choice", "at", "count", "prompt")}
    off = {name: None for name in SETTINGS if name not in ("temperature", "seed") and link[name] == usual[name]}
    prompt = str(link["prompt"] or "")
    short = prompt if len(prompt) <= LONGEST_IN_ADDRESS else None
    return {**link, **off, "count": None if link["count"] == COUNT else link["count"], "prompt": short or None}


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
