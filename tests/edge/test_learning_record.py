"""Learning from the city's own tickets: which ones teach, which are never shown, and what the journal is told."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import text
from sqlmodel import Session, select

from dispatch import orders
from hotline.errors import Refused
from hotline.learning import model_file, of_record
from hotline.learning.examples import Example
from hotline.learning.in_force import matters_file
from hotline.learning.learn import Heard
from hotline.learning.model import Model
from hotline.record import dispatched, tickets
from hotline.record.tickets import Draft
from hotline.settings import Settings
from hotline.store.tables import FactRow, Ticket
from hotline.tickets import Type
from tests.edge.conftest import Town
from tests.edge.test_platform_commands import hotline
from tests.pure.labelled import examples

pytestmark = pytest.mark.edge

ZONE = ZoneInfo("Asia/Shanghai")
UNIT = "zumiao-office"


def opened(town: Town, session: Session, matter: str | None, said: Example, **changed: object) -> Ticket:
    values: dict[str, object] = {
        "type": Type.COMPLAINT,
        "line": "12345",
        "number": "13000000001",
        "title": said.title,
        "content": said.content,
        "matter": matter,
    }
    draft = Draft(**(values | changed))  # type: ignore[arg-type]
    return tickets.open_ticket(session, draft, town.viewer("chenjiaqi"), town.at, ZONE)


def sent(town: Town, session: Session, matter: str | None, said: Example, **changed: object) -> Ticket:
    ticket = opened(town, session, matter, said, **changed)
    orders.issue(session, town.city, ticket, UNIT, "its own", town.viewer("chenjiaqi"), town.at)
    return ticket


def learn_from(town: Town, to: Path) -> Model:
    later = town.at + timedelta(days=1)
    heard: Heard = lambda what, done, of: None  # noqa: E731
    return of_record.learn_matters(
        town.store, to, most=100, learnt_on=later.date(), by="operator:tests", at=later, heard=heard
    )


@pytest.fixture
def matters(town: Town) -> dict[str, str]:
    """A code of the city's catalogue for each label of the texts."""
    return dict(zip(("路灯", "欠薪", "噪声"), sorted(town.city.catalogue.matters), strict=False))


@pytest.fixture
def told(town: Town, matters: dict[str, str]) -> Town:
    """Nine dispatched tickets of each matter; the first is confidential, and one more accuses a unit."""
    with town.store.transaction() as session:
        for n, said in enumerate(one for at, one in enumerate(examples()) if at % 48 < 9):
            ticket = sent(town, session, matters[said.label], said, confidential=n == 0)
            ticket.about = "guicheng" if n == 1 else None
    return town


def test_only_what_a_unit_was_given_teaches(town: Town, session: Session, matters: dict[str, str]) -> None:
    said, code = examples()[0], matters["路灯"]
    kept = sent(town, session, code, said)
    opened(town, session, code, said)
    sent(town, session, None, said)
    taken = sent(town, session, code, said)
    imported = opened(town, session, code, said)
    imported.state, imported.opened_by = "closed", None
    session.flush()
    session.connection().execute(text(f"UPDATE work_order SET state = 'cancelled' WHERE ticket = {taken.id}"))
    found = list(dispatched.examples(session, 10))
    assert [one.key for one in found] == [str(imported.id), str(kept.id)]
    assert dispatched.count(session, 10) == 2
    assert [one.key for one in dispatched.examples(session, 1)] == [str(imported.id)]


def test_confidential_tickets_teach_but_are_never_shown(
    told: Town, matters: dict[str, str], tmp_path: Path
) -> None:
    to = tmp_path / "models" / "m.npz"
    model = learn_from(told, to)
    assert model.account.labels == dict.fromkeys(sorted(matters.values()), 9)
    with told.store.transaction() as session:
        secret = session.exec(select(Ticket).where(Ticket.confidential)).one()
        accusing = session.exec(select(Ticket).where(Ticket.about == "guicheng")).one()
        (fact,) = session.exec(select(FactRow).where(FactRow.kind == "model.learnt")).all()
    assert fact.data["tickets"] == 27
    hidden = {str(secret.id), str(accusing.id)}
    assert not hidden & set(model_file.load(to).neighbours.keys.tolist())
    for ticket in (secret, accusing):
        best, *_ = model.suggest(ticket.title, ticket.content)
        assert best.label == matters["路灯"]
        assert best.similar
        assert not hidden & set(best.similar)


def test_the_command_names_matters_in_words(told: Town, served: Settings, matters: dict[str, str]) -> None:
    answer = hotline(served, "learn", "--from-record", "--on", "2026-11-24")
    assert answer.returncode == 0, answer.stderr
    assert "27 texts from record" in answer.stdout
    assert all(told.city.catalogue.matters[code].name_zh in answer.stdout for code in matters.values())
    file = matters_file(served.paths.state)
    assert (file.stat().st_mode & 0o777, file.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    assert model_file.load(file).account.learnt_on == "2026-11-24"


def test_a_record_without_tickets_says_so_and_writes_nothing(town: Town, tmp_path: Path) -> None:
    with pytest.raises(Refused, match="too_few_labels"):
        learn_from(town, tmp_path / "m.npz")
    assert not list(tmp_path.iterdir())
