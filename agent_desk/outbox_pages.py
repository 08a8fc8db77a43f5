"""The outbox in a page: what waits, what failed and why, what was given up, and sending that again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from sqlmodel import col, select

from agent_desk import naming
from agent_desk.city_pages import names_of
from agent_desk.render import fragment, page_for, render
from agent_desk.visit import Visit, Visiting, VisitRoute
from dispatch import outbox
from dispatch.channels import configured
from hotline.deliveries import unit_of
from hotline.messages import CHANNEL_WORDS, ERROR_WORDS, STATE_WORDS, Channel, State
from hotline.roles import Permission
from hotline.store.tables import MessageRow
from hotline.words import N_, translate

router = APIRouter(route_class=VisitRoute)

PAGE = 50
TABS: Mapping[str, tuple[str, tuple[State, ...]]] = {
    "open": (N_("To be sent"), outbox.OPEN),
    "dead": (N_("Given up"), (State.DEAD,)),
    "sent": (N_("Sent"), (State.SENT,)),
}
OUTSIDE = (Channel.MAIL, Channel.SMS, Channel.WEBHOOK)
UNSET = {
    Channel.MAIL: N_("No mail server is set: {count} mails wait (messages.mail_host)"),
    Channel.SMS: N_(
        "No text message provider is set: {count} messages wait (messages.sms_url, messages.secret)"
    ),
    Channel.WEBHOOK: N_("Nothing signs webhooks: {count} wait (messages.secret)"),
}

Tab = Annotated[str, Query(pattern="^(" + "|".join(TABS) + ")$")]
Before = Annotated[int | None, Query(ge=1, le=2**62)]


@dataclass(frozen=True)
class Line:
    """A message in the list. `to` is a name, or an address of which only its end is shown; `error` is in words."""

    row: MessageRow
    to: str
    channel: str
    state: str
    error: str


@dataclass(frozen=True)
class Outbox:
    """What lies under one tab, how many there are to be sent or given up, and what can't be sent at all."""

    tab: str
    tabs: Mapping[str, tuple[str, tuple[State, ...]]]
    counts: Mapping[str, int]
    lines: Sequence[Line]
    unset: Sequence[str]
    before: int | None
    next: int | None


@router.get("/messages")
def outbox_page(request: Request, visit: Visiting, tab: Tab = "open", before: Before = None) -> Response:
    """What is on its way, the newest first."""
    page = page_for(visit, N_("Outbox"), "messages")
    return render(request, "messages.html", page, outbox=_outbox(visit, tab, before))


@router.get("/messages/list")
def outbox_fragment(visit: Visiting, tab: Tab = "open") -> Response:
    """The list again, after something went out or didn't."""
    return fragment(visit, "messages/list.html", outbox=_outbox(visit, tab, None))


@router.post("/api/messages/resend")
def resend_all(visit: Visiting) -> dict[str, str]:
    """Lets all that was given up be tried again, the newest of it first."""
    visit.viewer.must(Permission.ADMIN_RULES)
    dead = (
        select(MessageRow.id)
        .where(MessageRow.state == State.DEAD)
        .order_by(col(MessageRow.id).desc())
        .limit(500)
    )
    found = [number for number in visit.session.exec(dead) if number is not None]
    for number in found:
        outbox.resend(visit.session, number, visit.viewer.by, visit.at)
    return {
        "message": translate(N_("{count} messages are tried again"), visit.viewer.language, count=len(found))
    }


@router.post("/api/messages/{identity}/resend")
def resend(visit: Visiting, identity: int) -> dict[str, str]:
    """Lets one that was given up be tried again."""
    visit.viewer.must(Permission.ADMIN_RULES)
    outbox.resend(visit.session, identity, visit.viewer.by, visit.at)
    return {"message": translate(N_("It is tried again"), visit.viewer.language)}


def _outbox(visit: Visit, tab: str, before: int | None) -> Outbox:
    visit.viewer.must(Permission.ADMIN_RULES)
    counts = outbox.counts(visit.session)
    rows = _rows(visit, tab, before)
    names = names_of(visit, [row.to for row in rows])
    ready = configured(visit.house.settings)
    waiting = {channel: sum(counts.get((channel, one), 0) for one in outbox.OPEN) for channel in OUTSIDE}
    return Outbox(
        tab=tab,
        tabs=TABS,
        counts={
            key: sum(count for (_, state), count in counts.items() if state in states)
            for key, (_, states) in TABS.items()
            if key != "sent"
        },
        lines=[_line(visit, row, names) for row in rows[:PAGE]],
        unset=[
            translate(UNSET[channel], visit.viewer.language, count=waiting[channel])
            for channel in OUTSIDE
            if channel not in ready and waiting[channel]
        ],
        before=before,
        next=rows[PAGE - 1].id if len(rows) > PAGE else None,
    )


def _rows(visit: Visit, tab: str, before: int | None) -> Sequence[MessageRow]:
    """What stays in the house is no business of this page: it has arrived."""
    asked = select(MessageRow).where(
        col(MessageRow.state).in_(TABS[tab][1]), MessageRow.channel != Channel.NOTICE
    )
    if before is not None:
        asked = asked.where(col(MessageRow.id) < before)
    return visit.session.exec(asked.order_by(col(MessageRow.id).desc()).limit(PAGE + 1)).all()


def _line(visit: Visit, row: MessageRow, names: Mapping[str, str]) -> Line:
    return Line(
        row,
        to=names.get(row.to) or _masked(visit, row.to),
        channel=CHANNEL_WORDS[Channel(row.channel)],
        state=STATE_WORDS[State(row.state)],
        error=error_words(visit, row),
    )


def error_words(visit: Visit, row: MessageRow) -> str:
    """What went wrong with a message, in words; nothing where nothing did."""
    word, _, status = row.error.partition(":")
    said = translate(ERROR_WORDS[word], visit.viewer.language) if word in ERROR_WORDS else row.error
    return f"{said} ({status})" if status else said


def _masked(visit: Visit, address: str) -> str:
    """Whose it is can't be read off; which one of several it was can. A unit is named."""
    if (unit := unit_of(address)) is not None:
        return naming.unit(visit, unit)
    return f"…{address[-4:]}" if len(address) > 4 else "…"
