"""What somebody asks of the portal's lists: a tab, where to go on, and which of the orders; as an address says it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Annotated, Any
from urllib.parse import urlencode

from pydantic import BaseModel, ConfigDict, Field, model_validator
from sqlalchemy import ColumnElement, bindparam
from sqlmodel import col

from hotline.levels import Level
from hotline.pack.model import CityPack
from hotline.store.arrays import among
from hotline.store.tables import Ticket
from hotline.tickets import Urgency
from hotline.viewer import Viewer
from hotline.words import N_

Line = Annotated[str, Field(max_length=100)]
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Tab(StrEnum):
    """What a unit has, by what is to be done about it. An order may lie under several."""

    TO_SIGN = "to-sign"
    TO_DO = "to-do"
    DELEGATED = "delegated"
    CO = "co-handled"
    REDO = "redo"
    SUPERVISED = "supervised"
    APPROVAL = "approval"
    RETURNED = "returned"
    EXTENSION = "extension"
    WAITING = "waiting"
    DONE = "done"


TAB_WORDS = {
    Tab.TO_SIGN: N_("To sign for"),
    Tab.TO_DO: N_("To do"),
    Tab.DELEGATED: N_("Handed down"),
    Tab.CO: N_("Working along"),
    Tab.REDO: N_("To redo"),
    Tab.SUPERVISED: N_("Under supervision"),
    Tab.APPROVAL: N_("To approve"),
    Tab.RETURNED: N_("Returns"),
    Tab.EXTENSION: N_("Extensions"),
    Tab.WAITING: N_("With the centre"),
    Tab.DONE: N_("Done"),
}


class Whose(StrEnum):
    """Whose orders, where no unit is named."""

    OWN = "own"
    BELOW = "below"
    ALL = "all"


class Asked(BaseModel):
    """`unit` is one below, which then goes before `of`; `words` stand in the title, the text or the number; `after` is
    where the page before ended. A field of a form that was left empty asks for nothing.
    """

    model_config = ConfigDict(frozen=True)

    tab: Tab = Tab.TO_SIGN
    after: Annotated[str, Field(pattern=r"^([0-9]{0,17}-[0-9]{1,18})?$")] = ""
    of: Whose = Whose.OWN
    unit: Line = ""
    level: Level | None = None
    area: Line = ""
    category: Annotated[str, Field(pattern=r"^([0-9]{2}){0,4}$")] = ""
    urgency: Urgency | None = None
    words: Line = ""

    @model_validator(mode="before")
    @classmethod
    def _without_empty(cls, given: Any) -> Any:
        return (
            {name: value for name, value in given.items() if value} if isinstance(given, Mapping) else given
        )

    @property
    def wanted(self) -> dict[str, str]:
        """What narrows the lists, without what says nothing."""
        return self.model_dump(exclude={"tab", "after"}, exclude_defaults=True, mode="json")

    def address(self, path: str = "/portal", **changed: Any) -> str:
        """The address of the same with something `changed`; of the first page, unless `after` is among that."""
        query = {"tab": self.tab.value, **self.wanted, **changed}
        return f"{path}?{urlencode({name: value for name, value in query.items() if value})}"


@dataclass(frozen=True)
class Place:
    """The last row of a page: its `due` time (None: there is none) and its id."""

    due: datetime | None
    id: int

    def __str__(self) -> str:
        micros = "" if self.due is None else str((self.due - _EPOCH) // timedelta(microseconds=1))
        return f"{micros}-{self.id}"

    @classmethod
    def of(cls, text: str) -> Place | None:
        """What `str` wrote; None for an empty text."""
        if not text:
            return None
        micros, _, id_ = text.partition("-")
        return cls(_EPOCH + timedelta(microseconds=int(micros)) if micros else None, int(id_))


def units_of(asked: Asked, viewer: Viewer, city: CityPack) -> frozenset[str]:
    """The codes of the units whose orders are asked for, all of them the viewer's own or below."""
    own = city.units.with_predecessors([viewer.unit] if viewer.unit else [])
    if asked.unit:
        found = viewer.units & city.units.with_predecessors(one.code for one in city.units.below(asked.unit))
    else:
        found = {Whose.OWN: own, Whose.BELOW: viewer.units - own, Whose.ALL: viewer.units}[asked.of]
    if asked.level is None:
        return found
    return frozenset(code for code in found if code in city.units and city.units[code].level is asked.level)


def fitting(asked: Asked, city: CityPack) -> Iterator[ColumnElement[bool]]:
    """What has to be true of an order's ticket, but for its words."""
    if asked.area:
        yield among(Ticket.area, [area.code for area in city.areas.below(asked.area)])
    if asked.category:
        # Not LIKE: codes are figures, and of those that begin so none is above the sign behind the nine.
        yield col(Ticket.matter) >= asked.category
        yield col(Ticket.matter) < f"{asked.category}:"
    if asked.urgency is not None:
        # The plan sees which: one of three, of which one is nearly all.
        urgency: Any = bindparam(None, asked.urgency.value, literal_execute=True)
        yield col(Ticket.urgency) == urgency
