"""Every kind of mistake in a pack is told with its file, its line, its field, what stood there and what should."""

from __future__ import annotations

from pathlib import Path

import pytest

from hotline.budgets import BUDGET_FORM
from hotline.errors import Misconfigured
from hotline.pack.load import load_pack
from hotline.pack.problems import BrokenPack
from hotline.pack.sheets import BY_NAME, FILES
from tests.pure import smallpack
from tests.pure.smallpack import write_pack

pytestmark = pytest.mark.pure

PROMISES_END = 'kind = "resolve"\nbudget = "15 working days"\namber = "1 working day"\n'

UNITS = (
    "columns code, name_zh, name_en, level, kind, parent, areas, calendar, guided_by, "
    "valid_from, valid_until, succeeds, approves"
)

FIELDS = [
    ("reply_templates.toml", "{number}", "{whim}", "reply_templates.toml line 5, key text", "'工单{whim}已处理。'",
     "a text whose places in braces are of number, title, unit, matter, place, date"),
    ("units.csv", ",district,department", ",borough,department", "units.csv line 5, column level",
     "'borough'", "one of city, district, town, village"),
    ("units.csv", "Order North,", ",", "units.csv line 5, column name_en", "nothing", "a text"),
    ("units.csv", "mill-office,", "Mill Office!,", "units.csv line 6, column code",
     "'Mill Office!'", "a code of small letters, digits, dots and hyphens"),
    ("units.csv", "calendar,guided_by", "kalender,guided_by", "units.csv line 1", "no column calendar", f"the {UNITS}"),
    ("units.csv", "guided_by\n", "guided_by,colour\n", "units.csv line 1", "column colour", f"the {UNITS}"),
    ("units.csv", "linden,office,\ndesk", "linden,office\ndesk", "units.csv line 2", "8 cells", "9, as in the header"),
    ("areas.csv", "north,北区", "North!,北区", "areas.csv line 4, column code",
     "'North!'", "a code of small letters, digits, dots and hyphens"),
    ("catalogue.csv", "help|complaint", "help|begging", "catalogue.csv line 2, column types", "'help|begging'",
     "a list (in a cell: a|b|c), each one of consult, help, suggestion, complaint, report, thanks"),
    ("catalogue.csv", "24 h", "a day", "catalogue.csv line 2, column budget", "'a day'",
     BUDGET_FORM),
    ("catalogue.csv", "24 h,,", "24 h,2026-02-30,", "catalogue.csv line 2, column valid_from", "'2026-02-30'",
     "a date as 2025-01-31"),
    ("catalogue.csv", "010101", "0101", "catalogue.csv line 2, column code", "'0101'",
     "six or eight digits: four for the category, the others its own"),
    ("city.toml", "Asia/Shanghai", "Asia/Linden", "city.toml line 5, key timezone", "'Asia/Linden'",
     "a time zone such as Asia/Shanghai"),
    ("city.toml", 'number = "12345"', "number = 12345", "city.toml line 7, key number", "12345",
     "a telephone number, digits only"),
    ("city.toml", 'duty_unit = "desk"\n', "", "city.toml line 1, key duty_unit", "nothing", "a text"),
    ("lines.toml", '"merged"', '"eaten"', "lines.toml line 24, key mode", "'eaten'",
     "one of unified, merged, dual, branch"),
    ("lines.toml", "valid_from = 2025-01-01", "valid_from = true", "lines.toml line 28, key valid_from", "True",
     "a time by the city's clock, to the minute, as 2025-01-31 08:30; a date is its midnight"),
    ("queues.toml", 'skill = "talking"', 'skill = "talking"\nmusic = "none"', "queues.toml line 6, key music",
     "an unknown key", "one of name, title_zh, title_en, skill, answer_target, weight, language, "
     "widen_after, wider"),
    ("queues.toml", 'skill = "talking"', 'skill = "talking"\nanswer_target = "soon"',
     "queues.toml line 6, key answer_target", "'soon'", "a whole number"),
    ("calendar.toml", "14:00-17:30", "17:30-14:00", "calendar.toml line 4, key hours",
     "['08:30-12:00', '17:30-14:00']", "a list (in a cell: a|b|c), each a stretch of a day as 08:30-12:00"),
    ("calendar.toml", "[1, 2", "[0, 2", "calendar.toml line 3, key weekdays", "[0, 2, 3, 4, 5]",
     "a list (in a cell: a|b|c), each a weekday from 1 (Monday) to 7 (Sunday)"),
    ("calendar.toml", "working = false", 'working = "maybe"', "calendar.toml line 10, key working", "'maybe'",
     "true or false"),
    ("hot.toml", '"watch"', '"boiling"', "hot.toml line 2, key level", "'boiling'", "one of watch, hot, alarm"),
    ("hot.toml", "least = 5", 'least = "many"', "hot.toml line 3, key least", "'many'", "a whole number"),
    ("clocks.toml", '"20 %"', '"soon"', "clocks.toml line 8, key amber", "'soon'",
     "20 %, 30 min, 24 h, 2 working h or 15 working days"),
    ("rules.toml", '["0101"]', '["01010"]', "rules.toml line 6, key matters", "['01010']",
     "a list (in a cell: a|b|c), each a heading's two or four digits, or a matter's six or eight"),
    ("rules.toml", 'lead = "unit"', 'lead = "me"', "rules.toml line 11, key lead", "'me'",
     "one of unit, catalogue, place, line, duty"),
    ("revisits.toml", '["agent"]', '["pigeon"]', "revisits.toml line 5, key ways", "['pigeon']",
     "a list (in a cell: a|b|c), each one of message, call, agent, check"),
    ("revisits.toml", "solved = 0", "solved = 101", "revisits.toml line 11, key solved", "101",
     "a whole number from 0 to 100"),
    ("people.toml", "talking = 0", "talking = -1", "people.toml line 8, key skills", "{'talking': -1}",
     "skills with their rank as { general = 0, english = 1 }"),
    ("people.toml", '["agent"]', '["king"]', "people.toml line 5, key roles", "['king']",
     "a list (in a cell: a|b|c), each one of agent, team_lead, supervisor, dispatcher, unit_staff, unit_leader, "
     "quality, knowledge_editor, auditor, administrator"),
]  # fmt: skip

BETWEEN_ROWS = [
    ("units.csv", "department,council,north", "department,nobody,north", "units.csv line 5, column parent",
     "'nobody'", "a code in units.csv"),
    ("units.csv", "north,office,order", "south,office,order", "units.csv line 5, column areas", "'south'",
     "a code in areas.csv"),
    ("units.csv", "mill,office,", "mill,always,", "units.csv line 6, column calendar", "'always'",
     "a name in calendar.toml"),
    ("units.csv", "north-order,", "order,", "units.csv line 5, column code", "'order' again",
     "each once; line 4 has it"),
    ("units.csv", "government,,linden", "government,desk,linden", "units.csv line 2, column parent",
     "council → desk → council", "a tree without rings"),
    ("units.csv", "Order,city,department,council", "Order,city,department,north-order",
     "units.csv line 4, column level", "city", "one not above district"),
    ("areas.csv", "town,north", "town,mill", "areas.csv line 5, column parent", "mill → mill", "a tree without rings"),
    ("areas.csv", "district,linden", "district,", "areas.csv line 4, column parent", "2 areas without one",
     "the city alone"),
    ("queues.toml", 'skill = "talking"', 'skill = "singing"', "queues.toml line 5, key skill", "'singing'",
     "a name in skills.toml"),
    ("lines.toml", "valid_until = 2025-01-01", "valid_until = 2025-01-02", "lines.toml line 28, key valid_from",
     "2025-01-01 00:00:00", "a time from which line 10's row is no longer valid"),
    ("lines.toml", "valid_until = 2025-01-01", "valid_from = 2025-01-01\nvalid_until = 2025-01-01",
     "lines.toml line 19, key valid_until", "2025-01-01 00:00:00", "a time after valid_from"),
    ("catalogue.csv", "complaint,order", "complaint,nobody", "catalogue.csv line 2, column owner", "'nobody'",
     "a code in units.csv"),
    ("catalogue.csv", "complaint,order", "complaint,north-order", "catalogue.csv line 2, column owner",
     "north-order", "a unit of level city"),
    ("catalogue.csv", "灯不亮,address", "灯不亮,colour", "catalogue.csv line 2, column slots", "'colour'",
     "a name in slots.toml"),
    ("catalogue.csv", "010101", "010201", "catalogue.csv line 2, column code", "010201",
     "a heading 0102 in categories.csv"),
    ("categories.csv", "0101,", "0201,", "categories.csv line 3, column code", "0201",
     "a heading 02 in categories.csv"),
    ("clocks.toml", '"15 working days"', '"15 working days"\ntypes = ["help"]', "clocks.toml line 2, key version",
     "no rule for resolve of suggestion, normal", "a rule for every ticket"),
    ("clocks.toml", 'version = "first"\n',
     'version = "first"\nvalid_until = 2026-01-01\n[[policy]]\nversion = "first"\nvalid_from = 2026-01-02\n',
     "clocks.toml line 6, key valid_from", "2026-01-02", "the day on which the one before it ends"),
    ("rules.toml", 'unit = "order"\n', "", "rules.toml line 1, key unit", "nothing", "the unit that leads"),
    ("rules.toml", 'lead = "unit"', 'lead = "line"', "rules.toml line 12, key unit", "order",
     "nothing, for no certain unit leads"),
    ("rules.toml", 'lead = "unit"\nunit = "order"\nlevel = "district"', 'lead = "place"',
     "rules.toml line 1, key level", "nothing", "the level whose government leads"),
    ("rules.toml", 'lead = "unit"\nunit = "order"', 'lead = "duty"', "rules.toml line 12, key level", "district",
     "nothing, for the level follows by itself"),
    ("rules.toml", '["12319"]', '["12320"]', "rules.toml line 8, key lines", "12320", "the number of a line"),
    ("rules.toml", '["mill-office"]', '["nobody"]', "rules.toml line 14, key co", "'nobody'", "a code in units.csv"),
    ("rules.toml", "order = 10", "order = 10\nvalid_from = 2026-01-02\nvalid_until = 2026-01-02",
     "rules.toml line 5, key valid_until", "2026-01-02", "a time after valid_from"),
    ("calendar.toml", "official_days = true\n", 'official_days = true\nfollows = "office"\n',
     "calendar.toml line 6, key follows", "office → office", "a tree without rings"),
    ("calendar.toml", "[[day]]\n",
     '[[day]]\ncalendar = "office"\nday = 2026-06-18\nworking = true\nnote = "又"\n[[day]]\n',
     "calendar.toml line 14, key day", "2026-06-18", "each date once in a calendar; line 7 has it"),
    ("clocks.toml", PROMISES_END, PROMISES_END + '[[step]]\npolicy = "first"\ndoes = "red"\nwhen = "1 h after"\n',
     "clocks.toml line 37, key when", "'1 h after'", "nothing: it comes with the colour"),
    ("clocks.toml", PROMISES_END, PROMISES_END + '[[step]]\npolicy = "first"\ndoes = "notice"\n',
     "clocks.toml line 34, key when", "nothing", "when it is taken, for it is no colour's own step"),
    ("clocks.toml", PROMISES_END, PROMISES_END + '[[channel]]\nchannel = "sms"\nhours = "dreaming"\n',
     "clocks.toml line 36, key hours", "'dreaming'", "a name in calendar.toml"),
    ("revisits.toml", 'ways = ["agent"]\n', "", "revisits.toml line 1, key ways", "neither",
     "either ways, or why nobody is asked"),
    ("revisits.toml", '["agent"]', '["agent"]\nexempt = "thanks"', "revisits.toml line 5, key ways", "both",
     "either ways, or why nobody is asked"),
    ("revisits.toml", '["agent"]', '["agent", "agent", "agent", "agent"]', "revisits.toml line 5, key ways", "4",
     "each way 3 times at most"),
    ("revisits.toml", '["agent"]', '["call", "agent"]', "revisits.toml line 5, key ways", "call",
     "another way: the switch makes no automatic calls of its own yet"),
    ("revisits.toml", '["agent"]', '["agent"]\nreachable = false', "revisits.toml line 5, key ways", "agent",
     "check, for there is no number to call"),
    ("revisits.toml", '["agent"]', '["agent"]\nlines = ["12399"]', "revisits.toml line 6, key lines", "12399",
     "the number of a line"),
    ("revisits.toml", '["agent"]', '["agent"]\nhours = "night"', "revisits.toml line 6, key hours", "'night'",
     "a name in calendar.toml"),
    ("revisits.toml", "satisfied = 0", "satisfied = 1", "revisits.toml line 12, key satisfied", "1",
     "0 in the last band, which takes all who are left"),
    ("revisits.toml", "[[band]]",
     '[[band]]\nname_zh = "优"\nname_en = "A"\nresponded = 90\nsolved = 50\nsatisfied = 50\n[[band]]\n'
     'name_zh = "良"\nname_en = "B"\nresponded = 80\nsolved = 60\nsatisfied = 50\n[[band]]',
     "revisits.toml line 17, key solved", "60", "no more than the better band asks"),
    ("people.toml", "talking = 0", "flying = 0", "people.toml line 8, key skills", "'flying'",
     "a name in skills.toml"),
    ("citizens.toml", 'citizen = "波波"', 'citizen = "无名"', "citizens.toml line 8, key citizen", "'无名'",
     "a name in citizens.toml"),
    ("city.toml", '"desk"', '"nobody"', "city.toml line 9, key duty_unit", "'nobody'", "a code in units.csv"),
]  # fmt: skip


@pytest.mark.parametrize(("file", "old", "new", "where", "found", "expected"), [*FIELDS, *BETWEEN_ROWS])
def test_a_mistake_names_its_place(
    tmp_path: Path, file: str, old: str, new: str, where: str, found: str, expected: str
) -> None:
    told = _mistakes(write_pack(tmp_path, (file, old, new)))
    assert (where, found, expected) in told


def test_what_is_unique_is_told_where_it_comes_again(tmp_path: Path) -> None:
    folder = write_pack(tmp_path)
    with (tmp_path / "people.toml").open("a", encoding="utf-8") as people:
        people.write(smallpack.PEOPLE.replace("ada", "eve"))
    assert _mistakes(folder) == [
        ("people.toml line 15, key extension", "'8001' again", "each once; line 1 has it")
    ]


def test_every_key_is_unique() -> None:
    for sheet in BY_NAME.values():
        if sheet.name != "matters":  # several may answer for one, each in a row of its own
            assert sheet.key in (None, *(field.name for field in sheet.fields if field.unique))


def test_a_pack_without_a_single_table_says_which(tmp_path: Path) -> None:
    folder = write_pack(tmp_path)
    (tmp_path / "city.toml").write_text("", "utf-8")
    assert _mistakes(folder) == [("city.toml", "no [city]", "one")]


def test_a_misspelt_table_is_told(tmp_path: Path) -> None:
    told = _mistakes(write_pack(tmp_path, ("calendar.toml", "[[day]]", "[[dya]]")))
    assert told == [("calendar.toml, dya", "an unknown table", "[[calendar]] or [[day]]")]


def test_no_policy_at_all_is_told(tmp_path: Path) -> None:
    folder = write_pack(tmp_path)
    (tmp_path / "clocks.toml").write_text("", "utf-8")
    assert _mistakes(folder) == [("clocks.toml", "no [[policy]]", "at least one")]


def test_all_mistakes_are_told_at_once_in_the_order_of_the_sheets(tmp_path: Path) -> None:
    folder = write_pack(
        tmp_path,
        ("catalogue.csv", "24 h", "a day"),
        ("units.csv", ",district,department", ",borough,department"),
        ("lines.toml", '"merged"', '"eaten"'),
    )
    assert [where for where, _, _ in _mistakes(folder)] == [
        "lines.toml line 24, key mode",
        "units.csv line 5, column level",
        "catalogue.csv line 2, column budget",
    ]


def test_a_cell_too_long_for_a_table_is_told(tmp_path: Path) -> None:
    told = _mistakes(write_pack(tmp_path, ("areas.csv", "城北", "北" * 14_000)))
    assert told == [("areas.csv line 4, column aliases", "14000 characters", "at most 10000")]


def test_the_text_lists_every_mistake(tmp_path: Path) -> None:
    with pytest.raises(BrokenPack) as caught:
        load_pack(write_pack(tmp_path, ("units.csv", ",mill,office", ",hill,office")))
    assert str(caught.value).splitlines() == [
        f"{tmp_path}: 1 mistakes",
        "  units.csv line 6, column areas: found 'hill'; expected a code in areas.csv",
    ]


def test_another_encoding_is_told_with_its_line(tmp_path: Path) -> None:
    folder = write_pack(tmp_path)
    (tmp_path / "areas.csv").write_bytes(smallpack.AREAS.replace("菩提市", "Linden").encode("gb18030"))
    assert ("areas.csv line 4", "bytes that are not UTF-8", "text in UTF-8") in _mistakes(folder)


def test_text_that_is_not_toml_is_told(tmp_path: Path) -> None:
    told = _mistakes(write_pack(tmp_path, ("skills.toml", '"talking"', '"talking')))
    assert [where for where, _, _ in told] == ["skills.toml"]
    assert "line 2" in told[0][1]


def test_a_table_of_the_wrong_kind_is_told(tmp_path: Path) -> None:
    told = _mistakes(write_pack(tmp_path, ("skills.toml", "[[skill]]", "[skill]")))
    assert told == [("skills.toml, skill", "another kind of value", "tables headed [[skill]]")]


@pytest.mark.parametrize("file", FILES)
def test_a_missing_file_is_told(tmp_path: Path, file: str) -> None:
    folder = write_pack(tmp_path)
    (tmp_path / file).unlink()
    assert _mistakes(folder) == [(file, "no such file", "this file in the pack's folder")]


def test_an_unknown_city_is_told_with_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match=r"site\.city: found 'atlantis'; expected one of foshan"):
        load_pack("atlantis")


def test_every_sheet_has_been_broken() -> None:
    broken = {file for file, *_ in (*FIELDS, *BETWEEN_ROWS)}
    unbroken = {"skills.toml", "slots.toml", "prompts.toml"}  # nothing in them but texts and names
    assert broken | unbroken == {sheet.file for sheet in BY_NAME.values()}


def _mistakes(folder: str) -> list[tuple[str, str, str]]:
    with pytest.raises(BrokenPack) as caught:
        load_pack(folder)
    return [(problem.where, problem.found, problem.expected) for problem in caught.value.problems]
