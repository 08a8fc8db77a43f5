"""The recordings of calls: who may listen, and the sound itself. Each listening is in the journal."""

from __future__ import annotations

from pathlib import Path

from fastapi import APIRouter, Request, Response
from fastapi.responses import FileResponse
from sqlmodel import select

from agent_desk.house import House
from agent_desk.visit import Visit, Visiting, VisitRoute
from hotline import journal
from hotline.errors import Refused
from hotline.facts import Fact, subject
from hotline.record import visibility
from hotline.roles import Permission
from hotline.store.tables import Call, Ticket

router = APIRouter(route_class=VisitRoute)


@router.get("/recordings/{identity}")
def play(request: Request, visit: Visiting, identity: str) -> Response:
    """A call's sound, whole or in the ranges that a player asks for."""
    call = visit.session.get(Call, identity)
    if call is None or not may_play(visit, call):
        raise Refused("call.unknown")
    file = file_of(visit.house, call)
    if file is None:
        raise Refused("call.unknown")
    if request.headers.get("range", "bytes=0-").startswith("bytes=0-"):
        about = subject("call", call.id)
        heard = Fact(
            "recording.played", about, visit.at, by=visit.viewer.by, ticket=call.ticket, call=call.id
        )
        journal.append(visit.session, heard)
    return FileResponse(file, media_type="audio/wav")


def may_play(visit: Visit, call: Call) -> bool:
    """Who may listen to recordings may hear those of tickets that they may see; an agent may hear their own."""
    if call.ticket is None:
        return visit.viewer.may(Permission.RECORDING_PLAY)
    seen = select(Ticket).where(Ticket.id == call.ticket, visibility.tickets(visit.viewer))
    ticket = visit.session.exec(seen).first()
    own = ticket is not None and ticket.opened_by == visit.viewer.account
    return ticket is not None and (own or visit.viewer.may(Permission.RECORDING_PLAY))


def file_of(house: House, call: Call) -> Path | None:
    """Where the sound lies, if it is there. The name comes from the switch, so it may not lead out of the folder."""
    if not call.recording:
        return None
    folder = house.settings.paths.state / "recordings"
    file = (folder / call.recording).resolve()
    return file if file.is_relative_to(folder.resolve()) and file.is_file() else None
