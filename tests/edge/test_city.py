"""The city's data in the record: taken over from a pack once, then changed by administrators, never forgotten."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from sqlmodel import Session

from hotline.errors import Refused
from hotline.pack.load import load_pack, read_pack
from hotline.pack.rows import Mistake
from hotline.record import city
from hotline.record.city import Change
from hotline.record.city_in_force import CityInForce
from hotline.store import Store

pytestmark = pytest.mark.edge

AT = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)


@pytest.fixture
def session(store: Store) -> Iterator[Session]:
    """A transaction in a record that has taken over Foshan."""
    with store.transaction() as opened:
        assert city.settle(opened, read_pack("foshan"), AT, "pack foshan")
        yield opened


def renamed(session: Session, number: str, name: str) -> Change:
    """The line of this number, under another name."""
    row = next(row for row in city.rows(session, "lines") if row.written["number"] == number)
    return Change("lines", row.number, row.written | {"name_zh": name})


def test_a_settled_record_gives_back_the_pack(session: Session) -> None:
    pack, read = load_pack("foshan"), city.read(session)
    for field in ("city", "skills", "queues", "lines", "clock_policies", "prompts", "reply_templates"):
        assert getattr(read, field) == getattr(pack, field), field
    assert {name: vars(one)["days"] for name, one in read.calendars.items()} == {
        name: vars(one)["days"] for name, one in pack.calendars.items()
    }
    assert list(read.areas) == list(pack.areas)
    assert list(read.units) == list(pack.units)


def test_it_is_settled_once(session: Session) -> None:
    assert not city.settle(session, read_pack("foshan"), AT)
    assert city.newest(session) == 1


def test_a_change_is_a_revision_and_the_one_before_can_still_be_read(session: Session) -> None:
    before = city.newest(session)
    city.change(session, [renamed(session, "12319", "城管热线")], by="account:1", at=AT, note="new name")
    names = {rev: _line(session, "12319", rev) for rev in (before, city.newest(session))}
    assert list(names.values()) == ["城建城管服务热线", "城管热线"]


def test_the_history_tells_who_changed_what(session: Session) -> None:
    change = renamed(session, "12319", "城管热线")
    city.change(session, [change], by="account:1", at=AT, note="new name")
    latest = city.history(session, sheet="lines", number=change.number)[0]
    assert (latest.revision.by, latest.revision.note) == ("account:1", "new name")
    assert latest.before is not None
    assert latest.written is not None
    assert (latest.before["name_zh"], latest.written["name_zh"]) == ("城建城管服务热线", "城管热线")


def test_what_would_break_the_city_is_refused_with_its_place(session: Session) -> None:
    row = city.rows(session, "lines")[1]
    broken = Change("lines", row.number, row.written | {"queue": "nowhere"})
    with pytest.raises(Refused, match=r"city\.broken") as refused:
        city.change(session, [broken], by="account:1", at=AT)
    (problem,) = refused.value.facts["problems"]
    assert isinstance(problem, Mistake)
    assert (problem.sheet, problem.number, problem.field) == ("lines", row.number, "queue")
    assert city.newest(session) == 1


def test_a_row_that_is_named_cannot_end(session: Session) -> None:
    row = next(row for row in city.rows(session, "queues") if row.written["name"] == "urban")
    with pytest.raises(Refused, match=r"city\.broken"):
        city.change(session, [Change("queues", row.number, None)], by="account:1", at=AT)


def test_a_row_that_somebody_else_ended_is_refused(session: Session) -> None:
    row = city.rows(session, "days")[:1] or city.rows(session, "emergency")
    end = Change(row[0].sheet, row[0].number, None)
    city.change(session, [end], by="account:1", at=AT)
    with pytest.raises(Refused, match=r"city\.row_gone"):
        city.change(session, [end], by="account:2", at=AT)


def test_a_new_row_takes_its_place_behind_the_others(session: Session) -> None:
    new = Change("skills", None, {"name": "signing", "title_zh": "手语", "title_en": "Sign language"})
    city.change(session, [new], by="account:1", at=AT)
    assert city.read(session).skills[-1].name == "signing"


def test_a_process_keeps_up_with_the_record(session: Session) -> None:
    pack = load_pack("foshan")
    known = CityInForce(pack)
    city.change(session, [renamed(session, "12319", "城管热线")], by="account:1", at=AT)
    known.look(session, AT)
    assert next(line.name_zh for line in known.now.lines if line.number == "12319") == "城管热线"
    assert known.now.people == pack.people


def _line(session: Session, number: str, revision: int) -> str:
    return next(line.name_zh for line in city.read(session, revision).lines if line.number == number)


def test_a_revision_is_undone_by_another(session: Session) -> None:
    before = city.read(session)
    queue = next(row for row in city.rows(session, "queues") if row.written["name"] == "english")
    made = city.change(
        session,
        [
            renamed(session, "12319", "城管热线"),
            Change("queues", queue.number, None),
            Change("skills", None, {"name": "signing", "title_zh": "手语", "title_en": "Sign language"}),
        ],
        by="account:1",
        at=AT,
    )
    assert made.id is not None
    city.change(session, city.undoing(session, made.id), by="account:2", at=AT)
    after = city.read(session)
    assert (after.lines, after.skills) == (before.lines, before.skills)
    assert set(after.queues) == set(before.queues)
    (latest,) = city.history(session, sheet="queues", number=queue.number, most=1)
    assert (latest.before, latest.written) == (None, queue.written)


def test_what_was_changed_again_is_not_undone(session: Session) -> None:
    first = city.change(session, [renamed(session, "12319", "城管热线")], by="account:1", at=AT)
    city.change(session, [renamed(session, "12319", "城建热线")], by="account:1", at=AT)
    with pytest.raises(Refused, match=r"city\.changed_since"):
        city.undoing(session, first.id or 0)
    with pytest.raises(Refused, match=r"city\.revision_unknown"):
        city.undoing(session, 1)


def test_the_history_goes_on_below_a_revision_and_by_person(session: Session) -> None:
    for person in ("account:1", "account:2", "account:1"):
        city.change(session, [renamed(session, "12319", f"热线{person}")], by=person, at=AT)
    newest = city.history(session, most=1)
    assert [entry.revision.id for entry in newest] == [4]
    older = city.history(session, by="account:1", before=4)
    assert [entry.revision.id for entry in older] == [2]
    assert len({entry.sheet for entry in city.history(session, before=2)}) > 8
