"""Who may log in, and who tried to."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Column, Index, Text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Field, SQLModel

from hotline.store.tables.columns import identity, points_at


class Account(SQLModel, table=True):
    """A person who may log in. `extension` is an agent's seat, `unit` is a unit's code; `mail` and `mobile` are where
    they may be written to.
    """

    id: int | None = identity()
    login: str = Field(unique=True)
    name: str
    roles: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    password_hash: str
    unit: str | None = None
    extension: str | None = Field(default=None, unique=True)
    skills: dict[str, int] = Field(default_factory=dict, sa_column=Column(JSONB, nullable=False))
    language: str = "zh_Hans"
    theme: str = "auto"
    mail: str = ""
    mobile: str = ""
    active: bool = True
    created_at: datetime


class LoginSession(SQLModel, table=True):
    """A login. The cookie's token itself is nowhere; only its SHA-256 is."""

    __tablename__ = "login_session"

    token_hash: str = Field(primary_key=True)
    account: int = points_at("account.id")
    csrf: str
    address: str
    started_at: datetime
    expires_at: datetime = Field(index=True)


class LoginFailure(SQLModel, table=True):
    """A refused login; enough of them in a while and that name or address has to wait."""

    __tablename__ = "login_failure"
    __table_args__ = (
        Index("login_failure_by_login", "login", "at"),
        Index("login_failure_by_address", "address", "at"),
    )

    id: int | None = identity()
    login: str
    address: str
    at: datetime


class SavedFilter(SQLModel, table=True):
    """A way to look at the portal's lists that a person gave a name; `wanted` is the form as it was filled in."""

    __tablename__ = "saved_filter"
    __table_args__ = (Index("saved_filter_name", "account", "name", unique=True),)

    id: int | None = identity()
    account: int = points_at("account.id", index=False)
    name: str
    wanted: dict[str, str] = Field(sa_column=Column(JSONB, nullable=False))
