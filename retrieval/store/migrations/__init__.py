"""The Alembic chain: one numbered script a change of the schema, run from `retrieval.store.migrate`."""
