"""Citizens who may be one person: one doubtful pair at a time, and the merges of late, each of which can be undone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict
from sqlmodel import col, select

from agent_desk import jobs, naming
from agent_desk.render import fragment, page_for, render
from agent_desk.visit import Visit, Visiting, VisitRoute
from hotline.bell import Bell
from hotline.likeness import EVIDENCE_WORDS, Evidence
from hotline.platform import addresses
from hotline.record import same_citizen, views
from hotline.roles import Permission
from hotline.settings import load
from hotline.store import open_store
from hotline.store.tables import Account, Citizen, CitizenMerge, CitizenNumber, CitizenPair, Ticket
from hotline.words import N_, translate

router = APIRouter(route_class=VisitRoute)

LATEST = 20  # merges that are listed
TICKETS = 5  # of each citizen, the newest

Later = Annotated[list[int], Query(max_length=200)]


class Word(BaseModel):
    """A person's word: one citizen, or two."""

    model_config = ConfigDict(extra="forbid")

    is_one: bool


@dataclass(frozen=True)
class Side:
    """One of a pair, with what they asked for before."""

    citizen: Citizen
    numbers: Sequence[str]
    area: str
    tickets: Sequence[Ticket]


@dataclass(frozen=True)
class Doubt:
    """A pair to decide on: what speaks for one person and against it, and both sides."""

    pair: CitizenPair
    evidence: Sequence[str]
    sides: tuple[Side, Side]


@dataclass(frozen=True)
class Merge:
    """A merge of late, and by whom."""

    merge: CitizenMerge
    name: str
    by: str


@router.get("/citizens")
def same_citizens_page(request: Request, visit: Visiting, later: Later = []) -> Response:  # noqa: B006
    """What waits for a decision; `later` are pairs that this person put off."""
    visit.viewer.must(Permission.CITIZEN_JOIN)
    page = page_for(visit, N_("Same citizens"), "citizens")
    return render(request, "citizens.html", page, **_content(visit, later))


@router.get("/citizens/pair")
def same_citizens_fragment(visit: Visiting, later: Later = []) -> Response:  # noqa: B006
    """The next pair and the latest merges, after something was decided."""
    visit.viewer.must(Permission.CITIZEN_JOIN)
    return fragment(visit, "citizens/pair.html", **_content(visit, later))


@router.post("/api/citizens/pairs/{identity}")
def decide(visit: Visiting, identity: int, word: Word) -> dict[str, Any]:
    """One citizen or two; that they are one can be taken back from where it is told."""
    visit.viewer.must(Permission.CITIZEN_JOIN)
    made = same_citizen.decide(visit.session, identity, word.is_one, visit.viewer.by, visit.at)
    words = N_("They are one citizen now") if word.is_one else N_("They stay two citizens")
    undo = {"undo": {"url": f"/api/citizens/merges/{made.id}/undo"}} if made else {}
    return {"message": translate(words, visit.viewer.language), **undo}


@router.post("/api/citizens/merges/{identity}/undo")
def undo(visit: Visiting, identity: int) -> dict[str, str]:
    """Takes a merge back."""
    visit.viewer.must(Permission.CITIZEN_JOIN)
    same_citizen.undo(visit.session, identity, visit.viewer.by, visit.at)
    return {}


@router.post("/api/citizens/search", status_code=202)
def search(visit: Visiting) -> jobs.Progress:
    """Has everybody compared with everybody who could be them."""
    visit.viewer.must(Permission.CITIZEN_JOIN)
    return jobs.start(visit, search_all)


def search_all() -> dict[str, Any]:
    """The job: merges what is certain, lists what is doubtful, says how many of each."""
    settings = load()
    store = open_store(addresses.database(settings), Bell(addresses.redis(settings)), pool=1)
    try:
        found = same_citizen.search(store, datetime.now(UTC), jobs.tell)
    finally:
        store.close()
    return {"merged": found.merged, "doubtful": found.doubtful}


def _content(visit: Visit, later: Sequence[int]) -> dict[str, Any]:
    waiting, doubts = same_citizen.waiting(visit.session), same_citizen.doubtful(visit.session, 1, later)
    return {
        "waiting": waiting,
        "later": list(later),
        "doubt": _doubt(visit, doubts[0]) if doubts else None,
        "merges": _merges(visit),
    }


def _doubt(visit: Visit, pair: CitizenPair) -> Doubt:
    words = [EVIDENCE_WORDS[Evidence(one)] for one in pair.evidence]
    return Doubt(pair, words, (_side(visit, pair.first), _side(visit, pair.second)))


def _side(visit: Visit, identity: int) -> Side:
    """The citizen as whoever they have become; to look at them is written down."""
    citizen = same_citizen.now(visit.session, identity)
    assert citizen.id is not None
    views.person_viewed(visit.session, visit.viewer, visit.at, citizen=citizen.id)
    numbers = select(CitizenNumber.number).where(CitizenNumber.citizen == citizen.id)
    newest = select(Ticket).where(Ticket.citizen == citizen.id).order_by(col(Ticket.id).desc()).limit(TICKETS)
    return Side(
        citizen,
        visit.session.exec(numbers.order_by(col(CitizenNumber.number))).all(),
        naming.area(visit, citizen.area),
        visit.session.exec(newest).all(),
    )


def _merges(visit: Visit) -> list[Merge]:
    found = same_citizen.merges(visit.session, LATEST)
    people = _names(visit, Citizen, [one.kept for one in found])
    authors = _names(visit, Account, [int(one.by.partition(":")[2] or 0) for one in found])
    return [
        Merge(one, people.get(one.kept, ""), authors.get(int(one.by.partition(":")[2] or 0), ""))
        for one in found
    ]


def _names(visit: Visit, table: Any, ids: Sequence[int]) -> dict[int, str]:
    found = visit.session.exec(select(table.id, table.name).where(col(table.id).in_(ids)))
    return dict(found.all())
