"""A lifecycle as a table: which verb leads from which state to which. The table is the only source of truth:
the checks, the buttons on a page and the pictures in the docs are all read from it. Only the table type
lives here; each lifecycle stands in its own file.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Generic, TypeVar

from hotline.errors import Refused

S = TypeVar("S", bound=StrEnum)
V = TypeVar("V", bound=StrEnum)


@dataclass(frozen=True)
class Edge(Generic[S, V]):
    """In state `before`, `verb` leads to state `after`."""

    before: S
    verb: V
    after: S


def edges(befores: Iterable[S], verb: V, after: S) -> Iterator[Edge[S, V]]:
    """One edge from each of `befores`, for a verb that is open to several states."""
    return (Edge(before, verb, after) for before in befores)


@dataclass(frozen=True)
class Lifecycle(Generic[S, V]):
    """The table of the thing called `name`, begun in one of `starts`. At most one edge per state and verb."""

    name: str
    starts: tuple[S, ...]
    edges: tuple[Edge[S, V], ...]

    def __post_init__(self) -> None:
        if len(self._targets) != len(self.edges):
            raise ValueError(f"{self.name}: two edges for one state and verb")

    @cached_property
    def _targets(self) -> Mapping[tuple[S, V], S]:
        return {(edge.before, edge.verb): edge.after for edge in self.edges}

    def find(self, state: S, verb: V) -> S | None:
        """Where `verb` leads from `state`, or None: for what is observed and can't be refused."""
        return self._targets.get((state, verb))

    def after(self, state: S, verb: V) -> S:
        """Where `verb` leads from `state`. Raises `Refused("<name>.may_not_<verb>", state=…)`."""
        found = self.find(state, verb)
        if found is None:
            raise Refused(f"{self.name}.may_not_{verb}", state=state)
        return found

    def verbs(self, state: S) -> tuple[V, ...]:
        """What may be done in `state`, in the table's order; empty for a final state."""
        return tuple(edge.verb for edge in self.edges if edge.before is state)

    def states(self) -> frozenset[S]:
        """Every state that the table knows."""
        return frozenset(self.starts) | {state for edge in self.edges for state in (edge.before, edge.after)}
