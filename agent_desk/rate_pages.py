"""The three rates 三率 in pages: all together, by unit as a league table with its bands, by area, line and category;
and for a unit its own beside the medians of its like.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from agent_desk import naming, spreadsheets
from agent_desk.rate_figures import (
    APART,
    Figure,
    figures_of,
    in_order,
    marks,
    months_back,
    percent,
)
from agent_desk.rate_gathering import (
    CURVE,
    Asked,
    Key,
    Month,
    Months,
    curves,
    group_of,
    group_words,
    last_month,
    name_of,
    sums,
)
from agent_desk.render import page_for, render
from agent_desk.visit import Visit, Visiting, VisitRoute
from dispatch import rates
from dispatch.rates import BY_WORDS, LEAST_CASES, By, Counts, Part, Rate, Standing
from hotline.roles import Permission
from hotline.words import N_, translate

router = APIRouter(route_class=VisitRoute)

SPANS = {1: N_("one month"), 3: N_("three months"), 12: N_("a year")}
LEASTS = (1, 5, LEAST_CASES, 30, 100)
CHOICE = 24  # months to choose the last one from
Least = Annotated[int, Query(ge=1, le=10_000)]
EVERYWHERE = frozenset({""})


@dataclass(frozen=True)
class Row:
    """A unit, area, line or category: its name, rank and band where it has them, its counts and figures."""

    key: str
    name: str
    rank: int | None
    band: str
    counts: Counts
    figures: Sequence[Figure]


@dataclass(frozen=True)
class Report:
    """A page of rates. `groups`: code, words and number of units; `medians` in percent, by rate."""

    counts: Counts
    figures: Sequence[Figure]
    marks: Sequence[tuple[Part, int, float]]
    rows: Sequence[Row]
    medians: Mapping[Rate, str | None]
    groups: Sequence[tuple[str, str, int]] = ()


@router.get("/reports/rates")
def rates_page(
    request: Request,
    visit: Visiting,
    by: By = By.UNIT,
    months: Months = 1,
    until: Month = "",
    rate: Rate = Rate.SATISFIED,
    group: Key = "",
    least: Least = LEAST_CASES,
) -> Response:
    """The rates of the whole city, and how they are spread."""
    visit.viewer.must(Permission.REPORT_READ)
    page = page_for(visit, N_("The three rates"), "rates")
    asked, report = _report(visit, Asked(by, months, last_month(visit, until), rate, group, least))
    return render(request, "rates/report.html", page, asked=asked, report=report, **_choices(visit))


@router.get("/reports/rates/figures.csv")
def rates_table(
    visit: Visiting,
    by: By = By.UNIT,
    months: Months = 1,
    until: Month = "",
    rate: Rate = Rate.SATISFIED,
    group: Key = "",
    least: Least = LEAST_CASES,
) -> Response:
    """The same rows for a spreadsheet, with every count."""
    visit.viewer.must(Permission.REPORT_READ)
    asked, report = _report(visit, Asked(by, months, last_month(visit, until), rate, group, least))
    return spreadsheets.table(f"rates-{asked.by}-{asked.last:%Y-%m}.csv", _table(visit, report))


@router.get("/portal/rates")
def own_page(
    request: Request, visit: Visiting, months: Months = 3, until: Month = "", least: Least = LEAST_CASES
) -> Response:
    """A unit's own rates, those of the units below it, and the medians of its like."""
    visit.viewer.must(Permission.ORDER_SIGN)
    page = page_for(visit, N_("Our three rates"), "own-rates")
    own = visit.viewer.unit or ""
    asked = Asked(By.UNIT, months, last_month(visit, until), group=group_of(visit, own), least=least)
    values = {"asked": asked, "report": _own(visit, asked, own), "own": own, "unit": naming.unit(visit, own)}
    return render(request, "rates/own.html", page, **values, **_choices(visit))


def _choices(visit: Visit) -> dict[str, Any]:
    """What can be chosen on the pages."""
    lasts = months_back(visit.at.astimezone(visit.house.zone).date(), CHOICE)
    return {
        "bys": {by: words for by, words in BY_WORDS.items() if by is not By.ALL},
        "spans": SPANS,
        "leasts": LEASTS,
        "lasts": [f"{month:%Y-%m}" for month in reversed(lasts)],
        "apart": APART,
        "bands": [naming.name(band, visit.viewer.language) for band in visit.house.city.bands],
    }


def _report(visit: Visit, asked: Asked) -> tuple[Asked, Report]:
    """The report, and what it is about: of the first group of units where the one that is asked for has none."""
    counted = sums(visit, asked)
    groups = _groups(visit, counted) if asked.by is By.UNIT else []
    if groups:
        known = [code for code, _, _ in groups]
        asked = asked.of(asked.group if asked.group in known else known[0])
        counted = {key: own for key, own in counted.items() if group_of(visit, key) == asked.group}
    everything = replace(asked, by=By.ALL)
    total = sums(visit, everything).get("", Counts())
    report = _filled(visit, asked, total, curves(visit, everything, EVERYWHERE)[""], counted)
    return asked, replace(report, groups=groups)


def _own(visit: Visit, asked: Asked, own: str) -> Report:
    counted = sums(visit, asked)
    like = [counts for key, counts in counted.items() if group_of(visit, key) == asked.group]
    below = {key: counts for key, counts in counted.items() if key in visit.viewer.units - {own}}
    months = curves(visit, asked, frozenset({own}))[own]
    report = _filled(visit, asked, counted.get(own, Counts()), months, below)
    return replace(report, medians=_medians(like, asked))


def _filled(
    visit: Visit, asked: Asked, total: Counts, months: Mapping[date, Counts], counted: Mapping[str, Counts]
) -> Report:
    bands = visit.house.city.bands if asked.by is By.UNIT else ()
    span, by_key = months_back(asked.last, CURVE), curves(visit, asked, frozenset(counted))
    return Report(
        counts=total,
        figures=figures_of(total, in_order(months, span)),
        marks=marks(total),
        rows=[
            _row(visit, asked, standing, in_order(by_key[standing.key], span))
            for standing in rates.league(counted, asked.rate, bands, asked.least)
        ],
        medians=_medians(counted.values(), asked),
    )


def _medians(counted: Collection[Counts], asked: Asked) -> dict[Rate, str | None]:
    return {rate: percent(rates.median(counted, rate, asked.least)) for rate in Rate}


def _row(visit: Visit, asked: Asked, standing: Standing, months: Sequence[Counts]) -> Row:
    return Row(
        key=standing.key,
        name=name_of(visit, asked.by, standing.key),
        rank=standing.rank if asked.by is By.UNIT else None,
        band=naming.name(standing.band, visit.viewer.language) if standing.band else "",
        counts=standing.counts,
        figures=figures_of(standing.counts, months),
    )


def _groups(visit: Visit, counted: Mapping[str, Counts]) -> list[tuple[str, str, int]]:
    """The levels and kinds of units that were judged, those with the most units first."""
    members = Counter(group_of(visit, key) for key in counted)
    ordered = sorted(members, key=lambda group: (-members[group], group))
    return [(group, group_words(visit, group), members[group]) for group in ordered]


def _table(visit: Visit, report: Report) -> Iterator[Sequence[object]]:
    heads = (
        N_("Code"),
        N_("What it is called"),
        N_("Rank"),
        N_("Band"),
        *rates.RATE_WORDS.values(),
        *rates.PART_WORDS.values(),
    )
    yield [translate(head, visit.viewer.language) for head in heads]
    for row in report.rows:
        shares = [figure.percent or "" for figure in row.figures]
        counts = [getattr(row.counts, part) for part in Part]
        yield [row.key, row.name, row.rank or "", row.band, *shares, *counts]
