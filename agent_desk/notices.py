"""A person's own notices: a bell in the band of every page, and the list behind it, the newest first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field
from sqlmodel import col, select

from agent_desk.render import fragment, page_for, render
from agent_desk.visit import Visit, Visiting, VisitRoute
from dispatch import outbox
from hotline.facts import subject
from hotline.messages import Channel
from hotline.store.tables import MessageRow
from hotline.words import N_

router = APIRouter(route_class=VisitRoute)

PAGE = 30

Before = Annotated[int | None, Query(ge=1, le=2**62)]


class Upto(BaseModel):
    """The newest notice that the person saw."""

    model_config = ConfigDict(extra="forbid")

    upto: Annotated[int, Field(ge=0, le=2**62)]


@dataclass(frozen=True)
class Inbox:
    """A page of notices; `newest` is what the person has seen by now, `next` where it goes on."""

    rows: Sequence[MessageRow]
    newest: int
    unread: int
    before: int | None
    next: int | None


@router.get("/notices")
def notices_page(request: Request, visit: Visiting, before: Before = None) -> Response:
    """What this person was told, the newest first."""
    return render(
        request, "notices.html", page_for(visit, N_("Notices"), "notices"), inbox=_inbox(visit, before)
    )


@router.get("/notices/list")
def notices_fragment(visit: Visiting) -> Response:
    """The list again, after something came or was read."""
    return fragment(visit, "notices/list.html", inbox=_inbox(visit, None))


@router.get("/notices/bell")
def bell_fragment(visit: Visiting) -> Response:
    """The bell again."""
    return fragment(visit, "notices/bell.html", unread=visit.viewer.unread)


@router.post("/api/notices/read")
def read(visit: Visiting, seen: Upto) -> dict[str, str]:
    """The person has seen them."""
    outbox.read(visit.session, visit.viewer.account, seen.upto, visit.at)
    return {}


def _inbox(visit: Visit, before: int | None) -> Inbox:
    asked = select(MessageRow).where(
        MessageRow.to == subject("account", visit.viewer.account), MessageRow.channel == Channel.NOTICE
    )
    if before is not None:
        asked = asked.where(col(MessageRow.id) < before)
    rows = visit.session.exec(asked.order_by(col(MessageRow.id).desc()).limit(PAGE + 1)).all()
    newest = rows[0].id or 0 if rows else 0
    return Inbox(
        rows[:PAGE], newest, visit.viewer.unread, before, rows[PAGE - 1].id if len(rows) > PAGE else None
    )
