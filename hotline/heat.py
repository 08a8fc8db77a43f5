"""How hot an issue is 热点诉求, and from when on: thresholds that a city edits."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from hotline.words import N_


class Level(StrEnum):
    """From the mildest up."""

    WATCH = "watch"
    HOT = "hot"
    ALARM = "alarm"

    @property
    def height(self) -> int:
        """0 for the mildest."""
        return tuple(Level).index(self)


LEVEL_WORDS = {
    Level.WATCH: N_("To be watched"),
    Level.HOT: N_("Hot issue"),
    Level.ALARM: N_("Alarm"),
}


@dataclass(frozen=True)
class HotRule:
    """From when on an issue has reached `level`: at least so many tickets in the last days, so many times as many as
    were to be expected, and so surprising that it happens by chance once in 10 to the power of `surprise` times.

    `notify`: whether dispatchers and supervisors are told.
    """

    level: Level
    least: int
    growth: int
    surprise: int
    notify: bool = False

    def is_met(self, tickets: int, expected: float, surprise: float) -> bool:
        """Whether so many tickets are that hot."""
        return tickets >= self.least and tickets >= self.growth * expected and surprise >= self.surprise
