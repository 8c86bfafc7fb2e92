"""A model that was trained elsewhere, in a browser: no curve on Loss, a text measured, its bend worked out."""

import pytest
import torch
import torch.nn.functional as F
from playwright.sync_api import expect

from lm_core.interop.huggingface import read_folder, write_folder
from lm_core.jobs.bringing import bring_in
from lm_core.jobs.store import open_store
from lm_core.tokenizers.byte import ByteTokenizer
from lm_core.tokenizers.export import to_huggingface
from tests.finished_run import settings_of
from tests.foreign_models import GPT2, awake


@pytest.fixture(scope="module")
def run(server, tmp_path_factory):
    folder = tmp_path_factory.mktemp("models") / "tiny-gpt2"
    write_folder(awake({**GPT2, "context_length": 128}), folder, to_huggingface(ByteTokenizer()))
    settings = settings_of(server.home)
    store = open_store(settings.store_url)
    run_id = bring_in(read_folder(folder), settings, store)
    store.close()
    return run_id


def test_no_curve_is_drawn_and_a_text_of_ones_own_is_measured(open_page, run):
    page = open_page(f"loss?run={run}")
    expect(page.get_by_text("This model was trained elsewhere, so no curve of its training is here.")).to_be_visible(
        timeout=20_000
    )
    expect(page.locator("canvas.loss-canvas")).to_have_count(0)
    expect(page.get_by_text("It is most surprised by")).to_be_visible()
    box = page.get_by_placeholder("Try your own text")
    box.fill("To be")
    box.press("Enter")
    expect(page.locator(".chip")).to_have_count(5)


def test_the_tanh_form_of_gelu_is_worked_out_in_the_browser_as_in_the_model(open_page, run):
    page = open_page(f"inside?run={run}")
    expect(page.get_by_text("tokens becomes 16 learned numbers").first).to_be_visible(timeout=20_000)
    numbers = [-2.5, -0.3, 0.0, 0.7, 4.0]
    mine = page.evaluate(
        """async (numbers) => {
            const { workedOut } = await import("/pictures/x/inside/arithmetic.js");
            const of = (x) => ({ kind: "gelu_tanh", operands: [{ name: "x", values: [x] }], constants: {}, at: [0] });
            return numbers.map((x) => workedOut(of(x)).value);
        }""",
        numbers,
    )
    assert mine == pytest.approx(F.gelu(torch.tensor(numbers), approximate="tanh").tolist(), abs=1e-6)
