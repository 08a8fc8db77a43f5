"""A record like a city's, of any size: the oldest four fifths of the tickets are over and judged, of the others nearly
all lie with units, each order with three clocks that run; some wait for the centre, some for a citizen's word.

Rows are made by the database itself, without its triggers; what they would keep is made here too.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import psycopg
from psycopg import sql
from sqlmodel import Session, create_engine

from hotline.pack.load import load_pack
from hotline.platform import people
from hotline.record import accounts
from hotline.roles import Role

CITY_WIDE, CENTRE = "city-government", "city-leader"  # the unit above all others, and who looks for it
OPEN = 5  # one ticket of so many is under way
FILL = Path(__file__).with_suffix(".sql")


def fill(url: str, tickets: int) -> None:
    """So many tickets in the record at `url`, in which the demo's people are and nothing else has happened."""
    city = load_pack("foshan")
    accounts_ = _add_leader(url)
    values: dict[str, int | list[str]] = {
        "tickets": tickets,
        "over": tickets - tickets // OPEN,
        "citizens": max(1, tickets // 3),
        "units": [unit.code for unit in city.units],
        "areas": [area.code for area in city.areas],
        "matters": list(city.catalogue.matters),
        "accounts": accounts_,
    }
    values |= {f"{name[:-1]}_count": len(found) for name, found in values.items() if isinstance(found, list)}
    words = {name: sql.Literal(value) for name, value in values.items()}
    statements = [one for one in FILL.read_text("utf-8").split(";\n") if one.strip()]
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute("TRUNCATE citizen, ticket, fact, message CASCADE")
        for statement in statements:
            connection.execute(sql.SQL(statement).format(**words))
        for table in ("citizen", "ticket", "work_order"):
            connection.execute(f"SELECT setval('{table}_id_seq', (SELECT max(id) FROM {table}))".encode())
        connection.execute("VACUUM ANALYZE")


def _add_leader(url: str) -> int:
    """Somebody who sees the orders of all units. Returns how many accounts there are then."""
    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://", 1))
    with Session(engine) as session:
        accounts.create_account(
            session,
            login=CENTRE,
            name="市政府",
            roles=[Role.UNIT_STAFF, Role.UNIT_LEADER],
            password_hash=accounts.hash_password(people.DEMO_PASSWORD),
            at=datetime.now(UTC),
            unit=CITY_WIDE,
        )
        session.commit()
        count = session.connection().exec_driver_sql("SELECT count(*) FROM account").scalar_one()
    engine.dispose()
    return int(count)
