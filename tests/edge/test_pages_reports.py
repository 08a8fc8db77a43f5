"""Reports by line: one curve over a cut-over, figures before and after it, and the same as a table."""

from __future__ import annotations

import csv
import io
from datetime import UTC, date, datetime, timedelta

import pytest

from hotline.pack.load import read_pack
from hotline.record import city, cutovers
from hotline.store.tables import LineDay
from tests.edge.visitors import Hall

pytestmark = pytest.mark.edge

LAST, CUT = date(2026, 11, 20), date(2026, 11, 11)
ASKED = f"line=12319&days=20&until={LAST}"


@pytest.fixture
def hall(hall: Hall) -> Hall:
    """Twenty days of 12319, which was merged after ten of them: 100 calls a day before, 40 from then on."""
    with hall.town.store.transaction() as session:
        city.settle(session, read_pack("foshan"), datetime(2026, 10, 1, tzinfo=UTC))
        line = cutovers.stretches(city.rows(session, "lines"))["12319"]
        changes = cutovers.schedule(line, datetime(2026, 11, 11), {"mode": "merged"})  # noqa: DTZ001
        city.change(session, changes, by="account:1", at=datetime(2026, 10, 2, tzinfo=UTC))
        for back in range(20):
            day = LAST - timedelta(days=back)
            calls = 40 if day >= CUT else 100
            session.add(
                LineDay(
                    line="12319", day=day, calls=calls, answered=calls - 10, in_target=calls - 20, abandoned=10,
                    waited=(calls - 10) * 8, tickets=5,
                )
            )  # fmt: skip
    return hall


def test_one_curve_goes_over_the_cutover_which_is_marked(hall: Hall) -> None:
    curve = hall.visitor("guanshufen").read(f"/reports/lines/curve?{ASKED}").json()
    (series,) = curve["series"]
    assert series["values"] == [100.0] * 10 + [40.0] * 10
    assert series["label"].startswith("12319 ")
    (mark,) = curve["marks"]
    assert mark == {"at": curve["at"][10], "words": "12319 → 整体并入"}
    zone = hall.house.zone
    assert [datetime.fromtimestamp(at, zone).hour for at in curve["at"]] == [0] * 20


@pytest.mark.parametrize(
    ("measure", "before", "after"),
    [("answered_share", 90.0, 75.0), ("in_target_share", 80.0, 50.0), ("abandoned", 10.0, 10.0), ("mean_wait", 8, 8)],
)  # fmt: skip
def test_the_curve_shows_what_is_asked_for(hall: Hall, measure: str, before: float, after: float) -> None:
    curve = hall.visitor("guanshufen").read(f"/reports/lines/curve?{ASKED}&measure={measure}").json()
    values = curve["series"][0]["values"]
    assert (values[0], values[-1]) == (before, after)


def test_a_long_span_has_a_point_a_week_which_is_a_days_mean(hall: Hall) -> None:
    curve = hall.visitor("guanshufen").read(f"/reports/lines/curve?line=12319&days=365&until={LAST}").json()
    assert len(curve["at"]) == 53
    assert curve["at"][1] - curve["at"][0] == 7 * 86400
    assert curve["series"][0]["values"][-1] == 40.0


def test_the_figures_stand_before_and_after(hall: Hall) -> None:
    page = hall.visitor("guanshufen").page(f"/reports/lines?{ASKED}").text
    assert "双号并行" in page
    assert "2026-11-01 – 2026-11-10" in page
    assert "2026-11-11 – 2026-11-20" in page
    assert page.count('<tr class="stage">') == 2
    for amount in ("1400", "1000", "400", "100.0", "40.0", "90.0%", "75.0%"):
        assert f'<td class="amount">{amount}</td>' in page


def test_the_table_for_a_spreadsheet_has_every_day(hall: Hall) -> None:
    answer = hall.visitor("guanshufen").read(f"/reports/lines/figures.csv?{ASKED}&line=12345")
    assert "attachment" in answer.headers["content-disposition"]
    head, *rows = csv.reader(io.StringIO(answer.content.decode("utf-8-sig")))
    assert len(rows) == 40
    by_day = {(row[0], row[2]): dict(zip(head, row, strict=True)) for row in rows}
    assert by_day["12319", "2026-11-10"]["模式"] == "双号并行"
    assert by_day["12319", "2026-11-11"]["模式"] == "整体并入"
    assert by_day["12319", "2026-11-11"]["来电量"] == "40"
    assert by_day["12345", "2026-11-11"]["来电量"] == "0"


def test_lines_that_were_cut_over_come_first_and_strange_ones_are_passed_over(hall: Hall) -> None:
    supervisor = hall.visitor("guanshufen")
    supervisor.page("/floor")  # the city as the record has it now
    for query in ("", "?line=99999"):
        curve = supervisor.read(f"/reports/lines/curve{query}").json()
        assert [one["label"][:5] for one in curve["series"]] == ["12319"]
        assert curve["series"][0]["values"][-1] is not None


def test_who_may_read_reports(hall: Hall) -> None:
    for login, status in (("guanshufen", 200), ("admin", 200), ("chenjiaqi", 403), ("zumiao", 403)):
        visitor = hall.visitor(login)
        for path in ("", "/curve", "/figures.csv"):
            assert visitor.page(f"/reports/lines{path}").status_code == status, (login, path)
    assert hall.visitor("admin").page("/reports/lines?measure=__class__").status_code == 404
    assert hall.visitor("admin").page("/reports/lines?days=1").status_code == 422
    assert hall.visitor("admin").page("/reports/lines?until=9999-12-31").status_code == 422
    assert hall.visitor("admin").page("/reports/lines?days=3700&until=0001-01-01").status_code == 422
