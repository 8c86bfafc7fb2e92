"""What tests of background work get when they ask for it: the store of their own data folder, on each database."""

import importlib.util
from pathlib import Path

import pytest

from lm_core.jobs.store import open_store
from lm_core.runs.run import create_run
from lm_core.settings import read_settings

ON_BOTH = ("test_store", "test_fairness", "test_reporter", "test_shelf", "test_tags")


def pytest_generate_tests(metafunc):
    """The store's rules hold on SQLite and on PostgreSQL; tests of one database's own ways are marked `sqlite`."""
    both = metafunc.module.__name__.rpartition(".")[2] in ON_BOTH and "settings" in metafunc.fixturenames
    if both and not any(mark.name == "sqlite" for mark in metafunc.definition.iter_markers()):
        on_server = pytest.param("postgresql", marks=[pytest.mark.postgres])
        metafunc.parametrize("database", ["sqlite", on_server], indirect=True)


@pytest.fixture
def database(request):
    return getattr(request, "param", "sqlite")


@pytest.fixture
def settings(home, database, monkeypatch, request):
    if database == "postgresql":
        monkeypatch.setenv("TOKENARIUM_STORE", request.getfixturevalue("postgres").schema())
    return read_settings()


@pytest.fixture(scope="session")
def postgres():
    """A server for all tests that ask for one; they are skipped where none can be started."""
    spec = importlib.util.spec_from_file_location("postgres", Path(__file__).with_name("postgres.py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    if reason := module.why_not():
        pytest.skip(reason)
    server = module.Postgres()
    yield server
    server.remove()


@pytest.fixture
def store(settings):
    store = open_store(settings.store_url)
    yield store
    store.close()


@pytest.fixture
def run(settings, store, tiny_config):
    """A run that waits in the queue."""
    run = create_run(tiny_config, settings.runs_folder)
    store.submit(run.id, "tiny", tiny_config.to_json(), tiny_config.train.steps)
    return run
