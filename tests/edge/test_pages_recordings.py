"""Recordings: who may listen, in ranges as players ask, and that every listening is in the journal."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlmodel import select

from hotline import calls
from hotline.record import calls as call_record
from hotline.store.tables import FactRow
from tests.edge.visitors import Hall

pytestmark = pytest.mark.edge

SOUND = bytes(range(256)) * 8


def recorded(hall: Hall, number: int = 1, file: str = "2026/11/a1-1.wav") -> str:
    """A call with a recording that ended; its id."""
    call, at = f"a1-{number}.1", datetime.now(UTC)
    folder = hall.house.settings.paths.state / "recordings"
    (folder / "2026/11").mkdir(parents=True, exist_ok=True)
    (folder / "2026/11/a1-1.wav").write_bytes(SOUND)
    (folder.parent / "secret.wav").write_bytes(SOUND)
    named = {"call": call, "at": at, "line": "12319", "caller": "16000000001", "linkedid": f"{number}.1"}
    with hall.town.store.transaction() as session:
        signals = (
            calls.Entered(**named),  # type: ignore[arg-type]
            calls.Recorded(call=call, at=at, file=file),
            calls.Answered(call=call, at=at, extension="8001"),
            calls.Ended(call=call, at=at),
        )
        call_record.apply(session, signals, "a1")
    return call


def test_a_supervisor_listens_in_ranges_and_that_is_on_record_once(hall: Hall) -> None:
    supervisor, call = hall.visitor("guanshufen"), recorded(hall)
    whole = supervisor.read(f"/recordings/{call}", range="bytes=0-")
    assert (whole.status_code, whole.content, whole.headers["content-type"]) == (206, SOUND, "audio/wav")
    part = supervisor.read(f"/recordings/{call}", range="bytes=100-199")
    assert (part.status_code, part.content) == (206, SOUND[100:200])
    with hall.town.store.transaction() as session:
        heard = session.exec(select(FactRow).where(FactRow.kind == "recording.played")).all()
    assert [(fact.by, fact.call) for fact in heard] == [(hall.town.viewer("guanshufen").by, call)]


def test_an_agent_hears_their_own_tickets_calls_and_no_others(hall: Hall) -> None:
    agent, other, call = hall.visitor("chenjiaqi"), hall.visitor("liangwenhao"), recorded(hall)
    assert agent.read(f"/recordings/{call}").status_code == 404
    ticket = hall.open_ticket(agent, call=call)
    assert agent.read(f"/recordings/{call}").status_code == 200
    assert f"/recordings/{call}" in agent.page(f"/tickets/{ticket}").text
    assert other.read(f"/recordings/{call}").status_code == 404
    assert f"/recordings/{call}" not in other.page(f"/tickets/{ticket}").text


def test_a_confidential_tickets_call_is_heard_by_who_may_see_it(hall: Hall) -> None:
    agent, call = hall.visitor("chenjiaqi"), recorded(hall)
    hall.open_ticket(agent, "zumiao-office", call=call, confidential=True)
    assert hall.visitor("guanshufen").read(f"/recordings/{call}").status_code == 200
    for login in ("luojieyi", "zumiao", "situzheng"):
        assert hall.visitor(login).read(f"/recordings/{call}").status_code == 404, login


def test_to_name_somebody_elses_call_in_a_ticket_gives_nothing(hall: Hall) -> None:
    agent, other, call = hall.visitor("chenjiaqi"), hall.visitor("liangwenhao"), recorded(hall)
    hall.open_ticket(other, call=call)
    assert other.read(f"/recordings/{call}").status_code == 404
    ticket = hall.open_ticket(agent, call=call)
    assert f"/recordings/{call}" not in agent.page(f"/tickets/{ticket}").text


def test_a_second_ticket_leaves_the_first_its_call(hall: Hall) -> None:
    agent, call = hall.visitor("chenjiaqi"), recorded(hall)
    for ticket in (hall.open_ticket(agent, call=call), hall.open_ticket(agent, call=call)):
        assert f"/recordings/{call}" in agent.page(f"/tickets/{ticket}").text


def test_listening_from_the_middle_is_on_record_too(hall: Hall) -> None:
    supervisor, call = hall.visitor("guanshufen"), recorded(hall)
    assert supervisor.read(f"/recordings/{call}", range="bytes=1-").status_code == 206
    with hall.town.store.transaction() as session:
        assert session.exec(select(FactRow.id).where(FactRow.kind == "recording.played")).first()


def test_a_name_from_the_switch_does_not_lead_out_of_the_folder(hall: Hall) -> None:
    supervisor = hall.visitor("guanshufen")
    for number, file in enumerate(("../secret.wav", "/etc/passwd", "gone.wav", ""), start=2):
        assert supervisor.read(f"/recordings/{recorded(hall, number, file)}").status_code == 404, file
    assert supervisor.read("/recordings/never-was").status_code == 404
