"""Hot issues 热点诉求: of which matter an area has more tickets these days than in the weeks before, and how surprising
that is. Pure: counts in, clusters out.

What is to be expected comes from the same weekdays of each week before. An earlier outburst counts for no more than a
few times what is usual, so that it doesn't hide the next. How surprising the present count is, is the chance of so
many or more by the negative binomial distribution that follows from those weeks: Poisson's, made wider by how little
four weeks say. No trend is fitted and no season: both are slower than this looks.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import inf, lgamma, log, log1p
from statistics import median

from dispatch.repeats import without_filler
from hotline.areas import Area, Areas
from hotline.heat import HotRule, Level

WINDOW = 3
"""The last days, today among them, that are compared."""
WEEKS = 4
"""Weeks before, each with the same days, that they are compared with."""
DAYS = WINDOW + 7 * WEEKS
"""Days that have to be known."""
HEADING = 4  # digits of a matter's code that name its heading
_RUN = re.compile("[\u3400-\u9fff]+")
_NUMBERED = re.compile("[0-9a-zA-Z]+(?:号|栋|座|幢|楼|层|室|房|单元|日|月|年|点|时|分)*")
_LONGEST = 12  # characters of a word that many share
_BETWEEN = frozenset("的了在从是有和与及等被把向到对就也都很又还并但而已将不我你他一这那个")
"""Characters with which no word of an issue begins or ends."""

Key = tuple[str, str]
"""An area, and a matter or a heading of the catalogue."""


@dataclass(frozen=True)
class Tally:
    """Tickets of one day about one matter in one area; codes may be empty."""

    day: date
    area: str
    matter: str
    tickets: int


@dataclass(frozen=True)
class Cluster:
    """A matter, or a heading, of which an area has so many tickets in the last days."""

    area: str
    matter: str
    tickets: int
    expected: float
    surprise: float
    level: Level

    @property
    def excess(self) -> float:
        """Tickets more than were to be expected."""
        return self.tickets - self.expected


def clusters(tallies: Sequence[Tally], areas: Areas, rules: Sequence[HotRule], today: date) -> list[Cluster]:
    """What is hot today, the hottest first. Each issue is told once: by the widest area and heading of which no single
    part makes up most, at the level that it reaches.
    """
    hot = [
        cluster
        for key, counts in _counted(tallies, areas, rules, today).items()
        if (cluster := _judge(key, counts, rules)) is not None
    ]
    return sorted(
        _apart(hot, areas), key=lambda one: (-one.level.height, -one.surprise, one.area, one.matter)
    )


def by_day(tallies: Iterable[Tally], cluster: Cluster, areas: Areas, today: date) -> list[int]:
    """The cluster's tickets on each of the last `DAYS` days, today's last."""
    counts = [0] * DAYS
    for tally in tallies:
        back = (today - tally.day).days
        is_its = tally.matter.startswith(cluster.matter) and _lies_in(tally.area, cluster.area, areas)
        if is_its and 0 <= back < DAYS:
            counts[DAYS - 1 - back] += tally.tickets
    return counts


def shade(tickets: int, usual: float) -> int:
    """How much an area stands out: 0 nothing, 1 as usual, 2 half as many again, 3 twice and 4 three times as many."""
    if tickets < 5:
        return min(tickets, 1)
    return 1 + sum(tickets >= times * usual for times in (1.5, 2, 3))


def expected(weeks: Sequence[int]) -> float:
    """How many tickets are usual, by the weeks before."""
    return (sum(_tamed(weeks)) + 0.5) / len(weeks)


def surprise(tickets: int, weeks: Sequence[int]) -> float:
    """-log10 of the chance of so many tickets or more, after such weeks; 0 for what is no more than usual."""
    if tickets <= expected(weeks):
        return 0.0
    shape, stays = sum(_tamed(weeks)) + 0.5, len(weeks) / (len(weeks) + 1)
    chance = lgamma(tickets + shape) - lgamma(tickets + 1) - lgamma(shape)
    chance += shape * log(stays) + tickets * log1p(-stays)
    return -(chance + log(_tail(tickets, shape, 1 - stays))) / log(10)


def common_words(texts: Sequence[str], but: Iterable[str] = (), most: int = 3) -> list[str]:
    """What many of these texts say: runs of characters that a third of them and at least three share, as long as nearly
    all go on alike; `but` those that stand in one of these names.
    """
    told = [_NUMBERED.sub("，", without_filler(text)) for text in texts]
    counts = Counter(
        gram for text in told for gram in {gram for run in _RUN.findall(text) for gram in _grams(run)}
    )
    names = tuple(but)
    shared = [gram for gram, count in counts.items() if count >= max(3, len(texts) / 3)]
    chosen: list[str] = []
    for gram in sorted(shared, key=lambda gram: (-len(gram) * counts[gram], gram)):
        if len(chosen) == most:
            break
        if not any(_overlap(gram, other) for other in chosen):
            whole = _whole(gram, told)
            chosen += [whole] if not any(whole in name for name in names) else []
    return chosen


def _counted(
    tallies: Iterable[Tally], areas: Areas, rules: Iterable[HotRule], today: date
) -> Mapping[Key, list[int]]:
    """The counts of the last days, then of each week before, of all that has enough tickets to be hot."""
    of_codes: dict[Key, list[int]] = defaultdict(_no_tickets)
    for tally in tallies:
        week, day = divmod((today - tally.day).days, 7)
        if 0 <= week <= WEEKS and day < WINDOW:
            of_codes[tally.area, tally.matter][week] += tally.tickets
    counts: dict[Key, list[int]] = defaultdict(_no_tickets)
    for (area, matter), weeks in of_codes.items():
        for key in _keys(area, matter, areas):
            counts[key] = [one + more for one, more in zip(counts[key], weeks, strict=True)]
    least = min((rule.least for rule in rules), default=inf)
    return {key: weeks for key, weeks in counts.items() if weeks[0] >= least}


def _no_tickets() -> list[int]:
    return [0] * (WEEKS + 1)


def _keys(area: str, matter: str, areas: Areas) -> Iterator[Key]:
    """The area and every one around it, each with the matter and with its heading."""
    if not matter:
        return
    for one in _around(area, areas):
        for scope in dict.fromkeys((matter, matter[:HEADING])):
            yield one.code, scope


def _judge(key: Key, counts: Sequence[int], rules: Sequence[HotRule]) -> Cluster | None:
    tickets, *weeks = counts
    usual, surprising = expected(weeks), surprise(tickets, weeks)
    met = [rule.level for rule in rules if rule.is_met(tickets, usual, surprising)]
    if not met:
        return None
    level = max(met, key=lambda level: level.height)
    return Cluster(*key, tickets, round(usual, 2), round(surprising, 1), level)


def _apart(hot: Sequence[Cluster], areas: Areas) -> list[Cluster]:
    depth = {code: len(areas.path(code)) for code in {one.area for one in hot}}
    chosen: list[Cluster] = []
    for one in sorted(hot, key=lambda one: (depth[one.area], len(one.matter), one.area, one.matter)):
        within = [other for other in hot if other is not one and _contains(one, other, areas)]
        told = any(
            _contains(other, one, areas) and other.level.height >= one.level.height for other in chosen
        )
        if not told and all(other.excess <= one.excess / 2 for other in within):
            chosen.append(one)
    return chosen


def _contains(wide: Cluster, narrow: Cluster, areas: Areas) -> bool:
    return narrow.matter.startswith(wide.matter) and _lies_in(narrow.area, wide.area, areas)


def _lies_in(area: str, wide: str, areas: Areas) -> bool:
    """What has no known area lies in the city."""
    return wide in {one.code for one in _around(area, areas)}


def _around(area: str, areas: Areas) -> tuple[Area, ...]:
    return areas.path(area) if area in areas else (areas.city,)


def _tamed(weeks: Sequence[int]) -> list[float]:
    """Each week, but for no more than three times the usual one and a little."""
    most = 3 * median(weeks) + 2
    return [min(float(week), most) for week in weeks]


def _tail(tickets: int, shape: float, goes_on: float) -> float:
    """The chances of `tickets` and of every higher count together, as a multiple of the first."""
    term = total = 1.0
    count = tickets
    while term > 1e-9 * total:
        term *= goes_on * (count + shape) / (count + 1)
        total += term
        count += 1
    return total


def _grams(run: str) -> Iterator[str]:
    grams = (run[at : at + size] for size in range(2, 7) for at in range(len(run) - size + 1))
    return (gram for gram in grams if gram[0] not in _BETWEEN and gram[-1] not in _BETWEEN)


def _whole(gram: str, texts: Iterable[str]) -> str:
    """`gram` with what stands around it in nearly all of the texts that have it."""
    having = [text for text in texts if gram in text]
    while len(gram) < _LONGEST:
        wider = Counter(
            found
            for text in having
            for found in re.findall(f"(?=([\u3400-\u9fff]{gram}))|(?=({gram}[\u3400-\u9fff]))", text)
        )
        widest = Counter({one or other: count for (one, other), count in wider.items()})
        best = max(widest, key=lambda found: (widest[found], found), default="")
        if widest[best] < 0.8 * len(having):
            break
        gram = best
    return gram


def _overlap(one: str, other: str) -> bool:
    """Whether they share two characters in a row."""
    return any(one[at : at + 2] in other for at in range(len(one) - 1))
