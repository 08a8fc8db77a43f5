"""The prompts as callers hear them: the sounds that the switch plays, for those who write their words."""

from __future__ import annotations

import re
from pathlib import Path

from fastapi import APIRouter, Response
from fastapi.responses import FileResponse

from agent_desk.city_pages import must_read
from agent_desk.house import House
from agent_desk.visit import Visiting, VisitRoute
from dialplans.folders import folders
from hotline.errors import Refused

router = APIRouter(prefix="/city/sounds", route_class=VisitRoute)

FOLDER = "hotline"  # below each language's, as the dialplan plays them
_NAME = re.compile(r"[a-z0-9][a-z0-9.-]*")


@router.get("/{language}/{name}")
def play(visit: Visiting, language: str, name: str) -> Response:
    """A prompt's sound; of one that is to be spoken yet, there is none."""
    must_read(visit)
    file = file_of(visit.house, language, name)
    if file is None:
        raise Refused("sound.unknown")
    return FileResponse(file, media_type="audio/wav")


def file_of(house: House, language: str, name: str) -> Path | None:
    """Where the sound lies, if it is there; never outside the folder of the sounds."""
    if language not in house.city.city.languages or not _NAME.fullmatch(name):
        return None
    folder = folders(house.settings).sounds
    file = (folder / language / FOLDER / f"{name}.wav").resolve()
    return file if file.is_relative_to(folder.resolve()) and file.is_file() else None
