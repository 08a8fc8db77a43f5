"""Full-text search over tickets: exact, newest first, seen by whom it may be, and never behind the tickets."""

from __future__ import annotations

from random import Random
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import true
from sqlmodel import Session, select
from typer.testing import CliRunner

from dispatch import handling, orders
from dispatch.handling import Reply
from hotline.phrases import sought
from hotline.platform import plugins
from hotline.platform.tickets import app
from hotline.record import ticket_search, tickets, visibility
from hotline.record.tickets import Draft
from hotline.settings import Settings, environment
from hotline.store.tables import Ticket, TicketWords
from hotline.tickets import Type, Verb
from tests.edge.conftest import Town

pytestmark = pytest.mark.edge

ZONE = ZoneInfo("Asia/Shanghai")


def write(town: Town, session: Session, content: str, **changed: object) -> int:
    values: dict[str, object] = {
        "type": Type.HELP,
        "line": "12319",
        "number": "16000000001",
        "title": "求助",
        "content": content,
        "area": "zumiao",
    }
    draft = Draft(**(values | changed))  # type: ignore[arg-type]
    return tickets.open_ticket(session, draft, town.viewer("chenjiaqi"), town.at, ZONE).id or 0


def found(session: Session, asked: str, most: int = 100, **how: object) -> list[int]:
    return ticket_search.newest(session, sought(asked), true(), most, **how)  # type: ignore[arg-type]


def test_two_characters_are_found_wherever_they_stand(town: Town, session: Session) -> None:
    content = write(town, session, "小区门口的蓝色集装箱占道")
    place = write(town, session, "占道", place="蓝色公寓")
    title = write(town, session, "占道", title="蓝色围挡")
    assert found(session, "蓝色") == [title, place, content]
    assert found(session, "蓝色集装箱") == [content]
    assert found(session, "色集") == [content]
    assert found(session, "蓝箱") == []
    assert found(session, "占道 公寓") == [place]


def test_it_finds_exactly_what_contains_the_words(town: Town, session: Session) -> None:
    random = Random(5)
    texts = ["".join(random.choices("路灯不亮了，", k=12)) for _ in range(60)]
    ids = {write(town, session, text): text for text in texts}
    for asked in {text[at : at + length] for text in texts[:12] for at in range(8) for length in (2, 3, 4)}:
        if "，" not in asked:
            hits = [
                id_ for id_ in found(session, asked) if id_ in ids
            ]  # the demo's own tickets speak of lamps too
            assert hits == sorted((id_ for id_, text in ids.items() if asked in text), reverse=True)


@pytest.mark.parametrize("spans", [(1, 2), (2, 4), ()])
def test_whatever_the_steps_the_pages_join_without_gap(
    town: Town, session: Session, monkeypatch: pytest.MonkeyPatch, spans: tuple[int, ...]
) -> None:
    monkeypatch.setattr(ticket_search, "SPANS", spans)
    everything = [write(town, session, "井盖破损" if n % 3 else "占道经营") for n in range(30)]
    expected = [id_ for n, id_ in enumerate(everything) if n % 3][::-1]
    pages: list[int] = []
    while page := found(session, "井盖", 4, below=pages[-1] if pages else None):
        pages += page
    assert pages == expected


def test_a_reply_is_found_in_the_transaction_that_writes_it(town: Town, session: Session) -> None:
    ticket = tickets.find(session, write(town, session, "路灯不亮"))
    order = orders.issue(
        session, town.city, ticket, "zumiao-office", "属地", town.viewer("tanweiming"), town.at
    )
    staff = town.viewer("zumiao")
    handling.sign(session, order, staff, town.at)
    handling.reply(session, town.city, order, Reply("已更换变压器。"), staff, town.at)
    assert found(session, "变压器") == [ticket.id]


def test_what_was_taken_back_was_never_found(town: Town) -> None:
    class Changed(Exception):
        pass

    with pytest.raises(Changed), town.store.transaction() as session:
        assert found(session, "变压器") == []
        ticket = write(town, session, "变压器爆炸")
        assert found(session, "变压器") == [ticket]
        raise Changed
    with town.store.transaction() as session:
        assert found(session, "变压器") == []


def test_a_ticket_that_is_over_isnt_under_way(town: Town, session: Session) -> None:
    agent = town.viewer("chenjiaqi")
    answered, open_ = (tickets.find(session, write(town, session, "噪声扰民")) for _ in range(2))
    narrowed = {"narrowed": ticket_search.UNDER_WAY_ONLY}
    assert found(session, "噪声", **narrowed) == [open_.id, answered.id]
    tickets.answer_at_once(session, answered, "请联系物业。", agent, town.at)
    assert found(session, "噪声", **narrowed) == [open_.id]
    tickets.move(session, answered, Verb.REOPEN, agent.by, town.at)
    assert found(session, "噪声", **narrowed) == [open_.id, answered.id]


def test_nobody_finds_what_they_may_not_see(town: Town, session: Session) -> None:
    secret = write(town, session, "举报赌博窝点", confidential=True)
    plain = write(town, session, "举报赌博窝点")
    about = write(town, session, "举报赌博窝点", about="hotline-centre")
    for login in ("chenjiaqi", "liangwenhao", "guanshufen", "tanweiming", "situzheng", "zumiao"):
        viewer = town.viewer(login)
        seen = set(session.exec(select(Ticket.id).where(visibility.tickets(viewer))))
        hits = ticket_search.newest(session, sought("赌博窝点"), visibility.tickets(viewer), 10)
        assert set(hits) == seen & {secret, plain, about}, login


def test_old_tickets_are_caught_up_with_once(town: Town) -> None:
    with town.store.transaction() as session:
        ids = [write(town, session, f"旧工单{n}号路灯不亮") for n in range(5)]
        session.connection().execute(TicketWords.__table__.delete())  # type: ignore[attr-defined]
    heard: list[tuple[int, int]] = []
    with town.store.transaction() as session:
        everything = len(session.exec(select(Ticket.id)).all())
        assert ticket_search.is_behind(session)
    assert ticket_search.catch_up(town.store, lambda read, of: heard.append((read, of))) == everything
    assert heard == [(ids[-1], ids[-1] + 1)]
    assert ticket_search.catch_up(town.store) == 0
    with town.store.transaction() as session:
        assert not ticket_search.is_behind(session)
        assert found(session, "路灯不亮")[: len(ids)] == ids[::-1]


def test_an_operator_reads_old_tickets_by_command(
    town: Town, served: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    with town.store.transaction() as session:
        session.connection().execute(TicketWords.__table__.delete())  # type: ignore[attr-defined]
    for name, value in environment(served).items():
        monkeypatch.setenv(name, value)
    for read in (True, False):
        told = CliRunner().invoke(app, ["index"])
        assert told.exit_code == 0, told.output
        assert told.output.splitlines()[-1].startswith("0 tickets") is not read
        assert ("run `hotline tickets index`" in told.output) is read


def test_an_imports_tickets_are_read_when_it_is_over(town: Town) -> None:
    with town.store.transaction() as session:
        session.connection().execute(TicketWords.__table__.delete())  # type: ignore[attr-defined]
    point = plugins.contributed("hotline.imported")["search"]
    assert plugins.load(point)(town.store, town.city, lambda: town.at) > 0
    with town.store.transaction() as session:
        assert not ticket_search.is_behind(session)


def test_reading_a_ticket_twice_weighs_it_once(town: Town, session: Session) -> None:
    """HELPDESK.AI #3124: an index that isn't idempotent skews what is alike."""
    ticket = tickets.find(session, write(town, session, "电梯故障"))
    before = session.exec(select(TicketWords.words).where(TicketWords.ticket == ticket.id)).one()
    ticket_search.remember(session, ticket)
    ticket_search.remember(session, ticket)
    assert session.exec(select(TicketWords.words).where(TicketWords.ticket == ticket.id)).one() == before
    assert found(session, "电梯故障") == [ticket.id]


def test_a_row_changed_by_nobodys_command_is_read_at_the_next_flush(town: Town, session: Session) -> None:
    ticket = tickets.find(session, write(town, session, "水压不足"))
    ticket.content = "高层水压不足"
    session.flush()
    assert found(session, "高层水压") == [ticket.id]
    ticket.urged += 1
    session.flush()
    assert found(session, "高层水压") == [ticket.id]
