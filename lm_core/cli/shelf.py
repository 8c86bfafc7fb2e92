"""`rename`, `tag`, `delete`, `restore`, `export`, `tokenizer`, `import`: a run id or a file in, what was done out."""

from __future__ import annotations

import io
from pathlib import Path

from lm_core.cli.output import number, one_line, printable
from lm_core.errors import RunError
from lm_core.files import write_atomically
from lm_core.jobs import shelf, tags
from lm_core.jobs.store import open_store
from lm_core.runs.run import find_run
from lm_core.settings import read_settings
from lm_core.tokenizers.export import to_huggingface, vocabulary_csv
from lm_core.tokenizers.registry import load_tokenizer


def rename(run_id: str, name: str) -> None:
    """Raises LMError: there is no such run, or it cannot have that name."""
    settings = read_settings()
    store = open_store(settings.store_url)
    shelf.rename_run(run_id, name, settings, store)
    print(f"Run {run_id} is called {one_line(store.get(run_id).name)} now.")


def tag(run_id: str, label: str, *, remove: bool) -> None:
    """Raises RunError: there is no such run, it came with the app, or the label cannot be one."""
    settings = read_settings()
    store = open_store(settings.store_url)
    if remove:
        tags.remove_tag(run_id, label, settings, store)
    else:
        tags.add_tag(run_id, label, settings, store)
    found = tags.tags_of_runs(store).get(run_id, ())
    print(f"Run {run_id} has the tags: {one_line(', '.join(found))}." if found else f"Run {run_id} has no tags.")


def delete(run_id: str) -> None:
    """Raises RunError: there is no such run, it came with the app, or it still trains."""
    settings = read_settings()
    shelf.delete_run(run_id, settings, open_store(settings.store_url))
    print(f"Run {run_id} is deleted. Undo, within a week: tokenarium restore {run_id}")


def restore(run_id: str) -> None:
    """Raises RunError: there is no such deleted run."""
    settings = read_settings()
    shelf.restore_run(run_id, settings, open_store(settings.store_url))
    print(f"Run {run_id} is back.")


def tokenizer(run_id: str, path: Path) -> None:
    """Raises LMError: there is no such run, it has no tokenizer yet, or the file is there already."""
    _refuse_if_there(path)
    found = load_tokenizer(find_run(run_id, read_settings()).tokenizer_folder)
    as_table = path.suffix.lower() == ".csv"
    write_atomically(path, vocabulary_csv(found).encode("utf-8") if as_table else to_huggingface(found))
    print(f"The {found.vocab_size:,} tokens of run {run_id} are in {printable(str(path))}.")


def _refuse_if_there(path: Path) -> None:
    if path.exists():
        raise RunError(f'"{printable(str(path))}" exists already. Choose another name, or remove it first.')


def export(run_id: str, path: Path) -> None:
    """Raises RunError: there is no such run, it has no model yet, or the file is there already."""
    _refuse_if_there(path)
    settings = read_settings()
    data = io.BytesIO()
    shelf.export_archive(run_id, settings, open_store(settings.store_url), data)
    write_atomically(path, data.getvalue())
    size = number(path.stat().st_size / 1e6, 1)
    print(f"Run {run_id} is in {printable(str(path))}, {size} MB. Read it elsewhere: tokenarium import FILE.zip")


def import_(path: Path) -> None:
    """Raises LMError: the file is no exported run."""
    settings = read_settings()
    if not path.is_file():
        raise RunError(f'There is no file "{printable(str(path))}".')
    store = open_store(settings.store_url)
    run_id = shelf.import_archive(path, settings, store)
    print(f"{one_line(store.get(run_id).name)} is here as run {run_id}. Let it write: tokenarium generate {run_id}")
