"""Old systems' citizens. One who has a number that we know is that citizen, of whom only what is unknown is filled
in; what each system says is kept beside, so that the same citizen in several systems can be found later.
"""

from __future__ import annotations

from hotline.imports.kinds import CITIZENS
from hotline.imports.load import Loading

_NUMBERS = """
    CREATE TEMP TABLE said ON COMMIT DROP AS
    SELECT row, subject, unnest(string_to_array(numbers, ' ')) AS number FROM staging"""

# Who has the number already, else the first row of the batch that names it.
_WHOSE = """
    UPDATE staging SET subject = coalesce(found.known, found.first)
    FROM (
        SELECT said.row, min(citizen_number.citizen) AS known, min(claim.subject) AS first
        FROM said LEFT JOIN citizen_number USING (number)
        JOIN (SELECT number, min(subject) AS subject FROM said GROUP BY number) AS claim USING (number)
        GROUP BY said.row
    ) AS found
    WHERE found.row = staging.row AND is_new"""

_INSERT = """
    INSERT INTO citizen (id, name, address, area, enterprise, note, created_at)
    SELECT DISTINCT ON (subject) subject, coalesce(name, ''), coalesce(address, ''), area, coalesce(enterprise, ''),
        coalesce(note, ''), %(at)s
    FROM staging WHERE NOT EXISTS (SELECT FROM citizen WHERE citizen.id = subject)
    ORDER BY subject, row"""

_CLAIM = """
    INSERT INTO citizen_number (number, citizen)
    SELECT DISTINCT ON (number) number, staging.subject FROM said JOIN staging USING (row)
    ORDER BY number, row ON CONFLICT DO NOTHING"""

# What people have changed since the old system said it last stays as they changed it.
_UPDATE = """
    UPDATE citizen SET
        name = CASE WHEN citizen.name IN ('', old.name) THEN coalesce(s.name, '') ELSE citizen.name END,
        address = CASE WHEN citizen.address IN ('', old.address) THEN coalesce(s.address, '') ELSE citizen.address END,
        area = coalesce(citizen.area, s.area),
        enterprise = coalesce(nullif(citizen.enterprise, ''), s.enterprise, ''),
        note = coalesce(nullif(citizen.note, ''), s.note, '')
    FROM (SELECT DISTINCT ON (subject) * FROM staging ORDER BY subject, row DESC) AS s
    LEFT JOIN citizen_source AS old ON old.source = %(source)s AND old.key = s.key
    WHERE citizen.id = s.subject"""

_AS_THEY_KNOW_THEM = """
    INSERT INTO citizen_source (source, key, citizen, name, address, numbers)
    SELECT %(source)s, key, subject, coalesce(name, ''), coalesce(address, ''), string_to_array(numbers, ' ')
    FROM staging
    ON CONFLICT (source, key) DO UPDATE SET citizen = excluded.citizen, name = excluded.name,
        address = excluded.address, numbers = excluded.numbers"""

LOADING = Loading(
    kind=CITIZENS,
    table="citizen",
    statements=(_NUMBERS, _WHOSE, _INSERT, _CLAIM, _UPDATE, _AS_THEY_KNOW_THEM),
)
