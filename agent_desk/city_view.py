"""The city's data as people read and edit it: rows with names instead of codes, fields to fill in, what a change
would do, and what is wrong with it. Everything follows from the table of sheets, so a new field appears by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import chain
from typing import Any

from dispatch import rule_words
from hotline.budgets import Budget, Offset, Share, parse_amber, parse_budget, parse_offset
from hotline.errors import Misconfigured
from hotline.pack.forms import Kind
from hotline.pack.labels import field_words, sheet_words
from hotline.pack.rows import Mistake
from hotline.pack.sheets import BY_NAME, REQUIRED, SHEETS, Field, Sheet
from hotline.store.tables import CityRow
from hotline.words import N_, translate

MOST_BOXES = 14
"""With more choices than these, several of them are typed in, not ticked."""
MOST_CHOICES = 60
"""With more choices than these, one of them is searched for, not picked from a list."""
SEARCHES = {"units": "/api/units", "areas": "/api/areas", "matters": "/api/headings"}
"""Where rows of these sheets are searched by name."""
FROM, UNTIL = "valid_from", "valid_until"
NAMES = (("name_zh", "name_en"), ("title_zh", "title_en"))

TIMES = frozenset({parse_budget, parse_amber, parse_offset})
"""What reads the fields that hold times, which are said as people say them."""
TITLED = {
    "clocks": ("policy", "kind"),
    "steps": ("policy", "does"),
    "channels": ("channel",),
    "hot": ("level",),
}
"""The fields in whose words a row is called that has no name."""

Written = Mapping[str, Any]


@dataclass(frozen=True)
class Control:
    """A field to fill in. `how` names the part of the form that draws it; `values` are what stands in it as texts,
    `options` pairs of value and words, `empty` what holds where it is left empty, `search` where its values are
    searched by name.
    """

    field: Field
    label: str
    hint: str
    how: str
    values: tuple[str, ...]
    options: tuple[tuple[str, str], ...]
    empty: str
    search: str = ""

    @property
    def value(self) -> str:
        """The only value, or nothing."""
        return self.values[0] if self.values else ""

    @property
    def shown(self) -> str:
        """The only value's words."""
        return dict(self.options).get(self.value, self.value)

    @property
    def chosen(self) -> list[tuple[str, str]]:
        """The values with their words."""
        words = dict(self.options)
        return [(value, words.get(value, value)) for value in self.values]


@dataclass(frozen=True)
class Difference:
    """A field that changes, in words; nothing stood there before, or will afterwards, where there are none."""

    label: str
    before: str
    after: str


@dataclass(frozen=True)
class Trouble:
    """Something wrong, in words: at `field` of the row that is being edited, or elsewhere where that is empty."""

    field: str
    words: str


class Book:
    """The city's rows as one reader sees them. `offered`: for fields that name no row of a sheet, by the field's name,
    choices with their words. `called`: how values of such a field are called that are too many to choose from.
    """

    def __init__(
        self,
        rows: Sequence[CityRow],
        language: str,
        offered: Mapping[str, Mapping[str, str]] | None = None,
        called: Mapping[str, Callable[[str], str]] | None = None,
    ) -> None:
        self.language = language
        self._offered = offered or {}
        self._called = called or {}
        self._rows: dict[str, list[CityRow]] = {}
        for row in rows:
            self._rows.setdefault(row.sheet, []).append(row)
        self._titles = {
            (sheet.name, str(row.written.get(sheet.key))): self.title(sheet.name, row.written)
            for sheet in SHEETS
            if sheet.key
            for row in self.rows(sheet.name)
        }

    def rows(self, sheet: str) -> list[CityRow]:
        """The sheet's rows, in their order."""
        return self._rows.get(sheet, [])

    def all_rows(self) -> Iterator[CityRow]:
        """The rows of every sheet."""
        return chain.from_iterable(self._rows.values())

    def words(self, text: str, **values: object) -> str:
        """A text of the code in the reader's language."""
        return translate(text, self.language, **values)

    def title(self, sheet: str, written: Written) -> str:
        """What a row is called."""
        for zh, en in NAMES:
            if name := written.get(zh if self.language.startswith("zh") else en):
                number = written.get("number")
                return f"{number} {name}" if number and sheet in ("lines", "emergency") else str(name)
        if sheet == "days":
            return f"{self.name('calendars', str(written.get('calendar')))} {written.get('day')}"
        if sheet in TITLED:
            fields = {field.name: field for field in BY_NAME[sheet].fields}
            return " · ".join(filter(None, (self.said(fields[name], written) for name in TITLED[sheet])))
        return str(written.get(BY_NAME[sheet].title, ""))

    def name(self, sheet: str, key: str) -> str:
        """What the row of `sheet` is called that is named by `key`; the key itself where there is none."""
        return self._titles.get((sheet, key), key)

    def said(self, field: Field, written: Written) -> str:
        """A field's value in words; nothing where the row says nothing."""
        return self.words(", ").join(
            self._said(field, text) for text in field.form.texts(written.get(field.name))
        )

    def default(self, field: Field) -> str:
        """What holds where a row says nothing of `field`, in words; nothing where that is nothing too."""
        is_plain = isinstance(field.default, str | int) and field.default is not REQUIRED
        return self.said(field, {field.name: field.default}) if is_plain else ""

    def differences(self, sheet: Sheet, before: Written | None, after: Written | None) -> list[Difference]:
        """The fields in which two forms of a row differ."""
        was, becomes = before or {}, after or {}
        return [
            Difference(self.words(field_words(field)), self.said(field, was), self.said(field, becomes))
            for field in sheet.fields
            if field.form.texts(was.get(field.name)) != field.form.texts(becomes.get(field.name))
        ]

    def follows(self, sheet: Sheet, written: Written | None, others: Iterable[Written]) -> Written | None:
        """The row among `others` that a new one takes over from: of the same name, ended where this one begins."""
        since = (written or {}).get(FROM)
        if not since:
            return None
        same = (one for one in others if one.get(sheet.title) == (written or {}).get(sheet.title))
        return next(
            ({**one, UNTIL: (written or {}).get(UNTIL)} for one in same if one.get(UNTIL) == since), None
        )

    def controls(self, sheet: Sheet, written: Written) -> list[Control]:
        """The fields of a row to fill in."""
        return [self._control(field, written) for field in sheet.fields]

    def troubles(self, problems: Sequence[Misconfigured], sheet: str, number: int | None) -> list[Trouble]:
        """What is wrong, for whoever edits the row `number` of `sheet` (a new one where None)."""
        return [self._trouble(problem, sheet, number) for problem in problems]

    def _said(self, field: Field, text: str) -> str:
        if field.names:
            return self.name(field.names, text)
        if field.form.kind is Kind.MOMENT:
            return text.replace("T", " ")[:16]
        if field.form.kind is Kind.TRUTH:
            return self.words(N_("yes") if text == "true" else N_("no"))
        if field.form.parse in TIMES:
            with suppress(ValueError):  # of a row that is being filled in, as it stands
                return self._time(field.form.parse(text))
        if field.name in self._called:
            return self._called[field.name](text)
        return self._offered.get(field.name, {}).get(text) or self.words(field.form.choices.get(text, text))

    def _time(self, time: Budget | Share | Offset) -> str:
        if isinstance(time, Share):
            return f"{time.percent} %"
        if isinstance(time, Offset):
            pattern = N_("{time} after it is due") if time.is_after else N_("{time} before it is due")
            return self.words(pattern, time=self._time(time.time))
        return rule_words.budget_words(time, self.language)

    def _control(self, field: Field, written: Written) -> Control:
        values = field.form.texts(written.get(field.name))
        options = self._options(field, values)
        label, about = self.words(field_words(field)), self.words(field.about)
        how = _how(field, options)
        if field.form.kind is Kind.MOMENT:
            values = tuple(value[:16] for value in values)
        hint = "" if about.casefold() == label.casefold() else about
        search = SEARCHES.get(field.names or field.name, "")
        return Control(field, label, hint, how, values, options, self.default(field), search)

    def _options(self, field: Field, values: Sequence[str]) -> tuple[tuple[str, str], ...]:
        if field.name in self._called:
            return tuple((value, self._said(field, value)) for value in values)
        if field.names:
            key = BY_NAME[field.names].key or ""
            known = (str(row.written[key]) for row in self.rows(field.names))
            return tuple((one, self.name(field.names, one)) for one in known)
        if field.form.kind is Kind.TRUTH:
            return (("true", self.words(N_("yes"))), ("false", self.words(N_("no"))))
        return tuple(self._offered.get(field.name, {}).items()) or tuple(
            (value, self.words(words)) for value, words in field.form.choices.items()
        )

    def _trouble(self, problem: Misconfigured, sheet: str, number: int | None) -> Trouble:
        expected = self.words(N_("Expected: {expected}"), expected=self.words(problem.expected))
        if not isinstance(problem, Mistake):
            return Trouble("", f"{problem.where}: {expected}")
        field = next(one for one in BY_NAME[problem.sheet].fields if one.name == problem.field)
        if (problem.sheet, problem.number) == (sheet, number):
            return Trouble(field.name, self._advice(field, problem, expected))
        row = next((row for row in self.rows(problem.sheet) if row.number == problem.number), None)
        place = {
            "sheet": self.words(sheet_words(problem.sheet)),
            "row": self.title(problem.sheet, row.written) if row else self.words(N_("a new row")),
            "field": self.words(field_words(field)),
        }
        if field.names:
            return Trouble("", self.words(N_("{sheet}, {row}: {field} names it still"), **place))
        return Trouble("", self.words(N_("{sheet}, {row}, {field}"), **place) + f": {expected}")

    def _advice(self, field: Field, problem: Mistake, expected: str) -> str:
        if problem.found == "nothing":
            return self.words(N_("Fill this in"))
        return self.words(N_("Choose one from the list")) if field.names else expected


def entered(sheet: Sheet, values: Mapping[str, Any], before: Written) -> dict[str, Any]:
    """A row as a form's `values` write it; a field that says the same as `before` stays as it was written."""
    written: dict[str, Any] = {}
    for field in sheet.fields:
        value = _entered(field, values.get(field.name))
        if value is None:
            continue
        same = field.form.texts(value) == field.form.texts(before.get(field.name))
        written[field.name] = before[field.name] if same else value
    return written


def _entered(field: Field, value: Any) -> Any:
    """As a pack's file would say it: what can't be read stays a text, for the check to complain about."""
    if isinstance(value, list):
        parts = [part.strip() for part in value if isinstance(part, str) and part.strip()]
        return [_plain(field, part) for part in parts] or None
    text = value.strip() if isinstance(value, str) else value
    return None if text in (None, "") else _plain(field, text)


def _plain(field: Field, text: Any) -> Any:
    if field.form.kind is Kind.TRUTH and text in ("true", "false"):
        return text == "true"
    if field.form.kind is Kind.NUMBER and isinstance(text, str) and text.isascii() and text.isdigit():
        return int(text)
    return text


def _how(field: Field, options: Sequence[tuple[str, str]]) -> str:
    searched = (field.names or field.name) in SEARCHES
    if field.form.is_many and searched and (field.names is None or len(options) > MOST_BOXES):
        return "gather"
    if field.form.is_many:
        return "boxes" if 0 < len(options) <= MOST_BOXES else "several"
    if searched and len(options) > MOST_CHOICES:
        return "search"
    return "choose" if options else field.form.kind.value
