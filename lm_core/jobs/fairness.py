"""Whose turn it is: the runs that wait, who trains and who was served when in; the order of places out.

First the owner with the fewest runs in training, then the one who was last served longest ago, then the run that has
waited longest. Whoever queues sixty runs is thus served between the others, not before them.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict, deque
from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, func, select

from lm_core.jobs.schema import runs, served
from lm_core.jobs.status import TRAINING


def queue_order(connection: Connection, without: Sequence[str] = ()) -> list[str]:
    """The ids of all runs that wait, the next one first; those of the owners `without` are left out."""
    theirs = runs.c.owner.in_(without)
    waiting = select(runs.c.id, runs.c.owner).where((runs.c.state == "queued") & ~theirs)
    waiting = waiting.order_by(runs.c.queued_at, runs.c.id)
    found = [(row.id, row.owner) for row in connection.execute(waiting)]
    if not found:
        return []
    busy = select(runs.c.owner, func.count().label("number")).where(runs.c.state.in_(TRAINING)).group_by(runs.c.owner)
    training = {row.owner: row.number for row in connection.execute(busy)}
    served_at = {row.owner: row.at for row in connection.execute(select(served))}
    return fair_order(found, training, served_at)


def fair_order(
    waiting: Sequence[tuple[str, str]], training: Mapping[str, int], served_at: Mapping[str, float]
) -> list[str]:
    """(run, owner) in order of arrival -> runs in order of turns, as if each in turn got a place and kept it.

    a1 a2 a3 of Ada, then b1 of Bob, while nobody trains and nobody was served -> a1 b1 a2 a3
    """
    lines: dict[str, deque[tuple[int, str]]] = defaultdict(deque)
    for place, (run_id, owner) in enumerate(waiting):
        lines[owner].append((place, run_id))
    busy = Counter(training)
    last = {owner: (0, served_at.get(owner, -math.inf)) for owner in lines}
    order: list[str] = []
    while lines:
        owner = min(lines, key=lambda owner: (busy[owner], last[owner], lines[owner][0][0]))
        order.append(lines[owner].popleft()[1])
        busy[owner] += 1
        last[owner] = (1, float(len(order)))
        if not lines[owner]:
            del lines[owner]
    return order
