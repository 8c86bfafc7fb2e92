"""One worker's part of a run: a run folder and a reporter in, a trained model in the folder out.

prepare ── rewind to the checkpoint ── for event in train(…):  report it
                                                               take a frame of the film, if due
                                                               save a checkpoint, if due
                                                               pause or stop, if people wish it
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

from lm_core.config import RunConfig
from lm_core.errors import RunError
from lm_core.jobs.energy import EnergyMeter
from lm_core.jobs.filming import SAMPLE_TOKENS, Film
from lm_core.jobs.lease import Control, Lease, ResumePoint
from lm_core.jobs.preparation import Prepared, prepare
from lm_core.jobs.processes import log
from lm_core.jobs.reporter import Reporter
from lm_core.runs.checkpoint import bytes_of, kept_steps, load_checkpoint, save_checkpoint
from lm_core.runs.checkpoint_files import delete_after
from lm_core.runs.continuing import begin_as_parent
from lm_core.runs.history import delete_points, steps
from lm_core.runs.run import Run
from lm_core.settings import Settings
from lm_core.training.counting import CountState, count_text, new_counts
from lm_core.training.events import EvalMetrics, Event
from lm_core.training.loop import evaluations_of, train
from lm_core.training.schedule import Rates
from lm_core.training.state import TrainState, new_state
from lm_core.training.threads import use_fitting_threads

CHECKPOINT_SECONDS = 30.0
QUIET_SECONDS = 1.0  # of a pause, before it is worth a checkpoint
PARK_SECONDS = 300.0  # of a pause, before its worker makes room
RETRY_SECONDS = 1.0  # between two tries to save what must be saved
LOOK_SECONDS = 1.0  # between two looks at whether others need the place


def train_run(run: Run, settings: Settings, lease: Lease, reporter: Reporter) -> None:
    """Train the run to its end, or until people stop it.

    Raises:
        LMError: it cannot be trained; the message is for people.
    """
    config = run.read_config()
    if lease.epoch == 1:
        reporter.say("Preparing the text.")
    prepared = prepare(run, config, settings)
    earlier = lease.highest("energy_wh") or 0.0  # also what went into steps that are lost and made again
    point = lease.rewind()
    state = _state_to_start_from(run, config, prepared, point)
    use_fitting_threads(state.model, settings.threads_per_run)
    reporter.prepared(point.checkpoint_file)
    reporter.change_state("running", "" if point.attempts == 1 else None)  # what is said of a lost worker stays
    rates = Rates(config.train, lease.rates())
    meter = EnergyMeter(settings.watts_per_core, earlier=earlier)
    TrainingRun(run, config, prepared, state, rates, reporter, lease.epoch, settings.parallel_runs, meter).go()


def _state_to_start_from(
    run: Run, config: RunConfig, prepared: Prepared, point: ResumePoint
) -> TrainState | CountState:
    """The checkpoint that the run's row names, never "the newest file": a worker given up may have left one."""
    counts = config.model.architecture == "counts"
    state = (new_counts if counts else new_state)(config, prepared.tokenizer.vocab_size)
    path = run.checkpoints_folder / point.checkpoint_file if point.checkpoint_file else None
    if path:
        load_checkpoint(path, state)
    elif config.start and isinstance(state, TrainState):
        begin_as_parent(run, config.start, state)
    delete_after(run, path)
    delete_points(run, after=state.step if path else -1)
    log(f"from step {state.step}")
    return state


class TrainingRun:
    """Consumes the events of `train`, one complete step after the other."""

    def __init__(
        self,
        run: Run,
        config: RunConfig,
        prepared: Prepared,
        state: TrainState | CountState,
        rates: Rates,
        reporter: Reporter,
        epoch: int,
        places: int,
        meter: EnergyMeter,
    ) -> None:
        self._run = run
        self._config = config
        self._prepared = prepared
        self._state = state
        self._rates = rates
        self._reporter = reporter
        self._epoch = epoch
        self._places = places
        self._meter = meter
        self._film = Film(run, config, prepared.tokenizer, prepared.dataset)
        self._evaluations_due = evaluations_of(config)
        self._begin = config.start.step if config.start else 0
        self._kept_for_good = kept_steps(config, bytes_of(state.tensors()))
        self._has_facts = False
        self._ctl_seen = 0
        self._saved_step = state.step
        self._saved_at = time.monotonic()
        self._unsaved = False

    def go(self) -> None:
        """Train until the end or a wish to stop; the run's state says which."""
        # Steps, evaluations and samples all pass texts through the model; a loop that hangs does not.
        self._state.model.register_forward_pre_hook(lambda *_: self._reporter.pulse())
        values: dict[str, float] = {}
        if self._state.step == self._begin:
            self._keep_the_beginning()
        if self._heed().holds_at(self._state.step) and self._obey():
            return
        try:
            for event in self._events():
                values |= event.values
                if not self._is_complete(event):
                    continue
                values |= self._meter.report(now=isinstance(event, EvalMetrics))
                self._reporter.add(event.step, values)
                if event.step == self._state.step:  # not so in the report of a step that failed
                    self._keep(values.get("val_loss"))
                values = {}
                if self._is_wished_something() and not _is_last(event) and self._obey():
                    return
        except RunError:  # a loss that is no number: the weights before it are worth keeping
            self._reporter.add(self._state.step + 1, values)
            self._filming(self._film.catch_up)
            self._save_checkpoint()
            raise
        self._save_patiently()
        self._reporter.change_state("done", f"Finished: all {self._state.step} steps are done.")

    def _events(self) -> Iterator[Event]:
        """Those of training, timed; the film sees the weights before each step."""
        if isinstance(self._state, CountState):
            events = count_text(self._state, self._prepared.dataset, self._config)
        else:
            events = train(self._state, self._prepared.dataset, self._config, self._rates)
        while True:
            self._film.look(self._state)
            with self._film.trains():
                event = next(events, None)
            if event is None:
                return
            yield event

    def _is_complete(self, event: Event) -> bool:
        """Is this the last that comes of its step? Readers ask for later steps only, so a step is reported whole."""
        last = event.step == self._config.train.steps
        if isinstance(event, EvalMetrics):
            return event.final or not last
        return not last and event.step not in self._evaluations_due

    def _keep(self, val_loss: float | None) -> None:
        """Write what this step leaves on disk."""
        self._filming(self._film.catch_up)
        if self._film.is_due(self._state.step):
            self._filming(lambda: self._film.take(self._state, val_loss))
            if self._film.share:
                self._reporter.add(self._state.step, {"history_share": self._film.share})
        if self._state.step > self._begin and not self._has_facts:
            self._prepared.write_facts()
            self._has_facts = True
        step = self._state.step
        due = step % self._config.train.checkpoint_every == 0 or step in self._kept_for_good
        if (due and step > self._begin) or time.monotonic() - self._saved_at > CHECKPOINT_SECONDS:
            self._save_checkpoint()

    def _filming(self, act: Callable[[], None]) -> None:
        try:
            act()
        except OSError as error:  # one frame fewer
            log(error)

    def _keep_the_beginning(self) -> None:
        """To be opened, not to go on from: a run that loses its worker before its first step has made no progress."""
        if self._begin not in self._kept_for_good:
            return
        try:
            save_checkpoint(self._run, self._state, epoch=self._epoch)
        except OSError as error:
            log(error)

    def _save_checkpoint(self) -> None:
        self._saved_at = time.monotonic()
        if self._state.step == self._saved_step:
            return
        try:
            named = self._reporter.named_checkpoint  # while the store is away, several files may come after it
            path = save_checkpoint(self._run, self._state, epoch=self._epoch, keep=named)
        except OSError as error:
            self._cannot_save(error)
            return
        if self._unsaved:
            self._reporter.say("")
            self._unsaved = False
        self._reporter.checkpoint_saved(self._state.step, path.name)
        self._saved_step = self._state.step

    def _save_patiently(self) -> None:
        """What a run ends with must be saved, so wait until there is room."""
        self._save_checkpoint()
        while self._saved_step != self._state.step:
            self._reporter.pulse()
            time.sleep(RETRY_SECONDS)
            self._save_checkpoint()

    def _cannot_save(self, error: OSError) -> None:
        """Training goes on from what is in memory; the checkpoint before is whole, and the next one is tried soon."""
        log(error)
        if not self._unsaved:
            reason = error.strerror or str(error)
            self._reporter.say(f"This run cannot be saved now: {reason}. Make room on the disk, and it will be.")
        self._unsaved = True

    def _is_wished_something(self) -> bool:
        control = self._reporter.control
        return control.ctl != self._ctl_seen or control.holds_at(self._state.step)

    def _obey(self) -> bool:
        """Do what people wish now: hold still for as long as they want, then go on, or leave. Is it time to leave?"""
        self._filming(self._film.catch_up)
        control = self._heed()
        while control.holds_at(self._state.step):
            self._reporter.change_state("paused", f"Paused at step {self._state.step}.", ctl_seen=control.ctl)
            if not self._reporter.wait_for_wish(control.ctl, QUIET_SECONDS):
                self._save_checkpoint()
                if self._is_parked(control.ctl):
                    return True
            control = self._heed()
        self._ctl_seen = control.ctl
        if control.want == "stop":
            self._stop()
            return True
        done = control.ctl if control.run_until is None else None  # single steps are done when they are made
        self._reporter.change_state("running", "", ctl_seen=done)
        return False

    def _is_parked(self, ctl: int) -> bool:
        """Rest until another wish comes; after a long time, or at once if others need the place, leave. Is it left?"""
        patience = time.monotonic() + PARK_SECONDS
        while not self._reporter.wait_for_wish(ctl, LOOK_SECONDS):
            self._save_checkpoint()
            saved = self._saved_step == self._state.step
            if saved and (time.monotonic() > patience or self._reporter.is_place_short(self._places)):
                return self._reporter.park(ctl, f"Paused at step {self._state.step}. Resume to go on.")
        return False

    def _heed(self) -> Control:
        """What people wish now; a new learning rate is taken up at once."""
        control = self._reporter.control
        if control.rate != self._rates.by_hand:
            self._reporter.change_rate(self._state.step, control.rate)
            self._rates.change(self._state.step, control.rate)
        return control

    def _stop(self) -> None:
        """Leave a checkpoint to go on from, and a frame of the same model to look at."""
        self._save_patiently()
        if self._state.step not in steps(self._run):
            self._filming(lambda: self._film.take(self._state, None, length=SAMPLE_TOKENS))
        self._reporter.change_state(
            "stopped", f"Stopped at step {self._state.step} of {self._config.train.steps}. Resume it to go on."
        )


def _is_last(event: Event) -> bool:
    return isinstance(event, EvalMetrics) and event.final
