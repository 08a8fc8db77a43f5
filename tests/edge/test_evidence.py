"""Evidence in the record: who hands a file in, who sees it, and that nothing but the predicate opens it."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import httpx2
import pytest
from sqlmodel import select

from hotline import evidence
from hotline.record import attachments
from hotline.record.attachments import path_of
from hotline.store.tables import Attachment, FactRow, Ticket, WorkOrder
from tests.edge.visitors import Hall, Visitor

pytestmark = pytest.mark.edge

JPEG = b"\xff\xd8\xff\xe0" + bytes(400)
PDF = b"%PDF-1.7\n" + bytes(400)


def hand_in(visitor: Visitor, order: int, content: bytes = JPEG, **more: Any) -> httpx2.Response:
    small = more.pop("thumbnail", None)
    name = more.pop("name", "现场照片.jpg")
    files = {"file": (name, content)} | ({"thumbnail": ("t", small)} if small else {})
    return visitor.client.post(f"/api/orders/{order}/attachments", files=files, data=more)


def order_of(hall: Hall, unit: str, **changed: Any) -> int:
    ticket = hall.open_ticket(hall.visitor("chenjiaqi"), unit, **changed)
    with hall.town.store.transaction() as session:
        return int(session.exec(select(WorkOrder.id).where(WorkOrder.ticket == ticket)).one() or 0)


def test_a_file_is_kept_shown_and_told_of(hall: Hall) -> None:
    unit = hall.visitor("zumiao")
    order = order_of(hall, "zumiao-office")
    answer = hand_in(unit, order, audience="unit", thumbnail=JPEG[:100])
    assert answer.status_code == 201, answer.text
    identity = answer.json()["id"]
    looked = unit.read(f"/attachments/{identity}")
    assert (looked.content, looked.headers["content-type"]) == (JPEG, "image/jpeg")
    assert "sandbox" in looked.headers["content-security-policy"]
    assert unit.read(f"/attachments/{identity}/thumbnail").content == JPEG[:100]
    page = unit.page(f"/portal/orders/{order}").text
    assert f"/attachments/{identity}/thumbnail" in page
    assert "现场照片.jpg" in page
    assert "祖庙街道办事处上传了附件" in page
    assert hand_in(hall.visitor("chancheng"), order).json()["key"] == "order.not_own"
    with hall.town.store.transaction() as session:
        ticket = session.get_one(WorkOrder, order).ticket
    assert "现场照片.jpg" in hall.visitor("tanweiming").page(f"/tickets/{ticket}").text
    with hall.town.store.transaction() as session:
        fact = session.exec(select(FactRow).where(FactRow.kind == "attachment.added")).one()
    assert "现场照片" not in str(fact.data)


def test_the_same_content_is_kept_once_and_stays_while_somebody_names_it(hall: Hall) -> None:
    unit = hall.visitor("zumiao")
    order = order_of(hall, "zumiao-office")
    one, other = (hand_in(unit, order).json()["id"] for _ in range(2))
    assert unit.post(f"/api/attachments/{one}/remove").status_code == 200
    assert unit.read(f"/attachments/{one}").status_code == 404
    assert unit.read(f"/attachments/{other}").content == JPEG
    kept = list((hall.house.settings.paths.state / "attachments").rglob("*"))
    assert len([file for file in kept if file.is_file()]) == 1


def test_who_sees_a_file_is_who_may_read_such_words(hall: Hall) -> None:
    order = order_of(hall, "chancheng-government")
    district, agent = hall.visitor("chancheng"), hall.visitor("chenjiaqi")
    for_citizen = hand_in(district, order, audience="citizen").json()["id"]
    for_centre = hand_in(district, order, PDF, audience="unit").json()["id"]
    with hall.town.store.transaction() as session:
        ticket = session.exec(select(WorkOrder.ticket).where(WorkOrder.id == order)).one()
    agent.post(f"/api/tickets/{ticket}/dispatch", unit="zumiao-office", reason="协办")
    seen = {
        login: tuple(
            hall.visitor(login).read(f"/attachments/{one}").status_code for one in (for_citizen, for_centre)
        )
        for login in ("chancheng", "chenjiaqi", "zumiao", "guicheng", "admin")
    }
    assert seen == {
        "chancheng": (200, 200),
        "chenjiaqi": (200, 200),
        "zumiao": (200, 404),  # works along: reads what the citizen may have
        "guicheng": (404, 404),
        "admin": (404, 404),
    }
    assert hall.visitor().read(f"/attachments/{for_citizen}").status_code == 401


def test_lists_and_single_files_agree_for_everybody(hall: Hall) -> None:
    order = order_of(hall, "zumiao-office", confidential=True)
    ids = [
        hand_in(hall.visitor("zumiao"), order, audience=audience).json()["id"]
        for audience in ("unit", "citizen")
    ]
    for login in ("zumiao", "zumiao-leader", "chancheng", "guicheng", "chenjiaqi", "tanweiming", "luojieyi"):
        viewer, visitor = hall.town.viewer(login), hall.visitor(login)
        with hall.town.store.transaction() as session:
            row = session.get_one(Attachment, ids[0])
            ticket = session.get_one(WorkOrder, order).ticket
            listed = [
                one.id for one in attachments.of_ticket(session, viewer, session.get_one(Ticket, ticket))
            ]
            assert row.ticket == ticket
        single = [one for one in ids if visitor.read(f"/attachments/{one}").status_code == 200]
        assert single == listed, login


@pytest.mark.parametrize(
    ("content", "name", "words"),
    [
        (b"", "a.jpg", "文件内容为空"),
        (b"<script>", "a.jpg", "不支持该类文件"),
        (b"PK\x03\x04 no package at all", "a.docx", "不支持该类文件"),
    ],
)
def test_what_cannot_be_kept_is_refused_in_words(hall: Hall, content: bytes, name: str, words: str) -> None:
    unit = hall.visitor("zumiao")
    answer = hand_in(unit, order_of(hall, "zumiao-office"), content, name=name)
    assert answer.status_code in (409, 422)
    assert answer.json()["field"] == "file"
    assert words in answer.json()["message"]
    assert not list((hall.house.settings.paths.state / "attachments").rglob("*"))


def test_there_is_an_end_to_how_much_is_kept(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evidence, "LARGEST", 300)
    monkeypatch.setattr(evidence, "MOST", 1)
    unit = hall.visitor("zumiao")
    order = order_of(hall, "zumiao-office")
    assert hand_in(unit, order).json()["key"] == "attachment.too_large"
    assert hand_in(unit, order, JPEG[:200]).status_code == 201
    assert hand_in(unit, order, JPEG[:200]).json()["key"] == "attachment.too_many"
    huge = hand_in(unit, order, bytes(22 * 1024 * 1024))
    assert huge.status_code == 413


def test_an_office_file_is_told_by_what_is_in_it(hall: Hall) -> None:
    unit = hall.visitor("zumiao")
    order = order_of(hall, "zumiao-office")
    package = io.BytesIO()
    with zipfile.ZipFile(package, "w") as made:
        made.writestr("[Content_Types].xml", "<Types/>")
        made.writestr("word/document.xml", "<w/>")
    identity = hand_in(unit, order, package.getvalue(), name="答复函.docx").json()["id"]
    looked = unit.read(f"/attachments/{identity}")
    assert looked.headers["content-disposition"].startswith("attachment;")
    with zipfile.ZipFile(package, "a") as made:
        made.writestr("word/vbaProject.bin", "macro")
    assert hand_in(unit, order, package.getvalue(), name="答复函.docx").status_code == 422


def test_after_the_reply_nothing_is_added_or_taken_away(hall: Hall) -> None:
    unit, other = hall.visitor("zumiao"), hall.visitor("guicheng")
    order = order_of(hall, "zumiao-office")
    identity = hand_in(unit, order).json()["id"]
    assert other.post(f"/api/attachments/{identity}/remove").status_code == 404
    assert hand_in(other, order).status_code == 404
    assert hand_in(unit, order, audience="internal").json()["field"] == "audience"
    unit.post(f"/api/orders/{order}/sign")
    assert unit.post(f"/api/orders/{order}/reply", public="已修好。").status_code == 200
    assert hand_in(unit, order).json()["key"] == "attachment.stays"
    assert unit.post(f"/api/attachments/{identity}/remove").json()["key"] == "attachment.stays"


def test_a_content_that_is_gone_is_not_there(hall: Hall) -> None:
    unit = hall.visitor("zumiao")
    identity = hand_in(unit, order_of(hall, "zumiao-office")).json()["id"]
    with hall.town.store.transaction() as session:
        digest = session.get_one(Attachment, identity).sha256
    path_of(hall.house.settings.paths.state / "attachments", digest).unlink()
    assert unit.read(f"/attachments/{identity}").status_code == 404
