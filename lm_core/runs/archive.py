"""A run as one file to give away: a run and its curves in, a zip out; a stranger's zip in, a checked run folder out.

    run.json  facts.json  tokenizer/…      as in a run folder
    tags.json                              the labels of its owner, if any
    model.safetensors                      the newest weights
    history/s00000500.npz                  the kept moments
    metrics.csv  metrics.json              every measured number; the CSV is what an import reads

Nothing of a zip is unpacked: each file is read into memory within its bounds, checked, and written anew.
"""

from __future__ import annotations

import csv
import io
import json
import math
import shutil
import tempfile
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO

import safetensors.torch

from lm_core.config import FORMAT_VERSION, RunConfig
from lm_core.errors import LMError, RunError
from lm_core.models.registry import count_parameters
from lm_core.runs.archive_checks import Archive, check_points, check_weights, refused
from lm_core.runs.checkpoint import WEIGHTS, save_tensors, shared_weights
from lm_core.runs.checkpoint_files import checkpoints, step_of
from lm_core.runs.facts import RunFacts
from lm_core.runs.history import load_points, save_point
from lm_core.runs.run import Run, new_run_id
from lm_core.runs.series import Series
from lm_core.runs.tags import tags_as_json, tags_from_json
from lm_core.tokenizers.base import Tokenizer
from lm_core.tokenizers.registry import load_tokenizer, same_kind

TOKENIZER_FILES = ("tokenizer.json", "tokenizer.model", "huggingface.json")
MOST_ROWS = 1_000_001
MOST_COLUMNS = 40
LONGEST_TITLE = 2000
_EARLIEST = (1980, 1, 1, 0, 0, 0)  # equal runs give equal files


@dataclass(frozen=True)
class Imported:
    """A checked run that is not yet in any list."""

    run: Run
    config: RunConfig
    step: int
    checkpoint_file: str
    series: Series
    tags: tuple[str, ...] = ()


def write_archive(run: Run, series: Series, target: IO[bytes], *, tags: Sequence[str] = ()) -> None:
    """Write the run into `target` as a zip.

    Raises:
        RunError: the run has saved no model yet, or its folder is damaged.
    """
    found = checkpoints(run)
    if not found:
        raise RunError(f'Run "{run.id}" has saved no model yet. Let it finish, or stop it to save one.')
    config = run.read_config()
    if run.read_facts().origin is not None:  # it also refuses a damaged folder before anything is written
        raise RunError(
            f'Run "{run.id}" was trained elsewhere and is not given away from here: bring it in there, from where it '
            "came."
        )
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as file:

        def put(name: str, data: bytes, *, packed: bool = True) -> None:
            info = zipfile.ZipInfo(name, date_time=_EARLIEST)
            info.external_attr = 0o644 << 16
            file.writestr(info, data, zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED)

        if tags:
            put("tags.json", tags_as_json(tags))
        put("run.json", config.to_json().encode())
        put("facts.json", run.facts_path.read_bytes())
        for path in sorted(run.tokenizer_folder.iterdir()):
            if path.name in TOKENIZER_FILES:
                put(f"tokenizer/{path.name}", path.read_bytes())
        put("model.safetensors", _weights(found[-1]), packed=False)
        for point in load_points(run):
            name = f"s{point.step:08d}.npz"
            put(f"history/{name}", (run.history_folder / name).read_bytes(), packed=False)
        put("metrics.csv", _csv_of(series).encode())
        put("metrics.json", json.dumps({"format_version": FORMAT_VERSION, **_finite(series)}).encode())


def _weights(checkpoint: Path) -> bytes:
    return safetensors.torch.save(shared_weights(checkpoint), {"step": str(step_of(checkpoint))})


def _csv_of(series: Series) -> str:
    """step,loss,val_loss / 0,,4.2 / …: an empty cell was not measured."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    names = sorted(series["columns"])
    writer.writerow(["step", *names])
    columns = [_finite(series)["columns"][name] for name in names]
    for place, step in enumerate(series["steps"]):
        writer.writerow([step, *("" if column[place] is None else repr(column[place]) for column in columns)])
    return text.getvalue()


def _finite(series: Series) -> Series:
    columns = {
        name: [value if value is not None and math.isfinite(value) else None for value in values]
        for name, values in series["columns"].items()
    }
    return {"steps": series["steps"], "columns": columns}


def read_archive(source: Path | IO[bytes], runs_folder: Path) -> Imported:
    """Check a stranger's zip and make a new run folder of it. If it is refused, nothing is left behind.

    Raises:
        LMError: the file is no exported run, is damaged, too large, or not what it says it is.
    """
    with Archive(source) as archive:
        runs_folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".import-", dir=runs_folder) as unfinished:
            run = Run(Path(unfinished) / new_run_id())
            run.folder.mkdir()
            imported = _fill(run, archive)
            final = Run(runs_folder / run.id)
            shutil.move(run.folder, final.folder)
    return replace(imported, run=final)


def _fill(run: Run, archive: Archive) -> Imported:
    run.config_path.write_bytes(archive.read("run.json"))
    run.facts_path.write_bytes(archive.read("facts.json"))
    try:
        config, facts = run.read_config(), run.read_facts()
    except RecursionError:  # JSON with more brackets than Python reads
        raise refused("run.json or facts.json in it is damaged") from None
    tokenizer = _tokenizer(run, archive)
    _check_facts(facts, config, tokenizer)
    weights, step = check_weights(archive.read("model.safetensors"), config, facts.vocab_size)
    run.write_config(config)  # as we write it, not as it came
    run.write_facts(facts)
    for point in check_points(archive, config, facts.vocab_size):
        save_point(run, point)
    checkpoint = save_tensors(run, {f"{WEIGHTS}{name}": value for name, value in weights.items()}, step=step, epoch=0)
    series = _series(archive.read("metrics.csv"), config)
    return Imported(run, config, step, checkpoint.name, series, _tags(archive))


def _tags(archive: Archive) -> tuple[str, ...]:
    """The labels that its owner gave it; runs exported without any have no such file."""
    if "tags.json" not in archive.names:
        return ()
    try:
        return tags_from_json(archive.read("tags.json"))
    except (ValueError, LMError, RecursionError):
        raise refused("its tags are no list of short labels") from None


def _tokenizer(run: Run, archive: Archive) -> Tokenizer:
    run.tokenizer_folder.mkdir()
    for name in TOKENIZER_FILES:
        if f"tokenizer/{name}" in archive.names:
            (run.tokenizer_folder / name).write_bytes(archive.read(f"tokenizer/{name}"))
    try:
        tokenizer = load_tokenizer(run.tokenizer_folder)
        tokenizer.decode(tokenizer.encode("To be, or not to be?\n"))
        tokenizer.vocabulary()
    except (LMError, ValueError, TypeError, RuntimeError, RecursionError):
        raise refused("its tokenizer is damaged") from None
    return tokenizer


def _check_facts(facts: RunFacts, config: RunConfig, tokenizer: Tokenizer) -> None:
    """What the folder says of itself must be true, as far as that can be known."""
    if not same_kind(tokenizer, config.tokenizer.kind) or not same_kind(tokenizer, facts.tokenizer_kind):
        raise refused("its tokenizer is of another kind than its settings say")
    if tokenizer.vocab_size != facts.vocab_size:
        raise refused(f"its tokenizer has {tokenizer.vocab_size:,} tokens, and facts.json says {facts.vocab_size:,}")
    counts = config.model.architecture == "counts"  # as many as the text has n-grams
    if not counts and facts.parameters != (true := count_parameters(config.model, facts.vocab_size)["total"]):
        raise refused(f"its model has {true:,} parameters, and facts.json says {facts.parameters:,}")
    if facts.origin is not None:
        raise refused("it was trained elsewhere, and such a model is brought in from where it came")
    sizes = (facts.train_tokens, facts.validation_tokens, facts.train_bytes, facts.validation_bytes)
    if not all(0 < size < 2**53 for size in (*sizes, *facts.parameters_by_part.values()) if size != 0) or 0 in sizes:
        raise refused("facts.json holds impossible sizes")
    if max(map(len, (facts.corpus_title, facts.corpus_licence, facts.corpus_source))) > LONGEST_TITLE:
        raise refused("facts.json holds a title of more than a page")
    if len(facts.baselines) > MOST_COLUMNS or not all(map(math.isfinite, facts.baselines.values())):
        raise refused("facts.json holds baselines that are no numbers")


def _series(data: bytes, config: RunConfig) -> Series:
    """Read row by row: a CSV cannot grow in memory as nested JSON can."""
    try:
        rows = csv.reader(io.StringIO(data.decode("utf-8"), newline=""))
        heads = next(rows)
        if heads[0] != "step" or len(heads) > MOST_COLUMNS or len(set(heads)) != len(heads) or not all(heads):
            raise ValueError
        if max(map(len, heads)) > 60:
            raise ValueError
        steps: list[int] = []
        columns: dict[str, list[float | None]] = {name: [] for name in heads[1:]}
        for row in _bounded(rows):
            step = int(row[0])
            if not (steps[-1] if steps else -1) < step <= config.train.steps:
                raise ValueError
            steps.append(step)
            for name, cell in zip(heads[1:], row[1:], strict=True):
                columns[name].append(_number(cell))
    except (ValueError, csv.Error, StopIteration, IndexError):
        raise refused("metrics.csv is not a table of measured numbers") from None
    return {"steps": steps, "columns": columns}


def _bounded(rows: Iterator[list[str]]) -> Iterator[list[str]]:
    for count, row in enumerate(rows):
        if count >= MOST_ROWS:
            raise ValueError
        yield row


def _number(cell: str) -> float | None:
    value = float(cell) if cell else None
    if value is not None and not math.isfinite(value):
        raise ValueError
    return value
