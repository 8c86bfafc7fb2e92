"""The app running on the gallery's finished run in, the pictures of the README in assets/screenshots out.

python -m tools.screenshots http://127.0.0.1:8501
"""

from __future__ import annotations

import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

from tools.browser import find_browser

FOLDER = Path(__file__).parents[1] / "assets" / "screenshots"
HEIGHT = 860
SHOTS = {
    "train-light": ("train", "light", 1040),
    "attention-dark": ("attention", "dark", 1140),
    "generate-light": ("generate", "light", 1140),
    "loss-dark": ("loss", "dark", 1140),
    "distributions-light": ("loss?section=distributions", "light", 1060),
    "beam-dark": ("generate?section=beam", "dark", 1060),
    "tokens-light": ("tokens", "light", HEIGHT),
    "data-dark": ("data?corpus=stories", "dark", HEIGHT),
    "inside-light": ("inside?stop=pattern", "light", 1140),
}


def main(url: str) -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_browser(), args=["--no-sandbox"])
        for name, (path, theme, height) in SHOTS.items():
            page = browser.new_page(
                viewport={"width": 1280, "height": height}, color_scheme=theme, reduced_motion="reduce", locale="en-US"
            )
            page.goto(f"{url}/{path}")
            page.locator(".tk :is(canvas, svg, .token, .bar):visible").first.wait_for(timeout=60_000)
            page.wait_for_timeout(3000)  # fonts, and the first draw of every part
            page.screenshot(path=FOLDER / f"{name}.png")
            page.close()
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1].rstrip("/"))
