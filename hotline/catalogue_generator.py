"""A catalogue of a real one's size for tests and measurements, in words of our own, over a city's units and areas.

Every matter of the city's own catalogue is varied by where and when it happens. The same seed gives the same file.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from random import Random

from hotline.catalogue import Matter
from hotline.catalogue_checks import Kind
from hotline.levels import Level
from hotline.pack.model import CityPack

SIZE = 11_773
"""As many matters as the largest catalogue that a city of this kind is known to have."""

HEADER = (
    "code", "name_zh", "name_en", "types", "owner", "level", "areas", "keywords", "slots", "basis",
    "valid_from", "valid_until",
)  # fmt: skip

WHERE = (
    ("学校周边", "near a school", "学校门口"),
    ("医院周边", "near a hospital", "医院门口"),
    ("农贸市场内外", "at a market", "菜市场"),
    ("住宅小区内", "inside an estate", "小区里"),
    ("城中村内", "in an urban village", "城中村"),
    ("工业园区内", "in an industrial park", "工业园"),
    ("商业街区", "in a shopping street", "商业街"),
    ("公园广场", "in a park or square", "公园"),
    ("公交站点", "at a bus stop", "公交站"),
    ("地铁站出入口", "at a metro entrance", "地铁口"),
    ("高速公路出入口", "at a motorway exit", "高速口"),
    ("河涌沿岸", "along a waterway", "河边"),
    ("桥梁隧道", "on a bridge or in a tunnel", "桥上"),
    ("建设工地", "at a building site", "工地"),
    ("养老机构周边", "near a home for the aged", "养老院"),
    ("古村落保护区", "in a protected old village", "古村"),
    ("物流园区", "in a logistics park", "物流园"),
    ("老旧小区", "in an old estate", "老小区"),
)
WHEN = (
    ("", "", ""),
    ("夜间", "by night", "晚上"),
    ("节假日", "on holidays", "放假"),
    ("暴雨期间", "during heavy rain", "下雨"),
    ("大型活动期间", "during a large event", "搞活动"),
)


@dataclass(frozen=True)
class Generated:
    """The rows of a file, by its columns, and how many problems of each kind were put into it on purpose."""

    rows: list[dict[str, str]]
    faults: Mapping[Kind, int]


def generate(city: CityPack, size: int = SIZE, seed: int = 1, faults: int = 0) -> Generated:
    """A catalogue of `size` matters. With `faults`, so many of each kind that can be put in are, in matters of their
    own.
    """
    random = Random(seed)
    rows: list[dict[str, str]] = []
    serials: Counter[str] = Counter()
    for number, (matter, where, when) in zip(range(size), _variants(city), strict=False):
        serials[matter.category] += 1
        code = f"{matter.category}{serials[matter.category]:04d}"
        rows.append(_row(code, matter, where, when))
        if number % 10 == 0:
            rows.extend(_claims(city, rows[-1], matter, random))
    return Generated(rows, _spoil(city, rows, faults, random))


def _variants(city: CityPack) -> Iterator[tuple[Matter, tuple[str, str, str], tuple[str, str, str]]]:
    """Each of the city's matters in each place at each time: as many as anybody may want, the plain ones first."""
    matters = sorted(city.catalogue.matters.values(), key=lambda one: one.code)
    for when, where in product(WHEN, (("", "", ""), *WHERE)):
        yield from ((matter, where, when) for matter in matters)


def _row(
    code: str, matter: Matter, where: tuple[str, str, str], when: tuple[str, str, str]
) -> dict[str, str]:
    own = [word for word in (where[2], when[2]) if word]
    joined = [f"{word}{matter.keywords[0]}" for word in own]
    return {
        "code": code,
        "name_zh": f"{when[0]}{where[0]}{matter.name_zh}",
        "name_en": " ".join(filter(None, (matter.name_en, where[1], when[1]))),
        "types": "|".join(matter.types),
        "owner": matter.owner,
        "level": matter.level.value,
        "areas": "",
        "keywords": "|".join(dict.fromkeys((*joined, *matter.keywords[: 6 if own else None]))),
        "slots": "|".join(matter.slots),
        "basis": matter.basis,
        "valid_from": "",
        "valid_until": "",
    }


def _claims(city: CityPack, row: dict[str, str], matter: Matter, random: Random) -> Iterator[dict[str, str]]:
    """One more who answers for part of the city: the district's bureau in its own district, or a utility in towns."""
    district = random.choice(city.areas.children(city.areas.city.code))
    bureaus = [
        unit
        for unit in city.units
        if unit.level is Level.DISTRICT and matter.owner in unit.guided_by and district.code in unit.areas
    ]
    if bureaus:
        level = matter.level if matter.level.depth >= Level.DISTRICT.depth else Level.DISTRICT
        yield row | {"owner": bureaus[0].code, "level": level.value, "areas": district.code}
    else:
        towns = random.sample(city.areas.children(district.code), 2)
        utilities = [unit for unit in city.units if unit.kind.value == "utility"]
        areas = "|".join(town.code for town in towns)
        yield row | {"owner": random.choice(utilities).code, "level": "city", "areas": areas}


def _spoil(city: CityPack, rows: list[dict[str, str]], faults: int, random: Random) -> dict[Kind, int]:
    """Puts in what a check has to find, each in a matter that nothing else is wrong with."""
    once = Counter(row["code"] for row in rows)
    sound = [at for at, row in enumerate(rows) if once[row["code"]] == 1]
    chosen = iter(random.sample(sound, 7 * faults))
    extra: list[dict[str, str]] = []
    for _ in range(faults):
        rows[next(chosen)]["owner"] = ""
        rows[next(chosen)]["owner"] = "dissolved-office"
        rows[next(chosen)]["types"] = "begging"
        rows[next(chosen)]["areas"] = "atlantis"
        extra.append(rows[next(chosen)] | {"basis": "另一部门亦主张其职责"})
        extra.append(rows[next(chosen)] | {"code": f"9901{len(extra):04d}"})
        twin = rows[next(chosen)]
        extra.append(twin | {"code": f"{twin['code'][:4]}9{len(extra):03d}", "keywords": "别的说法"})
    rows.extend(extra)
    kinds = (
        Kind.NO_OWNER,
        Kind.OWNER_UNKNOWN,
        Kind.UNKNOWN_TYPE,
        Kind.UNKNOWN_AREA,
        Kind.SAME_GROUND,
        Kind.UNKNOWN_CATEGORY,
        Kind.SAME_NAME,
    )
    return dict.fromkeys(kinds, faults) if faults else {}
