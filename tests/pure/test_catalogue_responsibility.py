"""Who answers: the unit at the matter's level for the place, one level up where there is none, and always somebody."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.areas import Area
from hotline.catalogue import Matter
from hotline.levels import Level
from hotline.pack.load import load_pack
from hotline.pack.model import CityPack
from hotline.responsibility import WHY_WORDS, Why, responsible_unit
from hotline.units import Units
from hotline.words import catalogue

pytestmark = pytest.mark.pure

FOSHAN = load_pack("foshan")
DAY = date(2026, 3, 2)
MATTERS = FOSHAN.catalogue.matters
LAMPS, STALLS, WATER, CERTIFICATE = (MATTERS[code] for code in ("010101", "010201", "070101", "120903"))


@pytest.mark.parametrize(
    ("matter", "area", "unit", "why"),
    [
        (LAMPS, "zumiao", "禅城区城市管理和综合执法局", Why.LEVEL),
        (LAMPS, "nanzhuang-zinan", "禅城区城市管理和综合执法局", Why.LEVEL),
        (LAMPS, "foshan", "佛山市城市管理和综合执法局", Why.PLACE_TOO_WIDE),
        (STALLS, "zumiao", "祖庙街道办事处", Why.LEVEL),
        (STALLS, "beijiao-bijiang", "北滘镇人民政府", Why.LEVEL),
        (STALLS, "shunde", "顺德区城市管理和综合执法局", Why.PLACE_TOO_WIDE),
        (WATER, "lubao", "佛山市供水企业", Why.LEVEL),
        (CERTIFICATE, "xingtan-fengjian", "逢简村民委员会", Why.LEVEL),
        (CERTIFICATE, "xingtan", "杏坛镇人民政府", Why.PLACE_TOO_WIDE),
    ],
)
def test_the_place_finds_the_unit_at_the_matters_level(
    matter: Matter, area: str, unit: str, why: Why
) -> None:
    found = responsible_unit(FOSHAN, matter, area, DAY)
    assert (found.unit.name_zh, found.why) == (unit, why)


def test_where_nobody_does_it_the_duty_goes_up() -> None:
    found = responsible_unit(_without("zumiao-office"), STALLS, "zumiao", DAY)
    assert (found.unit.code, found.why) == ("chancheng-urban-management", Why.NOBODY_THERE)


def test_where_even_the_owner_is_gone_the_duty_unit_answers() -> None:
    city = _without("urban-management", "chancheng-urban-management")
    found = responsible_unit(city, LAMPS, "zumiao", DAY)
    assert (found.unit.code, found.why) == (FOSHAN.city.duty_unit, Why.ON_DUTY)


@given(st.sampled_from(list(MATTERS.values())), st.sampled_from(list(FOSHAN.areas)))
def test_somebody_always_answers_at_no_level_below_the_places_or_the_matters(
    matter: Matter, place: Area
) -> None:
    found = responsible_unit(FOSHAN, matter, place.code, DAY)
    assert found.unit.level.depth <= min(place.level.depth, matter.level.depth)
    assert (found.why is Why.LEVEL) == (found.unit.level is matter.level)
    answered = {step.code for code in found.unit.areas for step in FOSHAN.areas.below(code)}
    assert place.code in answered


@given(
    st.sampled_from(list(MATTERS.values())),
    st.sampled_from([area.code for area in FOSHAN.areas]),
    st.sets(
        st.sampled_from([unit.code for unit in FOSHAN.units if unit.code != FOSHAN.city.duty_unit]),
        max_size=40,
    ),
)
def test_somebody_answers_whoever_is_missing(matter: Matter, area: str, missing: set[str]) -> None:
    found = responsible_unit(_without(*missing), matter, area, DAY)
    assert found.unit.code not in missing


@pytest.mark.parametrize("language", ["zh_Hans", "en"])
def test_the_reason_is_said_in_both_languages(language: str) -> None:
    reason = responsible_unit(FOSHAN, STALLS, "shunde", DAY).reason_in(language)
    assert {"zh_Hans": "顺德区", "en": "Shunde District"}[language] in reason
    assert "{" not in reason


def test_every_reason_is_translated() -> None:
    assert set(WHY_WORDS) == set(Why)
    assert set(WHY_WORDS.values()) <= catalogue("zh_Hans").keys()


def test_levels_go_from_the_city_to_the_village() -> None:
    assert [level.depth for level in Level] == [0, 1, 2, 3]


def _without(*codes: str) -> CityPack:
    return replace(FOSHAN, units=Units(unit for unit in FOSHAN.units if unit.code not in codes))
