"""The web application: its routes, and what a refusal or an error becomes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http import HTTPStatus
from pathlib import Path
from urllib.parse import quote

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, RedirectResponse, Response
from fastapi.staticfiles import StaticFiles
from redis import RedisError
from sqlalchemy.exc import DataError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException

from agent_desk import (
    attachments,
    automaticwatch,
    catalogue_pages,
    catalogue_versions,
    city_commands,
    city_days,
    city_history,
    city_lines,
    city_pages,
    console,
    console_commands,
    daywatch,
    desk,
    dialplan_pages,
    duty_pages,
    floor,
    hot_pages,
    import_pages,
    jobs,
    line_reports,
    login,
    notices,
    order_commands,
    order_pages,
    organisation_pages,
    outbox_pages,
    people,
    portal,
    prompt_sounds,
    rate_commands,
    rate_orders,
    rate_pages,
    recordings,
    refusals,
    repeat_commands,
    request_commands,
    revisit_commands,
    revisit_link,
    revisit_pages,
    revisitwatch,
    rule_pages,
    rule_simulation,
    rule_tester,
    same_citizens,
    scorecard,
    seat,
    seatwatch,
    sockets,
    start,
    suggest,
    supervision_commands,
    system_pages,
    third_party,
    threshold_pages,
    ticket_commands,
    ticket_pages,
    trycall,
    unit_api,
)
from agent_desk.board import Board
from agent_desk.follow import Follower
from agent_desk.headers import SecurityHeaders
from agent_desk.house import House, now
from agent_desk.render import language_of, page_for_anybody, render
from agent_desk.seatbeats import SeatBeats
from agent_desk.turnstile import Turnstile
from agent_desk.visit import path_of
from hotline.errors import Refused, Unreachable
from hotline.unit_systems import Pace

STATIC = Path(__file__).parent / "static"
ROUTERS = (
    import_pages,
    desk,
    seat,
    third_party,
    start,
    login,
    suggest,
    ticket_commands,
    ticket_pages,
    order_commands,
    request_commands,
    supervision_commands,
    repeat_commands,
    console,
    console_commands,
    revisit_pages,
    revisit_commands,
    revisit_link,
    portal,
    order_pages,
    attachments,
    scorecard,
    duty_pages,
    system_pages,
    unit_api,
    floor,
    hot_pages,
    people,
    recordings,
    sockets,
    trycall,
    jobs,
    notices,
    outbox_pages,
    same_citizens,
    catalogue_pages,
    catalogue_versions,
    organisation_pages,
    city_lines,
    rule_pages,
    rule_simulation,
    rule_tester,
    threshold_pages,
    city_days,
    city_history,
    prompt_sounds,
    city_pages,
    city_commands,
    line_reports,
    rate_pages,
    rate_orders,
    rate_commands,
    dialplan_pages,
)

LARGEST_BODY = 256 * 1024  # bytes; a ticket with all its fields full is far below

log = structlog.get_logger()


def create_app(house: House) -> FastAPI:
    """The application of one web process."""
    app = FastAPI(
        title="12345",
        lifespan=_lifespan,
        max_body_size=LARGEST_BODY,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
    )
    app.state.house = house
    app.state.beats = SeatBeats()
    app.state.pace = Pace()
    app.state.turnstile = Turnstile()
    for module in ROUTERS:
        app.include_router(module.router)
    app.include_router(unit_api.document)
    app.add_api_route("/health", _health)
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    app.add_exception_handler(Refused, _refused)
    app.add_exception_handler(Unreachable, _unreachable)
    for away in (OperationalError, PoolTimeout):
        app.add_exception_handler(away, _record_away)
    app.add_exception_handler(RedisError, _jobs_away)
    app.add_exception_handler(RequestValidationError, _malformed)
    app.add_exception_handler(DataError, _unkeepable)
    app.add_exception_handler(HTTPException, _http_error)
    app.add_exception_handler(Exception, _broken)
    app.add_middleware(SecurityHeaders, settings=house.settings)
    return app


async def _health() -> dict[str, str]:
    """Says that the process serves; nothing more, to anybody."""
    return {"state": "serving"}


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    async with Follower(app.state.house.store).running() as follower:
        app.state.follower = follower
        app.state.board = await asyncio.to_thread(Board, app.state.house, now())
        await asyncio.to_thread(daywatch.look, app.state.house, now())
        watches = (
            seatwatch.watch(app.state.house, app.state.beats),
            daywatch.watch(app.state.house),
            revisitwatch.watch(app.state.house),
            automaticwatch.watch(app.state.house),
        )
        watching = [asyncio.create_task(watch) for watch in watches]
        yield
        for task in watching:
            task.cancel()
        await asyncio.gather(*watching, return_exceptions=True)


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, Refused)
    if error.key == "login.needed" and _wants_page(request):
        return RedirectResponse(f"/login?next={quote(path_of(request), safe='')}", status_code=303)
    return _explain(request, error)


async def _unreachable(request: Request, error: Exception) -> Response:
    log.warning("unreachable", error=str(error), path=request.url.path)
    return _explain(request, Refused("telephone.unreachable"))


async def _record_away(request: Request, error: Exception) -> Response:
    log.warning("record out of reach", error=type(error).__name__, path=request.url.path)
    return _explain(request, Refused("record.unreachable"))


async def _jobs_away(request: Request, error: Exception) -> Response:
    log.warning("jobs out of reach", error=type(error).__name__, path=request.url.path)
    return _explain(request, Refused("jobs.unreachable"))


async def _malformed(request: Request, error: Exception) -> Response:
    """A body or parameter of the wrong form: the first field that is wrong, by name."""
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    field = ".".join(str(part) for part in first["loc"][1:])
    refusal = Refused("field.malformed", field=field, expected=first["msg"])
    return _explain(request, refusal, HTTPStatus.UNPROCESSABLE_ENTITY)


async def _unkeepable(request: Request, error: Exception) -> Response:
    """A value that no column can hold: a number beyond 64 bits, a text with a NUL in it."""
    return _explain(request, Refused("request.malformed"), HTTPStatus.UNPROCESSABLE_ENTITY)


async def _http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    key = "page.unknown" if error.status_code == HTTPStatus.NOT_FOUND else "request.malformed"
    return _explain(request, Refused(key), HTTPStatus(error.status_code))


async def _broken(request: Request, error: Exception) -> Response:
    log.error("request failed", path=request.url.path, exc_info=error)
    return _explain(request, Refused("request.failed"), HTTPStatus.INTERNAL_SERVER_ERROR)


def _explain(request: Request, refusal: Refused, status: HTTPStatus | None = None) -> Response:
    """Says why not, with the refusal's own status or another one."""
    status = status or refusals.status_of(refusal)
    words = refusals.words_of(refusal, language_of(request))
    if _wants_page(request):
        page = page_for_anybody(request, words)
        answer: Response = render(request, "refused.html", page, status=status.value, words=words)
        answer.status_code = status
        return answer
    later = {"Retry-After": str(refusal.facts["seconds"])} if "seconds" in refusal.facts else None
    said = {"key": refusal.key, "message": words, "field": refusal.facts.get("field")}
    return JSONResponse(said, status_code=status, headers=later)


def _wants_page(request: Request) -> bool:
    return request.method == "GET" and "text/html" in request.headers.get("accept", "")
