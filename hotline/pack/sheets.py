"""The format of a city pack, as a table: its files, their fields, and which field names a row of which sheet.

Reading, checking and the manual go by this table; a new column is a new line here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from hotline import tickets
from hotline.areas import Area
from hotline.catalogue import Category, Matter, Slot
from hotline.clock_policy import Kind as ClockKind
from hotline.levels import Level
from hotline.lines import Line, Mode, Queue
from hotline.pack import forms
from hotline.pack.forms import Form, many, one_of
from hotline.pack.model import EmergencyNumber, Person, Skill
from hotline.roles import Role
from hotline.units import Kind, Unit

REQUIRED = object()


@dataclass(frozen=True)
class Field:
    """A column of a CSV file or a key in TOML. `names`: the sheet whose rows it names, by their key.

    `unique`: no two rows of its sheet share a value of it.
    """

    name: str
    about: str
    form: Form = forms.TEXT
    default: Any = REQUIRED
    names: str | None = None
    unique: bool = False

    @property
    def required(self) -> bool:
        """Whether a row must have it."""
        return self.default is REQUIRED


@dataclass(frozen=True)
class Sheet:
    """Rows of one kind: a whole CSV file, or the tables `[[table]]` of a TOML file (`[table]` where `single`).

    `key` is the field by which other sheets name a row; `make` builds the value from the fields by name.
    """

    name: str
    file: str
    fields: tuple[Field, ...]
    table: str = ""
    key: str | None = None
    single: bool = False
    make: Callable[..., Any] = dict

    @property
    def is_csv(self) -> bool:
        """Whether its lines are rows."""
        return self.file.endswith(".csv")

    @property
    def title(self) -> str:
        """The field by which a person tells its rows apart."""
        return self.key or self.fields[0].name

    @property
    def header(self) -> str:
        """What stands above a row of it in TOML."""
        return f"[{self.table}]" if self.single else f"[[{self.table}]]"


def _names(about_zh: str = "name in Chinese", about_en: str = "name in English") -> tuple[Field, Field]:
    return Field("name_zh", about_zh), Field("name_en", about_en)


def _titles() -> tuple[Field, Field]:
    return Field("title_zh", "title in Chinese"), Field("title_en", "title in English")


def _validity() -> tuple[Field, Field]:
    return (
        Field("valid_from", "first day", forms.DAY, date.min),
        Field("valid_until", "the day after the last", forms.DAY, date.max),
    )


SHEETS = (
    Sheet(
        "city",
        "city.toml",
        (
            Field("code", "the city's own code", forms.CODE),
            *_names(),
            Field("timezone", "time zone of its clocks and calendar", forms.ZONE),
            Field("languages", "languages spoken, the preferred first", many(forms.LANGUAGE)),
            Field("number", "the hotline's own number", forms.NUMBER),
            Field("default_queue", "where a call waits when nothing better is known", names="queues"),
            Field("duty_unit", "who answers where no rule finds anybody", names="units"),
        ),
        table="city",
        single=True,
    ),
    Sheet(
        "emergency",
        "city.toml",
        (Field("number", "an emergency number", forms.NUMBER, unique=True), *_names()),
        table="emergency",
        make=EmergencyNumber,
    ),
    Sheet(
        "skills",
        "skills.toml",
        (Field("name", "what queues and people call it", forms.CODE, unique=True), *_titles()),
        table="skill",
        key="name",
        make=Skill,
    ),
    Sheet(
        "queues",
        "queues.toml",
        (
            Field("name", "what lines call it", forms.CODE, unique=True),
            *_titles(),
            Field("skill", "the skill that its calls need", names="skills"),
            Field("answer_target", "seconds within which a call should be answered", forms.WHOLE, 15),
            Field("weight", "a higher weight is served before a lower one", forms.WHOLE, 0),
        ),
        table="queue",
        key="name",
        make=Queue,
    ),
    Sheet(
        "lines",
        "lines.toml",
        (
            Field("number", "the number that people dial", forms.NUMBER),
            *_names(),
            Field("mode", "how far it has been merged", one_of(Mode)),
            Field("queue", "where its calls wait", names="queues"),
            Field("unit", "the unit that it belonged to, or belongs to", names="units"),
            Field("greeting", "the prompt that its callers hear", forms.CODE),
            Field("language", "the language that it starts in", forms.LANGUAGE, "cmn"),
            *_validity(),
        ),
        table="line",
        make=Line,
    ),
    Sheet(
        "areas",
        "areas.csv",
        (
            Field("code", "the place's code", forms.CODE, unique=True),
            *_names(),
            Field("level", "how wide it is", one_of(Level)),
            Field("parent", "the place in which it lies; empty for the city", default=None, names="areas"),
            Field("aliases", "other words that people say for it", many(forms.TEXT), ()),
        ),
        key="code",
        make=Area,
    ),
    Sheet(
        "units",
        "units.csv",
        (
            Field("code", "the unit's code", forms.CODE, unique=True),
            *_names(),
            Field("level", "the level at which it acts", one_of(Level)),
            Field("kind", "what sort of body it is", one_of(Kind)),
            Field(
                "parent", "the unit above it; empty for the city's government", default=None, names="units"
            ),
            Field("areas", "the places that it answers for", many(forms.CODE), names="areas"),
            Field("calendar", "when it works", names="calendars"),
            Field(
                "guided_by",
                "city departments whose duties it carries out in its areas",
                many(forms.CODE),
                (),
                names="units",
            ),
            *_validity(),
            Field("succeeds", "units whose duties it took over", many(forms.CODE), (), names="units"),
        ),
        key="code",
        make=Unit,
    ),
    Sheet(
        "slots",
        "slots.toml",
        (
            Field("name", "what matters call it", forms.CODE, unique=True),
            Field("label_zh", "label on the form in Chinese"),
            Field("label_en", "label on the form in English"),
        ),
        table="slot",
        key="name",
        make=Slot,
    ),
    Sheet(
        "categories",
        "categories.csv",
        (Field("code", "two digits, or four below those", forms.CATEGORY, unique=True), *_names()),
        key="code",
        make=Category,
    ),
    Sheet(
        "matters",
        "catalogue.csv",
        (
            Field("code", "its category's four digits and two or four of its own", forms.MATTER),
            *_names(),
            Field("types", "the kinds of ticket that it comes as", many(one_of(tickets.Type))),
            Field("owner", "the unit whose duty it is", names="units"),
            Field("level", "the level that handles it", one_of(Level)),
            Field("areas", "where that is so; empty for everywhere", many(forms.CODE), (), names="areas"),
            Field("keywords", "words that people say", many(forms.TEXT)),
            Field("slots", "what the form must ask", many(forms.CODE), (), names="slots"),
            Field("basis", "the law or rule that it rests on", default=""),
            Field("budget", "time to resolve, instead of the policy's", forms.BUDGET, None),
            *_validity(),
        ),
        key="code",
        make=Matter,
    ),
    Sheet(
        "calendars",
        "calendar.toml",
        (
            Field("name", "what units call it", forms.CODE, unique=True),
            Field("weekdays", "working days of a week", many(forms.WEEKDAY, frozenset)),
            Field("hours", "working hours of such a day", many(forms.SPAN)),
            Field("official_days", "whether the country's holidays and make-up days apply", forms.TRUTH),
        ),
        table="calendar",
        key="name",
    ),
    Sheet(
        "days",
        "calendar.toml",
        (
            Field("calendar", "whose day it is", names="calendars"),
            Field("day", "the date", forms.DAY),
            Field("working", "whether it is worked", forms.TRUTH),
            Field("note", "why"),
        ),
        table="day",
    ),
    Sheet(
        "policies",
        "clocks.toml",
        (Field("version", "what its rules call it", forms.CODE, unique=True), *_validity()),
        table="policy",
        key="version",
    ),
    Sheet(
        "clocks",
        "clocks.toml",
        (
            Field("policy", "the version that it belongs to", names="policies"),
            Field("kind", "what is promised", one_of(ClockKind)),
            Field(
                "types",
                "kinds of ticket; all where absent",
                many(one_of(tickets.Type), frozenset),
                frozenset(),
            ),
            Field(
                "urgencies",
                "urgencies; all where absent",
                many(one_of(tickets.Urgency), frozenset),
                frozenset(),
            ),
            Field("budget", "the time that there is", forms.BUDGET),
            Field("amber", "what is left of it when it turns amber", forms.AMBER),
        ),
        table="rule",
    ),
    Sheet(
        "people",
        "people.toml",
        (
            Field("login", "login name", forms.CODE, unique=True),
            *_names(),
            Field("roles", "what they may do", many(one_of(Role))),
            Field("unit", "their unit", default=None, names="units"),
            Field("extension", "their seat's extension", forms.NUMBER, None, unique=True),
            Field("skills", "what their seat takes, 0 first", forms.RANKS, {}, names="skills"),
        ),
        table="person",
        make=Person,
    ),
    Sheet(
        "citizens",
        "citizens.toml",
        (
            Field("name", "an invented name", unique=True),
            Field("numbers", "numbers that nobody can have", many(forms.NUMBER), unique=True),
            Field("area", "where they live", names="areas"),
            Field("address", "their address"),
            Field("enterprise", "their enterprise", default=""),
        ),
        table="citizen",
        key="name",
    ),
    Sheet(
        "tickets",
        "citizens.toml",
        (
            Field("citizen", "whose it was", names="citizens"),
            Field("days_ago", "days before the demo begins", forms.WHOLE),
            Field("type", "kind of ticket", one_of(tickets.Type)),
            Field("line", "the number that was dialled", forms.NUMBER),
            Field("matter", "what it was about", names="matters"),
            Field("area", "where", names="areas"),
            Field("place", "the place in words"),
            Field("title", "title"),
            Field("content", "what was said"),
            Field("reply", "what was answered"),
            Field("solution", "whether it was solved", one_of(tickets.Solution)),
            Field("satisfaction", "how it was rated", one_of(tickets.Satisfaction)),
        ),
        table="ticket",
    ),
    Sheet(
        "prompts",
        "prompts.toml",
        (
            Field("name", "the prompt that is replaced or added", forms.CODE, unique=True),
            Field("cmn", "its text in Mandarin", default=None),
            Field("yue", "its text in Cantonese", default=None),
            Field("en", "its text in English", default=None),
        ),
        table="prompt",
    ),
)

DEMO = frozenset({"people", "citizens", "tickets"})
"""Sheets that the demo brings in once, and that the city's data doesn't keep."""

CATALOGUE = frozenset({"slots", "categories", "matters"})
"""Sheets that are published as a whole, in versions of their own."""

BY_NAME = {sheet.name: sheet for sheet in SHEETS}
FILES = tuple(dict.fromkeys(sheet.file for sheet in SHEETS))
