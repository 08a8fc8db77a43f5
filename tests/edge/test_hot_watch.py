"""Hot issues in the record: counted from the journal, found once for each level, told to whom it concerns, and over."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlmodel import Session, col, select

from dispatch import hot_watch
from dispatch.hot_watch import look
from hotline.record import matter_days
from hotline.store.tables import FactRow, HotIssue, MatterDay, Ticket
from tests.edge.conftest import Town
from tests.edge.test_ticket_search import write

pytestmark = pytest.mark.edge

ZONE = "Asia/Shanghai"
DAY = timedelta(days=1)


def outburst(town: Town, count: int, content: str = "东方广场三座从昨晚开始停水", **changed: object) -> None:
    matter = next(one.code for one in town.city.catalogue.matters.values() if one.name_zh == "停水")
    with town.store.transaction() as session:
        for n in range(count):
            values = {"number": f"160{n:08d}", "matter": matter, "title": "停水"} | changed
            write(town, session, content, **values)


def issues(town: Town) -> list[HotIssue]:
    with town.store.transaction() as session:
        return list(session.exec(select(HotIssue).order_by(col(HotIssue.id))))


def told(town: Town, kind: str) -> list[dict[str, object]]:
    with town.store.transaction() as session:
        return [
            row.data
            for row in session.exec(select(FactRow).where(FactRow.kind == kind).order_by(col(FactRow.id)))
        ]


def counted(session: Session) -> dict[tuple[str, str], int]:
    """Today's, of what has a matter."""
    rows = session.exec(select(MatterDay).where(MatterDay.matter != "")).all()
    return {(row.area, row.matter): row.tickets for row in rows}


def test_an_outburst_is_found_once_with_its_words_and_told_once(town: Town) -> None:
    assert look(town.store, town.city, town.at) == 0
    outburst(town, 12)
    assert look(town.store, town.city, town.at) == 1
    assert look(town.store, town.city, town.at + timedelta(minutes=5)) == 1
    (issue,) = issues(town)
    assert (issue.area, issue.tickets, issue.level) == ("zumiao", 12, "hot")
    assert "东方广场" in "".join(issue.words)
    assert len(told(town, "hot.found")) == 1
    people = {town.viewer(login).account for login in ("tanweiming", "guanshufen")}
    assert people <= {data["account"] for data in told(town, "message.posted")}


def test_a_higher_level_is_told_again_and_a_lower_is_not(town: Town) -> None:
    outburst(town, 6)
    look(town.store, town.city, town.at)
    outburst(town, 30)
    look(town.store, town.city, town.at)
    assert [data["level"] for data in told(town, "hot.found")] == ["watch", "alarm"]
    look(town.store, town.city, town.at + timedelta(hours=1))
    assert [issue.level for issue in issues(town)] == ["alarm"]


def test_what_has_cooled_for_a_day_is_over_and_comes_again_as_another(town: Town) -> None:
    outburst(town, 12)
    look(town.store, town.city, town.at)
    for days in (4, 5):
        look(town.store, town.city, town.at + days * DAY)
    (issue,) = issues(town)
    assert issue.ended_at is not None
    assert len(told(town, "hot.ended")) == 1
    outburst(town, 12)
    look(town.store, town.city, town.at)
    assert [issue.ended_at is None for issue in issues(town)] == [False, True]


def test_each_ticket_is_counted_once_however_often_one_looks(town: Town) -> None:
    outburst(town, 2)
    with town.store.transaction() as session:
        matter_days.count_on(session, town.at.date(), 10, ZONE)  # the first time: from the tickets
    outburst(town, 3)
    for _ in range(2):
        with town.store.transaction() as session:
            matter_days.count_on(session, town.at.date(), 10, ZONE)  # from then on: from the journal
    with town.store.transaction() as session:
        before = counted(session)
        assert [count for (area, _), count in before.items() if area == "zumiao"] == [5]


def test_counting_anew_changes_nothing_that_was_right(town: Town) -> None:
    outburst(town, 2)
    with town.store.transaction() as session:
        matter_days.count_on(session, town.at.date(), 10, ZONE)
    outburst(town, 4)  # not counted yet: the journal will bring it
    span = (town.at.date() - 10 * DAY, town.at.date() + DAY)
    with town.store.transaction() as session:
        before = counted(session)
        matter_days.recount(session, *span, ZONE)
        session.expire_all()
        assert counted(session) == before
    with town.store.transaction() as session:
        matter_days.count_on(session, town.at.date(), 10, ZONE)
    with town.store.transaction() as session:
        after = counted(session)
        assert sum(after.values()) == sum(before.values()) + 4
        matter_days.recount(session, *span, ZONE)
        session.expire_all()
        assert counted(session) == after


def test_confidential_tickets_are_nobodys_cluster(town: Town) -> None:
    look(town.store, town.city, town.at)
    outburst(town, 12, confidential=True)
    assert look(town.store, town.city, town.at) == 0


def test_while_somebody_looks_nobody_else_does(town: Town) -> None:
    outburst(town, 12)
    with town.store.transaction() as session:
        session.connection().execute(hot_watch._ALONE)
        assert look(town.store, town.city, town.at) == -1
    assert look(town.store, town.city, town.at) == 1


def test_the_tickets_of_an_issue_are_those_that_were_counted(town: Town) -> None:
    outburst(town, 6)
    outburst(town, 1, confidential=True)
    outburst(town, 1, area="guicheng")
    look(town.store, town.city, town.at)
    (issue,) = issues(town)
    its = hot_watch.its_tickets(town.city, issue.area, issue.matter, hot_watch.begins(town.city, town.at))
    with town.store.transaction() as session:
        assert len(session.exec(select(Ticket.id).where(its)).all()) == issue.tickets == 6
