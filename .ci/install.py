"""Builds `.venv` from a lock. Standard library only, and old syntax at the top: it also runs on a Python that is too old.

Usage: install.py runtime|dev. A stamp in the environment makes a second run cheap.
"""

import hashlib
import os
import shutil
import sqlite3
import subprocess
import sys
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
VENV = os.path.join(ROOT, ".venv")
LOCKS = {"runtime": "requirements.lock", "dev": "requirements-dev.lock"}
NEWER = ("python3.14", "python3.13", "python3.12", "python3.11")
NEEDED_BYTES = 2 * 1024**3


def main(kind):
    """Install what `kind` names, unless the stamp says it is there."""
    _leave_old_python(kind)
    if _is_stamped(kind):
        return
    _check_machine()
    began = time.monotonic()
    if not os.path.exists(_python()):
        print("install: making .venv", flush=True)
        subprocess.run([sys.executable, "-m", "venv", VENV], check=True)
    lock = LOCKS[kind]
    print("install: packages of " + lock + " (about half a minute with uv, two with pip)", flush=True)
    if not _install_with_uv(lock):
        _run(_pip() + ["--no-deps", "--require-hashes", "-r", lock])
    _run(_pip() + ["--no-deps", "--no-build-isolation", "-e", "."])
    with open(_stamp(kind), "w", encoding="utf-8") as file:
        file.write(_digest(kind))
    print(f"install: done in {time.monotonic() - began:.0f} s", flush=True)


def _leave_old_python(kind):
    if sys.version_info >= (3, 11):
        return
    for name in NEWER:
        found = shutil.which(name)
        if found:
            os.execv(found, [found, os.path.abspath(__file__), kind])
    _stop(
        "Python 3.11 or newer is needed, this is {}.{}. Install one and run: make PYTHON=python3.12 install".format(
            *sys.version_info
        )
    )


def _check_machine():
    try:
        import ensurepip
        import venv
    except ImportError:
        _stop("this Python has no venv module; on Debian or Ubuntu: apt install python3-venv")
    del ensurepip, venv
    free = shutil.disk_usage(ROOT).free
    if free < NEEDED_BYTES:
        _stop(f"{free / 1024**3:.1f} GB are free here and 2 GB are needed; free some disk and run this again")
    try:
        sqlite3.connect(":memory:").execute("CREATE VIRTUAL TABLE probe USING fts5(text)")
    except sqlite3.OperationalError:
        _stop("the SQLite of this Python has no FTS5; use a Python from python.org, pyenv or your distribution")


def _install_with_uv(lock):
    # pip needs two minutes for what uv does in seconds. uv reads its own settings, not pip's, so where only pip
    # is set up for a private index this step fails and pip does the work.
    pinned = os.path.join(VENV, "uv.txt")
    with open(os.path.join(ROOT, LOCKS["dev"]), encoding="utf-8") as file:
        lines = file.read().splitlines()
    start = next(n for n, line in enumerate(lines) if line.startswith("uv=="))
    end = next((n for n in range(start + 1, len(lines)) if not lines[n].startswith(" ")), len(lines))
    with open(pinned, "w", encoding="utf-8") as file:
        file.write("\n".join(lines[start:end]) + "\n")
    tool = os.path.join(VENV, "uv")
    if not os.path.exists(os.path.join(tool, "bin", "uv")):
        _run(_pip() + ["--no-deps", "--require-hashes", "--target", tool, "-r", pinned], check=False)
    command = [os.path.join(tool, "bin", "uv"), "pip", "install", "-q", "--python", _python()]
    try:
        return _run(command + ["--no-deps", "--require-hashes", "-r", lock], check=False)
    except OSError:
        return False


def _run(command, check=True):
    done = subprocess.run(command, cwd=ROOT)
    if check and done.returncode:
        _stop("this command failed, its reason is above: " + " ".join(command))
    return done.returncode == 0


def _pip():
    # Without bytecode: Python compiles what is used on first use.
    return [_python(), "-m", "pip", "install", "-qq", "--no-compile", "--disable-pip-version-check"]


def _python():
    return os.path.join(VENV, "bin", "python")


def _stamp(kind):
    return os.path.join(VENV, "installed-" + kind)


def _is_stamped(kind):
    for name in ("dev", kind):
        try:
            with open(_stamp(name), encoding="utf-8") as file:
                if file.read() == _digest(name):
                    return True
        except OSError:
            continue
    return False


def _digest(kind):
    total = hashlib.sha256()
    for name in (LOCKS[kind], "pyproject.toml"):
        with open(os.path.join(ROOT, name), "rb") as file:
            total.update(file.read())
    return total.hexdigest()


def _stop(told):
    sys.exit("install: " + told)


if __name__ == "__main__":
    if len(sys.argv) != 2 or sys.argv[1] not in LOCKS:
        _stop("usage: install.py runtime|dev")
    main(sys.argv[1])
