"""What was imported from older systems: the runs with their accounts, and what each old row became."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import BigInteger, Column, ForeignKey, Index, LargeBinary, Text, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Field, SQLModel

from hotline.store.tables.columns import identity, points_at


def _count() -> int:
    return Field(default=0, sa_type=BigInteger)  # type: ignore[no-any-return]


class ImportRun(SQLModel, table=True):
    """One file that was imported, or is: who, when, how it was read, and what became of its rows.

    `digest` is the file's SHA-256, `mapping` the text of the mapping file. `place` and `row` say where to go on,
    `rejects` names the file of rejected rows, which is whole up to `rejects_size` bytes. `reasons` counts the
    rejected rows by column and reason; `first_at` to `last_at` is the time that the tickets or calls are of.
    """

    __tablename__ = "import_run"

    id: int | None = identity()
    kind: str
    source: str
    file: str
    digest: str = Field(index=True)
    mapping: str
    by: str
    dry_run: bool = False
    state: str
    started_at: datetime
    ended_at: datetime | None = None
    place: int = _count()
    row: int = _count()
    rows: int = _count()
    loaded: int = _count()
    updated: int = _count()
    duplicate: int = _count()
    rejected: int = _count()
    first_at: datetime | None = None
    last_at: datetime | None = None
    rejects: str = ""
    rejects_size: int = _count()
    reasons: dict[str, dict[str, int]] = Field(default_factory=dict, sa_column=Column(JSONB, nullable=False))
    stop_asked: bool = False
    error: str = ""


class Imported(SQLModel, table=True):
    """An old row that is known here, by its key in the system that it came from: an old ticket's number.

    `subject` is the id of what it became (None for a call, whose id follows from its key); `run` and `row` say
    where it was met last. The key comes first, so that one index finds an old number whatever its source.
    """

    __table_args__ = (Index("imported_ticket", "subject", postgresql_where=text("kind = 'tickets'")),)

    key: str = Field(primary_key=True)
    kind: str = Field(primary_key=True)
    source: str = Field(primary_key=True)
    digest: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    subject: int | None = Field(default=None, sa_type=BigInteger)
    run: int = Field(sa_type=BigInteger)
    row: int = Field(sa_type=BigInteger)


class ImportedOpen(SQLModel, table=True):
    """An old ticket that was still open; `taken_at` is when it went on here. Without a unit it is to be dispatched."""

    __tablename__ = "imported_open"
    __table_args__ = (Index("imported_open_waiting", "ticket", postgresql_where=text("taken_at IS NULL")),)

    ticket: int = Field(sa_column=Column(BigInteger, ForeignKey("ticket.id"), primary_key=True))
    unit: str | None = None
    began_at: datetime
    signed_at: datetime | None = None
    due_at: datetime | None = None
    taken_at: datetime | None = None


class CitizenSource(SQLModel, table=True):
    """A citizen as one old system knows them, word for word; `key` is that system's, or `tel:` and the number by
    which its tickets name them.
    """

    __tablename__ = "citizen_source"

    source: str = Field(primary_key=True)
    key: str = Field(primary_key=True)
    citizen: int = points_at("citizen.id")
    name: str = ""
    address: str = ""
    numbers: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))


class KnowledgeEntry(SQLModel, table=True):
    """Something that an agent may answer with. `category` is the old system's word, `matter` the catalogue's code."""

    __tablename__ = "knowledge_entry"

    id: int | None = identity()
    source: str
    title: str
    body: str
    category: str = ""
    matter: str | None = Field(default=None, index=True)
    unit: str | None = None
    valid_from: date | None = None
    valid_until: date | None = None
    created_at: datetime
    updated_at: datetime
