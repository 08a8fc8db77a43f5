"""What a city pack holds, as one frozen value. Rows only; what they mean is said where their domain lives."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from hotline.areas import Areas
from hotline.calendars import Calendar
from hotline.catalogue import Catalogue, Slot
from hotline.clock_policy import ClockPolicy
from hotline.dispatch_rules import Rules
from hotline.heat import HotRule
from hotline.lines import Line, Queue
from hotline.messages import Channel
from hotline.reply_templates import ReplyTemplate
from hotline.revisit_policy import Band, RevisitRule
from hotline.roles import Role
from hotline.skills import Skill
from hotline.tickets import Satisfaction, Solution, Type
from hotline.units import Units


@dataclass(frozen=True)
class EmergencyNumber:
    """A number that calls are handed to at once and that is never a ticket."""

    number: str
    name_zh: str
    name_en: str


@dataclass(frozen=True)
class City:
    """The city itself. `duty_unit` answers where no rule finds anybody; `languages` in order of preference; within
    `repeat_days` a citizen who asks for the same again urges what they asked for before.
    """

    code: str
    name_zh: str
    name_en: str
    timezone: str
    languages: tuple[str, ...]
    number: str
    default_queue: str
    duty_unit: str
    repeat_days: int
    emergency: tuple[EmergencyNumber, ...]


@dataclass(frozen=True)
class Person:
    """Somebody of the demo. `skills`: by name, how soon their seat is offered such calls (0 first).

    Whoever has an `extension` sits at a desk.
    """

    login: str
    name_zh: str
    name_en: str
    roles: tuple[Role, ...]
    unit: str | None
    extension: str | None
    skills: Mapping[str, int]


@dataclass(frozen=True)
class SendingHours:
    """When messages of one channel go out: in a calendar's working hours. `urgent`: what is urgent doesn't wait."""

    hours: str
    urgent: bool


@dataclass(frozen=True)
class EarlierTicket:
    """A ticket of the demo that was closed `days_ago` days before the demo began."""

    days_ago: int
    type: Type
    line: str
    matter: str
    area: str
    place: str
    title: str
    content: str
    reply: str
    solution: Solution
    satisfaction: Satisfaction


@dataclass(frozen=True)
class Citizen:
    """An invented citizen of the demo, with numbers that nobody can have."""

    name: str
    numbers: tuple[str, ...]
    area: str
    address: str
    enterprise: str
    tickets: tuple[EarlierTicket, ...]


@dataclass(frozen=True)
class CityPack:
    """Everything that is one city's own. `prompts`: prompt name → language → text to speak, over the built-in."""

    city: City
    skills: tuple[Skill, ...]
    queues: tuple[Queue, ...]
    lines: tuple[Line, ...]
    areas: Areas
    units: Units
    slots: tuple[Slot, ...]
    catalogue: Catalogue
    calendars: Mapping[str, Calendar]
    clock_policies: tuple[ClockPolicy, ...]
    rules: Rules
    sending_hours: Mapping[Channel, SendingHours]
    hot_rules: tuple[HotRule, ...]
    revisits: tuple[RevisitRule, ...]
    bands: tuple[Band, ...]
    people: tuple[Person, ...]
    citizens: tuple[Citizen, ...]
    prompts: Mapping[str, Mapping[str, str]]
    reply_templates: tuple[ReplyTemplate, ...] = ()
