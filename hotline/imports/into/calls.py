"""Old systems' calls: each of them ended, on the line that was dialled, so that a line's reports have no gap. The
source stands where a switch's name stands with our own.
"""

from __future__ import annotations

from hotline.imports.kinds import CALLS
from hotline.imports.load import Loading

_TICKET = """(
        SELECT imported.subject FROM imported
        WHERE imported.kind = 'tickets' AND imported.source = %(source)s AND imported.key = s.ticket
    )"""

_INSERT = f"""
    INSERT INTO call (
        id, node, linkedid, direction, line, caller, language, state, outcome, entered_at, queued_at, answered_at,
        ended_at, ticket, inferred
    )
    SELECT %(source)s || '-' || key, %(source)s, key, direction, line, coalesce(caller, ''), 'cmn', 'ended', outcome,
        entered_at, queued_at, answered_at, ended_at, {_TICKET}, false
    FROM staging AS s WHERE is_new"""

_UPDATE = f"""
    UPDATE call SET direction = s.direction, line = s.line, caller = coalesce(s.caller, ''), outcome = s.outcome,
        entered_at = s.entered_at, queued_at = s.queued_at, answered_at = s.answered_at, ended_at = s.ended_at,
        ticket = {_TICKET}
    FROM staging AS s WHERE NOT is_new AND call.id = %(source)s || '-' || s.key"""

LOADING = Loading(
    kind=CALLS,
    table=None,
    span="""
        SELECT least(min(s.entered_at), min(c.entered_at)), greatest(max(s.entered_at), max(c.entered_at))
        FROM staging AS s LEFT JOIN call AS c ON NOT is_new AND c.id = %(source)s || '-' || s.key""",
    statements=(_INSERT, _UPDATE),
)
