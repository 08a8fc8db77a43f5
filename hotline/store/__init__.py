"""The record in PostgreSQL: its tables, its migrations, and the one way to open a transaction on it."""

from __future__ import annotations

from hotline.store.open import Store, migrate, open_store

__all__ = ["Store", "migrate", "open_store"]
