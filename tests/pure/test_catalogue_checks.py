"""What is wrong with a catalogue is found before it is published: all of it, nothing else, and said in words."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hotline.catalogue import Matter
from hotline.catalogue_checks import KIND_TITLES, KIND_WORDS, WARNINGS, Entry, Kind, Problem, Proposal, check
from hotline.catalogue_file import FileReader
from hotline.catalogue_generator import HEADER, generate
from hotline.levels import Level
from hotline.pack.load import load_pack
from hotline.pack.rows import recorded_row
from hotline.pack.sheets import BY_NAME
from hotline.units import Units
from hotline.words import catalogue

pytestmark = pytest.mark.pure

FOSHAN = load_pack("foshan")
DAY = date(2026, 12, 1)
LAMPS = FOSHAN.catalogue.matters["010101"]
DISTRICT = replace(LAMPS, owner="chancheng-urban-management", areas=("chancheng",))


def problems(*matters: Matter, **changes: object) -> list[Problem]:
    proposal = Proposal(
        FOSHAN,
        frozenset(FOSHAN.catalogue.categories),
        frozenset(slot.name for slot in FOSHAN.slots),
        [Entry(matter, line) for line, matter in enumerate(matters, start=2)],
        DAY,
    )
    return check(replace(proposal, **changes))


def kinds(*matters: Matter, **changes: object) -> list[Kind]:
    return [problem.kind for problem in problems(*matters, **changes)]


def test_the_packs_own_catalogue_has_no_problem() -> None:
    assert problems(*FOSHAN.catalogue.matters.values()) == []


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({"code": "990101"}, Kind.UNKNOWN_CATEGORY),
        ({"owner": ""}, Kind.NO_OWNER),
        ({"owner": "atlantis-bureau"}, Kind.OWNER_UNKNOWN),
        ({"areas": ("atlantis",)}, Kind.UNKNOWN_AREA),
        ({"slots": ("shoe-size",)}, Kind.UNKNOWN_SLOT),
        ({"valid_from": DAY, "valid_until": DAY}, Kind.NO_DAY),
        (
            {"owner": "chancheng-urban-management", "level": Level.CITY, "areas": ("chancheng",)},
            Kind.LEVEL_ABOVE,
        ),
    ],
)
def test_one_mistake_is_told_once(changes: dict[str, object], kind: Kind) -> None:
    assert [one for one in kinds(replace(LAMPS, **changes)) if one not in WARNINGS] == [kind]


def test_two_claims_on_the_same_ground_are_told_with_codes_and_lines() -> None:
    other = replace(DISTRICT, owner="chancheng-housing-water")
    (found,) = problems(LAMPS, DISTRICT, other)
    assert (found.kind, found.codes, found.lines) == (Kind.SAME_GROUND, ("010101",), (3, 4))
    assert found.areas == ("chancheng",)
    assert "禅城区城市管理和综合执法局" in found.words_in("zh_Hans", FOSHAN)
    assert "Chancheng Housing, Construction and Water Bureau" in found.words_in("en", FOSHAN)


def test_a_narrower_claim_or_one_after_another_is_no_conflict() -> None:
    town = replace(DISTRICT, owner="zumiao-office", level=Level.TOWN, areas=("zumiao",))
    earlier, later = (
        replace(LAMPS, valid_until=DAY),
        replace(LAMPS, owner="housing-construction", valid_from=DAY),
    )
    assert kinds(LAMPS, DISTRICT, town) == []
    assert kinds(earlier, later) == []


@given(st.dates(date(2025, 1, 1), date(2028, 1, 1)), st.dates(date(2025, 1, 1), date(2028, 1, 1)))
@settings(max_examples=40)
def test_two_claims_conflict_just_when_they_share_a_day(ends: date, begins: date) -> None:
    one, other = replace(LAMPS, valid_until=ends), replace(LAMPS, owner="transport", valid_from=begins)
    assert (Kind.SAME_GROUND in kinds(one, other)) == (begins < ends)


def test_an_owner_who_ends_is_told_unless_others_take_over_by_plan() -> None:
    ends = {"urban-management": date(2026, 11, 1), "health": date(2027, 1, 1)}
    units = (replace(one, valid_until=ends.get(one.code, date.max)) for one in FOSHAN.units)
    city = replace(FOSHAN, units=Units(units))
    care = replace(LAMPS, code="010102", name_zh="诊所", keywords=("诊所",), owner="health")
    found = kinds(LAMPS, care, city=city)
    assert found[:1] == [Kind.OWNER_GONE]
    assert Kind.OWNER_ENDS in found
    assert Kind.OWNER_ENDS not in kinds(care, city=city, handed_over=frozenset({"health"}))


def test_matters_that_can_be_taken_for_one_another_are_told() -> None:
    twin = replace(LAMPS, code="010199", keywords=("别的词",))
    echo = replace(LAMPS, code="010199", name_zh="另一个名称")
    elsewhere = replace(LAMPS, code="010299")
    assert kinds(LAMPS, twin) == [Kind.SAME_NAME]
    assert kinds(LAMPS, echo) == [Kind.SAME_WORDS]
    assert kinds(LAMPS, elsewhere) == []
    assert kinds(LAMPS, replace(DISTRICT, name_zh="另一件事")) == [Kind.SAME_CODE]


def test_a_place_with_nobody_is_told_with_its_towns() -> None:
    (found,) = problems(DISTRICT)
    assert found.kind is Kind.NOBODY
    assert not found.is_error
    assert "guicheng" in found.areas
    assert not {"zumiao", "shiwan"} & set(found.areas)
    assert "另有" in found.words_in("zh_Hans", FOSHAN)


@pytest.mark.parametrize("seed", [1, 2])
def test_of_a_generated_catalogue_just_the_faults_put_in_are_found(seed: int) -> None:
    made = generate(FOSHAN, size=1500, seed=seed, faults=4)
    assert made == generate(FOSHAN, size=1500, seed=seed, faults=4)
    entries, unreadable = [], Counter[str]()
    table = [HEADER, *([row[name] for name in HEADER] for row in made.rows)]
    for line in FileReader(FOSHAN).read(enumerate(table, start=1)):
        mistakes: list[Exception] = []
        row = recorded_row(BY_NAME["matters"], None, line.written, mistakes)  # type: ignore[arg-type]
        unreadable.update(mistake.field for mistake in mistakes)  # type: ignore[attr-defined]
        entries += [] if mistakes else [row.make()]
    assert unreadable == {"owner": 4, "types": 4}
    found = Counter(kind for kind in kinds(*entries) if kind not in WARNINGS)
    expected = {
        kind: count for kind, count in made.faults.items() if kind not in (Kind.NO_OWNER, Kind.UNKNOWN_TYPE)
    }
    assert found == expected


def test_a_problem_comes_back_from_the_record_as_it_went() -> None:
    for found in problems(LAMPS, DISTRICT, replace(DISTRICT, owner="transport", areas=("chancheng",))):
        assert Problem.from_json(found.as_json()) == found
    late = Problem(Kind.OWNER_ENDS, ("010101",), day=DAY, unit="health")
    assert Problem.from_json(late.as_json()) == late


def test_every_kind_has_words_in_both_languages() -> None:
    assert set(KIND_WORDS) == set(KIND_TITLES) == set(Kind)
    assert {*KIND_WORDS.values(), *KIND_TITLES.values()} <= catalogue("zh_Hans").keys()
