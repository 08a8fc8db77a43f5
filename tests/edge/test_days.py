"""Special days in the record: official lists take the place of guesses, and nothing of it happens unseen."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from click.testing import Result
from sqlmodel import Session
from typer.testing import CliRunner

from hotline.calendars import Day, Kind
from hotline.calendars_china import OFFICIAL_UNTIL
from hotline.daylists import DayList
from hotline.errors import Refused
from hotline.pack.load import read_pack
from hotline.platform.days import app
from hotline.record import city, days
from hotline.record.city import Change
from hotline.settings import Settings, environment
from hotline.store import Store
from tests.edge.visitors import Hall

pytestmark = pytest.mark.edge

AT = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
NEXT = OFFICIAL_UNTIL.year + 1
HOLIDAYS = [date(NEXT, 1, 1), *(date(NEXT, 2, n) for n in range(5, 13)), date(NEXT, 5, 1), date(NEXT, 10, 1)]
MAKE_UP = next(date(NEXT, 2, n) for n in range(14, 21) if date(NEXT, 2, n).weekday() == 6)
LISTED = DayList(
    NEXT, {**{day: Day(Kind.OFF, "假期") for day in HOLIDAYS}, MAKE_UP: Day(Kind.WORKING, "调休")}
)


@pytest.fixture
def session(store: Store) -> Iterator[Session]:
    """A transaction in a record that has taken over Foshan."""
    with store.transaction() as opened:
        city.settle(opened, read_pack("foshan"), AT, "pack foshan")
        yield opened


def bring_in(session: Session, listed: DayList = LISTED, calendar: str | None = None) -> None:
    days.bring_in(session, listed, source="国办发明电", calendar=calendar, by="account:1", at=AT)


def test_a_year_without_a_list_is_a_guess_until_it_is_imported(session: Session) -> None:
    before = city.read(session).calendars["office"]
    assert before.official_until == OFFICIAL_UNTIL
    assert not before.spans(MAKE_UP)
    bring_in(session)
    after = city.read(session).calendars["office"]
    assert after.official_until == date(NEXT, 12, 31)
    assert after.spans(MAKE_UP)
    assert {day for day, what in after.days.items() if day.year == NEXT} == set(LISTED.days)


def test_who_imported_what_stands_in_the_history_and_can_be_undone(session: Session) -> None:
    before = city.read(session).calendars["office"].days
    bring_in(session)
    (entry, *_) = city.history(session, sheet="days", most=1)
    assert (entry.revision.by, entry.revision.note) == ("account:1", "国办发明电")
    city.change(session, city.undoing(session, entry.revision.id or 0), by="account:1", at=AT)
    assert city.read(session).calendars["office"].days == before


def test_a_list_that_is_there_already_changes_nothing(session: Session) -> None:
    bring_in(session)
    with pytest.raises(Refused, match=r"city\.no_change"):
        bring_in(session)


def test_a_corrected_list_changes_only_what_differs(session: Session) -> None:
    bring_in(session)
    corrected = DayList(NEXT, {**LISTED.days, date(NEXT, 5, 2): Day(Kind.OFF, "假期")})
    bring_in(session, corrected)
    assert len(city.history(session, sheet="days", most=1)) == 1


def test_one_calendars_own_list_leaves_the_others_alone(session: Session) -> None:
    bring_in(session, calendar="round-the-clock")
    read = city.read(session).calendars
    assert not read["round-the-clock"].spans(HOLIDAYS[0])
    assert not read["office"].spans(MAKE_UP)
    with pytest.raises(Refused, match=r"field\.unknown"):
        bring_in(session, calendar="nowhere")


def test_software_that_knows_more_brings_it_in_by_itself(session: Session) -> None:
    rows = days.of_calendar(city.rows(session, "days"), None)
    last = {day: row for day, row in rows.items() if day.year == OFFICIAL_UNTIL.year}
    guessed = [Change("days", row.number, {**row.written, "status": "provisional"}) for row in last.values()]
    city.change(session, guessed, by="account:1", at=AT)
    assert city.read(session).calendars["office"].official_until.year == OFFICIAL_UNTIL.year - 1
    assert days.seed(session, AT) == [OFFICIAL_UNTIL.year]
    assert city.read(session).calendars["office"].official_until == OFFICIAL_UNTIL
    assert days.seed(session, AT) == ()


def test_a_list_that_somebody_imported_is_never_overwritten_by_the_software(session: Session) -> None:
    bring_in(session)
    assert days.seed(session, AT) == ()


def test_a_record_from_before_there_was_a_day_table_gets_one(session: Session) -> None:
    rows = city.rows(session, "days")
    city.change(session, [Change("days", row.number, None) for row in rows], by="account:1", at=AT)
    assert OFFICIAL_UNTIL.year in days.seed(session, AT)
    assert len(city.rows(session, "days")) == len(rows)


def test_a_list_is_imported_by_command_and_shown(
    served: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "list.csv").write_text(as_file("day,working,note", "true", "false"), "utf-8")
    (tmp_path / "bad.csv").write_text("day,working,note\n2027-02-30,false,x", "utf-8")
    for name, value in {**environment(served), "COLUMNS": "200"}.items():
        monkeypatch.setenv(name, value)

    def command(*arguments: str) -> Result:
        return CliRunner().invoke(app, arguments)

    done = command("import", str(tmp_path / "list.csv"), "--source", "notice 7")
    assert (done.exit_code, f"{len(LISTED.days)} days of {NEXT}" in done.stdout) == (0, True)
    assert command("show", str(NEXT)).stdout.count("notice 7") == len(LISTED.days)
    again = command("import", str(tmp_path / "list.csv"), "--source", "notice 7")
    assert (again.exit_code, "city.no_change" in again.stdout) == (1, True)
    assert "bad.csv line 2" in str(command("import", str(tmp_path / "bad.csv")).exception)


def as_file(header: str, yes: str, no: str) -> str:
    """The list as somebody writes it down."""
    lines = (
        f"{day},{yes if what.kind is Kind.WORKING else no},{what.note}" for day, what in LISTED.days.items()
    )
    return "\n".join([header, *lines])


@pytest.fixture
def settled(hall: Hall) -> Hall:
    """The application on a record that has taken over Foshan."""
    with hall.town.store.transaction() as session:
        city.settle(session, read_pack("foshan"), AT, "pack foshan")
    return hall


@pytest.mark.parametrize("language", ["zh_Hans", "en"])
def test_a_year_at_a_glance(settled: Hall, language: str) -> None:
    administrator = settled.visitor("admin", language)
    known, guessed = (administrator.page(f"/city/days?year={year}") for year in (2026, NEXT))
    assert ("暂定" in known.text, "provisional" in known.text.lower()) == (language != "en", language == "en")
    assert known.text.count('class="notice wait"') == 0
    assert guessed.text.count('class="notice wait"') == 1
    assert known.text.count('<table class="month">') == 12
    assert "/city/days/new?calendar=office&amp;day=2026-11-23" in known.text
    assert administrator.page("/city/days?calendar=nowhere").status_code == 404
    assert administrator.page("/city/days?calendar=round-the-clock&year=2030").status_code == 200
    assert administrator.read(f"/city/days/year?year={NEXT}").status_code == 200
    form = administrator.page("/city/days/new?calendar=office&day=2026-11-23")
    assert 'value="2026-11-23"' in form.text


def test_a_list_is_imported_by_page(settled: Hall, tmp_path: Path) -> None:
    administrator = settled.visitor("admin")
    good = as_file("日期,上班,名称", "班", "休").encode("gb18030")

    def send(text: bytes, name: str = "放假安排.csv") -> tuple[int, dict[str, str]]:
        answer = administrator.client.post(
            "/api/city/days/import", files={"file": (name, text)}, data={"source": "国办发明电〔2026〕7号"}
        )
        return answer.status_code, answer.json()

    status, refused = send(b"day,working,note\n2027-01-04,true,x")
    assert (status, refused["field"]) == (422, "file")
    assert "放假安排.csv line 2" in refused["message"]
    assert "周六或周日" in refused["message"]
    status, done = send(good)
    assert (status, done["next"]) == (200, f"/city/days?year={NEXT}")
    assert "国办发明电〔2026〕7号" in administrator.page(done["next"]).text
    assert send(good)[1]["key"] == "city.no_change"
    assert (
        settled.visitor("guanshufen")
        .client.post("/api/city/days/import", files={"file": ("a.csv", good)})
        .status_code
        == 403
    )
