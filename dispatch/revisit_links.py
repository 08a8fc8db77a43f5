"""Links by which citizens answer: made for one revisit, good once and for some days. The record keeps only a hash."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta

from sqlmodel import Session, select

from hotline.errors import Refused
from hotline.store.rows import put
from hotline.store.tables import Revisit, RevisitLink

LIVES = timedelta(days=7)


def make(session: Session, task: Revisit, at: datetime) -> str:
    """A new link's token. It goes into the message and nowhere else."""
    token = secrets.token_urlsafe(18)
    link = RevisitLink(token_hash=_hash(token), revisit=task.id or 0, made_at=at, expires_at=at + LIVES)
    put(session, link)
    return token


def find(session: Session, token: str, at: datetime, *, lock: bool = False) -> tuple[RevisitLink, Revisit]:
    """The link that `token` opens, with its revisit. Raises `Refused`: `link.unknown`, `link.used`, `link.over`."""
    asked = select(RevisitLink).where(RevisitLink.token_hash == _hash(token))
    link = session.exec(asked.with_for_update() if lock else asked).first()
    if link is None:
        raise Refused("link.unknown")
    if link.used_at is not None:
        raise Refused("link.used")
    task = session.get_one(Revisit, link.revisit)
    if at >= link.expires_at or task.ended_at is not None:
        raise Refused("link.over")
    return link, task


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
