"""Writes docs/city-pack.md from the table of sheets: `python -m docs.pack_page > docs/city-pack.md`."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from hotline.pack.sheets import SHEETS, Field, Sheet

OPENING = """\
# City packs

A city pack is a folder of data: all that makes this hotline one city's own. Nothing of a city is in the code, so
another city is another folder. The setting `site.city` names a bundled pack (`foshan`) or the path of a folder:

    [site]
    city = "/etc/hotline/our-city"

To begin one, copy `hotline/cities/foshan` and edit it. What is in there is a plausible set to start from: the lines
and their modes, the units' names and the catalogue are the city's to correct, and none of it is law.

## Rules for all files

- Text in UTF-8, with or without a byte order mark. Short lists are TOML, long ones CSV that a spreadsheet opens.
- In a CSV file the first row names the columns, in any order; columns that aren't required may be left out. Lines
  that begin with `#` are comments. A cell with several values separates them by `|`.
- Codes are the city's own: small letters, digits, dots and hyphens. They are what the record keeps, so a code that
  has been used keeps its meaning; names may change at any time.
- What was valid until a day gets a `valid_until`, and its successor a row with that day as `valid_from`.
- Every mistake is told when the pack is read, all at once, with file, line and field:

      units.csv line 12, column parent: found 'chancheng'; expected a code in units.csv

## How they work together

- **Who answers.** A matter names its owner, a department of the city, and the level that handles it. At a place, the
  unit there whose `guided_by` names that owner answers; a town, street or village answers by its own office. Where the
  place isn't known so exactly, or has no such unit, the duty goes one level up, at last to the owner; without one to
  the city's `duty_unit`.
- **Where a ticket goes.** The first rule of `rules.toml` that fits it, by `order`, and finds a unit; where none does,
  who answers by the catalogue; at last the `duty_unit`. See [dispatch rules](dispatch-rules.md).
- **What is suggested.** Words in `keywords` that a citizen says, and pairs of characters of a matter's name and
  keywords; a matter whose owner the dialled line belongs to comes sooner. The catalogue gets better by adding the
  words that people really say.
- **When something is due.** The first rule of `clocks.toml` that fits a ticket and its unit; a matter's own `budget`
  replaces the time to resolve, unless a rule speaks of that matter. Working days follow the unit's calendar: its weekly
  pattern, upon it the country's holidays and make-up days (where `official_days`), upon those the `[[day]]` rows of
  the calendar that it follows, and its own. The country's days come along; a pack may bring its own instead, as rows
  without a calendar. More: [clocks](clocks.md).
- **How citizens are asked afterwards.** The first rule of `revisits.toml` that fits a ticket says in which ways, one
  try after the other, or why nobody is asked; where none fits, agents call up to three times ([more](revisit.md)).
- **What callers hear.** A line's `greeting` is the name of a prompt. `prompts.toml` gives its words; a recording of
  the same name replaces them.
- **Who sits there.** `people.toml` and `citizens.toml` are for demonstrations only. A real installation ignores them.

## Files
"""


def page() -> str:
    """The whole of docs/city-pack.md."""
    return "\n".join([OPENING, *(line for sheet in SHEETS for line in _section(sheet))])


def _section(sheet: Sheet) -> Iterator[str]:
    what = "one row each" if sheet.is_csv else f"`{sheet.header}`"
    yield f"### `{sheet.file}`, {what}: {sheet.name}\n"
    yield "| field | what it is | how it is written | |"
    yield "|---|---|---|---|"
    yield from (_row(field) for field in sheet.fields)
    yield ""


def _row(field: Field) -> str:
    remark = ", ".join(["required"] * field.required + ["unique"] * field.unique)
    named = f"{field.form.expected}; from {field.names}" if field.names else field.form.expected
    written = named.replace("|", "\\|")
    return f"| `{field.name}` | {field.about} | {written} | {remark or '·'} |"


if __name__ == "__main__":
    sys.stdout.write(page())
