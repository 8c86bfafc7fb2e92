"""Beam search: against every text there is, against a plain loop, against transformers."""

import itertools

import numpy as np
import pytest
import torch

from lm_core.config import ModelConfig
from lm_core.errors import ConfigError
from lm_core.generation.beam import beam_search, best_of, path_to
from lm_core.generation.reader import window_start
from lm_core.interop.huggingface import write_folder
from lm_core.models.registry import build_model
from tests.foreign_models import GPT2, awake

PROMPT = [1, 2, 3]


@pytest.fixture(scope="module")
def model():
    torch.manual_seed(0)
    model = build_model(ModelConfig(n_layers=1, n_heads=2, d_model=16, context_length=8, token_shift=True), 5).eval()
    for weight in model.parameters():
        torch.nn.init.normal_(weight, std=0.4)
    return model


def nats_after(model, ids):
    """ln p of each next token, read anew. Up to 8 tokens, so that nothing slides."""
    with torch.inference_mode():
        return model(torch.tensor([ids]))[0, -1].double().log_softmax(-1).tolist()


def every_text(model, n_tokens, end_ids=()):
    """{continuation: ln p} of all that are `n_tokens` long or end before."""
    found, open_texts = {}, {(): 0.0}
    for _ in range(n_tokens):
        longer = {}
        for text, total in open_texts.items():
            for token_id, nats in enumerate(nats_after(model, [*PROMPT, *text])):
                place = found if token_id in end_ids else longer
                place[(*text, token_id)] = total + nats
        open_texts = longer
    return found | open_texts


def tree(*args, **kwargs):
    return list(itertools.chain.from_iterable(beam_search(*args, **kwargs)))


def tokens(nodes, node):
    return tuple(each.token_id for each in path_to(nodes, node))


@pytest.mark.parametrize(("end_ids", "length_penalty"), [((), 0.0), ((4,), 0.0), ((4, 0), 0.7), ((2,), 1.0)])
def test_a_beam_as_wide_as_all_texts_finds_the_best_of_them(model, end_ids, length_penalty):
    nodes = tree(model, PROMPT, width=125, n_tokens=4, end_ids=end_ids, length_penalty=length_penalty)
    scores = {text: total / len(text) ** length_penalty for text, total in every_text(model, 4, end_ids).items()}
    expected = sorted(scores, key=lambda text: -scores[text])[:12]
    best = best_of(nodes, 12)
    assert [tokens(nodes, node) for node in best] == expected
    assert [node.score for node in best] == pytest.approx([scores[text] for text in expected], abs=1e-5)


@pytest.mark.parametrize("width", [1, 2, 3])
def test_a_narrow_beam_is_a_plain_loop_beyond_the_context_too(model, width):
    """The loop reads every text anew by itself, and knows of no cache and no batch."""
    texts = [((), 0.0)]
    levels = list(beam_search(model, PROMPT, width=width, n_tokens=12))
    nodes = list(itertools.chain.from_iterable(levels))
    for level in levels:
        longer = []
        for text, total in texts:
            ids = [*PROMPT, *text]
            nats = nats_after(model, ids[window_start(len(ids), 8) :])
            longer += [((*text, token_id), total + each) for token_id, each in enumerate(nats)]
        texts = sorted(longer, key=lambda each: -each[1])[:width]
        kept = [node for node in level if node.fate == "kept"]
        assert [tokens(nodes, node) for node in kept] == [text for text, _ in texts]
        assert [node.total for node in kept] == pytest.approx([total for _, total in texts], abs=1e-5)


def test_the_tree_adds_up(model):
    nodes = tree(model, PROMPT, width=3, n_tokens=5, end_ids=[2])
    assert [node.id for node in nodes] == list(range(1, len(nodes) + 1))
    for node in nodes:
        path = path_to(nodes, node)
        assert [each.depth for each in path] == list(range(1, node.depth + 1))
        assert node.total == pytest.approx(sum(each.log_probability for each in path))
        assert all(each.fate == "kept" for each in path[:-1])
        assert (node.fate == "ended") <= (node.token_id == 2)
    for depth in range(1, nodes[-1].depth + 1):
        level = [node for node in nodes if node.depth == depth]
        assert sum(node.fate == "kept" for node in level) == 3
        assert [node.total for node in level] == sorted((node.total for node in level), reverse=True)


def test_the_search_ends_when_nothing_can_become_better(model):
    """Where one text alone is asked for and the end is the likeliest token, one look is enough."""
    end = int(np.argmax(nats_after(model, PROMPT)))
    (level,) = beam_search(model, PROMPT, width=1, n_tokens=5, end_ids=[end])
    assert [node.fate for node in level] == ["ended", "kept"]


def test_a_beam_without_a_prompt_is_refused(model):
    with pytest.raises(ConfigError, match="Give at least one token"):
        next(beam_search(model, [], width=2, n_tokens=1))


@pytest.mark.pretrained
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(("end_id", "length_penalty"), [(None, 0.0), (7, 0.0), (7, 1.0), (7, 0.4)])
def test_the_best_texts_are_those_of_transformers(transformers, tmp_path, end_id, length_penalty):
    ours = awake(GPT2, vocab_size=12)
    write_folder(ours, tmp_path / "gpt2")
    theirs = transformers.AutoModelForCausalLM.from_pretrained(tmp_path / "gpt2")
    said = theirs.generate(
        torch.tensor([PROMPT]), attention_mask=torch.ones(1, 3), max_new_tokens=9, do_sample=False, num_beams=4,
        num_return_sequences=4, length_penalty=length_penalty, early_stopping="never", eos_token_id=end_id,
        pad_token_id=0, output_scores=True, return_dict_in_generate=True,
    )  # fmt: skip
    end_ids = [] if end_id is None else [end_id]
    nodes = tree(ours, PROMPT, width=4, n_tokens=9, end_ids=end_ids, length_penalty=length_penalty)
    best = best_of(nodes, 4)
    assert [node.score for node in best] == pytest.approx(said.sequences_scores.tolist(), abs=1e-4)
    for node, sequence in zip(best, said.sequences.tolist(), strict=True):
        assert tokens(nodes, node) == tuple(sequence[3 : 3 + node.depth])
