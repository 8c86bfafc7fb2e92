"""What the environment says about this machine."""

from pathlib import Path

import pytest

from lm_core.errors import ConfigError
from lm_core.settings import Settings, available_cores, read_settings

NAMES = ("HOME", "STORE", "PARALLEL", "PARALLEL_PER_OWNER", "SPARE", "TEXT_MB", "LEASE")
VARIABLES = [f"TOKENARIUM_{name}" for name in NAMES]


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch):
    for variable in VARIABLES:
        monkeypatch.delenv(variable, raising=False)


def test_without_variables_the_platform_decides():
    settings = read_settings()
    assert settings.home.is_absolute()
    assert "tokenarium" in settings.home.name
    assert settings.store_url == f"sqlite:///{settings.home / 'tokenarium.db'}"
    assert settings.parallel_runs == max(2, available_cores() // 2)
    assert settings.max_text_bytes == 20_000_000


def test_the_variables_are_read(monkeypatch, tmp_path):
    monkeypatch.setenv("TOKENARIUM_HOME", str(tmp_path))
    monkeypatch.setenv("TOKENARIUM_STORE", "postgresql://class")
    monkeypatch.setenv("TOKENARIUM_PARALLEL", "3")
    monkeypatch.setenv("TOKENARIUM_TEXT_MB", "5")
    monkeypatch.setenv("TOKENARIUM_SPARE", "0")
    monkeypatch.setenv("TOKENARIUM_LEASE", "20")
    assert read_settings() == Settings(tmp_path, "postgresql://class", 3, 5_000_000, lease_seconds=20)


def test_empty_variables_count_as_absent(monkeypatch):
    before = read_settings()
    for variable in VARIABLES:
        monkeypatch.setenv(variable, "")
    assert read_settings() == before


def test_the_data_folder_is_made_absolute(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TOKENARIUM_HOME", "data")
    assert read_settings().home == tmp_path / "data"
    monkeypatch.setenv("TOKENARIUM_HOME", "~/data")
    assert read_settings().home == Path("~/data").expanduser()


def test_reading_the_settings_creates_nothing(monkeypatch, tmp_path):
    monkeypatch.setenv("TOKENARIUM_HOME", str(tmp_path / "new"))
    read_settings()
    assert not (tmp_path / "new").exists()


def test_folders_lie_in_the_data_folder(tmp_path):
    settings = Settings(tmp_path, "sqlite://", 1, 1)
    assert settings.runs_folder == tmp_path / "runs"
    assert settings.texts_folder == tmp_path / "texts"


@pytest.mark.parametrize("variable", ["TOKENARIUM_PARALLEL", "TOKENARIUM_TEXT_MB"])
@pytest.mark.parametrize("text", ["0", "-1", "many", "1.5", " 2", "²", "1e3"])
def test_what_is_no_whole_number_is_refused(monkeypatch, variable, text):
    monkeypatch.setenv(variable, text)
    with pytest.raises(ConfigError) as refusal:
        read_settings()
    assert str(refusal.value) == f"{variable} must be a whole number above 0, not {text!r}."


def test_runs_share_the_cores_and_each_has_one_at_least(tmp_path):
    assert Settings(tmp_path, "sqlite://", 1, 1).threads_per_run == available_cores()
    assert Settings(tmp_path, "sqlite://", 10_000, 1).threads_per_run == 1
