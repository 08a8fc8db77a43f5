"""Looking up the responsibility catalogue at its real size: from a citizen's words to matters with their evidence and
units, and from a matter's code and a place to the unit. Beside it, a plain scan of the same texts for the same words.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from random import Random
from typing import TypeVar

from bench.measured import Aim, Measured, percentile
from hotline.catalogue import Catalogue, Matter
from hotline.catalogue_file import FileReader
from hotline.catalogue_generator import HEADER, SIZE, generate
from hotline.pack.load import load_pack
from hotline.pack.model import CityPack
from hotline.pack.rows import recorded_row
from hotline.pack.sheets import BY_NAME
from hotline.responsibility import responsible_unit
from hotline.suggestions import suggest
from tests.pure.complaints import KNOWN, UNSEEN

Asked = TypeVar("Asked")

DAY = date(2026, 3, 2)
ROUNDS = 20
PLACES = 20_000
SCANS = 50
AIM = 5.0  # milliseconds for p99


def run() -> Measured:
    """Every sentence of the tests, many times over; then codes and places at random."""
    city = load_pack("foshan")
    began = time.perf_counter()
    catalogue = catalogue_of(city)
    read = time.perf_counter() - began
    began = time.perf_counter()
    assert catalogue.index
    indexed = time.perf_counter() - began
    big = replace(city, catalogue=catalogue)
    sentences = [(said, line) for said, line, _ in (*KNOWN, *UNSEEN)]
    long = [("。".join(said for said, _ in sentences[at : at + 12]), "12345") for at in range(len(sentences))]
    by_words = _times(lambda one: _suggest(big, *one), sentences * ROUNDS)
    by_stories = _times(lambda one: _suggest(big, *one), long * 4)
    by_code = _times(lambda one: responsible_unit(big, one[0], one[1], DAY), _asked(big))
    scanned = _times(lambda one: _scan(catalogue, one[0]), sentences[:SCANS])
    worst = percentile(by_words, 99)
    return Measured(
        name="lookup",
        words=f"Catalogue look-up over {len(catalogue.matters):,} matters",
        figures={
            "words_to_matters_p50_ms": percentile(by_words, 50),
            "words_to_matters_p99_ms": worst,
            "story_of_250_characters_p50_ms": percentile(by_stories, 50),
            "story_of_250_characters_p99_ms": percentile(by_stories, 99),
            "code_and_place_to_unit_p50_ms": percentile(by_code, 50),
            "code_and_place_to_unit_p99_ms": percentile(by_code, 99),
            "plain_scan_p50_ms": percentile(scanned, 50),
            "plain_scan_p99_ms": percentile(scanned, 99),
            "rows_to_catalogue_ms": 1000 * read,
            "index_built_ms": 1000 * indexed,
            "look_ups": float(len(by_words)),
        },
        aims=[
            Aim(f"words to matters, p99 at most {AIM:g} ms", worst, worst <= AIM),
            Aim(
                f"code and place to unit, p99 at most {AIM:g} ms",
                percentile(by_code, 99),
                percentile(by_code, 99) <= AIM,
            ),
            Aim("index built in at most 2,000 ms", 1000 * indexed, indexed <= 2),
        ],
    )


def catalogue_of(city: CityPack) -> Catalogue:
    """A generated one, through the reader that a file goes through."""
    table = [HEADER, *([row[name] for name in HEADER] for row in generate(city, SIZE).rows)]
    lines = FileReader(city).read(enumerate(table, start=1))
    rows = [recorded_row(BY_NAME["matters"], None, line.written, []) for line in lines]
    return Catalogue(city.catalogue.categories.values(), (row.make() for row in rows), city.slots)


def _suggest(city: CityPack, said: str, line: str) -> object:
    """As the desk's form asks: the place is found in the words too."""
    return suggest(city, said, area=city.areas.find(said).area.code, line=line, day=DAY)


def _asked(city: CityPack) -> list[tuple[Matter, str]]:
    random = Random(1)
    matters, areas = list(city.catalogue.matters.values()), [area.code for area in city.areas]
    return [(random.choice(matters), random.choice(areas)) for _ in range(PLACES)]


def _scan(catalogue: Catalogue, said: str) -> list[str]:
    """What one would write first: look for each matter's key words in what was said, and rank by how much was found."""
    found = (
        (sum(len(word) for word in (one.name_zh, *one.keywords) if word in said), code)
        for code, one in catalogue.matters.items()
    )
    return [code for score, code in sorted(found, reverse=True)[:5] if score]


def _times(look: Callable[[Asked], object], asked: Sequence[Asked]) -> list[float]:
    """Milliseconds of each look-up, one after the other."""
    times = []
    for one in asked:
        began = time.perf_counter()
        look(one)
        times.append(1000 * (time.perf_counter() - began))
    return times
