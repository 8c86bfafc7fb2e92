"""The READMEs against the repository: each file, target and command that they name is there."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
READMES = [ROOT / "README.md", ROOT / "lm_core" / "README.md", ROOT / "app" / "README.md"]
ENDINGS = (".py", ".js", ".css", ".md", ".toml", ".txt", ".png", ".webp", ".svg", ".po", ".json", "/")

readmes = pytest.mark.parametrize("readme", READMES, ids=lambda path: str(path.relative_to(ROOT)))


def outside_code_blocks(readme):
    return re.sub(r"^```.*?^```", "", readme.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)


def named_paths(readme):
    """Words in backticks that end like a file or folder, and the targets of links and pictures."""
    text = outside_code_blocks(readme)
    quoted = [word for word in re.findall(r"`([^`\n]+)`", text) if word.endswith(ENDINGS)]
    linked = [link.split("#")[0] for link in re.findall(r"\]\(([^)\s]+)\)", text)]
    linked += re.findall(r"(?:src|srcset)=\"([^\"]+)\"", text)
    local = [path for path in linked if path and "://" not in path and not path.startswith("mailto:")]
    return [path for path in quoted + local if not re.search(r"[<>{}*…$\s]|^[/~]|::", path)]


def exists(path, folder):
    """From the root, from the README's folder, or, for a name alone, anywhere in that folder."""
    if (ROOT / path).exists() or (folder / path).exists():
        return True
    return "/" not in path and folder != ROOT and any(folder.rglob(path))


@readmes
def test_every_file_that_a_readme_names_exists(readme):
    assert not [path for path in named_paths(readme) if not exists(path, readme.parent)]


@readmes
def test_every_make_target_that_a_readme_names_exists(readme):
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), flags=re.MULTILINE))
    assert set(re.findall(r"(?:`|^)make ([a-z-]+)", readme.read_text(encoding="utf-8"), flags=re.MULTILINE)) <= targets


@readmes
def test_every_command_that_a_readme_names_exists(readme):
    from typer.main import get_command

    from lm_core.cli.main import app

    text = readme.read_text(encoding="utf-8")
    named = re.findall(r"(?:`|^|\$ |/)tokenarium ([a-z][a-z-]*)", text, flags=re.MULTILINE)
    assert set(named) <= set(get_command(app).commands)


def test_every_package_of_the_core_is_explained():
    text = (ROOT / "lm_core" / "README.md").read_text(encoding="utf-8")
    packages = [path.parent.name for path in (ROOT / "lm_core").glob("*/__init__.py")]
    assert not [package for package in packages if package not in text]


def test_make_help_lists_every_target_for_people():
    wanted = {
        *[
            "help",
            "setup",
            "extras",
            "pretrained",
            "run",
            "test",
            "test-all",
            "check",
            "bench",
            "bench-generation",
            "bench-learning",
            "gallery",
            "translations",
            "clean",
        ]
    }
    lines = (ROOT / "Makefile").read_text().splitlines()
    assert {line.split(":")[0] for line in lines if re.match(r"[a-z-]+:.*## ", line)} == wanted
