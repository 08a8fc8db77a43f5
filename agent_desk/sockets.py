"""The pages' one websocket: it says what changed since a cursor, and hears whether the seat is fit for calls."""

from __future__ import annotations

import asyncio
import json
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, WebSocket, WebSocketDisconnect
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from agent_desk import topics
from agent_desk.follow import Follower
from agent_desk.house import House, house_of, now
from agent_desk.visit import COOKIE, recognise, viewer_of
from hotline.facts import Fact
from hotline.journal import Reading
from hotline.record import accounts
from hotline.viewer import Viewer

router = APIRouter()

WAIT_FOR_HELLO = 10.0  # seconds
QUIET = 8.0  # seconds after which a page is told that the line is alive
UNKNOWN_PERSON = 4401  # close codes of our own, in the private range of RFC 6455
BAD_MESSAGE = 4400
TOO_SLOW = 4408
FOREIGN_PAGE = 4403


class Hello(BaseModel):
    """The first message: where the page stands and what it shows."""

    model_config = ConfigDict(extra="forbid")

    since: int = Field(ge=0, lt=2**63)
    watch: list[str] = Field(max_length=50)


@dataclass(frozen=True)
class Welcome:
    """A socket that said hello: who it is and what it follows."""

    viewer: Viewer
    since: int
    followed: frozenset[str]


@router.websocket("/ws")
async def live(socket: WebSocket) -> None:
    """Greets, then tells what changes until either side goes."""
    await socket.accept()
    welcome = await _greet(socket)
    if welcome is None:
        return
    follower: Follower = socket.app.state.follower
    async with follower.listening(welcome.since) as listener:
        hearing = asyncio.create_task(_hear(socket, welcome))
        telling = asyncio.create_task(_tell(socket, welcome, listener.readings))
        _, pending = await asyncio.wait({hearing, telling}, return_when=asyncio.FIRST_COMPLETED)
        for task in pending:
            task.cancel()
        await asyncio.gather(hearing, telling, return_exceptions=True)


async def _greet(socket: WebSocket) -> Welcome | None:
    if not _from_own_page(socket):
        await socket.close(FOREIGN_PAGE, "open this from its own page")
        return None
    try:
        hello = Hello.model_validate_json(await asyncio.wait_for(socket.receive_text(), WAIT_FOR_HELLO))
    except (ValidationError, TimeoutError, KeyError):
        await socket.close(BAD_MESSAGE, 'expected {"since": cursor, "watch": [topics]}')
        return None
    except WebSocketDisconnect:
        return None
    welcome = await asyncio.to_thread(_recognise, house_of(socket), socket.cookies.get(COOKIE, ""), hello)
    if welcome is None:
        await socket.close(UNKNOWN_PERSON, "log in first")
    return welcome


def _from_own_page(socket: WebSocket) -> bool:
    """A page of another site could open a socket with our cookie; its origin gives it away."""
    origin = socket.headers.get("origin")
    return origin is None or origin.split("//", 1)[-1] == socket.headers.get("host")


def _recognise(house: House, token: str, hello: Hello) -> Welcome | None:
    with house.store.transaction() as session:
        found = recognise(house, session, token, now())
        if found is None:
            return None
        viewer = viewer_of(house, found)
        return Welcome(viewer, hello.since, topics.granted(session, viewer, hello.watch))


async def _hear(socket: WebSocket, welcome: Welcome) -> None:
    """Seats say every few seconds that they are fit for calls; anything that isn't JSON ends the talk."""
    with suppress(WebSocketDisconnect):
        while True:
            try:
                message = json.loads(await socket.receive_text())
            except (json.JSONDecodeError, KeyError):
                await socket.close(BAD_MESSAGE, "expected JSON")
                return
            if isinstance(message, dict) and "seat" in message:
                socket.app.state.beats.hear(welcome.viewer, message["seat"], now())


async def _tell(socket: WebSocket, welcome: Welcome, readings: asyncio.Queue[Reading | None]) -> None:
    cursor = welcome.since
    reading: Reading | None = Reading((), cursor)
    with suppress(WebSocketDisconnect):
        while reading is not None:
            events = _events(reading, welcome)
            milliseconds = int(now().timestamp() * 1000)
            cursor = max(cursor, reading.horizon)
            if _may_have_left(reading, welcome) and not await asyncio.to_thread(_is_known, socket):
                await socket.close(UNKNOWN_PERSON, "log in again")
                return
            await socket.send_text(json.dumps({"cursor": cursor, "events": events, "now": milliseconds}))
            reading = await _next(readings, reading)
        await socket.close(TOO_SLOW, "too far behind; come back from your cursor")


def _may_have_left(reading: Reading, welcome: Welcome) -> bool:
    """Whether the person's sessions have changed: one that is over must not go on listening, nor keep a seat fit."""
    return any(fact.subject == welcome.viewer.by and fact.noun == "account" for fact in reading.facts)


def _is_known(socket: WebSocket) -> bool:
    with house_of(socket).store.transaction() as session:
        return accounts.find_session(session, socket.cookies.get(COOKIE, ""), now()) is not None


async def _next(readings: asyncio.Queue[Reading | None], last: Reading) -> Reading | None:
    """What comes next; after a quiet while an empty reading, so that the page knows the line is alive."""
    try:
        return await asyncio.wait_for(readings.get(), QUIET)
    except TimeoutError:
        return Reading((), last.horizon)


def _events(reading: Reading, welcome: Welcome) -> list[dict[str, Any]]:
    if not reading.complete:
        return [{"topics": sorted(welcome.followed), "kind": "journal.skipped"}]
    told = ((fact, topics.topics_of(fact, welcome.viewer, welcome.followed)) for fact in reading.facts)
    return [_event(fact, belongs) for fact, belongs in told if belongs]


def _event(fact: Fact, belongs: list[str]) -> dict[str, Any]:
    """No more than what makes a page ask again: whose it is and what became of it are for that question to decide."""
    return {"topics": belongs, "kind": fact.kind}
