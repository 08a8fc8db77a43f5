"""Which hours are worked on which day: a weekly pattern, and a table of the days that differ from it in either
direction (holidays, and weekends that are worked to make up for them). Pure values; where the days come from
(an official list, a city's notice, one unit's own) is their writer's business.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import cached_property
from itertools import pairwise
from zoneinfo import ZoneInfo

from hotline.words import N_

NOTHING = timedelta(0)


@dataclass(frozen=True)
class Span:
    """From one minute of the day to another, both counted from local midnight; 1440 is its end."""

    start: int
    end: int

    def __post_init__(self) -> None:
        if not 0 <= self.start < self.end <= 24 * 60:
            raise ValueError(f"{self.start}…{self.end} is no span of minutes within one day")

    @classmethod
    def parse(cls, text: str) -> Span:
        """`08:30-12:00`; `24:00` is the day's end. Raises ValueError for anything else."""
        start, _, end = text.partition("-")
        return cls(_minute(start), _minute(end))

    def __str__(self) -> str:
        return "-".join(f"{minute // 60:02}:{minute % 60:02}" for minute in (self.start, self.end))


def _minute(text: str) -> int:
    hours, colon, minutes = text.strip().partition(":")
    if not (colon and hours.isdecimal() and minutes.isdecimal() and int(minutes) < 60):
        raise ValueError(f"{text!r} is no time of day such as 08:30")
    return int(hours) * 60 + int(minutes)


class Kind(StrEnum):
    """What sort of day it is."""

    WORKING = "working"
    OFF = "off"


KIND_WORDS = {Kind.WORKING: N_("Working day"), Kind.OFF: N_("Day off")}


class Status(StrEnum):
    """Whether somebody has published what is said of a day, or it is guessed until then."""

    OFFICIAL = "official"
    PROVISIONAL = "provisional"


STATUS_WORDS = {
    Status.OFFICIAL: N_("Published"),
    Status.PROVISIONAL: N_("Guessed until its list is published"),
}


@dataclass(frozen=True)
class Day:
    """A date that differs from the weekly pattern. A working day without `spans` keeps the usual hours."""

    kind: Kind
    note: str = ""
    spans: tuple[Span, ...] = ()


@dataclass(frozen=True)
class Year:
    """One calendar year as sorted columns, so that any question about working time is a binary search.

    `starts` and `ends` are the working spans in UTC, `worked` the working time up to each span's end,
    `dates` the local dates with at least one span.
    """

    starts: tuple[datetime, ...]
    ends: tuple[datetime, ...]
    worked: tuple[timedelta, ...]
    dates: tuple[date, ...]

    @property
    def total(self) -> timedelta:
        return self.worked[-1] if self.worked else NOTHING

    def worked_by(self, at: datetime) -> timedelta:
        """Working time from the year's beginning until `at`."""
        after = bisect_right(self.starts, at)
        if not after:
            return NOTHING
        return self.worked[after - 1] - max(self.ends[after - 1] - at, NOTHING)

    def earliest(self, worked: timedelta) -> datetime:
        """The first instant by which `worked` (more than nothing, at most `total`) has passed."""
        index = bisect_left(self.worked, worked)
        return self.ends[index] - (self.worked[index] - worked)

    def latest(self, worked: timedelta) -> datetime:
        """The last instant by which no more than `worked` (less than `total`) has passed."""
        index = bisect_right(self.worked, worked)
        return self.ends[index] - (self.worked[index] - worked)


@dataclass(frozen=True, eq=False)
class Calendar:
    """The working hours of a unit.

    `week` holds the spans of Monday to Sunday, `days` the dates that differ. What lies after
    `official_until` is a guess, because nobody has published that year's list yet; a calendar that follows
    no list (round the clock) is official for ever.
    """

    code: str
    week: tuple[tuple[Span, ...], ...]
    days: Mapping[date, Day] = field(default_factory=dict)
    official_until: date = date.max
    zone: ZoneInfo = ZoneInfo("Asia/Shanghai")  # noqa: RUF009  (immutable)
    _years: dict[int, Year] = field(default_factory=dict, init=False, repr=False)

    def __post_init__(self) -> None:
        if len(self.week) != 7 or not any(self.week):
            raise ValueError(
                f"calendar {self.code}: a week has seven days and at least one of them is worked"
            )
        for spans in (*self.week, *(day.spans for day in self.days.values())):
            if any(one.end > other.start for one, other in pairwise(spans)):
                raise ValueError(f"calendar {self.code}: the spans of a day are in order and don't overlap")

    @cached_property
    def usual(self) -> tuple[Span, ...]:
        """The hours of the week's first working day, which a make-up day keeps."""
        return next(spans for spans in self.week if spans)

    def spans(self, day: date) -> tuple[Span, ...]:
        """The working spans of a local date; none on a day off."""
        differing = self.days.get(day)
        if differing is None:
            return self.week[day.weekday()]
        return (differing.spans or self.usual) if differing.kind is Kind.WORKING else ()

    def is_provisional(self, at: datetime) -> bool:
        """Whether what is said about `at` rests on a guess."""
        return self.local_date(at) > self.official_until

    def local_date(self, at: datetime) -> date:
        """The date on which the aware instant `at` falls here."""
        return at.astimezone(self.zone).date()

    def year(self, number: int) -> Year:
        """The columns of a year, made at its first use."""
        if number not in self._years:
            self._years[number] = self._columns(number)
        return self._years[number]

    def end_of(self, day: date) -> datetime:
        """When the working day `day` ends, in UTC. Raises LookupError for a day off."""
        spans = self.spans(day)
        if not spans:
            raise LookupError(f"{day} is a day off in calendar {self.code}")
        return self.moment(day, spans[-1].end)

    def moment(self, day: date, minute: int) -> datetime:
        """The instant at which a minute of the local date begins; 1440 is its end.

        By the wall clock, so that a zone that changes its offset keeps its office hours.
        """
        whole, rest = divmod(minute, 24 * 60)
        local = datetime.combine(day + timedelta(days=whole), time(rest // 60, rest % 60), self.zone)
        return local.astimezone(UTC)

    def with_days(self, code: str, days: Mapping[date, Day]) -> Calendar:
        """The calendar of a unit that differs from this one on a few days."""
        return replace(self, code=code, days={**self.days, **days})

    def _columns(self, number: int) -> Year:
        starts, ends, worked, dates = [], [], [NOTHING], []
        for day in _dates(number):
            spans = self.spans(day)
            dates.extend([day] if spans else [])
            for span in spans:
                starts.append(self.moment(day, span.start))
                ends.append(self.moment(day, span.end))
                worked.append(worked[-1] + (ends[-1] - starts[-1]))
        return Year(tuple(starts), tuple(ends), tuple(worked[1:]), tuple(dates))


def _dates(year: int) -> Iterator[date]:
    first = date(year, 1, 1)
    return (first + timedelta(days=n) for n in range((date(year, 12, 31) - first).days + 1))


ROUND_THE_CLOCK = Calendar("round-the-clock", ((Span(0, 24 * 60),),) * 7)
"""For whom works day and night: the desk itself, and the utilities."""
