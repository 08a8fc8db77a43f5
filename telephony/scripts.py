"""What Asterisk can ask us, by the name in the address (`agi://…/route`). Pure conversations."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime

from telephony.agi import BadTalk, Conversation, Request, set_variable
from telephony.routing import Directory, Known, Route, route

Script = Callable[[Request], Awaitable[Conversation]]
"""Learns what it needs, which may take a moment, and then knows all that it has to say."""

Learn = Callable[[str], Awaitable[tuple[Directory, Known]]]
"""The city as it is now, and what is known of the caller with this number."""

SOUNDS = "hotline"  # the folder of our sounds below each language's

VARIABLES = ("QUEUE", "LANGUAGE", "PROMPTS", "BRANCH", "BRANCH_UNIT", "BRANCH_WAIT")
"""What the dialplan goes by. It has the line's own values in them until it is told better ones."""


def scripts(
    learn: Learn, now: Callable[[], datetime], tell: Callable[[str, Route], None]
) -> Mapping[str, Script]:
    """All scripts. `tell` hears of each call's route."""

    async def route_call(request: Request) -> Conversation:
        call, dialled = _arguments(request)
        directory, known = await learn(request.environment.get("agi_callerid", ""))
        return _direct(call, route(directory, dialled, now(), known), tell)

    return {"route": route_call}


def _arguments(request: Request) -> tuple[str, str]:
    if len(request.arguments) != 2:
        raise BadTalk(f"{len(request.arguments)} arguments instead of a call and a line")
    return request.arguments[0], request.arguments[1]


def _direct(call: str, chosen: Route, tell: Callable[[str, Route], None]) -> Conversation:
    """All in one command, so that a call that is cut off has either the whole route or its line's own."""
    branch = chosen.branch
    values = (
        chosen.queue,
        chosen.language,
        "&".join(f"{SOUNDS}/{prompt}" for prompt in chosen.prompts),
        *((branch.number, branch.unit, str(branch.wait)) if branch else ("", "", "")),
    )
    names = ",".join(f"HOTLINE_{name}" for name in VARIABLES)
    yield set_variable(f"ARRAY({names})", ",".join(values))
    tell(call, chosen)
