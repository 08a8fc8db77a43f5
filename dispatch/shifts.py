"""The turns of a duty roster 值班表: each day has a day turn and a night turn, which lasts until the next morning."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from hotline.words import N_

DAY_BEGINS, NIGHT_BEGINS = time(8, 30), time(17, 30)


class Shift(StrEnum):
    """A turn: by day from 08:30 to 17:30, by night until 08:30."""

    DAY = "day"
    NIGHT = "night"


SHIFT_WORDS = {Shift.DAY: N_("Day turn"), Shift.NIGHT: N_("Night turn")}
SHIFT_HOURS = {Shift.DAY: "08:30–17:30", Shift.NIGHT: "17:30–08:30"}

REFUSAL_WORDS = {
    "duty.past": N_("This turn is over"),
    "duty.not_of_unit": N_("Only people of the unit can be on duty for it"),
    "duty.nothing_to_copy": N_("There was nobody on duty in the week before"),
}


@dataclass(frozen=True)
class Turn:
    """A turn of one day: the night turn of a day ends on the next."""

    day: date
    shift: Shift

    def ends(self) -> datetime:
        """When it is over, by the clock on the wall."""
        if self.shift is Shift.DAY:
            return datetime.combine(self.day, NIGHT_BEGINS)
        return datetime.combine(self.day + timedelta(days=1), DAY_BEGINS)


def turn_at(local: datetime) -> Turn:
    """The turn at a time by the clock on the wall."""
    if DAY_BEGINS <= local.time() < NIGHT_BEGINS:
        return Turn(local.date(), Shift.DAY)
    began_yesterday = local.time() < DAY_BEGINS
    return Turn(local.date() - timedelta(days=began_yesterday), Shift.NIGHT)


def monday_of(day: date) -> date:
    """The first day of its week."""
    return day - timedelta(days=day.weekday())


def week_of(monday: date) -> Iterator[date]:
    """The seven days that begin with `monday`."""
    return (monday + timedelta(days=ahead) for ahead in range(7))
