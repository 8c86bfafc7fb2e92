"""Order among one's own runs: rename, tag, delete, bring back; what the server had read of them is read again."""

from __future__ import annotations

import io
import tempfile
import zipfile
from pathlib import Path
from typing import IO

from app.loaders import compare, models, runs
from app.sentences import translate_sentence
from lm_core.errors import ModelError
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


def huggingface_refusal(run_id: str) -> str:
    """Why its model cannot be written as a Hugging Face folder, in the engine's words; empty where it can."""
    from lm_core.interop.families import to_theirs

    try:
        to_theirs(runs.config_of(run_id).model, 1)
    except ModelError as error:
        return str(error)
    return ""


def as_huggingface(run_id: str) -> bytes:
    """The newest model of a run and its tokenizer as a zip of the folder that `AutoModelForCausalLM` loads.

    Raises:
        RunError: it has saved no model yet.
        ModelError: it has parts that neither family knows.
    """
    from lm_core.interop.huggingface import write_folder
    from lm_core.tokenizers.export import to_huggingface

    opened = models.open_transformer(run_id, models.nearest(run_id))
    data = io.BytesIO()
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / f"tokenarium-{run_id}"
        write_folder(opened.model, folder, to_huggingface(opened.tokenizer))
        with zipfile.ZipFile(data, "w") as archive:
            for file in sorted(folder.iterdir()):
                archive.write(file, f"{folder.name}/{file.name}")
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
