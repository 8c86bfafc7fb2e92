"""Exported zips: what comes in is what went out; hostile ones are refused in words and leave nothing behind."""

import io
import json
import stat
import struct
import tracemalloc
import zipfile
from contextlib import suppress
from dataclasses import replace

import numpy as np
import pytest
import safetensors.torch
import torch

from lm_core.errors import LMError, RunError
from lm_core.jobs.shelf import export_archive, import_archive
from lm_core.jobs.store import open_store
from lm_core.runs.archive import read_archive, write_archive
from lm_core.runs.checkpoint import load_model
from lm_core.runs.history import load_points
from lm_core.runs.run import find_run
from lm_core.runs.series import read_series
from lm_core.tokenizers.export import to_huggingface
from lm_core.tokenizers.huggingface import store_tokenizer, stored_tokenizer
from lm_core.tokenizers.registry import load_tokenizer


@pytest.fixture
def finished(make_finished_run, settings):
    run = make_finished_run(settings.runs_folder / "finished", name="Finished")
    parameters = sum(weight.numel() for weight in load_model(run)[0].parameters())
    run.write_facts(replace(run.read_facts(), parameters=parameters))
    return run


@pytest.fixture
def archive(finished):
    data = io.BytesIO()
    write_archive(finished, read_series(finished), data)
    return data.getvalue()


def files_of(data):
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        return {name: file.read(name) for name in file.namelist()}


def zip_of(files, compression=zipfile.ZIP_DEFLATED):
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", compression) as file:
        for name, content in files.items():
            file.writestr(name, content)
    return data.getvalue()


def changed(archive, **changes):
    """The archive with some files replaced: changed(archive, run_json=b"…"); None takes a file out."""
    names = {"run_json": "run.json", "facts_json": "facts.json", "metrics_csv": "metrics.csv",
             "model": "model.safetensors", "tokenizer": "tokenizer/tokenizer.json",
             "moment": "history/s00000010.npz"}  # fmt: skip
    files = files_of(archive) | {names[key]: content for key, content in changes.items()}
    return zip_of({name: content for name, content in files.items() if content is not None})


def refuse(data, settings, match):
    """It is refused in our words, with nothing left in the folder of runs."""
    before = sorted(settings.runs_folder.iterdir())
    with pytest.raises(LMError, match=match) as refusal:
        read_archive(io.BytesIO(data), settings.runs_folder)
    assert sorted(settings.runs_folder.iterdir()) == before
    assert "Traceback" not in str(refusal.value)


def test_what_comes_in_is_what_went_out(finished, archive, settings):
    imported = read_archive(io.BytesIO(archive), settings.runs_folder)
    run = imported.run
    assert run.id != finished.id
    assert run.read_config() == finished.read_config()
    assert run.read_facts() == finished.read_facts()
    assert imported.series == read_series(finished)
    own, theirs = load_model(finished), load_model(run)
    assert own[1] == theirs[1] == imported.step == 100
    assert all(torch.equal(a, b) for a, b in zip(own[0].parameters(), theirs[0].parameters(), strict=True))
    assert load_tokenizer(run.tokenizer_folder).encode("To be") == load_tokenizer(finished.tokenizer_folder).encode(
        "To be"
    )
    for mine, other in zip(load_points(finished), load_points(run), strict=True):
        assert mine.tokens == other.tokens
        assert mine.sample == other.sample
        assert np.array_equal(mine.attention, other.attention)
        assert np.array_equal(mine.losses, other.losses, equal_nan=True)


def test_a_run_with_an_uploaded_tokenizer_brings_it_along(finished, settings):
    letters = load_tokenizer(finished.tokenizer_folder)
    spec = store_tokenizer(to_huggingface(letters), title="Letters", folder=settings.tokenizers_folder)
    finished.write_config(finished.read_config().model_copy(update={"tokenizer": spec}))
    finished.write_facts(replace(finished.read_facts(), tokenizer_kind="huggingface"))
    stored_tokenizer(spec, settings.tokenizers_folder).save(finished.tokenizer_folder)
    data = io.BytesIO()
    write_archive(finished, read_series(finished), data)
    (settings.tokenizers_folder / f"{spec.file_id}.json").unlink()
    imported = read_archive(io.BytesIO(data.getvalue()), settings.runs_folder).run
    assert load_tokenizer(imported.tokenizer_folder).encode("To be") == letters.encode("To be")
    hostile = files_of(data.getvalue()) | {"tokenizer/huggingface.json": b"{}"}
    refuse(zip_of(hostile), settings, "its tokenizer is damaged")


def test_a_model_broken_on_purpose_comes_in_as_it_went_out_and_only_with_its_own_weights(
    make_finished_run, archive, settings
):
    broken = make_finished_run(settings.runs_folder / "broken", causal=False, norm="none", positions="none")
    parameters = sum(weight.numel() for weight in load_model(broken)[0].parameters())
    broken.write_facts(replace(broken.read_facts(), parameters=parameters))
    data = io.BytesIO()
    write_archive(broken, read_series(broken), data)
    run = read_archive(io.BytesIO(data.getvalue()), settings.runs_folder).run
    assert not run.read_config().model.causal
    assert [name for name, _ in load_model(run)[0].named_parameters() if "ln" in name] == []
    refuse(changed(data.getvalue(), model=files_of(archive)["model.safetensors"]), settings, "cannot be imported")


def test_equal_runs_give_equal_files_with_curves_for_other_programs(finished, archive):
    again = io.BytesIO()
    write_archive(finished, read_series(finished), again)
    assert again.getvalue() == archive
    files = files_of(archive)
    first = finished.read_facts().baselines["uniform"] + 0.05
    assert files["metrics.csv"].decode().splitlines()[:2] == ["step,loss,val_loss", f"0,{first!r},{first!r}"]
    assert json.loads(files["metrics.json"])["steps"] == [0, 10, 100]
    assert set(safetensors.torch.load(files["model.safetensors"])) == {
        name for name, _ in load_model(finished)[0].named_parameters()
    }


def test_an_imported_run_is_in_the_list_and_over(finished, archive, settings):
    store = open_store(settings.store_url)
    run_id = import_archive(io.BytesIO(archive), settings, store)
    status = store.get(run_id)
    assert (status.state, status.step, status.steps, status.val_loss) == ("done", 100, 100, 1.5)
    assert store.series(run_id) == read_series(finished)
    with pytest.raises(RunError, match="is finished"):
        store.resume(run_id)
    again = io.BytesIO()
    export_archive(run_id, settings, store, again)
    assert files_of(again.getvalue()) == files_of(archive)
    assert load_model(find_run(run_id, settings))[1] == 100
    store.close()


@pytest.mark.parametrize(
    "name",
    [
        "../run.json", "/etc/passwd", "..\\run.json", "C:\\run.json", "history/../../x.npz", "tokens/train.bin",
        "run.json/x", "history/s00000500.npz.exe", "checkpoints/s00000100-e0.safetensors", "model.pkl",
        "archive/data.pkl", "Run.json", "history/s0000050\u0660.npz", ".bashrc",
    ],
)  # fmt: skip
def test_a_name_that_no_exported_run_has_is_refused(archive, settings, name, tmp_path):
    refuse(zip_of({**files_of(archive), name: b"x"}), settings, "no part of an exported run")
    assert not list(tmp_path.glob("run.json"))


def test_a_link_is_refused(archive, settings):
    data = io.BytesIO(archive)
    files = files_of(archive)
    with zipfile.ZipFile(data := io.BytesIO(), "w") as file:
        for name, content in files.items():
            info = zipfile.ZipInfo(name)
            if name == "facts.json":
                info.external_attr = (stat.S_IFLNK | 0o777) << 16
                content = b"/etc/passwd"
            file.writestr(info, content)
    refuse(data.getvalue(), settings, "is a link")


def test_a_file_that_is_there_twice_is_refused(archive, settings):
    data = io.BytesIO(archive)
    with zipfile.ZipFile(data, "a") as file, pytest.warns(UserWarning, match="Duplicate name"):
        file.writestr("run.json", "{}")
    refuse(data.getvalue(), settings, "twice")


def test_too_many_files_are_refused(archive, settings):
    many = {f"history/s{step:08d}.npz": b"" for step in range(300)}
    refuse(zip_of({**files_of(archive), **many}), settings, "holds 3.. files")


@pytest.mark.parametrize("name", ["run_json", "facts_json", "metrics_csv", "model", "tokenizer"])
def test_a_zip_without_a_part_or_with_rubbish_in_it_is_refused(archive, settings, name):
    refuse(changed(archive, **{name: None}), settings, "it has no ")
    for rubbish in (b"", b"\x00\xff" * 40, b"[" * 100_000, b"null", b'{"format_version": 1}', b"a,b\n1,2\n"):
        refuse(changed(archive, **{name: rubbish}), settings, ".")


@pytest.mark.parametrize("cut", [0, 10, 0.3, 0.9, -1])
def test_half_a_zip_is_refused(archive, settings, cut):
    end = cut if isinstance(cut, int) else int(len(archive) * cut)
    refuse(archive[:end], settings, "no zip file")


def test_a_byte_that_was_changed_on_the_way_is_noticed(archive, settings):
    place = archive.index(files_of(archive)["model.safetensors"][-64:])
    refuse(
        archive[:place] + bytes([archive[place] ^ 1]) + archive[place + 1 :],
        settings,
        "model.safetensors in it is damaged",
    )


def test_a_bomb_is_refused_before_it_grows(archive, settings):
    bomb = zip_of({**files_of(archive), "facts.json": b" " * 60_000_000})
    assert len(bomb) < 500_000
    tracemalloc.start()
    refuse(bomb, settings, "larger than 2 MB")
    assert tracemalloc.get_traced_memory()[1] < 5_000_000
    tracemalloc.stop()
    many = {f"history/s{step:08d}.npz": b"\0" * 7_900_000 for step in range(60)}
    refuse(zip_of({**files_of(archive), **many}), settings, "when unpacked")


def test_a_list_that_lies_about_a_size_is_found_out(archive, settings):
    """The central list says 100 bytes; the file itself holds two million."""
    data = bytearray(zip_of({**files_of(archive), "facts.json": b" " * 1_900_000}))
    for signature, offset in ((b"PK\x01\x02", 24), (b"PK\x03\x04", 22)):
        place = -1
        while (place := data.find(signature, place + 1)) >= 0:
            length = struct.unpack_from("<H", data, place + (28 if offset == 24 else 26))[0]
            begin = place + (46 if offset == 24 else 30)
            if data[begin : begin + length] == b"facts.json":
                struct.pack_into("<I", data, place + offset, 100)
    refuse(bytes(data), settings, "facts.json in it is (damaged|not as long)")


def weights_of(archive):
    return safetensors.torch.load(files_of(archive)["model.safetensors"])


def with_weights(archive, tensors, step="100"):
    return changed(archive, model=safetensors.torch.save(tensors, {"step": step}))


def test_weights_of_another_shape_name_type_or_number_are_refused(archive, settings):
    weights = weights_of(archive)
    first = next(iter(weights))
    refuse(with_weights(archive, {**weights, first: weights[first][:-1].clone()}), settings, "do not have the shape")
    refuse(
        with_weights(archive, {**weights, first: weights[first].to(torch.float64)}), settings, "do not have the shape"
    )
    refuse(with_weights(archive, {**weights, "extra": torch.zeros(1)}), settings, "other names")
    refuse(with_weights(archive, {name: weights[name] for name in list(weights)[1:]}), settings, "other names")
    refuse(with_weights(archive, weights, step="-1"), settings, "after how many steps")
    refuse(with_weights(archive, weights, step="101"), settings, "ends at step 100")


def test_headers_that_lie_about_weights_are_refused(archive, settings):
    data = files_of(archive)["model.safetensors"]
    length = int.from_bytes(data[:8], "little")
    header = json.loads(data[8 : 8 + length])
    first = next(name for name in header if name != "__metadata__")

    def lying(**changes):
        text = json.dumps({**header, first: {**header[first], **changes}}).encode()
        return len(text).to_bytes(8, "little") + text + data[8 + length :]

    refuse(changed(archive, model=(10**12).to_bytes(8, "little") + data[8:]), settings, "impossible header")
    refuse(changed(archive, model=data[:-400]), settings, "cut off")
    refuse(changed(archive, model=data + b"more"), settings, "something stands behind")
    refuse(changed(archive, model=lying(shape=[10**9, 10**9])), settings, "do not have the shape")
    refuse(changed(archive, model=lying(data_offsets=[0, 4])), settings, "damaged")
    refuse(changed(archive, model=lying(data_offsets=[10**15, 10**15 + 4])), settings, "damaged")
    refuse(changed(archive, model=b"\x80\x05cos\nsystem\n." + data), settings, "header")


def test_settings_out_of_bounds_and_of_another_model_are_refused(archive, settings):
    config = json.loads(files_of(archive)["run.json"])
    for part, match in (
        ({"model": {**config["model"], "n_layers": 10_000}}, "less than or equal to 64"),
        ({"model": {**config["model"], "n_layers": 24, "d_model": 2048}}, "other names|parameters"),
        ({"model": {**config["model"], "surprise": 1}}, "[Ee]xtra"),
        ({"format_version": 99}, "another version"),
        ({"tokenizer": {"kind": "byte"}}, "of another kind"),
    ):
        refuse(changed(archive, run_json=json.dumps({**config, **part}).encode()), settings, match)


def test_facts_that_are_not_true_are_refused(archive, settings):
    facts = json.loads(files_of(archive)["facts.json"])
    for part, match in (
        ({"vocab_size": 10**9}, "facts.json says 1,000,000,000"),
        ({"parameters": 3}, "facts.json says 3"),
        ({"validation_bytes": 0}, "impossible sizes"),
        ({"train_tokens": -5}, "impossible sizes"),
        ({"baselines": {"uniform": float("nan")}}, "baselines"),
        ({"corpus_title": "x" * 100_000}, "title"),
    ):
        refuse(changed(archive, facts_json=json.dumps({**facts, **part}).encode()), settings, match)


def moment_of(archive, **changes):
    with np.load(io.BytesIO(files_of(archive)["history/s00000010.npz"])) as file:
        arrays = {name: file[name] for name in file.files} | changes
    data = io.BytesIO()
    np.savez_compressed(data, **arrays)
    return data.getvalue()


@pytest.mark.parametrize(
    "changes",
    [
        {"attention": np.zeros((3, 2, 20, 20), np.uint8)},
        {"attention": np.zeros((2, 2, 20, 20), np.float64)},
        {"losses": np.full(20, np.inf, np.float32)},
        {"top_ids": np.full((20, 8), 10**6, np.int32)},
        {"top_probabilities": np.full((20, 8), np.nan, np.float32)},
        {"attention": np.zeros((2, 2, 3000, 3000), np.uint8)},
        {"attention": np.array([{"a": 1}], dtype=object)},
        {"surprise": np.zeros(3, np.float32)},
    ],
    ids=["layers", "type", "infinite", "token", "nan", "bomb", "pickle", "unknown"],
)
def test_a_moment_that_does_not_fit_the_model_is_refused(archive, settings, changes):
    refuse(changed(archive, moment=moment_of(archive, **changes)), settings, "s00000010.npz in it is")


def test_an_array_that_promises_more_than_it_holds_takes_no_memory(archive, settings):
    header = b"{'descr': '<f4', 'fortran_order': False, 'shape': (1000000000000,), }"
    header += b" " * (117 - len(header)) + b"\n"
    lying = zip_of({"losses.npy": b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header + b"\0" * 80})
    refuse(changed(archive, moment=lying), settings, "s00000010.npz in it is damaged")


@pytest.mark.parametrize(
    "table",
    [
        "loss\n1\n", "step,loss,loss\n0,1,1\n", "step,loss\n5,1\n4,1\n", "step,loss\n101,1\n", "step,loss\n0,nan\n",
        "step,loss\n0,inf\n", "step,loss\n0\n", "step,loss\n0,1,2\n", "step,loss\nx,1\n", "step,loss\n-1,1\n",
        "step," + ",".join(f"c{i}" for i in range(99)) + "\n", "step," + "x" * 200 + "\n0,1\n", '=cmd()|"x"!A1',
    ],
)  # fmt: skip
def test_a_table_that_no_training_writes_is_refused(archive, settings, table):
    refuse(changed(archive, metrics_csv=table.encode()), settings, "not a table of measured numbers")


def test_the_curves_for_other_programs_are_never_parsed(archive, settings):
    files = {**files_of(archive), "metrics.json": b"[" * 1_000_000}
    assert read_archive(io.BytesIO(zip_of(files)), settings.runs_folder).step == 100


def test_a_run_without_a_model_is_not_exported(tiny_config, settings):
    from lm_core.runs.run import create_run

    with pytest.raises(RunError, match="has saved no model yet"):
        write_archive(create_run(tiny_config, settings.runs_folder), {"steps": [], "columns": {}}, io.BytesIO())


def test_random_damage_is_refused_or_harmless(archive, settings):
    import random

    chance = random.Random(3)
    for _round in range(60):
        data = bytearray(archive)
        for _change in range(chance.randint(1, 6)):
            data[chance.randrange(len(data))] = chance.randrange(256)
        with suppress(LMError):
            read_archive(io.BytesIO(bytes(data)), settings.runs_folder)
