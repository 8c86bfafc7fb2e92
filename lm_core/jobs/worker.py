"""The process that trains one run: its id and the worker's number in, numbers in the store and files in its folder out.

    python -m lm_core.jobs.worker RUN EPOCH

Exit code 0: the run's row says how it ended. Anything else: the supervisor starts another worker, a few times.
"""

from __future__ import annotations

import sys
import traceback

from filelock import FileLock, Timeout

from lm_core.errors import LMError, LostLease
from lm_core.jobs.database import StoreAway
from lm_core.jobs.lease import Lease
from lm_core.jobs.reporter import Reporter
from lm_core.jobs.store import open_store
from lm_core.runs.run import Run
from lm_core.settings import Settings, read_settings

FOLDER_IN_USE = 73
LOCK_SECONDS = 10  # a worker that was given up and still lives notices within a moment and leaves


def main(arguments: list[str]) -> int:
    """Work on one run; returns the exit code."""
    run_id, epoch = arguments[0], int(arguments[1])
    print(f"=== worker {epoch} of {run_id}", flush=True)
    settings = read_settings()
    run = Run(settings.runs_folder / run_id)
    store = open_store(settings.store_url)
    lease = store.lease(run_id, epoch)
    reporter = Reporter(lease)
    try:
        reporter.start()
        with FileLock(run.lock_path, timeout=LOCK_SECONDS):
            return _work(run, settings, lease, reporter)
    except LostLease as error:
        print(error, flush=True)
        return 0
    except Timeout:
        print("Another worker is still busy in this run's folder.", flush=True)
        return FOLDER_IN_USE
    finally:
        reporter.close()
        store.close()


def _work(run: Run, settings: Settings, lease: Lease, reporter: Reporter) -> int:
    try:
        from lm_core.jobs.training_run import train_run  # imports torch: seconds, while the reporter already reports

        train_run(run, settings, lease, reporter)
    except (LostLease, StoreAway):
        raise
    except LMError as error:  # another worker would find the same
        traceback.print_exc()
        reporter.change_state("failed", str(error))
    except Exception:  # the worker's top: whatever it was, another worker may do better
        traceback.print_exc()
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
