"""The citizens who called the old systems: many called several of them, some under two numbers, written differently.

Names and numbers are invented; no subscriber has such numbers.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from enum import StrEnum

SURNAMES = "陈李梁黄何吴罗卢谭邓"
GIVEN = ("丽", "强", "国华", "淑芬", "伟明", "嘉琪", "永新", "小文", "志坚", "美玲")
STREETS = ("百花路", "汾江南路", "季华五路", "南海大道", "同济路", "岭南大道", "文华北路", "佛平三路")


class Sort(StrEnum):
    """Who a person is for an import: known by one number; by two, certainly the same; by two, and only perhaps."""

    ONE = "one"
    CERTAIN = "certain"
    DOUBTFUL = "doubtful"


@dataclass(frozen=True)
class Person:
    """A citizen. Their second number is the one that systems with an odd number know."""

    n: int
    sort: Sort
    name: str

    @property
    def street(self) -> str:
        """Where they live."""
        return STREETS[self.n % len(STREETS)]

    def number_in(self, line: str) -> str:
        """The number by which the system of `line` knows them."""
        second = self.sort is not Sort.ONE and int(line) % 2
        return f"1600{5 if second else 4}{self.n:06}"

    def written_name(self, line: str) -> str:
        """Their name as that system wrote it: in full, or by surname where there may be doubt."""
        if self.sort is Sort.DOUBTFUL and int(line) % 2:
            return f"{self.name[0]}女士"
        return f"{self.name[0]} {self.name[1:]}" if int(line) % 3 == 0 else self.name

    def written_address(self, line: str) -> str:
        """Their address, with or without what stands above the street."""
        door = f"{self.street}{self.n + 1}号{self.n % 9 + 1}座{self.n % 30 + 101}"
        return f"佛山市禅城区祖庙街道{door}房" if int(line) % 2 else door


class Town:
    """A register of `size` people; of ten, one is certainly known twice and one perhaps."""

    def __init__(self, size: int) -> None:
        self.people = [_person(n) for n in range(size)]

    def caller(self, line: str, chance: random.Random) -> Person:
        """Somebody who called that system."""
        return chance.choice(self.people)


def _person(n: int) -> Person:
    sort = {0: Sort.CERTAIN, 1: Sort.DOUBTFUL}.get(n % 10, Sort.ONE)
    return Person(n, sort, SURNAMES[n % len(SURNAMES)] + GIVEN[n // len(SURNAMES) % len(GIVEN)])
