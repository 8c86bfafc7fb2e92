"""The command line: a tour in --help, a sentence for each mistake, and one real run that the other tests look at."""

import io
import json
import os
import socket
import subprocess
import sys
from dataclasses import replace

import pytest
from rich.console import Console
from sqlalchemy import update

from lm_core.cli import follow, gallery, serve
from lm_core.cli import training as cli_training
from lm_core.cli.main import run as tokenarium
from lm_core.cli.output import finite, printable
from lm_core.cli.training import experiment, parse_assignments, text_of_file
from lm_core.config import CorpusSpec, parse_config
from lm_core.corpora.library import load_corpus
from lm_core.errors import ConfigError, RunError
from lm_core.jobs import launch, supervisor
from lm_core.jobs.queue import Queue
from lm_core.jobs.schema import runs
from lm_core.jobs.store import open_store
from lm_core.runs.run import find_run, gallery_runs
from lm_core.settings import read_settings
from lm_core.tokenizers.registry import load_tokenizer

SMALL = ["--set", "model.n_layers=1", "model.d_model=16", "model.context_length=16", "corpus.examples=300"]
RESULTS = "run_id parameters steps train_loss val_loss bits_per_byte tokens_per_second wall_seconds"


def process(*words, home, **options):
    environment = {**os.environ, "TOKENARIUM_HOME": str(home), "TOKENARIUM_PARALLEL": "1"}
    command = [sys.executable, "-c", "from lm_core.cli import main; main()", *words]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=150, **options)


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """(data folder, what `train --json` printed) of one run, trained as a person would."""
    home = tmp_path_factory.mktemp("trained")
    done = process("train", "--corpus", "copy", "--steps", "30", *SMALL, "--json", home=home)
    assert done.returncode == 0, done.stderr
    return home, done


@pytest.fixture
def finished(trained, monkeypatch):
    """The id of that run, with this process looking at its data folder."""
    home, done = trained
    monkeypatch.setenv("TOKENARIUM_HOME", str(home))
    return json.loads(done.stdout.splitlines()[-1])["run_id"]


@pytest.fixture
def waiting(home, monkeypatch, capsys):
    """The id of a run that nobody starts, as no supervisor is."""
    monkeypatch.setattr(launch, "ensure_supervisor", lambda settings: None)
    assert tokenarium(["train", "--corpus", "copy", *SMALL, "--detach", "--json"]) == 0
    return json.loads(capsys.readouterr().out)["run_id"]


def test_help_is_a_tour_through_every_command(capsys):
    assert tokenarium(["--help"]) == 0
    shown = capsys.readouterr().out
    order = ["app", "corpora", "train", "show", "pause", "resume", "stop", "step", "set-lr", "reset", "runs"]
    order += ["generate", "tokenize", "rename", "tag", "delete", "restore", "export", "tokenizer", "import", "gallery"]
    places = [shown.index(f"│ {command} ") for command in order]
    assert places == sorted(places)
    assert tokenarium([]) == 0
    assert capsys.readouterr().out == shown


def test_help_needs_none_of_the_slow_packages():
    check = (
        "import sys; from lm_core.cli.main import run; run(['--help']);"
        "assert not {'torch', 'numpy', 'sqlalchemy', 'streamlit'} & set(sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


MISTAKES = {
    "traim": "No such command 'traim'. Did you mean 'train'?",
    "show": "Missing argument 'RUN'.",
    "show nobody": 'There is no run "nobody" on this machine.',
    "show ../../etc": 'cannot be the id of a run',
    "pause nobody": 'There is no run "nobody"',
    "step nobody": 'There is no run "nobody"',
    "set-lr nobody 0.1": 'There is no run "nobody"',
    "reset nobody": 'There is no run "nobody"',
    "generate nobody": 'There is no run "nobody"',
    "tokenize nobody text": 'There is no run "nobody"',
    "train --steps x": "Invalid value for '--steps'",
    "train --steps 0": "train.steps: input should be greater than or equal to 1 (got 0).",
    "train --preset huge": "Invalid value for '--preset': 'huge' is not one of 'tiny', 'small', 'medium', 'counts'.",
    "train --recipe old": "Invalid value for '--recipe': 'old' is not one of 'classic', 'modern'.",
    "train --corpus dickens": "dickens",
    "train --corpus own-text": "--file PATH",
    "train --corpus copy --file x.txt": "Choose --corpus or --file, not both",
    "train --file nowhere.txt": 'There is no file "nowhere.txt".',
    "train --file .": '"." is a folder. Choose one text file in it.',
    "pause gallery-comedies": 'Run "gallery-comedies" came with the app and is finished',
    "train --set nonsense": '"nonsense" sets nothing. Write it like --set model.n_layers=2.',
    "train --set model.nonsense=1": 'There is no setting "model.nonsense".',
    "train --set model.n_layers=0": "model.n_layers: input should be greater than or equal to 1 (got 0).",
    "train --set model.d_model=100 model.n_heads=8": "Try 96 or 112.",
    "train --set train.warmup_steps=90 train.steps=80": "warmup_steps (90) must be below steps (80)",
    "train --corpus copy --set corpus.examples=100 model.context_length=2048": "context",
    "train --set model.d_model=2048 model.n_layers=24 model.context_length=2048 train.batch_size=1024": "GB",
    "app --port 0": "Invalid value for '--port'",
    "app --address 203.0.113.7": 'This machine has no address "203.0.113.7".',
}  # fmt: skip


@pytest.mark.parametrize("words", MISTAKES)
def test_a_mistake_gets_one_sentence_on_stderr_and_exit_code_2(words, capsys):
    assert tokenarium(words.split()) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err.count("\n") == 1
    assert MISTAKES[words] in shown.err
    assert "Traceback" not in shown.err


@pytest.mark.parametrize(
    ("name", "data"),
    {
        "picture.txt": b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8,
        "three.txt": b"abc",
        "empty.md": b"",
        "zeros.txt": b"\x00" * 5000,
    }.items(),
)
def test_a_file_that_is_no_text_is_refused_in_one_sentence(name, data, tmp_path, capsys):
    path = tmp_path / name
    path.write_bytes(data)
    assert tokenarium(["train", "--file", str(path)]) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err.strip()
    assert "Traceback" not in shown.err
    assert not list((tmp_path / "home").glob("runs/*"))


def test_too_large_a_file_is_refused_without_reading_all_of_it(tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("TOKENARIUM_TEXT_MB", "1")
    path = tmp_path / "large.txt"
    path.write_text("All work and no play. " * 100_000)
    monkeypatch.setattr(cli_training.Path, "read_bytes", None)
    assert tokenarium(["train", "--file", str(path)]) == 2
    assert '"large" has 2.2 MB (2,200,000 bytes), but at most 1.0 MB' in capsys.readouterr().err


def test_a_text_of_ones_own_is_kept_under_its_name(tmp_path, settings):
    path = tmp_path / "<img onerror=alert(1)>.txt"
    path.write_text("Zwei Wege boten sich im gelben Wald. " * 60, encoding="utf-16")
    config = experiment(
        "tiny",
        recipe="modern",
        corpus=None,
        file=path,
        tokenizer={"kind": "char"},
        seed=1,
        steps=None,
        assignments=[],
        settings=settings,
    )
    assert config.corpus.title == path.stem  # as the Data page would call it
    kept = settings.texts_folder / f"{config.corpus.text_id}.txt"
    assert kept.read_text(encoding="utf-8").startswith("Zwei Wege")


@pytest.mark.parametrize(("steps", "warm_up"), [(1, 0), (20, 2), (100, 10), (5000, 100)])
def test_the_warm_up_is_at_most_a_tenth_of_the_steps(steps, warm_up, settings):
    config = experiment(
        "tiny",
        recipe="classic",
        corpus=None,
        file=None,
        tokenizer={},
        seed=1,
        steps=steps,
        assignments=[],
        settings=settings,
    )
    assert (config.train.steps, config.train.warmup_steps) == (steps, warm_up)


def test_of_two_assignments_to_one_setting_the_later_counts():
    assert parse_assignments(["model.n_layers=2", "name=a=b", "model.n_layers = 3"]) == {
        "model.n_layers": "3",
        "name": "a=b",
    }


def test_training_ends_with_one_line_of_results(trained):
    lines = trained[1].stdout.splitlines()
    assert len(lines) == 1
    found = json.loads(lines[0])
    assert " ".join(found) == RESULTS
    assert found["steps"] == 30
    assert all(found[name] > 0 for name in found if name != "run_id")


def test_progress_goes_to_stderr_line_by_line_when_nobody_watches(trained):
    assert "running: step" in trained[1].stderr
    assert "done: step 30 of 30" in trained[1].stderr


def test_show_tells_how_a_run_stands(finished, capsys):
    assert tokenarium(["show", finished, "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert {"run_id", "name", "state", "step", "steps", "pid", "config", "val_loss"} <= set(shown)
    assert (shown["run_id"], shown["state"], shown["step"], shown["steps"]) == (finished, "done", 30, 30)
    assert shown["config"]["model"]["n_layers"] == 1
    assert tokenarium(["show", finished]) == 0
    assert "bigram" in capsys.readouterr().out


def test_runs_lists_every_run(finished, capsys):
    assert tokenarium(["runs", "--json"]) == 0
    assert [each["run_id"] for each in json.loads(capsys.readouterr().out)] == [finished]
    assert tokenarium(["runs"]) == 0
    assert finished in capsys.readouterr().out


def test_a_run_goes_on_from_another_ones_step(finished, capsys, monkeypatch):
    monkeypatch.setattr(launch, "ensure_supervisor", lambda settings: None)
    settings = ["--set", "train.learning_rate=1e-3", "--set", "train.steps=40"]
    words = ["runs", "continue", finished, "--step", "21", *settings]
    assert tokenarium([*words, "--detach", "--json"]) == 0
    said = capsys.readouterr()
    assert said.err == f"Run {finished} keeps no model of step 21: going on from step 20, the nearest.\n"
    store = open_store(read_settings().store_url)
    child = json.loads(said.out)["run_id"]
    config = find_run(child, read_settings()).read_config()
    assert (config.start.run, config.start.step) == (finished, 20)
    assert (config.train.learning_rate, config.train.steps) == (1e-3, 40)
    store.stop(child)
    assert tokenarium(["runs", "continue", finished, "--set", "model.n_layers=2", "--detach"]) == 2
    assert "keeps its model, text, tokenizer and seed" in capsys.readouterr().err


def test_without_runs_the_next_step_is_told(capsys):
    assert tokenarium(["runs"]) == 0
    assert "tokenarium train" in capsys.readouterr().out


def test_corpora_lists_names_sizes_and_licences(capsys):
    assert tokenarium(["corpora"]) == 0
    shown = capsys.readouterr().out
    assert "comedies" in shown
    assert "Public domain" in shown


def test_generate_prints_a_line_a_step_with_the_candidates(finished, capsys):
    words = ["generate", finished, "--prompt", "copy", "--tokens", "5", "--top-k", "3", "--seed", "7", "--json"]
    assert tokenarium(words) == 0
    steps = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [step["position"] for step in steps] == [4, 5, 6, 7, 8]
    for step in steps:
        kept = [candidate for candidate in step["candidates"] if candidate["cut_by"] is None]
        assert len(kept) == 3
        assert sum(candidate["final"] for candidate in kept) == pytest.approx(1, abs=1e-5)
        assert step["token_id"] in [candidate["id"] for candidate in kept]
        assert 0 <= step["u"] < 1


def test_equal_seeds_write_equal_texts_and_streaming_loses_nothing(finished, capsys):
    words = ["generate", finished, "--prompt", "copy: ", "--tokens", "40", "--seed", "3"]
    assert tokenarium(words) == 0
    text = capsys.readouterr().out
    assert tokenarium(words) == 0
    assert capsys.readouterr().out == text
    assert tokenarium([*words, "--json"]) == 0
    ids = [json.loads(line)["token_id"] for line in capsys.readouterr().out.splitlines()]
    tokenizer = load_tokenizer(read_settings().runs_folder / finished / "tokenizer")
    assert text == "copy: " + tokenizer.decode(ids) + "\n"


def test_writing_ends_with_a_stop_word(finished, capsys):
    words = ["generate", finished, "--prompt", "copy: ", "--tokens", "60", "--seed", "3"]
    assert tokenarium(words) == 0
    text = capsys.readouterr().out.removeprefix("copy: ")
    word = text[10:13]
    assert tokenarium([*words, "--stop", "never", "--stop", word]) == 0
    assert capsys.readouterr().out == "copy: " + text[: text.index(word) + 3] + "\n"


def test_a_character_never_seen_is_named_and_read_as_unknown(finished, capsys):
    assert tokenarium(["generate", finished, "--prompt", "é", "--tokens", "1", "--json"]) == 0
    shown = capsys.readouterr()
    assert shown.err == 'This run\'s tokenizer has never seen "é": it reads <unk> there.\n'
    assert json.loads(shown.out)["position"] == 1


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--temperature", "-1"], "temperature: input should be greater than or equal to 0 (got -1.0)."),
        (["--top-p", "0"], "top_p: input should be greater than 0 (got 0.0)."),
        (["--min-p", "2"], "min_p: input should be less than or equal to 1 (got 2.0)."),
        (
            ["--repetition-penalty", "0.5"],
            "repetition_penalty: input should be greater than or equal to 1 (got 0.5).",
        ),
        (["--prompt", "\udcff"], "not UTF-8"),
    ],
)
def test_sampling_out_of_bounds_is_refused(words, sentence, finished, capsys):
    assert tokenarium(["generate", finished, *words]) == 2
    shown = capsys.readouterr()
    assert sentence in shown.err
    assert shown.out == ""


def test_tokenize_shows_pieces_and_numbers(finished, capsys):
    assert tokenarium(["tokenize", finished, "copy", "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert shown["tokens"] == list("copy")
    assert len(shown["ids"]) == shown["characters"] == shown["bytes"] == 4
    assert tokenarium(["tokenize", finished, "co\ny"]) == 0
    assert "4 tokens for 4 characters, 4 bytes." in capsys.readouterr().out


def test_a_runs_tokenizer_is_written_for_other_programs(finished, tmp_path, capsys):
    from tokenizers import Tokenizer

    for name in ("t.json", "t.csv"):
        assert tokenarium(["tokenizer", finished, str(tmp_path / name)]) == 0
        assert f"tokens of run {finished} are in" in capsys.readouterr().out
    assert Tokenizer.from_file(str(tmp_path / "t.json")).encode("To be").ids
    assert (tmp_path / "t.csv").read_text("utf-8").startswith('"id","text","kind","bytes"')
    assert tokenarium(["tokenizer", finished, str(tmp_path / "t.csv")]) == 2
    assert "exists already" in capsys.readouterr().err


def test_a_reader_that_has_enough_ends_the_command_quietly(finished, trained):
    reader, writer = os.pipe()
    os.close(reader)
    environment = {**os.environ, "TOKENARIUM_HOME": str(trained[0])}
    command = [sys.executable, "-c", "from lm_core.cli import main; main()", "generate", finished, "--tokens", "50"]
    done = subprocess.run(command, env=environment, stdout=writer, stderr=subprocess.PIPE, text=True)
    os.close(writer)
    assert (done.returncode, done.stderr) == (2, "")


def test_a_run_can_be_paused_resumed_and_stopped(waiting, capsys):
    def state():
        return open_store(read_settings().store_url).get(waiting).state

    for wish, then in (("pause", "parked"), ("pause", "parked"), ("resume", "queued"), ("stop", "stopped")):
        assert tokenarium([wish, waiting]) == 0
        assert state() == then
    assert waiting in capsys.readouterr().out


def test_a_run_can_be_stepped_steered_and_reset(waiting, capsys):
    def status():
        return open_store(read_settings().store_url).get(waiting)

    assert tokenarium(["step", waiting, "--count", "3"]) == 0
    assert status().run_until == 3
    assert "until step 3 and holds still" in capsys.readouterr().out
    assert tokenarium(["set-lr", waiting, "0.002"]) == 0
    assert status().rate_by_hand == 0.002
    assert tokenarium(["set-lr", waiting, "schedule"]) == 0
    assert status().rate_by_hand is None
    assert tokenarium(["set-lr", waiting, "fast"]) == 2
    assert '"fast" is no learning rate' in capsys.readouterr().err
    assert tokenarium(["reset", waiting]) == 0
    assert status().step == 0


def test_a_run_that_is_done_cannot_be_resumed(finished, capsys):
    assert tokenarium(["resume", finished]) == 2
    assert "finished" in capsys.readouterr().err


def test_ctrl_c_leaves_the_run_training_and_says_how_to_watch_and_end_it(home, monkeypatch, capsys):
    def interrupted(run_id, store, settings):
        raise KeyboardInterrupt

    monkeypatch.setattr(launch, "ensure_supervisor", lambda settings: None)
    monkeypatch.setattr(cli_training, "follow", interrupted)
    assert tokenarium(["train", "--corpus", "copy", *SMALL]) == 2
    sentence = capsys.readouterr().err
    run_id = open_store(read_settings().store_url).list()[0].run_id
    assert f"tokenarium show {run_id}" in sentence
    assert f"tokenarium stop {run_id}" in sentence
    assert open_store(read_settings().store_url).get(run_id).state == "queued"


def test_ctrl_c_elsewhere_is_one_word(monkeypatch, capsys):
    def interrupted():
        raise KeyboardInterrupt

    monkeypatch.setattr("lm_core.cli.report.print_corpora", interrupted)
    assert tokenarium(["corpora"]) == 2
    assert capsys.readouterr().err.strip() == "Interrupted."


def lose_worker(run_id, settings):
    """Let a worker take the run and not be heard of for a minute."""
    database = open_store(settings.store_url).database
    assert Queue(database).claim(1, "here").run_id == run_id
    with database.write() as connection:
        connection.execute(update(runs).values(heard_at=database.now - 60))


@pytest.mark.parametrize("words", ["runs", "show {run}", "show {run} --json", "stop {run}", "pause {run}"])
def test_whoever_looks_at_a_lost_run_or_wishes_something_of_it_gets_it_a_supervisor(
    words, waiting, settings, monkeypatch, capsys
):
    asked = []
    monkeypatch.setattr(supervisor, "ensure_supervisor", asked.append)
    monkeypatch.setattr(supervisor, "_started", [])
    lose_worker(waiting, settings)
    assert tokenarium(words.format(run=waiting).split()) == 0
    assert asked == [settings]


@pytest.mark.parametrize("words", ["generate {run}", "tokenize {run} text"])
def test_a_run_that_has_only_been_queued_can_tell_nothing_yet(words, waiting, capsys):
    assert tokenarium(words.format(run=waiting).split()) == 2
    shown = capsys.readouterr().err
    assert shown == f'Run "{waiting}" has not read its text yet. See how it stands: tokenarium show {waiting}\n'


def test_a_silent_worker_is_told_of(waiting, settings, monkeypatch, capsys):
    monkeypatch.setattr(supervisor, "ensure_supervisor", lambda settings: None)
    lose_worker(waiting, settings)
    for words in (["runs"], ["show", waiting]):
        assert tokenarium(words) == 0
        assert "starting, silent for 60 s" in capsys.readouterr().out


def test_a_run_in_the_queue_is_told_how_many_come_first(waiting, capsys):
    assert tokenarium(["train", "--corpus", "copy", *SMALL, "--detach", "--json"]) == 0
    second = json.loads(capsys.readouterr().out)["run_id"]
    assert tokenarium(["show", second]) == 0
    shown = capsys.readouterr().out
    assert "queued, 1 before it" in shown
    assert "validation ?, training ? nats/token" in shown


def test_the_numbers_beside_the_progress_bar_fit_into_80_columns(waiting, settings):
    screen = Console(width=80, force_terminal=True, file=io.StringIO(), color_system=None)
    status = open_store(settings.store_url).get(waiting)
    running = {"state": "running", "queue_position": None, "train_loss": 2.4321, "val_loss": 2.5619}
    follow._bar(iter([replace(status, **running, step=950, steps=1500, tokens_per_second=15_073.0)]), screen)
    shown = screen.file.getvalue()
    assert "950/1500 loss 2.43  validation 2.56  15,073 tokens/s" in shown
    assert "…" not in shown


def test_following_ends_with_the_run(waiting, settings):
    store = open_store(settings.store_url)
    store.stop(waiting)
    assert follow.follow(waiting, store, settings).state == "stopped"


def test_a_store_that_cannot_be_opened_is_one_sentence(monkeypatch, tmp_path, capsys):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("TOKENARIUM_HOME", str(tmp_path / "file" / "folder"))
    assert tokenarium(["runs"]) == 2
    shown = capsys.readouterr().err
    assert shown.count("\n") == 1
    assert "Traceback" not in shown


def test_names_cannot_steer_the_terminal(home, monkeypatch, capsys):
    monkeypatch.setattr(launch, "ensure_supervisor", lambda settings: None)
    name = r"name=\u001b[2J<script>[bold]"
    assert tokenarium(["train", "--corpus", "copy", *SMALL, name.encode().decode("unicode_escape"), "--detach"]) == 0
    assert tokenarium(["runs"]) == 0
    shown = capsys.readouterr().out
    assert "\x1b" not in shown
    assert "<script>[bold]" in shown


def test_json_has_no_word_for_nan():
    assert finite({"a": float("nan"), "b": [1.5, float("inf")], "c": "x"}) == {"a": None, "b": [1.5, None], "c": "x"}


def test_printable_keeps_lines_and_letters_of_every_script():
    assert printable("a\tb\n学é👩\x07\x1b") == "a\tb\n学é👩\ufffd\ufffd"


def test_a_port_in_use_is_left_for_the_next_free_one():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert serve.free_port("127.0.0.1", port) > port


def test_an_address_of_another_machine_is_refused():
    with pytest.raises(ConfigError, match=r"This machine has no address \"nowhere\.invalid\""):
        serve.free_port("nowhere.invalid", 8501)


def test_the_app_becomes_a_streamlit_server_and_prints_where(monkeypatch, capsys, home):
    commands = []
    monkeypatch.setattr(serve, "become", commands.append)
    monkeypatch.chdir(home)
    port = serve.free_port("127.0.0.1", 18600)
    assert tokenarium(["app", "--port", str(port), "--headless"]) == 0
    assert f"http://127.0.0.1:{port}" in capsys.readouterr().out
    assert commands[0][4].endswith("serve.py")
    assert f"--server.port={port}" in commands[0]


@pytest.mark.parametrize("variable", ["CI", "SSH_CONNECTION", "SSH_TTY"])
def test_no_browser_opens_where_nobody_sees_it(variable, monkeypatch):
    monkeypatch.setenv("DISPLAY", ":0")
    for name in ("CI", "SSH_CONNECTION", "SSH_TTY"):
        monkeypatch.delenv(name, raising=False)
    assert not serve.no_screen()
    monkeypatch.setenv(variable, "1")
    assert serve.no_screen()


def test_the_page_is_reached_on_this_machine_whatever_it_listens_to():
    assert serve.page_url("0.0.0.0", 8600) == "http://localhost:8600"
    assert serve.page_url("::1", 8600) == "http://[::1]:8600"


@pytest.mark.slow
def test_the_gallery_is_made_by_training_and_can_be_opened(tmp_path, monkeypatch, tiny_config, capsys):
    monkeypatch.setattr("lm_core.settings.GALLERY", tmp_path / "gallery")
    monkeypatch.setattr(gallery, "GALLERY_RUNS", {"gallery-tiny": tiny_config})
    assert tokenarium(["gallery"]) == 0
    assert tokenarium(["show", "gallery-tiny", "--json"]) == 0
    shown = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert shown["state"] == "done"
    assert shown["val_loss"] > 0


def test_a_gallery_run_that_fails_replaces_nothing(tmp_path, monkeypatch, tiny_config):
    class Failed:
        state, message = "failed", "The loss became NaN."

    monkeypatch.setattr("lm_core.settings.GALLERY", tmp_path / "gallery")
    monkeypatch.setattr(gallery, "GALLERY_RUNS", {"gallery-tiny": tiny_config})
    monkeypatch.setattr(launch, "ensure_supervisor", lambda settings: None)
    monkeypatch.setattr(gallery, "follow", lambda run_id, store, settings: Failed())
    with pytest.raises(RunError, match="failed: The loss became NaN"):
        gallery.make_gallery()
    assert not (tmp_path / "gallery").exists()


def test_the_gallery_that_ships_is_the_one_that_this_code_describes():
    """After a change of a preset: `make gallery`."""
    assert {run.id: run.read_config() for run in gallery_runs()} == gallery.GALLERY_RUNS


def test_a_run_is_tagged(waiting, capsys):
    assert tokenarium(["tag", waiting, "baseline"]) == 0
    assert tokenarium(["tag", waiting, "\x1b[31mred"]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == f"Run {waiting} has the tags: [31mred, baseline."
    assert tokenarium(["tag", waiting, "baseline", "--remove"]) == 0
    assert tokenarium(["tag", waiting, "[31mred", "--remove"]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == f"Run {waiting} has no tags."
    assert tokenarium(["tag", waiting, "x" * 30]) == 2
    assert "at most 24 letters" in capsys.readouterr().err


def test_a_run_is_renamed_deleted_and_brought_back(waiting, capsys):
    assert tokenarium(["rename", waiting, "Another name"]) == 0
    assert tokenarium(["delete", waiting]) == 0
    assert f"Undo, within a week: tokenarium restore {waiting}" in capsys.readouterr().out
    assert tokenarium(["show", waiting]) == 2
    assert "There is no run" in capsys.readouterr().err
    assert tokenarium(["restore", waiting]) == 0
    capsys.readouterr()
    assert tokenarium(["runs"]) == 0
    assert "Another name" in capsys.readouterr().out


def test_a_run_goes_into_a_file_and_comes_back_as_another_run(finished, tmp_path, capsys):
    file = tmp_path / "run.zip"
    assert tokenarium(["export", finished, str(file)]) == 0
    assert tokenarium(["export", finished, str(file)]) == 2
    assert "exists already" in capsys.readouterr().err
    assert tokenarium(["import", str(file)]) == 0
    run_id = capsys.readouterr().out.split("as run ")[1].split(".")[0]
    assert tokenarium(["generate", run_id, "--tokens", "3"]) == 0
    file.write_bytes(b"PK no zip")
    assert tokenarium(["import", str(file)]) == 2
    assert "is no zip file" in capsys.readouterr().err
    assert tokenarium(["import", str(tmp_path / "nowhere.zip")]) == 2
    assert tokenarium(["delete", run_id]) == 0


def test_a_table_given_as_a_file_keeps_its_rows_as_documents(tmp_path, settings):
    path = tmp_path / "names.csv"
    path.write_text("name;mark\n" + "".join(f"Annabella{place};x\n" for place in range(40)), encoding="utf-8")
    spec = parse_config(CorpusSpec, text_of_file(path, settings))
    documents = load_corpus(spec, texts_folder=settings.texts_folder, seed=1).documents
    assert (spec.title, len(documents), documents[0]) == ("names", 40, "Annabella0\n")
