"""What the full-text search reads."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Index
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlmodel import Field, SQLModel


class TicketWords(SQLModel, table=True):
    """A ticket's texts as words of the index, of the application's own making; see `hotline.phrases`."""

    __tablename__ = "ticket_words"
    __table_args__ = (Index("ticket_words_index", "words", postgresql_using="gin"),)

    ticket: int = Field(sa_column=Column(BigInteger, ForeignKey("ticket.id"), primary_key=True))
    words: str = Field(sa_column=Column(TSVECTOR, nullable=False))
