"""A forest of coded rows that name their parents: what areas and units have in common.

The rows are taken as checked: every parent exists and nothing is its own ancestor (`cycle_in` finds that).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Generic, Protocol, TypeVar


class Node(Protocol):
    """A row with a code of its own and its parent's code, None at a root."""

    @property
    def code(self) -> str: ...

    @property
    def parent(self) -> str | None: ...


N = TypeVar("N", bound=Node)


class Tree(Generic[N]):
    """Rows by code, in the order in which they were given."""

    def __init__(self, nodes: Iterable[N]) -> None:
        self._nodes = {node.code: node for node in nodes}
        self._children: dict[str | None, list[N]] = {}
        for node in self._nodes.values():
            self._children.setdefault(node.parent, []).append(node)

    def __len__(self) -> int:
        return len(self._nodes)

    def __iter__(self) -> Iterator[N]:
        return iter(self._nodes.values())

    def __contains__(self, code: object) -> bool:
        return code in self._nodes

    def __getitem__(self, code: str) -> N:
        return self._nodes[code]

    def get(self, code: str | None) -> N | None:
        """The row of that code, or None."""
        return self._nodes.get(code) if code is not None else None

    @property
    def roots(self) -> tuple[N, ...]:
        """The rows without a parent."""
        return tuple(self._children.get(None, ()))

    def children(self, code: str) -> tuple[N, ...]:
        """The rows directly below `code`."""
        return tuple(self._children.get(code, ()))

    def path(self, code: str) -> tuple[N, ...]:
        """From the root down to `code` itself. Raises KeyError for an unknown code."""
        node = self._nodes[code]
        above = self.path(node.parent) if node.parent is not None else ()
        return (*above, node)

    def below(self, code: str) -> tuple[N, ...]:
        """`code` itself, then all that hangs from it, parents before children; nothing for an unknown code."""
        if code not in self._nodes:
            return ()
        return (
            self._nodes[code],
            *(node for child in self.children(code) for node in self.below(child.code)),
        )


def cycle_in(parents: Mapping[str, str | None]) -> tuple[str, ...]:
    """The first ring of codes that are their own ancestors, in order; empty where there is none."""
    settled: set[str] = set()
    for start in parents:
        trail: list[str] = []
        code: str | None = start
        while code is not None and code in parents and code not in settled:
            if code in trail:
                return tuple(trail[trail.index(code) :])
            trail.append(code)
            code = parents[code]
        settled.update(trail)
    return ()
