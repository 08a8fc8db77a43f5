"""What can be imported, as a table: the kinds, their fields, and what the fields of one row owe to one another.

Reading, proposing, loading and the manual go by this table.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from hotline.calls import Outcome
from hotline.tickets import Channel, Satisfaction, Solution, State, Type, Urgency
from hotline.words import N_


class Form(StrEnum):
    """How a value is written. A `choice` is one of an enumeration's values, `named` something of the city's."""

    TEXT = "text"
    NUMBER = "number"
    NUMBERS = "numbers"
    MOMENT = "moment"
    DAY = "day"
    TRUTH = "truth"
    CHOICE = "choice"
    NAMED = "named"


class Direction(StrEnum):
    """Who called whom."""

    IN = "in"
    OUT = "out"


@dataclass(frozen=True)
class Field:
    """One thing that a row may say. `most`: characters at most; `names`: what of the city it names (units, …).

    `default` is what it is where a row doesn't say; a required field has none.
    """

    name: str
    about: str
    form: Form = Form.TEXT
    required: bool = False
    most: int = 200
    choices: tuple[str, ...] = ()
    names: str = ""
    default: str = ""


@dataclass(frozen=True)
class Fault:
    """What is wrong with a row: in which field, and why, in English words with `{names}` that `facts` fill in."""

    field: str
    reason: str
    facts: Mapping[str, object]


@dataclass(frozen=True)
class Kind:
    """Rows of one kind. `check` finds what its single fields don't show; its values are written as in `values`."""

    name: str
    fields: tuple[Field, ...]
    check: Callable[[Mapping[str, str]], Iterator[Fault]]

    @property
    def names(self) -> tuple[str, ...]:
        """The fields' names, in order."""
        return tuple(field.name for field in self.fields)


KEY = "key"

OPEN = frozenset({State.REVIEW, State.DISPATCHED, State.REPLIED})
"""States in which an old ticket goes on here."""
OVER = frozenset({State.ANSWERED, State.CLOSED, State.ARCHIVED, State.VOIDED, State.TRANSFERRED})
"""States in which an old ticket is history."""

LATER = N_("Not before {other}")
NEEDED = N_("Needed where the state is {state}")
NOT_YET = N_("Not while the ticket is open: the state is {state}")


def _no_check(values: Mapping[str, str]) -> Iterator[Fault]:
    return iter(())


def _ordered(values: Mapping[str, str], *names: str) -> Iterator[Fault]:
    """Each of these moments isn't before the first of them. They are all written alike, in UTC."""
    first = values[names[0]]
    for name in names[1:]:
        if first and values[name] and values[name] < first:
            yield Fault(name, LATER, {"other": names[0]})


def _check_ticket(values: Mapping[str, str]) -> Iterator[Fault]:
    state = values["state"]
    yield from _ordered(values, "opened_at", "dispatched_at", "signed_at", "due_at", "closed_at")
    if state in OVER and not values["closed_at"]:
        yield Fault("closed_at", NEEDED, {"state": state})
    if state in OPEN and values["closed_at"]:
        yield Fault("closed_at", NOT_YET, {"state": state})
    if state in (State.DISPATCHED, State.REPLIED) and not values["unit"]:
        yield Fault("unit", NEEDED, {"state": state})
    if state == State.REPLIED and not values["reply"]:
        yield Fault("reply", NEEDED, {"state": state})


def _check_call(values: Mapping[str, str]) -> Iterator[Fault]:
    yield from _ordered(values, "entered_at", "queued_at", "answered_at", "ended_at")
    yield from _ordered(values, "answered_at", "ended_at")


def _check_knowledge(values: Mapping[str, str]) -> Iterator[Fault]:
    yield from _ordered(values, "valid_from", "valid_until")


def _choice(
    name: str, about: str, choices: type[StrEnum], default: str = "", required: bool = False
) -> Field:
    return Field(name, about, Form.CHOICE, required, choices=tuple(choices), default=default)


_LINE = Field("line", "the number that was dialled", Form.NAMED, required=True, names="lines")
_AREA = Field("area", "the area's code or name", Form.NAMED, names="areas")
_UNIT = Field("unit", "the unit's code or name", Form.NAMED, names="units")
_MATTER = Field("matter", "the matter's code or name", Form.NAMED, names="matters")

TICKETS = Kind(
    "tickets",
    (
        Field(KEY, "the old ticket number", required=True, most=100),
        _LINE,
        _choice("type", "what the citizen asked for", Type, required=True),
        _choice("channel", "how it reached the old system", Channel, Channel.LEGACY),
        Field("title", "title; where absent, the content's beginning"),
        Field("content", "what was said", required=True, most=20_000),
        Field("name", "who asked"),
        Field("contact", "the telephone number", Form.NUMBER),
        Field("address", "the citizen's address", most=500),
        Field("place", "where it is, in words", most=500),
        _AREA,
        _MATTER,
        _choice("urgency", "how soon", Urgency, Urgency.NORMAL),
        Field("confidential", "whether the citizen must stay unknown", Form.TRUTH, default="false"),
        Field(
            "state",
            "where it stands",
            Form.CHOICE,
            required=True,
            choices=tuple(state for state in State if state in OPEN | OVER),
        ),
        _UNIT,
        Field("opened_at", "when it was taken down", Form.MOMENT, required=True),
        Field("dispatched_at", "when the unit got it", Form.MOMENT),
        Field("signed_at", "when the unit signed", Form.MOMENT),
        Field("due_at", "when it is due", Form.MOMENT),
        Field("closed_at", "when it was closed", Form.MOMENT),
        Field("reply", "what was answered", most=20_000),
        _choice("solution", "whether it was solved", Solution),
        _choice("satisfaction", "how it was rated", Satisfaction),
    ),
    _check_ticket,
)

CITIZENS = Kind(
    "citizens",
    (
        Field(KEY, "the old system's number of the citizen", required=True, most=100),
        Field("name", "name"),
        Field("numbers", "telephone numbers, apart by / , ; or a space", Form.NUMBERS, required=True),
        Field("address", "address", most=500),
        _AREA,
        Field("enterprise", "enterprise"),
        Field("note", "what the old system notes", most=2_000),
    ),
    _no_check,
)

CALLS = Kind(
    "calls",
    (
        Field(KEY, "the old system's number of the call", required=True, most=100),
        _LINE,
        _choice("direction", "who called whom", Direction, Direction.IN),
        Field("caller", "the citizen's number", Form.NUMBER),
        _choice("outcome", "how it ended", Outcome, required=True),
        Field("entered_at", "when it came in", Form.MOMENT, required=True),
        Field("queued_at", "when it began to wait", Form.MOMENT),
        Field("answered_at", "when somebody answered", Form.MOMENT),
        Field("ended_at", "when it ended", Form.MOMENT, required=True),
        Field("ticket", "the old number of its ticket", most=100),
    ),
    _check_call,
)

KNOWLEDGE = Kind(
    "knowledge",
    (
        Field(KEY, "the old system's number of the entry", required=True, most=100),
        Field("title", "title or question", required=True, most=500),
        Field("body", "text or answer", required=True, most=200_000),
        Field("category", "the old system's category"),
        _MATTER,
        _UNIT,
        Field("valid_from", "first day", Form.DAY),
        Field("valid_until", "the day after the last", Form.DAY),
    ),
    _check_knowledge,
)

KINDS = {kind.name: kind for kind in (TICKETS, CITIZENS, CALLS, KNOWLEDGE)}
