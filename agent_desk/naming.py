"""What codes and accounts are called, in the reader's language."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from babel.dates import format_datetime
from sqlmodel import col, or_, select

from agent_desk.story import Names
from agent_desk.visit import Visit
from hotline import lines
from hotline.facts import Fact
from hotline.lines import Line
from hotline.record import catalogues
from hotline.store.tables import Account


class Named(Protocol):
    """Anything of the city pack that has a name in both languages."""

    @property
    def name_zh(self) -> str: ...

    @property
    def name_en(self) -> str: ...


def name(thing: Named, language: str) -> str:
    """The name in `language`."""
    return thing.name_zh if language.startswith("zh") else thing.name_en


def matter(visit: Visit, code: str | None, version: int | None = None) -> str:
    """A matter's name; where the catalogue has it no longer, that of `version`, or of the last that had it."""
    found = visit.house.city.catalogue.matters.get(code or "")
    if found is None and code:
        found = catalogues.matter(visit.session, version, code)
    return name(found, visit.viewer.language) if found else code or ""


def heading_or_matter(visit: Visit, code: str) -> str:
    """A heading's name, or a matter's, with its code."""
    heading = visit.house.city.catalogue.categories.get(code)
    called = name(heading, visit.viewer.language) if heading else matter(visit, code)
    return called if called == code else f"{called} {code}"


def area(visit: Visit, code: str | None) -> str:
    """An area with the areas around it, the city left out."""
    areas = visit.house.city.areas
    if code is None or code not in areas:
        return code or ""
    path = areas.path(code)
    return " ".join(name(step, visit.viewer.language) for step in path[1:] or path)


def unit(visit: Visit, code: str) -> str:
    """A unit's name."""
    found = visit.house.city.units.get(code)
    return name(found, visit.viewer.language) if found else code


def person(visit: Visit, by: str) -> str:
    """The name of the person that the journal calls `by`; nothing for the system itself."""
    number = by.partition(":")[2] if by.startswith("account:") else ""
    account = visit.session.get(Account, int(number)) if number else None
    return account.name if account else ""


def line(visit: Visit, number: str) -> str:
    """A line's name, as of today."""
    found = line_at(visit, number, visit.at)
    return name(found, visit.viewer.language) if found else ""


def line_at(visit: Visit, number: str, at: datetime) -> Line | None:
    """What a line was at the time."""
    return lines.line_at(visit.house.city.lines, number, at)


def branch(visit: Visit, number: str) -> str:
    """A branch centre by its line, whether `number` is the one that people dial or the centre's own."""
    known = lines.lines_at(visit.house.city.lines, visit.at)
    found = next((one for one in known if number in (one.number, one.branch_number)), None)
    return f"{found.number} {name(found, visit.viewer.language)}" if found else number


def queue(visit: Visit, code: str) -> str:
    """A queue's title."""
    for known in visit.house.city.queues:
        if known.name == code:
            return known.title_zh if visit.viewer.language.startswith("zh") else known.title_en
    return code


def names(visit: Visit, facts: Sequence[Fact]) -> Names:
    """The names that the story of these facts needs; its people are looked up all together."""
    people = _people(visit, facts)
    by_account = {f"account:{person.id}": person.name for person in people}
    by_seat = {person.extension: person.name for person in people if person.extension}

    def person(by: str) -> str:
        return by_account.get(by, "")

    def seat(extension: str) -> str:
        return f"{by_seat[extension]} ({extension})" if extension in by_seat else extension

    return Names(
        language=visit.viewer.language,
        unit=lambda code: unit(visit, code),
        person=person,
        queue=lambda code: queue(visit, code),
        seat=seat,
        line=lambda number: f"{number} {line(visit, number)}".strip(),
        branch=lambda number: branch(visit, number),
        matter=lambda code: matter(visit, code),
        time=lambda at: format_datetime(
            at.astimezone(visit.house.zone), "MM-dd HH:mm", locale=visit.viewer.language
        ),
    )


def _people(visit: Visit, facts: Sequence[Fact]) -> Sequence[Account]:
    accounts = {int(fact.by.partition(":")[2]) for fact in facts if fact.by.startswith("account:")}
    seats = {fact.data["extension"] for fact in facts if fact.data.get("extension")}
    named = or_(col(Account.id).in_(accounts), col(Account.extension).in_(seats))
    return visit.session.exec(select(Account).where(named)).all()
