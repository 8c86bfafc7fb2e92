"""Sentences of the app in, catalogues in assets/locale up to date; `check` only says what is missing, with exit code 1.

    python -m tools.translations update|check

The app reads the .po files as they are, so nothing is compiled.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po, write_po

from tools.engine_sentences import engine_sentences

ROOT = Path(__file__).parents[1]
SCRIPT_SENTENCE = re.compile(r'\bt\(\s*("(?:[^"\\\n]|\\.)*")')  # Babel's reader loses its way in nested templates


def collect() -> Catalog:
    """Every sentence marked by _("…") in Python or t("…") in JavaScript under app/, and what the engine says."""
    with (ROOT / "babel.cfg").open() as file:
        methods, options = parse_mapping_cfg(file)
    template = Catalog(project="Tokenarium", charset="utf-8", fuzzy=False)
    found = extract_from_dir(ROOT / "app", methods, options)
    for path, _line, message, _comments, context in sorted(found, key=lambda row: (str(row[2]), row[0])):
        template.add(message, locations=[(f"app/{Path(path).as_posix()}", None)], context=context)
    for path in sorted((ROOT / "app").rglob("*.js")):
        for literal in SCRIPT_SENTENCE.findall(path.read_text(encoding="utf-8")):
            template.add(json.loads(literal), locations=[(path.relative_to(ROOT).as_posix(), None)])
    for sentence, where in engine_sentences().items():
        template.add(sentence, locations=[(where, None)])
    return template


def catalogues() -> list[Path]:
    return sorted((ROOT / "assets" / "locale").glob("*/LC_MESSAGES/tokenarium.po"))


def read(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, locale=path.parents[1].name)


def update(path: Path, template: Catalog) -> None:
    """Add new sentences, drop those no longer used; translations that stay are untouched."""
    catalogue = read(path)
    catalogue.update(template, no_fuzzy_matching=True, update_creation_date=False)
    catalogue.obsolete.clear()
    with path.open("wb") as file:
        write_po(file, catalogue, width=0, sort_output=True, ignore_obsolete=True)


def faults(path: Path, template: Catalog) -> list[str]:
    """One sentence for each message without a translation, and for each translation without a message."""
    catalogue = read(path)
    where = path.relative_to(ROOT)
    wanted = {message.id for message in template if message.id}
    translated = {message.id for message in catalogue if message.id and message.string and not message.fuzzy}
    present = {message.id for message in catalogue if message.id}
    missing = [f'{where}: "{message}" is not translated.' for message in sorted(map(str, wanted - translated))]
    return missing + [f'{where}: "{message}" is not used any more.' for message in sorted(map(str, present - wanted))]


def main(action: str) -> None:
    template = collect()
    if action == "update":
        for path in catalogues():
            update(path, template)
    wrong = [fault for path in catalogues() for fault in faults(path, template)]
    print("\n".join([*wrong, f"{len(list(template)) - 1} sentences, {len(catalogues())} languages besides English."]))
    if wrong and action == "check":
        sys.exit("Run `make translations`, then translate what is empty.")


if __name__ == "__main__":
    main(sys.argv[1] if sys.argv[1:] else "check")
