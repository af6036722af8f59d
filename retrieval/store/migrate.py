"""Brings a database to the newest schema. The only module that loads Alembic."""

from __future__ import annotations

import sqlalchemy as sa
from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from copilot.domain.errors import OperatorMustFix
from retrieval.store.database import Database


def scripts() -> ScriptDirectory:
    """The migrations, found as package data wherever the package is installed."""
    config = Config()
    config.set_main_option("script_location", "retrieval.store:migrations")
    return ScriptDirectory.from_config(config)


def revisions() -> frozenset[str]:
    """Every schema there ever was."""
    return frozenset(script.revision for script in scripts().walk_revisions())


def upgrade(database: Database, target: str = "head") -> None:
    """Run what is missing, in one transaction. Raises OperatorMustFix(`database_newer`)."""
    chain = scripts()
    with database.write() as connection:
        # Another process may have been here while this one waited for the lock: the revision is read inside.
        current = MigrationContext.configure(connection).get_current_revision()
        known = {script.revision for script in chain.walk_revisions()}
        if current is not None and current not in known:
            raise OperatorMustFix("database_newer", path=database.dialect.place, revision=current)
        _run(chain, connection, target)


def _run(chain: ScriptDirectory, connection: sa.Connection, target: str) -> None:
    def steps(revision: object, _: MigrationContext) -> list[object]:
        return chain._upgrade_revs(target, revision)  # type: ignore[arg-type,return-value]  # as EnvironmentContext documents it

    with EnvironmentContext(Config(), chain, fn=steps, destination_rev=target) as environment:
        environment.configure(connection=connection)
        environment.run_migrations()
