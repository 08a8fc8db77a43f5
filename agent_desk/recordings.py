"""The recordings of calls: who may listen, and the sound itself. Each listening is in the journal."""

from __future__ import annotations

from pathlib import Path

from fastapi import APIRouter, Response
from fastapi.responses import FileResponse
from sqlmodel import select

from agent_desk.house import House
from agent_desk.visit import Visit, Visiting, VisitRoute
from hotline.errors import Refused
from hotline.record import views, visibility
from hotline.roles import Permission
from hotline.store.tables import Call, Ticket

router = APIRouter(route_class=VisitRoute)


@router.get("/recordings/{identity}")
def play(visit: Visiting, identity: str) -> Response:
    """A call's sound, whole or in the ranges that a player asks for."""
    call = visit.session.get(Call, identity)
    if call is None or not may_play(visit, call):
        raise Refused("call.unknown")
    file = file_of(visit.house, call)
    if file is None:
        raise Refused("call.unknown")
    views.recording_played(visit.session, visit.viewer, visit.at, call=call.id, ticket=call.ticket)
    return FileResponse(file, media_type="audio/wav")


def may_play(visit: Visit, call: Call) -> bool:
    """Who may listen to recordings may hear those of tickets that they may see; an agent may hear their own."""
    if call.ticket is None:
        return visit.viewer.may(Permission.RECORDING_PLAY)
    seen = select(Ticket).where(Ticket.id == call.ticket, visibility.tickets(visit.viewer))
    ticket = visit.session.exec(seen).first()
    if ticket is None:
        return False
    # To have written a ticket about somebody else's call isn't enough: whoever knows its id could.
    own = ticket.opened_by == visit.viewer.account and call.agent == visit.viewer.extension
    return own or visit.viewer.may(Permission.RECORDING_PLAY)


def file_of(house: House, call: Call) -> Path | None:
    """Where the sound lies, if it is there. The name comes from the switch, so it may not lead out of the folder."""
    if not call.recording:
        return None
    folder = house.settings.paths.state / "recordings"
    file = (folder / call.recording).resolve()
    return file if file.is_relative_to(folder.resolve()) and file.is_file() else None
