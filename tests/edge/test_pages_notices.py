"""A person's notices and the administrators' outbox, in pages."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import select

from agent_desk.house import now
from dispatch import doctor, outbox
from dispatch.outbox import Message
from hotline.messages import Channel
from hotline.pack.load import read_pack
from hotline.platform.doctor import Verdict
from hotline.record import city
from hotline.settings import Settings
from hotline.store.tables import Account, ClockRow, MessageRow
from tests.edge.visitors import Hall

pytestmark = pytest.mark.edge


def account(hall: Hall, login: str) -> int:
    with hall.town.store.transaction() as session:
        return session.exec(select(Account.id).where(Account.login == login)).one() or 0


def post(hall: Hall, login: str, *keys: str, channel: Channel = Channel.NOTICE, **more: Any) -> None:
    to = f"account:{account(hall, login)}"
    messages = [
        Message(channel, to, f"超期警示：工单 {key}", f"{key} · 办理时限", key, **more) for key in keys
    ]
    with hall.town.store.transaction() as session:
        outbox.post(session, messages, now())


def give_up(hall: Hall, *keys: str) -> None:
    with hall.town.store.transaction() as session:
        for row in session.exec(select(MessageRow)):
            if row.key in keys:
                outbox.note_failed(session, row.id or 0, "refused:404", for_good=True, at=now())


@pytest.mark.parametrize("language", ["zh_Hans", "en"])
def test_a_bell_says_how_many_are_new_until_they_are_read(hall: Hall, language: str) -> None:
    unit = hall.visitor("zumiao", language)
    assert 'class="count bad"' not in unit.read("/notices/bell").text
    post(hall, "zumiao", "A", "B", link="/portal/orders/7")
    post(hall, "guicheng", "C")
    assert '<span class="count bad">2</span>' in unit.page("/portal").text
    assert '<span class="count bad">2</span>' in unit.read("/notices/bell").text
    listed = unit.page("/notices").text
    assert listed.count('class="fresh"') == 2
    assert listed.index("工单 B") < listed.index("工单 A")
    assert 'href="/portal/orders/7"' in listed
    assert "工单 C" not in listed
    with hall.town.store.transaction() as session:
        newest = max(row.id or 0 for row in session.exec(select(MessageRow)))
    assert unit.post("/api/notices/read", upto=newest).status_code == 200
    assert 'class="count bad"' not in unit.read("/notices/bell").text
    assert 'class="fresh"' not in unit.read("/notices/list").text
    assert '<span class="count bad">1</span>' in hall.visitor("guicheng").read("/notices/bell").text


def test_notices_go_on_by_key(hall: Hall) -> None:
    post(hall, "zumiao", *(f"N{number:02}" for number in range(35)))
    unit = hall.visitor("zumiao")
    first = unit.page("/notices").text
    assert first.count('id="notice-') == 30
    before = first.split("/notices?before=")[1].split('"')[0]
    assert unit.page(f"/notices?before={before}").text.count('id="notice-') == 5


def test_the_outbox_shows_what_waits_and_why(hall: Hall) -> None:
    post(hall, "zumiao", "M1", "M2", channel=Channel.MAIL)
    post(hall, "zumiao", "N1")
    administrator = hall.visitor("admin")
    listed = administrator.page("/messages").text
    assert "尚未配置邮件服务器：2 封邮件待发" in listed
    assert "工单 M1" in listed
    assert "工单 N1" not in listed
    assert hall.town.viewer("zumiao").name in listed
    give_up(hall, "M1")
    dead = administrator.page("/messages?tab=dead").text
    assert "对方拒收 (404)" in dead
    assert "工单 M2" not in dead
    assert administrator.read("/messages/list?tab=dead").status_code == 200


def test_dead_letters_are_sent_again_one_by_one_or_all(hall: Hall) -> None:
    post(hall, "zumiao", "M1", "M2", "M3", channel=Channel.MAIL)
    give_up(hall, "M1", "M2", "M3")
    administrator = hall.visitor("admin")
    with hall.town.store.transaction() as session:
        first = session.exec(select(MessageRow.id).where(MessageRow.key == "M1")).one()
    assert administrator.post(f"/api/messages/{first}/resend").status_code == 200
    assert administrator.post(f"/api/messages/{first}/resend").json()["key"] == "message.not_dead"
    assert administrator.post("/api/messages/999999/resend").status_code == 404
    assert "2" in administrator.post("/api/messages/resend").json()["message"]
    assert "工单" not in administrator.page("/messages?tab=dead").text


def test_only_administrators_see_what_is_sent(hall: Hall) -> None:
    for login in ("chenjiaqi", "zumiao", "guanshufen"):
        visitor = hall.visitor(login)
        assert visitor.page("/messages").status_code == 403
        assert visitor.read("/messages/list").status_code == 403
        assert visitor.post("/api/messages/resend").status_code == 403
        assert visitor.post("/api/messages/1/resend").status_code == 403


def test_an_address_outside_is_shown_by_its_end_alone(hall: Hall) -> None:
    with hall.town.store.transaction() as session:
        outbox.post(session, [Message(Channel.SMS, "16000000009", "您的诉求", "…", "s")], now())
    listed = hall.visitor("admin").page("/messages").text
    assert "…0009" in listed
    assert "16000000009" not in listed


def test_where_a_person_is_written_to_is_set_by_administrators(hall: Hall) -> None:
    administrator, number = hall.visitor("admin"), account(hall, "zumiao")
    set_ = administrator.post(
        f"/api/people/{number}/contact", mail="office@example.invalid", mobile="16000000009"
    )
    assert set_.status_code == 200
    page = administrator.page("/people").text
    assert "office@example.invalid" in page
    for wrong in ({"mail": "nobody"}, {"mobile": "call me"}):
        assert administrator.post(f"/api/people/{number}/contact", **wrong).status_code == 422
    assert hall.visitor("zumiao").post(f"/api/people/{number}/contact", mail="").status_code == 403


def test_the_doctor_finds_what_waits_too_long(hall: Hall, served: Settings) -> None:
    store, at = hall.town.store, now()

    def found(settings: Settings) -> dict[str, Verdict]:
        with store.transaction() as session:
            return {
                one.about: one.verdict for one in doctor.look(session, settings, at + timedelta(minutes=15))
            }

    ready = served.model_copy(
        update={"messages": served.messages.model_copy(update={"mail_host": "mail.example.invalid"})}
    )
    assert found(ready) == {"Clocks": Verdict.FINE, "Messages": Verdict.FINE}
    post(hall, "zumiao", "M1", channel=Channel.MAIL)
    assert found(served) == {"Clocks": Verdict.FINE, "Messages": Verdict.FINE, "Mail": Verdict.WARNING}
    assert found(ready)["Messages"] is Verdict.WRONG
    give_up(hall, "M1")
    assert found(ready)["Messages"] is Verdict.WARNING
    hall.open_ticket(hall.visitor("chenjiaqi"), "zumiao-office")
    with store.transaction() as session:
        session.exec(select(ClockRow)).first().next_event_at = at  # type: ignore[union-attr]
    assert found(ready)["Clocks"] is Verdict.WRONG
    with store.transaction() as session:
        city.settle(session, read_pack("foshan"), at)
    assert "Holidays" in found(ready)
