"""How two renderings differ: by file, with the lines taken away and put in. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import chain

AROUND = 3  # lines that stay the same are shown on each side of a change
SAME, GONE, NEW = " ", "-", "+"


@dataclass(frozen=True)
class Line:
    """One line; `sign` says whether it stays (a space), goes (-) or comes (+). Numbers count from 1, 0 where the
    line isn't there."""

    sign: str
    before: int
    after: int
    text: str


@dataclass(frozen=True)
class FileDifference:
    """What changes in one file, in passages that belong together."""

    name: str
    passages: tuple[tuple[Line, ...], ...]

    def count(self, sign: str) -> int:
        """How many lines go or come."""
        return sum(line.sign == sign for line in chain.from_iterable(self.passages))


def differences(before: Mapping[str, str], after: Mapping[str, str]) -> tuple[FileDifference, ...]:
    """The files that differ, by name. One that is only on one side goes or comes as a whole."""
    names = sorted(name for name in before.keys() | after.keys() if before.get(name) != after.get(name))
    return tuple(
        FileDifference(name, tuple(_passages(before.get(name, ""), after.get(name, "")))) for name in names
    )


def changed(before: Mapping[str, str], after: Mapping[str, str]) -> tuple[str, ...]:
    """The names of the files that differ."""
    return tuple(one.name for one in differences(before, after))


def as_text(found: tuple[FileDifference, ...]) -> str:
    """The differences as other programs write and read them."""
    return "".join(f"{line}\n" for one in found for line in _written(one))


def _written(one: FileDifference) -> Iterator[str]:
    yield f"--- {one.name}"
    yield f"+++ {one.name}"
    for passage in one.passages:
        before, after = ([getattr(line, side) for line in passage] for side in ("before", "after"))
        yield f"@@ -{_span(before)} +{_span(after)} @@"
        for line in passage:
            yield f"{line.sign}{line.text}"


def _span(numbers: list[int]) -> str:
    there = [number for number in numbers if number]
    return f"{there[0] if there else 0},{len(there)}"


def _passages(before: str, after: str) -> Iterator[tuple[Line, ...]]:
    old, new = before.splitlines(), after.splitlines()
    for group in SequenceMatcher(None, old, new, autojunk=False).get_grouped_opcodes(AROUND):
        lines: list[Line] = []
        for what, first, last, to, until in group:
            if what == "equal":
                pairs = zip(range(first, last), range(to, until), strict=True)
                lines.extend(Line(SAME, a + 1, b + 1, old[a]) for a, b in pairs)
            else:
                lines.extend(Line(GONE, a + 1, 0, old[a]) for a in range(first, last))
                lines.extend(Line(NEW, 0, b + 1, new[b]) for b in range(to, until))
        yield tuple(lines)
