"""A real PostgreSQL of one's own: Debian's server in a temporary folder, on loopback only, ended by its pid."""

import importlib.util
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from urllib.parse import quote

from tools.postgres import find_server


def why_not() -> str | None:
    """The reason why none can be started here, or None."""
    if importlib.util.find_spec("psycopg") is None:
        return 'psycopg is not installed: pip install -e ".[postgres]"'
    if find_programs() is None:
        return "no PostgreSQL server was found: apt-get install postgresql"
    if os.geteuid() == 0 and user_besides_root() is None:
        return "root may not run PostgreSQL, and there is no user postgres"
    return None


def find_programs() -> Path | None:
    """The folder of initdb and postgres."""
    server = find_server()
    return Path(server).parent if server else None


def user_besides_root() -> str | None:
    try:
        return pwd.getpwnam("postgres").pw_name
    except KeyError:
        return None


class Postgres:
    """Starts at once; `schema()` gives a store's address with nothing in it yet."""

    def __init__(self):
        self.folder = Path(tempfile.mkdtemp(prefix="tokenarium-postgres-"))
        self.other = {}
        if os.geteuid() == 0:
            self.other = {"user": user_besides_root(), "group": user_besides_root(), "extra_groups": []}
            shutil.chown(self.folder, user_besides_root(), user_besides_root())
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.count = 0
        self._run("initdb", "--no-sync", "--auth=trust", "--username=tester", "--encoding=UTF8", "-D", "data").wait(60)
        self.start()

    def start(self):
        options = {"listen_addresses": "127.0.0.1", "port": self.port, "unix_socket_directories": self.folder,
                   "fsync": "off", "max_connections": 60, "shared_buffers": "16MB"}  # fmt: skip
        chosen = [word for name, value in options.items() for word in ("-c", f"{name}={value}")]
        self.process = self._run("postgres", "-D", "data", *chosen)
        for _attempt in range(300):
            assert self.process.poll() is None, (self.folder / "log").read_text()
            if self._answers():
                return
            time.sleep(0.05)
        raise AssertionError((self.folder / "log").read_text())

    def stop(self):
        """At once, as in a power cut; `start` recovers."""
        self.process.send_signal(signal.SIGQUIT)
        self.process.wait(20)

    def remove(self):
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def schema(self) -> str:
        import psycopg

        self.count += 1
        name = f"s{self.count}"
        with psycopg.connect(self._address(), autocommit=True) as connection:
            connection.execute(f"CREATE SCHEMA {name}")
        return f"{self._address()}?options={quote(f'-csearch_path={name}')}"

    def _address(self):
        return f"postgresql://tester@127.0.0.1:{self.port}/postgres"

    def _answers(self) -> bool:
        import psycopg

        try:
            psycopg.connect(self._address(), connect_timeout=2).close()
            return True
        except psycopg.OperationalError:
            return False

    def _run(self, program, *arguments):
        with (self.folder / "log").open("ab") as log:
            command = [str(find_programs() / program), *arguments]
            return subprocess.Popen(command, cwd=self.folder, stdout=log, stderr=log, **self.other)
