"""What every test stands on: an own home, no settings from outside, no network but the loopback."""

from __future__ import annotations

import ipaddress
import os
import shutil
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import pytest

from retrieval.store.database import Database, open_database
from tests.postgres_server import PostgresServer

ROOT = Path(__file__).resolve().parent.parent
FOREIGN = ("RUMBO_", "OPENAI_", "LANGCHAIN_", "LANGSMITH_", "CHROMA_", "LC_", "XDG_")
PROXIES = ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")
SHOWN = ("langchain", "langchain-core", "langgraph", "openai", "chromadb", "sqlalchemy", "pydantic", "typer", "hypothesis")


class NetworkForbidden(OSError):
    """A test wanted to leave the machine. An OSError, so that the code under test meets what it would meet offline."""


def pytest_configure(config: pytest.Config) -> None:
    """From here on this process reaches the loopback only."""
    sys.addaudithook(_loopback_only)


def pytest_report_header(config: pytest.Config) -> str:
    """Versions that explain a difference between two machines."""
    told = ", ".join(f"{name} {_version(name)}" for name in SHOWN)
    return f"libraries: {told}, sqlite {sqlite3.sqlite_version}"


@pytest.fixture(autouse=True)
def isolated(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home of its own and no setting of the person who runs the tests; child processes inherit both."""
    for name in os.environ:
        if name.startswith(FOREIGN) or name in PROXIES:
            monkeypatch.delenv(name)
    home = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("RUMBO_HOME", str(home / "rumbo"))
    monkeypatch.setenv("LANG", "C.UTF-8")
    return home / "rumbo"


@pytest.fixture(scope="session")
def root() -> Path:
    """Folder of the project."""
    return ROOT


@pytest.fixture(scope="session")
def shared() -> Path:
    """Folder with the reference documents and scorers, beside the project."""
    folder = ROOT.parent / "shared"
    if not folder.is_dir():
        told = "the reference documents are not beside the project (../shared)"
        if os.environ.get("CI") == "true":
            pytest.fail(told)
        pytest.skip(told)
    return folder


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """A real PostgreSQL server, from a wheel of the dev group."""
    server = PostgresServer()
    try:
        server.start()
    except (ImportError, OSError, subprocess.SubprocessError, RuntimeError) as error:
        told = f"the PostgreSQL server of the dev group does not start here ({error})"
        if os.environ.get("CI") == "true":
            pytest.fail(told)
        pytest.skip(told)
    yield server
    server.stop()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database file that the migrations made; a copy of it is there at once."""
    made = tmp_path_factory.mktemp("template") / "rumbo.db"
    open_database(f"sqlite:///{made}").close()
    return made


@pytest.fixture(params=["file", "memory", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Address of a new database of each kind; whatever is promised of one is promised of all."""
    if request.param == "postgresql":
        server: PostgresServer = request.getfixturevalue("postgres")
        return server.new_database()
    return "sqlite://" if request.param == "memory" else _copied(request, tmp_path)


@pytest.fixture(params=["file", "postgresql"])
def shared_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Address of a new database that several processes may work on."""
    if request.param == "file":
        return _copied(request, tmp_path)
    server: PostgresServer = request.getfixturevalue("postgres")
    return server.new_database()


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """A new database of each kind, with its schema."""
    opened = open_database(database_url)
    yield opened
    opened.close()


def _copied(request: pytest.FixtureRequest, folder: Path) -> str:
    template: Path = request.getfixturevalue("sqlite_template")
    return f"sqlite:///{shutil.copy(template, folder / 'rumbo.db')}"


def _loopback_only(event: str, args: tuple[Any, ...]) -> None:
    if event == "socket.connect":
        sock, address = args
        if sock.family != socket.AF_UNIX and not _is_loopback(address[0]):
            raise NetworkForbidden(f"tests reach the loopback only, not {address[0]!r}")
    elif event == "socket.getaddrinfo" and not _is_loopback(args[0]):
        raise NetworkForbidden(f"tests reach the loopback only, not {args[0]!r}")


def _is_loopback(host: str | bytes | None) -> bool:
    name = host.decode() if isinstance(host, bytes) else host
    if name in (None, "", "localhost", socket.gethostname()):
        return True
    try:
        return ipaddress.ip_address(name.partition("%")[0]).is_loopback
    except ValueError:
        return False


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "absent"
