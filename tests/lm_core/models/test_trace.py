import torch

from lm_core.models.trace import UNTRACED, Trace


def test_a_trace_records_under_the_whole_site_name_and_hands_the_value_on():
    trace, x = Trace(), torch.ones(2)
    assert trace.scope("blocks.0").scope("attn")("z", x) is x
    assert list(trace.activations) == ["blocks.0.attn.z"]


def test_a_trace_keeps_only_what_was_asked_for():
    trace = Trace(keep=lambda site: site.endswith("pattern"))
    for site in ("q", "pattern"):
        trace(site, torch.ones(1))
    assert list(trace.activations) == ["pattern"]
    assert trace.wants("pattern")
    assert not trace.wants("q")


def test_an_edit_changes_what_the_pass_continues_with_and_what_is_recorded():
    trace = Trace(edits={"blocks.1.z": lambda x: 0 * x})
    assert trace.scope("blocks.1")("z", torch.ones(2)).tolist() == [0, 0]
    assert trace.scope("blocks.0")("z", torch.ones(2)).tolist() == [1, 1]
    assert trace.activations["blocks.1.z"].tolist() == [0, 0]


def test_an_edit_alone_makes_a_site_wanted():
    assert Trace(keep=lambda site: False, edits={"scores": lambda x: x}).wants("scores")


def test_recorded_values_hold_no_gradient():
    trace = Trace()
    assert trace("x", torch.ones(1, requires_grad=True)).requires_grad
    assert not trace.activations["x"].requires_grad


def test_the_silent_twin_wants_nothing_and_changes_nothing():
    x = torch.ones(2)
    assert UNTRACED("z", x) is x
    assert UNTRACED.scope("blocks.0") is UNTRACED
    assert not UNTRACED.wants("pattern")
