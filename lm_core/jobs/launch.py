"""From a wish to a run: a configuration in, the id of a queued run out, or one sentence why not and no trace left."""

from __future__ import annotations

import shutil
from contextlib import ExitStack, suppress
from pathlib import Path

import psutil  # type: ignore[import-untyped,unused-ignore]
from filelock import FileLock, Timeout

from lm_core.config import PRETRAINED, RunConfig
from lm_core.corpora.corpus import Corpus
from lm_core.corpora.library import load_corpus
from lm_core.data.splitting import split_documents
from lm_core.errors import CorpusError, RunError
from lm_core.jobs.processes import kill, this_host
from lm_core.jobs.queue import Queue
from lm_core.jobs.status import OVER
from lm_core.jobs.store import Store
from lm_core.jobs.supervisor import ensure_supervisor
from lm_core.models.counts import refuse_if_keys_overflow
from lm_core.models.memory import refuse_if_too_large
from lm_core.runs.checkpoint_files import delete_after
from lm_core.runs.continuing import checkpoint_to_go_on_from, copy_beginning
from lm_core.runs.history import delete_points
from lm_core.runs.run import Run, create_run, find_run
from lm_core.settings import Settings
from lm_core.tokenizers.registry import load_tokenizer, planned_vocabulary

LEAVING_SECONDS = 3.0  # for a worker to see that its run was taken away; it looks twenty times a second


def start_run(config: RunConfig, settings: Settings, store: Store, owner: str = "local") -> str:
    """Queue a run and see to it that somebody starts it.

    Raises:
        LMError: the text is missing or too short, the model does not fit into memory, `owner` has too many runs
            waiting or too much on the disk, or the run cannot go on from the one that it names.
    """
    if config.corpus.name == PRETRAINED:
        raise RunError(
            "This model was trained elsewhere, on a text that is not here. It can be looked at and can write; to train "
            "one, begin anew."
        )
    refuse_if_disk_is_used_up(owner, settings, store)
    corpus = load_corpus(config.corpus, texts_folder=settings.texts_folder, seed=config.seed)
    training, validation = split_documents(corpus, config.train.validation_fraction, config.seed)
    _refuse_if_too_short(corpus, config, {"training": training, "validation": validation})
    available = int(psutil.virtual_memory().available)
    parent = find_run(config.start.run, settings) if config.start else None
    beginning = checkpoint_to_go_on_from(config, parent) if parent else None
    if parent:
        vocab_size = load_tokenizer(parent.tokenizer_folder).vocab_size
    else:
        vocab_size = planned_vocabulary(config.tokenizer, training, files=settings.tokenizers_folder)
    if config.model.architecture == "counts":
        refuse_if_keys_overflow(config.model, vocab_size)
    else:
        refuse_if_too_large(config.model, vocab_size, config.train.batch_size, available, config.train.precision)
    with ExitStack() as undo:
        run = create_run(config, settings.runs_folder)
        undo.callback(shutil.rmtree, run.folder, ignore_errors=True)
        if parent and beginning:
            copy_beginning(parent, beginning, run)
        name = config.name or config.corpus.title or corpus.title
        limit = settings.queued_per_owner
        store.submit(run.id, name[:200], config.to_json(), config.train.steps, owner, max_queued=limit)
        undo.pop_all()
    ensure_supervisor(settings)
    return run.id


def resume_run(run_id: str, settings: Settings, store: Store) -> None:
    """`Store.resume`, and see to it that somebody starts a worker if the run has none.

    Raises:
        RunError: there is no such run, or it cannot go on.
    """
    store.resume(run_id)
    ensure_supervisor(settings)


def step_run(run_id: str, count: int, settings: Settings, store: Store) -> None:
    """`Store.step`, and see to it that somebody starts a worker if the run has none.

    Raises:
        RunError: there is no such run, or it cannot go on.
    """
    store.step(run_id, count)
    ensure_supervisor(settings)


def reset_run(run_id: str, settings: Settings, store: Store) -> None:
    """`Store.reset`, and delete the run's checkpoints and history once its worker has left.

    A worker that does not leave within seconds is ended if it is on this machine. Whatever is still left, the run's
    next worker deletes before it begins.

    Raises:
        RunError: there is no such run, or it was trained elsewhere.
    """
    status = store.get(run_id)
    if status.state in OVER and status.started_at is None and status.checkpoint_step is not None:
        raise RunError(f'Run "{status.name}" was trained elsewhere, so it cannot be taken back to a beginning here.')
    workers = [worker for worker in Queue(store.database).workers() if worker.run_id == run_id]
    store.reset(run_id)
    run = Run(settings.runs_folder / run_id)
    if not run.folder.is_dir() or _forget_files(run, store):
        return
    for worker in workers:
        if worker.host == this_host() and worker.pid and worker.pid_started:
            kill(worker.pid, worker.pid_started)
    _forget_files(run, store)


def _forget_files(run: Run, store: Store) -> bool:
    """False where a worker is still busy in the run's folder."""
    try:
        with FileLock(run.lock_path, timeout=LEAVING_SECONDS, is_singleton=False):
            if store.get(run.id).started_at is None:  # else somebody has begun anew meanwhile
                delete_after(run, None)
                delete_points(run, after=-1)
            return True
    except Timeout:
        return False


def refuse_if_disk_is_used_up(owner: str, settings: Settings, store: Store) -> None:
    """Do nothing while this person's runs take up less than they may.

    Raises:
        RunError: they take up as much; the message has both sizes.
    """
    used = sum(_bytes_of(settings.runs_folder / run_id) for run_id in store.owned_by(owner))
    limit = settings.disk_bytes_per_owner
    if used >= limit:
        raise RunError(
            f"Your runs take up {used / 1e6:,.0f} MB on the disk, and {limit / 1e6:,.0f} MB is the most. "
            "Reset or delete one that you no longer need."
        )


def _bytes_of(folder: Path) -> int:
    """What lies in a run's folder; a file that goes while we count is not counted."""
    total = 0
    for path in folder.rglob("*"):
        with suppress(FileNotFoundError):
            total += path.lstat().st_size
    return total


def _refuse_if_too_short(corpus: Corpus, config: RunConfig, parts: dict[str, list[str]]) -> None:
    """Both parts must fill one window and its next token. Tokens are bytes at the shortest, so except for characters
    this is a first look only; the worker counts them.
    """
    context = config.model.context_length
    for part, texts in parts.items():
        if config.tokenizer.kind == "char":
            tokens = sum(map(len, texts))
        else:
            tokens = sum(len(text.encode(errors="surrogatepass")) for text in texts)
        if tokens <= context:
            raise CorpusError(
                f'"{corpus.title}" gives at most {tokens:,} tokens for {part}, but a context of {context:,} needs at '
                f"least {context + 1:,}. Choose a longer text or a context_length below {tokens:,}."
            )
