"""A PostgreSQL server for the tests on it: looks, then installs Debian's own where that is allowed. Prints what it did.

    python -m tools.postgres

Without one those tests are skipped, so the exit code is 0 either way.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from tools.browser import apt_install

DEBIAN = Path("/usr/lib/postgresql")


def find_server() -> str | None:
    """The newest postgres program on this machine, or None."""
    versions = sorted(DEBIAN.glob("*/bin/postgres"), key=lambda path: float(path.parts[4]))
    return shutil.which("postgres") or (str(versions[-1]) if versions else None)


def main() -> None:
    if find_server() is None:
        print("There is no PostgreSQL here for the tests on it: installing one.", flush=True)
        apt_install("postgresql")
    server = find_server()
    print(f"Tests on PostgreSQL use {server}" if server else "No PostgreSQL server: the tests on it are skipped.")


if __name__ == "__main__":
    main()
