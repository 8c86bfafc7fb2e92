"""Short labels that people put on their runs, to find them again: a run and a label in, the store's list changed."""

from __future__ import annotations

from collections import defaultdict

from sqlalchemy import delete, insert, select

from lm_core.jobs.schema import note, tags
from lm_core.jobs.shelf import locked_row, own_run
from lm_core.jobs.store import Store
from lm_core.runs.tags import clean_tag, with_tag
from lm_core.settings import Settings


def add_tag(run_id: str, text: str, settings: Settings, store: Store) -> str:
    """Put a label on one's own run and return it as it is written; one that is there already stays.

    Raises:
        RunError: there is no such run, it came with the app, the label is empty or too long, or there are too many.
    """
    own_run(run_id, settings)
    tag = clean_tag(text)
    with store.database.write() as connection:
        locked_row(connection, run_id)
        known = connection.execute(select(tags.c.tag).where(tags.c.run_id == run_id)).scalars().all()
        with_tag(known, tag)  # refuses one too many
        if tag not in known:
            connection.execute(insert(tags).values(run_id=run_id, tag=tag))
            note(connection, run_id, store.database.now, "tagged", tag)
    return tag


def remove_tag(run_id: str, text: str, settings: Settings, store: Store) -> None:
    """Take a label off one's own run; one that is not there is no mistake.

    Raises:
        RunError: there is no such run, or it came with the app.
    """
    own_run(run_id, settings)
    tag = clean_tag(text)
    with store.database.write() as connection:
        locked_row(connection, run_id)
        if connection.execute(delete(tags).where(tags.c.run_id == run_id, tags.c.tag == tag)).rowcount:
            note(connection, run_id, store.database.now, "untagged", tag)


def tags_of_runs(store: Store) -> dict[str, tuple[str, ...]]:
    """The labels of every run that has any, each in the order of the alphabet."""
    found: defaultdict[str, tuple[str, ...]] = defaultdict(tuple)
    with store.database.read() as connection:
        for run_id, tag in connection.execute(select(tags.c.run_id, tags.c.tag)):
            found[run_id] = with_tag(found[run_id], tag)
    return dict(found)
