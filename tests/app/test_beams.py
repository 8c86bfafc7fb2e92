"""The section Beam: its levels are those of the search itself, its texts those of the model alone."""

import itertools
import json

import pytest

from app.loaders import models
from app.loaders.demonstrations import answer
from lm_core import settings as machine
from lm_core.config import SamplingConfig
from lm_core.errors import ConfigError
from lm_core.generation.beam import beam_search, best_of, path_to
from lm_core.generation.decode import generate
from tests.counted_run import make_counted_run
from tests.pages import open_page, sent

pytestmark = pytest.mark.usefixtures("fresh_server")
RUN = "gallery-beam"
ASKED = {"text": "ROMEO:", "width": "3", "count": "6", "seed": "4"}


@pytest.fixture
def run(make_finished_run):
    make_finished_run(machine.GALLERY / RUN)
    return RUN


def whole(run_id, **values):
    """The answer with all its levels, asked for piece by piece as the picture asks."""
    rows, found = [], {"left": True}
    while found["left"]:
        found = answer(run_id, "beam", {**values, "have": str(len(rows))})
        rows += found["rows"]
    json.dumps(rows, allow_nan=False)
    return found, rows


def searched(run_id, **settings):
    opened = models.open_model(run_id, models.nearest(run_id))
    ids = opened.tokenizer.encode("ROMEO:")
    return opened, ids, list(itertools.chain.from_iterable(beam_search(opened.model, ids, **settings)))


def test_the_tree_is_that_of_the_search_itself(run):
    _found, rows = whole(run, **ASKED)
    _opened, _ids, nodes = searched(run, width=3, n_tokens=6)
    drawn = [node for row in rows for node in row["nodes"]]
    assert [(node["id"], node["parent"], node["token"], node["fate"]) for node in drawn] == [
        (node.id, node.parent, node.token_id, node.fate) for node in nodes
    ]
    assert [node["total"] for node in drawn] == [node.total for node in nodes]
    assert [row["best"] for row in rows] == [
        [node.id for node in best_of([node for node in nodes if node.depth <= depth], 3)] for depth in range(1, 7)
    ]


def test_where_texts_end_the_penalty_decides_and_no_path_is_broken(run):
    penalty, ends = "0.7", "line"
    _found, rows = whole(run, **ASKED, length_penalty=penalty, ends=ends)
    opened = models.open_model(run, models.nearest(run))
    end_ids = [token for token in range(opened.model.vocab_size) if "\n" in opened.tokenizer.token_texts([token])[0]]
    _opened, _ids, nodes = searched(run, width=3, n_tokens=6, end_ids=end_ids, length_penalty=0.7)
    assert rows[-1]["best"] == [node.id for node in best_of(nodes, 3)]
    drawn = {node["id"]: node for row in rows for node in row["nodes"]}
    assert {node.id for node in nodes if node.fate != "cut"} <= set(drawn)
    assert all(node["parent"] in (0, *drawn) for node in drawn.values())
    for node in nodes:
        if node.id in drawn:
            assert drawn[node.id]["total"] == pytest.approx(sum(each.log_probability for each in path_to(nodes, node)))


def test_greedy_and_the_drawn_text_are_what_the_model_writes_alone(run):
    found, rows = whole(run, **ASKED)
    opened, ids, nodes = searched(run, width=1, n_tokens=6)
    assert [row["greedy"]["token"] for row in rows] == [node.token_id for node in nodes if node.fate == "kept"]
    assert rows[-1]["greedy"]["total"] == pytest.approx(nodes[-1].total, abs=1e-4)
    drawn = generate(opened.model, ids, SamplingConfig(temperature=1, seed=4), n_tokens=6)
    assert [row["drawn"]["token"] for row in rows] == [step.token_id for step in drawn]
    assert found["seed"] == 4


def test_a_run_that_only_counts_has_a_tree_too(home):
    _found, rows = whole(make_counted_run(home), text="copy: abc", width="4")
    assert len(rows) == 12
    assert sum(node["fate"] == "kept" for node in rows[-1]["nodes"]) == 4


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"width": "7"}, "1 to 6 wide"),
        ({"count": "25"}, "Between 1 and 24"),
        ({"length_penalty": "nan"}, "from 0 to 2"),
        ({"length_penalty": "long"}, "from 0 to 2"),
        ({"ends": "soon"}, "cannot end"),
    ],
)
def test_what_cannot_be_asked_is_one_sentence(run, values, sentence):
    with pytest.raises(ConfigError, match=sentence):
        answer(run, "beam", values)


def test_the_page_sends_what_the_address_says(run):
    data = sent(open_page("generate", section="beam", run=run, width="5", length_penalty="0.7", ends="line"))
    assert (data["run"], data["width"], data["length_penalty"], data["ends"]) == (run, 5, 0.7, "line")
