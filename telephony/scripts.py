"""What Asterisk can ask us, by the name in the address (`agi://…/route`). Pure conversations."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from telephony.agi import BadTalk, Conversation, Request, set_variable
from telephony.routing import Directory, Route, route

Script = Callable[[Request], Conversation]
SOUNDS = "hotline"  # the folder of our sounds below each language's


def scripts(
    directory: Callable[[], Directory], now: Callable[[], datetime], tell: Callable[[str, Route], None]
) -> Mapping[str, Script]:
    """All scripts. `directory` and `now` are asked anew for each call; `tell` hears of each call's route."""

    def route_call(request: Request) -> Conversation:
        call, dialled = _arguments(request)
        chosen = route(directory(), dialled, now())
        yield from _apply(chosen)
        tell(call, chosen)

    return {"route": route_call}


def _arguments(request: Request) -> tuple[str, str]:
    if len(request.arguments) != 2:
        raise BadTalk(f"{len(request.arguments)} arguments instead of a call and a line")
    return request.arguments[0], request.arguments[1]


def _apply(chosen: Route) -> Conversation:
    """The queue comes last: a call that is cut off in between is in the default one, wholly."""
    sounds = "&".join(f"{SOUNDS}/{prompt}" for prompt in chosen.prompts)
    for name, value in (("PROMPTS", sounds), ("LANGUAGE", chosen.language), ("QUEUE", chosen.queue)):
        yield set_variable(f"HOTLINE_{name}", value)
