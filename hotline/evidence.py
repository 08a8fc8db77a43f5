"""Which files may lie with a ticket as evidence 佐证材料: pictures, PDF and OFD, office files; told by their first
bytes, whatever their names say. Pure: it sees the beginning of a file and, of a package, the names that are in it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import PurePosixPath, PureWindowsPath

from hotline.errors import Refused
from hotline.words import N_

MEGABYTE = 1024 * 1024
LARGEST = 20 * MEGABYTE
MOST = 20
"""Files that one order may have."""
HEAD = 16
"""Bytes by which a file is told."""
NAME_LENGTH = 120
LARGEST_THUMBNAIL = 64 * 1024


class Audience(StrEnum):
    """Who may see a file: as of an entry in the ticket's thread."""

    CITIZEN = "citizen"
    UNIT = "unit"
    INTERNAL = "internal"


AUDIENCE_WORDS = {
    Audience.CITIZEN: N_("With the public reply"),
    Audience.UNIT: N_("Unit and centre"),
    Audience.INTERNAL: N_("Centre only"),
}


@dataclass(frozen=True)
class Kind:
    """A kind of file: its media type, what names of it end with, whether a page can show it as a picture."""

    media: str
    endings: tuple[str, ...]
    is_picture: bool = False


JPEG = Kind("image/jpeg", ("jpg", "jpeg"), True)
PNG = Kind("image/png", ("png",), True)
WEBP = Kind("image/webp", ("webp",), True)
PDF = Kind("application/pdf", ("pdf",))
OFD = Kind("application/ofd", ("ofd",))
_OFFICE = "application/vnd.openxmlformats-officedocument"
DOCX = Kind(f"{_OFFICE}.wordprocessingml.document", ("docx",))
XLSX = Kind(f"{_OFFICE}.spreadsheetml.sheet", ("xlsx",))
PPTX = Kind(f"{_OFFICE}.presentationml.presentation", ("pptx",))
DOC = Kind("application/msword", ("doc", "wps"))
XLS = Kind("application/vnd.ms-excel", ("xls", "et"))
PPT = Kind("application/vnd.ms-powerpoint", ("ppt", "dps"))
KINDS = (JPEG, PNG, WEBP, PDF, OFD, DOCX, XLSX, PPTX, DOC, XLS, PPT)
BY_MEDIA: Mapping[str, Kind] = {kind.media: kind for kind in KINDS}
ENDINGS = tuple(ending for kind in KINDS for ending in kind.endings)

_PACKAGE, _OLD_OFFICE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_INSIDE = {"OFD.xml": OFD, "word/document.xml": DOCX, "xl/workbook.xml": XLSX, "ppt/presentation.xml": PPTX}


def is_package(head: bytes) -> bool:
    """Whether the file is a package of others, whose names tell what it is."""
    return head.startswith(_PACKAGE)


def kind_of(head: bytes, name: str, inside: Collection[str] = ()) -> Kind:
    """What the file is. `head`: its first `HEAD` bytes, `inside`: the names in a package.

    Raises `Refused("attachment.bad_kind")`, also for office files that bring programs along.
    """
    kind = _told_by(head, name, inside)
    if kind is None or any(part.endswith("vbaProject.bin") for part in inside):
        raise Refused("attachment.bad_kind", field="file", kinds="、".join(ENDINGS))
    return kind


def check_size(size: int, already: int) -> None:
    """Raises `Refused`: `attachment.empty`, `attachment.too_large`, or `attachment.too_many` after `already` others."""
    if size == 0:
        raise Refused("attachment.empty", field="file")
    if size > LARGEST:
        raise Refused("attachment.too_large", field="file", most=LARGEST // MEGABYTE)
    if already >= MOST:
        raise Refused("attachment.too_many", field="file", most=MOST)


def plain_name(name: str, kind: Kind) -> str:
    """The name without folders and signs that no screen shows, with an ending of its kind."""
    last = PureWindowsPath(PurePosixPath(name).name).name
    shown = "".join(sign for sign in last if sign.isprintable()).strip(" .") or "file"
    stem, dot, ending = shown.rpartition(".")
    if not dot or ending.lower() not in kind.endings:
        stem, ending = shown, kind.endings[0]
    return f"{stem[: NAME_LENGTH - len(ending) - 1]}.{ending.lower()}"


def _told_by(head: bytes, name: str, inside: Collection[str]) -> Kind | None:
    if head.startswith(b"\xff\xd8\xff"):
        return JPEG
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return PNG
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return WEBP
    if head.startswith(b"%PDF-"):
        return PDF
    if head.startswith(_OLD_OFFICE):
        ending = name.rpartition(".")[2].lower()
        return next((kind for kind in (DOC, XLS, PPT) if ending in kind.endings), None)
    return next((kind for part, kind in _INSIDE.items() if part in inside), None)


REFUSAL_WORDS = {
    "attachment.unknown": N_("There is no such file, or you may not see it"),
    "attachment.bad_kind": N_("Such a file can't be kept. Pictures, PDF and office files can: {kinds}"),
    "attachment.empty": N_("This file is empty"),
    "attachment.too_large": N_("A file has at most {most} MB"),
    "attachment.too_many": N_("An order has at most {most} files"),
    "attachment.stays": N_("It has left the unit with the reply and can't be removed"),
}
