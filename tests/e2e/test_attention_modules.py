"""The Attention picture's pure modules, run in a real browser: names of heads, the arithmetic, the layout."""

import math

import numpy as np
import pytest

DISTINCT = list("abcdefghijklmnopqrstuvwx")

MEASURE = """async ([rows, tokens]) => {
  const { measureHead } = await import("/pictures/x/attention/measures.js");
  const { kindsOf } = await import("/pictures/x/attention/kinds.js");
  return measureHead(Uint8Array.from(rows.flat()), kindsOf(tokens));
}"""


@pytest.fixture(scope="module")
def open_bare(browser, server):
    """A page of our server without Streamlit in it, to import modules into."""
    page = browser.new_page()
    page.goto(f"{server.url}/pictures/x/attention/payload.js")
    yield page
    page.close()


def looking(size, key_of):
    return [[255 if key == key_of(query) else 0 for key in range(query + 1)] for query in range(size)]


@pytest.mark.parametrize(
    ("name", "rows", "tokens"),
    [
        ("previous", looking(24, lambda query: max(0, query - 1)), DISTINCT),
        ("itself", looking(24, lambda query: query), DISTINCT),
        ("sink", looking(24, lambda query: min(query, 2)), DISTINCT),
        ("same", looking(24, lambda query: max(0, query - 6)), list("abcdef" * 4)),
        ("repeat", looking(24, lambda query: max(0, query - 5)), list("abcdef" * 4)),
        ("near", looking(24, lambda query: max(0, query - 3)), DISTINCT),
        ("broad", [[255 // (query + 1)] * (query + 1) for query in range(24)], DISTINCT),
        ("mixed", looking(24, lambda query: query // 2), DISTINCT),
        # half of the sentence looks one back, the other half anywhere else: no name
        (
            "mixed",
            looking(24, lambda query: query - 1 if 0 < query < 15 else query // 2),
            DISTINCT,
        ),
        ("short", looking(8, lambda query: max(0, query - 1)), list("abcdefgh")),
        ("short", looking(1, lambda query: 0), ["a"]),
    ],
)
def test_a_head_gets_a_name_only_where_both_halves_support_it(open_bare, name, rows, tokens):
    assert open_bare.evaluate(MEASURE, [rows, tokens])["name"] == name


def test_the_arithmetic_is_softmax_and_its_check_knows_half_precision(open_bare):
    q = np.array([[1, 0, 2, -1], [1, 0, 2, -1]], np.float32)
    k = np.array([[1, 1, 1, 1], [0, 2, 1, -2]], np.float32)
    work = open_bare.evaluate(
        """async ([q, k]) => {
          const { workOutCell, compareWeights } = await import("/pictures/x/attention/softmax.js");
          const work = workOutCell({ q: Float32Array.from(q), k: Float32Array.from(k), dHead: 4 }, 1, 1);
          const own = { q: Float32Array.from(q), k: Float32Array.from(k), dHead: 4, causal: false, scaled: false };
          const bare = [...workOutCell(own, 0, 0).scores];
          return { bare, dot: work.dot, scores: [...work.scores], weights: [...work.weights],
            near: compareWeights(0.5, 0.5 + 0.4 / 255).equal, far: compareWeights(0.5, 0.5 + 2 / 255).equal };
        }""",
        [q.ravel().tolist(), k.ravel().tolist()],
    )
    assert work["dot"] == 4
    assert work["bare"] == [2, 4]  # without a mask all keys, without the division the products as they are
    assert work["scores"] == [1, 2]
    assert np.allclose(work["weights"], [1 / (1 + math.e), math.e / (1 + math.e)])
    assert work["near"]
    assert not work["far"]


@pytest.mark.parametrize("width", [340, 700, 879, 1200])
@pytest.mark.parametrize("size", [1, 5, 56, 64, 128, 256])
@pytest.mark.parametrize("single", [True, False])
def test_any_sentence_fits_any_width_and_keeps_labels(open_bare, width, size, single):
    layout = open_bare.evaluate(
        """async (want) => (await import("/pictures/x/attention/layout.js")).layoutOf(want)""",
        {"width": width, "size": size, "scale": 1, "single": single, "labelWidth": 50},
    )
    used = layout["left"] + layout["side"] if layout["stacked"] else layout["linesWidth"] + layout["side"]
    assert used + 2 <= width or layout["pitch"] == 1
    assert layout["rows"]["every"] * layout["rows"]["turns"] * layout["pitch"] >= 11
    assert layout["columns"]["every"] * layout["columns"]["turns"] * layout["pitch"] >= 8
    if single and size <= 64:
        assert layout["rows"]["every"] == layout["columns"]["every"] == 1, "every token has its label"
