"""The migrations make exactly the tables that the code speaks of."""

from __future__ import annotations

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlmodel import SQLModel

from hotline.store import Store

pytestmark = pytest.mark.edge


def test_the_migrated_record_has_the_tables_of_the_code(store: Store) -> None:
    with store.engine.connect() as connection:
        differences = compare_metadata(MigrationContext.configure(connection), SQLModel.metadata)
    assert differences == []
