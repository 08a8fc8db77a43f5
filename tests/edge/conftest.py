"""A record with people in it: what most edge tests begin with."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pytest
from sqlmodel import Session, select

from hotline.bell import Bell
from hotline.pack.load import load_pack
from hotline.pack.model import CityPack
from hotline.platform import addresses
from hotline.record import demo
from hotline.roles import Role
from hotline.settings import Settings
from hotline.store import Store, open_store
from hotline.store.tables import Account
from hotline.viewer import Viewer

if TYPE_CHECKING:
    from tests.edge.visitors import Hall

PASSWORD = "for the tests only"
MORNING = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Town:
    """An open record with the demo's people, and the city that they live in."""

    store: Store
    city: CityPack
    at: datetime

    def viewer(self, login: str) -> Viewer:
        """The person with this login, as a request would see them."""
        with self.store.transaction() as session:
            account = session.exec(select(Account).where(Account.login == login)).one()
        return viewer_of(self.city, account)


@pytest.fixture(scope="session")
def city() -> CityPack:
    """Foshan, read once."""
    return load_pack("foshan")


@pytest.fixture(scope="session")
def settled(servers: Path, template: str, city: CityPack) -> str:
    """The name of a database in which the demo's people have moved in: their passwords take a while to be hashed."""
    folder, name = addresses.postgresql_folder(servers), f"template_town_{uuid.uuid4().hex[:8]}"
    with psycopg.connect(addresses.socket_url(folder, "postgres"), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
    store = open_store(
        addresses.socket_url(folder, name), Bell(f"unix://{addresses.redis_socket(servers)}?db=0")
    )
    with store.transaction() as session:
        demo.settle(session, city, PASSWORD, MORNING)
    store.close()
    return name


@pytest.fixture
def beginning(request: pytest.FixtureRequest, template: str) -> str:
    """A settled record for the tests of a town, an empty one for all others."""
    return str(request.getfixturevalue("settled")) if "town" in request.fixturenames else template


@pytest.fixture
def town(store: Store, city: CityPack) -> Town:
    """The demo's people have moved in on a Monday morning."""
    return Town(store, city, MORNING)


@pytest.fixture
def session(town: Town) -> Iterator[Session]:
    """A transaction in that town."""
    with town.store.transaction() as opened:
        yield opened


@pytest.fixture
def hall(town: Town, served: Settings) -> Iterator[Hall]:
    """The web application of that town's demo."""
    from tests.edge.visitors import hall_in

    demo = served.site.model_copy(update={"demo": True})
    with hall_in(town, served.model_copy(update={"site": demo})) as opened:
        yield opened


def viewer_of(city: CityPack, account: Account) -> Viewer:
    """The person behind an account."""
    assert account.id is not None
    return Viewer(
        account=account.id,
        login=account.login,
        name=account.name,
        roles=frozenset(Role(role) for role in account.roles),
        unit=account.unit,
        units=city.units.with_predecessors(unit.code for unit in city.units.below(account.unit or "")),
        within=frozenset(unit.code for unit in city.units.path(account.unit))
        if account.unit
        else frozenset(),
        extension=account.extension,
    )
