"""Files of labelled texts: tab-separated, UTF-8, a header, one text a line, as they were written or cut into words."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from hotline.errors import Misconfigured
from hotline.learning.examples import Example

WRITTEN, CUT = ("label", "subject", "text"), ("label", "tokens")
HEADERS = "a header of label, subject, text or of label, tokens, parted by tabs"


def read(file: Path) -> list[Example]:
    """All texts of a file, named by file and line. Words that were cut apart are joined again.

    Raises `Misconfigured` with the line and the column where something else stands than should.
    """
    lines = _lines(file)
    header = next(lines, (1, ""))[1].split("\t")
    if sorted(header) not in (sorted(WRITTEN), sorted(CUT)):
        raise Misconfigured(f"{file}, line 1", repr("\t".join(header)[:80]), HEADERS)
    examples = [_example(file, number, header, line) for number, line in lines if line.strip()]
    if not examples:
        raise Misconfigured(str(file), "no line below the header", "labelled texts")
    return examples


def _lines(file: Path) -> Iterator[tuple[int, str]]:
    """The lines with their numbers, from 1."""
    try:
        stream = file.open("rb")
    except FileNotFoundError:
        raise Misconfigured(str(file), "no such file", "labelled texts") from None
    except IsADirectoryError:
        raise Misconfigured(str(file), "a folder", "a file of labelled texts") from None
    with stream:
        for number, line in enumerate(stream, start=1):
            try:
                yield number, line.decode("utf-8-sig" if number == 1 else "utf-8").rstrip("\r\n")
            except UnicodeDecodeError as error:
                where = f"{file}, line {number}, byte {error.start + 1}"
                raise Misconfigured(where, "bytes that are not UTF-8", "UTF-8") from None


def _example(file: Path, number: int, header: list[str], line: str) -> Example:
    where, cells = f"{file}, line {number}", line.split("\t")
    if len(cells) != len(header):
        raise Misconfigured(where, f"{len(cells)} columns", f"{len(header)}: {', '.join(header)}")
    row = {name: cell.strip() for name, cell in zip(header, cells, strict=True)}
    for name, cell in row.items():
        if not cell and name != "subject":
            raise Misconfigured(f"{where}, column {name}", "nothing", "a text")
    content = row["text"] if "text" in row else "".join(row["tokens"].split())
    return Example(f"{file.name}:{number}", row["label"], row.get("subject", ""), content)
