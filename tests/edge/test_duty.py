"""The duty roster: who sets it, who is reached when, and what stands in where it names nobody."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlmodel import select

from agent_desk.house import now
from dispatch import duty
from dispatch.duty import OnDuty
from hotline.store.tables import Account, FactRow
from tests.edge.visitors import Hall

pytestmark = pytest.mark.edge

OFFICE = "zumiao-office"


def account(hall: Hall, login: str) -> int:
    with hall.town.store.transaction() as session:
        return session.exec(select(Account.id).where(Account.login == login)).one() or 0


def reached(hall: Hall, at: datetime) -> tuple[list[str], bool]:
    with hall.town.store.transaction() as session:
        found: OnDuty = duty.on_duty(session, hall.house.city, OFFICE, at)
        return [one.login for one in found.people], found.rostered


def test_who_is_on_duty_is_reached_and_else_the_leaders(hall: Hall) -> None:
    leader, staff = hall.visitor("zumiao-leader"), account(hall, "zumiao")
    day = (now() + timedelta(days=30)).date()
    midnight = datetime(day.year, day.month, day.day, 16, 0, tzinfo=UTC)  # 00:00 of the next day there
    assert reached(hall, midnight) == (["zumiao-leader"], False)
    put = leader.post(f"/api/duty/{OFFICE}", day=day.isoformat(), shift="night", account=staff)
    assert (put.status_code, put.json()) == (200, {"on": True})
    assert reached(hall, midnight) == (["zumiao"], True)
    assert reached(hall, midnight + timedelta(hours=9)) == (["zumiao-leader"], False)
    with hall.town.store.transaction() as session:
        session.get_one(Account, staff).active = False
    assert reached(hall, midnight) == (["zumiao-leader"], False)  # whoever has left isn't reached
    with hall.town.store.transaction() as session:
        session.get_one(Account, staff).active = True
    again = leader.post(f"/api/duty/{OFFICE}", day=day.isoformat(), shift="night", account=staff)
    assert again.json() == {"on": False}
    assert reached(hall, midnight) == (["zumiao-leader"], False)
    with hall.town.store.transaction() as session:
        told = session.exec(select(FactRow).where(FactRow.kind == "duty.set")).all()
    assert [fact.data["on"] for fact in told] == [True, False]


def test_only_the_units_leader_sets_it_and_only_with_its_people(hall: Hall) -> None:
    day = (now() + timedelta(days=3)).date().isoformat()
    turn = {"day": day, "shift": "day", "account": account(hall, "zumiao")}
    assert hall.visitor("zumiao").post(f"/api/duty/{OFFICE}", **turn).status_code == 403
    assert hall.visitor("chancheng").post(f"/api/duty/{OFFICE}", **turn).status_code == 403
    assert hall.visitor("guicheng").post(f"/api/duty/{OFFICE}", **turn).status_code == 404
    leader = hall.visitor("zumiao-leader")
    stranger = leader.post(f"/api/duty/{OFFICE}", **(turn | {"account": account(hall, "guicheng")}))
    assert stranger.json()["key"] == "duty.not_of_unit"
    past = leader.post(f"/api/duty/{OFFICE}", **(turn | {"day": "2026-01-05"}))
    assert past.json()["key"] == "duty.past"
    assert hall.visitor("admin").post(f"/api/duty/{OFFICE}", **turn).json() == {"on": True}


def test_a_week_is_filled_from_the_one_before_without_touching_what_is_set(hall: Hall) -> None:
    leader = hall.visitor("zumiao-leader")
    one, other = account(hall, "zumiao"), account(hall, "zumiao-leader")
    monday = now().date() + timedelta(days=14)
    monday -= timedelta(days=monday.weekday())
    nothing = leader.post(f"/api/duty/{OFFICE}/copy?week={monday}")
    assert nothing.json()["key"] == "duty.nothing_to_copy"
    for ahead, shift, person in ((0, "night", one), (5, "day", one), (6, "night", other)):
        day = (monday + timedelta(days=ahead)).isoformat()
        leader.post(f"/api/duty/{OFFICE}", day=day, shift=shift, account=person)
    after = monday + timedelta(days=7)
    leader.post(f"/api/duty/{OFFICE}", day=after.isoformat(), shift="night", account=other)
    copied = leader.post(f"/api/duty/{OFFICE}/copy?week={after + timedelta(days=2)}")
    assert "2" in copied.json()["message"]
    with hall.town.store.transaction() as session:
        week = duty.week(session, OFFICE, after)
    assert {(turn.day - after, turn.shift): people for turn, people in week.items() if people} == {
        (timedelta(0), "night"): [other],
        (timedelta(5), "day"): [one],
        (timedelta(6), "night"): [other],
    }


def test_the_page_shows_a_week_to_those_of_the_unit_and_above(hall: Hall) -> None:
    leader, staff = hall.visitor("zumiao-leader"), hall.visitor("zumiao")
    page = leader.page("/portal/duty?week=2026-10-01").text
    assert "2026-09-28" in page
    assert page.count('class="off"') == 4  # the national day and those after it, by the official list
    assert 'button type="button" class="turn"' not in page  # over
    assert 'button type="button" class="turn"' in leader.page(f"/portal/duty?week={date(2099, 1, 1)}").text
    assert 'class="turn" data-day-turn' not in staff.page("/portal/duty?week=2099-01-01").text
    assert hall.visitor("chancheng").page(f"/portal/duty?unit={OFFICE}").status_code == 200
    assert hall.visitor("guicheng").read(f"/portal/duty?unit={OFFICE}").status_code == 404
    assert staff.read("/portal/duty?week=soon").status_code == 422
