"""The command line: a run that is stopped, killed in the middle of a batch, and gone on with."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from sqlmodel import func, select

from hotline.imports.batches import MOST_ROWS
from hotline.settings import Settings, environment
from hotline.store.tables import Imported, ImportRun, Ticket
from tests.edge.conftest import Town
from tests.edge.importing import CLOSED, MAPPING, OPEN, row, write
from tests.patience import eventually

pytestmark = pytest.mark.edge

ROWS = 4 * MOST_ROWS
IN_THE_THIRD_BATCH = 2 * MOST_ROWS + 100


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Rows in four batches, each tenth of them rejected, each with a number of its own."""
    rows = [
        row(工单编号=f"JB{n:06d}", 电话=f"13{n:09d}", 受理时间="昨天" if n % 10 == 0 else CLOSED["受理时间"])
        for n in range(ROWS)
    ]
    (tmp_path / "M.toml").write_text(MAPPING, "utf-8")
    return write(tmp_path / "old.csv", rows)


def command(settings: Settings, *words: str | Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "hotline.cli", "import", *map(str, words)],
        env=os.environ | environment(settings) | {"COLUMNS": "200"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def tickets(settings: Settings, file: Path, *words: str) -> subprocess.Popen[str]:
    return command(settings, "tickets", file, "--mapping", file.parent / "M.toml", "--line", "12315", *words)


@contextmanager
def in_the_way(url: str, number: str) -> Iterator[None]:
    """Somebody else is about to write this telephone number: an import that needs it waits, in a batch's middle."""
    with psycopg.connect(url) as connection:
        connection.execute(
            "WITH made AS (INSERT INTO citizen (name, address, enterprise, note, created_at)"
            " VALUES ('', '', '', '', now()) RETURNING id)"
            " INSERT INTO citizen_number (number, citizen) SELECT %s, id FROM made",
            (number,),
        )
        yield
        connection.rollback()


def is_waiting(url: str) -> bool:
    with psycopg.connect(url) as connection:
        asked = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
        found = connection.execute(asked).fetchone()
    return bool(found and found[0])


def is_settled(url: str) -> bool:
    """No transaction of anybody else is left: the killed process's server side has noticed."""
    with psycopg.connect(url) as connection:
        asked = (
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
            " AND application_name = 'hotline' AND xact_start IS NOT NULL"
        )
        found = connection.execute(asked).fetchone()
    return not (found and found[0])


def check_whole(town: Town, folder: Path) -> None:
    """Everything is there once, and the account says so."""
    with town.store.transaction() as session:
        (run,) = session.exec(select(ImportRun)).all()
        assert (run.state, run.rows, run.loaded, run.rejected) == (
            "finished",
            ROWS,
            ROWS * 9 // 10,
            ROWS // 10,
        )
        assert run.updated == run.duplicate == 0
        assert session.exec(select(func.count()).select_from(Imported)).one() == ROWS * 9 // 10
        imported = session.exec(
            select(func.count()).select_from(Ticket).where(Ticket.channel == "legacy")
        ).one()
        assert imported == ROWS * 9 // 10
    lines = Path(run.rejects).read_text("utf-8-sig").splitlines()
    assert len(lines) == 1 + ROWS // 10
    assert len(set(lines)) == len(lines)
    assert Path(run.rejects).parent == folder


def test_killed_in_a_batch_and_gone_on_with(town: Town, served: Settings, file: Path) -> None:
    url = served.database.url
    with in_the_way(url, f"13{IN_THE_THIRD_BATCH + 1:09d}"):
        running = tickets(served, file)
        eventually(lambda: is_waiting(url), seconds=60)
        running.send_signal(signal.SIGKILL)
        running.communicate(timeout=30)
    eventually(lambda: is_settled(url), seconds=30)
    with town.store.transaction() as session:
        run = session.exec(select(ImportRun)).one()
        assert (run.state, run.rows) == ("running", 2 * MOST_ROWS)
    listed, _ = command(served, "runs").communicate(timeout=60)
    assert "interrupted" in listed
    said, _ = tickets(served, file, "--resume").communicate(timeout=120)
    assert "finished" in said, said
    check_whole(town, served.paths.state / "imports")


def test_stopped_by_ctrl_c_and_gone_on_with(town: Town, served: Settings, file: Path) -> None:
    url = served.database.url
    with in_the_way(url, f"13{IN_THE_THIRD_BATCH + 1:09d}"):
        running = tickets(served, file)
        eventually(lambda: is_waiting(url), seconds=60)
        running.send_signal(signal.SIGINT)
    said, _ = running.communicate(timeout=60)
    assert running.returncode == 1, said
    assert "--resume" in said
    with town.store.transaction() as session:
        run = session.exec(select(ImportRun)).one()
        assert (run.state, run.rows) == ("stopped", 3 * MOST_ROWS)
    tickets(served, file, "--resume").communicate(timeout=120)
    check_whole(town, served.paths.state / "imports")


def test_stopped_by_another_command(town: Town, served: Settings, file: Path) -> None:
    url = served.database.url
    with in_the_way(url, f"13{IN_THE_THIRD_BATCH + 1:09d}"):
        running = tickets(served, file)
        eventually(lambda: is_waiting(url), seconds=60)
        with town.store.transaction() as session:
            run = session.exec(select(ImportRun)).one()
        said, _ = command(served, "stop", str(run.id)).communicate(timeout=60)
        assert "--resume" in said, said
    running.communicate(timeout=60)
    with town.store.transaction() as session:
        run = session.exec(select(ImportRun)).one()
        assert (run.state, run.rows) == ("stopped", 3 * MOST_ROWS)


def test_an_open_ticket_goes_on_from_the_command(town: Town, served: Settings, tmp_path: Path) -> None:
    (tmp_path / "M.toml").write_text(MAPPING, "utf-8")
    said, _ = tickets(served, write(tmp_path / "old.csv", [CLOSED, OPEN])).communicate(timeout=60)
    assert "orders: 1" in said, said
    said, _ = command(served, "account", "1").communicate(timeout=60)
    assert "old.csv" in said
    assert "finished" in said


@pytest.mark.parametrize(
    ("words", "expected", "code"),
    [
        (("tickets", "none.csv", "--mapping", "M.toml"), "none.csv: found no such file", 2),
        (("tickets", "old.csv", "--mapping", "none.toml"), "none.toml: found no such file", 2),
        (("calls", "old.csv", "--mapping", "M.toml"), "kind: found 'tickets'; expected 'calls'", 2),
        (("tickets", "old.csv", "--mapping", "M.toml"), "source: found nothing", 2),
        (("tickets", "old.csv", "--mapping", "M.toml", "--line", "12315", "--resume"), "no run", 1),
        (("account", "7"), "no run 7", 1),
        (("propose", "old.csv", "--kind", "horses"), "expected one of tickets", 2),
    ],
)
def test_what_cannot_be_done_is_said_in_a_sentence(
    town: Town, served: Settings, tmp_path: Path, words: tuple[str, ...], expected: str, code: int
) -> None:
    (tmp_path / "M.toml").write_text(MAPPING, "utf-8")
    write(tmp_path / "old.csv", [CLOSED])
    there = [str(tmp_path / word) if word.endswith((".csv", ".toml")) else word for word in words]
    running = command(served, *there)
    said, _ = running.communicate(timeout=60)
    assert (expected in said, running.returncode) == (True, code), said
    assert "Traceback" not in said
