"""A submitted run in, the same run as a worker process would have left it out, trained in this process."""

from lm_core.jobs import training_run
from lm_core.jobs.queue import Queue
from lm_core.jobs.reporter import Reporter


def work(run, settings, store, *, place=1):
    """Claim the run, as the worker of this place, and train it here."""
    claim = Queue(store.database).claim(place, "here")
    assert claim.run_id == run.id
    lease = store.lease(claim.run_id, claim.epoch)
    reporter = Reporter(lease, leave=lambda: None)
    reporter.start()
    try:
        training_run.train_run(run, settings, lease, reporter)
    finally:
        reporter.close()
