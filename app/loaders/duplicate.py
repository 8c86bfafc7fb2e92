"""The same run again with one thing changed: what can be changed, read from the schema; the new configuration out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal, get_args, get_origin

from annotated_types import Ge, Le
from pydantic.fields import FieldInfo

from app.loaders import compare, runs
from lm_core.config import OWN_TEXT, RunConfig, parse_config
from lm_core.corpora.library import list_corpora

NOT_OFFERED = (
    "format_version",
    "name",
    "group",
    "corpus.text_id",
    "corpus.title",
    "corpus.cleaning",
    "tokenizer.file_id",
    "tokenizer.title",
    "model.architecture",
    "start",
)
GROUPS = ("model.", "train.", "tokenizer.", "corpus.", "")  # the order in which they are offered
LONGEST_NAME = 120

Kind = Literal["choice", "whole", "decimal", "switch", "text"]


@dataclass(frozen=True)
class Setting:
    """One field of the configuration: its dotted name, what it takes, and between which bounds."""

    name: str
    kind: Kind
    choices: tuple[str, ...] = ()
    low: float | None = None
    high: float | None = None
    optional: bool = False  # may be left empty


@cache
def all_settings() -> dict[str, Setting]:
    """Every setting that a copy may change, by its dotted name, those of model and training first."""
    fields: dict[str, FieldInfo] = {}
    for name, field in RunConfig.model_fields.items():
        inner = getattr(field.annotation, "model_fields", None)
        fields |= {f"{name}.{key}": part for key, part in inner.items()} if inner else {name: field}
    offered = sorted((name for name in fields if name not in NOT_OFFERED), key=_place)
    return {name: _setting(name, fields[name]) for name in offered}


def _place(name: str) -> int:
    return next(place for place, group in enumerate(GROUPS) if name.startswith(group))


def _setting(name: str, field: FieldInfo) -> Setting:
    if name == "corpus.name":
        names = tuple(info.name for info in list_corpora() if info.unavailable is None and info.name != OWN_TEXT)
        return Setting(name, "choice", names)
    kind = field.annotation
    optional = type(None) in get_args(kind)
    if optional:
        kind = next(part for part in get_args(kind) if part is not type(None))
    if get_origin(kind) is Literal:
        return Setting(name, "choice", tuple(str(choice) for choice in get_args(kind)))
    kinds: dict[Any, Kind] = {bool: "switch", int: "whole", float: "decimal"}
    low = next((float(rule.ge) for rule in field.metadata if isinstance(rule, Ge)), None)
    high = next((float(rule.le) for rule in field.metadata if isinstance(rule, Le)), None)
    return Setting(name, kinds.get(kind, "text"), low=low, high=high, optional=optional)


def value_of(config: RunConfig, name: str) -> Any:
    """("model.n_layers") -> 4"""
    value: Any = config.model_dump()
    for part in name.split("."):
        value = value[part]
    return value


def changed(config: RunConfig, setting: str, value: Any, name: str) -> RunConfig:
    """The configuration with one setting changed, checked; a copy is part of no experiment.

    Raises:
        ConfigError: the value is out of bounds, or contradicts another setting.
    """
    values = config.model_dump()
    *group, key = setting.split(".")
    place = values[group[0]] if group else values
    place[key] = value
    if setting == "corpus.name":
        place |= {"text_id": None, "title": ""}
    return parse_config(RunConfig, {**values, "name": name[:LONGEST_NAME], "group": ""})


def suggested_name(name: str, setting: str, value: Any) -> str:
    """("My model", "model.n_layers", 8) -> "My model · n_layers 8"; the new part stays whole in a long name."""
    news = f" · {setting.rpartition('.')[2]} {value}"
    return name[: LONGEST_NAME - len(news)] + news if len(news) < LONGEST_NAME else name[:LONGEST_NAME]


def new_seeds(run_id: str, count: int, rows: Iterable[dict[str, Any]]) -> list[int]:
    """The next seeds that no run of the same settings has had."""
    config = runs.config_of(run_id)
    same = {**compare.flat_settings(config), "seed": None}
    taken = {row["settings"].get("seed") for row in rows if {**row["settings"], "seed": None} == same}
    seeds: list[int] = []
    seed = config.seed
    while len(seeds) < count:
        seed = (seed + 1) % 2**31
        if seed not in taken:
            seeds.append(seed)
    return seeds
