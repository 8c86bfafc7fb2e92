"""What tests of background work get when they ask for it: the store of their own data folder."""

import pytest

from lm_core.jobs.store import open_store


@pytest.fixture
def store(settings):
    store = open_store(settings.store_url)
    yield store
    store.close()
