"""A city with one line of each mode, and its queues: what tests of routes and of the dialplan begin with."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from hotline.calendars import Calendar, Span
from hotline.lines import Line, Mode, Queue
from hotline.skills import Skill
from telephony.routing import Directory

AT = datetime(2026, 11, 23, 10, tzinfo=ZoneInfo("Asia/Shanghai"))  # a Monday
NEW_YEAR = AT.replace(2027, 1, 1, 0)

UNIFIED = Line("12345", "政务热线", "The hotline", Mode.UNIFIED, "citywide", "desk", "welcome")
MERGED = Line("12369", "环保", "Environment", Mode.MERGED, "urban", "ecology", "welcome-merged")
DUAL = Line("12319", "城管", "Urban", Mode.DUAL, "urban", "urban", "welcome-dual", valid_until=NEW_YEAR)
LATER = Line(
    "12319", "城管", "Urban", Mode.MERGED, "citywide", "urban", "welcome-merged", valid_from=NEW_YEAR
)
BRANCH = Line(
    "12366", "税务", "Taxes", Mode.BRANCH, "citywide", "tax", "welcome-branch",
    branch_number="075700012366", branch_hours="office", branch_wait=15,
)  # fmt: skip
LINES = (UNIFIED, MERGED, DUAL, LATER, BRANCH)

QUEUES = (
    Queue("citywide", "综合", "General", "general"),
    Queue("urban", "城管", "Urban", "urban"),
    Queue("law", "法律", "Law", "law"),
    Queue("cantonese", "粤语", "Cantonese", "general", language="yue"),
    Queue("urban-cantonese", "城管粤语", "Urban, Cantonese", "urban", language="yue"),
)
SKILLS = (
    Skill("general", "综合", "General"),
    Skill("urban", "城管", "Urban", categories=("01",)),
    Skill("law", "法律", "Law", categories=("10",)),
    Skill("yue", "粤语", "Cantonese", language="yue"),
)
OFFICE = Calendar("office", ((Span(510, 720), Span(840, 1050)),) * 5 + ((), ()))
DIRECTORY = Directory(LINES, QUEUES, SKILLS, {"office": OFFICE}, "citywide", ("cmn", "yue", "en"))
