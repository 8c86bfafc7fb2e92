"""The film of a training: every frame comes back as it was, and a broken one is skipped."""

import json

import numpy as np
import pytest

from lm_core.runs import history
from lm_core.runs.history import HistoryPoint, delete_points, load_points, save_point, steps
from lm_core.runs.run import create_run


@pytest.fixture
def run(settings, tiny_config):
    return create_run(tiny_config, settings.runs_folder)


def a_point(step, n_tokens=5, d_head=4, **later):
    random = np.random.default_rng(step)
    return HistoryPoint(
        step=step,
        val_loss=None if step else 4.2,
        tokens=tuple("ab\n\x00é"[:n_tokens]),
        attention=random.integers(0, 256, (2, 3, n_tokens, n_tokens), dtype=np.uint8),
        q=random.normal(size=(2, 3, n_tokens, d_head)).astype(np.float16),
        k=random.normal(size=(2, 3, n_tokens, d_head)).astype(np.float16),
        losses=np.array([np.nan, *range(n_tokens - 1)], dtype=np.float32),
        top_ids=random.integers(0, 9, (n_tokens, 8), dtype=np.int32),
        top_probabilities=random.random((n_tokens, 8), dtype=np.float32),
        top_texts=tuple(tuple(f"{row}{column}\x00" for column in range(8)) for row in range(n_tokens)),
        sample="Now is the winter\n of our \ufffd",
        **later,
    )


def assert_equal(one, other):
    for name in HistoryPoint.__dataclass_fields__:
        a, b = getattr(one, name), getattr(other, name)
        if isinstance(a, np.ndarray):
            np.testing.assert_array_equal(a, b)
            assert a.dtype == b.dtype, name
        else:
            assert a == b, name


def test_points_come_back_as_they_were_in_order(run):
    points = {step: a_point(step) for step in (100, 0, 20)}
    for point in points.values():
        save_point(run, point)
    assert steps(run) == [0, 20, 100]
    for point in load_points(run):
        assert_equal(point, points[point.step])
    assert [point.step for point in load_points(run, after=0)] == [20, 100]


def test_a_run_without_a_film_has_no_points(run):
    assert load_points(run) == []
    assert steps(run) == []


def test_a_half_written_or_foreign_file_is_skipped(run):
    whole = save_point(run, a_point(10)).read_bytes()
    for step, content in enumerate([whole[:-30], whole[:40], b"", b"PK\x03\x04 nonsense", b"no film at all"], start=11):
        (run.history_folder / f"s{step:08d}.npz").write_bytes(content)
    (run.history_folder / "s00000020.npz.123.tmp").write_bytes(whole)
    (run.history_folder / "notes.txt").write_text("mine")
    np.savez(run.history_folder / "s00000030.npz", attention=np.zeros(3))
    np.savez(run.history_folder / "s00000031.npz", texts=np.array([{}], dtype=object), allow_pickle=True)
    assert [point.step for point in load_points(run)] == [10]


def test_a_later_point_of_the_same_step_replaces_the_first(run):
    save_point(run, a_point(10))
    save_point(run, a_point(10, n_tokens=3))
    assert [len(point.tokens) for point in load_points(run)] == [3]


def test_queries_and_keys_go_first_where_a_point_would_be_too_big(run, monkeypatch):
    point = a_point(10)
    monkeypatch.setattr(history, "MAX_POINT_BYTES", 1_500)
    save_point(run, point)
    loaded = load_points(run)[0]
    assert loaded.q is None
    assert loaded.k is None
    np.testing.assert_array_equal(loaded.attention, point.attention)


def test_going_back_forgets_the_later_points(run):
    for step in (0, 10, 20):
        save_point(run, a_point(step))
    delete_points(run, after=10)
    assert steps(run) == [0, 10]
    delete_points(run, after=-1)
    assert steps(run) == []


def test_norms_and_the_map_of_tokens_come_back(run):
    later = {
        "parts": ("embed", "head"), "weight_norms": np.array([1.5, 2], np.float32),
        "update_norms": np.array([np.nan, 0.25], np.float32), "map_tokens": ("a", "\n", "<b>"),
        "map_codes": np.array([[1, -127], [0, 5], [7, 127]], np.int8), "map_scale": 0.125,
    }  # fmt: skip
    save_point(run, a_point(3, **later))
    assert_equal(load_points(run)[0], a_point(3, **later))


def test_a_frame_of_an_older_version_has_neither(run, monkeypatch):
    path = save_point(run, a_point(3))
    with np.load(path) as file:
        arrays = {name: file[name] for name in file.files}
    texts = json.loads(arrays["texts"].tobytes())
    for name in ("parts", "map_tokens", "map_scale"):
        del texts[name]
    arrays["texts"] = np.frombuffer(json.dumps(texts).encode(), np.uint8)
    np.savez_compressed(path, **arrays)
    (point,) = load_points(run)
    assert (point.parts, point.weight_norms, point.map_codes) == ((), None, None)
    assert_equal(point, a_point(3))


def test_a_frame_whose_map_does_not_fit_its_tokens_is_skipped(run):
    save_point(run, a_point(3, map_tokens=("a",), map_codes=np.zeros((2, 4), np.int8)))
    save_point(run, a_point(4, parts=("embed",), weight_norms=np.zeros(2, np.float32)))
    assert load_points(run) == []
