"""A pack that is right becomes one value with all of it; Foshan's is right, whole and read quickly."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from hotline.budgets import Budget, Measure
from hotline.calendars import Span, Status
from hotline.clock_policy import Audience, Case, Does, policy_on
from hotline.clock_policy import Kind as Clock
from hotline.levels import Level
from hotline.lines import Mode, line_at
from hotline.pack.calendars import official_until
from hotline.pack.load import bundled, load_pack
from hotline.pack.model import CityPack
from hotline.roles import OF_MACHINES, Role
from hotline.tickets import Type, Urgency
from hotline.units import Kind
from tests.pure.smallpack import CALENDAR, FILES, write_pack

pytestmark = pytest.mark.pure

DAY = date(2026, 3, 2)
NEW_YEAR = datetime(2025, 1, 1, tzinfo=ZoneInfo("Asia/Shanghai"))


@pytest.fixture(scope="module")
def foshan() -> CityPack:
    return load_pack("foshan")


def test_another_city_is_another_folder(tmp_path: Path) -> None:
    linden = load_pack(write_pack(tmp_path))
    assert (linden.city.name_en, linden.areas.city.name_en) == ("Linden", "Linden")
    assert [number.number for number in linden.city.emergency] == ["110"]
    assert linden.catalogue.matters["010101"].budget == Budget(24 * 60, Measure.MINUTES)
    assert linden.people[0].skills == {"talking": 0}
    assert [ticket.days_ago for ticket in linden.citizens[0].tickets] == [3]
    assert linden.prompts == {"welcome": {"cmn": "您好。"}}


def test_a_line_is_another_from_the_minute_that_it_is_merged(tmp_path: Path) -> None:
    lines = load_pack(write_pack(tmp_path)).lines
    before, after = (line_at(lines, "12319", at) for at in (NEW_YEAR - timedelta(minutes=1), NEW_YEAR))
    assert before is not None
    assert after is not None
    assert (before.mode, after.mode) == (Mode.DUAL, Mode.MERGED)


def test_the_citys_own_days_lie_over_the_countrys(tmp_path: Path) -> None:
    office = load_pack(write_pack(tmp_path)).calendars["office"]
    assert not office.spans(date(2026, 6, 18))  # a Thursday, closed by the city's own notice
    assert not office.spans(date(2026, 10, 1))  # National Day
    assert office.spans(date(2026, 10, 10))  # a Saturday, worked to make up for it


DISTRICT = """
[[calendar]]
name = "district"
weekdays = [1, 2, 3, 4, 5]
hours = ["09:00-12:00", "13:00-17:00"]
official_days = false
follows = "office"

[[day]]
calendar = "district"
day = 2026-06-18
working = true
hours = ["13:00-17:00"]
note = "下午恢复"
"""


def test_a_unit_may_differ_and_follow_the_city_in_all_else(tmp_path: Path) -> None:
    pack = load_pack(write_pack(tmp_path, ("calendar.toml", CALENDAR, CALENDAR + DISTRICT)))
    office, district = pack.calendars["office"], pack.calendars["district"]
    typhoon = date(2026, 6, 18)
    assert (office.spans(typhoon), district.spans(typhoon)) == ((), (Span.parse("13:00-17:00"),))
    assert not district.spans(date(2026, 10, 1))  # National Day, which the office follows
    assert district.spans(date(2026, 10, 10)) == district.usual
    assert district.official_until == office.official_until


def test_a_city_may_know_the_countrys_days_itself(tmp_path: Path) -> None:
    listed = CALENDAR + '[[day]]\nday = 2026-03-02\nworking = false\nnote = "一天"\nstatus = "provisional"\n'
    office = load_pack(write_pack(tmp_path, ("calendar.toml", CALENDAR, listed))).calendars["office"]
    assert not office.spans(date(2026, 3, 2))
    assert office.spans(date(2026, 10, 1))  # what comes along is no longer asked
    assert office.official_until == date.min


def test_a_year_is_official_when_none_of_its_days_is_a_guess() -> None:
    days = [(date(2026, 1, 1), Status.OFFICIAL), (date(2027, 1, 1), Status.OFFICIAL)]
    assert official_until(days) == date(2027, 12, 31)
    assert official_until([*days, (date(2027, 2, 6), Status.PROVISIONAL)]) == date(2026, 12, 31)


def test_a_byte_order_mark_and_windows_line_ends_change_nothing(tmp_path: Path) -> None:
    folder = write_pack(tmp_path)
    plain = load_pack(folder)
    for file, text in FILES.items():
        (tmp_path / file).write_bytes(b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode())
    marked = load_pack(folder)
    assert (list(marked.areas), list(marked.units)) == (list(plain.areas), list(plain.units))
    assert (marked.city, marked.lines, marked.people) == (plain.city, plain.lines, plain.people)


def test_foshan_comes_along() -> None:
    assert "foshan" in bundled()


def test_foshan_has_its_five_districts_and_32_towns_and_streets(foshan: CityPack) -> None:
    districts = foshan.areas.children(foshan.areas.city.code)
    counts = {
        district.name_zh: Counter(
            "street" if town.name_zh.endswith("街道") else "town"
            for town in foshan.areas.children(district.code)
        )
        for district in districts
    }
    assert counts == {
        "禅城区": {"street": 3, "town": 1},
        "南海区": {"street": 1, "town": 6},
        "顺德区": {"street": 4, "town": 6},
        "高明区": {"street": 1, "town": 3},
        "三水区": {"street": 2, "town": 5},
    }
    assert sum(area.level is Level.TOWN for area in foshan.areas) == 32


def test_every_town_and_street_has_its_office_and_every_district_its_government(foshan: CityPack) -> None:
    for area in foshan.areas:
        office = foshan.units.office(area.level, area.code, DAY)
        assert office is not None, area
        assert office.areas == (area.code,)


def test_foshan_has_19_old_lines_beside_its_own(foshan: CityPack) -> None:
    old = [line for line in foshan.lines if line.number != foshan.city.number]
    assert len({line.number for line in old}) == 19
    assert {line.mode for line in old} == {Mode.MERGED, Mode.DUAL, Mode.BRANCH}
    assert all(foshan.units[line.unit].kind is Kind.DEPARTMENT for line in old)
    assert not {line.number for line in foshan.lines} & {number.number for number in foshan.city.emergency}


def test_every_greeting_has_words_in_every_language(foshan: CityPack) -> None:
    for line in foshan.lines:
        assert set(foshan.prompts[line.greeting]) == set(foshan.city.languages)


def test_the_catalogue_is_large_enough_to_be_useful(foshan: CityPack) -> None:
    matters = foshan.catalogue.matters.values()
    assert 300 <= len(matters) <= 500
    assert len({matter.name_zh for matter in matters}) == len(matters)
    assert len({matter.code[:2] for matter in matters}) == 12
    assert {type_ for matter in matters for type_ in matter.types} == set(Type)
    assert {matter.level for matter in matters} == set(Level)


def test_every_heading_has_something_below_it(foshan: CityPack) -> None:
    used = {
        code for matter in foshan.catalogue.matters.values() for code in (matter.code[:2], matter.code[:4])
    }
    assert used == set(foshan.catalogue.categories)


def test_every_district_has_a_bureau_for_what_its_level_handles(foshan: CityPack) -> None:
    owners = {m.owner for m in foshan.catalogue.matters.values() if m.level is Level.DISTRICT}
    districts = foshan.areas.children(foshan.areas.city.code)
    for owner in owners:
        for district in districts:
            assert foshan.units.counterpart(owner, Level.DISTRICT, district.code, DAY), (owner, district.code)


def test_utilities_answer_within_a_day_of_natural_time(foshan: CityPack) -> None:
    utilities = [m for m in foshan.catalogue.matters.values() if m.code in ("070101", "070201", "070301")]
    assert [matter.name_zh for matter in utilities] == ["停水", "停电", "燃气泄漏"]
    assert {matter.budget for matter in utilities} == {Budget(24 * 60, Measure.MINUTES)}


@pytest.mark.parametrize(
    ("type_", "days"),
    [(Type.CONSULT, 2), (Type.HELP, 10), (Type.SUGGESTION, 10), (Type.COMPLAINT, 15), (Type.REPORT, 15)],
)
def test_times_to_resolve_are_the_provinces(foshan: CityPack, type_: Type, days: int) -> None:
    policy = policy_on(foshan.clock_policies, date(2026, 1, 1))
    for urgency in Urgency:
        rule = policy.rule(Clock.RESOLVE, Case(type_, urgency))
        assert rule is not None
        assert rule.budget == Budget(days, Measure.WORKING_DAYS)


def test_urgent_tickets_are_dispatched_and_signed_sooner(foshan: CityPack) -> None:
    policy = policy_on(foshan.clock_policies, date(2026, 1, 1))
    rules = [
        policy.rule(kind, Case(Type.HELP, urgency))
        for kind in (Clock.DISPATCH, Clock.SIGN, Clock.CONTACT)
        for urgency in (Urgency.NORMAL, Urgency.URGENT)
    ]
    assert [rule.budget for rule in rules if rule] == [
        *(Budget(30, Measure.MINUTES), Budget(15, Measure.MINUTES)),
        *(Budget(1, Measure.WORKING_DAYS), Budget(120, Measure.MINUTES)),
        *(Budget(1, Measure.WORKING_DAYS), Budget(60, Measure.MINUTES)),
    ]


def test_the_ladder_rises_with_time(foshan: CityPack) -> None:
    steps = policy_on(foshan.clock_policies, date(2026, 1, 1)).ladder(Clock.RESOLVE, Urgency.NORMAL)
    assert [step.does for step in steps] == list(Does)
    assert all(step.to for step in steps)
    assert Audience.SUPERVISOR in steps[-1].to


def test_nobody_is_woken_by_a_message(foshan: CityPack) -> None:
    for hours in foshan.sending_hours.values():
        assert foshan.calendars[hours.hours].spans(DAY)[0].start >= 7 * 60


def test_the_demo_has_somebody_for_every_role_and_seats_of_their_own(foshan: CityPack) -> None:
    assert {role for person in foshan.people for role in person.roles} == set(Role) - OF_MACHINES
    seats = [person.extension for person in foshan.people if person.extension]
    assert seats[0] == "8001"
    assert len(seats) == len(set(seats))


def test_every_skill_that_a_queue_asks_for_is_somebodys(foshan: CityPack) -> None:
    theirs = {skill for person in foshan.people for skill in person.skills}
    assert {queue.skill for queue in foshan.queues} <= theirs


def test_nobody_can_have_the_numbers_of_the_invented_citizens(foshan: CityPack) -> None:
    numbers = [number for citizen in foshan.citizens for number in citizen.numbers]
    assert numbers
    assert all(number.startswith(("1600000", "07570")) for number in numbers)
