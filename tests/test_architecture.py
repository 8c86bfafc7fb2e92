"""The floor plan as a test: who may import whom, that no file escapes the plan, and how large anything may grow."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SOURCES = sorted(path for package in ("lm_core", "app") for path in (ROOT / package).rglob("*.py"))
LONGEST_FILE, LONGEST_PAGE, LONGEST_FUNCTION = 350, 80, 60  # lines; a function's docstring does not count


def name(path):
    return str(path.relative_to(ROOT))


def functions(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]


def lines_of(function):
    docstring = function.body[0] if ast.get_docstring(function) is not None else None
    described = docstring.end_lineno - docstring.lineno + 1 if docstring else 0
    return function.end_lineno - function.lineno + 1 - described


def test_every_floor_knows_only_the_floors_below():
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command as run; run()", "--no-cache"]
    verdict = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert verdict.returncode == 0, verdict.stdout + verdict.stderr


def test_no_folder_of_code_escapes_the_floor_plan():
    """import-linter only sees packages: a folder without __init__.py would be free to import anything."""
    strays = {name(path.parent) for path in SOURCES if not (path.parent / "__init__.py").exists()}
    assert not strays


def test_the_contracts_list_no_exceptions():
    assert "ignore_imports" not in (ROOT / "pyproject.toml").read_text()


@pytest.mark.parametrize("path", SOURCES, ids=name)
def test_every_file_says_in_one_docstring_what_it_is(path):
    docstring = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    assert docstring
    assert docstring.splitlines()[0].strip()


@pytest.mark.parametrize("path", SOURCES, ids=name)
def test_no_file_and_no_function_is_too_long_to_read(path):
    lines = len(path.read_text(encoding="utf-8").splitlines())
    assert lines <= (LONGEST_PAGE if path.parent.name == "app_pages" else LONGEST_FILE)
    assert not [function.name for function in functions(path) if lines_of(function) > LONGEST_FUNCTION]


@pytest.mark.parametrize("path", SOURCES, ids=name)
def test_every_signature_is_typed(path):
    for function in functions(path):
        arguments = [*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs]
        bare = [each.arg for each in arguments if each.annotation is None and each.arg not in ("self", "cls")]
        assert not bare, f"{function.name}: {bare}"
        assert function.returns is not None or function.name == "__init__", function.name


@pytest.mark.parametrize("path", SOURCES, ids=name)
def test_nothing_unpickles(path):
    source = path.read_text(encoding="utf-8")
    for dangerous in ("import pickle", "torch.load(", "allow_pickle=True", "weights_only=False"):
        assert dangerous not in source
