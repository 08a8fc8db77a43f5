"""The switch's configuration as administrators follow it: what is in force, what changes by itself and when, what
exactly will be otherwise at a moment, and what was refused.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from sqlmodel import col, select

from agent_desk import naming
from agent_desk.render import fragment, page_for, render
from agent_desk.visit import Visit, Visiting, VisitRoute
from dialplans import chronicle
from dialplans.difference import FileDifference, differences
from dialplans.install import texts_to_show
from dialplans.write import archive
from hotline.errors import Misconfigured, Refused
from hotline.lines import MODE_WORDS, Line, line_at, next_change
from hotline.pack.model import CityPack
from hotline.roles import Permission
from hotline.store.tables import CityRevision, FactRow
from hotline.words import N_

router = APIRouter(route_class=VisitRoute)

MOST_COMING = 40  # changes of lines that are listed
MOST_TOLD = 30  # changes of the configuration that are listed
_MOMENT = "%Y-%m-%dT%H:%M"  # as a browser's field for one writes it

At = Annotated[str, Query(max_length=25)]

KINDS = {
    chronicle.APPLIED: (N_("In force"), "good", "check"),
    chronicle.REFUSED: (N_("Refused"), "bad", "alert"),
    chronicle.ROLLED_BACK: (N_("Rolled back"), "wait", "undo"),
}


@dataclass(frozen=True)
class Turn:
    """What one number becomes at a moment; words are in English, and empty where there is no line."""

    at: datetime
    number: str
    name: str
    before: str
    after: str

    @property
    def field(self) -> str:
        """The moment as the address has it."""
        return self.at.strftime(_MOMENT)


@dataclass(frozen=True)
class Told:
    """One change of the configuration, with what the city's data had changed before it."""

    fact: FactRow
    words: str
    tone: str
    picture: str
    revision: CityRevision | None


@dataclass(frozen=True)
class Preview:
    """What will be otherwise at a moment than now, or why that can't be rendered."""

    files: Sequence[FileDifference]
    flaw: Misconfigured | None = None


@router.get("/dialplan")
def dialplan_page(request: Request, visit: Visiting, at: At = "") -> Response:
    """The page; `at` is a moment by the city's clock whose difference is shown, the next change where it is empty."""
    page = page_for(visit, N_("The switch's configuration"), "dialplan")
    moment = _moment(visit, at) if at else None
    return render(request, "dialplan.html", page, **_shown(visit, moment))


@router.get("/dialplan/state")
def state_fragment(visit: Visiting) -> Response:
    """What is in force and what was told of it, after something changed."""
    visit.viewer.must(Permission.ADMIN_RULES)
    return fragment(visit, "dialplan/state.html", told=_told(visit))


@router.get("/dialplan/files")
def files(visit: Visiting, at: At = "") -> Response:
    """All files as they are at a moment, for a switch elsewhere; without the secrets, which stay on their machine."""
    visit.viewer.must(Permission.ADMIN_RULES)
    moment = _moment(visit, at) if at else visit.at
    texts = _texts(visit, moment)
    if isinstance(texts, Misconfigured):
        raise Refused("dialplan.broken", where=texts.where, found=texts.found)
    name = f"dialplan-{moment.astimezone(visit.house.zone):%Y%m%d-%H%M}.tar.gz"
    disposition = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(archive(texts), media_type="application/gzip", headers=disposition)


def coming(city: CityPack, after: datetime, language: str, most: int = MOST_COMING) -> list[Turn]:
    """What becomes of which number later than `after`, the earliest first."""
    turns: list[Turn] = []
    numbers = list(dict.fromkeys(line.number for line in city.lines))
    moment: datetime | None = after
    while moment is not None and len(turns) < most:
        then, moment = moment, next_change(city.lines, moment)
        if moment is not None:
            pairs = ((line_at(city.lines, one, then), line_at(city.lines, one, moment)) for one in numbers)
            turns.extend(_turn(moment, old, new, language) for old, new in pairs if old != new)
    return turns[:most]


def _turn(at: datetime, old: Line | None, new: Line | None, language: str) -> Turn:
    line = new or old
    assert line is not None
    before, after = (MODE_WORDS[one.mode] if one else "" for one in (old, new))
    return Turn(at, line.number, naming.name(line, language), before, after)


def _shown(visit: Visit, moment: datetime | None) -> Mapping[str, Any]:
    visit.viewer.must(Permission.ADMIN_RULES)
    zone = visit.house.zone
    turns = [
        Turn(one.at.astimezone(zone), one.number, one.name, one.before, one.after)
        for one in coming(visit.house.city, visit.at, visit.viewer.language)
    ]
    chosen = moment or (turns[0].at if turns else visit.at)
    return {
        "told": _told(visit),
        "turns": turns,
        "at": chosen.astimezone(zone).strftime(_MOMENT),
        "chosen": chosen,
        "preview": _preview(visit, chosen),
        "external": visit.house.settings.asterisk.external,
    }


def _preview(visit: Visit, moment: datetime) -> Preview:
    now, then = _texts(visit, visit.at), _texts(visit, moment)
    for texts in (then, now):
        if isinstance(texts, Misconfigured):
            return Preview((), texts)
    assert isinstance(now, dict)
    assert isinstance(then, dict)
    return Preview(differences(now, then))


def _texts(visit: Visit, at: datetime) -> dict[str, str] | Misconfigured:
    try:
        return texts_to_show(visit.house.settings, visit.house.city, at)
    except Misconfigured as flaw:
        return flaw


def _told(visit: Visit) -> list[Told]:
    facts = chronicle.newest(visit.session, visit.house.settings.asterisk.node, MOST_TOLD)
    numbers = {fact.data.get("revision") for fact in facts}
    found = visit.session.exec(select(CityRevision).where(col(CityRevision.id).in_(numbers)))
    revisions = {one.id: one for one in found}
    return [Told(fact, *KINDS[fact.kind], revisions.get(fact.data.get("revision"))) for fact in facts]


def _moment(visit: Visit, at: str) -> datetime:
    """A moment by the city's clock. Raises `Refused("field.malformed")`."""
    try:
        if not re.match(r"\d{4}-\d\d-\d\d", at):
            raise ValueError(at)
        return datetime.fromisoformat(at).replace(tzinfo=visit.house.zone)
    except ValueError:
        raise Refused("field.malformed", field="at", expected="2026-12-01 08:30") from None
