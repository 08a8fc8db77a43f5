"""Who is told: the accounts that an audience means for a unit, looked up once for many messages."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence

from sqlalchemy import Text, cast, or_
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Session, col, select

from hotline.clock_policy import Audience
from hotline.pack.model import CityPack
from hotline.roles import Role
from hotline.store.tables import Account

ROLE_OF = {
    Audience.HANDLER: Role.UNIT_STAFF,
    Audience.LEADER: Role.UNIT_LEADER,
    Audience.ABOVE: Role.UNIT_LEADER,
    Audience.DISPATCHER: Role.DISPATCHER,
    Audience.SUPERVISOR: Role.SUPERVISOR,
}
CENTRE = (Role.DISPATCHER, Role.SUPERVISOR)


class Recipients:
    """The people of some units, of those above them, and of the centre."""

    def __init__(self, session: Session, city: CityPack, units: Collection[str]) -> None:
        self._above = {unit: city.units[unit].parent for unit in units if unit in city.units}
        theirs = {*units, *(above for above in self._above.values() if above)}
        centre = col(Account.roles).op("&&")(cast([role.value for role in CENTRE], ARRAY(Text)))
        asked = select(Account).where(Account.active, or_(col(Account.unit).in_(theirs), centre))
        self._people: defaultdict[tuple[str, str | None], list[Account]] = defaultdict(list)
        for person in session.exec(asked.order_by(col(Account.id))):
            for role in person.roles:
                self._people[role, None if role in CENTRE else person.unit].append(person)

    def of(self, audience: Audience, unit: str) -> Sequence[Account]:
        """Who is meant, for a clock of `unit`."""
        role = ROLE_OF[audience]
        whose = self._above.get(unit, "") if audience is Audience.ABOVE else unit
        return self._people.get((role, None if role in CENTRE else whose), ())
