"""`tokenarium app`: a wished port and address in; this process becomes the server, and a browser opens on its page."""

from __future__ import annotations

import contextlib
import errno
import os
import socket
import subprocess
import sys
import time
import urllib.request
import webbrowser
from pathlib import Path

from lm_core.errors import ConfigError
from lm_core.settings import read_settings

ROOT = Path(__file__).parents[2]
PORTS_TRIED = 100
ANYWHERE = ("0.0.0.0", "::")


def serve_app(port: int, address: str, *, headless: bool) -> None:
    """Start Streamlit in place of this process.

    Raises:
        ConfigError: the address is not one of this machine's, or a hundred ports from `port` on are taken.
    """
    chosen = free_port(address, port)
    if chosen != port:
        print(f"Port {port} is in use, so the app takes {chosen}.")
    url = page_url(address, chosen)
    print(f"Tokenarium is at {url}   (Ctrl-C closes it; training goes on)", flush=True)
    if not (headless or no_screen()):
        quiet = subprocess.DEVNULL
        subprocess.Popen([sys.executable, "-m", __name__, url], stdin=quiet, stdout=quiet, stderr=quiet)
    os.environ["TOKENARIUM_HOME"] = str(read_settings().home)  # a relative one means: from where the person stands
    os.chdir(ROOT)  # .streamlit/config.toml is found there
    become(server_command(address, chosen))


def server_command(address: str, port: int) -> list[str]:
    options = {
        "server.address": address,
        "server.port": str(port),
        "server.headless": "true",  # we open the browser ourselves: Streamlit would first ask for an e-mail address
        "browser.gatherUsageStats": "false",
        "logger.hideWelcomeMessage": "true",  # we have printed the address; Streamlit would ask the internet for ours
    }
    script = str(ROOT / "app" / "serve.py")
    return [sys.executable, "-m", "streamlit", "run", script, *(f"--{name}={value}" for name, value in options.items())]


def become(command: list[str]) -> None:
    """Replace this process, so that signals reach the server; Windows can only start a child and wait."""
    if sys.platform == "win32":
        sys.exit(subprocess.call(command))
    os.execv(command[0], command)


def free_port(address: str, wished: int) -> int:
    """The first port from `wished` on that nobody listens to at this address."""
    for port in range(wished, min(wished + PORTS_TRIED, 65536)):
        if _is_free(address, port):
            return port
    raise ConfigError(f"All ports from {wished} to {port} are in use here. Choose another with --port.")


def _is_free(address: str, port: int) -> bool:
    try:
        family, kind, protocol, _, place = socket.getaddrinfo(address, port, type=socket.SOCK_STREAM)[0]
    except (socket.gaierror, UnicodeError):
        raise _no_such_address(address) from None
    with socket.socket(family, kind, protocol) as probe:
        if sys.platform != "win32":  # where the option would let us take a port that is in use
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(place)
            probe.listen(1)
        except OSError as error:
            if error.errno in (errno.EADDRINUSE, errno.EACCES):
                return False
            raise _no_such_address(address) from None
    return True


def _no_such_address(address: str) -> ConfigError:
    return ConfigError(f'This machine has no address "{address}". Use 127.0.0.1, or 0.0.0.0 to let other machines in.')


def page_url(address: str, port: int) -> str:
    """Where a browser on this machine finds the page."""
    host = "localhost" if address in ANYWHERE else address
    return f"http://{f'[{host}]' if ':' in host else host}:{port}"


def no_screen() -> bool:
    """True where no browser can be shown: in CI, over SSH, or without a display."""
    if any(os.environ.get(name) for name in ("CI", "SSH_CONNECTION", "SSH_TTY")):
        return True
    shown = sys.platform in ("win32", "darwin") or any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY"))
    return not shown


def open_browser(url: str) -> None:
    """Wait until the server answers, at most a minute, then show its page."""
    for _ in range(240):
        with contextlib.suppress(OSError), urllib.request.urlopen(f"{url}/_stcore/health", timeout=1):
            webbrowser.open(url)
            return
        time.sleep(0.25)


if __name__ == "__main__":
    open_browser(sys.argv[1])
