"""The API for units' own systems: list, read, sign, write down a contact, hand in files, reply, return and extend. What
may be seen and done is decided by the same predicate and the same commands as on the unit's pages.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Form, Query, Request, Response, UploadFile
from fastapi.openapi.utils import get_openapi
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from sqlmodel import col, select

from agent_desk import order_commands
from agent_desk.attachments import ROOM, folder_of, served
from agent_desk.clockview import ClockView
from agent_desk.order_commands import Contact, Done, ExtensionAsked, Reply, ReturnAsked
from agent_desk.order_view import OrderView, order_view
from agent_desk.ticket_pages import note_look
from agent_desk.unit_calls import Calling, UnitCall, UnitRoute
from dispatch import evidence
from dispatch.workorders import State
from hotline.evidence import LARGEST, LARGEST_THUMBNAIL, Audience
from hotline.record import attachments, visibility
from hotline.record.attachments import Given
from hotline.store.tables import Attachment, OrderRequest, Ticket, WorkOrder
from hotline.unit_systems import Scope

VERSION = "1"
router = APIRouter(prefix=f"/api/unit/v{VERSION}", route_class=UnitRoute, tags=["orders"])
document = APIRouter(prefix=router.prefix)

MOST = 100


class Brief(BaseModel):
    """An order in a list. `due_at` is what is due next; `role` is lead, co or equal."""

    id: int
    number: str
    title: str
    type: str
    urgency: str
    unit: str
    role: str
    state: str
    issued_at: datetime
    due_at: datetime | None


class Listing(BaseModel):
    """Orders by their ids; `next` is the `after` of the next page, where there is one."""

    orders: list[Brief]
    next: int | None


class Clock(BaseModel):
    """A promise: its kind (sign, contact, resolve), until when, and how it stands: green, amber, red, stopped."""

    kind: str
    due_at: datetime | None
    colour: str
    late: bool
    provisional: bool


class Citizen(BaseModel):
    """Who asks: only for tokens with the scope `person`, and never of a confidential ticket."""

    name: str
    number: str


class File(BaseModel):
    """A file of the order's ticket; its content is at `attachments/{id}`."""

    id: int
    name: str
    kind: str
    size: int
    audience: str
    at: datetime


class Asked(BaseModel):
    """What was asked about the order: return, extend, suspend or approve; asked, granted, refused or withdrawn."""

    id: int
    kind: str
    state: str
    details: dict[str, Any]
    asked_at: datetime
    decided_at: datetime | None
    note: str


class Entry(BaseModel):
    """A text of the thread that the unit may read."""

    at: datetime
    author: str
    audience: str
    text: str


class Full(Brief):
    """One order with its ticket. `may`: what can be done with it now; `redo`: why it has to be done again."""

    reason: str
    content: str
    matter: str
    matter_name: str
    area: str
    area_name: str
    place: str
    confidential: bool
    urged: int
    citizen: Citizen | None
    may: list[str]
    redo: str
    promise: str
    review_on: date | None
    clocks: list[Clock]
    requests: list[Asked]
    attachments: list[File]
    thread: list[Entry]


class Kept(BaseModel):
    """A file that was kept."""

    id: int


@router.get("/orders", summary="List orders")
def list_orders(
    visit: Calling,
    state: Annotated[list[State] | None, Query()] = None,
    after: Annotated[int, Query(ge=0)] = 0,
    most: Annotated[int, Query(ge=1, le=MOST)] = 50,
    open: bool = True,
    below: bool = False,
) -> Listing:
    """The unit's orders in the order in which they were issued, from the one after `after`. `state` may be named
    several times; with `open=false` also what is over; with `below=true` also those of units below.
    """
    own = visit.house.city.units.with_predecessors([visit.viewer.unit or ""])
    units = visit.viewer.units if below else own
    asked = (
        select(WorkOrder, Ticket)
        .join(Ticket, col(Ticket.id) == col(WorkOrder.ticket))
        .where(
            visibility.orders(visit.viewer),
            col(WorkOrder.unit).in_(units),
            col(WorkOrder.id) > after,
            col(WorkOrder.state).not_in(visibility.TAKEN),
        )
    )
    if open:
        asked = asked.where(col(WorkOrder.ended_at).is_(None))
    if state:
        asked = asked.where(col(WorkOrder.state).in_(state))
    rows = visit.session.exec(asked.order_by(col(WorkOrder.id)).limit(most + 1)).all()
    more = rows[most - 1][0].id if len(rows) > most else None
    return Listing(orders=[Brief(**_brief(order, ticket)) for order, ticket in rows[:most]], next=more)


@router.get("/orders/{identity}", summary="Read an order")
def read_order(visit: Calling, identity: int) -> Full:
    """One order, with all that the unit may know of its ticket. That its citizen was looked at is in the journal."""
    view = order_view(visit, identity)
    citizen = _citizen(visit, view)
    if citizen is not None:
        note_look(visit, view.ticket)
    ticket = view.ticket.ticket
    return Full(
        **_brief(view.order, ticket),
        reason=view.order.reason,
        content=ticket.content,
        matter=ticket.matter or "",
        matter_name=view.ticket.matter,
        area=ticket.area or "",
        area_name=view.ticket.area,
        place=ticket.place,
        confidential=ticket.confidential,
        urged=ticket.urged,
        citizen=citizen,
        may=sorted(view.deeds & _DEEDS),
        redo=view.redo,
        promise=view.order.promise,
        review_on=view.order.review_on,
        clocks=[_clock(clock) for clock in view.clocks],
        requests=[_request(one.row) for one in view.asked],
        attachments=[_file(one) for one in view.ticket.files],
        thread=[
            Entry(at=one.entry.at, author=one.author, audience=one.entry.audience, text=one.entry.text)
            for one in view.ticket.entries
        ],
    )


@router.post("/orders/{identity}/sign", summary="Sign for an order")
def sign(visit: Calling, identity: int) -> Done:
    """The unit takes the order on."""
    visit.must(Scope.SIGN)
    return order_commands.sign(visit, identity)


@router.post("/orders/{identity}/contact", summary="Write down the first contact")
def contact(visit: Calling, identity: int, reached: Contact) -> Done:
    """The unit has reached the citizen for the first time."""
    visit.must(Scope.REPLY)
    return order_commands.contact(visit, identity, reached)


@router.post("/orders/{identity}/reply", summary="Reply")
def reply(visit: Calling, identity: int, answer: Reply) -> Done:
    """The unit answers. Where its leader reads each reply first, it waits for that."""
    visit.must(Scope.REPLY)
    return order_commands.reply(visit, identity, answer)


@router.post("/orders/{identity}/return", summary="Return an order")
def ask_return(visit: Calling, identity: int, asked: ReturnAsked) -> Done:
    """The unit says that the order isn't its own: once, and before it is signed for."""
    visit.must(Scope.REQUEST)
    return order_commands.ask_return(visit, identity, asked)


@router.post("/orders/{identity}/extend", summary="Ask for more time")
def ask_extension(visit: Calling, identity: int, asked: ExtensionAsked) -> Done:
    """The unit needs more time: once, and before the order is due."""
    visit.must(Scope.REQUEST)
    return order_commands.ask_extension(visit, identity, asked)


@router.post(
    "/orders/{identity}/attachments",
    status_code=201,
    max_body_size=LARGEST + LARGEST_THUMBNAIL + ROOM,
    summary="Hand in a file",
)
def hand_in(
    visit: Calling,
    identity: int,
    file: UploadFile,
    audience: Annotated[Audience, Form()] = Audience.UNIT,
) -> Kept:
    """A picture, PDF or office file as evidence, until the reply has left."""
    visit.must(Scope.REPLY)
    order_commands.own(visit, identity)
    given = Given(file.filename or "", file.file, audience)
    row = evidence.hand_in(visit.session, folder_of(visit.house), identity, given, visit.viewer, visit.at)
    assert row.id is not None
    return Kept(id=row.id)


@router.get("/attachments/{identity}", summary="Fetch a file", response_class=Response)
def fetch(visit: Calling, identity: int) -> Response:
    """A file's content."""
    return served(visit.house, attachments.find(visit.session, visit.viewer, identity))


@document.get("/openapi.json", include_in_schema=False)
def describe(request: Request) -> JSONResponse:
    """What this API offers, in OpenAPI's own format."""
    described = get_openapi(
        title="12345: API for units' own systems",
        version=VERSION,
        description="Work orders of one unit, by a token that the unit's leader gives out.",
        routes=router.routes,
    )
    schemes = {"token": {"type": "http", "scheme": "bearer", "description": "hls_…, from the unit's page"}}
    described["components"]["securitySchemes"] = schemes
    described["security"] = [{"token": []}]
    return JSONResponse(described)


_DEEDS = frozenset({"sign", "contact", "reply", "return", "extend", "attach"})


def _brief(order: WorkOrder, ticket: Ticket) -> dict[str, Any]:
    return {
        "id": order.id,
        "number": ticket.number,
        "title": ticket.title,
        "type": ticket.type,
        "urgency": ticket.urgency,
        "unit": order.unit,
        "role": order.role,
        "state": order.state,
        "issued_at": order.issued_at,
        "due_at": order.due_at,
    }


def _citizen(visit: UnitCall, view: OrderView) -> Citizen | None:
    if view.ticket.citizen is None or Scope.PERSON not in visit.scopes:
        return None
    return Citizen(name=view.ticket.citizen.name, number=view.ticket.number)


def _clock(clock: ClockView) -> Clock:
    return Clock(
        kind=clock.kind,
        due_at=clock.due_at,
        colour=clock.colour,
        late=clock.late,
        provisional=clock.provisional,
    )


def _request(row: OrderRequest) -> Asked:
    return Asked(**row.model_dump(include=set(Asked.model_fields)))


def _file(row: Attachment) -> File:
    return File(**row.model_dump(include=set(File.model_fields)))
