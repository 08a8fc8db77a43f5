"""What makes an issue hot: more than usual, more than chance; told once, by its widest name, and with its words."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.hot import (
    DAYS,
    WINDOW,
    Cluster,
    Tally,
    by_day,
    clusters,
    common_words,
    expected,
    shade,
    surprise,
)
from hotline.areas import Area, Areas
from hotline.heat import HotRule, Level
from hotline.levels import Level as Wide

pytestmark = pytest.mark.pure

TODAY = date(2026, 11, 23)
RULES = (
    HotRule(Level.WATCH, least=5, growth=2, surprise=3),
    HotRule(Level.ALARM, least=30, growth=4, surprise=12, notify=True),
)
AREAS = Areas(
    [
        Area("city", "城", "City", Wide.CITY, None),
        Area("east", "东区", "East", Wide.DISTRICT, "city"),
        Area("mill", "磨坊镇", "Mill", Wide.TOWN, "east"),
        Area("ford", "渡口镇", "Ford", Wide.TOWN, "east"),
        Area("hill", "山镇", "Hill", Wide.TOWN, "east"),
    ]
)
LAMP, WATER, OTHER_WATER = "010101", "020101", "020102"


def tallies(now: int, *weeks: int, area: str = "mill", matter: str = LAMP) -> list[Tally]:
    """So many tickets today, and so many on the same day of each week before, the latest first."""
    counts = {0: now} | {7 * (week + 1): count for week, count in enumerate(weeks)}
    return [Tally(TODAY - timedelta(days=back), area, matter, count) for back, count in counts.items()]


def found(*parts: list[Tally]) -> list[tuple[str, str, int, Level]]:
    told = clusters([one for part in parts for one in part], AREAS, RULES, TODAY)
    return [(one.area, one.matter, one.tickets, one.level) for one in told]


def test_what_comes_every_week_is_not_hot() -> None:
    assert found(tallies(9, 9, 9, 9, 9)) == []


def test_an_outburst_is_told_in_its_town_by_its_matter() -> None:
    assert found(tallies(12, 1, 0, 2, 1)) == [("mill", LAMP, 12, Level.WATCH)]


def test_many_at_once_are_an_alarm_even_where_nothing_was_before() -> None:
    assert found(tallies(40)) == [("mill", LAMP, 40, Level.ALARM)]


def test_a_handful_is_not_hot_however_rare_it_was() -> None:
    assert found(tallies(4)) == []


def test_without_thresholds_nothing_is_hot() -> None:
    assert clusters(tallies(40), AREAS, (), TODAY) == []


def test_an_earlier_outburst_does_not_hide_the_next() -> None:
    assert expected([60, 1, 1, 1]) < 3
    assert found(tallies(15, 60, 1, 1, 1)) == [("mill", LAMP, 15, Level.WATCH)]


def test_what_all_towns_have_is_told_once_for_the_district() -> None:
    parts = [tallies(8, 1, 1, 1, 1, area=town) for town in ("mill", "ford", "hill")]
    assert found(*parts) == [("east", LAMP, 24, Level.WATCH)]


def test_what_several_matters_of_a_heading_have_is_told_by_the_heading() -> None:
    parts = [tallies(8, 1, 1, 1, 1, matter=matter) for matter in (WATER, OTHER_WATER)]
    assert found(*parts) == [("mill", "0201", 16, Level.WATCH)]


def test_an_alarm_in_one_town_is_not_hidden_by_a_milder_district() -> None:
    parts = [tallies(30, area="mill"), *(tallies(16, 3, 3, 3, 3, area=town) for town in ("ford", "hill"))]
    assert ("mill", LAMP, 30, Level.ALARM) in found(*parts)


def test_a_ticket_without_an_area_counts_for_the_city_and_one_without_a_matter_for_nothing() -> None:
    assert found(tallies(12, area="")) == [("city", LAMP, 12, Level.WATCH)]
    assert found(tallies(12, matter="")) == []


def test_other_weekdays_and_older_weeks_are_not_compared() -> None:
    between = [Tally(TODAY - timedelta(days=back), "mill", LAMP, 50) for back in (4, 5, 6, DAYS, DAYS + 7)]
    assert found(tallies(12), between) == [("mill", LAMP, 12, Level.WATCH)]


@given(st.lists(st.integers(0, 200), min_size=4, max_size=4), st.integers(0, 400))
def test_one_more_ticket_is_more_surprising(weeks: list[int], tickets: int) -> None:
    assert surprise(tickets + 1, weeks) >= surprise(tickets, weeks) >= 0


@given(st.lists(st.integers(0, 50), min_size=4, max_size=4))
def test_each_count_has_a_chance_of_its_own(weeks: list[int]) -> None:
    """`surprise` is of so many or more: what two neighbours differ by is the chance of one count."""
    first = int(expected(weeks)) + 1
    tails = [10 ** -surprise(count, weeks) for count in range(first, first + 30)]
    assert all(later < earlier <= 1 for earlier, later in pairwise(tails))


def test_how_surprising_is_what_the_distribution_says() -> None:
    """Negative binomial with shape 4.5 and 4 of 5: chance of 6 or more, summed by hand from its probabilities."""
    below, term = 0.0, (4 / 5) ** 4.5
    for count in range(6):
        below += term
        term *= (count + 4.5) / (count + 1) / 5
    assert 10 ** -surprise(6, [1, 1, 1, 1]) == pytest.approx(1 - below, rel=1e-6)


def test_a_cluster_says_how_many_more_there_are() -> None:
    (cluster,) = clusters(tallies(12, 1, 1, 1, 1), AREAS, RULES, TODAY)
    assert isinstance(cluster, Cluster)
    assert cluster.excess == pytest.approx(12 - 4.5 / 4, abs=0.01)
    assert WINDOW < 7


def test_its_days_add_up_to_its_tickets() -> None:
    known = [*tallies(12, 1, 0, 2, 1), *tallies(5, area="ford"), *tallies(7, matter=WATER)]
    (cluster,) = [
        one for one in clusters(known, AREAS, RULES, TODAY) if one.area == "mill" and one.matter == LAMP
    ]
    days = by_day(known, cluster, AREAS, TODAY)
    assert (len(days), days[-1], days[-8], days[-22]) == (DAYS, 12, 1, 2)
    assert sum(days[-WINDOW:]) == cluster.tickets


@pytest.mark.parametrize(
    ("tickets", "usual", "expected_shade"),
    [(0, 0, 0), (4, 0.1, 1), (6, 6, 1), (9, 6, 2), (12, 6, 3), (18, 6, 4)],
)
def test_an_area_is_shaded_by_how_far_it_is_from_usual(
    tickets: int, usual: float, expected_shade: int
) -> None:
    assert shade(tickets, usual) == expected_shade


def test_the_words_that_many_say_without_those_in_its_name() -> None:
    texts = [f"市民来电反映东方广场{n}座停水，希望尽快恢复供水" for n in "一二三四五六"]
    words = common_words([*texts, "咨询入学"], but=("停水",))
    assert "东方广场" in words
    assert not any("来电" in word or word in "停水" for word in words)
    assert common_words(["停水", "停电"]) == []
