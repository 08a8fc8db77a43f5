"""What the web process knows for as long as it lives: settings, the record, the city and what its tickets taught, the
telephone's door.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import cast
from zoneinfo import ZoneInfo

from starlette.requests import HTTPConnection

from hotline.learning.in_force import ModelInForce, matters_file
from hotline.pack.model import CityPack
from hotline.record.city_in_force import CityInForce
from hotline.settings import Settings
from hotline.store import Store
from telephony.actions import Telephone


@dataclass(frozen=True)
class House:
    """One city's web process."""

    settings: Settings
    store: Store
    known: CityInForce
    telephone: Telephone

    @property
    def city(self) -> CityPack:
        """The city as of the last request."""
        return self.known.now

    @cached_property
    def learnt(self) -> ModelInForce:
        """What the city's own tickets taught, as of the last look."""
        return ModelInForce(matters_file(self.settings.paths.state))

    @property
    def zone(self) -> ZoneInfo:
        """Where the city's days begin and end."""
        return self.known.zone


def house_of(connection: HTTPConnection) -> House:
    """The house that a request or socket came to."""
    return cast(House, connection.app.state.house)


def now() -> datetime:
    """The time at the edge; everything below gets it as a parameter."""
    return datetime.now(UTC)
