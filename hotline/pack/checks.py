"""What rows of a pack owe to one another: no two of a key, no name of nobody, no rings, no overlaps, no gaps.

Every check reads rows whose fields are understood already, and yields all the mistakes that it finds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import pairwise, product
from typing import Any

from hotline.clock_policy import Case, ClockRule, Kind
from hotline.dispatch_rules import Lead
from hotline.errors import Misconfigured
from hotline.levels import Level
from hotline.lines import Mode
from hotline.pack.rows import Row
from hotline.pack.sheets import BY_NAME, SHEETS, Field
from hotline.revisit_policy import MOST_TRIES, Way
from hotline.tickets import Type, Urgency
from hotline.trees import cycle_in
from hotline.words import N_, Phrase

Rows = Mapping[str, Sequence[Row]]
PROMISED = (Kind.DISPATCH, Kind.SIGN, Kind.CONTACT, Kind.RESOLVE)


def check(rows: Rows) -> list[Misconfigured]:
    """Every mistake between rows, in the order of the checks below."""
    return [problem for rule in CHECKS for problem in rule(rows)]


def duplicates(rows: Rows) -> Iterator[Misconfigured]:
    """No two rows share what is unique in their sheet."""
    for sheet in SHEETS:
        for field in (field for field in sheet.fields if field.unique):
            first: dict[str, Row] = {}
            for row in rows[sheet.name]:
                for value in _named(row, field):
                    if value in first:
                        expected = Phrase(N_("each once; {other} has it"), other=first[value].stand)
                        yield row.fault(field.name, f"{value!r} again", expected)
                    first.setdefault(value, row)


def references(rows: Rows) -> Iterator[Misconfigured]:
    """Whatever a field names exists."""
    for sheet in SHEETS:
        for field in (field for field in sheet.fields if field.names):
            target = BY_NAME[field.names or ""]
            known = {row.values[target.key or ""] for row in rows[target.name]}
            for row in rows[sheet.name]:
                for name in _named(row, field):
                    if name not in known:
                        expected = Phrase(N_("a {key} in {file}"), key=target.key, file=target.file)
                        yield row.fault(field.name, repr(name), expected)


def trees(rows: Rows) -> Iterator[Misconfigured]:
    """Areas and units hang from parents without rings, under one city, and never above what they hang from."""
    for name in ("areas", "units"):
        by_code = {row.values["code"]: row for row in rows[name]}
        ring = cycle_in({code: row.values["parent"] for code, row in by_code.items()})
        if ring:
            yield by_code[ring[0]].fault("parent", " → ".join([*ring, ring[0]]), N_("a tree without rings"))
        for row in rows[name]:
            parent = by_code.get(row.values["parent"])
            if parent and parent.values["level"].depth > row.values["level"].depth:
                expected = Phrase(N_("one not above {level}"), level=parent.values["level"])
                yield row.fault("level", row.values["level"], expected)
    roots = [row for row in rows["areas"] if row.values["parent"] is None]
    if [row.values["level"] for row in roots] != [Level.CITY]:
        at_fault = roots[-1:] or rows["areas"][:1]
        yield from (
            row.fault("parent", f"{len(roots)} areas without one", N_("the city alone")) for row in at_fault
        )


def validity(rows: Rows) -> Iterator[Misconfigured]:
    """What is valid is so for a while, and one number is one line at any moment."""
    for name in ("lines", "units", "matters", "policies", "rules"):
        for row in rows[name]:
            if row.values["valid_from"] >= row.values["valid_until"]:
                yield row.fault("valid_until", row.values["valid_until"], N_("a time after valid_from"))
    for earlier, later in _successors(rows["lines"], lambda row: str(row.values["number"])):
        if later.values["valid_from"] < earlier.values["valid_until"]:
            expected = Phrase(N_("a time from which {other}'s row is no longer valid"), other=earlier.stand)
            yield later.fault("valid_from", later.values["valid_from"], expected)


def branches(rows: Rows) -> Iterator[Misconfigured]:
    """A branch centre has a number to be called under, which doesn't lead back here."""
    ours = {row.values["number"] for row in rows["lines"]}
    for row in rows["lines"]:
        number = row.values["branch_number"]
        if number in ours or (number is None and row.values["mode"] is Mode.BRANCH):
            yield row.fault(
                "branch_number", number or "nothing", N_("the number of a branch centre of its own")
            )


def categories(rows: Rows) -> Iterator[Misconfigured]:
    """Every matter and every heading of four digits has the headings that its digits say."""
    known = {row.values["code"] for row in rows["categories"]}
    for row in (*rows["matters"], *rows["categories"]):
        code = row.values["code"]
        for heading in {code[:2], code[:4]} - known:
            yield row.fault("code", code, f"a heading {heading} in categories.csv")


def owners(rows: Rows) -> Iterator[Misconfigured]:
    """Who answers for a matter everywhere is a unit of the city: who handles it further down follows from the place.
    Nobody answers for what is handled above them.
    """
    levels = {row.values["code"]: row.values["level"] for row in rows["units"]}
    for row in rows["matters"]:
        level = levels.get(row.values["owner"], Level.CITY)
        if level is not Level.CITY and not row.values["areas"]:
            yield row.fault("owner", row.values["owner"], "a unit of level city")
        elif level.depth > row.values["level"].depth:
            yield row.fault("level", row.values["level"], f"{level}, the owner's own, or one below it")


def claims(rows: Rows) -> Iterator[Misconfigured]:
    """Rows of one code are claims on one matter: they have one name."""
    first: dict[str, Row] = {}
    for row in rows["matters"]:
        same = first.setdefault(row.values["code"], row)
        if same.values["name_zh"] != row.values["name_zh"]:
            yield row.fault("code", row.values["code"], f"a code of its own; {same.stand} has this one")


def policies(rows: Rows) -> Iterator[Misconfigured]:
    """On every day one clock policy holds, and it promises something for every ticket."""
    if not rows["policies"]:
        yield Misconfigured("clocks.toml", "no [[policy]]", "at least one")
    for earlier, later in _successors(rows["policies"], lambda row: ""):
        if later.values["valid_from"] != earlier.values["valid_until"]:
            yield later.fault(
                "valid_from", later.values["valid_from"], N_("the day on which the one before it ends")
            )
    for row in rows["policies"]:
        for kind, type_, urgency in _unpromised(row.values["version"], rows["clocks"]):
            found = f"no rule for {kind} of {type_}, {urgency}"
            yield row.fault("version", found, N_("a rule for every ticket"))


def leads(rows: Rows) -> Iterator[Misconfigured]:
    """A dispatch rule says enough, and not too much, for its leading unit to be found; its lines are lines."""
    numbers = {row.values["number"] for row in rows["lines"]}
    for row in rows["rules"]:
        lead, unit, level = (row.values[name] for name in ("lead", "unit", "level"))
        if (unit is None) is (lead is Lead.UNIT):
            expected = N_("the unit that leads") if unit is None else N_("nothing, for no certain unit leads")
            yield row.fault("unit", unit or "nothing", expected)
        if level is None and lead is Lead.PLACE:
            yield row.fault("level", "nothing", N_("the level whose government leads"))
        if level is not None and lead in (Lead.CATALOGUE, Lead.DUTY):
            yield row.fault("level", level, N_("nothing, for the level follows by itself"))
        for number in row.values["lines"]:
            if number not in numbers:
                yield row.fault("lines", number, N_("the number of a line"))


def revisits(rows: Rows) -> Iterator[Misconfigured]:
    """A rule of revisits says how citizens are asked, or why not; no oftener than may be, by ways that there are, on
    lines that there are.
    """
    numbers = {row.values["number"] for row in rows["lines"]}
    for row in rows["revisits"]:
        ways = row.values["ways"]
        if bool(ways) is (row.values["exempt"] is not None):
            found = "both" if ways else "neither"
            yield row.fault("ways", found, N_("either ways, or why nobody is asked"))
        if any(ways.count(way) > MOST_TRIES for way in ways):
            at_most = Phrase(N_("each way {count} times at most"), count=MOST_TRIES)
            yield row.fault("ways", len(ways), at_most)
        if Way.CALL in ways:
            expected = N_("another way: the switch makes no automatic calls of its own yet")
            yield row.fault("ways", Way.CALL.value, expected)
        if row.values["reachable"] is False and set(ways) - {Way.CHECK}:
            yield row.fault("ways", "|".join(ways), N_("check, for there is no number to call"))
        for number in row.values["lines"]:
            if number not in numbers:
                yield row.fault("lines", number, N_("the number of a line"))


def days(rows: Rows) -> Iterator[Misconfigured]:
    """A date is special once in a calendar, and no calendar follows itself."""
    first: dict[tuple[str | None, date], Row] = {}
    for row in rows["days"]:
        same = first.setdefault((row.values["calendar"], row.values["day"]), row)
        if same is not row:
            expected = Phrase(N_("each date once in a calendar; {other} has it"), other=same.stand)
            yield row.fault("day", row.values["day"], expected)
    by_name = {row.values["name"]: row for row in rows["calendars"]}
    ring = cycle_in({name: row.values["follows"] for name, row in by_name.items()})
    if ring:
        yield by_name[ring[0]].fault("follows", " → ".join([*ring, ring[0]]), N_("a tree without rings"))


def ladders(rows: Rows) -> Iterator[Misconfigured]:
    """A colour's step comes with the colour; every other has a time of its own."""
    for row in rows["steps"]:
        does, when = row.values["does"], row.values["when"]
        if does.is_colour and (when or row.values["name"]):
            field = "when" if when else "name"
            yield row.fault(field, repr(row.written[field]), N_("nothing: it comes with the colour"))
        if not does.is_colour and when is None:
            yield row.fault("when", "nothing", N_("when it is taken, for it is no colour's own step"))


def bands(rows: Rows) -> Iterator[Misconfigured]:
    """Of two bands of units one asks no more than the other in anything, and the last takes whoever is left."""
    limits = ("responded", "solved", "satisfied")
    ordered = sorted(rows["bands"], key=lambda row: [row.values[limit] for limit in limits], reverse=True)
    for (better, worse), limit in product(pairwise(ordered), limits):
        if worse.values[limit] > better.values[limit]:
            yield worse.fault(limit, worse.values[limit], N_("no more than the better band asks"))
    for row, limit in product(ordered[-1:], limits):
        if row.values[limit]:
            yield row.fault(limit, row.values[limit], N_("0 in the last band, which takes all who are left"))


def _named(row: Row, field: Field) -> Iterable[str]:
    value = row.values[field.name]
    if value is None:
        return ()
    return (value,) if isinstance(value, str) else tuple(value)


def _successors(rows: Sequence[Row], group: Callable[[Row], str]) -> Iterator[tuple[Row, Row]]:
    """Neighbours in time, within each group."""
    ordered = sorted(rows, key=lambda row: (group(row), row.values["valid_from"]))
    return ((a, b) for a, b in pairwise(ordered) if group(a) == group(b))


def _unpromised(version: str, clocks: Sequence[Row]) -> Iterator[tuple[Kind, Type, Urgency]]:
    rules = [clock_rule(row) for row in clocks if row.values["policy"] == version]
    for kind, type_, urgency in product(PROMISED, Type, Urgency):
        if not any(rule.fits(kind, Case(type_, urgency)) for rule in rules):
            yield kind, type_, urgency


def clock_rule(row: Row) -> ClockRule:
    """The promise that a row of clocks.toml makes, without the policy that it belongs to."""
    return ClockRule(**without_policy(row))


def without_policy(row: Row) -> dict[str, Any]:
    """What a row says, without the policy that it belongs to."""
    return {name: value for name, value in row.values.items() if name != "policy"}


CHECKS: tuple[Callable[[Rows], Iterator[Misconfigured]], ...] = (
    duplicates,
    references,
    trees,
    validity,
    branches,
    categories,
    owners,
    claims,
    policies,
    leads,
    days,
    ladders,
    revisits,
    bands,
)
