"""The page of one work order, and what is said about a reply while it is being written."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response

from agent_desk.order_commands import Draft
from agent_desk.order_view import find, order_view
from agent_desk.render import fragment, page_for, render
from agent_desk.ticket_pages import note_look
from agent_desk.visit import Visit, Visiting, VisitRoute
from dispatch import reply_check
from dispatch.handling import REPLY_LENGTH
from dispatch.reply_check import KIND_WORDS, Finding
from hotline.record import tickets
from hotline.words import N_, translate

router = APIRouter(route_class=VisitRoute)


@router.get("/portal/orders/{identity}")
def order_page(request: Request, visit: Visiting, identity: int) -> Response:
    """One work order, with all that the unit may know of its ticket."""
    page = page_for(visit, N_("Work order"), "portal")
    view = order_view(visit, identity)
    note_look(visit, view.ticket)
    return render(request, "order.html", page, view=view)


@router.get("/portal/orders/{identity}/body")
def order_fragment(visit: Visiting, identity: int) -> Response:
    """The same again, after something changed."""
    view = order_view(visit, identity)
    note_look(visit, view.ticket)
    return fragment(visit, "portal/order_body.html", view=view)


@router.post("/api/orders/{identity}/reply/preview")
def look_at_reply(visit: Visiting, identity: int, draft: Draft) -> dict[str, Any]:
    """What there is to say about a reply that isn't sent yet: findings to be shown, and what stops it."""
    order = find(visit, identity)
    ticket = tickets.find(visit.session, order.ticket)
    found = reply_check.check(
        draft.public, asked=ticket.content, earlier=order.public_reply, citizen=ticket.contact
    )
    shown = [_words(visit, one) for one in found if not one.stops]  # what stops it is said at the field
    is_good = not found and draft.public.strip() != ""
    html = fragment(visit, "portal/findings.html", findings=shown, is_good=is_good)
    return {"html": bytes(html.body).decode(), "problems": _problems(visit, draft, found)}


def _words(visit: Visit, finding: Finding) -> str:
    return translate(
        KIND_WORDS[finding.kind], visit.viewer.language, what=finding.what, number=finding.number
    )


def _problems(visit: Visit, draft: Draft, found: list[Finding]) -> list[dict[str, str]]:
    if len(draft.public) > REPLY_LENGTH:
        words = translate(N_("At most {limit} characters"), visit.viewer.language, limit=REPLY_LENGTH)
        return [{"field": "public", "message": words}]
    stops = next((one for one in found if one.stops), None)
    return [{"field": "public", "message": _words(visit, stops)}] if stops else []
