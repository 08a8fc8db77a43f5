"""Turning a page value into HTML: the templates, the words in the reader's language, the time of day here."""

from __future__ import annotations

from datetime import datetime
from functools import cache, lru_cache, partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_datetime
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request

from agent_desk.assets import asset
from agent_desk.codes import CODES, in_words
from agent_desk.house import house_of, now
from agent_desk.page import Page
from agent_desk.visit import Visit, path_of
from hotline import journal
from hotline.evidence import ENDINGS
from hotline.words import LANGUAGES, translate

TEMPLATES = Path(__file__).parent / "templates"
THEMES = ("auto", "light", "dark")
ACCEPTED = ",".join(["image/*", *(f".{ending}" for ending in ENDINGS)])
"""What a page's file field offers."""


@cache
def environment(language: str, zone: ZoneInfo) -> Environment:
    """The templates for readers of `language` in `zone`. What those decide is there for every template, so that the
    components can be imported without a page's context, and are then made once and not for each page.
    """
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals |= {
        "asset": asset,
        "codes": CODES,
        "accepted": ACCEPTED,
        "language": language,
        "zone": zone.key,
    }
    made.globals |= {
        "_": partial(translate, language=language),
        "local": partial(_local, zone=zone, language=language),
    }
    made.filters["in_words"] = in_words
    return made


def render(request: Request, template: str, page: Page, **values: Any) -> HTMLResponse:
    """The whole page."""
    zone = house_of(request).zone
    return HTMLResponse(_draw(template, page.language, zone, page=page, **values))


def fragment(visit: Visit, template: str, **values: Any) -> HTMLResponse:
    """A part of a page, to be put in the place of its older self."""
    return HTMLResponse(_draw(template, visit.viewer.language, visit.house.zone, **values))


def page_for(visit: Visit, title: str, nav: str) -> Page:
    """The frame of a page for the person who asked. Make it first: its cursor has to be older than what it shows."""
    viewer = visit.viewer
    return Page(
        title=title,
        nav=nav,
        account=viewer,
        language=viewer.language,
        theme=viewer.theme,
        csrf=visit.csrf,
        cursor=journal.horizon(visit.session),
        now=visit.at,
        path=visit.path,
    )


def page_for_anybody(request: Request, title: str) -> Page:
    """The frame of a page for somebody who isn't logged in: nothing in it is live."""
    chosen = request.cookies.get("theme", "")
    return Page(
        title=title,
        nav="",
        account=None,
        language=language_of(request),
        theme=chosen if chosen in THEMES else "auto",
        csrf="",
        cursor=0,
        now=now(),
        path=path_of(request),
    )


def language_of(request: Request) -> str:
    """The language that the browser had last, else the city's."""
    chosen = request.cookies.get("language", "")
    return chosen if chosen in LANGUAGES else house_of(request).settings.site.language


def _draw(template: str, language: str, zone: ZoneInfo, **values: Any) -> str:
    return environment(language, zone).get_template(template).render(**values)


@lru_cache(maxsize=16384)  # lists are drawn again and again, and Babel takes its time
def _local(at: datetime | None, form: str = "MM-dd HH:mm", *, zone: ZoneInfo, language: str) -> str:
    """`at` as people here read it; nothing where nothing happened yet."""
    return "" if at is None else format_datetime(at.astimezone(zone), form, locale=language)
