"""The three rates in the record: kept with every closing and exclusion, and equal to what the raw journal gives."""

from __future__ import annotations

import random
import threading
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import Any

import pytest
from sqlalchemy import text
from sqlmodel import Session, select

from dispatch import handling, rates, rates_verify, rating, requesting, reviewing, revisiting
from dispatch.rates import By, Counts, Exclusion, Part, Rate
from dispatch.requests import LeaveOut
from dispatch.revisits import Answers, Grievance, Outcome, Result
from dispatch.workorders import Part as UnitPart
from hotline.errors import Refused
from hotline.pack.load import read_pack
from hotline.record import city
from hotline.roles import Role
from hotline.settings import Settings
from hotline.store.tables import Ticket, Verdict, WorkOrder
from hotline.tickets import Satisfaction, Solution
from tests.edge.conftest import Town
from tests.edge.test_order_life import CITY_UNIT, DISTRICT, TOWN_OFFICE, ZONE, Cast
from tests.edge.test_platform_commands import hotline

pytestmark = pytest.mark.edge

NOVEMBER, DECEMBER = date(2026, 11, 1), date(2026, 12, 1)
MATTER = "010201"
HAPPY = Answers(True, Solution.SOLVED, Satisfaction.VERY_SATISFIED)
SO_SO = Answers(True, Solution.PARTLY, Satisfaction.FAIR)
CROSS = Answers(False, Solution.UNSOLVED, Satisfaction.DISSATISFIED, Grievance.SPEED)


@pytest.fixture
def cast(town: Town, session: Session) -> Cast:
    return Cast(town, session, town.at)


def answered(cast: Cast, unit: str, **changed: object) -> tuple[Ticket, WorkOrder]:
    """A ticket that the unit has replied to, and its order."""
    ticket = cast.ticket(**changed)
    order = cast.sign(cast.issue(ticket, unit))
    cast.reply(order)
    return ticket, order


def judged(
    cast: Cast, unit: str, answers: Answers, note: str = "市民不认可", **changed: object
) -> tuple[Ticket, WorkOrder]:
    """The same, closed with what its citizen said."""
    ticket, order = answered(cast, unit, **changed)
    revisiting.conclude(cast.session, cast.city, ticket, answers, note, cast.agent, cast.at)
    return ticket, order


def counts(cast: Cast, by: By = By.ALL, key: str = "", month: date = NOVEMBER) -> Counts:
    cast.session.flush()
    return rating.summed(cast.session, by, month, month).get(key, Counts())


def test_a_closing_counts_for_its_unit_area_line_category_and_month(cast: Cast) -> None:
    ticket, order = judged(cast, TOWN_OFFICE, HAPPY, matter=MATTER)
    places = {
        By.ALL: "", By.UNIT: TOWN_OFFICE, By.AREA: "zumiao", By.LINE: "12319", By.CATEGORY: MATTER[:2]
    }  # fmt: skip
    for by, key in places.items():
        assert counts(cast, by, key) == Counts(orders=1, responded=1, solved=1, very_satisfied=1), by
    row = cast.session.get_one(Verdict, (ticket.id, order.id))
    assert (row.month, row.outcome, row.closed_at) == (NOVEMBER, "heard", cast.at)


def test_what_is_closed_after_midnight_in_the_city_counts_in_its_own_month(cast: Cast) -> None:
    cast.at = datetime(2026, 11, 30, 16, 30, tzinfo=cast.at.tzinfo)
    judged(cast, TOWN_OFFICE, HAPPY)
    assert counts(cast).orders == 0
    assert counts(cast, month=DECEMBER).orders == 1


def test_each_of_several_equals_is_judged(cast: Cast) -> None:
    ticket = cast.ticket()
    for unit in (TOWN_OFFICE, DISTRICT):
        cast.sign(cast.issue(ticket, unit, part=UnitPart.EQUAL))
    for order in cast.session.exec(select(WorkOrder).where(WorkOrder.ticket == ticket.id)).all():
        cast.reply(order)
    revisiting.conclude(cast.session, cast.city, ticket, HAPPY, "", cast.agent, cast.at)
    assert counts(cast).orders == 2
    assert counts(cast, By.UNIT, DISTRICT).solved == 1


def test_who_handed_an_order_down_is_judged_for_it(cast: Cast) -> None:
    ticket = cast.ticket()
    order = cast.sign(cast.issue(ticket, "chancheng-government"))
    leader = cast.of("chancheng-government")
    (below,) = handling.delegate(cast.session, cast.city, order, [TOWN_OFFICE], "", "", leader, cast.at)
    cast.reply(cast.sign(below))
    cast.reply(order)
    revisiting.conclude(cast.session, cast.city, ticket, HAPPY, "", cast.agent, cast.at)
    assert counts(cast, By.UNIT, "chancheng-government").orders == 1
    assert counts(cast, By.UNIT, TOWN_OFFICE).orders == 0


def test_the_centre_leaves_an_order_out_and_takes_it_in_again(cast: Cast) -> None:
    ticket, order = judged(cast, TOWN_OFFICE, CROSS)
    with pytest.raises(Refused, match="not_allowed"):
        rating.exclude(cast.session, ticket, order, Exclusion.LEGAL, "已起诉", cast.agent, cast.at)
    rating.exclude(cast.session, ticket, order, Exclusion.LEGAL, "已起诉", cast.dispatcher, cast.at)
    assert counts(cast, By.UNIT, TOWN_OFFICE) == Counts(orders=1, excluded=1)
    with pytest.raises(Refused, match=r"verdict\.excluded_already"):
        rating.exclude(cast.session, ticket, order, Exclusion.POLICY, "政策", cast.dispatcher, cast.at)
    rating.include(cast.session, ticket, order, cast.dispatcher, cast.at)
    assert counts(cast, By.UNIT, TOWN_OFFICE) == rates.counts_of(
        rating.verdict_of(cast.session.get_one(Verdict, (ticket.id, order.id)))
    )
    assert counts(cast).dissatisfied == 1
    with pytest.raises(Refused, match=r"verdict\.not_excluded"):
        rating.include(cast.session, ticket, order, cast.dispatcher, cast.at)
    told = cast.told(ticket)
    assert told[-2:] == ["order.excluded", "order.included"]


def test_law_enforcement_stays_in_two_of_the_three_rates(cast: Cast) -> None:
    ticket, order = judged(cast, TOWN_OFFICE, CROSS)
    rating.exclude(cast.session, ticket, order, Exclusion.ENFORCEMENT, "行政处罚", cast.dispatcher, cast.at)
    assert counts(cast) == Counts(orders=1, excluded=1, not_responded=1, unsolved=1)


def test_a_unit_asks_to_be_left_out_and_the_centre_decides(cast: Cast) -> None:
    _, order = judged(cast, TOWN_OFFICE, CROSS)
    form = LeaveOut(Exclusion.POLICY, "上级政策规定不予补贴")
    with pytest.raises(Refused, match="not_allowed"):
        requesting.ask(cast.session, cast.city, order, form, cast.of(TOWN_OFFICE, Role.UNIT_STAFF), cast.at)
    row = cast.ask(order, form)
    assert (row.decider, counts(cast).excluded) == (None, 0)
    cast.grant(row)
    assert counts(cast, By.UNIT, TOWN_OFFICE) == Counts(orders=1, excluded=1)
    with pytest.raises(Refused, match=r"request\.decided_already"):
        cast.ask(order, form)


def test_what_is_refused_counts_and_what_is_late_or_open_can_not_be_asked(cast: Cast) -> None:
    form = LeaveOut(Exclusion.MALICIOUS, "同一人反复投诉")
    _, order = judged(cast, TOWN_OFFICE, CROSS)
    requesting.refuse(cast.session, cast.ask(order, form), "诉求合理", cast.dispatcher, cast.at)
    assert counts(cast).unsolved == 1
    _, unjudged = answered(cast, TOWN_OFFICE)
    with pytest.raises(Refused, match=r"verdict\.unknown"):
        cast.ask(unjudged, form)
    _, late = judged(cast, TOWN_OFFICE, CROSS)
    cast.later(days=15)
    with pytest.raises(Refused, match=r"request\.too_late"):
        cast.ask(late, form)


def test_a_reopened_ticket_is_judged_anew_and_its_first_verdict_stays(cast: Cast) -> None:
    ticket, _ = judged(cast, TOWN_OFFICE, CROSS)
    cast.later(days=1)
    reviewing.reopen(cast.session, cast.city, ticket, "又坏了", cast.agent, cast.at)
    cast.reply(cast.sign(cast.issue(ticket, DISTRICT)))
    revisiting.conclude(cast.session, cast.city, ticket, HAPPY, "", cast.agent, cast.at)
    assert counts(cast, By.UNIT, TOWN_OFFICE).dissatisfied == 1
    assert counts(cast, By.UNIT, DISTRICT).very_satisfied == 1


def a_busy_month(cast: Cast) -> None:
    """Tickets of three units that end in every way there is."""
    for unit in (TOWN_OFFICE, DISTRICT, CITY_UNIT):
        for answers in (HAPPY, HAPPY, SO_SO, CROSS):
            judged(cast, unit, answers, matter=MATTER)
        cast.later(minutes=30)
    ticket, order = judged(cast, TOWN_OFFICE, CROSS)
    rating.exclude(cast.session, ticket, order, Exclusion.NOT_OURS, "军队管理事项", cast.dispatcher, cast.at)
    ticket, order = judged(cast, DISTRICT, CROSS)
    rating.exclude(cast.session, ticket, order, Exclusion.LEGAL, "已起诉", cast.dispatcher, cast.at)
    rating.include(cast.session, ticket, order, cast.dispatcher, cast.at)
    cast.grant(cast.ask(judged(cast, CITY_UNIT, CROSS)[1], LeaveOut(Exclusion.ENFORCEMENT, "行政处罚")))
    unreached, _ = answered(cast, CITY_UNIT)
    revisiting.try_in_vain(cast.session, cast.city, unreached, Result.WRONG_NUMBER, cast.agent, cast.at)
    redone, again = answered(cast, DISTRICT)
    revisiting.conclude(cast.session, cast.city, redone, CROSS, "未修好", cast.agent, cast.at, redo=True)
    cast.reply(cast.sign(again))
    cast.later(days=9)  # into December
    revisiting.conclude(cast.session, cast.city, redone, HAPPY, "", cast.agent, cast.at)


def test_the_rates_are_what_a_hand_counts_in_the_raw_journal(cast: Cast) -> None:
    a_busy_month(cast)
    cast.told(cast.ticket())  # what waits is in the journal now
    by_hand = _by_hand(cast.session.execute(text("SELECT * FROM fact ORDER BY id")).mappings())
    assert {unit for unit, _ in by_hand} == {TOWN_OFFICE, DISTRICT, CITY_UNIT}
    for (unit, month), told in by_hand.items():
        kept = counts(cast, By.UNIT, unit, month)
        for rate in Rate:
            yes, all_ = told[rate]
            assert kept.share(rate) == (Fraction(yes, all_) if all_ else None), (unit, month, rate)
        assert (kept.orders, kept.excluded, kept.unreachable, kept.redone) == told["apart"]
    # By the head, for one of them: four judged, one unsolved that is left out.
    town = counts(cast, By.UNIT, TOWN_OFFICE)
    assert (town.share(Rate.RESPONDED), town.share(Rate.SOLVED), town.share(Rate.SATISFIED)) == (
        Fraction(3, 4), Fraction(2, 4), Fraction(3, 4)
    )  # fmt: skip


def _by_hand(journal: Iterable[Any]) -> dict[tuple[str, date], dict[Any, tuple[int, ...]]]:
    """Closings and exclusions, counted as somebody would who has only the journal and the definitions."""
    cases: dict[str, dict[str, Any]] = {}
    for fact in journal:
        data = fact["data"]
        if fact["kind"] == "ticket.closed":
            local = fact["at"].astimezone(ZONE)
            for order, unit in data.get("orders", {}).items():
                cases[f"order:{order}"] = {
                    **data,
                    "unit": unit,
                    "month": date(local.year, local.month, 1),
                    "out": "",
                }
        elif fact["kind"] == "order.excluded":
            cases[fact["subject"]]["out"] = data["exclusion"]
        elif fact["kind"] == "order.included":
            cases[fact["subject"]]["out"] = ""
    found: dict[tuple[str, date], dict[Any, tuple[int, ...]]] = {}
    for place in {(case["unit"], case["month"]) for case in cases.values()}:
        own = [case for case in cases.values() if (case["unit"], case["month"]) == place]
        heard = [case for case in own if case["outcome"] == "heard" and case["out"] in ("", "enforcement")]
        rated = [case["satisfaction"] for case in heard if not case["out"]]
        found[place] = {
            Rate.RESPONDED: (sum(case["responded"] for case in heard), len(heard)),
            Rate.SOLVED: (sum(case["solution"] == "solved" for case in heard), len(heard)),
            Rate.SATISFIED: (
                sum(mark in ("very_satisfied", "satisfied", "fair") for mark in rated),
                len(rated),
            ),
            "apart": (
                len(own),
                sum(bool(case["out"]) for case in own),
                sum(case["outcome"] == "unreachable" for case in own),
                sum(case["redone"] > 0 for case in own),
            ),
        }
    return found


def test_a_check_finds_what_was_tampered_with_and_a_rebuild_mends_it(town: Town) -> None:
    with town.store.transaction() as session:
        a_busy_month(Cast(town, session, town.at))
    assert verified(town) == []
    with town.store.transaction() as session:
        session.execute(
            text("UPDATE rate_month SET solved = solved + 1 WHERE by = 'all' AND month = '2026-11-01'")
        )
        session.execute(
            text(
                "UPDATE verdict SET solution = 'solved' WHERE solution = 'unsolved' AND excluded = 'not_ours'"
            )
        )
        session.execute(text("DELETE FROM rate_month WHERE by = 'unit' AND month = '2026-12-01'"))
    wrong = verified(town)
    assert any(line.startswith("verdict of ticket ") and "UNSOLVED" in line for line in wrong)
    assert "solved of all  in 2026-11: the journal says 6, the counter 7" in wrong
    assert f"redone of unit {DISTRICT} in 2026-12: the journal says 1, the counter 0" in wrong
    with town.store.transaction() as session:
        assert rates_verify.rebuild(session, ZONE) == 17
    assert verified(town) == []
    with town.store.transaction() as session:
        left_out = session.exec(select(Verdict).where(Verdict.excluded == "not_ours")).one()
        assert left_out.excluded_because == "军队管理事项"


def test_an_operator_checks_and_mends_it_from_the_command_line(town: Town, served: Settings) -> None:
    with town.store.transaction() as session:
        city.settle(session, read_pack("foshan"), town.at)
        judged(Cast(town, session, town.at), TOWN_OFFICE, HAPPY)
    assert verified(town) == []
    with town.store.transaction() as session:
        session.execute(text("UPDATE rate_month SET solved = 7 WHERE by = 'line'"))
    said = hotline(served, "rates", "verify")
    assert said.returncode == 1
    assert "solved of line 12319 in 2026-11: the journal says 1, the counter 7" in said.stdout
    assert "1 verdicts" in hotline(served, "rates", "rebuild").stdout
    assert verified(town) == []


def test_the_table_is_asked_for_parts_as_arithmetic_counts_them(cast: Cast) -> None:
    draw = random.Random(7)
    ticket, order = judged(cast, TOWN_OFFICE, HAPPY)
    row = cast.session.get_one(Verdict, (ticket.id, order.id))
    for _ in range(200):
        row.outcome = draw.choice([one for one in Outcome if one is not Outcome.REDONE])
        row.responded = draw.choice([None, True, False])
        row.solution = draw.choice([None, *Solution])
        row.satisfaction = draw.choice([None, *Satisfaction])
        row.excluded = draw.choice([None, None, *Exclusion])
        row.redone = draw.choice([0, 0, 1])
        cast.session.flush()
        verdict = rating.verdict_of(row)
        asked = select(*(rating.is_part(part) for part in Part))  # type: ignore[call-overload]
        said = cast.session.execute(asked.select_from(Verdict)).one()
        assert [bool(one) for one in said] == [rates.IS_PART[part](verdict) for part in Part]


def verified(town: Town) -> list[str]:
    with town.store.transaction() as session:
        return rates_verify.verify(session, ZONE)


def test_closings_at_once_are_all_counted(town: Town) -> None:
    with town.store.transaction() as session:
        made = Cast(town, session, town.at)
        tickets = [answered(made, TOWN_OFFICE)[0].id for _ in range(6)]

    def close(identity: int) -> None:
        with town.store.transaction() as session:
            one = Cast(town, session, town.at + timedelta(hours=1))
            ticket = session.get_one(Ticket, identity, with_for_update=True)
            revisiting.conclude(session, town.city, ticket, HAPPY, "", one.agent, one.at)

    threads = [threading.Thread(target=close, args=(identity,)) for identity in tickets]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    with town.store.transaction() as session:
        assert counts(Cast(town, session, town.at)).solved == 6
    assert verified(town) == []
