"""The game of guessing in a browser, by keys alone: chips, the truth, the score on the ladder, kept over a reload."""

import math
import re

from playwright.sync_api import expect


def test_a_round_is_played_by_keys_scored_and_kept(open_page):
    page = open_page("loss?run=gallery-comedies&section=guess")
    field = page.get_by_label("Type a token: each time it gets a chip")
    expect(page.locator(".guess-hidden")).to_have_text("?", timeout=60_000)
    field.press_sequentially("eet")
    shares = page.locator(".guess-chip .number")
    expect(shares.first).to_have_text(re.compile(r"11"))  # 2 of 20 chips, and a 66th of the 17 that were not placed
    expect(page.locator(".guess-chip")).to_have_count(2)
    field.press("Enter")
    said = page.get_by_role("status").filter(has_text="nats")
    expect(said).to_be_visible(timeout=30_000)
    truth = page.locator(".guess-hidden").inner_text()
    chips = {"e": 2, "t": 1}.get(truth, 0)
    cost = -math.log((chips + 17 / 66) / 20)
    expect(said).to_contain_text(f"{cost:.2f} nats")
    expect(page.locator(".guess-line.you .number")).to_have_text(f"{cost:.2f}")
    field.press("Enter")
    expect(page.locator(".guess-hidden")).to_have_text("?")
    page.reload()
    expect(page.locator(".guess-line.you .number")).to_have_text(f"{cost:.2f}", timeout=30_000)
    page.get_by_role("button", name="Begin again").click()
    expect(page.locator(".guess-line.you")).to_have_count(0)
