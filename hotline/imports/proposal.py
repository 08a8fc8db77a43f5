"""A mapping proposed from a file's header and some of its rows: by what old systems call things (synonyms.toml), and
by what the values look like. A person reads it before it is used; what it could not tell stands in its comments.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC
from functools import cache
from importlib import resources

from hotline.imports.kinds import KEY, Field, Form, Kind
from hotline.imports.mapping import NOTHING
from hotline.imports.values import Unreadable, moments, number

DATES = (
    "%Y-%m-%d %H:%M:%S",
    "%Y-%m-%d %H:%M",
    "%Y-%m-%d",
    "%Y/%m/%d %H:%M:%S",
    "%Y/%m/%d %H:%M",
    "%Y/%m/%d",
    "%Y.%m.%d %H:%M:%S",
    "%Y.%m.%d %H:%M",
    "%Y.%m.%d",
    "%Y年%m月%d日 %H时%M分%S秒",
    "%Y年%m月%d日%H时%M分%S秒",
    "%Y年%m月%d日 %H时%M分",
    "%Y年%m月%d日%H时%M分",
    "%Y年%m月%d日 %H:%M:%S",
    "%Y年%m月%d日 %H:%M",
    "%Y年%m月%d日",
    "%Y%m%d%H%M%S",
    "%Y%m%d %H:%M:%S",
    "%Y%m%d",
    "%d/%m/%Y %H:%M:%S",
    "%d/%m/%Y %H:%M",
    "%m/%d/%Y %H:%M:%S",
    "%m/%d/%Y %H:%M",
    "%d-%m-%Y %H:%M:%S",
    "%d-%m-%Y %H:%M",
    "excel",
    "unix_ms",
    "unix",
)
"""Forms of dates that are looked for; of several that fit, the one that reads most of the values, then the first."""

LIKELY = 0.8  # part of a column's values that must look like the field
ENOUGH = 30  # different values of a column; with more, it has no codes


@dataclass(frozen=True)
class Column:
    """A column of the sample: its title, and what stands in it, without what means nothing."""

    title: str
    values: Sequence[str]


def propose(kind: Kind, header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A mapping file for rows like these, as text."""
    columns = _columns(header, rows)
    forms = _date_forms(kind, columns)
    chosen = _assign(kind, columns, forms)
    return "\n".join(_written(kind, columns, chosen, forms)) + "\n"


@cache
def _synonyms() -> Mapping[str, Mapping[str, Sequence[str]]]:
    text = resources.files("hotline.imports").joinpath("synonyms.toml").read_text("utf-8")
    return tomllib.loads(text)


def _code_words(field: str) -> dict[str, str]:
    """Old words → our code."""
    tables: Mapping[str, Mapping[str, Sequence[str]]] = _synonyms()["codes"]  # type: ignore[assignment]
    return {word: code for code, words in tables.get(field, {}).items() for word in words}


def _columns(header: Sequence[str], rows: Iterable[Sequence[str]]) -> list[Column]:
    values: list[list[str]] = [[] for _ in header]
    for cells in rows:
        for place, cell in enumerate(cells[: len(header)]):
            if (stripped := cell.strip()) and stripped not in NOTHING:
                values[place].append(stripped)
    return [Column(title.strip(), found) for title, found in zip(header, values, strict=True)]


def _date_forms(kind: Kind, columns: Sequence[Column]) -> tuple[str, ...]:
    """The forms that the columns with a date's title are written in."""
    fields = [field for field in kind.fields if field.form in (Form.MOMENT, Form.DAY)]
    dated = [column for column in columns if any(_likeness(kind, field, column.title) for field in fields)]
    left = [value for column in dated for value in column.values]
    forms: list[str] = []
    while left:
        reads = {
            form: [value for value in left if _reads(moments((form,), UTC, None), value)] for form in DATES
        }
        best = max(DATES, key=lambda form: len(reads[form]))
        if not reads[best]:
            break
        forms.append(best)
        left = [value for value in left if value not in set(reads[best])]
    return tuple(forms)


def _assign(kind: Kind, columns: Sequence[Column], forms: Sequence[str]) -> dict[str, int]:
    """For each field the column that is likest to it; no column for two fields."""
    scores = sorted(
        (
            (-likeness, place, order, field.name)
            for order, field in enumerate(kind.fields)
            for place, column in enumerate(columns)
            if (likeness := _likeness(kind, field, column.title)) and _fits(field, column, forms)
        )
    )
    chosen: dict[str, int] = {}
    for _, place, _, name in scores:
        if name not in chosen and place not in chosen.values():
            chosen[name] = place
    if KEY not in chosen:
        free = (place for place in range(len(columns)) if place not in chosen.values())
        found = next((place for place in free if _is_unique(columns[place])), None)
        chosen |= {KEY: found} if found is not None else {}
    return chosen


def _likeness(kind: Kind, field: Field, title: str) -> float:
    """How much a column's title speaks for a field: 0 not at all, 1 and more where it is one of its words."""
    written = re.sub(r"[\s_()（）:：*]+", " ", title).strip().lower()
    words = _synonyms()[kind.name].get(field.name, ())
    best = 0.0
    for order, word in enumerate(words):
        if written in (word, field.name.replace("_", " ")):
            best = max(best, 2.0 - order / 1000)
        elif len(word) > 1 and word in written and not word.isascii():
            best = max(best, len(word) / len(written))
    return best


def _fits(field: Field, column: Column, forms: Sequence[str]) -> bool:
    """Whether the column's values look like the field; an empty column looks like anything."""
    test = _test(field, forms)
    read = sum(test(value) for value in column.values)
    return read >= LIKELY * len(column.values)


def _test(field: Field, forms: Sequence[str]) -> Callable[[str], bool]:
    match field.form:
        case Form.MOMENT | Form.DAY:
            read = moments(forms, UTC, None)
            return lambda value: _reads(read, value)
        case Form.NUMBER:
            return lambda value: _reads(number, value)
        case Form.NUMBERS:
            return lambda value: _reads(number, re.split(r"[/,;、，；\s]", value)[0])
        case Form.TRUTH | Form.CHOICE:
            return lambda value: len(value) <= ENOUGH
        case _:
            return lambda value: len(value) <= field.most


def _reads(read: Callable[[str], str], value: str) -> bool:
    try:
        read(value)
    except Unreadable:
        return False
    return True


def _is_unique(column: Column) -> bool:
    return bool(column.values) and len(set(column.values)) == len(column.values)


def _written(
    kind: Kind, columns: Sequence[Column], chosen: Mapping[str, int], forms: Sequence[str]
) -> Iterator[str]:
    yield f"kind = {_text(kind.name)}"
    yield 'source = ""  # the old system; empty: the --line'
    yield (
        f"key = {_text(columns[chosen[KEY]].title)}"
        if KEY in chosen
        else 'key = ""  # needed: the row\'s own number'
    )
    if forms:
        yield f"dates = [{', '.join(map(_text, forms))}]"
    yield from ("", "[columns]")
    for field in kind.fields[1:]:
        if field.name in chosen:
            yield f"{field.name} = {_text(columns[chosen[field.name]].title)}"
        elif field.required and field.name != "line":
            yield f'# {field.name} = ""  # needed: {field.about}'
    unused = [
        column.title for place, column in enumerate(columns) if place not in chosen.values() and column.title
    ]
    if unused:
        yield "# not used: " + ", ".join(map(_text, unused))
    for field in kind.fields:
        if field.name in chosen and field.form in (Form.CHOICE, Form.TRUTH):
            yield from _codes(field, columns[chosen[field.name]])


def _codes(field: Field, column: Column) -> Iterator[str]:
    """The table from the column's words to ours, the commonest first."""
    ours, choices = _code_words(field.name), field.choices or ("true", "false")
    yield from ("", f"[codes.{field.name}]")
    for word, count in Counter(column.values).most_common(ENOUGH):
        if word in ours:
            yield f"{_text(word)} = {_text(ours[word])}"
        elif word not in choices:
            yield f'# {_text(word)} = ""  # {count} of these: one of {", ".join(choices)}'


def _text(value: str) -> str:
    """A TOML text; JSON's are nearly that."""
    whole = value.encode("utf-8", "replace").decode()
    return json.dumps(whole, ensure_ascii=False).replace("\x7f", "\\u007f")
