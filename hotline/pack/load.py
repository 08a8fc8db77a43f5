"""From rows of data to one `CityPack`, or to the list of all that is wrong with them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from hotline.areas import Areas
from hotline.catalogue import Catalogue
from hotline.clock_policy import ClockPolicy, Step
from hotline.dispatch_rules import Rules
from hotline.errors import Misconfigured
from hotline.lines import Line
from hotline.pack.calendars import calendars_of
from hotline.pack.checks import Rows, check, clock_rule, without_policy
from hotline.pack.forms import ALWAYS, FOR_EVER
from hotline.pack.model import Citizen, City, CityPack, EarlierTicket, SendingHours
from hotline.pack.problems import BrokenPack
from hotline.pack.rows import Row, read_sheet, read_text
from hotline.pack.sheets import FILES, SHEETS
from hotline.units import Units

BUNDLED = Path(__file__).parent.parent / "cities"


def load_pack(name: str) -> CityPack:
    """The pack called `name`: one of the bundled cities, or the path of a folder. Raises as `read_pack`."""
    return build(read_pack(name))


def read_pack(name: str) -> Rows:
    """The rows of the pack called `name`, by sheet.

    Raises `BrokenPack` with every mistake in it (first all that stand in single fields; once there are none,
    all that stand between rows), or plain `Misconfigured` where there is no such pack.
    """
    folder = _find(name)
    problems: list[Misconfigured] = []
    texts = _texts(folder, problems)
    rows = {s.name: read_sheet(s, texts[s.file], problems) if s.file in texts else [] for s in SHEETS}
    problems = list({str(problem): problem for problem in problems}.values()) or check(rows)
    if problems:
        raise BrokenPack(folder, problems)
    return rows


def bundled() -> tuple[str, ...]:
    """The names of the packs that come along."""
    return tuple(sorted(folder.name for folder in BUNDLED.iterdir() if (folder / "city.toml").is_file()))


def _find(name: str) -> Path:
    folder = BUNDLED / name if name in bundled() else Path(name)
    if not folder.is_dir():
        raise Misconfigured("site.city", repr(name), f"one of {', '.join(bundled())}, or a pack's folder")
    return folder


def _texts(folder: Path, problems: list[Misconfigured]) -> dict[str, str]:
    texts: dict[str, str] = {}
    for file in FILES:
        try:
            texts[file] = read_text(folder / file)
        except Misconfigured as problem:
            problems.append(problem)
    return texts


def build(rows: Rows) -> CityPack:
    """The city that `rows` describe, all checks passed. A sheet that is absent has no rows."""

    def made(name: str) -> tuple[Any, ...]:
        return tuple(row.make() for row in rows.get(name, ()))

    city = City(**made("city")[0], emergency=made("emergency"))
    zone = ZoneInfo(city.timezone)
    return CityPack(
        city=city,
        skills=made("skills"),
        queues=made("queues"),
        lines=tuple(_line(line, zone) for line in made("lines")),
        areas=Areas(made("areas")),
        units=Units(made("units")),
        slots=made("slots"),
        catalogue=Catalogue(made("categories"), made("matters"), made("slots")),
        calendars=calendars_of(made("calendars"), made("days"), zone),
        clock_policies=_policies(rows),
        rules=Rules(made("rules")),
        sending_hours={row.pop("channel"): SendingHours(**row) for row in made("channels")},
        hot_rules=made("hot"),
        revisits=made("revisits"),
        bands=tuple(sorted(made("bands"), key=lambda band: band.limits, reverse=True)),
        people=made("people"),
        citizens=_citizens(made("citizens"), made("tickets")),
        prompts={name: _texts_of(texts) for texts in made("prompts") for name in [texts.pop("name")]},
        reply_templates=made("reply_templates"),
    )


def _line(line: Line, zone: ZoneInfo) -> Line:
    """The line with moments of the city's wall clock, which its row has without a zone."""
    since, until = line.valid_from, line.valid_until
    return replace(
        line,
        valid_from=since.replace(tzinfo=zone) if since and since != ALWAYS else None,
        valid_until=until.replace(tzinfo=zone) if until and until != FOR_EVER else None,
    )


def _policies(rows: Rows) -> tuple[ClockPolicy, ...]:
    return tuple(
        ClockPolicy(
            **row.values,
            rules=tuple(clock_rule(r) for r in _of(row, rows["clocks"])),
            steps=tuple(Step(**without_policy(r)) for r in _of(row, rows.get("steps", ()))),
        )
        for row in rows["policies"]
    )


def _of(policy: Row, rows: Iterable[Row]) -> Iterable[Row]:
    return (row for row in rows if row.values["policy"] == policy.values["version"])


def _citizens(citizens: tuple[Any, ...], tickets: tuple[Any, ...]) -> tuple[Citizen, ...]:
    earlier = [(values.pop("citizen"), EarlierTicket(**values)) for values in tickets]
    return tuple(
        Citizen(**values, tickets=tuple(ticket for name, ticket in earlier if name == values["name"]))
        for values in citizens
    )


def _texts_of(texts: dict[str, str | None]) -> dict[str, str]:
    return {language: text for language, text in texts.items() if text is not None}
