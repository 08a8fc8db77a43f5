"""Whom an agent may bring into a call: emergency numbers, branch centres, and colleagues at their seats. All of it is
the city's data and the record's, so that a page shows what a command will accept.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlmodel import col, select

from agent_desk import naming
from agent_desk.visit import Visit
from hotline import presence
from hotline.errors import Refused
from hotline.lines import Line, Mode, lines_at
from hotline.parties import Kind, Party, parse
from hotline.presence import State
from hotline.store.tables import Account, Seat
from hotline.words import N_, translate
from hotline.workingtime import is_working

FREE = frozenset({State.READY, State.PAUSED, State.WRAP_UP})
"""Seats whose telephone is there and rings for nobody else."""


@dataclass(frozen=True)
class Contact:
    """Somebody who may be called: `number` is what the switch dials, `name` and `hint` are in the reader's language.
    `refusal` says why they can't be called now; empty where they can.
    """

    party: Party
    number: str
    name: str
    hint: str
    refusal: str = ""


def contacts(visit: Visit) -> Iterator[Contact]:
    """Everybody, those first whom it is most urgent to reach."""
    yield from _emergency(visit)
    yield from _branches(visit)
    yield from _colleagues(visit)


def find(visit: Visit, party: str) -> Contact:
    """The contact whose party is written so. Raises `Refused`: `field.unknown` for nobody, or why they can't be
    called now.
    """
    wanted = parse(party)
    found = next((one for one in contacts(visit) if one.party == wanted), None)
    if found is None:
        raise Refused("field.unknown", field="party")
    if found.refusal:
        raise Refused(found.refusal, field="party")
    return found


def name_of(visit: Visit, party: Party) -> str:
    """What somebody is called who is in a call, also where they couldn't be called any more."""
    if party.kind is Kind.SEAT:
        asked = select(Account.name).where(Account.extension == party.number)
        return f"{visit.session.exec(asked).first() or ''} {party.number}".strip()
    if party.kind is Kind.BRANCH:
        return naming.branch(visit, party.number)
    known = visit.house.city.city.emergency
    names = (naming.name(one, visit.viewer.language) for one in known if one.number == party.number)
    return f"{party.number} {next(names, '')}".strip()


def _emergency(visit: Visit) -> Iterator[Contact]:
    hint = translate(N_("Emergency number"), visit.viewer.language)
    for one in visit.house.city.city.emergency:
        name = f"{one.number} {naming.name(one, visit.viewer.language)}"
        yield Contact(Party(Kind.EMERGENCY, one.number), one.number, name, hint)


def _branches(visit: Visit) -> Iterator[Contact]:
    for line in lines_at(visit.house.city.lines, visit.at):
        if line.mode is not Mode.BRANCH or line.branch_number is None:
            continue
        is_open = _is_open(visit, line)
        words = N_("Branch centre") if is_open else N_("Branch centre, closed now")
        yield Contact(
            Party(Kind.BRANCH, line.number, line.unit),
            line.branch_number,
            f"{line.number} {naming.name(line, visit.viewer.language)}",
            f"{translate(words, visit.viewer.language)} · {naming.unit(visit, line.unit)}",
            "" if is_open else "party.closed",
        )


def _colleagues(visit: Visit) -> Iterator[Contact]:
    asked = (
        select(Account, Seat)
        .join(Seat, col(Seat.extension) == col(Account.extension))
        .where(Account.extension != visit.viewer.extension, col(Seat.state) != State.AWAY)
        .order_by(col(Seat.state) != State.READY, col(Account.extension))
    )
    for person, seat in visit.session.exec(asked).all():
        state = State(seat.state)
        yield Contact(
            Party(Kind.SEAT, seat.extension),
            seat.extension,
            f"{person.name} {seat.extension}",
            translate(presence.STATE_WORDS[state], visit.viewer.language),
            "" if state in FREE else "party.seat_busy",
        )


def _is_open(visit: Visit, line: Line) -> bool:
    hours = visit.house.city.calendars.get(line.branch_hours or "")
    return hours is None or is_working(visit.at, hours)
