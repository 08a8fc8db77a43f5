"""Writes docs/import.md from the table of kinds: `python -m docs.import_page > docs/import.md`."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from hotline.imports.kinds import KEY, KINDS, Field, Form, Kind

OPENING = """\
# Bringing in what older systems know

Every old hotline has its tickets, citizens, calls and knowledge in a system of its own, each with other columns,
words and dates. They come in as files, CSV or XLSX, each with a *mapping*: a small file that says how that system
writes.

    hotline import propose old.csv --kind tickets > M.toml   # a first mapping, to be read and completed
    hotline import tickets old.csv --mapping M.toml --line 12315 --dry-run
    hotline import tickets old.csv --mapping M.toml --line 12315
    hotline import runs                                      # what was imported, by whom, with which account
    hotline import account 7

Citizens first, then tickets, then calls, so that each finds what it belongs to; any order works.

## The mapping

    kind = "tickets"
    source = "12315"                # whose rows these are; --line where absent
    key = "登记编号"                 # the row's own number there, for good; several columns: ["年度", "流水号"]
    dates = ["%Y/%m/%d %H:%M"]      # beside ISO 8601, which is always read; also unix, unix_ms, excel

    [columns]                       # our field = the header's word
    opened_at = "登记时间"
    content = ["投诉内容", "补充"]    # several columns become one text

    [constants]                     # what no column says
    type = "complaint"

    [codes.state]                   # their word = our code; "*" takes whatever else stands there, "" means nothing
    "已结案" = "closed"
    "调解中" = "dispatched"
    "*" = "archived"

Found out from the file, unless the mapping says: `encoding` (`utf-8`, `gb18030`; a byte order mark always wins),
`delimiter`, `sheet` (the first), `header_row` (1), `timezone` (the city's), `empty` (cells that mean nothing:
`NULL`, `-`, `无` and the like). Lines, units, areas and matters are found by their code or their whole name; where
an old system says it otherwise, by a table `[codes.unit]`.

## What becomes of a row

- **loaded**: its key is new for this source; **updated**: known, and it says something else now; **duplicate**:
  known as it is, or said twice in the file; **rejected**: something in it can't be read, or it contradicts an
  earlier row of the same key. Every row is one of these, and the account adds up: rows = loaded + updated +
  duplicate + rejected.
- The same file a second time changes nothing. What tells a row is its source, kind and key; whether it changed, a
  digest of its fields as they were understood.
- Rejected rows stand in `imports/RUN.rejects.csv` in the state folder: the original columns, then file, row,
  column, value and reason. Corrected there, the file is imported with the same mapping. It holds personal data:
  mode 0600.
- A file goes in batches, each in one transaction that also notes how far it came. Ctrl-C or `hotline import stop
  RUN` ends after the batch; `--resume` goes on. A process that was killed loses nothing and doubles nothing; `runs`
  lists its run as interrupted.
- `--dry-run` gives the same account and changes nothing.

## Tickets

A ticket gets a number of ours; by its old number the search finds it. Closed ones are history: listed, searched,
counted for their line and day. Those still open go on here: with a unit (state `dispatched`) as its work order, due
to the second when the old system had promised it, or by the policy of the day on which it began; with a reply
(`replied`) as ready for its revisit; without a unit (`review`) as waiting to be dispatched. From then on their
course is ours: a corrected export still changes their words, no longer their state, reply and dates.

A citizen is found by the telephone number, or made. What each system calls them is kept beside, so that entries of
one person can be found later. Names and addresses that are known here are filled up, not replaced.

## Fields

Moments are in the mapping's time zone. Telephone numbers may have spaces, dashes and +86.
"""

FORMS = {
    Form.TEXT: "a text of at most {most} characters",
    Form.NUMBER: "a telephone number",
    Form.NUMBERS: "telephone numbers",
    Form.MOMENT: "a date and time",
    Form.DAY: "a date",
    Form.TRUTH: "true or false",
    Form.CHOICE: "one of {choices}",
    Form.NAMED: "a code or name of the city's {names}",
}


def page() -> str:
    """The whole of docs/import.md."""
    return "\n".join([OPENING, *(line for kind in KINDS.values() for line in _section(kind))])


def _section(kind: Kind) -> Iterator[str]:
    yield f"### {kind.name}\n"
    yield "| field | what it is | how it is written | |"
    yield "|---|---|---|---|"
    yield from (_row(field) for field in kind.fields)
    yield ""


def _row(field: Field) -> str:
    choices = ", ".join(field.choices)
    written = FORMS[field.form].format(most=f"{field.most:,}", choices=choices, names=field.names)
    name = "key = …" if field.name == KEY else field.name
    remark = "required" if field.required else f"else {field.default}" if field.default else "·"
    return f"| `{name}` | {field.about} | {written} | {remark} |"


if __name__ == "__main__":
    sys.stdout.write(page())
