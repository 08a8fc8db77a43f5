"""Old tickets: history that is searched, counted and shown like our own; those still open go on here.

A citizen is who has the telephone number, or somebody new. Once a ticket has gone on here, its course (state, reply,
dates) is ours, and a corrected export changes no more than its words.
"""

from __future__ import annotations

import secrets
from datetime import datetime
from zoneinfo import ZoneInfo

from hotline import tickets
from hotline.imports.kinds import TICKETS
from hotline.imports.load import Loading
from hotline.imports.rows import APART, Mapped

_OPENED_AT = TICKETS.names.index("opened_at")


def _number(mapped: Mapped, identity: int, zone: ZoneInfo) -> tuple[str, str]:
    """A ticket's own number and query code, of the day on which the old system took it down."""
    opened = datetime.fromisoformat(mapped.values.split(APART)[_OPENED_AT])
    return (
        tickets.number(opened.astimezone(zone).date(), identity),
        tickets.query_code(secrets.randbelow),
    )


_NEW_CITIZENS = """
    WITH strangers AS MATERIALIZED (
        SELECT nextval(pg_get_serial_sequence('citizen', 'id')) AS id, known.* FROM (
            SELECT DISTINCT ON (contact) contact, name, address, area FROM staging
            WHERE NOT EXISTS (SELECT FROM citizen_number WHERE number = contact) AND contact IS NOT NULL
            ORDER BY contact, row DESC
        ) AS known
    ), made AS (
        INSERT INTO citizen (id, name, address, area, enterprise, note, created_at)
        SELECT id, coalesce(name, ''), coalesce(address, ''), area, '', '', %(at)s FROM strangers
    )
    INSERT INTO citizen_number (number, citizen) SELECT contact, id FROM strangers
    ORDER BY contact ON CONFLICT DO NOTHING"""

_NAMELESS = """
    WITH nobody AS (
        UPDATE staging SET citizen = nextval(pg_get_serial_sequence('citizen', 'id'))
        WHERE contact IS NULL AND is_new RETURNING citizen, name, address, area
    )
    INSERT INTO citizen (id, name, address, area, enterprise, note, created_at)
    SELECT citizen, coalesce(name, ''), coalesce(address, ''), area, '', '', %(at)s FROM nobody"""

_NAMES = """
    UPDATE citizen SET name = staging.name
    FROM staging JOIN citizen_number ON citizen_number.number = contact
    WHERE citizen.id = citizen_number.citizen AND citizen.name = '' AND staging.name IS NOT NULL"""

_INSERT = """
    INSERT INTO ticket (
        id, number, query_code, type, channel, line, citizen, contact, title, content, matter, area, place, urgency,
        confidential, state, redone, urged, reply, solution, satisfaction, opened_at, due_at, closed_at
    )
    SELECT subject, staging.number, query_code, type, channel, line, coalesce(citizen_number.citizen, staging.citizen),
        coalesce(contact, ''), coalesce(title, left(content, 40)), content, matter, area, coalesce(place, ''), urgency,
        confidential, state, 0, 0, coalesce(reply, ''), solution, satisfaction, opened_at, due_at, closed_at
    FROM staging LEFT JOIN citizen_number ON citizen_number.number = contact
    WHERE is_new"""

_UPDATE_WORDS = """
    UPDATE ticket SET type = s.type, channel = s.channel, line = s.line, contact = coalesce(s.contact, ''),
        citizen = coalesce(citizen_number.citizen, ticket.citizen), title = coalesce(s.title, left(s.content, 40)),
        content = s.content, matter = s.matter, area = s.area, place = coalesce(s.place, ''), urgency = s.urgency,
        confidential = s.confidential, opened_at = s.opened_at
    FROM staging AS s LEFT JOIN citizen_number ON citizen_number.number = contact
    WHERE NOT is_new AND ticket.id = subject"""

_FORGET_WORDS = """
    DELETE FROM ticket_words USING staging WHERE NOT is_new AND ticket_words.ticket = subject"""

_UNTOUCHED = """
    NOT EXISTS (
        SELECT FROM fact WHERE fact.ticket = s.subject AND fact.kind <> 'ticket.imported'
        AND split_part(fact.kind, '.', 1) IN ('ticket', 'order')
    )"""

_UPDATE_COURSE = f"""
    UPDATE ticket SET state = s.state, reply = coalesce(s.reply, ''), solution = s.solution,
        satisfaction = s.satisfaction, due_at = s.due_at, closed_at = s.closed_at
    FROM staging AS s
    WHERE NOT is_new AND ticket.id = subject AND {_UNTOUCHED}"""

_OPEN = f"""
    INSERT INTO imported_open (ticket, unit, began_at, signed_at, due_at)
    SELECT subject, unit, coalesce(dispatched_at, opened_at), signed_at, due_at FROM staging AS s
    WHERE closed_at IS NULL AND (is_new OR {_UNTOUCHED})
    ON CONFLICT (ticket) DO UPDATE SET unit = excluded.unit, began_at = excluded.began_at,
        signed_at = excluded.signed_at, due_at = excluded.due_at"""

_CLOSED_BEFORE_WE_BEGAN = """
    DELETE FROM imported_open USING staging
    WHERE NOT is_new AND ticket = subject AND taken_at IS NULL AND staging.closed_at IS NOT NULL"""

_AS_THEY_KNOW_THEM = """
    INSERT INTO citizen_source (source, key, citizen, name, address, numbers)
    SELECT DISTINCT ON (contact) %(source)s, 'tel:' || contact, citizen_number.citizen, coalesce(name, ''),
        coalesce(address, ''), ARRAY[contact]
    FROM staging JOIN citizen_number ON citizen_number.number = contact
    ORDER BY contact, row DESC
    ON CONFLICT (source, key) DO NOTHING"""

LOADING = Loading(
    kind=TICKETS,
    table="ticket",
    adds={"number": "text", "query_code": "text", "citizen": "bigint"},
    add=lambda mapped, identity, zone: (*_number(mapped, identity, zone), ""),
    statements=(
        _NEW_CITIZENS,
        _NAMELESS,
        _NAMES,
        _INSERT,
        _UPDATE_COURSE,
        _UPDATE_WORDS,
        _FORGET_WORDS,
        _OPEN,
        _CLOSED_BEFORE_WE_BEGAN,
        _AS_THEY_KNOW_THEM,
    ),
    span="""
        SELECT least(min(s.opened_at), min(t.opened_at)), greatest(max(s.opened_at), max(t.opened_at))
        FROM staging AS s LEFT JOIN ticket AS t ON NOT is_new AND t.id = subject""",
    told="""
        SELECT subject, staging.number, key, type, line, matter, area, urgency, state FROM staging
        WHERE is_new AND closed_at IS NULL ORDER BY row""",
)
