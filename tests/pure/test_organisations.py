"""Who takes over what when an organisation changes: nothing is lost, nothing is divided twice, nonsense is refused."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline import organisations
from hotline.catalogue import Claim
from hotline.errors import Refused
from hotline.levels import Level
from hotline.organisations import KIND_WORDS, Change, Kind, Share
from hotline.pack.load import load_pack
from hotline.units import Units
from hotline.words import catalogue

pytestmark = pytest.mark.pure

FOSHAN = load_pack("foshan")
AREAS = FOSHAN.areas
TODAY, DAY = date(2026, 11, 23), date(2026, 12, 1)
CLOSE = Change(Kind.CLOSE, ("health",), DAY, "批复", (Share("civil-affairs"),))
SPLIT = Change(
    Kind.SPLIT,
    ("urban-management",),
    DAY,
    "批复",
    (Share("ecology", categories=("0103",)), Share("transport", ("nanhai",)), Share("housing-construction")),
)
CODES = sorted(FOSHAN.catalogue.matters)
PLACES = [area.code for area in AREAS]


@pytest.mark.parametrize(
    ("changes", "key", "field"),
    [
        ({"day": date(2026, 11, 22)}, "organisation.day_past", "day"),
        ({"basis": " "}, "field.missing", "basis"),
        ({"units": ()}, "field.missing", "units"),
        ({"units": ("atlantis",)}, "organisation.unit_gone", "units"),
        ({"units": ("health", "tax")}, "organisation.one_unit", "units"),
        ({"shares": ()}, "organisation.one_rest", "shares"),
        ({"shares": (Share("civil-affairs", ("nanhai",)),)}, "organisation.one_rest", "shares"),
        ({"shares": (Share("health"),)}, "organisation.own_successor", "shares"),
        ({"shares": (Share("atlantis"),)}, "organisation.unit_gone", "shares"),
        ({"kind": Kind.SPLIT}, "organisation.two_successors", "shares"),
        ({"kind": Kind.RENAME, "shares": ()}, "field.missing", "name_zh"),
    ],
)
def test_a_plan_that_makes_no_sense_is_refused_at_its_field(
    changes: dict[str, object], key: str, field: str
) -> None:
    organisations.check(CLOSE, FOSHAN.units, AREAS, TODAY)
    with pytest.raises(Refused) as refused:
        organisations.check(replace(CLOSE, **changes), FOSHAN.units, AREAS, TODAY)
    assert (refused.value.key, refused.value.facts["field"]) == (key, field)


def test_a_successor_has_to_be_there_on_the_day() -> None:
    units = Units(
        replace(one, valid_from=DAY) if one.code == "civil-affairs" else one for one in FOSHAN.units
    )
    organisations.check(CLOSE, units, AREAS, TODAY)
    with pytest.raises(Refused, match=r"organisation\.unit_gone"):
        organisations.check(replace(CLOSE, day=date(2026, 11, 30)), units, AREAS, TODAY)


def test_what_is_due_is_carried_out_in_the_order_of_its_days() -> None:
    plans = [(DAY, 3), (TODAY, 9), (DAY, 2), (date(2027, 1, 1), 1)]
    assert organisations.due(plans, DAY) == [9, 2, 3]
    assert organisations.due(plans, TODAY) == [9]


@given(st.sampled_from(CODES), st.sampled_from(["", *PLACES, "atlantis"]))
def test_every_order_has_one_successor_which_is_that_of_its_matter(code: str, area: str) -> None:
    taken = organisations.successor(SPLIT, code, area, AREAS)
    assert taken in SPLIT.successors
    if area in AREAS:
        (matter,) = organisations.matters_after(
            SPLIT, [replace(FOSHAN.catalogue.matters[code], owner="urban-management")], AREAS
        )
        around = {step.code for step in AREAS.path(area)}
        claims = [one for one in matter.claims if not one.areas or around & set(one.areas)]
        narrowest = max(claims, key=lambda one: bool(one.areas))
        assert narrowest.unit == taken


@given(st.sets(st.sampled_from(PLACES), max_size=4))
def test_a_claim_on_parts_of_the_city_is_divided_within_them(areas: set[str]) -> None:
    ground = tuple(sorted(areas))
    matter = replace(FOSHAN.catalogue.matters["010101"], owner="urban-management", areas=ground)
    (after,) = organisations.matters_after(SPLIT, [matter], AREAS)
    for claim in after.claims:
        for area in claim.areas:
            inside = {step.code for step in AREAS.path(area)}
            assert inside & areas or not areas or claim.unit == "transport"
    assert any(claim.unit == "housing-construction" for claim in after.claims)


def test_two_predecessors_claims_on_one_ground_become_one() -> None:
    merge = Change(Kind.MERGE, ("health", "tax"), DAY, "批复", (Share("civil-affairs"),))
    matter = replace(
        FOSHAN.catalogue.matters["010101"],
        owner="health",
        level=Level.CITY,
        further=(Claim("tax", Level.CITY),),
    )
    (after,) = organisations.matters_after(merge, [matter], AREAS)
    assert [(one.unit, one.areas) for one in after.claims] == [("civil-affairs", ())]
    assert organisations.concerns(merge, [matter, after]) == [matter]


def test_whoever_took_over_sees_what_those_before_had() -> None:
    heirs = {"civil-affairs": ("health",), "health": ("tax",)}
    units = Units(replace(one, succeeds=heirs.get(one.code, ())) for one in FOSHAN.units)
    assert units.with_predecessors(["civil-affairs"]) == {"civil-affairs", "health", "tax"}
    assert units.with_predecessors(["tax"]) == {"tax"}


def test_every_kind_has_words_in_both_languages() -> None:
    assert set(KIND_WORDS) == set(Kind)
    assert set(KIND_WORDS.values()) <= catalogue("zh_Hans").keys()
