"""A run's curves in, what they say about its settings out: each finding with its figures and one change to try.

    for finding in diagnose(series, facts, config):
        finding.kind, finding.severity, finding.figures, finding.change      # "rising", "warning", {…}, Change(…)

Every rule is a function below with its thresholds above it and the reason for each. The rules look at numbers alone;
sentences are the page's business. A run that gives no reason to worry gets the finding "healthy", with its figures too.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Any, Literal, Protocol, TypeAlias

from lm_core.config import ModelConfig, RunConfig

Kind: TypeAlias = Literal[
    "early",
    "healthy",
    "nan",
    "stuck",
    "rising",
    "leaping",
    "wild",
    "rate-too-low",
    "spikes",
    "overfitting",
    "text-too-small",
]  # fmt: skip; "rising", "leaping" and "wild" are three signs of a learning rate that is too high
Severity: TypeAlias = Literal["good", "note", "warning", "error"]
Series: TypeAlias = Mapping[str, Any]  # {"steps": [int], "columns": {name: [float | None]}}

METRICS = ("val_loss", "loss", "grad_norm", "update_ratio")  # the columns that the rules read

# Below this many steps after the warm-up every curve still falls and every mean is of too few batches.
FEWEST_STEPS = 40

# Means of the loss are taken over a tenth of the rows, 10 to 50 of them: one batch is a noisy witness.
SMALLEST_WINDOW, LARGEST_WINDOW = 10, 50

# The loss of a model that knows nothing is ln V. One that has learned how often each token occurs is a fifth below.
STUCK_SHARE = 0.97
STUCK_STEPS = 100  # counted from the end of the warm-up

# Batch losses of the presets lie within ±0.15 nats around their mean, so a mean that rose by 0.15 did rise, and a loss
# 0.6 above the twenty before it is no harder batch. Small batches are noisier: there the run's own noise decides.
RISE, RISE_NOISE = 0.15, 4.0  # the latter in standard errors of the mean
LOSS_SPIKE, SPIKE_NOISE, FEWEST_LOSS_SPIKES = 0.6, 6.0, 3

# The length of the update over that of the weights, nine of ten rows below it, in the tiny preset.
# AdamW: 0.007 at 0.006; 5 times this rate reaches 0.018 and still learns, 20 times 0.03, 100 times 0.05; a twentieth of
# it gives 0.0007.
# Muon: 0.016 at 0.02; 5 and 20 times this rate give 0.027 and 0.024, for the weights grow with their updates, and cost
# 0.06 and 0.23 nats; a twentieth gives 0.001. No rate of Muon's comes to a ratio that is wild.
USUAL_RATIO = {"adamw": 0.007, "muon": 0.016}
TINY_RATIO = {"adamw": 0.001, "muon": 0.002}
WILD_RATIO = 0.03
LONG_RATIO, PATIENCE = 2.0, 150  # times the usual ratio, where pairs are not passed so many steps after the warm-up
STEEP_FALL = 0.05  # nats that validation fell over the last half of the steps: there was more to learn

# Pascanu et al. 2013: a gradient much longer than its fellows comes from a cliff of the loss, not from its slope.
SPIKE_FACTOR, SPIKE_SHARE, FEWEST_SPIKES = 5.0, 0.005, 3

# Validation wavers by about 0.01 between two measurements of the same sample.
OVERFIT_RISE, OVERFIT_SHARE = 0.05, 0.02  # nats, and share of the best loss: whichever is more
FEWEST_AFTER_BEST = 2
HOPELESS = 1.2  # times the best loss: dropout cannot mend that, stopping when it was best can

# Hoffmann et al. 2022 ("Chinchilla", table 3): for a given amount of computing, 20 tokens per parameter are about best.
# Muennighoff et al. 2023: a text read up to four times teaches almost as much as fresh text. We warn below a quarter of
# what both together ask for, so that the small texts of a classroom pass.
TOKENS_PER_PARAMETER = 20
GOOD_READINGS = 4
FEWEST_PER_PARAMETER = TOKENS_PER_PARAMETER / GOOD_READINGS / 4


class Facts(Protocol):
    """What the rules need of a run's facts."""

    @property
    def vocab_size(self) -> int: ...
    @property
    def parameters(self) -> int: ...
    @property
    def train_tokens(self) -> int: ...
    @property
    def baselines(self) -> dict[str, float]: ...


@dataclass(frozen=True)
class Change:
    """One setting by its dotted name, as `with_settings` takes it."""

    setting: str
    before: float | int
    value: float | int


@dataclass(frozen=True)
class Diagnosis:
    """One finding. `figures` are the numbers of its sentence; `change` is what to try, if one setting can help."""

    kind: Kind
    severity: Severity
    figures: dict[str, float] = field(default_factory=dict)
    change: Change | None = None


def diagnose(series: Series, facts: Facts | None, config: RunConfig) -> tuple[Diagnosis, ...]:
    """What the curves so far say, the gravest first; never empty.

    `facts` None: the run is still preparing. Rows may be thinned, evenly: the rules count shares of rows.
    """
    curves = _Curves(series, config)
    broken = _nan(curves, config)
    if broken:
        return (broken,)
    if curves.step < curves.judged_from or facts is None:
        small = [_text_too_small(facts, config)] if facts else []
        early = Diagnosis("early", "note", {"step": max(0, curves.step), "until": curves.judged_from})
        return (early, *(finding for finding in small if finding))
    rate = _stuck(curves, facts, config) or _rate_too_high(curves, facts, config)
    overfit = _overfitting(curves, config)
    found = [rate, overfit, _text_too_small(facts, config, overfits=overfit is not None)]
    if rate is None:
        found += [_spikes(curves, config), None if overfit else _rate_too_low(curves, config)]
    findings = sorted((finding for finding in found if finding), key=lambda finding: _ORDER.index(finding.severity))
    if all(finding.severity == "note" for finding in findings):
        return (_healthy(curves), *findings)
    return tuple(findings)


_ORDER = ("error", "warning", "note", "good")


class _Curves:
    """The columns as lists of (step, value) of what was measured; all but validation only after the first steps."""

    def __init__(self, series: Series, config: RunConfig) -> None:
        steps, columns = series["steps"], series["columns"]
        self.step: int = steps[-1] if steps else -1
        self.judged_from = min(config.train.warmup_steps + FEWEST_STEPS, config.train.steps)
        measured = {name: _measured(steps, columns.get(name, ())) for name in METRICS}
        self.broken = _broken_step(steps, columns)
        # The last step's validation is over the whole split, the others over a fixed sample: it is read on its own.
        self.validation = [(step, loss) for step, loss in measured["val_loss"] if step < config.train.steps]
        self.final = next((loss for step, loss in measured["val_loss"] if step >= config.train.steps), None)
        after = max(config.train.warmup_steps, FEWEST_STEPS // 2)
        self.loss, self.grad_norm, self.update_ratio = (
            [(step, value) for step, value in measured[name] if step > after] for name in METRICS[1:]
        )
        self.window = max(SMALLEST_WINDOW, min(LARGEST_WINDOW, len(self.loss) // 10))

    def recent_loss(self) -> float | None:
        return _mean([value for _, value in self.loss[-self.window :]])

    def noise(self) -> float:
        """Standard deviation of the batch losses around their trend: neighbours differ by its square root of two."""
        changes = [abs(here - before) for (_, before), (_, here) in itertools.pairwise(self.loss)]
        return median(changes) / (0.6745 * math.sqrt(2)) if changes else 0.0  # 0.6745: of a normal distribution

    def peak_ratio(self) -> float | None:
        """Nine of ten updates are shorter, relative to the weights."""
        ratios = sorted(value for _, value in self.update_ratio)
        return ratios[int(0.9 * (len(ratios) - 1))] if ratios else None


def _measured(steps: Sequence[int], values: Sequence[float | None]) -> list[tuple[int, float]]:
    return [(step, value) for step, value in zip(steps, values, strict=False) if value is not None and value == value]


def _broken_step(steps: Sequence[int], columns: Mapping[str, Sequence[float | None]]) -> int | None:
    """The step whose loss was no number. Every step above 0 has a loss, so a gap is a NaN."""
    losses = columns.get("loss", ())
    if not steps or not losses or steps[-1] == 0:
        return None
    last = losses[len(steps) - 1]
    return steps[-1] if last is None or last != last else None


def _mean(values: Sequence[float]) -> float | None:
    return sum(values) / len(values) if values else None


def _nan(curves: _Curves, config: RunConfig) -> Diagnosis | None:
    """No update can follow a loss that is no number: the updates before it were too long."""
    if curves.broken is None:
        return None
    return Diagnosis("nan", "error", {"step": curves.broken}, _rate(config, 1 / 4))


def _stuck(curves: _Curves, facts: Facts, config: RunConfig) -> Diagnosis | None:
    """Still as unsure as knowing nothing. Tiny updates: a higher rate; long ones: a lower rate."""
    chance = math.log(facts.vocab_size)
    newest = curves.recent_loss()
    if newest is None or curves.step < config.train.warmup_steps + STUCK_STEPS or newest < STUCK_SHARE * chance:
        return None
    ratio = curves.peak_ratio()
    timid = config.train.learning_rate < 1e-3 if ratio is None else ratio < USUAL_RATIO[config.train.optimizer]
    figures = {"step": curves.step, "loss": newest, "chance": chance}
    return Diagnosis("stuck", "warning", figures, _rate(config, 10 if timid else 1 / 10))


def _rate_too_high(curves: _Curves, facts: Facts, config: RunConfig) -> Diagnosis | None:
    """After the warm-up the loss rises, or leaps, or the updates are wild and counting pairs is still better."""
    ratio = curves.peak_ratio()
    factor = 1 / (10 if ratio is not None and ratio > WILD_RATIO else 3)
    lowest_step, lowest = _lowest_mean(curves)
    recent = curves.recent_loss()
    if recent is None:
        return None
    if recent - lowest > max(RISE, RISE_NOISE * curves.noise() / math.sqrt(curves.window)):
        figures = {"step": curves.step, "since": lowest_step, "lowest": lowest, "loss": recent}
        return Diagnosis("rising", "warning", figures, _rate(config, factor))
    leaps = _leaps(curves.loss, max(LOSS_SPIKE, SPIKE_NOISE * curves.noise()))
    if len(leaps) >= FEWEST_LOSS_SPIKES:
        figures = {"count": len(leaps), "since": leaps[0][0], "leap": max(height for _, height in leaps)}
        return Diagnosis("leaping", "warning", figures, _rate(config, factor))
    usual = USUAL_RATIO[config.train.optimizer]
    late = curves.step >= config.train.warmup_steps + PATIENCE
    wild = min(WILD_RATIO, LONG_RATIO * usual) if late else WILD_RATIO
    if ratio is not None and ratio > wild and recent > facts.baselines.get("bigram", math.inf):
        return Diagnosis("wild", "warning", {"ratio": ratio, "usual": usual, "loss": recent}, _rate(config, 1 / 10))
    return None


def _lowest_mean(curves: _Curves) -> tuple[int, float]:
    """The lowest mean of a window of rows that came before the newest window, and the step where it ends."""
    width, values = curves.window, curves.loss
    ends = range(width, len(values) - width + 1, max(1, width // 2))
    means = [(values[end - 1][0], sum(value for _, value in values[end - width : end]) / width) for end in ends]
    return min(means, key=lambda mean: mean[1], default=(0, math.inf))


def _leaps(losses: list[tuple[int, float]], least: float) -> list[tuple[int, float]]:
    """Where a loss stands more than `least` above the median of the twenty before it, and by how much."""
    heights = (
        (step, value - median(earlier for _, earlier in losses[max(0, row - 20) : row]))
        for row, (step, value) in enumerate(losses)
        if row >= 5
    )
    return [(step, height) for step, height in heights if height > least]


def _rate_too_low(curves: _Curves, config: RunConfig) -> Diagnosis | None:
    """Tiny updates, while validation still falls steeply: the same steps could have gone further."""
    ratio, usual = curves.peak_ratio(), USUAL_RATIO[config.train.optimizer]
    if ratio is None or ratio >= TINY_RATIO[config.train.optimizer] or len(curves.validation) < 2:
        return None
    newest_step, newest = curves.validation[-1]
    half_step, half = max((point for point in curves.validation if point[0] <= newest_step / 2), default=(0, -math.inf))
    if half - newest < STEEP_FALL:
        return None
    figures = {"ratio": ratio, "usual": usual, "fall": half - newest, "since": half_step, "step": newest_step}
    return Diagnosis("rate-too-low", "warning", figures, _rate(config, min(10.0, max(3.0, usual / ratio / 2))))


def _spikes(curves: _Curves, config: RunConfig) -> Diagnosis | None:
    """Some gradients are far longer than the rest. Clipping bounds them; where it does already, lower the rate."""
    norms = [norm for _, norm in curves.grad_norm]
    if not norms:
        return None
    usual = median(norms)
    spikes = [(step, norm) for step, norm in curves.grad_norm if norm > SPIKE_FACTOR * usual]
    if len(spikes) < max(FEWEST_SPIKES, SPIKE_SHARE * len(norms)):
        return None
    highest_step, highest = max(spikes, key=lambda spike: spike[1])
    clip = _two_digits(2 * usual)
    clips = Change("train.grad_clip", config.train.grad_clip, clip) if 0 < clip < config.train.grad_clip else None
    figures = {"count": len(spikes), "rows": len(norms), "usual": usual, "highest": highest, "step": highest_step}
    return Diagnosis("spikes", "warning", figures, clips or _rate(config, 1 / 2))


def _overfitting(curves: _Curves, config: RunConfig) -> Diagnosis | None:
    """Validation was better before, while the training loss went on falling: it learns the text by heart."""
    if len(curves.validation) <= FEWEST_AFTER_BEST:
        return None
    best_step, best = min(curves.validation, key=lambda point: (point[1], point[0]))
    step, newest = curves.validation[-1]
    later = [loss for at, loss in curves.validation if at > best_step]
    rise, worth_a_word = newest - best, max(OVERFIT_RISE, OVERFIT_SHARE * best)
    if rise <= worth_a_word or (len(later) < FEWEST_AFTER_BEST and rise <= 2 * worth_a_word):
        return None
    training = curves.recent_loss()
    then = _mean([value for at, value in curves.loss if at <= best_step][-curves.window :])
    if training is None or training > (best if then is None else then):
        return None
    figures = {"since": best_step, "best": best, "step": step, "loss": newest, "train": training}
    beyond_mending = config.model.dropout >= 0.4 or newest > HOPELESS * best
    stop = Change("train.steps", config.train.steps, best_step) if best_step > config.train.warmup_steps else None
    return Diagnosis("overfitting", "warning", figures, stop if beyond_mending else _more_dropout(config))


def _more_dropout(config: RunConfig) -> Change:
    """Srivastava et al. 2014: a model of which ever other parts are silent cannot lean on single ones."""
    dropout = config.model.dropout
    return Change("model.dropout", dropout, 0.1 if dropout == 0 else round(min(0.5, 2 * dropout), 2))


def _text_too_small(facts: Facts | None, config: RunConfig, *, overfits: bool = False) -> Diagnosis | None:
    """More weights than the text can teach, and so few tokens that they are read again and again."""
    if facts is None or not facts.parameters or not facts.train_tokens:
        return None
    per_parameter = facts.train_tokens / facts.parameters
    readings = config.train.steps * config.train.batch_size * config.model.context_length / facts.train_tokens
    if per_parameter >= FEWEST_PER_PARAMETER or readings <= GOOD_READINGS:
        return None
    figures = {
        "tokens": facts.train_tokens,
        "parameters": facts.parameters,
        "per_parameter": per_parameter,
        "ideal": TOKENS_PER_PARAMETER,
        "readings": readings,
    }
    change = _smaller(config.model, per_parameter / FEWEST_PER_PARAMETER)
    return Diagnosis("text-too-small", "warning" if overfits else "note", figures, change)


def _smaller(model: ModelConfig, share: float) -> Change | None:
    """A width with about `share` of the parameters, which grow with its square; each head keeps an even width.

    Never below a quarter of the width: what is left must still be able to learn something.
    """
    grain = 2 * model.n_heads
    width = max(8, grain, int(model.d_model * max(0.25, math.sqrt(share))) // grain * grain)
    return Change("model.d_model", model.d_model, width) if width < model.d_model and width % grain == 0 else None


def _healthy(curves: _Curves) -> Diagnosis:
    """Nothing to worry about: how it stands."""
    training, ratio = curves.recent_loss(), curves.peak_ratio()
    newest = curves.final if curves.final is not None else (curves.validation[-1][1] if curves.validation else None)
    figures = {"step": curves.step, "loss": newest, "train": training, "ratio": ratio}
    return Diagnosis("healthy", "good", {name: value for name, value in figures.items() if value is not None})


def _rate(config: RunConfig, factor: float) -> Change | None:
    """The learning rate times a factor, with two digits, within what a configuration allows."""
    before = config.train.learning_rate
    value = min(1.0, _two_digits(before * factor))
    return Change("train.learning_rate", before, value) if 0 < value != before else None


def _two_digits(value: float) -> float:
    return float(f"{value:.2g}")
