"""Old systems' knowledge: what their agents answered with."""

from __future__ import annotations

from hotline.imports.kinds import KNOWLEDGE
from hotline.imports.load import Loading

_INSERT = """
    INSERT INTO knowledge_entry (
        id, source, title, body, category, matter, unit, valid_from, valid_until, created_at, updated_at
    )
    SELECT subject, %(source)s, title, body, coalesce(category, ''), matter, unit, valid_from, valid_until,
        %(at)s, %(at)s
    FROM staging WHERE is_new"""

_UPDATE = """
    UPDATE knowledge_entry SET title = s.title, body = s.body, category = coalesce(s.category, ''), matter = s.matter,
        unit = s.unit, valid_from = s.valid_from, valid_until = s.valid_until, updated_at = %(at)s
    FROM staging AS s WHERE NOT is_new AND knowledge_entry.id = s.subject"""

LOADING = Loading(kind=KNOWLEDGE, table="knowledge_entry", statements=(_INSERT, _UPDATE))
