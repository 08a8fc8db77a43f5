"""Files of tickets: rows in the record, contents in a folder under their digests, so that the same file is kept once.

The row is what counts: a content without one is nobody's, and is only found through the visibility predicate.
"""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO
from uuid import uuid4

from sqlmodel import Session, col, func, select

from hotline import evidence, journal
from hotline.errors import Refused
from hotline.evidence import Audience
from hotline.facts import Fact, subject
from hotline.record import visibility
from hotline.store.rows import put
from hotline.store.tables import Attachment, Ticket, WorkOrder
from hotline.viewer import Viewer

PIECE = 1024 * 1024


@dataclass(frozen=True)
class Given:
    """A file as somebody hands it in; `thumbnail` is a small JPEG of a picture, or empty."""

    name: str
    content: BinaryIO
    audience: Audience
    thumbnail: bytes = b""


def keep(
    session: Session,
    folder: Path,
    ticket: Ticket,
    order: WorkOrder,
    given: Given,
    viewer: Viewer,
    at: datetime,
) -> Attachment:
    """Keeps a file with the order. Raises `Refused` as `hotline.evidence` does, before anything is kept."""
    of_order = select(func.count()).where(Attachment.work_order == order.id)
    evidence.check_size(_size(given.content), session.exec(of_order).one())
    kind = _kind(given)
    row = Attachment(
        ticket=order.ticket,
        work_order=order.id,
        name=evidence.plain_name(given.name, kind),
        kind=kind.media,
        size=_size(given.content),
        sha256=_store(folder, given.content),
        thumbnail=_store_thumbnail(folder, given.thumbnail) if kind.is_picture else None,
        audience=given.audience,
        by=viewer.account,
        at=at,
    )
    put(session, row)
    _tell(session, ticket, order, row, "attachment.added", viewer, at)
    return row


def find(session: Session, viewer: Viewer, identity: int) -> Attachment:
    """The file, if this person may see it. Raises `Refused("attachment.unknown")`."""
    seen = select(Attachment).where(Attachment.id == identity, visibility.attachments(viewer))
    row = session.exec(seen).first()
    if row is None:
        raise Refused("attachment.unknown")
    return row


def of_ticket(session: Session, viewer: Viewer, ticket: Ticket) -> Sequence[Attachment]:
    """The ticket's files that this person may see, oldest first."""
    seen = select(Attachment).where(Attachment.ticket == ticket.id, visibility.attachments(viewer))
    return session.exec(seen.order_by(col(Attachment.id))).all()


def remove(
    session: Session, ticket: Ticket, order: WorkOrder, row: Attachment, viewer: Viewer, at: datetime
) -> None:
    """Takes a file away again. Its content stays until nothing names it: others may have handed in the same."""
    session.delete(row)
    session.flush()
    _tell(session, ticket, order, row, "attachment.removed", viewer, at)


def path_of(folder: Path, digest: str) -> Path:
    """Where the content with this digest lies."""
    return folder / digest[:2] / digest


def _size(content: BinaryIO) -> int:
    content.seek(0, 2)
    size = content.tell()
    content.seek(0)
    return size


def _kind(given: Given) -> evidence.Kind:
    head = given.content.read(evidence.HEAD)
    given.content.seek(0)
    return evidence.kind_of(head, given.name, _inside(given.content) if evidence.is_package(head) else ())


def _inside(content: BinaryIO) -> frozenset[str]:
    try:
        with zipfile.ZipFile(content) as package:
            return frozenset(package.namelist())
    except (zipfile.BadZipFile, ValueError, OSError):
        return frozenset()
    finally:
        content.seek(0)


def _store(folder: Path, content: BinaryIO) -> str:
    """Writes the content and returns its digest. It gets its name at the end, whole."""
    digest = hashlib.sha256()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    new = folder / f"{uuid4().hex}.new"
    try:
        with new.open("xb") as kept:
            content.seek(0)
            while piece := content.read(PIECE):
                digest.update(piece)
                kept.write(piece)
        place = path_of(folder, digest.hexdigest())
        place.parent.mkdir(mode=0o700, exist_ok=True)
        new.replace(place)
    finally:
        new.unlink(missing_ok=True)
    return digest.hexdigest()


def _store_thumbnail(folder: Path, small: bytes) -> str | None:
    """A thumbnail that isn't one is left out: the page shows a sign instead."""
    if not small or len(small) > evidence.LARGEST_THUMBNAIL:
        return None
    try:
        kind = evidence.kind_of(small[: evidence.HEAD], "")
    except Refused:
        return None
    if kind is not evidence.JPEG:
        return None
    place = path_of(folder, hashlib.sha256(small).hexdigest())
    place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    place.write_bytes(small)
    return place.name


def _tell(
    session: Session,
    ticket: Ticket,
    order: WorkOrder,
    row: Attachment,
    kind: str,
    viewer: Viewer,
    at: datetime,
) -> None:
    """Without the file's name: people write names of others into those."""
    data = {
        "order": order.id,
        "unit": order.unit,
        "number": ticket.number,
        "audience": row.audience,
        "file": row.kind,
        "size": row.size,
    }
    journal.append(
        session, Fact(kind, subject("attachment", row.id), at, by=viewer.by, data=data, ticket=ticket.id)
    )
