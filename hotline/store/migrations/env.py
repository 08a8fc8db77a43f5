"""Runs the migrations on the address that `hotline.store.migrate` gives, all of them in one transaction."""

from alembic import context
from sqlalchemy import create_engine
from sqlmodel import SQLModel

from hotline.store import tables  # noqa: F401  (fills the metadata)

engine = create_engine(context.config.attributes["url"])
with engine.connect() as connection:
    context.configure(connection=connection, target_metadata=SQLModel.metadata)
    with context.begin_transaction():
        context.run_migrations()
engine.dispose()
