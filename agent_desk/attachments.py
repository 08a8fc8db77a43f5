"""Evidence over HTTP: handing files in with an order, looking at them, and taking one away again before the reply."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Form, Response, UploadFile
from fastapi.responses import FileResponse

from agent_desk.house import House
from agent_desk.order_commands import own
from agent_desk.visit import Visiting, VisitRoute
from dispatch import evidence
from hotline.errors import Refused
from hotline.evidence import BY_MEDIA, LARGEST, LARGEST_THUMBNAIL, PDF, Audience
from hotline.record import attachments
from hotline.record.attachments import Given, path_of
from hotline.store.tables import Attachment

router = APIRouter(route_class=VisitRoute)

ROOM = 64 * 1024  # bytes round a file in its request
SEALED = "default-src 'none'; frame-ancestors 'none'; sandbox"
"""What a file may do that somebody handed in: be looked at."""
OF_PDF = "default-src 'none'; frame-ancestors 'none'"
"""A browser's own viewer doesn't open what is in a sandbox."""


@router.post(
    "/api/orders/{identity}/attachments",
    status_code=201,
    max_body_size=LARGEST + LARGEST_THUMBNAIL + ROOM,
)
def hand_in(
    visit: Visiting,
    identity: int,
    file: UploadFile,
    audience: Annotated[Audience, Form()] = Audience.UNIT,
    thumbnail: UploadFile | None = None,
) -> dict[str, int | None]:
    """Keeps a file with the order."""
    own(visit, identity)
    small = thumbnail.file.read(LARGEST_THUMBNAIL + 1) if thumbnail else b""
    given = Given(file.filename or "", file.file, audience, small)
    row = evidence.hand_in(visit.session, folder_of(visit.house), identity, given, visit.viewer, visit.at)
    return {"id": row.id}


@router.post("/api/attachments/{identity}/remove")
def remove(visit: Visiting, identity: int) -> dict[str, str]:
    """Takes a file away again, as long as the reply hasn't left."""
    evidence.take_away(visit.session, identity, visit.viewer, visit.at)
    return {}


@router.get("/attachments/{identity}")
def look(visit: Visiting, identity: int) -> Response:
    """The file itself: pictures and PDF to be looked at, anything else to be kept."""
    row = attachments.find(visit.session, visit.viewer, identity)
    return served(visit.house, row)


@router.get("/attachments/{identity}/thumbnail")
def look_at_small(visit: Visiting, identity: int) -> Response:
    """A picture's small one."""
    row = attachments.find(visit.session, visit.viewer, identity)
    if row.thumbnail is None:
        raise Refused("attachment.unknown")
    return FileResponse(_existing(visit.house, row.thumbnail), media_type="image/jpeg")


def served(house: House, row: Attachment) -> Response:
    """The file as an answer."""
    kind = BY_MEDIA[row.kind]
    shown = kind.is_picture or kind is PDF
    return FileResponse(
        _existing(house, row.sha256),
        media_type=row.kind,
        filename=row.name,
        content_disposition_type="inline" if shown else "attachment",
        headers={"Content-Security-Policy": OF_PDF if kind is PDF else SEALED},
    )


def folder_of(house: House) -> Path:
    """Where the contents lie."""
    return house.settings.paths.state / "attachments"


def _existing(house: House, digest: str) -> Path:
    path = path_of(folder_of(house), digest)
    if not path.is_file():
        raise Refused("attachment.unknown")
    return path
