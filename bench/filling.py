"""A record like a city's, of any size: the oldest four fifths of the tickets are over and judged, of the others nearly
all lie with units, each order with three clocks that run; some wait for the centre, some for a citizen's word.

Rows are made by the database itself, without its triggers; what they would keep is made here too.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from sqlmodel import Session, create_engine

from hotline.pack.load import load_pack
from hotline.phrases import vector
from hotline.platform import people
from hotline.record import accounts, ticket_search
from hotline.roles import Role

CITY_WIDE, CENTRE = "city-government", "city-leader"  # the unit above all others, and who looks for it
FIRST, EACH = (
    "zumiao-office",
    100,
)  # the unit that always has orders; open orders of each, until there are no more units
OPEN = 5  # one ticket of so many is under way
FILL = Path(__file__).with_suffix(".sql")


def fill(url: str, tickets: int) -> None:
    """So many tickets in the record at `url`, in which the demo's people are and nothing else has happened."""
    city = load_pack("foshan")
    others = [unit.code for unit in city.units if unit.code != FIRST]
    accounts_ = _add_leader(url)
    values: dict[str, int | list[str]] = {
        "tickets": tickets,
        "over": tickets - tickets // OPEN,
        "citizens": max(1, tickets // 3),
        "units": [FIRST, *others][: max(1, tickets // OPEN // EACH)],
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
        _fill_words(connection)
        for table in ("citizen", "ticket", "work_order"):
            connection.execute(f"SELECT setval('{table}_id_seq', (SELECT max(id) FROM {table}))".encode())
        connection.execute("VACUUM ANALYZE")


def _fill_words(connection: psycopg.Connection[Any]) -> None:
    """The index of words. Few texts differ by more than their ticket's number, so that each is read once."""
    connection.execute("CREATE TEMP TABLE read (title text, content text, reply text, words tsvector)")
    texts = connection.execute("SELECT DISTINCT title, content, place, reply FROM ticket").fetchall()
    with connection.cursor().copy("COPY read FROM STDIN") as copy:
        for title, content, place, reply in texts:
            copy.write_row((title, content, reply, vector((title, content, place, reply))))
    connection.execute("ANALYZE read")
    connection.execute("DROP INDEX ticket_words_index")
    spans = ", ".join(f"'~{bits}.' || (ticket.id >> {bits})" for bits in ticket_search.SPANS)
    under_way = f"CASE WHEN closed_at IS NULL THEN ARRAY[{spans}, '~open'] ELSE ARRAY[{spans}] END"
    connection.execute(
        "INSERT INTO ticket_words SELECT id, words || array_to_tsvector(ARRAY[lower(number)])"
        f" || array_to_tsvector({under_way}) FROM ticket JOIN read USING (title, content, reply)".encode()
    )
    connection.execute("CREATE INDEX ticket_words_index ON ticket_words USING gin (words)")


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
