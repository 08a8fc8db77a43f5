"""Our own PostgreSQL and Redis, really started."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest

from hotline.errors import Misconfigured
from hotline.platform import postgresql, redis_server

pytestmark = pytest.mark.edge


def test_the_record_keeps_chinese_apart(database_url: str) -> None:
    with psycopg.connect(database_url) as connection:
        row = connection.execute("SELECT to_tsvector('simple', '路灯 不亮') @@ '不亮'").fetchone()
    assert row == (True,)


def test_each_test_has_an_empty_record_of_its_own(store: object, database_url: str) -> None:
    assert postgresql.check(database_url).startswith("18.")


def test_redis_is_recent_enough(redis_url: str) -> None:
    assert redis_server.check(redis_url) >= "6.2"


@pytest.mark.parametrize(
    ("version", "encoding", "ctype", "found"),
    [
        (140011, "UTF8", "C.UTF-8", "PostgreSQL 14"),
        (150004, "SQL_ASCII", "C.UTF-8", "encoding SQL_ASCII"),
        (150004, "UTF8", "C", "character type C"),
    ],
)
def test_a_postgresql_that_would_spoil_the_record_is_refused(
    version: int, encoding: str, ctype: str, found: str
) -> None:
    with pytest.raises(Misconfigured, match=found):
        postgresql.check_facts(version, encoding, ctype, "hotline")


def test_a_full_disk_is_told_before_a_database_is_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgresql, "NEEDED", 10**18)
    with pytest.raises(Misconfigured, match="MB for the database"):
        postgresql.install(tmp_path / "postgresql")
    assert not list((tmp_path / "postgresql").iterdir())


def test_data_of_another_version_is_refused(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    (data / "PG_VERSION").write_text("12\n")
    with pytest.raises(Misconfigured, match="data of PostgreSQL 12"):
        postgresql.install(tmp_path)
