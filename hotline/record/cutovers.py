"""Cut-overs: a number that becomes something else at a moment, as changes of the city's rows, to be made together.

A number's stretches are its rows of the sheet `lines` in the order of time; they never overlap. Times are by the
city's clock, to the minute, without a zone, as the rows write them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from hotline.errors import Refused
from hotline.pack.forms import ALWAYS
from hotline.pack.sheets import BY_NAME
from hotline.record.city import Change
from hotline.store.tables import CityRow

FROM, UNTIL = "valid_from", "valid_until"
_FIELDS = {field.name: field for field in BY_NAME["lines"].fields}


@dataclass(frozen=True)
class Stretch:
    """A row of a line, from `since` until before `until`; either may be open."""

    row: CityRow
    since: datetime | None
    until: datetime | None

    @property
    def written(self) -> Mapping[str, Any]:
        """What the row says."""
        return self.row.written

    def holds_at(self, at: datetime) -> bool:
        """Whether the line is so at `at`."""
        return (self.since is None or self.since <= at) and (self.until is None or at < self.until)


def stretches(rows: Iterable[CityRow]) -> dict[str, list[Stretch]]:
    """The stretches of every number, each number's in the order of time."""
    found: dict[str, list[Stretch]] = {}
    for row in rows:
        stretch = Stretch(row, _moment(row, FROM), _moment(row, UNTIL))
        found.setdefault(row.written["number"], []).append(stretch)
    for one in found.values():
        one.sort(key=lambda stretch: stretch.since or ALWAYS)
    return found


def schedule(line: Sequence[Stretch], at: datetime, becomes: Mapping[str, Any]) -> list[Change]:
    """From `at` on the line has the values `becomes`, for as long as it would have stayed what it is then.

    Raises `Refused("line.none_then")` where the number is nothing at `at`, `Refused("line.no_change")` where it is
    all that already.
    """
    stretch = next((one for one in line if one.holds_at(at)), None)
    if stretch is None:
        raise Refused("line.none_then", field="at")
    values = {
        name: value for name, value in {**stretch.written, **becomes}.items() if value not in (None, "")
    }
    if values == dict(stretch.written):
        raise Refused("line.no_change", field="mode")
    if stretch.since == at:
        return [Change("lines", stretch.row.number, values)]
    moment = at.isoformat(timespec="minutes")
    return [
        Change("lines", stretch.row.number, {**stretch.written, UNTIL: moment}),
        Change("lines", None, {**values, FROM: moment}),
    ]


def cancel(line: Sequence[Stretch], number: int, now: datetime) -> list[Change]:
    """What was to begin with the row `number` doesn't; what stands before it goes on instead.

    Raises `Refused("line.begun")` where it has begun, or where nothing stands before it.
    """
    place = next((index for index, one in enumerate(line) if one.row.number == number), 0)
    coming, before = line[place], line[place - 1]
    if place == 0 or coming.since is None or coming.since <= now or before.until != coming.since:
        raise Refused("line.begun")
    goes_on = {name: value for name, value in before.written.items() if name != UNTIL}
    if UNTIL in coming.written:
        goes_on[UNTIL] = coming.written[UNTIL]
    return [Change("lines", number, None), Change("lines", before.row.number, goes_on)]


def roll_back(line: Sequence[Stretch], at: datetime) -> list[Change]:
    """From `at` on the line is again what it was before its latest cut-over.

    Raises `Refused("line.no_before")` where it has always been what it is.
    """
    place = next((index for index, one in enumerate(line) if one.holds_at(at)), 0)
    if place == 0:
        raise Refused("line.no_before", field="at")
    now, before = line[place].written, line[place - 1].written
    values = {name: before.get(name) for name in {*now, *before} - {FROM, UNTIL}}
    return schedule(line, at, values)


def _moment(row: CityRow, name: str) -> datetime | None:
    written = row.written.get(name)
    return None if written in (None, "") else _FIELDS[name].form.parse(written)
