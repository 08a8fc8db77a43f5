"""Many values in one parameter of a statement, whose words then don't depend on how many they are."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import ARRAY, ColumnElement, Text, any_, literal


def among(column: Any, values: Iterable[str]) -> ColumnElement[bool]:
    """Whether the column is one of `values`. `IN` would send each by itself, and have them planned one by one."""
    chosen: ColumnElement[bool] = column == any_(literal(sorted(values), ARRAY(Text)))
    return chosen
