"""Who may see a ticket is told the same way at every door: lists, counts, the search, pages, files, and the socket."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass
from itertools import count

import pytest
from sqlmodel import col, select

from hotline.record import accounts, visibility
from hotline.roles import PEOPLES_ROLES, Permission, may
from hotline.store.tables import Account, Attachment, Ticket, WorkOrder
from hotline.viewer import Viewer
from tests.edge.conftest import PASSWORD
from tests.edge.test_evidence import hand_in
from tests.edge.test_sockets import hello, opened, where_it_stands
from tests.edge.visitors import Hall, Visitor

pytestmark = pytest.mark.edge

UNITS = ("zumiao-office", "guicheng-office", "chancheng-government", "urban-management")
WORKERS = dict(zip(UNITS, ("zumiao", "guicheng", "chancheng", "urban-management"), strict=True))
WORD = "石榴巷"
KNOWN = ("chenjiaqi", "liangwenhao", "guanshufen", "tanweiming", "luojieyi", "situzheng", *WORKERS.values())


@dataclass(frozen=True)
class Scene:
    """Tickets of all kinds, and strangers among the people who look for them."""

    tickets: tuple[Ticket, ...]
    orders: tuple[WorkOrder, ...]
    files: tuple[Attachment, ...]
    people: tuple[str, ...]
    since: int


def scene(hall: Hall, chance: random.Random) -> Scene:
    """Some are confidential, some about a unit, some taken back; some have files; somebody has odd roles."""
    since = where_it_stands(hall)
    agents = [hall.visitor(login) for login in ("chenjiaqi", "liangwenhao")]
    for number in range(6):
        about = chance.choice((None, None, *UNITS))
        agent = chance.choice(agents)
        ticket = hall.open_ticket(
            agent,
            number=f"1600000{number:04}",
            title=f"{WORD}{number}号路灯不亮",
            type="report" if about else chance.choice(("help", "complaint")),
            about=about,
            confidential=chance.random() < 0.4,
        )
        for unit in chance.sample(UNITS, chance.randrange(3)):
            agent.post(f"/api/tickets/{ticket}/dispatch", unit=unit, reason="属地管理")
        if chance.random() < 0.2:
            agent.post(f"/api/tickets/{ticket}/take-back")
    _hand_in_files(hall)
    strangers = _strangers(hall, chance)
    with hall.town.store.transaction() as session:
        found = Scene(
            tuple(session.exec(select(Ticket).where(col(Ticket.title).contains(WORD)))),
            tuple(session.exec(select(WorkOrder))),
            tuple(session.exec(select(Attachment))),
            (*KNOWN, *strangers),
            since,
        )
        session.expunge_all()
    return found


def _hand_in_files(hall: Hall) -> None:
    with hall.town.store.transaction() as session:
        orders = [(one.id or 0, one.unit) for one in session.exec(select(WorkOrder))]
    visitors = {unit: hall.visitor(login) for unit, login in WORKERS.items()}
    for order, unit in orders:
        for audience in ("unit", "citizen"):
            hand_in(visitors[unit], order, audience=audience)


def _strangers(hall: Hall, chance: random.Random) -> list[str]:
    logins = [f"stranger{number}" for number in range(3)]
    with hall.town.store.transaction() as session:
        for login in logins:
            roles = chance.sample(PEOPLES_ROLES, chance.randint(1, 3))
            password, unit = accounts.hash_password(PASSWORD), chance.choice((None, *UNITS, "nanhai-ecology"))
            session.add(
                Account(
                    login=login,
                    name=login,
                    password_hash=password,
                    roles=list(roles),
                    unit=unit,
                    created_at=hall.town.at,
                )
            )
    return logins


def should_see(viewer: Viewer, ticket: Ticket, scene: Scene) -> bool:
    """The rule in its own words, without SQL."""
    if ticket.opened_by == viewer.account:
        return True
    if ticket.about in viewer.within:
        return False
    if viewer.may(Permission.TICKET_VIEW_ALL):
        return not ticket.confidential or viewer.may(Permission.TICKET_VIEW_CONFIDENTIAL)
    return any(
        one.ticket == ticket.id and one.unit in viewer.units and one.state not in visibility.TAKEN
        for one in scene.orders
    )


def listed(visitor: Visitor, query: str) -> set[int]:
    """What a list or a search shows, on all its pages."""
    found: set[int] = set()
    for _ in count():
        html = visitor.page(f"/tickets?{query}{f'&before={min(found)}' if found else ''}").text
        rows = {int(one) for one in re.findall(r'id="row-(\d+)"', html)}
        if not rows - found:
            return found
        found |= rows
    raise AssertionError


@pytest.mark.parametrize("seed", [1, 2])
def test_every_door_shows_the_same_tickets(hall: Hall, seed: int) -> None:
    made = scene(hall, random.Random(seed))
    everything = {one.id or 0 for one in made.tickets}
    assert everything
    for login in made.people:
        viewer, visitor = hall.town.viewer(login), hall.visitor(login)
        seen = {one.id or 0 for one in made.tickets if should_see(viewer, one, made)}
        with hall.town.store.transaction() as session:
            its = select(Ticket.id).where(visibility.tickets(viewer), col(Ticket.title).contains(WORD))
            assert {one or 0 for one in session.exec(its)} == seen, login
        pages = {one for one in everything if visitor.page(f"/tickets/{one}").status_code == 200}
        parts = {one for one in everything if visitor.read(f"/tickets/{one}/body").status_code == 200}
        assert pages == parts == (seen if may_read_tickets(viewer) else set()), login
        if viewer.may(Permission.TICKET_VIEW_ALL):
            assert listed(visitor, "stage=all") & everything == seen, login
            assert listed(visitor, f"q={WORD}") == seen, login
        with opened(visitor) as socket:
            told = hello(socket, *(f"ticket:{one}" for one in everything), since=made.since)["events"]
        topics = {topic for event in told for topic in event["topics"]}
        assert topics == {f"ticket:{one}" for one in seen}, login


@pytest.mark.parametrize("seed", [4])
def test_every_door_shows_the_same_orders_and_files(hall: Hall, seed: int) -> None:
    made = scene(hall, random.Random(seed))
    by_id = {one.id: one for one in made.tickets}
    for login in made.people:
        viewer, visitor = hall.town.viewer(login), hall.visitor(login)
        its = {
            one.id
            for one in made.orders
            if one.unit in viewer.units and by_id[one.ticket].about not in viewer.within
        }
        if viewer.may(Permission.ORDER_SIGN):
            to_sign = {one.id for one in made.orders if one.id in its and one.state in ("issued", "bound")}
            html = visitor.page("/portal").text
            assert {int(one) for one in re.findall(r'id="order-(\d+)"', html)} == to_sign, login
            tab = html.partition('class="tabs"')[2].partition("</a>")[0]  # the first: to be signed
            counted = re.search(r'class="count[^"]*">(\d+)<', tab)
            assert int(counted[1] if counted else 0) == len(to_sign), login
        readable = {
            one.id
            for one in made.files
            if should_see(viewer, by_id[one.ticket], made)
            and (
                viewer.may(Permission.TICKET_VIEW_ALL)
                or one.audience == "citizen"
                or one.work_order in {order.id for order in made.orders if order.unit in viewer.units}
            )
        }
        got = {one.id for one in made.files if visitor.read(f"/attachments/{one.id}").status_code == 200}
        assert got == readable, login


def may_read_tickets(viewer: Viewer) -> bool:
    return may(viewer.roles, Permission.TICKET_VIEW_ALL) or viewer.unit is not None
