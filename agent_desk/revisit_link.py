"""The page behind the link of a message: a citizen says, without logging in and without any script, what they think."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Form, Path, Request, Response

from agent_desk.house import House, house_of, now
from agent_desk.render import page_for_anybody, render
from agent_desk.turnstile import Turnstile
from dispatch import revisit_links, revisiting
from dispatch.revisits import Answers, Grievance
from hotline.errors import Refused
from hotline.record import tickets
from hotline.store.tables import Ticket
from hotline.tickets import Satisfaction, Solution
from hotline.words import N_

router = APIRouter(prefix="/r")
TITLE = N_("How was it handled?")
Token = Annotated[str, Path(max_length=64)]
Choice = Annotated[str, Form(max_length=20)]


@router.get("/{token}")
def questions(request: Request, token: Token) -> Response:
    """The questions. Looking at them changes nothing, so that a preview of the link uses nothing up."""
    _pass(request)
    house = house_of(request)
    with house.store.transaction() as session:
        _, task = revisit_links.find(session, token, now())
        ticket = tickets.find(session, task.ticket)
    return _page(request, ticket, {})


@router.post("/{token}")
def answer(
    request: Request,
    token: Token,
    responded: Choice = "",
    solution: Choice = "",
    satisfaction: Choice = "",
    why: Choice = "",
    words: Annotated[str, Form(max_length=500)] = "",
) -> Response:
    """Takes the answers, once."""
    _pass(request)
    given = {"responded": responded, "solution": solution, "satisfaction": satisfaction, "why": why}
    answers = _read(given)
    house = house_of(request)
    if answers is None:
        with house.store.transaction() as session:
            ticket = tickets.find(session, revisit_links.find(session, token, now())[1].ticket)
        return _page(request, ticket, given | {"words": words}, status=422)
    _keep(house, token, answers, words)
    page = page_for_anybody(request, TITLE)
    return render(request, "link/thanks.html", page, is_content=answers.is_content)


def _keep(house: House, token: str, answers: Answers, words: str) -> None:
    """The ticket is locked first, as by everybody who does something with it."""
    with house.store.transaction() as session:
        at = now()
        _, task = revisit_links.find(session, token, at)
        ticket = tickets.find(session, task.ticket, lock=True)
        link, _ = revisit_links.find(session, token, at, lock=True)
        link.used_at = at
        revisiting.answer(session, house.city, ticket, answers, words, at)


def _read(given: dict[str, str]) -> Answers | None:
    """The answers, where the three questions have one each."""
    if given["responded"] not in ("true", "false"):
        return None
    try:
        return Answers(
            given["responded"] == "true",
            Solution(given["solution"]),
            Satisfaction(given["satisfaction"]),
            Grievance(given["why"]) if given["why"] else None,
        )
    except ValueError:
        return None


def _page(request: Request, ticket: Ticket, given: dict[str, Any], status: int = 200) -> Response:
    page = page_for_anybody(request, TITLE)
    answer = render(request, "link/questions.html", page, ticket=ticket, given=given)
    answer.status_code = status
    return answer


def _pass(request: Request) -> None:
    """Whoever tries too often waits. Raises `Refused("link.wait")`."""
    turnstile: Turnstile = request.app.state.turnstile
    if not turnstile.lets(request.client.host if request.client else "", now()):
        raise Refused("link.wait")
