"""What is checked of a stranger's zip before anything of it is used: bytes in, values within bounds or a refusal out.

Names and sizes come first, from the zip's own list, which may lie: every file is read to its bound and no further.
The header of the weights is compared with the model that the settings describe, which torch's "meta" device builds
without memory, before any tensor is made. Arrays must hold what their headers say. Nothing is ever unpickled.
"""

from __future__ import annotations

import io
import json
import math
import re
import stat
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import numpy as np
import numpy.typing as npt
import safetensors
import torch
from safetensors.torch import load as load_safetensors
from torch import Tensor

from lm_core.config import RunConfig
from lm_core.errors import LMError, RunError
from lm_core.models.count_model import CountModel
from lm_core.models.registry import build_model, maps_of
from lm_core.runs.history import HistoryPoint, load_points
from lm_core.runs.run import Run

MOST_FILES = 200
LARGEST = 400_000_000  # bytes of all files together
LARGEST_HEADER = 1_000_000  # bytes of a safetensors header
LARGEST_MOMENT = 16_000_000  # bytes of a moment's arrays, unpacked
LONGEST_TEXT = 20_000  # letters of a moment's sample
MOST_NAMES = 500  # parts of a model, tokens of a map
LARGEST_OF = {
    r"run\.json": 200_000,
    r"facts\.json": 2_000_000,
    r"tags\.json": 10_000,
    r"tokenizer/tokenizer\.json": 4_000_000,
    r"tokenizer/tokenizer\.model": 4_000_000,
    r"tokenizer/huggingface\.json": 32_000_000,
    r"model\.safetensors": 300_000_000,
    r"history/s[0-9]{8}\.npz": 8_000_000,
    r"metrics\.csv": 150_000_000,
    r"metrics\.json": 200_000_000,  # for other programs; never read
}
NEEDED = ("run.json", "facts.json", "tokenizer/tokenizer.json", "model.safetensors", "metrics.csv")
ARRAYS = {
    **dict.fromkeys(("attention", "texts"), "u1"),
    **dict.fromkeys(("q", "k"), "f2"),
    **dict.fromkeys(("losses", "top_probabilities", "weight_norms", "update_norms"), "f4"),
    "map_codes": "i1",
    "top_ids": "i4",
}
BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError, ValueError)


def refused(why: str) -> RunError:
    """The one sentence for every refusal."""
    return RunError(f"This file cannot be imported: {why}. Choose a file that Tokenarium exported.")


class Archive:
    """A zip whose list of files has been checked; `read` gives one file within its bound.

    Raises:
        RunError: it is no zip, or its list holds what an exported run does not have.
    """

    def __init__(self, source: Path | IO[bytes]) -> None:
        try:
            self._zip = zipfile.ZipFile(source)
        except BROKEN:
            raise refused("it is no zip file, or only a part of one") from None
        try:
            self.names = _checked_names(self._zip.infolist())
        except RunError:
            self._zip.close()
            raise

    def __enter__(self) -> Archive:
        return self

    def __exit__(self, *_error: object) -> None:
        self._zip.close()

    def read(self, name: str) -> bytes:
        """One file, whole.

        Raises:
            RunError: it is missing, damaged, or longer than the list said.
        """
        try:
            with self._zip.open(name) as file:
                data = file.read(self.names[name] + 1)
        except BROKEN:
            raise refused(f"{name} in it is damaged") from None
        if len(data) != self.names[name]:
            raise refused(f"{name} in it is not as long as its list says")
        return data


def _checked_names(entries: list[zipfile.ZipInfo]) -> dict[str, int]:
    """{name: bytes} of a list that holds nothing but an exported run."""
    if len(entries) > MOST_FILES:
        raise refused(f"it holds {len(entries):,} files, and an exported run has at most {MOST_FILES}")
    sizes: dict[str, int] = {}
    for entry in entries:
        name = entry.filename
        if name in ("history/", "tokenizer/"):
            continue
        most = next((size for pattern, size in LARGEST_OF.items() if re.fullmatch(pattern, name)), None)
        shown = json.dumps(name[:60])
        if most is None:
            raise refused(f"it holds {shown}, which is no part of an exported run")
        if stat.S_ISLNK(entry.external_attr >> 16) or entry.flag_bits & 0x1:
            raise refused(f"{shown} in it is a link, or is encrypted")
        if name in sizes:
            raise refused(f"it holds {shown} twice")
        if entry.file_size > most:
            raise refused(f"{shown} in it is larger than {most // 1_000_000 or 1} MB")
        sizes[name] = entry.file_size
    if sum(sizes.values()) > LARGEST:
        raise refused(f"it is larger than {LARGEST // 1_000_000} MB when unpacked")
    if missing := [name for name in NEEDED if name not in sizes]:
        raise refused(f"it has no {missing[0]}")
    return sizes


def check_weights(data: bytes, config: RunConfig, vocab_size: int) -> tuple[dict[str, Tensor], int]:
    """The tensors of model.safetensors, and after how many steps they were saved.

    Raises:
        RunError: names, shapes or types are not those of the model that `config` describes, or the file is damaged.
    """
    header, begin = _header(data)
    found = header.pop("__metadata__", {})
    if config.model.architecture == "counts":
        return _checked_counts(data, header, config, vocab_size), _step_of(found, config)
    with torch.device("meta"):
        model = build_model(config.model, vocab_size)
    expected = {name: list(weight.shape) for name, weight in model.named_parameters()}
    if header.keys() != expected.keys():
        raise refused("its weights have other names than those of the model in its settings")
    for name, shape in expected.items():
        said = header[name]
        if not isinstance(said, dict) or said.get("shape") != shape or said.get("dtype") != "F32":
            raise refused(f"its weights {name} do not have the shape {shape} of the model in its settings")
    if len(data) - begin != sum(4 * math.prod(shape) for shape in expected.values()):
        raise refused("its weights are cut off, or something stands behind them")
    try:
        tensors = load_safetensors(data)  # it refuses holes, overlaps and lengths that do not fit
    except (safetensors.SafetensorError, ValueError):
        raise refused("its weights are damaged") from None
    return tensors, _step_of(found, config)


def _step_of(about: object, config: RunConfig) -> int:
    step = about.get("step", "") if isinstance(about, dict) else ""
    if not (isinstance(step, str) and step.isascii() and step.isdecimal() and len(step) < 9):
        raise refused("its weights do not say after how many steps they were saved")
    if int(step) > config.train.steps:
        raise refused(f"its weights are of step {int(step):,}, and its training ends at step {config.train.steps:,}")
    return int(step)


def _checked_counts(data: bytes, header: dict[str, Any], config: RunConfig, vocab_size: int) -> dict[str, Tensor]:
    """The tables of a model that counts. Their sizes are the text's own, so the file's size is their bound."""
    if any(not isinstance(said, dict) or said.get("dtype") != "I64" for said in header.values()):
        raise refused("its counts are no whole numbers")
    try:
        tensors = load_safetensors(data)
        CountModel(config.model, vocab_size).load_tables(tensors)
    except (safetensors.SafetensorError, ValueError, LMError):
        raise refused("its counts are damaged, or those of another model") from None
    return tensors


def _header(data: bytes) -> tuple[dict[str, Any], int]:
    length = int.from_bytes(data[:8], "little")
    if len(data) < 8 or length > min(LARGEST_HEADER, len(data) - 8):
        raise refused("its weights begin with an impossible header")
    try:
        header = json.loads(data[8 : 8 + length])
    except (ValueError, RecursionError):
        raise refused("its weights begin with an unreadable header") from None
    if not isinstance(header, dict):
        raise refused("its weights begin with an unreadable header")
    return header, 8 + length


def check_points(archive: Archive, config: RunConfig, vocab_size: int) -> Iterator[HistoryPoint]:
    """The kept moments, one after the other; each fits the model, and its numbers are numbers.

    Raises:
        RunError: a moment is damaged or is not one of this model.
    """
    for name in sorted(name for name in archive.names if name.startswith("history/")):
        data = archive.read(name)
        _check_arrays(name, data)
        with tempfile.TemporaryDirectory() as folder:
            run = Run(Path(folder))
            run.history_folder.mkdir()
            (run.history_folder / Path(name).name).write_bytes(data)
            points = load_points(run)
        if not points or not _fits(points[0], config, vocab_size) or f"s{points[0].step:08d}.npz" != Path(name).name:
            raise refused(f"{name} in it is no moment of this model")
        yield points[0]


def _check_arrays(name: str, data: bytes) -> None:
    """The headers of a .npz file, before NumPy makes room for what they promise."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as file:
            entries = file.infolist()
            if len(entries) > len(ARRAYS) or sum(entry.file_size for entry in entries) > LARGEST_MOMENT:
                raise ValueError
            for entry in entries:
                with file.open(entry) as array:
                    _check_array(entry, array)
    except BROKEN:
        raise refused(f"{name} in it is damaged, or larger than a moment can be") from None


def _check_array(entry: zipfile.ZipInfo, array: IO[bytes]) -> None:
    if np.lib.format.read_magic(array) != (1, 0):
        raise ValueError
    shape, fortran, dtype = np.lib.format.read_array_header_1_0(array)
    wanted = ARRAYS.get(entry.filename.removesuffix(".npy"))
    if wanted is None or fortran or dtype.hasobject or dtype.str.lstrip("<>|=") != wanted:
        raise ValueError
    if len(shape) > 4 or math.prod(shape) * dtype.itemsize != entry.file_size - array.tell():
        raise ValueError


def _fits(point: HistoryPoint, config: RunConfig, vocab_size: int) -> bool:
    """Shapes are those of the model; every number is one that a page can draw."""
    layers, heads, length = *maps_of(config.model), len(point.tokens)
    both: list[npt.NDArray[Any]] = [array for array in (point.q, point.k) if array is not None]
    vectors = [array.shape == (layers, heads, length, config.model.d_head) for array in both]
    numbers = [bool(np.isfinite(array).all()) for array in (*both, point.top_probabilities)]
    texts = [*point.tokens, *(text for row in point.top_texts for text in row), *point.parts, *point.map_tokens]
    norms = [array for array in (point.weight_norms, point.update_norms) if array is not None]
    return bool(
        0 < length <= config.model.context_length
        and 0 <= point.step <= config.train.steps
        and (point.val_loss is None or (isinstance(point.val_loss, float) and math.isfinite(point.val_loss)))
        and point.attention.shape == (layers, heads, length, length)
        and all(vectors)
        and all(numbers)
        and not any(np.isinf(array).any() for array in (point.losses, *norms))
        and max(len(point.parts), len(point.map_tokens)) <= MOST_NAMES
        and point.top_ids.ndim == 2
        and ((point.top_ids >= 0) & (point.top_ids < vocab_size)).all()
        and ((point.top_probabilities >= 0) & (point.top_probabilities <= 1.001)).all()
        and all(len(row) == point.top_ids.shape[1] for row in point.top_texts)
        and all(isinstance(text, str) and len(text) <= LONGEST_TEXT for text in (*texts, point.sample))
    )
