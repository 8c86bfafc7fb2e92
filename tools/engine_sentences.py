"""What the engine says to people: lm_core's source in, {sentence with {0}, {1} … for its values: where it stands} out.

The engine speaks English and marks nothing for translation. A sentence is known by its look: words that end with a full
stop, a question mark or an exclamation mark, or that go on after one; and whatever an error of ours is raised with.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from lm_core import errors
from lm_core.corpora.clean import CLEANING_STEPS
from lm_core.corpora.library import list_corpora
from lm_core.runs.run import gallery_runs
from lm_core.tokenizers.registry import list_tokenizers

ROOT = Path(__file__).parents[1]
ERRORS = {name for name, kind in vars(errors).items() if isinstance(kind, type) and issubclass(kind, errors.LMError)}
MAKERS = ERRORS | {"StoreAway", "refused"}  # what is called with words for people
UNSEEN = {"help", "sample"}  # keywords whose words stay in the terminal, or as they are

# Parts that the engine puts into its sentences; a test finds each of them in lm_core.
PARTS = (
    "1 character", "{0} characters", "1 foreign line end was", "{0} foreign line ends were",
    "1 control character was", "{0} control characters were",
    "1 broken half of a character was", "{0} broken halves of characters were", "1 place", "{0} places",
    "This file", "Own text", "{0} MB ({1} bytes)", "a PNG picture", "a JPEG picture", "a GIF picture",
    "a PDF document", "a ZIP archive, as Word, Excel and e-book files are", "an old Word or Excel document",
    "a Rich Text document", "a gzip archive", "a 7z archive", "a RAR archive", "a database", "a program",
    "step {0}", "the beginning", "is finished", "has failed", "has been stopped", "pause", "resume", "stop",
    "lacks", "has the unknown", "training", "validation", "signal {0}", "{0} or {1}", "{0} (got {1})",
    "trained elsewhere",
    "it does not name a kind of tokenizer", "it is not JSON", 'there is no kind of tokenizer called "{0}"',
    "its characters are missing or not distinct", "its words are missing or not distinct",
    "its merges are missing or impossible", "it is not the file that {0} names", "it is not the model that {0} names",
    "{0} is of another version", "{0} is not what was written", "{0} holds ids outside the vocabulary",
)  # fmt: skip

# What pydantic and the system say inside our sentences.
OTHERS = (
    "input should be less than or equal to {0}", "input should be less than {0}",
    "input should be greater than or equal to {0}", "input should be greater than {0}", "input should be {0}",
    "input should be a valid integer", "input should be a valid integer, unable to parse string as an integer",
    "input should be a valid integer, got a number with a fractional part", "input should be a valid number",
    "input should be a valid number, unable to parse string as a number", "input should be a finite number",
    "input should be a valid string", "input should be a valid boolean",
    "input should be a valid boolean, unable to interpret input", "input should be an object",
    "input should be a valid dictionary or instance of {0}", "extra inputs are not permitted", "field required",
    "string should have at most {0} characters", "string should match pattern '{0}'", "invalid JSON: {0}",
    "No space left on device", "Permission denied", "Read-only file system", "database is locked",
    "unable to open database file",
)  # fmt: skip


def engine_sentences() -> dict[str, str]:
    """Every sentence and part of one that may reach a page, with the file that it stands in."""
    found = dict.fromkeys(OTHERS + PARTS, "tools/engine_sentences.py")
    for path in sorted((ROOT / "lm_core").rglob("*.py")):
        where = path.relative_to(ROOT).as_posix()
        if not where.startswith(("lm_core/cli/", "lm_core/corpora/stories_")):  # terminal only; texts to learn from
            found |= dict.fromkeys(filter(is_sentence, templates(path)), where)
            found |= dict.fromkeys((template for template, _line in raised(path) if template), where)
    for path in sorted((ROOT / "app").rglob("*.py")):  # where no session, thus no language is known
        refusals = (template for template, _line in raised(path) if template)
        found |= dict.fromkeys(refusals, path.relative_to(ROOT).as_posix())
    for info in list_corpora():
        words = (info.title, info.description, info.licence, info.source, info.language, info.reason, info.discover)
        found |= dict.fromkeys(filter(None, words), "lm_core/corpora/library.py")
    for kind in list_tokenizers():
        found |= dict.fromkeys((kind.title, kind.description), "lm_core/tokenizers/registry.py")
    for step in CLEANING_STEPS.values():
        found |= dict.fromkeys((step.title, step.why), "lm_core/corpora/clean.py")
    found |= {run.read_config().name: f"assets/gallery/{run.id}/run.json" for run in gallery_runs()}
    return found


def is_sentence(template: str) -> bool:
    """'Starting.', '{0}: {1}.' and 'Run: pip install {0}' are, 'SELECT {0}' and '{0}: {1} -> {2}' are not."""
    if re.fullmatch(r"[A-Z][a-z]+[.?!]", template):
        return True
    if " " not in template or not re.search(r"[A-Za-z]{2}|\{0\}", template):
        return False
    goes_on = re.search(r"[.:] ", template) and re.search(r"[A-Za-z]{2,}[^{}]*? [a-z]{2,}", template)
    return template[-1] in ".?!" or bool(goes_on)


def templates(path: Path) -> Iterator[str]:
    """The text of every literal in a file that runs, docstrings and assertions left out."""
    waiting: list[ast.AST] = [ast.parse(path.read_text(encoding="utf-8"))]
    while waiting:
        node = waiting.pop()
        text = template_of(node)
        if text is not None:
            yield text
        silent = isinstance(node, ast.Assert) or (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant))
        if isinstance(node, ast.keyword) and node.arg in UNSEEN:
            silent = True
        if isinstance(node, ast.JoinedStr):
            waiting.extend(part.value for part in node.values if isinstance(part, ast.FormattedValue))
        elif not silent:
            waiting.extend(ast.iter_child_nodes(node))


def template_of(node: ast.AST | None) -> str | None:
    """The text of a literal: f"{a:,} of {b}{c}" -> "{0} of {1}", neighbouring values as one; None for anything else."""
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else None
    if not isinstance(node, ast.JoinedStr):
        return None
    text, values = "", 0
    for part in node.values:
        if isinstance(part, ast.Constant):
            text += str(part.value)
        elif not text.endswith("}"):
            text += f"{{{values}}}"
            values += 1
    return text


def raised(path: Path) -> Iterator[tuple[str | None, int]]:
    """Of each error of ours that a file makes the template, None where it is put together elsewhere, and the line."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Name)
            and node.func.id in ERRORS | {"StoreAway", "refused"}
        ):
            yield template_of(node.args[0] if node.args else None), node.lineno
