"""An experiment, checked and in plain words."""

import re

import pytest
from pydantic import ValidationError

from lm_core.config import (
    CorpusSpec,
    Frozen,
    ModelConfig,
    RunConfig,
    SamplingConfig,
    TokenizerSpec,
    TrainConfig,
    parse_config,
    with_settings,
)
from lm_core.errors import ConfigError
from lm_core.presets import PRESETS, RECIPES, preset_config


def test_a_run_comes_back_from_its_json():
    config = preset_config("small", name="Größe", probe="O Romeo\n", seed=7)
    assert parse_config(RunConfig, config.to_json()) == config


def test_equal_experiments_are_equal_and_hashable():
    assert RunConfig() == parse_config(RunConfig, {})
    assert len({RunConfig(), RunConfig(), RunConfig(seed=2)}) == 2


def test_a_configuration_cannot_be_changed():
    with pytest.raises(ValidationError, match="frozen"):
        RunConfig().seed = 2


@pytest.mark.parametrize(
    "kind", [CorpusSpec, TokenizerSpec, ModelConfig, TrainConfig, SamplingConfig], ids=lambda kind: kind.__name__
)
def test_every_field_explains_itself(kind: type[Frozen]):
    for name, field in kind.model_fields.items():
        assert field.description, name
        assert field.description.endswith("."), name


def test_sampling_settings_saved_before_there_were_penalties_still_open():
    saved = '{"temperature": 0.7, "top_k": 9, "top_p": 0.8, "seed": 4}'
    assert parse_config(SamplingConfig, saved) == SamplingConfig(
        temperature=0.7, top_k=9, top_p=0.8, seed=4, min_p=0, repetition_penalty=1, presence_penalty=0
    )


def test_derived_sizes_follow_the_chosen_ones():
    model = ModelConfig(d_model=96, n_heads=6, n_kv_heads=2)
    assert (model.d_head, model.kv_heads, model.mlp_width) == (16, 2, 384)
    assert ModelConfig(n_heads=4).kv_heads == 4
    assert ModelConfig(d_mlp=100).mlp_width == 100


@pytest.mark.parametrize(
    ("kind", "values", "sentence"),
    [
        (
            ModelConfig,
            {"d_model": 100, "n_heads": 8},
            "d_model (100) must be divisible by n_heads (8). Try 96 or 112.",
        ),
        (ModelConfig, {"d_model": 8, "n_heads": 32}, "d_model (8) must be divisible by n_heads (32). Try 64."),
        (
            ModelConfig,
            {"d_model": 96, "n_heads": 6, "n_kv_heads": 4},
            "n_heads (6) must be divisible by n_kv_heads (4): each key-value head serves an equal group. "
            "Try 1, 2, 3, 6.",
        ),
        (
            ModelConfig,
            {"d_model": 60, "n_heads": 4},
            "rotary positions turn pairs of numbers, so each head needs an even width; d_model / n_heads is 15. "
            "Try d_model 64.",
        ),
        (
            TrainConfig,
            {"steps": 100, "warmup_steps": 100},
            "warmup_steps (100) must be below steps (100), or the learning rate never arrives. Try 10.",
        ),
        (CorpusSpec, {"name": "own-text"}, 'text_id belongs to the corpus "own-text" and to no other.'),
        (
            CorpusSpec,
            {"name": "comedies", "text_id": "0" * 64},
            'text_id belongs to the corpus "own-text" and to no other.',
        ),
        (RunConfig, {"model": {"n_heads": 99}}, "model.n_heads: input should be less than or equal to 32 (got 99)."),
        (RunConfig, {"modle": {}}, "modle: extra inputs are not permitted."),
        (RunConfig, {"format_version": 2}, "format_version: input should be 1 (got 2)."),
        (TrainConfig, {"learning_rate": float("nan")}, "learning_rate: input should be a finite number (got NaN)."),
    ],
)
def test_a_mistake_is_told_in_the_words_of_who_made_it(kind, values, sentence):
    with pytest.raises(ConfigError) as refusal:
        parse_config(kind, values)
    assert str(refusal.value) == sentence


def test_the_suggestions_work():
    parse_config(ModelConfig, {"d_model": 96, "n_heads": 8})
    parse_config(ModelConfig, {"d_model": 104, "n_heads": 8, "positions": "learned"})
    parse_config(ModelConfig, {"d_model": 64, "n_heads": 4})
    parse_config(TrainConfig, {"steps": 100, "warmup_steps": 10})


def test_two_mistakes_are_both_named():
    with pytest.raises(ConfigError, match=r"train\.steps: .* seed: "):
        parse_config(RunConfig, {"train": {"steps": 0}, "seed": -1})


@pytest.mark.parametrize("text", ["", "nonsense", "[1]", "null", '{"seed": 1', '{"seed": 1e400}'])
def test_broken_json_is_refused_in_a_sentence(text):
    with pytest.raises(ConfigError):
        parse_config(RunConfig, text)


@pytest.mark.parametrize("name", ["../x", "A", "", "-x", "x" * 50, "a b", "a\n"])
def test_a_corpus_name_is_no_path(name):
    with pytest.raises(ConfigError, match="name: string should match pattern"):
        parse_config(CorpusSpec, {"name": name})


@pytest.mark.parametrize("text_id", ["", "../" * 21 + "x", "A" * 64, "0" * 63, "0" * 64 + "\n"])
def test_a_fingerprint_is_no_path(text_id):
    with pytest.raises(ConfigError, match="text_id: "):
        parse_config(CorpusSpec, {"name": "own-text", "text_id": text_id})


@pytest.mark.parametrize("preset", PRESETS)
def test_every_preset_is_a_valid_experiment(preset):
    config = preset_config(preset, seed=3)
    assert config.seed == 3
    assert config.model.d_model == PRESETS[preset]["model"]["d_model"]


def test_an_unknown_preset_is_refused_with_the_possible_ones():
    with pytest.raises(ConfigError, match=r'There is no preset "huge"\. Choose one of: tiny, small, medium, counts\.'):
        preset_config("huge")


@pytest.mark.parametrize("recipe", RECIPES)
@pytest.mark.parametrize("preset", PRESETS)
def test_a_recipe_changes_the_parts_and_leaves_the_size(preset, recipe):
    config = preset_config(preset, recipe, seed=3)
    sizes = PRESETS[preset]["model"]
    assert config.model.model_dump().items() >= {**sizes, **RECIPES[recipe]["model"]}.items()
    assert config.train.model_dump().items() >= RECIPES[recipe]["train"].items()
    assert (config.seed, config.train.steps) == (3, PRESETS[preset]["train"]["steps"])


def test_both_recipes_decide_on_the_same_switches_and_differ_in_each_that_counts():
    classic, modern = RECIPES["classic"], RECIPES["modern"]
    for part in ("model", "train"):
        assert classic[part].keys() == modern[part].keys()
    same = {name for part in ("model", "train") for name in classic[part] if classic[part][name] == modern[part][name]}
    assert same <= {"beta1", "beta2"}


def test_an_unknown_recipe_is_refused_with_the_possible_ones():
    with pytest.raises(ConfigError, match=r'There is no recipe "old"\. Choose one of: classic, modern\.'):
        preset_config("tiny", "old")


def test_a_run_written_before_a_switch_existed_is_read_as_it_was():
    """Its run.json lacks the switch, so the switch's default must be what the code did then."""
    written = RunConfig().model_dump()
    for part, names in {
        "model": ("init", "qk_norm", "qk_gain", "rotary_base", "zero_init", "token_shift"),
        "train": ("optimizer", "precision"),
    }.items():
        for name in names:
            del written[part][name]
    config = parse_config(RunConfig, written)
    assert config.model.init == "by_width"
    assert (config.model.qk_norm, config.model.zero_init, config.model.token_shift) == (False, False, False)
    assert (config.model.qk_gain, config.model.rotary_base) == (False, 10_000.0)
    assert (config.train.optimizer, config.train.precision) == ("adamw", "float32")


def test_settings_by_dotted_name_give_a_new_checked_configuration():
    config = with_settings(
        RunConfig(),
        {"model.n_layers": "2", "model.positions": "learned", "model.tie_embeddings": "true", "train.steps": "100"},
    )
    assert (config.model.n_layers, config.model.positions, config.model.tie_embeddings) == (2, "learned", True)
    assert (config.train.steps, RunConfig().train.steps) == (100, 1000)


def test_null_empties_a_setting():
    config = with_settings(RunConfig(), {"model.n_kv_heads": "2"})
    assert with_settings(config, {"model.n_kv_heads": "null"}).model.n_kv_heads is None


@pytest.mark.parametrize("text", ["2024", "true", "null", '"quoted"', "[1]", "plain words", ""])
def test_a_text_stays_the_text_that_was_typed(text):
    assert with_settings(RunConfig(), {"name": text}).name == text


@pytest.mark.parametrize("setting", ["layers", "model", "model.n_layers.x", "", ".", "model.", "__class__"])
def test_an_unknown_setting_is_refused(setting):
    with pytest.raises(ConfigError, match=r"There is no setting .* looks like model\.n_layers or train\.steps"):
        with_settings(RunConfig(), {setting: "1"})


@pytest.mark.parametrize("value", ["many", "1.5", "9" * 5000, "[" * 100_000, "NaN", "-1", "{}", "null", ""])
def test_a_value_that_cannot_be_is_refused(value):
    with pytest.raises(ConfigError, match=r"train\.steps: "):
        with_settings(RunConfig(), {"train.steps": value})


@pytest.mark.parametrize("positions", ["learned", "sinusoidal", "rotary"])
@pytest.mark.parametrize(("width", "heads"), [(100, 8), (64, 3), (30, 4), (10, 7)])
def test_a_width_that_is_suggested_is_accepted(positions, width, heads):
    with pytest.raises(ConfigError) as refused:
        parse_config(ModelConfig, {"d_model": width, "n_heads": heads, "positions": positions})
    for suggested in re.findall(r"\d+", str(refused.value).split("Try")[1]):
        parse_config(ModelConfig, {"d_model": int(suggested), "n_heads": heads, "positions": positions})
