"""Order among one's own runs: rename, tag, delete, bring back; what the server had read of them is read again."""

from __future__ import annotations

import io
from typing import IO

from app.loaders import compare, runs
from app.sentences import translate_sentence
from lm_core.jobs import shelf, tags


def name_of(run_id: str) -> str:
    """What people call the run now."""
    if runs.is_gallery(run_id):
        return translate_sentence(runs.config_of(run_id).name)
    return runs.store().get(run_id).name or run_id


def rename(run_id: str, name: str) -> None:
    """Raises LMError: it cannot have that name, or came with the app."""
    shelf.rename_run(run_id, name, runs.settings(), runs.store())
    compare.forget(run_id)


def tags_of(run_id: str) -> tuple[str, ...]:
    """The labels on the run."""
    return tags.tags_of_runs(runs.store()).get(run_id, ())


def add_tag(run_id: str, text: str) -> None:
    """Raises RunError: the label cannot be one, there are too many, or the run came with the app."""
    tags.add_tag(run_id, text, runs.settings(), runs.store())


def remove_tag(run_id: str, tag: str) -> None:
    """Raises RunError: the run came with the app."""
    tags.remove_tag(run_id, tag, runs.settings(), runs.store())


def delete(run_id: str) -> None:
    """Raises RunError: it still trains, or came with the app."""
    shelf.delete_run(run_id, runs.settings(), runs.store())
    compare.forget(run_id)


def restore(run_id: str) -> None:
    """Raises RunError: it was not deleted, or has been forgotten since."""
    shelf.restore_run(run_id, runs.settings(), runs.store())


def exported(run_id: str) -> bytes:
    """The run as one zip.

    Raises:
        RunError: it has saved no model yet.
    """
    data = io.BytesIO()
    shelf.export_archive(run_id, runs.settings(), runs.store(), data)
    return data.getvalue()


def can_be_exported(run_id: str) -> bool:
    """Whether there are weights to give away."""
    folder = runs.open_run(run_id).checkpoints_folder
    return folder.is_dir() and any(folder.iterdir())


def bring_in(file: IO[bytes]) -> str:
    """Add an exported run to one's own; returns its id.

    Raises:
        LMError: it is no exported run, and why.
    """
    return shelf.import_archive(file, runs.settings(), runs.store())


def deleted() -> list[shelf.DeletedRun]:
    """What can be brought back, the newest first."""
    return shelf.deleted_runs(runs.store())
