"""What the curve doctor says about a run: a run id in, findings as plain JSON out; and the run with the one change."""

from __future__ import annotations

import json
import math
from dataclasses import asdict
from functools import lru_cache
from typing import Any

from app.loaders import runs
from lm_core.config import RunConfig, with_settings
from lm_core.errors import RunError
from lm_core.jobs.status import OVER
from lm_core.training.doctor import METRICS, Diagnosis, diagnose

WHOLE = 1000  # steps that are read one by one; of a longer run the newest ones, an even choice, and validations
NEWEST = 200
LONGEST_NAME = 120


def findings_of(run_id: str) -> dict[str, Any]:
    """{"run", "over", "findings"}: what the curves so far say, the gravest first.

    Raises:
        RunError: there is no such run, or it is damaged.
    """
    status = runs.status_of(run_id)
    findings = [_plain(finding) for finding in _diagnosed(run_id, status)]
    return {"run": run_id, "over": status["state"] in OVER, "findings": findings}


def rerun(run_id: str, kind: str) -> str:
    """Start the run again with the change of its finding of that kind; returns the new run's id.

    Raises:
        LMError: the curves no longer say so, or the new run cannot start.
    """
    status = runs.status_of(run_id)
    changes = (finding.change for finding in _diagnosed(run_id, status) if finding.kind == kind)
    change = next((change for change in changes if change), None)
    if change is None:
        raise RunError("The curves of this run do not say so any more. Look at what they say now.")
    config, value = runs.config_of(run_id), json.dumps(change.value)
    setting = change.setting.split(".")[-1]
    addition = f" · {setting} {value}"
    name = (config.name or config.corpus.title or run_id)[: LONGEST_NAME - len(addition)] + addition
    return runs.train_new(with_settings(config, {change.setting: value, "name": name, "group": ""}))


def looked_at(step: int, eval_every: int) -> list[int]:
    """The steps to read of a run that has come to `step`: all of a short one, of a long one a bounded choice."""
    if step <= WHOLE:
        return list(range(step + 1))
    spread = range(0, step + 1, math.ceil(step / (WHOLE // 2)))
    every = eval_every * math.ceil(step / eval_every / NEWEST)
    return sorted({*spread, *range(0, step + 1, every), *range(step - NEWEST, step + 1)})


def _diagnosed(run_id: str, status: dict[str, Any]) -> tuple[Diagnosis, ...]:
    has_facts = runs.open_run(run_id).facts_path.exists()
    return _remembered(run_id, status["step"], status["epoch"], has_facts)


@lru_cache(maxsize=128)
def _remembered(run_id: str, step: int, _epoch: int, has_facts: bool) -> tuple[Diagnosis, ...]:
    """Many tabs ask about the same run, and a paused one says the same each time."""
    config = runs.config_of(run_id)
    if config.model.architecture == "counts":
        return ()  # nothing of it is set by hand, and nothing diverges
    return diagnose(_series(run_id, step, config), runs.facts_of(run_id) if has_facts else None, config)


def _series(run_id: str, step: int, config: RunConfig) -> dict[str, Any]:
    if runs.is_gallery(run_id):
        return runs.series_of(run_id, -1)
    return runs.store().rows_at(run_id, looked_at(step, config.train.eval_every), METRICS)


def _plain(finding: Diagnosis) -> dict[str, Any]:
    change = asdict(finding.change) if finding.change else None
    return {
        "kind": finding.kind,
        "severity": finding.severity,
        "figures": runs.finite(finding.figures),
        "change": change,
    }
