"""A folder name in, a working virtual environment there; or one sentence on what is missing, and exit code 1.

Runs on the machine's own Python, which may be older than ours, so it keeps to plain syntax.
"""

import os
import shutil
import subprocess
import sys

OLDEST = (3, 11)


def main(folder: str) -> None:
    version = "{}.{}".format(*sys.version_info)
    if sys.version_info < OLDEST:
        sys.exit(
            f"Tokenarium needs Python 3.11 or newer, and {sys.executable} is {version}. "
            "Name a newer one: make run PYTHON=python3.12"
        )
    if is_whole(folder):
        return
    shutil.rmtree(folder, ignore_errors=True)
    if not made(folder) and not (install_venv_package() and made(folder)):
        shutil.rmtree(folder, ignore_errors=True)
        sys.exit(
            "This Python cannot make virtual environments. On Debian or Ubuntu: "
            f"sudo apt-get install python{version}-venv. Then run make again."
        )


def is_whole(folder: str) -> bool:
    """True if the environment was made here (not moved or copied) and its Python still starts."""
    python = os.path.join(folder, "Scripts" if os.name == "nt" else "bin", "python")
    stamp = os.path.join(folder, "installed")
    if os.path.exists(stamp):
        with open(stamp) as file:
            if file.read().strip() != os.getcwd():
                return False
    return (
        os.path.exists(python) and subprocess.call([python, "-m", "pip", "--version"], stdout=subprocess.DEVNULL) == 0
    )


def made(folder: str) -> bool:
    return subprocess.call([sys.executable, "-m", "venv", folder], stdout=subprocess.DEVNULL) == 0


def install_venv_package() -> bool:
    """Debian keeps `venv` in a package of its own: fetch it where we may."""
    if not shutil.which("apt-get") or os.geteuid() != 0:
        return False
    package = "python{}.{}-venv".format(*sys.version_info[:2])
    print("Installing", package)
    subprocess.call(["apt-get", "-qq", "update"])
    return subprocess.call(["apt-get", "-qq", "install", "--yes", "--no-install-recommends", package]) == 0


if __name__ == "__main__":
    main(sys.argv[1])
