"""The filters that a person gave names to: each person's own, found on whatever computer they work at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col, delete, func, select

from hotline.errors import Refused
from hotline.store.tables import SavedFilter
from hotline.viewer import Viewer
from hotline.words import N_

MOST = 20
REFUSAL_WORDS = {"filter.too_many": N_("You have {most} filters already; delete one first")}


def of(session: Session, viewer: Viewer) -> Sequence[SavedFilter]:
    """The person's filters, by name."""
    own = select(SavedFilter).where(SavedFilter.account == viewer.account)
    return session.exec(own.order_by(col(SavedFilter.name))).all()


def keep(session: Session, viewer: Viewer, name: str, wanted: Mapping[str, str]) -> None:
    """Keeps a filter; one of the same name is replaced. Raises `Refused("filter.too_many")`."""
    if not name:
        raise Refused("field.missing", field="name")
    others = select(func.count()).where(SavedFilter.account == viewer.account, col(SavedFilter.name) != name)
    if session.exec(others).one() >= MOST:
        raise Refused("filter.too_many", most=MOST)
    new = insert(SavedFilter).values(account=viewer.account, name=name, wanted=dict(wanted))
    same = ["account", "name"]
    session.exec(new.on_conflict_do_update(index_elements=same, set_={"wanted": new.excluded.wanted}))


def forget(session: Session, viewer: Viewer, identity: int) -> None:
    """Throws one of the person's own filters away. Doing it again changes nothing."""
    own = delete(SavedFilter).where(
        col(SavedFilter.id) == identity, col(SavedFilter.account) == viewer.account
    )
    session.exec(own)
