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
from hotline.calendars import STATUS_WORDS, Status
from hotline.catalogue import Category, Matter, Slot
from hotline.clock_policy import AFTER_WORDS, AUDIENCE_WORDS, DOES_WORDS, After, Audience, Does
from hotline.clock_policy import KIND_WORDS as CLOCK_WORDS
from hotline.clock_policy import Kind as ClockKind
from hotline.dispatch_rules import LEAD_WORDS, MARK_WORDS, Lead, Mark, Rule
from hotline.heat import LEVEL_WORDS as HEAT_WORDS
from hotline.heat import HotRule
from hotline.heat import Level as HeatLevel
from hotline.levels import LEVEL_WORDS, Level
from hotline.lines import MODE_WORDS, Line, Mode, Queue
from hotline.messages import CHANNEL_WORDS, Channel
from hotline.pack import forms
from hotline.pack.forms import Form, many, one_of
from hotline.pack.model import EmergencyNumber, Person
from hotline.reply_templates import ReplyTemplate
from hotline.revisit_policy import EXEMPTION_WORDS, PAUSE, WAY_WORDS, Band, Exemption, RevisitRule, Way
from hotline.roles import PEOPLES_ROLES, ROLE_WORDS, Role
from hotline.skills import Skill
from hotline.units import KIND_WORDS, Kind, Unit
from hotline.words import N_

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


def _names(
    about_zh: str = N_("name in Chinese"), about_en: str = N_("name in English")
) -> tuple[Field, Field]:
    return Field("name_zh", about_zh), Field("name_en", about_en)


def _titles() -> tuple[Field, Field]:
    return Field("title_zh", N_("title in Chinese")), Field("title_en", N_("title in English"))


def _validity() -> tuple[Field, Field]:
    return (
        Field("valid_from", N_("first day"), forms.DAY, date.min),
        Field("valid_until", N_("the day after the last"), forms.DAY, date.max),
    )


def _urgencies() -> Field:
    return Field(
        "urgencies",
        N_("urgencies; all where absent"),
        many(one_of(tickets.Urgency, tickets.URGENCY_WORDS), frozenset),
        frozenset(),
    )


SHEETS = (
    Sheet(
        "city",
        "city.toml",
        (
            Field("code", N_("the city's own code"), forms.CODE),
            *_names(),
            Field("timezone", N_("time zone of its clocks and calendar"), forms.ZONE),
            Field("languages", N_("languages spoken, the preferred first"), many(forms.LANGUAGE)),
            Field("number", N_("the hotline's own number"), forms.NUMBER),
            Field("default_queue", N_("where a call waits when nothing better is known"), names="queues"),
            Field("duty_unit", N_("who answers where no rule finds anybody"), names="units"),
            Field(
                "repeat_days",
                N_("days within which a citizen who asks for the same again urges the earlier ticket"),
                forms.WHOLE,
                30,
            ),
        ),
        table="city",
        single=True,
    ),
    Sheet(
        "emergency",
        "city.toml",
        (Field("number", N_("an emergency number"), forms.NUMBER, unique=True), *_names()),
        table="emergency",
        make=EmergencyNumber,
    ),
    Sheet(
        "skills",
        "skills.toml",
        (
            Field("name", N_("what queues and people call it"), forms.CODE, unique=True),
            *_titles(),
            Field(
                "language",
                N_("the language whose command it is; one that no skill stands for is everybody's"),
                forms.LANGUAGE,
                None,
            ),
            Field(
                "categories",
                N_(
                    "headings of the catalogue: whoever has an open ticket below one is offered to this skill"
                ),
                many(forms.CATEGORY),
                (),
            ),
        ),
        table="skill",
        key="name",
        make=Skill,
    ),
    Sheet(
        "queues",
        "queues.toml",
        (
            Field("name", N_("what lines call it"), forms.CODE, unique=True),
            *_titles(),
            Field("skill", N_("the skill that its calls need"), names="skills"),
            Field("answer_target", N_("seconds within which a call should be answered"), forms.WHOLE, 15),
            Field("weight", N_("a higher weight is served before a lower one"), forms.WHOLE, 0),
            Field("language", N_("the language that its callers speak"), forms.LANGUAGE, "cmn"),
            Field(
                "widen_after", N_("seconds until its calls are offered to other seats too"), forms.SECONDS, 20
            ),
            Field(
                "wider",
                N_("skills of those other seats; every seat where absent"),
                many(forms.CODE),
                (),
                names="skills",
            ),
        ),
        table="queue",
        key="name",
        make=Queue,
    ),
    Sheet(
        "lines",
        "lines.toml",
        (
            Field("number", N_("the number that people dial"), forms.NUMBER),
            *_names(),
            Field("mode", N_("how far it has been merged"), one_of(Mode, MODE_WORDS)),
            Field("queue", N_("where its calls wait"), names="queues"),
            Field("unit", N_("the unit that it belonged to, or belongs to"), names="units"),
            Field("greeting", N_("the prompt that its callers hear"), forms.CODE),
            Field("language", N_("the language that it starts in"), forms.LANGUAGE, "cmn"),
            Field("branch_number", N_("the branch centre's own number"), forms.NUMBER, None),
            Field(
                "branch_hours",
                N_("when the branch centre answers; always where absent"),
                forms.CODE,
                None,
                names="calendars",
            ),
            Field("branch_wait", N_("how long the branch centre may ring"), forms.SECONDS, 20),
            Field("valid_from", N_("from when it is so"), forms.MOMENT, forms.ALWAYS),
            Field("valid_until", N_("from when it is so no longer"), forms.MOMENT, forms.FOR_EVER),
        ),
        table="line",
        make=Line,
    ),
    Sheet(
        "areas",
        "areas.csv",
        (
            Field("code", N_("the place's code"), forms.CODE, unique=True),
            *_names(),
            Field("level", N_("how wide it is"), one_of(Level, LEVEL_WORDS)),
            Field(
                "parent", N_("the place in which it lies; empty for the city"), default=None, names="areas"
            ),
            Field("aliases", N_("other words that people say for it"), many(forms.TEXT), ()),
        ),
        key="code",
        make=Area,
    ),
    Sheet(
        "units",
        "units.csv",
        (
            Field("code", N_("the unit's code"), forms.CODE, unique=True),
            *_names(),
            Field("level", N_("the level at which it acts"), one_of(Level, LEVEL_WORDS)),
            Field("kind", N_("what sort of body it is"), one_of(Kind, KIND_WORDS)),
            Field(
                "parent",
                N_("the unit above it; empty for the city's government"),
                default=None,
                names="units",
            ),
            Field("areas", N_("the places that it answers for"), many(forms.CODE), names="areas"),
            Field("calendar", N_("when it works"), names="calendars"),
            Field(
                "guided_by",
                N_("city departments whose duties it carries out in its areas"),
                many(forms.CODE),
                (),
                names="units",
            ),
            *_validity(),
            Field("succeeds", N_("units whose duties it took over"), many(forms.CODE), (), names="units"),
            Field("approves", N_("whether its leader lets each reply go"), forms.TRUTH, False),
        ),
        key="code",
        make=Unit,
    ),
    Sheet(
        "slots",
        "slots.toml",
        (
            Field("name", N_("what matters call it"), forms.CODE, unique=True),
            Field("label_zh", N_("label on the form in Chinese")),
            Field("label_en", N_("label on the form in English")),
        ),
        table="slot",
        key="name",
        make=Slot,
    ),
    Sheet(
        "categories",
        "categories.csv",
        (Field("code", N_("two digits, or four below those"), forms.CATEGORY, unique=True), *_names()),
        key="code",
        make=Category,
    ),
    Sheet(
        "matters",
        "catalogue.csv",
        (
            Field("code", N_("its category's four digits and two or four of its own"), forms.MATTER),
            *_names(),
            Field(
                "types",
                N_("the kinds of ticket that it comes as"),
                many(one_of(tickets.Type, tickets.TYPE_WORDS)),
            ),
            Field("owner", N_("the unit whose duty it is"), names="units"),
            Field("level", N_("the level that handles it"), one_of(Level, LEVEL_WORDS)),
            Field("areas", N_("where that is so; empty for everywhere"), many(forms.CODE), (), names="areas"),
            Field("keywords", N_("words that people say"), many(forms.TEXT)),
            Field("slots", N_("what the form must ask"), many(forms.CODE), (), names="slots"),
            Field("basis", N_("the law or rule that it rests on"), default=""),
            Field("budget", N_("time to resolve, instead of the policy's"), forms.BUDGET, None),
            *_validity(),
        ),
        key="code",
        make=Matter,
    ),
    Sheet(
        "calendars",
        "calendar.toml",
        (
            Field("name", N_("what units call it"), forms.CODE, unique=True),
            Field("weekdays", N_("working days of a week"), many(forms.WEEKDAY, frozenset)),
            Field("hours", N_("working hours of such a day"), many(forms.SPAN)),
            Field("official_days", N_("whether the country's holidays and make-up days apply"), forms.TRUTH),
            Field(
                "follows",
                N_("a calendar whose special days apply too, unless it has its own of that date"),
                default=None,
                names="calendars",
            ),
        ),
        table="calendar",
        key="name",
    ),
    Sheet(
        "days",
        "calendar.toml",
        (
            Field(
                "calendar", N_("whose day it is; the country's where absent"), default=None, names="calendars"
            ),
            Field("day", N_("the date"), forms.DAY),
            Field("working", N_("whether it is worked"), forms.TRUTH),
            Field("hours", N_("its hours, where they aren't the usual ones"), many(forms.SPAN), ()),
            Field("note", N_("why")),
            Field("source", N_("the list or notice that it rests on"), default=""),
            Field("status", N_("whether it is published"), one_of(Status, STATUS_WORDS), Status.OFFICIAL),
        ),
        table="day",
    ),
    Sheet(
        "policies",
        "clocks.toml",
        (Field("version", N_("what its rules call it"), forms.CODE, unique=True), *_validity()),
        table="policy",
        key="version",
    ),
    Sheet(
        "clocks",
        "clocks.toml",
        (
            Field("policy", N_("the version that it belongs to"), names="policies"),
            Field("kind", N_("what is promised"), one_of(ClockKind, CLOCK_WORDS)),
            Field(
                "types",
                N_("kinds of ticket; all where absent"),
                many(one_of(tickets.Type, tickets.TYPE_WORDS), frozenset),
                frozenset(),
            ),
            _urgencies(),
            Field(
                "matters",
                N_("matters' codes, or the first digits of headings; all where absent"),
                many(forms.HEADING_OR_MATTER),
                (),
            ),
            Field(
                "lines",
                N_("numbers that were dialled; all where absent"),
                many(forms.NUMBER, frozenset),
                frozenset(),
            ),
            Field(
                "channels",
                N_("ways in which tickets reach us; all where absent"),
                many(one_of(tickets.Channel, tickets.CHANNEL_WORDS), frozenset),
                frozenset(),
            ),
            Field(
                "levels",
                N_("levels of the unit that has it; all where absent"),
                many(one_of(Level, LEVEL_WORDS), frozenset),
                frozenset(),
            ),
            Field("budget", N_("the time that there is"), forms.BUDGET),
            Field("amber", N_("what is left of it when it turns amber"), forms.AMBER),
            Field(
                "calendar",
                N_("in whose working time it runs; the unit's own where absent"),
                default=None,
                names="calendars",
            ),
            Field(
                "on_redo",
                N_("at a redo; where absent handlers begin anew and the citizen's date stays"),
                one_of(After, AFTER_WORDS),
                None,
            ),
            Field(
                "on_reopen",
                N_("at a reopening; where absent the citizen's goes on without the time in between"),
                one_of(After, AFTER_WORDS),
                None,
            ),
        ),
        table="rule",
    ),
    Sheet(
        "rules",
        "rules.toml",
        (
            Field("code", N_("what decisions call it"), forms.CODE, unique=True),
            Field(
                "order", N_("its place: of rules that fit, the one with the lowest number holds"), forms.WHOLE
            ),
            *_names(),
            Field(
                "matters",
                N_("matters, or headings over them; all where absent"),
                many(forms.HEADING_OR_MATTER),
                (),
            ),
            Field(
                "areas",
                N_("places with all that lies in them; everywhere where absent"),
                many(forms.CODE),
                (),
                "areas",
            ),
            Field("lines", N_("numbers that were dialled; all where absent"), many(forms.NUMBER), ()),
            Field(
                "types",
                N_("kinds of ticket; all where absent"),
                many(one_of(tickets.Type, tickets.TYPE_WORDS)),
                (),
            ),
            Field(
                "urgencies",
                N_("urgencies; all where absent"),
                many(one_of(tickets.Urgency, tickets.URGENCY_WORDS)),
                (),
            ),
            Field(
                "channels",
                N_("ways on which it came; all where absent"),
                many(one_of(tickets.Channel, tickets.CHANNEL_WORDS)),
                (),
            ),
            Field("any_words", N_("one of these was said"), many(forms.TEXT), ()),
            Field("all_words", N_("all of these were said"), many(forms.TEXT), ()),
            Field("no_words", N_("none of these was said"), many(forms.TEXT), ()),
            *_validity(),
            Field("lead", N_("who leads"), one_of(Lead, LEAD_WORDS)),
            Field("unit", N_("the unit that leads, where it is a certain one"), default=None, names="units"),
            Field(
                "level",
                N_("the level for the place; where a unit leads, its counterpart there"),
                one_of(Level, LEVEL_WORDS),
                None,
            ),
            Field("co", N_("units that work along"), many(forms.CODE), (), "units"),
            Field("sign", N_("time to sign, instead of the policy's"), forms.BUDGET, None),
            Field("contact", N_("time to contact the citizen, instead of the policy's"), forms.BUDGET, None),
            Field("resolve", N_("time to resolve, instead of the policy's"), forms.BUDGET, None),
            Field(
                "marks",
                N_("what the ticket becomes beside"),
                many(one_of(Mark, MARK_WORDS), frozenset),
                frozenset(),
            ),
            Field("reason_zh", N_("why, in Chinese; the unit reads it"), forms.PROSE),
            Field("reason_en", N_("why, in English"), forms.PROSE),
        ),
        table="rule",
        key="code",
        make=Rule,
    ),
    Sheet(
        "steps",
        "clocks.toml",
        (
            Field("policy", N_("the version that it belongs to"), names="policies"),
            Field("does", N_("what the step is"), one_of(Does, DOES_WORDS)),
            Field(
                "when", N_("from when the clock is due; absent for a colour's own step"), forms.OFFSET, None
            ),
            Field("name", N_("what tells it from another of its kind"), forms.CODE, ""),
            Field(
                "kinds",
                N_("kinds of clock; all where absent"),
                many(one_of(ClockKind, CLOCK_WORDS), frozenset),
                frozenset(),
            ),
            _urgencies(),
            Field("to", N_("who is told; nobody where absent"), many(one_of(Audience, AUDIENCE_WORDS)), ()),
            Field(
                "by",
                N_("by which ways; on their pages where absent"),
                many(one_of(Channel, CHANNEL_WORDS)),
                (Channel.NOTICE,),
            ),
        ),
        table="step",
    ),
    Sheet(
        "channels",
        "clocks.toml",
        (
            Field("channel", N_("a way of telling people"), one_of(Channel, CHANNEL_WORDS), unique=True),
            Field("hours", N_("when it is used; what comes at another time waits"), names="calendars"),
            Field("urgent", N_("whether what is urgent doesn't wait"), forms.TRUTH, True),
        ),
        table="channel",
        key="channel",
    ),
    Sheet(
        "hot",
        "hot.toml",
        (
            Field("level", N_("the level that an issue reaches"), one_of(HeatLevel, HEAT_WORDS), unique=True),
            Field("least", N_("tickets of the last three days, at least"), forms.WHOLE),
            Field("growth", N_("times as many as the four weeks before let expect, at least"), forms.WHOLE),
            Field(
                "surprise",
                N_("so many happen by chance once in 10 to the power of this, at most"),
                forms.WHOLE,
            ),
            Field("notify", N_("whether dispatchers and supervisors are told"), forms.TRUTH, False),
        ),
        table="hot",
        key="level",
        make=HotRule,
    ),
    Sheet(
        "revisits",
        "revisits.toml",
        (
            Field("name", N_("what the record calls the rule"), forms.CODE, unique=True),
            *_titles(),
            Field(
                "types",
                N_("kinds of ticket; all where absent"),
                many(one_of(tickets.Type, tickets.TYPE_WORDS), frozenset),
                frozenset(),
            ),
            Field(
                "urgencies",
                N_("urgencies; all where absent"),
                many(one_of(tickets.Urgency, tickets.URGENCY_WORDS), frozenset),
                frozenset(),
            ),
            Field(
                "channels",
                N_("how it reached us; all ways where absent"),
                many(one_of(tickets.Channel, tickets.CHANNEL_WORDS), frozenset),
                frozenset(),
            ),
            Field("lines", N_("numbers that were dialled; all where absent"), many(forms.NUMBER), ()),
            Field("categories", N_("headings of the catalogue; all where absent"), many(forms.CATEGORY), ()),
            Field("confidential", N_("only confidential tickets, or only others"), forms.TRUTH, None),
            Field("reachable", N_("only tickets with a number to call, or only others"), forms.TRUTH, None),
            Field(
                "ways",
                N_("how the citizen is asked, one try after the other"),
                many(one_of(Way, WAY_WORDS)),
                (),
            ),
            Field("pause", N_("the time between two tries"), forms.BUDGET, PAUSE),
            Field(
                "hours",
                N_("the calendar in whose hours citizens are asked; at any time where absent"),
                default=None,
                names="calendars",
            ),
            Field("closes", N_("whether it is closed when no try is left"), forms.TRUTH, True),
            Field("exempt", N_("why nobody is asked"), one_of(Exemption, EXEMPTION_WORDS), None),
        ),
        table="revisit",
        key="name",
        make=RevisitRule,
    ),
    Sheet(
        "bands",
        "revisits.toml",
        (
            *_names(),
            Field("responded", N_("response rate, percent at least"), forms.PERCENT),
            Field("solved", N_("rate of solved matters, percent at least"), forms.PERCENT),
            Field("satisfied", N_("rate of satisfied citizens, percent at least"), forms.PERCENT),
        ),
        table="band",
        make=Band,
    ),
    Sheet(
        "people",
        "people.toml",
        (
            Field("login", N_("login name"), forms.CODE, unique=True),
            *_names(),
            Field("roles", N_("what they may do"), many(one_of(Role, ROLE_WORDS, PEOPLES_ROLES))),
            Field("unit", N_("their unit"), default=None, names="units"),
            Field("extension", N_("their seat's extension"), forms.NUMBER, None, unique=True),
            Field("skills", N_("what their seat takes, 0 first"), forms.RANKS, {}, names="skills"),
        ),
        table="person",
        make=Person,
    ),
    Sheet(
        "citizens",
        "citizens.toml",
        (
            Field("name", N_("an invented name"), unique=True),
            Field("numbers", N_("numbers that nobody can have"), many(forms.NUMBER), unique=True),
            Field("area", N_("where they live"), names="areas"),
            Field("address", N_("their address")),
            Field("enterprise", N_("their enterprise"), default=""),
        ),
        table="citizen",
        key="name",
    ),
    Sheet(
        "tickets",
        "citizens.toml",
        (
            Field("citizen", N_("whose it was"), names="citizens"),
            Field("days_ago", N_("days before the demo begins"), forms.WHOLE),
            Field("type", N_("kind of ticket"), one_of(tickets.Type, tickets.TYPE_WORDS)),
            Field("line", N_("the number that was dialled"), forms.NUMBER),
            Field("matter", N_("what it was about"), names="matters"),
            Field("area", N_("where"), names="areas"),
            Field("place", N_("the place in words")),
            Field("title", N_("title")),
            Field("content", N_("what was said")),
            Field("reply", N_("what was answered")),
            Field("solution", N_("whether it was solved"), one_of(tickets.Solution, tickets.SOLUTION_WORDS)),
            Field(
                "satisfaction",
                N_("how it was rated"),
                one_of(tickets.Satisfaction, tickets.SATISFACTION_WORDS),
            ),
        ),
        table="ticket",
    ),
    Sheet(
        "prompts",
        "prompts.toml",
        (
            Field("name", N_("the prompt that is replaced or added"), forms.CODE, unique=True),
            Field("cmn", N_("its text in Mandarin"), forms.PROSE, None),
            Field("yue", N_("its text in Cantonese"), forms.PROSE, None),
            Field("en", N_("its text in English"), forms.PROSE, None),
        ),
        table="prompt",
    ),
    Sheet(
        "reply_templates",
        "reply_templates.toml",
        (
            Field("name", N_("what it is kept under"), forms.CODE, unique=True),
            *_titles(),
            Field("text", N_("what a reply begins with"), forms.TEMPLATE),
            Field(
                "types",
                N_("kinds of ticket that it is offered for; all where absent"),
                many(one_of(tickets.Type, tickets.TYPE_WORDS)),
                (),
            ),
            Field(
                "categories",
                N_("headings of the catalogue that it is offered below; all where absent"),
                many(forms.CATEGORY),
                (),
            ),
        ),
        table="template",
        key="name",
        make=ReplyTemplate,
    ),
)

DEMO = frozenset({"people", "citizens", "tickets"})
"""Sheets that the demo brings in once, and that the city's data doesn't keep."""

CATALOGUE = frozenset({"slots", "categories", "matters"})
"""Sheets that are published as a whole, in versions of their own."""

BY_NAME = {sheet.name: sheet for sheet in SHEETS}
FILES = tuple(dict.fromkeys(sheet.file for sheet in SHEETS))
