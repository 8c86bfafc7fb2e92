"""The section Text of Loss in a browser: pieces that two tokenizers share, hover, keys, then and now, another run."""

import math
import re

import pytest
from playwright.sync_api import expect

from lm_core.models.registry import build_model
from lm_core.runs.checkpoint import save_tensors
from lm_core.runs.run import find_run
from tests.clicked_numbers import check_numbers
from tests.finished_run import make_run, settings_of

RUN = "gallery-comedies"

MODULES = """async () => {
  const { bytesOf, figuresOf, readingOfMoment, textOf, tokensOfHalf } = await import('/pictures/x/surprise/reading.js');
  const { piecesOf, together } = await import('/pictures/x/surprise/pieces.js');
  const reading = (tokens, losses) => {
    const bytes = tokens.map(bytesOf);
    const starts = [0];
    for (const count of bytes) starts.push(starts.at(-1) + count);
    return { tokens, losses, bytes, starts };
  };
  const letters = reading([...'the cat'], [null, 1, 1, 2, 3, 1, 1]);
  const words = reading(['th', 'e', ' cat'], [null, 0.5, 4]);
  const odd = reading(['t', 'he c', 'at'], [null, 5, 1]);
  const laid = piecesOf(letters, words);
  const twos = reading([...'the cat'], [null, 2, 2, 2, 2, 2, 2]);
  const top = [[['c', 0.3], ['b', 0.6065]], []];
  const moment = { step: 5, tokens: ['a', 'b'], losses: [null, 0.5], top };
  return {
    bytes: ['a', '你', '<0xE4>', ' <0xE4><0xBD>', '<unk>'].map(bytesOf),
    text: textOf(['a', '<0xE4>', '<0xBD><0xA0>', '<unk>', '!']),
    figures: figuresOf(letters), half: tokensOfHalf(letters),
    pieces: laid.pieces.map(({ now, then, change }) => [now, then, change]), same: laid.same,
    together: together(laid, letters),
    crossed: piecesOf(words, odd).pieces.map(({ now, change }) => [now, change]),
    alike: piecesOf(letters, twos).pieces.map(({ change }) => change),
    none: piecesOf(letters, { ...words, starts: [] }),
    moment: readingOfMoment(moment, 'r').ranks,
  };
}"""


def test_two_ways_to_cut_a_text_are_compared_over_pieces_that_both_cut(browser, server):
    page = browser.new_page()
    page.goto(f"{server.url}/pictures/x/kit/series.js")
    found = page.evaluate(MODULES)
    page.close()
    assert found["bytes"] == [1, 3, 1, 3, 0]
    assert found["text"] == "a你!"
    assert found["figures"]["loss"] == pytest.approx(1.5)
    assert found["figures"]["perplexity"] == pytest.approx(math.exp(1.5))
    assert found["figures"]["bitsPerByte"] == pytest.approx(9 / math.log(2) / 6)
    assert found["half"] == 2  # 3 + 2 of 9
    assert found["pieces"] == [[[0, 2], [0, 1], None], [[2, 3], [1, 2], -0.5], [[3, 7], [2, 3], -0.75]]  # 4 - 7, over 4
    assert found["same"] is False
    assert found["together"] == {"nowLoss": 8, "thenLoss": 4.5, "bytes": 5}
    assert found["crossed"] == [[[0, 3], None]]  # they meet at the ends alone
    assert found["alike"] == [None, 1, 1, 0, -1, 1, 1]
    assert found["none"] is None
    assert found["moment"] == [None, 2]


def test_the_runs_sentence_by_hover_keys_and_time_then_a_text_of_ones_own(open_page):
    page = open_page(f"loss?run={RUN}&section=text", theme="dark")
    items = page.locator(".item")
    expect(items).to_have_count(56, timeout=20_000)
    expect(page.locator(".figures tbody th")).to_have_text(["step 1000", "step 0"])
    values = [float(each) for each in page.locator(".figures tbody tr").first.locator("td").all_inner_texts()]
    assert math.exp(values[1]) == pytest.approx(values[2], rel=2e-3)
    assert values[1] / math.log(2) == pytest.approx(values[3], rel=2e-3)  # one byte a token
    items.nth(3).hover()
    expect(page.locator(".it")).to_have_text("e")
    expect(page.locator(".column")).to_have_count(2)
    assert page.locator(".column").first.locator(".truth").count() == 1
    items.nth(3).focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    expect(page.locator(".it")).to_have_text("r")
    expect(items.nth(4)).to_have_attribute("aria-selected", "true")
    expect(page).to_have_url(re.compile("token=4"))
    page.get_by_role("radio", name="difference").check()
    expect(page.locator(".caption")).to_contain_text("foresaw")
    page.get_by_role("slider", name="Training time").press("Home")
    expect(page.locator(".caption")).to_contain_text("0 of 55 tokens better than step 0, and 0 worse")
    page.get_by_role("slider", name="Training time").press("End")
    page.get_by_role("radio", name="loss").check()
    page.get_by_role("radio", name="bits").check()
    expect(page.locator(".legend")).to_contain_text("8.7+ bits")
    hardest = page.locator(".list-row").first
    hardest.click()
    expect(page.locator(".it")).to_have_text(":")
    page.get_by_label("Your own text").fill("<img src=x onerror=alert(1)>\n" * 3)
    page.get_by_label("Your own text").press("Control+Enter")
    expect(page.locator(".source .note")).to_contain_text("read in 2 windows, each 32 tokens further")
    assert page.locator(".tk img").count() == 0
    page.locator("details.values summary").click()
    expect(page.locator(".values tbody tr")).to_have_count(87)
    assert check_numbers(page, RUN, 12) == 12


def test_another_run_with_other_tokens_is_laid_beside_it_on_a_phone_in_chinese(open_page, server):
    run_id = make_run(server.home, "bpe", name="pieces")
    run = find_run(run_id, settings_of(server.home))
    model = build_model(run.read_config().model, run.read_facts().vocab_size)
    save_tensors(
        run, {f"model.{name}": weight.detach() for name, weight in model.named_parameters()}, step=100, epoch=1
    )
    text = "the lower mat sat"
    page = open_page(f"loss?run={RUN}&section=text&lang=zh&colour=change&other={run_id}&text={text}", width=400)
    figures = page.locator(".figures tbody tr")
    expect(figures).to_have_count(2, timeout=20_000)
    expect(figures.nth(1)).to_contain_text(f"pieces · {run_id}")
    assert figures.first.locator("td").first.inner_text() == "16"
    assert page.locator(".item").count() < 17  # pieces, not letters
    assert page.evaluate("document.documentElement.scrollWidth") <= 400
