"""A Chromium for the browser tests: the path of the one that is here, or of one installed now.

`find_browser()` looks only. `python tools/browser.py` looks, then installs: Debian's own package where that is allowed,
else Playwright's build. Prints what it did; exit code 1 and one sentence when there is no way.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge", "microsoft-edge")
PLACES = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
    r"C:\Program Files\Google\Chrome\Application\chrome.exe",
    r"C:\Program Files (x86)\Microsoft\Edge\Application\msedge.exe",
)
FONT_TRIED = Path(__file__).parents[1] / ".venv" / "cjk-font-tried"
APT_OPTIONS = ("-qq", "-o", "Acquire::Retries=1", "-o", "Acquire::http::Timeout=30")


def find_browser() -> str | None:
    """The executable of a Chromium, or None.

    First TOKENARIUM_BROWSER, then Playwright's own build, then the usual names on PATH and the usual places.
    """
    if chosen := os.environ.get("TOKENARIUM_BROWSER"):
        return chosen
    on_path = [path for name in NAMES if (path := shutil.which(name))]
    return next((path for path in (_playwrights_own(), *on_path, *PLACES) if path and Path(path).exists()), None)


def _playwrights_own() -> str | None:
    """Where Playwright would put its build, asked in a process of its own: it cannot be asked twice in one."""
    ask = "from playwright.sync_api import sync_playwright as play; print(play().start().chromium.executable_path)"
    answer = subprocess.run([sys.executable, "-c", ask], capture_output=True, text=True)
    return answer.stdout.strip() or None


def starts(browser: str | None) -> bool:
    """True if the browser says its version: a snap stub or a missing library would not."""
    if browser is None:
        return False
    try:
        return subprocess.run([browser, "--version"], capture_output=True, timeout=60).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def install_browser() -> None:
    """Debian's chromium when apt-get and the right to use it are here; else Playwright's build, with its libraries."""
    print("There is no Chromium here for the browser tests: installing one.", flush=True)
    if apt_install("chromium") and starts(find_browser()):
        return
    with_libraries = ["--with-deps"] if _as_root() is not None and shutil.which("apt-get") else []
    subprocess.call([sys.executable, "-m", "playwright", "install", *with_libraries, "chromium"])


def install_cjk_font() -> None:
    """Without such a font Chinese pages are boxes. Tried once, on Linux only; nothing fails without it."""
    lister = shutil.which("fc-list")
    if not sys.platform.startswith("linux") or FONT_TRIED.exists():
        return
    if lister and subprocess.run([lister, ":lang=zh"], capture_output=True).stdout.strip():
        return
    if not apt_install("fonts-noto-cjk", "fontconfig"):
        print("No font for Chinese was found: pages in Chinese will show boxes in screenshots.")
    if FONT_TRIED.parent.exists():
        FONT_TRIED.touch()


def _as_root() -> list[str] | None:
    """The words before a command that needs root: none, sudo, or None when we may not."""
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        return []
    sudo = shutil.which("sudo")
    if sudo and subprocess.run([sudo, "-n", "true"], capture_output=True).returncode == 0:
        return [sudo, "-n", "DEBIAN_FRONTEND=noninteractive"]
    return None


def apt_install(*packages: str) -> bool:
    """Install Debian packages, where apt-get and the right to use it are here; did it work?"""
    before = _as_root()
    if before is None or not shutil.which("apt-get"):
        return False
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    apt = [*before, "apt-get", *APT_OPTIONS]
    quiet = {"env": environment, "stdin": subprocess.DEVNULL}
    subprocess.call([*apt, "update"], **quiet)
    return subprocess.call([*apt, "install", "--yes", "--no-install-recommends", *packages], **quiet) == 0


def main() -> None:
    chosen = os.environ.get("TOKENARIUM_BROWSER")
    if chosen and not starts(chosen):
        sys.exit(f"TOKENARIUM_BROWSER is {chosen}, which does not start. Name another, or unset it to use any found.")
    if not starts(find_browser()):
        install_browser()
    browser = find_browser()
    if not starts(browser):
        sys.exit(
            "No Chromium could be found or installed for the browser tests. Install Chrome or Chromium, or name one: "
            'TOKENARIUM_BROWSER=/path/to/chrome make test. The other tests: .venv/bin/python -m pytest -m "not e2e"'
        )
    install_cjk_font()
    print(f"Browser tests use {browser}")


if __name__ == "__main__":
    main()
